"""P6: killed at every step of every route that moves money, the application does it once and loses no answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import pytest

from tests.faults.killing import Asked, Effect, Mortal, killed_everywhere, mortal_world
from tests.faults.money_acts import MONEY_ACTS, adjust_fund
from tests.faults.preparing import Story
from tests.faults.worlds import TRIALS, Worlds


@pytest.fixture(scope="module")
def mortal(worlds: Worlds) -> Iterator[Mortal]:
    """A world whose server can be killed again and again."""
    with mortal_world(worlds) as found:
        yield found


@pytest.fixture(scope="module")
def story(mortal: Mortal) -> Story:
    """Its books."""
    return Story(mortal.beside)


def every_step(effect: Effect) -> list[int]:
    """All of them: `make faults`."""
    return list(effect.steps)


def sharpest(effect: Effect) -> list[int]:
    """The first writing, the commit, its answer, the last: `make test`."""
    writes = [step for step, said in effect.steps.items() if said.startswith(("INSERT", "UPDATE"))]
    commits = [step for step, said in effect.steps.items() if said == "COMMIT"]
    around = {step + by for step in commits for by in (0, 1)}
    return sorted({writes[0], *around, max(effect.steps)} & effect.steps.keys())


SHORT = (  # the others in `make faults`
    *("/applications/{}/approve", "/applications/{}/return", "/disbursements/{}/approve", "/funds/{}/adjustments"),
    *("/ledger/receipts", "/mutual-aid/premium-payments", "/payment-batches", "/payment-batches/{}/release"),
    "/rosters/{}/close",
)
ROUTES = SHORT if TRIALS == 1 else tuple(MONEY_ACTS)
CHOSEN: Callable[[Effect], Iterable[int]] = sharpest if TRIALS == 1 else every_step


def test_every_route_that_moves_money_has_its_act_here(mortal: Mortal) -> None:
    """A new one is written into `money_acts.MONEY_ACTS`."""
    app = mortal.world.api.app
    guards = [
        (rule.rule.removeprefix("/api/v1"), getattr(app.view_functions[rule.endpoint], "operation", None))
        for rule in app.url_map.iter_rules()
    ]
    moving = {re.sub(r"<[^>]*>", "{}", rule) for rule, guard in guards if guard and guard.moves_money}
    assert moving == set(MONEY_ACTS)


@pytest.mark.parametrize("route", ROUTES)
def test_killed_at_any_step_it_is_done_once(
    mortal: Mortal, story: Story, route: str, record_property: Callable[[str, object], None]
) -> None:
    """Control: effect, postings, record and kept answer in one transaction (`guard.operation`)."""
    record_property("points", killed_everywhere(mortal, route, lambda: MONEY_ACTS[route](story), CHOSEN))


def test_a_key_kept_in_a_second_transaction_is_noticed_and_the_step_is_named(
    worlds: Worlds, record_property: Callable[[str, object], None]
) -> None:
    """M4: killed between the two, the retry adjusts the fund twice."""
    record_property("planted", "key_in_a_second_transaction")
    with mortal_world(worlds, "key_in_a_second_transaction") as broken:
        books = Story(broken.beside)

        def prepare() -> Asked:
            return adjust_fund(books)

        with pytest.raises(AssertionError, match=r"killed before step \d+ of \d+ .*2 × fund_adjustment") as noticed:
            killed_everywhere(broken, "/funds/{}/adjustments", prepare, sharpest)
    record_property("noticed", str(noticed.value).partition("\n")[0])
