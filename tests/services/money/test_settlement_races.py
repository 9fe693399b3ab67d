"""A visit point under many hands at once: its money is spent once, and its plan is approved or cancelled, not both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy.orm import Session

from benefits.casework.relief.point import lock_point
from benefits.casework.relief.settlement import cancel, settle
from benefits.casework.relief.visit import approve
from benefits.core.actor import Actor
from benefits.core.errors import Refusal
from models.relief_point import ReliefPoint
from tests.driver import Api
from tests.relief import approved_point, planned, signature, visited
from tests.stock import acting, id_of, stocked
from tests.story import balance, done, new_fund

Doing = Callable[[Session, Actor, ReliefPoint], Any]
HANDS = 8


def at_once(api: Api, path: str, doings: Sequence[tuple[str, Doing]]) -> list[str]:
    """What each of many hands got that act on one point in one moment, each in a transaction of its own."""
    barrier = Barrier(len(doings))

    def one(who: tuple[str, Doing]) -> str:
        try:
            with acting(api, who[0]) as (session, actor):
                barrier.wait(30)
                who[1](session, actor, lock_point(session, actor, id_of(path)))
        except Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(one, doings))


def test_a_signed_visit_is_settled_once(committed_api: Api) -> None:
    """Control: the lock on the point before its state is asked; the fund holds enough of another visit's money."""
    api = committed_api
    fund, lot = new_fund(api, "100000.00", unit="AH"), stocked(api, 300)
    for _ in range(HANDS):
        approved_point(api, fund)
    path = visited(api, lot, fund=fund)
    done(api("reviewer").act(path, "sign", signature((lot, 38))))
    got = at_once(api, path, [("finance", settle)] * HANDS)
    assert sorted(got) == ["done"] + ["state_forbids"] * (HANDS - 1)
    after = balance(api, fund)
    assert (after["spent"], after["reserved"]) == ("3743.00", f"{4000 * HANDS}.00")


def test_a_plan_is_approved_once_or_cancelled(committed_api: Api) -> None:
    """Control: the same lock."""
    api = committed_api
    fund = new_fund(api, "100000.00", unit="AH")
    path, fund_id = planned(api), id_of(f"/funds/{fund}")
    doings: list[tuple[str, Doing]] = [
        ("reviewer", lambda session, actor, point: approve(session, actor, point, fund_id)),
        ("officer", lambda session, actor, point: cancel(session, actor, point, "雨")),
    ] * (HANDS // 2)
    got = at_once(api, path, doings)
    assert got.count("done") <= 2
    state = done(api("officer").get(path))["state"]
    assert balance(api, fund)["reserved"] == ("4000.00" if state == "approved" else "0.00")
    assert state in {"approved", "cancelled"}
