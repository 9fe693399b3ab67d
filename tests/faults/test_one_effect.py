"""P2: one key, one effect, one answer, however many identical requests come at once and however late the next."""

from __future__ import annotations

import pytest

from tests.faults.conftest import Canary
from tests.faults.deeds import KINDS, deeds, same
from tests.faults.test_races import codes
from tests.faults.wire import at_once
from tests.faults.worlds import World, scaled

AT_ONCE = 20
WORKERS = 0


def one_effect_and_one_answer(world: World, keys: int = len(KINDS)) -> None:
    """Twenty identical requests at once for each key; the same request again gets the first answer."""
    wire = world.api
    for deed in deeds(wire, keys):
        answers = at_once([deed.request(wire) for _ in range(AT_ONCE)])
        found = codes(answers)
        assert found["200"] + found["201"] >= 1, (deed, found)
        assert set(found) <= {"200", "201", "key_in_use"}, (deed, found)
        first = {same(answer) for answer in answers if answer.status_code < 300}
        assert len(first) == 1, deed
        assert deed.effects(wire) == 1, deed
        assert first == {same(deed.request(wire)(None))}, deed
        assert deed.effects(wire) == 1, deed


@pytest.mark.timeout(1200)
def test_one_key_has_one_effect_and_one_answer(world: World) -> None:
    one_effect_and_one_answer(world, scaled(len(KINDS), 500))


@pytest.mark.parametrize("defect", ["key_not_kept", "key_not_locked"])
def test_a_key_that_holds_nothing_is_noticed(canary: Canary, defect: str) -> None:
    canary(defect, one_effect_and_one_answer, tries=3)
