"""Money taken back, received, corrected and given up, all at once by several processes: each has one effect."""

from __future__ import annotations

import pytest

from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.faults.conftest import TRIALS
from tests.faults.test_races import MEMBERS, codes, fund_of
from tests.faults.wire import RemoteApi, at_once
from tests.story import MEDICAL as AID
from tests.story import approved, balance, card, done, recomputed, released, rows, today

TOO_MUCH = {"kind": "paid_too_much", "amount": "600.00", "reason": "录错", "minutes": "纪要〔2026〕7号"}
ACCOUNT = {"holder": "王建国", "account_number": card(41), "bank": "徽商银行"}


def answered(wire: RemoteApi, fund: str, outcome: BankOutcome) -> list[str]:
    """The paths of nine payments of 1000.00 that the bank answered so."""
    payments = [approved(wire, fund, member, "1000.00", facts=AID)[1] for member in MEMBERS]
    bank_says(wire, released(wire, fund, payments), dict.fromkeys(range(1, 10), outcome))
    return [f"/disbursements/{each}" for each in payments]


def tag(wire: RemoteApi, path: str) -> str:
    return str(wire("auditor").get(path).headers["ETag"])


@pytest.mark.parametrize("trial", range(TRIALS))
def test_a_payment_is_taken_back_once_however_often_it_is_asked(wire: RemoteApi, trial: int) -> None:
    """Control: the payment's row locked in `lock_disbursement`; without it two of 600 are taken back of 1000."""
    fund = fund_of(wire, "100000.00")
    for place in answered(wire, fund, BankOutcome.PAID)[:3]:
        seen, finance = tag(wire, place), wire("finance2")
        asked = [finance.prepared("POST", f"{place}/reverse", TOO_MUCH, if_match=seen) for _ in range(6)]
        assert codes(at_once(asked)) == {"200": 1, "stale": 5}
        (held,) = rows(
            wire,
            "SELECT count(*) AS n, sum(v.amount) AS amount, max(d.reversed_amount) AS kept FROM reversal v "
            "JOIN disbursement d ON d.id = v.disbursement_id WHERE d.id = :id",
            id=place.rpartition("/")[2],
        )
        assert (held.n, f"{held.amount:.2f}", f"{held.kept:.2f}") == (1, "600.00", "600.00")
    assert balance(wire, fund) == recomputed(wire, fund)
    assert balance(wire, fund)["spent"] == "9000.00"


@pytest.mark.parametrize("trial", range(TRIALS))
def test_taking_back_and_receiving_do_not_lose_each_other(wire: RemoteApi, trial: int) -> None:
    """Control: the fund moves by one conditional update, and the receivable's row is locked in `lock_receivable`."""
    fund = fund_of(wire, "100000.00")
    asked = []
    for place in answered(wire, fund, BankOutcome.PAID)[:4]:
        done(wire("finance2").act(place, "reverse", TOO_MUCH))
        case = done(wire("auditor").get(place))["application_id"]
        (owed,) = done(wire("auditor").get(f"/receivables?application_id={case}"))["items"]
        debt = f"/receivables/{owed['id']}"
        for name, seen in ((f"SK-{owed['id']}-1", tag(wire, debt)), (f"SK-{owed['id']}-2", tag(wire, debt))):
            body = {"amount": "400.00", "received_on": today().isoformat(), "bank_serial": name[-40:]}
            asked.append(wire("finance").prepared("POST", f"{debt}/receipts", body, if_match=seen))
        rest = {**TOO_MUCH, "amount": None}
        asked.append(wire("finance2").prepared("POST", f"{place}/reverse", rest, if_match=tag(wire, place)))
    assert codes(at_once(asked)) == {"200": 8, "stale": 4}
    assert balance(wire, fund) == recomputed(wire, fund)
    assert balance(wire, fund)["spent"] == "7400.00"


@pytest.mark.parametrize("trial", range(TRIALS))
def test_what_is_given_up_is_not_repaid_and_what_is_repaid_is_not_given_up(wire: RemoteApi, trial: int) -> None:
    """Control: case and payment locked before either looks; without, the fund frees what it is about to pay again."""
    fund = fund_of(wire, "100000.00")
    places = answered(wire, fund, BankOutcome.RETURNED)
    for place in places:
        done(wire("officer").act(place, "account", ACCOUNT))
    asked = []
    for place in places:
        seen, reviewer = tag(wire, place), wire("reviewer")
        asked.append(reviewer.prepared("POST", f"{place}/abandon", {"reason": "拒收"}, if_match=seen))
        asked.append(reviewer.prepared("POST", f"{place}/approve", {}, if_match=seen))
    found = codes(at_once(asked))
    assert found["200"] + found["201"] == found["stale"] == len(places)
    assert balance(wire, fund) == recomputed(wire, fund)
    assert balance(wire, fund)["reserved"] == f"{1000 * found['201']}.00"
