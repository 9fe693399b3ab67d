"""Every act that moves money, by its route: what must stand before it, and the request itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.vocabulary import BankOutcome
from tests import mutual_aid, relief, rosters
from tests.clock import today
from tests.faults.goods_acts import GOODS_ACTS, VISIT
from tests.faults.killing import Asked
from tests.faults.preparing import LEAVE_BILL, Story
from tests.stock import stocked
from tests.story import GIFT, MEDICAL, card, done, submitted

REASON = {"reason": "经集体讨论"}
ACCOUNT = {"holder": "王建国", "account_number": card(41), "bank": "徽商银行"}


def _act(path: str, act: str, who: str, body: dict[str, Any] | None = None) -> Asked:
    return Asked(who, f"{path}/{act}", body or {}, of=path)


def approve_case(story: Story) -> Asked:
    """A reviewer approves; fund and entitlement are reserved, a payment is made."""
    path = submitted(story.api, story.member(), "1000.00", facts=MEDICAL)
    return _act(path, "approve", "reviewer", {"fund_id": story.fund()})


def return_case(story: Story) -> Asked:
    """An approved case goes back; everything reserved is free again."""
    path, _ = story.payable(story.fund())
    return _act(path, "return", "reviewer", REASON)


def settle_case(story: Story) -> Asked:
    """A gift in kind is charged against its invoice."""
    number, facts = next(story.numbers), {**GIFT, "dues_paid_through": f"{today().year}-12-31"}
    path = submitted(story.api, "D01-001", "10.00", programme="holiday_visit", facts=facts, on=f"{today().year}-09-25")
    done(story.api("reviewer").act(path, "approve", {"fund_id": story.fund("AH-D01")}))
    return _act(path, "settle", "finance", {"invoice": f"2534200000000000{number:04d}", "amount": "8.00"})


def approve_account(story: Story) -> Asked:
    """A corrected account of a returned payment is approved: a new payment."""
    path = story.answered(BankOutcome.RETURNED)
    done(story.api("officer").act(path, "account", ACCOUNT))
    return _act(path, "approve", "reviewer")


def resolve(story: Story) -> Asked:
    """What the bank left open is settled by hand."""
    path = story.answered(BankOutcome.UNKNOWN)
    said = {"outcome": "paid", "reason": "对账单", "bank_serial": f"D{next(story.numbers)}"}
    return _act(path, "resolve", "finance2", {**said, "on": today().isoformat()})


def abandon(story: Story) -> Asked:
    """A returned payment is given up."""
    return _act(story.answered(BankOutcome.RETURNED), "abandon", "reviewer", REASON)


def reverse(story: Story) -> Asked:
    """A part of what was paid is taken back; the member owes it."""
    body = {"kind": "paid_too_much", "amount": "100.00", "reason": "多付", "minutes": "主席办公会纪要"}
    return _act(story.answered(BankOutcome.PAID), "reverse", "finance2", body)


def open_fund(story: Story) -> Asked:
    """A fund is opened."""
    body = {"unit_code": "AH", "year": today().year, "source": "union_funds", "appropriated": "100.00"}
    return Asked("finance", "/funds", {**body, "name": f"新资金{next(story.numbers)}"})


def adjust_fund(story: Story) -> Asked:
    """A fund is adjusted."""
    return _act(
        f"/funds/{story.fund()}",
        "adjustments",
        "finance",
        {"amount": "7.00", "reason": "追加", "minutes": "主席办公会纪要"},
    )


def post_proposal(story: Story) -> Asked:
    """A voucher by hand is posted by another person."""
    sides = [("505", "300.00", "0.00"), ("102", "0.00", "300.00")]
    lines = [{"account": account, "debit": debit, "credit": credit} for account, debit, credit in sides]
    body = {"unit_code": "AH-D01", "on": today().isoformat(), "reference": "发票", "memo": "培训费", "lines": lines}
    made = done(story.api("finance").post("/ledger/proposals", body))
    return _act(f"/ledger/proposals/{made['id']}", "post", "finance2")


def book_receipt(story: Story) -> Asked:
    """Money that came in is booked."""
    body = {"fund_id": story.fund("AH-D01"), "amount": "500.00", "received_on": today().isoformat(), "payer": "省总"}
    return Asked("finance", "/ledger/receipts", {**body, "bank_serial": f"S{next(story.numbers)}"})


def confirm_premium(story: Story) -> Asked:
    """A unit's transfer of premiums puts covers in force."""
    number = next(story.numbers)
    pool = mutual_aid.pool(story.api, f"互助金池{number}")
    member = mutual_aid.worker(story.api, 300 + 2 * number)
    mutual_aid.enrol(story.api, mutual_aid.enrolment(story.api, member))
    body = mutual_aid.transfer("40.00", pool, bank_serial=f"P{number}")
    return Asked("finance", "/mutual-aid/premium-payments", body)


def build_batch(story: Story) -> Asked:
    """Two payments are put into a batch."""
    fund = story.fund()
    body = {"fund_id": fund, "disbursement_ids": [story.payable(fund)[1] for _ in range(2)]}
    return Asked("finance", "/payment-batches", body)


def settle_place(story: Story) -> Asked:
    """A leave is settled; what the member owes becomes a receivable."""
    _, place = story.travelled()
    return _act(place, "settle", "finance", LEAVE_BILL)


