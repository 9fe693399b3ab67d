"""What finance settles and books, several times and in several ways at once: settled once, booked once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.clock import today
from tests.faults.conftest import Canary
from tests.faults.deeds import MEMBERS, proposed
from tests.faults.test_races import codes, fund_of
from tests.faults.wire import RemoteApi, at_once
from tests.faults.worlds import REPEATS, World
from tests.story import GIFT, MEDICAL, approved, balance, done, recomputed, released, rows, submitted

WORKERS = 0
AT_ONCE = 10


def posted(wire: RemoteApi, fund: str) -> str:
    """What the books say was spent of a fund."""
    found = rows(wire, "SELECT coalesce(sum(total), 0.00) AS posted FROM voucher WHERE fund_id = :fund", fund=fund)
    return str(found[0].posted)


def one_of(wire: RemoteApi, who: str, path: str, acts: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """These acts at once on one version of a thing, each under a key of its own: one happens."""
    tag = wire("auditor").get(path).headers["ETag"]
    answers = at_once([wire(who).prepared("POST", f"{path}/{act}", body, if_match=tag) for act, body in acts])
    assert codes(answers) == {"200": 1, "stale": len(acts) - 1}, path


def an_unknown_payment_is_resolved_once(world: World) -> None:
    """Paid and returned at once; other payments of the fund are open too, so that its sums do not stop the second."""
    wire = world.api
    fund = fund_of(wire, "100000.00")
    payments = [approved(wire, fund, member, "1000.00", facts=MEDICAL)[1] for member in MEMBERS[:4]]
    bank_says(wire, released(wire, fund, payments), dict.fromkeys(range(1, 5), BankOutcome.UNKNOWN))
    says = {"reason": "对账单", "on": f"{today()}"}
    paid = [{**says, "outcome": "paid", "bank_serial": f"U-{uuid4().hex[:8]}"} for _ in range(AT_ONCE // 2)]
    back = [{**says, "outcome": "returned"} for _ in range(AT_ONCE // 2)]
    acts = [("resolve", body) for pair in zip(paid, back, strict=True) for body in pair]
    one_of(wire, "finance2", f"/disbursements/{payments[0]}", acts)
    assert balance(wire, fund) == recomputed(wire, fund)
    assert posted(wire, fund) == balance(wire, fund)["spent"]


def a_gift_is_settled_once(world: World) -> None:
    """Ten invoices at once for one gift; another gift's money is reserved in the same fund."""
    wire = world.api
    fund = fund_of(wire, "100000.00", "AH-D01")
    gift = {"programme": "holiday_visit", "facts": {**GIFT, "dues_paid_through": f"{today().year}-12-31"}}
    for member in ("D01-001", "D01-002"):
        path = submitted(wire, member, "20.00", **gift, on=f"{today().year}-09-25")
        done(wire("reviewer").act(path, "approve", {"fund_id": fund}))
    acts = [("settle", {"invoice": f"{uuid4()}", "amount": f"{n + 1}.00"}) for n in range(AT_ONCE)]
    one_of(wire, "finance", path, acts)
    assert balance(wire, fund) == recomputed(wire, fund)
    assert posted(wire, fund) == balance(wire, fund)["spent"]


def a_proposal_is_posted_once(world: World) -> None:
    """Posted and dropped at once by another person than drew it up."""
    wire = world.api
    path, reference = proposed(wire)
    one_of(wire, "finance2", path, [("post", {})] * (AT_ONCE - 2) + [("drop", {})] * 2)
    (row,) = rows(wire, "SELECT count(*) AS n FROM voucher WHERE reference = :r", r=reference)
    assert row.n == (done(wire("auditor").get(path))["state"] == "posted")


def a_bank_serial_is_received_once(world: World) -> None:
    """One line of the bank's statement, entered at once for several funds of one unit."""
    wire, finance = world.api, world.api("finance")
    funds, serial = [fund_of(wire, "1000.00") for _ in range(4)], f"R-{uuid4().hex[:12]}"
    came = {"amount": "10.00", "received_on": f"{today()}", "payer": "省总工会", "bank_serial": serial}
    bodies = [{**came, "fund_id": fund} for fund in funds] * 2
    found = codes(at_once([finance.prepared("POST", "/ledger/receipts", body) for body in bodies]))
    (row,) = rows(wire, "SELECT count(*) AS n FROM voucher WHERE reference = :r", r=serial)
    assert (row.n, found) == (1, {"201": 1, "already_exists": 7})


CHECKS = {
    "payment_not_locked": an_unknown_payment_is_resolved_once,
    "case_not_locked": a_gift_is_settled_once,
    "proposal_not_locked": a_proposal_is_posted_once,
    "serial_asked_before_the_lock": a_bank_serial_is_received_once,
}


@pytest.mark.parametrize("trial", range(REPEATS))
@pytest.mark.parametrize("check", CHECKS.values())
def test_it_happens_once(world: World, check: Any, trial: int) -> None:
    check(world)


@pytest.mark.parametrize("defect", CHECKS)
def test_it_is_noticed_where_nothing_holds_it(canary: Canary, defect: str) -> None:
    canary(defect, CHECKS[defect], tries=10)
