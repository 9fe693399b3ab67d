"""Edits against approvals, and revocations against acts: what is signed is what was seen, by one who still may."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.faults.conftest import Canary
from tests.faults.wire import Answer, RemoteApi, at_once
from tests.faults.worlds import REPEATS, World
from tests.lending import lend
from tests.story import MEDICAL, books, card, colleague, done, new_fund, prepared, rows, submitted

WORKERS = 0
CASES = 20
_numbers = count(1)


def deputy_in(wire: RemoteApi) -> str:
    """Somebody new, who decides in another's name only."""
    number = next(_numbers)
    colleague(wire, f"deputy{number}", "policy_editor", person=700 + number)
    return f"deputy{number}"


def case(wire: RemoteApi, number: int) -> str:
    return submitted(wire, f"D0{1 + number % 3}-00{1 + number % 2}", "1000.00", facts=MEDICAL)


def seen_of(shown: dict[str, Any]) -> tuple[Any, ...]:
    """What a reviewer looks at: the amount, and to whom."""
    return shown["amount"], shown["payee"]["holder"], shown["payee"]["account_number"]


def edited(wire: RemoteApi, path: str, number: int, steps: list[Event]) -> None:
    """Returned by one reviewer, given another amount and account by the officer, and handed in again."""
    try:
        steps[0].set()
        if wire("reviewer2").act(path, "return", {"reason": "更正"}).status_code != 200:
            return  # another version by now: then nothing is edited
        steps[1].set()
        page = wire("officer").get(path)
        holder = page.get_json()["payee"]["holder"]
        payee = {"holder": holder, "account_number": card(700 + number), "bank": "示范银行"}
        changed = {"amount": f"{900 - number}.00", "payee": payee}
        done(wire("officer").patch(path, changed, if_match=page.headers["ETag"]))
        steps[2].set()
        done(wire("officer").act(path, "submit"))
    finally:
        for step in steps:
            step.set()


def approved_as_seen(wire: RemoteApi, path: str, fund: str, page: Answer) -> tuple[Any, ...] | None:
    """A reviewer approves what was read; None: it had changed under their eyes."""
    answer = wire("reviewer").post(f"{path}/approve", {"fund_id": fund}, if_match=page.headers["ETag"])
    assert answer.status_code in {200, 409, 412}, answer.body
    return seen_of(page.get_json()) if answer.status_code == 200 else None


def interleaved(wire: RemoteApi, path: str, fund: str, number: int) -> tuple[Any, ...] | None:
    """The case is edited; with one of the edit's steps, or after all, comes the approval of what it was."""
    page, steps = wire("reviewer").get(path), [Event() for _ in range(4)]
    with ThreadPoolExecutor(1) as beside:
        edit = beside.submit(edited, wire, path, number, steps)
        steps[number % 4].wait(60)
        seen = approved_as_seen(wire, path, fund, page)
        edit.result()
    return seen


def paid_is_what_was_seen(world: World, cases: int = CASES) -> None:
    """Cases edited while they are approved, then all paid in one batch."""
    wire = world.api
    fund = new_fund(wire, "100000.00", unit="AH", name=f"复核资金{next(_numbers)}")
    paths = [case(wire, number) for number in range(cases)]
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(lambda number: interleaved(wire, paths[number], fund, number), range(cases)))
    # An approval that was voided by a return is asked for again, of what is there now.
    for number, path in enumerate(paths):
        page = wire("officer").get(path)
        if page.get_json()["state"] != "approved":
            seen[number] = approved_as_seen(wire, path, fund, page)
    final = [done(wire("officer").get(path)) for path in paths]
    assert [seen_of(each) for each in final] == seen
    payments = [each["disbursements"][-1] for each in final]
    assert [payment["amount"] for payment in payments] == [each[0] for each in seen if each]
    batch = prepared(wire, fund, [payment["id"] for payment in payments])
    done(wire("finance").act(batch, "approve"))
    assert done(wire("cashier").act(batch, "release"))["state"] == "released"
    paid = {each.id: each for each in rows(wire, "SELECT id, amount, payee_holder, payee_last4 FROM disbursement")}
    for payment, each in zip(payments, seen, strict=True):
        row = paid[UUID(payment["id"])]
        assert each is not None
        assert (f"{row.amount:.2f}", row.payee_holder, row.payee_last4) == (each[0], each[1], each[2][-4:])


