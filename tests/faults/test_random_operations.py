"""P11: after any operations in any order the fund, the awards and the books say the same, to the fen."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import count

import pytest

from benefits.money.ledger.chart import chart_on
from tests.clock import today
from tests.faults.conftest import Canary
from tests.faults.story_undone import LongStory
from tests.faults.worlds import World, scaled
from tests.story import balance, done, recomputed, rows

STEPS = 50
WORKERS = 0
SEED = int(os.environ.get("FAULTS_SEED", "1"))
_seeds = count(1000 * SEED)
_HELD = """
SELECT coalesce(sum(e.amount), 0.00) AS awarded,
       coalesce(sum(e.amount) FILTER (WHERE e.state = 'granted'), 0.00) AS granted
FROM entitlement e JOIN application a ON a.id = e.application_id
WHERE a.fund_id = ANY(CAST(:funds AS uuid[])) AND e.state <> 'released'
"""
_POSTED = """
SELECT coalesce(sum(total) FILTER (WHERE kind = 'payment'), 0.00) AS paid,
       coalesce(sum(total) FILTER (WHERE kind = 'receipt'), 0.00) AS received
FROM voucher WHERE fund_id = ANY(CAST(:funds AS uuid[]))
"""
_UNEQUAL = """
SELECT v.id FROM voucher v LEFT JOIN voucher_line l ON l.voucher_id = v.id GROUP BY v.id, v.total
HAVING (sum(l.debit), sum(l.credit)) IS DISTINCT FROM (v.total, v.total)
"""


def agrees(story: LongStory) -> None:
    """The model, the funds' pages, their recomputation, the awards and the books."""
    wire, where, funds = story.wire, (story.seed, story.log), list(story.appropriated)
    whole: Counter[str] = Counter()
    for fund in funds:
        parts = story.parts(fund)
        shown = balance(wire, fund)
        assert shown == {name: f"{amount:.2f}" for name, amount in parts.items()}, where
        assert shown == recomputed(wire, fund), where
        whole.update(parts)  # type: ignore[arg-type]
    (posted,), (held,) = (rows(wire, query, funds=funds) for query in (_POSTED, _HELD))
    assert posted.paid == whole["spent"] + story.recovered, where
    assert posted.received == story.received + story.recovered, where
    granted = sum(each.amount - each.lost for each in story.debts if each.at in {"paid", "reversed"})
    assert held.granted == granted, where
    assert held.awarded == granted + whole["committed"] + whole["reserved"], where
    shown = done(wire("auditor").get(f"/ledger/trial-balance?unit={story.unit}&on={today()}"))
    assert shown["debit"] == shown["credit"], where
    stands = {line["account"]: Decimal(line["closing"]) for line in shown["lines"]}
    owed = sum(each.left for each in story.owed)
    assert stands.get(_account("BANK"), 0) == story.received - whole["spent"], where
    assert stands.get(_account("RECEIVABLE.MEMBER"), 0) == owed, where


def _account(key: str) -> str:
    chart = chart_on(today())
    assert chart is not None
    posting = chart.posting(key, "primary")
    assert posting is not None
    return posting.account.code


def told(world: World, stories: int = 1) -> int:
    """Tell so many stories, four at a time, and hold each against the model; the number of operations."""

    def tell(seed: int) -> int:
        story = LongStory(world.api, seed)
        story.run(STEPS)
        agrees(story)
        return len(story.log)

    for name in ("admin", "officer", "reviewer", "finance", "finance2", "cashier", "auditor"):
        world.api(name)
    with ThreadPoolExecutor(4) as pool:
        steps = sum(pool.map(tell, [next(_seeds) for _ in range(stories)]))
    assert rows(world.api, _UNEQUAL) == []
    return steps


@pytest.mark.timeout(3000)
def test_whatever_happens_the_books_agree(world: World, record_property: Callable[[str, object], None]) -> None:
    stories = scaled(8, 200)
    record_property("seeds", f"from {1000 * SEED}, {stories} stories of {STEPS} operations")
    assert told(world, stories) >= stories * STEPS


@pytest.mark.parametrize(
    "defect", ["money_not_given_back", "award_not_granted", "award_not_lowered", "voucher_one_sided"]
)
def test_books_that_part_are_noticed(canary: Canary, defect: str) -> None:
    canary(defect, lambda world: told(world, 4), tries=10)
