"""The races of `test_races.py` in worlds where the lock or the check that they name is gone: each must fail."""

from __future__ import annotations

from tests.faults import test_races
from tests.faults.conftest import Canary


def test_people_whom_nobody_locks_are_noticed(canary: Canary) -> None:
    canary(
        "person_not_locked", lambda world: test_races.test_a_members_last_600_yuan_are_given_once(world.api, 0), tries=3
    )


def test_versions_that_nobody_asks_for_are_noticed(canary: Canary) -> None:
    canary("any_version", lambda world: test_races.test_of_three_acts_on_one_version_one_happens(world.api))
