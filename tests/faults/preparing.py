"""The books on which acts that move money are prepared, beside the server under test, as often as they are wanted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count

from models.vocabulary import BankOutcome
from tests import leave
from tests.bank import bank_says
from tests.clock import offset_of
from tests.driver import Api
from tests.story import MEDICAL, approved, done, new_fund, prepared, released

MEMBERS = ("D01-001", "D02-001")
LEAVE_BILL = {"invoice": "25342000000123456789", "covered_cost": "2450.00", "transport_cost": "0.00"}


@dataclass
class Story:
    """The books that acts are prepared on; what must differ from one act to the next is counted."""

    api: Api
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    leaves: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        """The first aid to a member opens a file of hardship, which later ones do not."""
        fund = self.fund()
        for _ in MEMBERS:
            self.payable(fund)

    @contextmanager
    def past(self) -> Iterator[leave.At]:
        """`at(day, hour)`: the same books on another day."""
        settings = self.api.app.config["SETTINGS"]

        def at(day: date, hour: int) -> Api:
            self.api.app.config["SETTINGS"] = replace(settings, clock_offset_s=offset_of(day, hour))
            return Api(self.api.app)

        try:
            yield at
        finally:
            self.api.app.config["SETTINGS"] = settings

    def fund(self, unit: str = "AH") -> str:
        """A new fund with plenty."""
        return new_fund(self.api, unit=unit, name=f"资金{next(self.numbers)}")

    def member(self) -> str:
        """One of two members after the other."""
        return MEMBERS[next(self.numbers) % 2]

    def payable(self, fund: str) -> tuple[str, str]:
        """An approved case of aid and its payment."""
        return approved(self.api, fund, self.member(), "1000.00", facts=MEDICAL)

    def batch(self, *acts: tuple[str, str]) -> str:
        """A batch of two payments after these acts."""
        fund = self.fund()
        path = prepared(self.api, fund, [self.payable(fund)[1] for _ in range(2)])
        for who, act in acts:
            done(self.api(who).act(path, act))
        return path

    def answered(self, outcome: BankOutcome) -> str:
        """The path of a payment of which the bank said this."""
        fund = self.fund()
        _, payment = self.payable(fund)
        bank_says(self.api, released(self.api, fund, [payment]), {1: outcome})
        return f"/disbursements/{payment}"

    def travelled(self) -> tuple[str, str]:
        """One who came back from a leave, another year when all have been: the paths of case and place."""
        number = next(self.leaves)
        with self.past() as at:
            year, member = leave.BACK.year - number // 5, leave.CANDIDATES[number % 5]
            case, place, _ = leave.returned(at, at(leave.OPEN, 9), year=year, member=member)
        return case, place

    def debt(self) -> str:
        """What a member owes for a leave."""
        case, place = self.travelled()
        done(self.api("finance").act(place, "settle", LEAVE_BILL))
        (found,) = done(self.api("finance").get(f"/receivables?application_id={case[-36:]}"))["items"]
        return f"/receivables/{found['id']}"
