"""P3: one debt is paid once, whoever asks with however many keys: a case, a returned payment, a whole batch."""

from __future__ import annotations

import pytest

from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.faults.conftest import Canary
from tests.faults.deeds import MEMBERS
from tests.faults.test_fund_limit import waiting
from tests.faults.test_races import approvals, codes, fund_of
from tests.faults.wire import RemoteApi, at_once
from tests.faults.worlds import World, scaled
from tests.story import MEDICAL, approved, balance, card, done, recomputed, released, rows

AT_ONCE = 10
WORKERS = 0
_LIVE = (
    "SELECT count(*) FROM disbursement d WHERE d.application_id = :case AND d.state <> 'cancelled' "
    "AND NOT EXISTS (SELECT 1 FROM disbursement r WHERE r.replaces_id = d.id)"
)


def live_payments(wire: RemoteApi, path: str) -> int:
    found: int = rows(wire, _LIVE, case=path.rpartition("/")[2])[0][0]
    return found


def one_payment_for_a_case(world: World, cases: int = 3) -> None:
    """Ten approvals at once, each under a key of its own."""
    wire = world.api
    fund = fund_of(wire, "1000000.00")
    for _ in range(cases):
        path, _ = waiting(wire)
        found = codes(approvals(wire, [path] * AT_ONCE, fund))
        assert live_payments(wire, path) == 1, (path, found)
        assert found == {"200": 1, "stale": AT_ONCE - 1}, (path, found)
    assert balance(wire, fund)["reserved"] == f"{cases * 1000}.00"
    assert balance(wire, fund) == recomputed(wire, fund)


def one_repayment_of_what_came_back(world: World, payments: int = 2) -> None:
    """Ten approvals at once of the corrected account of a returned payment."""
    wire = world.api
    fund = fund_of(wire, "1000000.00")
    cases = [approved(wire, fund, MEMBERS[n % len(MEMBERS)], "100.00", facts=MEDICAL) for n in range(payments)]
    batch = released(wire, fund, [payment for _, payment in cases])
    bank_says(wire, batch, dict.fromkeys(range(1, payments + 1), BankOutcome.RETURNED))
    for number, (case, payment) in enumerate(cases):
        path = f"/disbursements/{payment}"
        account = {"account_number": card(100 + number), "holder": "王建国", "bank": "建设银行"}
        done(wire("officer").act(path, "account", account))
        found = codes(approvals_of_account(wire, path))
        assert live_payments(wire, case) == 1, (case, found)
        assert set(found) <= {"201", "stale", "already_paid"}, (case, found)
    assert balance(wire, fund) == recomputed(wire, fund)


def approvals_of_account(wire: RemoteApi, path: str) -> list[object]:
    reviewer = wire("reviewer")
    tag = reviewer.get(path).headers["ETag"]
    return at_once([reviewer.prepared("POST", f"{path}/approve", {}, if_match=tag) for _ in range(AT_ONCE)])


def one_batch_of_the_same_payments(world: World, payments: int = 10, doubles: int = 3) -> None:
    """A whole batch submitted twice at once; other money of the fund is reserved, so that only the payments stop it."""
    wire = world.api
    fund, finance = fund_of(wire, "1000000.00"), wire("finance")
    approved(wire, fund, "D01-001", f"{payments * 10 + 1000}.00", facts=MEDICAL)
    wanted = [approved(wire, fund, MEMBERS[n % len(MEMBERS)], "10.00", facts=MEDICAL)[1] for n in range(payments)]
    body = {"fund_id": fund, "disbursement_ids": wanted}
    for double in range(doubles):
        answers = at_once([finance.prepared("POST", "/payment-batches", body) for _ in range(2)])
        found = codes(answers)
        assert found == {"201": 1, "state_forbids": 1}, (double, found)
        assert balance(wire, fund)["committed"] == f"{payments * 10}.00"
        assert balance(wire, fund) == recomputed(wire, fund)
        (made,) = [answer.get_json() for answer in answers if answer.status_code == 201]
        done(finance.act(f"/payment-batches/{made['id']}", "cancel"))


@pytest.mark.timeout(1200)
def test_a_case_is_paid_once_under_ten_keys(world: World) -> None:
    one_payment_for_a_case(world, scaled(5, 500))


@pytest.mark.timeout(600)
def test_a_returned_payment_is_repaid_once_under_ten_keys(world: World) -> None:
    one_repayment_of_what_came_back(world, scaled(2, 50))


@pytest.mark.timeout(600)
def test_a_whole_batch_submitted_twice_is_one(world: World) -> None:
    one_batch_of_the_same_payments(world, scaled(10, 200), scaled(3, 20))


def test_a_case_that_nobody_locks_is_noticed(canary: Canary) -> None:
    canary("case_not_locked", one_payment_for_a_case, tries=5)


def test_a_returned_payment_that_nobody_locks_is_noticed(canary: Canary) -> None:
    canary("payment_not_locked", one_repayment_of_what_came_back, tries=5)


def test_a_batch_that_does_not_ask_what_its_payments_are_is_noticed(canary: Canary) -> None:
    canary("batch_does_not_ask_for_state", one_batch_of_the_same_payments, tries=3)