@pytest.mark.parametrize("trial", range(REPEATS))
def test_what_is_paid_is_what_the_reviewer_saw(world: World, trial: int) -> None:
    """P21."""
    paid_is_what_was_seen(world)


def test_an_approval_of_another_version_is_noticed(canary: Canary) -> None:
    canary("any_version", partial(paid_is_what_was_seen, cases=4))


def an_act_waits_for_a_revocation(world: World) -> None:
    """A revocation that has begun and is not committed yet."""
    wire, deputy = world.api, deputy_in(world.api)
    fund = new_fund(wire, "9000.00", unit="AH", name=f"代批资金{next(_numbers)}")
    path, delegation = case(wire, 1), lend(wire, deputy).rpartition("/")[2]
    tag = wire(deputy).get(path).headers["ETag"]
    approve = wire(deputy).prepared("POST", f"{path}/approve", {"fund_id": fund}, if_match=tag)
    ended = "UPDATE delegation SET revoked_at = now(), revoked_by = from_account_id WHERE id = :id"
    with ThreadPoolExecutor(1) as pool:
        with books(wire) as session:
            session.execute(text(ended), {"id": delegation})
            answer = pool.submit(approve, None)
            time.sleep(1.5)
            assert not answer.done()
        assert answer.result().code == "not_permitted"
    assert done(wire("officer").get(path))["state"] == "submitted"


def test_an_act_waits_for_a_revocation_that_is_under_way(world: World) -> None:
    an_act_waits_for_a_revocation(world)


def test_a_delegation_that_is_not_held_is_noticed(canary: Canary) -> None:
    canary("delegation_not_held", an_act_waits_for_a_revocation)


@pytest.mark.parametrize("trial", range(REPEATS))
def test_after_a_revocation_nothing_is_signed(wire: RemoteApi, trial: int) -> None:
    deputy = deputy_in(wire)
    fund = new_fund(wire, "90000.00", unit="AH", name=f"代批资金{next(_numbers)}")
    path = lend(wire, deputy)
    cases = [case(wire, number) for number in range(8)]
    requests: list[Callable[..., Answer]] = [
        wire(deputy).prepared(
            "POST", f"{each}/approve", {"fund_id": fund}, if_match=wire("reviewer").get(each).headers["ETag"]
        )
        for each in cases
    ]
    tag = wire("reviewer").get(path).headers["ETag"]
    revoke = wire("reviewer").prepared("POST", f"{path}/revoke", {}, if_match=tag)
    *answers, revoked = at_once([*requests, revoke])
    assert revoked.code == "200"
    assert {answer.code for answer in answers} <= {"200", "not_permitted"}
    signed = rows(
        wire,
        "SELECT count(*) AS n FROM act WHERE act = 'approve' AND delegation_id = :id",
        id=path.rpartition("/")[2],
    )[0].n
    assert signed == sum(answer.code == "200" for answer in answers)
    late = wire(deputy).post(f"{cases[0]}/approve", {"fund_id": fund}, if_match='"1"')
    assert late.code == "not_permitted"


def test_two_deputies_of_one_giver_are_one_reviewer_at_once(wire: RemoteApi) -> None:
    """Controls: the lock on the case, and the unique approval in one name."""
    deputies = [deputy_in(wire), deputy_in(wire)]
    fund = new_fund(wire, "90000.00", unit="AH", name=f"代批资金{next(_numbers)}")
    for who in deputies:
        lend(wire, who, amount_limit="9000.00")
    path = submitted(wire, "D01-003", "6000.00", facts=MEDICAL)
    tag = wire("reviewer").get(path).headers["ETag"]
    answers = at_once(
        [
            wire(who).prepared("POST", f"{path}/approve", {"fund_id": fund}, if_match=tag)
            for who in (*deputies, "reviewer")
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    tag = wire("reviewer").get(path).headers["ETag"]
    again = [wire(who).post(f"{path}/approve", {"fund_id": fund}, if_match=tag) for who in (*deputies, "reviewer")]
    assert {answer.code for answer in again} == {"duty_conflict"}
