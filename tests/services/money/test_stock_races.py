"""Stock under many hands at once: never below zero, and nothing is put back twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

from benefits.core.errors import Refusal
from benefits.money.goods.lot import find_lot
from benefits.money.goods.stock import draw, put_back
from tests.driver import Api
from tests.stock import a_roster, acting, id_of, on_hand, stocked
from tests.story import rows

HANDS = 16


def at_once(api: Api, lot: UUID, act: Callable[..., object], roster: UUID, quantity: int) -> list[str]:
    """What each of many hands got that do the same in one moment, each in a transaction of its own."""
    barrier = Barrier(HANDS)

    def one(_: int) -> str:
        try:
            with acting(api) as (session, actor):
                found = find_lot(session, actor, lot)
                barrier.wait(30)
                act(session, actor, found, quantity, roster_id=roster)
        except Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(one, range(HANDS)))


def test_stock_is_issued_to_the_last_piece_and_no_further(committed_api: Api) -> None:
    """Control: the condition of the update in `stock.move`, and the check of the table behind it."""
    path = stocked(committed_api, 100)
    got = at_once(committed_api, id_of(path), draw, a_roster(committed_api), 20)
    assert sorted(got) == ["done"] * 5 + ["stock_short"] * (HANDS - 5)
    assert on_hand(committed_api, path) == 0
    (moves,) = rows(committed_api, "SELECT sum(quantity) AS left FROM goods_move WHERE lot_id = :l", l=id_of(path))
    assert moves.left == 0


def test_what_was_drawn_is_put_back_once(committed_api: Api) -> None:
    """Control: the sum of what a roster drew is asked after the update has locked the lot."""
    path, roster = stocked(committed_api, 100), a_roster(committed_api)
    with acting(committed_api) as (session, actor):
        draw(session, actor, find_lot(session, actor, id_of(path)), 60, roster_id=roster)
    got = at_once(committed_api, id_of(path), put_back, roster, 20)
    assert sorted(got) == ["done"] * 3 + ["invalid"] * (HANDS - 3)
    assert on_hand(committed_api, path) == 100