def receive_debt(story: Story) -> Asked:
    """A part of what a member owes comes in."""
    body = {"amount": "100.00", "received_on": today().isoformat(), "bank_serial": f"R{next(story.numbers)}"}
    return _act(story.debt(), "receipts", "finance", body)


def settle_point(story: Story) -> Asked:
    """What was signed for at a visit point is charged to the fund."""
    lot = stocked(story.api, 40, batch_number=f"L{next(story.numbers)}")
    path = relief.approved_point(story.api, story.fund())
    done(story.api("officer").act(path, "visit", relief.visit((lot, 40))))
    done(story.api("officer").act(path, "put-back", {"goods": relief.portions((lot, 2))}))
    done(story.api("reviewer").act(path, "sign", relief.signature((lot, 38))))
    return _act(path, "settle", "finance")


def close_roster(story: Story) -> Asked:
    """A roster that everybody signed is charged."""
    path, _ = rosters.approved(story.api, story.fund("AH-D01"), **VISIT)
    rosters.signed_by_all(story.api, path)
    return _act(path, "close", "finance")


def _roster(story: Story) -> str:
    path, _ = rosters.approved(story.api, story.fund("AH-D01"), **VISIT)
    return path


def _last_year(story: Story) -> tuple[str, int, str]:
    """A new union with money that came in last June: its code, that year, its fund."""
    number, year = next(story.numbers), today().year - 1
    unit = {"code": f"AH-Y{number:03d}", "name": "年结工会", "parent_code": "AH", "union_kind": "primary"}
    done(story.api("admin").post("/units", unit))
    body = {"unit_code": unit["code"], "name": "年度资金", "year": year, "source": "union_funds"}
    fund = done(story.api("finance").post("/funds", {**body, "appropriated": "9000.00"}))["id"]
    receipt = {"fund_id": fund, "amount": "500.00", "received_on": f"{year}-06-01", "payer": "省总"}
    done(story.api("finance").post("/ledger/receipts", {**receipt, "bank_serial": f"Y{number}"}))
    return unit["code"], year, fund


def close_month(story: Story) -> Asked:
    """A month that is over is closed."""
    unit, year, _ = _last_year(story)
    return Asked("finance", "/ledger/months", {"unit_code": unit, "year": year, "month": 6})


def draw_up_year(story: Story) -> Asked:
    """The closing of a year is drawn up."""
    month = close_month(story)
    done(story.api(month.who).post(month.path, month.body))
    return Asked("finance", "/ledger/years", {name: month.body[name] for name in ("unit_code", "year")})


def closing(story: Story) -> tuple[str, str, str]:
    """A new union's last year, to be closed: the paths of the closing, of a fund, and of a visit that holds some."""
    unit, year, fund = _last_year(story)
    visit = relief.approved_point(story.api, fund, unit_code=unit, visited_unit_code=unit)
    done(story.api("finance").post("/ledger/months", {"unit_code": unit, "year": year, "month": 6}))
    made = done(story.api("finance").post("/ledger/years", {"unit_code": unit, "year": year}))
    return f"/ledger/years/{made['id']}", f"/funds/{fund}", visit


def carry_over(story: Story) -> Asked:
    """What became free after the year was closed moves on."""
    year, fund, visit = closing(story)
    done(story.api("finance2").act(year, "post"))
    done(story.api("officer").act(visit, "cancel", REASON))
    return _act(fund, "carry-over", "finance")


MONEY_ACTS: dict[str, Callable[[Story], Asked]] = {  # route → the request
    **GOODS_ACTS,
    "/applications/{}/approve": approve_case,
    "/applications/{}/return": return_case,
    "/applications/{}/settle": settle_case,
    "/disbursements/{}/abandon": abandon,
    "/disbursements/{}/approve": approve_account,
    "/disbursements/{}/resolve": resolve,
    "/disbursements/{}/reverse": reverse,
    "/funds": open_fund,
    "/funds/{}/adjustments": adjust_fund,
    "/funds/{}/carry-over": carry_over,
    "/ledger/months": close_month,
    "/ledger/proposals/{}/post": post_proposal,
    "/ledger/receipts": book_receipt,
    "/ledger/years": draw_up_year,
    "/ledger/years/{}/post": lambda story: _act(closing(story)[0], "post", "finance2"),
    "/mutual-aid/premium-payments": confirm_premium,
    "/payment-batches": build_batch,
    "/payment-batches/{}/approve": lambda story: _act(story.batch(), "approve", "finance"),
    "/payment-batches/{}/cancel": lambda story: _act(story.batch(), "cancel", "finance"),
    "/payment-batches/{}/release": lambda story: _act(story.batch(("finance", "approve")), "release", "cashier"),
    "/places/{}/settle": settle_place,
    "/receivables/{}/receipts": receive_debt,
    "/receivables/{}/write-off": lambda story: _act(story.debt(), "write-off", "reviewer", REASON),
    "/relief-points/{}/approve": lambda story: _act(
        relief.planned(story.api), "approve", "reviewer", {"fund_id": story.fund()}
    ),
    "/relief-points/{}/cancel": lambda story: _act(
        relief.approved_point(story.api, story.fund()), "cancel", "officer", REASON
    ),
    "/relief-points/{}/settle": settle_point,
    "/rosters/{}/approve": lambda story: _act(
        rosters.frozen(story.api, **VISIT), "approve", "reviewer", {"fund_id": story.fund("AH-D01")}
    ),
    "/rosters/{}/close": close_roster,
    "/rosters/{}/return": lambda story: _act(_roster(story), "return", "reviewer", REASON),
}
