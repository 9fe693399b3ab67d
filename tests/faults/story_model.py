"""A small model of a fund's money, and random operations over HTTP that must leave the real one in the same state."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from benefits.core.money import NOTHING
from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.clock import today
from tests.faults.wire import Answer, RemoteApi
from tests.story import MEDICAL, card, done, filing, identity, new_fund

LAST = today().year - 1  # the year of a story's first fund
_PART = {"reserved": "reserved", "returned": "reserved", "paid": "spent", "reversed": "spent"} | dict.fromkeys(
    ("batched", "released", "unknown"), "committed"
)

_CARDS = 10_000  # of each story its own: an account that comes to be of two persons stops a release
_UNIT = {"name": "随机工会", "union_kind": "primary"}


def registered(wire: RemoteApi, unit: str, seed: int, number: int) -> str:
    """The staff number of a new member with an account."""
    staff, born = f"{unit}-{number}", date(1970, 1, 1) + timedelta(days=seed)
    kept = {"id_number": identity(number + 1, born), "name": "王随机", "employment_type": "established"}
    body = {"unit_code": unit, "staff_number": staff, "dues_paid_through": f"{today().year}-12-31", **kept}
    path = f"/members/{done(wire('officer').post('/members', body))['id']}"
    account = {"holder": "王随机", "account_number": card(_CARDS * seed + number), "bank": "徽商银行"}
    done(wire("officer").patch(path, {"account": account}, if_match=wire("officer").get(path).headers["ETag"]))
    return staff


@dataclass
class Debt:
    """A case, and where its money stands: `at` is the state of its one live payment."""

    path: str
    amount: Decimal
    state: str = "draft"
    at: str | None = None
    payment: str = ""
    batch: str = ""
    corrected: bool = False
    came_back: bool = False
    fund: str = ""
    taken: Decimal = NOTHING  # of what was paid
    back: Decimal = NOTHING  # of that, what the fund has again
    lost: Decimal = NOTHING  # of that, what no longer counts for the member


class Story:
    """A union with one fund of last year, and what happens to its money; each act says what must come of it."""

    ACTS: tuple[tuple[str, int], ...] = (  # and how often; those near the bank seldom find anything to do
        *(("file", 4), ("submit", 6), ("approve", 6), ("build", 4), ("give_back", 1), ("adjust", 1)),
        *(("move_batch", 10), ("answer", 10), ("resolve", 10), ("correct", 6), ("repay", 4)),
    )

    def __init__(self, wire: RemoteApi, seed: int) -> None:
        self.wire, self.seed, self.chance = wire, seed, random.Random(seed)
        self.unit = f"AH-R{uuid4().hex[:8]}"
        done(wire("admin").post("/units", {**_UNIT, "code": self.unit, "parent_code": "AH"}))
        self.members = [registered(wire, self.unit, seed, number) for number in range(2)]
        amount = Decimal(self.chance.randint(500_000, 3_000_000)) / 100
        self.fund = new_fund(wire, f"{amount:.2f}", unit=self.unit, name=f"随机 {seed}", year=LAST)
        self.appropriated = {self.fund: amount}  # of every fund that there is
        self.debts: list[Debt] = []
        self.batches: dict[str, str] = {}  # path → state
        self.seen: dict[str, set[tuple[int, str]]] = {}  # path → what was flagged when the batch was approved
        self.log: list[str] = []

    def parts(self, fund: str = "") -> dict[str, Decimal]:
        """What a fund's page must show; the one that pays now unless told otherwise."""
        sums = dict.fromkeys(("reserved", "committed", "spent"), NOTHING)
        for debt in self.debts:
            if debt.at and debt.fund == (fund or self.fund):
                sums[_PART[debt.at]] += debt.amount - debt.back
        appropriated = self.appropriated[fund or self.fund]
        return {"appropriated": appropriated, **sums, "available": appropriated - sum(sums.values())}

    def run(self, steps: int) -> None:
        """So many operations."""
        names, weights = zip(*self.ACTS, strict=True)
        while len(self.log) < steps:
            getattr(self, self.chance.choices(names, weights)[0])()

    def does(self, who: str, path: str, body: Any, *wanted: str, tagged: bool = True) -> Answer:
        """Send it as this account; its code must be one of those wanted."""
        tag = self.wire("auditor").get(path.rpartition("/")[0]).headers["ETag"] if tagged else None
        answer = self.wire(who).post(path, body, if_match=tag)
        self.log.append(f"{who} {path} {answer.code}")
        assert answer.code in wanted, (self.seed, self.log[-5:], answer.body)
        return answer

    def one(self, **wanted: object) -> Debt | None:
        """Any debt that is like this."""
        found = [each for each in self.debts if all(getattr(each, name) == value for name, value in wanted.items())]
        return self.chance.choice(found) if found else None

    def file(self) -> None:
        amount = Decimal(self.chance.randint(1, 499_999)) / 100
        body = filing(self.wire, self.chance.choice(self.members), f"{amount:.2f}", facts=MEDICAL)
        made = self.does("officer", "/applications", body, "201", tagged=False).get_json()
        self.debts.append(Debt(f"/applications/{made['id']}", amount))

    def submit(self) -> None:
        if debt := self.one(state="draft") or self.one(state="returned"):
            self.does("officer", f"{debt.path}/submit", {}, "200")
            debt.state = "submitted"

    def approve(self) -> None:
        """It is paid out of what is left, or not at all; what is approved already is not approved again."""
        if debt := self.one(state="submitted") or (self.chance.random() < 0.1 and self.one(state="approved")):
            enough = debt.amount <= self.parts()["available"]
            wanted = "state_forbids" if debt.at else "200" if enough else "fund_exhausted"
            answer = self.does("reviewer", f"{debt.path}/approve", {"fund_id": self.fund}, wanted)
            if wanted == "200":
                debt.state, debt.at, debt.fund = "approved", "reserved", self.fund
                debt.payment = next(
                    each["id"] for each in answer.get_json()["disbursements"] if each["state"] == debt.at
                )

    def give_back(self) -> None:
        """The case goes back to its officer as long as no money has left."""
        if debt := self.one(state="approved") or self.one(state="submitted"):
            wanted = "200" if debt.at in {None, "reserved"} and not debt.came_back else "state_forbids"
            self.does("reviewer", f"{debt.path}/return", {"reason": "补材料"}, wanted)
            if wanted == "200":
                debt.state, debt.at, debt.payment = "returned", None, ""

    def build(self) -> None:
        fund = self.chance.choice(list(self.appropriated))
        waiting = [each for each in self.debts if each.at == "reserved" and each.fund == fund]
        if waiting:
            chosen = self.chance.sample(waiting, self.chance.randint(1, len(waiting)))
            body = {"fund_id": fund, "disbursement_ids": [each.payment for each in chosen]}
            made = self.does("finance", "/payment-batches", body, "201", tagged=False).get_json()
            self.batches[f"/payment-batches/{made['id']}"] = "prepared"
            for each in chosen:
                each.at, each.batch = "batched", f"/payment-batches/{made['id']}"

    def flags(self, path: str) -> set[tuple[int, str]]:
        """The payments of a batch that are flagged, each with the reason."""
        flagged = done(self.wire("finance").get(f"{path}/checks?limit=200"))["items"]
        return {(each["serial"], reason["code"]) for each in flagged for reason in each["reasons"]}

    def move_batch(self) -> None:
        """On to the bank, or apart again; what came to be flagged after the approval stops a release, and only that."""
        waiting = [path for path, state in self.batches.items() if state in {"prepared", "approved"}]
        if waiting:
            path = self.chance.choice(waiting)
            on = ("finance", "approve") if self.batches[path] == "prepared" else ("cashier", "release")
            who, act = on if self.chance.random() < 0.8 else ("finance", "cancel")
            flags = self.flags(path)
            wanted = "checks_changed" if act == "release" and flags - self.seen[path] else "200"
            self.does(who, f"{path}/{act}", {}, wanted)
            if wanted != "200":
                return
            if act == "approve":
                self.seen[path] = flags
            self.batches[path] = {"approve": "approved", "release": "released", "cancel": "cancelled"}[act]
            for each in self.debts:
                if each.batch == path and act != "approve":
                    each.at, each.batch = ("released", path) if act == "release" else ("reserved", "")

    def answer(self) -> None:
        """The bank answers everything in a batch, twice; it is booked as the worker books a file of results."""
        path = next((each.batch for each in self.debts if each.at == "released"), None)
        if path:
            listed = self.wire("auditor").get(f"/disbursements?batch_id={path.rpartition('/')[2]}&limit=200")
            serials = {each["id"]: each["serial"] for each in listed.get_json()["items"]}
            said = {
                each.payment: self.chance.choices(list(BankOutcome), (2, 2, 3))[0]
                for each in self.debts
                if each.batch == path
            }
            for _ in range(2):
                bank_says(self.wire, path, {serials[payment]: outcome for payment, outcome in said.items()})
            for each in self.debts:
                if each.payment in said:
                    each.at, each.batch = said[each.payment].value, ""
                    each.came_back = each.came_back or each.at != "paid"
            self.log.append(f"bank {path} {said}")

    def correct(self) -> None:
        if debt := self.one(at="returned", corrected=False):
            another = card(_CARDS * self.seed + _CARDS // 2 + len(self.log))
            body = {"holder": "王建国", "account_number": another, "bank": "建设银行"}
            self.does("officer", f"/disbursements/{debt.payment}/account", body, "200")
            debt.corrected = True

    def repay(self) -> None:
        """Once, and only to an account that was corrected."""
        if debt := self.one(at="returned"):
            wanted = "201" if debt.corrected else "state_forbids"
            answer = self.does("reviewer", f"/disbursements/{debt.payment}/approve", {}, wanted)
            if wanted == "201":
                debt.at, debt.payment, debt.corrected = "reserved", answer.get_json()["id"], False

    def resolve(self) -> None:
        if debt := self.one(at="unknown"):
            outcome = self.chance.choice(("paid", "paid", "returned"))
            serial = f"S{uuid4().hex[:10]}" if outcome == "paid" else None
            body = {"outcome": outcome, "reason": "对账单", "bank_serial": serial, "on": f"{today()}"}
            self.does("finance2", f"/disbursements/{debt.payment}/resolve", body, "200")
            debt.at = outcome

    def adjust(self) -> None:
        by = Decimal(self.chance.randint(-300_000, 300_000) or 1) / 100
        wanted = "200" if self.parts()["available"] + by >= 0 else "fund_exhausted"
        body = {"amount": f"{by:.2f}", "reason": "调整", "minutes": "主席办公会纪要"}
        self.does("finance", f"/funds/{self.fund}/adjustments", body, wanted)
        self.appropriated[self.fund] += by if wanted == "200" else 0
