"""P11: after any operations in any order the fund, the awards and the books say the same, to the fen."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from tests.faults.conftest import Canary
from tests.faults.story_model import Story
from tests.faults.wire import RemoteApi
from tests.faults.worlds import World, scaled
from tests.story import balance, done, recomputed, rows, today

STEPS = 50
WORKERS = 0
SEED = int(os.environ.get("FAULTS_SEED", "1"))
_seeds = count(1000 * SEED)
_HELD = """
SELECT coalesce(sum(e.amount), 0.00) AS awarded,
       coalesce(sum(e.amount) FILTER (WHERE e.state = 'granted'), 0.00) AS granted
FROM entitlement e JOIN application a ON a.id = e.application_id WHERE a.fund_id = :fund AND e.state <> 'released'
"""
_POSTED = """
SELECT coalesce(sum(total) FILTER (WHERE kind = 'payment'), 0.00) AS paid,
       coalesce(sum(total) FILTER (WHERE kind = 'receipt'), 0.00) AS received
FROM voucher WHERE fund_id = :fund
"""
_UNEQUAL = """
SELECT v.id FROM voucher v LEFT JOIN voucher_line l ON l.voucher_id = v.id GROUP BY v.id, v.total
HAVING (sum(l.debit), sum(l.credit)) IS DISTINCT FROM (v.total, v.total)
"""


def agrees(story: Story) -> None:
    """The model, the fund's page, its recomputation, the awards and the books."""
    wire, parts = story.wire, story.parts()
    shown = balance(wire, story.fund)
    where = (story.seed, story.log)
    assert shown == {name: f"{amount:.2f}" for name, amount in parts.items()}, where
    assert shown == recomputed(wire, story.fund), where
    (posted,), (held,) = (rows(wire, query, fund=story.fund) for query in (_POSTED, _HELD))
    assert (posted.paid, posted.received) == (parts["spent"], story.received), where
    assert held.granted == parts["spent"], where
    assert held.awarded == parts["spent"] + parts["committed"] + parts["reserved"], where


def books_balance(wire: RemoteApi) -> None:
    """Debits are credits, voucher by voucher and over all accounts."""
    assert rows(wire, _UNEQUAL) == []
    shown = done(wire("auditor").get(f"/ledger/trial-balance?unit=AH&on={today()}"))
    assert shown["debit"] == shown["credit"]


def told(world: World, stories: int = 1) -> int:
    """Tell so many stories, four at a time, and hold each against the model; the number of operations."""

    def tell(seed: int) -> int:
        story = Story(world.api, seed)
        story.run(STEPS)
        agrees(story)
        return len(story.log)

    for name in ("officer", "reviewer", "finance", "finance2", "cashier", "auditor"):
        world.api(name)
    with ThreadPoolExecutor(4) as pool:
        steps = sum(pool.map(tell, [next(_seeds) for _ in range(stories)]))
    books_balance(world.api)
    return steps


@pytest.mark.timeout(3000)
def test_whatever_happens_the_books_agree(world: World, record_property: Callable[[str, object], None]) -> None:
    stories = scaled(12, 200)
    record_property("seeds", f"from {1000 * SEED}, {stories} stories of {STEPS} operations")
    assert told(world, stories) >= stories * STEPS


@pytest.mark.parametrize("defect", ["money_not_given_back", "award_not_granted", "voucher_one_sided"])
def test_books_that_part_are_noticed(canary: Canary, defect: str) -> None:
    canary(defect, lambda world: told(world, 4), tries=10)
