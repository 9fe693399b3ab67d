"""P1: of many approvals on one budget as many happen as it can pay, and no more."""

from __future__ import annotations

import random
from itertools import count, cycle

from tests.faults.conftest import Canary
from tests.faults.test_races import MEMBERS, codes, fund_of, medical
from tests.faults.wire import RemoteApi, at_once
from tests.faults.worlds import World, scaled
from tests.story import balance, recomputed

AT_ONCE = 20
WORKERS = 0
_members = cycle(MEMBERS)
_seeds = count(1)


def waiting(wire: RemoteApi) -> tuple[str, str]:
    """The path of a case of 1,000 yuan that waits for its approval, and its version."""
    path = medical(wire, next(_members))
    return path, str(wire("reviewer").get(path).headers["ETag"])


def spent_to_the_end_and_no_further(world: World, trials: int = 1) -> None:
    """Twenty approvals on each of so many fresh budgets; cases that were refused serve the next budget."""
    wire, seed = world.api, next(_seeds)
    chance, reviewer, cases = random.Random(seed), wire("reviewer"), [waiting(wire) for _ in range(AT_ONCE)]
    for trial in range(trials):
        fits = chance.randint(1, 6)
        fund = fund_of(wire, f"{fits * 1000 + chance.randint(0, 99999) / 100:.2f}")
        answers = at_once(
            [reviewer.prepared("POST", f"{path}/approve", {"fund_id": fund}, if_match=tag) for path, tag in cases]
        )
        where = f"seed {seed}, trial {trial}"
        assert codes(answers) == {"200": fits, "fund_exhausted": AT_ONCE - fits}, where
        assert balance(wire, fund) == recomputed(wire, fund), where
        assert balance(wire, fund)["reserved"] == f"{fits * 1000}.00", where
        cases = [
            waiting(wire) if answer.status_code == 200 else case for case, answer in zip(cases, answers, strict=True)
        ]


def test_a_budget_is_spent_to_the_end_and_no_further(world: World) -> None:
    spent_to_the_end_and_no_further(world, scaled(8, 1000))


def test_a_fund_that_is_read_and_then_written_is_noticed(canary: Canary) -> None:
    canary("fund_read_then_written", spent_to_the_end_and_no_further, tries=10)
