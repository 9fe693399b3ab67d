"""Money taken back, received, corrected and given up, all at once by several processes: each has one effect."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.clock import today
from tests.faults.conftest import Canary
from tests.faults.deeds import MEMBERS
from tests.faults.test_races import codes, fund_of
from tests.faults.wire import RemoteApi, at_once
from tests.faults.worlds import REPEATS, World
from tests.story import MEDICAL, approved, balance, card, done, recomputed, released, rows

WORKERS = 0
TOO_MUCH = {"kind": "paid_too_much", "amount": "600.00", "reason": "录错", "minutes": "纪要〔2026〕7号"}
ACCOUNT = {"holder": "王建国", "account_number": card(41), "bank": "徽商银行"}


def answered(wire: RemoteApi, fund: str, outcome: BankOutcome, members: Sequence[str] = MEMBERS[:4]) -> list[str]:
    """The paths of payments of 1000.00 that the bank answered so."""
    payments = [approved(wire, fund, member, "1000.00", facts=MEDICAL)[1] for member in members]
    bank_says(wire, released(wire, fund, payments), dict.fromkeys(range(1, len(payments) + 1), outcome))
    return [f"/disbursements/{each}" for each in payments]


def tag(wire: RemoteApi, path: str) -> str:
    return str(wire("auditor").get(path).headers["ETag"])


def debt(wire: RemoteApi, place: str) -> str:
    """The path of the receivable that the reversal of a payment left."""
    case = done(wire("auditor").get(place))["application_id"]
    (owed,) = done(wire("auditor").get(f"/receivables?application_id={case}"))["items"]
    return f"/receivables/{owed['id']}"


def receipt(serial: str, amount: str = "400.00") -> dict[str, str]:
    return {"amount": amount, "received_on": f"{today()}", "bank_serial": serial}


def a_payment_is_taken_back_once(world: World) -> None:
    """Six times 600 of 1000 on one version of it: once."""
    wire = world.api
    fund = fund_of(wire, "100000.00")
    place = answered(wire, fund, BankOutcome.PAID, MEMBERS[:2])[0]
    seen = tag(wire, place)
    asked = [wire("finance2").prepared("POST", f"{place}/reverse", TOO_MUCH, if_match=seen) for _ in range(6)]
    assert codes(at_once(asked)) == {"200": 1, "stale": 5}
    (held,) = rows(
        wire, "SELECT sum(amount) AS n FROM reversal WHERE disbursement_id = :id", id=place.rpartition("/")[2]
    )
    assert f"{held.n:.2f}" == done(wire("auditor").get(place))["reversed_amount"] == "600.00"
    assert balance(wire, fund) == recomputed(wire, fund)
    assert balance(wire, fund)["spent"] == "2000.00"


def taking_back_and_receiving_do_not_lose_each_other(world: World) -> None:
    """Two receipts of 400 for one debt of 600, while the rest of the payment is taken back: one of them, and that."""
    wire = world.api
    fund = fund_of(wire, "100000.00")
    asked = []
    for place in answered(wire, fund, BankOutcome.PAID):
        done(wire("finance2").act(place, "reverse", TOO_MUCH))
        owed = debt(wire, place)
        for _ in range(2):
            body, seen = receipt(f"SK-{uuid4().hex[:12]}"), tag(wire, owed)
            asked.append(wire("finance").prepared("POST", f"{owed}/receipts", body, if_match=seen))
        rest = {**TOO_MUCH, "amount": None}
        asked.append(wire("finance2").prepared("POST", f"{place}/reverse", rest, if_match=tag(wire, place)))
    assert codes(at_once(asked)) == {"200": 8, "stale": 4}
    assert balance(wire, fund) == recomputed(wire, fund)
    assert balance(wire, fund)["spent"] == "2400.00"


def what_is_given_up_is_not_repaid(world: World) -> None:
    """Given up by one request and repaid by another on the same version: one of the two."""
    wire = world.api
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


def what_the_bank_brought_once_is_booked_once(world: World) -> None:
    """One serial as what came back for one fund and as what was received for another: one of the two."""
    wire = world.api
    funds = [fund_of(wire, "100000.00") for _ in range(2)]
    backs, others = (
        answered(wire, fund, BankOutcome.PAID, MEMBERS[4 * at : 4 * at + 4]) for at, fund in enumerate(funds)
    )
    asked = []
    for back, other in zip(backs, others, strict=True):
        done(wire("finance2").act(other, "reverse", TOO_MUCH))
        serial, owed = f"TH-{uuid4().hex[:12]}", debt(wire, other)
        came = {"kind": "bank_took_back", "bank_serial": serial, "received_on": f"{today()}"}
        body = {**TOO_MUCH, **came, "amount": "400.00"}
        asked.append(wire("finance2").prepared("POST", f"{back}/reverse", body, if_match=tag(wire, back)))
        asked.append(wire("finance").prepared("POST", f"{owed}/receipts", receipt(serial), if_match=tag(wire, owed)))
    assert codes(at_once(asked)) == {"200": 4, "already_exists": 4}
    assert [balance(wire, fund) for fund in funds] == [recomputed(wire, fund) for fund in funds]
    assert sum(Decimal(balance(wire, fund)["spent"]) for fund in funds) == Decimal("6400.00")


CHECKS = (
    ("payment_not_locked", a_payment_is_taken_back_once),
    ("receivable_not_locked", taking_back_and_receiving_do_not_lose_each_other),
    ("payment_not_locked", what_is_given_up_is_not_repaid),
    ("books_not_held", what_the_bank_brought_once_is_booked_once),
)


@pytest.mark.parametrize("trial", range(REPEATS))
@pytest.mark.parametrize("check", [check for _, check in CHECKS])
def test_it_has_one_effect(world: World, check: Any, trial: int) -> None:
    check(world)


@pytest.mark.parametrize(("defect", "check"), CHECKS)
def test_it_is_noticed_where_nothing_holds_it(canary: Canary, defect: str, check: Any) -> None:
    canary(defect, check, tries=10)
