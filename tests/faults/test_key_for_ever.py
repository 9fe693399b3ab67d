"""P4: the key of a request that moved money is kept for ever: a day, a month, a year on, and after clearing up."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from benefits.jobs.daily import queue_daily
from benefits.jobs.worker import work_once
from tests.faults.conftest import Canary
from tests.faults.deeds import MONEY, Deed, deeds, same
from tests.faults.wire import Answer
from tests.faults.worlds import World, scaled
from tools.worker import DAILY, HANDLERS, shop

HOUR = 3600
AGES = (25 * HOUR, 31 * 24 * HOUR, 400 * 24 * HOUR)
WORKERS = 0


def cleared_up(world: World, age: int) -> int:
    """Do the house's daily work as of that age; how many jobs that was."""
    serving = shop(replace(world.settings, clock_offset_s=world.settings.clock_offset_s + age), threading.Event())
    day = serving.now().date()
    try:
        queued = queue_daily(serving, DAILY, day)
        while work_once(serving, HANDLERS):
            pass
    finally:
        serving.engine.dispose()
    return queued


def the_first_answer_at_every_age(world: World, keys: int = 6, ages: tuple[int, ...] = (31 * 24 * HOUR,)) -> None:
    """Money is moved under so many keys, and each request comes again when the clock shows each age."""
    first: list[tuple[Deed, tuple[object, ...]]] = []
    for deed in deeds(world.api, keys, MONEY):
        answer: Answer = deed.request(world.api)(None)
        assert answer.status_code < 300, answer.body
        first.append((deed, same(answer)))
    for age in ages:
        assert cleared_up(world, age) == len(DAILY)
        with world.beside(age) as later:
            for deed, answered in first:
                again = deed.request(later)(None)
                assert (same(again), deed.effects(world.api)) == (answered, 1), (age, deed, again.body)


@pytest.mark.timeout(600)
def test_a_key_that_moved_money_is_kept_for_ever(world: World) -> None:
    the_first_answer_at_every_age(world, scaled(7, 100), AGES)


def test_keys_that_expire_are_noticed(canary: Canary) -> None:
    canary("key_expires", the_first_answer_at_every_age)
