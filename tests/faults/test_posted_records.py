"""P12: what is posted is never changed, by no route and no method; its numbers have no gap, whatever fails."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.clock import today
from tests.faults.conftest import Canary
from tests.faults.deeds import proposed
from tests.faults.every_route import Way, body_of, path_of, tag_of, ways
from tests.faults.test_races import fund_of
from tests.faults.wire import Answer, RemoteApi, at_once
from tests.faults.worlds import World, Worlds, scaled
from tests.story import MEDICAL, approved, done, released, rows

WORKERS = 0
WRITERS = 20
_POSTED = """
SELECT 'voucher' AS kind, v.id::text AS id, to_jsonb(v)::text AS row FROM voucher v
UNION ALL SELECT 'line', l.voucher_id || '-' || l.serial, to_jsonb(l)::text FROM voucher_line l
UNION ALL SELECT 'month', c.unit_id || '-' || c.year || '-' || c.month, to_jsonb(c)::text FROM closed_month c
"""


def books_with_everything(wire: RemoteApi) -> dict[str, str]:
    """Vouchers of a payment, a receipt and by hand, and a closed month; the ids of all that led to them."""
    fund = fund_of(wire, "100000.00", "AH-D01")
    path, payment = approved(wire, fund, "D01-001", "1000.00", facts=MEDICAL)
    batch = released(wire, fund, [payment])
    bank_says(wire, batch, {1: BankOutcome.PAID})
    by_hand, reference = proposed(wire)
    done(wire("finance2").act(by_hand, "post"))
    last_month = today().replace(day=1) - timedelta(days=1)
    body = {"unit_code": "AH-D01", "year": last_month.year, "month": last_month.month}
    done(wire("finance").post("/ledger/months", body))
    (voucher,) = rows(wire, "SELECT id FROM voucher WHERE reference = :r", r=reference)
    known = {"fund_id": fund, "disbursement_id": payment, "batch_id": batch, "application_id": path}
    known |= {"voucher_id": f"{voucher.id}", "proposal_id": by_hand, "other": f"{voucher.id}"}
    return {name: value.rpartition("/")[2] for name, value in known.items()}


def posted(wire: RemoteApi) -> dict[tuple[str, str], str]:
    return {(row.kind, row.id): row.row for row in rows(wire, _POSTED)}


def tried(world: World, who: str, way: Way, known: dict[str, str]) -> Answer:
    wire = world.api
    path = path_of(way, known)
    body, tag = body_of(wire.app, way, known), tag_of(wire, who, path) if way.conditional else None
    key: dict[str, Any] = {} if way.method == "POST" else {"key": None}
    return wire(who).prepared(way.method, path, body, if_match=tag, **key)(None)


def nothing_posted_is_changed(world: World, callers: tuple[str, ...] = ("finance2",), under: str = "/") -> int:
    """Every method on every route, in the right form, with the ids of what is posted; how many tries."""
    wire = world.api
    known = books_with_everything(wire)
    before, shown = posted(wire), wire("auditor").get(f"/ledger/vouchers/{known['voucher_id']}").body
    tries = [(who, way) for who in callers for way in ways(wire.app) if way.rule.startswith(under)]
    for who in callers:
        wire(who)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda each: tried(world, *each, known), tries))
    assert [(each, answer.body) for each, answer in zip(tries, answers, strict=True) if answer.status_code >= 500] == []
    after = posted(wire)
    assert {key: after.get(key) for key in before} == before
    assert wire("auditor").get(f"/ledger/vouchers/{known['voucher_id']}").body == shown
    return len(tries)


def numbers_have_no_gap(world: World, tries: int = 100) -> None:
    """Twenty writers at a time; a part of them fails after the number was taken, a part for a serial used before."""
    wire = world.api
    funds, finance, written = [fund_of(wire, "1000.00") for _ in range(4)], wire("finance"), 0
    for number in range(tries // WRITERS):
        came = {"amount": "1.00", "received_on": f"{today()}", "payer": "省总工会"}
        serials = [uuid4().hex[:12] for _ in range(WRITERS - 2)]
        bodies = [{**came, "bank_serial": each, "fund_id": funds[n % 4]} for n, each in enumerate(serials * 2)][
            :WRITERS
        ]
        answers = at_once([finance.prepared("POST", "/ledger/receipts", body) for body in bodies])
        assert {answer.status_code for answer in answers} <= {201, 409, 500}, number
        written += sum(answer.status_code == 201 for answer in answers)
    numbers = [row.number for row in rows(wire, "SELECT number FROM voucher WHERE kind = 'receipt' ORDER BY number")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= written > tries // 3


@pytest.mark.timeout(900)
def test_no_route_and_no_method_changes_what_is_posted(world: World) -> None:
    everybody = ("finance2", "finance", "admin", "cashier", "reviewer", "officer")
    assert nothing_posted_is_changed(world, everybody[: scaled(1, 6)]) > 800


@pytest.mark.timeout(900)
def test_numbers_follow_each_other_whatever_fails(worlds: Worlds) -> None:
    with worlds("fails_after_posting") as world:
        numbers_have_no_gap(world, scaled(200, 2000))


def test_a_voucher_that_can_be_edited_is_noticed(canary: Canary) -> None:
    canary("voucher_edited", lambda world: nothing_posted_is_changed(world, under="/api/v1/ledger"))


def test_numbers_from_a_sequence_are_noticed(canary: Canary) -> None:
    canary("fails_after_posting numbers_from_a_sequence", numbers_have_no_gap, tries=3)
