"""The rest of the model: money taken back, recovered or written off, payments given up, months and a year closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import uuid4

from benefits.core.money import NOTHING
from tests.clock import today
from tests.faults.story_model import LAST, Debt, Story
from tests.faults.wire import RemoteApi
from tests.story import done

KINDS = ("paid_too_much", "not_entitled", "wrong_payee", "bank_took_back")


@dataclass
class Owed:
    """What is still owed of a payment taken back, and whether it counts for its member until it comes."""

    path: str
    debt: Debt
    left: Decimal
    counts: bool


class LongStory(Story):
    """What happens after money has left, in books that are closed month by month under its feet."""

    ACTS = (
        *Story.ACTS,
        *(("take_back", 8), ("recover", 8), ("write_off", 1), ("abandon", 1)),
        *(("receive", 4), ("close_month", 2), ("close_year", 2), ("carry_over", 1)),
    )

    def __init__(self, wire: RemoteApi, seed: int) -> None:
        super().__init__(wire, seed)
        self.owed: list[Owed] = []
        self.received = self.recovered = NOTHING
        self.before = ""  # the fund of the closed year
        self.months: set[int] = set()  # of last year, with vouchers
        self.closed: set[int] = set()

    def part_of(self, whole: Decimal) -> Decimal:
        """All of it as often as not, or some."""
        return whole if self.chance.random() < 0.5 else Decimal(self.chance.randint(1, int(whole * 100))) / 100

    def take_back(self) -> None:
        """The fund has its money again when it is there, the member their room when they have the money no more."""
        if debt := self.one(at="paid"):
            amount, kind = self.part_of(debt.amount - debt.taken), self.chance.choice(KINDS)
            body = {"kind": kind, "amount": f"{amount:.2f}", "reason": "复核", "minutes": "主席办公会纪要"}
            if kind == "bank_took_back":
                body |= {"bank_serial": uuid4().hex[:12], "received_on": f"{today()}"}
                debt.back += amount
            self.does("finance2", f"/disbursements/{debt.payment}/reverse", body, "200")
            debt.taken += amount
            if kind in {"wrong_payee", "bank_took_back"}:
                debt.lost += amount
            if kind != "bank_took_back":
                self.owed.append(Owed(self._raised(debt), debt, amount, kind != "wrong_payee"))
            if debt.taken == debt.amount:
                debt.at = debt.state = "reversed"

    def _raised(self, debt: Debt) -> str:
        shown = done(self.wire("auditor").get(f"/receivables?application_id={debt.path[-36:]}&limit=200"))
        known = {each.path for each in self.owed}
        (path,) = {f"/receivables/{each['id']}" for each in shown["items"]} - known
        return path

    def recover(self) -> None:
        if owing := [each for each in self.owed if each.left]:
            owed = self.chance.choice(owing)
            amount = self.part_of(owed.left)
            body = {"amount": f"{amount:.2f}", "received_on": f"{today()}", "bank_serial": uuid4().hex[:12]}
            self.does("finance", f"{owed.path}/receipts", body, "200")
            owed.left -= amount
            owed.debt.back += amount
            owed.debt.lost += amount if owed.counts else 0
            self.recovered += amount

    def write_off(self) -> None:
        """The fund has lost it, and the member goes on having it."""
        if owing := [each for each in self.owed if each.left]:
            owed = self.chance.choice(owing)
            self.does("reviewer", f"{owed.path}/write-off", {"reason": "核销"}, "200")
            owed.left = NOTHING

    def abandon(self) -> None:
        if debt := self.one(at="returned"):
            self.does("reviewer", f"/disbursements/{debt.payment}/abandon", {"reason": "拒收"}, "200")
            debt.at, debt.state = None, "unpaid"

    def receive(self) -> None:
        """Today, or on a day of last year as long as its month, and those after it, are open."""
        amount, month = Decimal(self.chance.randint(1, 99_999)) / 100, self.chance.randint(1, 14)
        on = date(LAST, month, 15) if month <= 12 else today()
        wanted = "state_forbids" if month <= max(self.closed, default=0) else "201"
        came = {"received_on": f"{on}", "payer": "省总工会", "bank_serial": uuid4().hex[:12]}
        body = {"fund_id": self.fund, "amount": f"{amount:.2f}", **came}
        self.does("finance", "/ledger/receipts", body, wanted, tagged=False)
        if wanted == "201":
            self.received += amount
            self.months |= {month} & set(range(1, 13))

    def close_month(self) -> None:
        """One that is not closed, and before which nothing is open."""
        still = self.months - self.closed
        month = min(still) if still and self.chance.random() < 0.7 else self.chance.randint(1, 12)
        wanted = "state_forbids" if month in self.closed or min(still, default=12) < month else "201"
        body = {"unit_code": self.unit, "year": LAST, "month": month}
        self.does("finance", "/ledger/months", body, wanted, tagged=False)
        self.closed |= {month} if wanted == "201" else set()

    def close_year(self) -> None:
        """What is available moves on; what decisions hold stays payable where it is."""
        at_bank = any(each.at in {"released", "unknown"} for each in self.debts)
        wanted = "year_not_ready" if self.months - self.closed or at_bank else "201"
        wanted = "already_exists" if self.before else wanted
        body = {"unit_code": self.unit, "year": LAST}
        answer = self.does("finance", "/ledger/years", body, wanted, tagged=False)
        if wanted == "201":
            self.does("finance2", f"/ledger/years/{answer.get_json()['id']}/post", {}, "200")
            self.before, self.closed = self.fund, set(range(1, 13))
            self.fund = str(done(self.wire("finance").get(f"/funds/{self.before}"))["successor_id"])
            self.appropriated[self.fund] = NOTHING
            self._move_on()

    def carry_over(self) -> None:
        """What has become free since then moves on, too."""
        if self.before:
            wanted = "200" if self.parts(self.before)["available"] else "state_forbids"
            self.does("finance", f"/funds/{self.before}/carry-over", {}, wanted)
            self._move_on()

    def _move_on(self) -> None:
        free = self.parts(self.before)["available"]
        self.appropriated[self.before] -= free
        self.appropriated[self.fund] += free
