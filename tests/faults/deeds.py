"""Requests that must have one effect each, ready to be sent: what opens, moves, commits or books money, and filings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, cycle, islice, product
from typing import Any
from uuid import uuid4

from tests.clock import today
from tests.faults.wire import Answer, Remote, RemoteApi
from tests.story import MEDICAL, approved, done, filing, new_fund, prepared, rows, submitted

MEMBERS = [f"D0{unit}-00{number}" for number, unit in product((1, 2, 3), (1, 2, 3))]
_members = cycle(MEMBERS)
_numbers = count(1)


@dataclass(frozen=True)
class Deed:
    """One request of one account under one key, and the question that counts what it has done."""

    who: str
    path: str
    body: dict[str, Any]
    counted: str
    values: dict[str, str]
    if_match: str | None = None
    key: str = field(default_factory=lambda: str(uuid4()))

    def request(self, wire: RemoteApi, **other: Any) -> Callable[..., Answer]:
        """The request, not sent yet; `other` replaces key, body or path."""
        deed = replace(self, **other)
        caller: Remote = wire(deed.who)
        return caller.prepared("POST", deed.path, deed.body, key=deed.key, if_match=deed.if_match)

    def effects(self, wire: RemoteApi) -> int:
        """How often it has been done."""
        found: int = rows(wire, self.counted, **self.values)[0][0]
        return found


def same(answer: Answer) -> tuple[int, bytes, str | None, str | None]:
    """What must be equal of the first answer and its replay."""
    return answer.status_code, answer.body, answer.headers["ETag"], answer.headers["Location"]


def _fund(wire: RemoteApi) -> str:
    return new_fund(wire, unit="AH", name=f"契据资金{next(_numbers)}")


def _tag(wire: RemoteApi, path: str) -> str:
    return str(wire("auditor").get(path).headers["ETag"])


def fund_opened(wire: RemoteApi) -> Deed:
    name = f"新资金{next(_numbers)}"
    body = {"unit_code": "AH", "name": name, "year": 2026, "source": "union_funds", "appropriated": "100.00"}
    return Deed("finance", "/funds", body, "SELECT count(*) FROM fund WHERE name = :name", {"name": name})


def fund_adjusted(wire: RemoteApi) -> Deed:
    fund = _fund(wire)
    path, body = f"/funds/{fund}", {"amount": "10.00", "reason": "追加", "minutes": "主席办公会纪要"}
    counted = "SELECT count(*) FROM fund_adjustment WHERE fund_id = :fund"
    return Deed("finance", f"{path}/adjustments", body, counted, {"fund": fund}, _tag(wire, path))


def case_filed(wire: RemoteApi) -> Deed:
    amount = f"{10 + next(_numbers) / 100:.2f}"
    body = filing(wire, next(_members), amount, facts=MEDICAL)
    counted = "SELECT count(*) FROM application WHERE amount = :amount"
    return Deed("officer", "/applications", body, counted, {"amount": amount})


def case_approved(wire: RemoteApi) -> Deed:
    fund, path = _fund(wire), submitted(wire, next(_members), "1000.00", facts=MEDICAL)
    counted = "SELECT count(*) FROM disbursement WHERE fund_id = :fund"
    return Deed("reviewer", f"{path}/approve", {"fund_id": fund}, counted, {"fund": fund}, _tag(wire, path))


def batch_prepared(wire: RemoteApi) -> Deed:
    fund = _fund(wire)
    payments = [approved(wire, fund, next(_members), "10.00", facts=MEDICAL)[1] for _ in range(2)]
    body = {"fund_id": fund, "disbursement_ids": payments}
    counted = "SELECT count(*) FROM payment_batch WHERE fund_id = :fund"
    return Deed("finance", "/payment-batches", body, counted, {"fund": fund})


def batch_approved(wire: RemoteApi) -> Deed:
    fund = _fund(wire)
    path = prepared(wire, fund, [approved(wire, fund, next(_members), "10.00", facts=MEDICAL)[1]])
    counted = (
        "SELECT count(*) FROM act JOIN disbursement d ON d.id = act.disbursement_id "
        "WHERE act.act = 'approve_payment' AND d.fund_id = :fund"
    )
    return Deed("finance", f"{path}/approve", {}, counted, {"fund": fund}, _tag(wire, path))


def receipt_booked(wire: RemoteApi) -> Deed:
    fund, serial = _fund(wire), f"R-{uuid4().hex[:12]}"
    body = {"fund_id": fund, "amount": "10.00", "received_on": f"{today()}", "payer": "省总工会", "bank_serial": serial}
    counted = "SELECT count(*) FROM voucher WHERE reference = :serial"
    return Deed("finance", "/ledger/receipts", body, counted, {"serial": serial})


def proposed(wire: RemoteApi, by: str = "finance") -> tuple[str, str]:
    """The path of a voucher that waits to be posted by another, and its reference."""
    reference = f"发票 {uuid4().hex[:12]}"
    lines = [
        {"account": account, "debit": debit, "credit": credit}
        for account, debit, credit in (("505", "3.00", "0.00"), ("102", "0.00", "3.00"))
    ]
    body = {"unit_code": "AH-D01", "on": f"{today()}", "reference": reference, "memo": "培训费", "lines": lines}
    return f"/ledger/proposals/{done(wire(by).post('/ledger/proposals', body))['id']}", reference


def voucher_posted(wire: RemoteApi) -> Deed:
    path, reference = proposed(wire)
    counted = "SELECT count(*) FROM voucher WHERE reference = :reference"
    return Deed("finance2", f"{path}/post", {}, counted, {"reference": reference}, _tag(wire, path))


KINDS: tuple[Callable[[RemoteApi], Deed], ...] = (
    *(fund_opened, fund_adjusted, case_filed, case_approved),
    *(batch_prepared, batch_approved, receipt_booked, voucher_posted),
)


MONEY = tuple(kind for kind in KINDS if kind is not case_filed)  # their keys are kept for ever


def deeds(wire: RemoteApi, many: int, kinds: Sequence[Callable[[RemoteApi], Deed]] = KINDS) -> list[Deed]:
    """So many, of every kind in turn."""
    return [kind(wire) for kind in islice(cycle(kinds), many)]
