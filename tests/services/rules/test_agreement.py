"""Both executions of the rule language give the same answers: random editions, facts and unknowns."""

from __future__ import annotations

import os
import random
from datetime import date

import pytest
from sqlalchemy import Connection

from benefits.core.calendar import Calendar
from benefits.rules import assessment
from tests.services.rules.agreement import differences
from tests.services.rules.random_rules import PROGRAMME, random_day, random_edition, random_value

# Two runs of years with a gap between them.
CALENDAR = Calendar(
    {date(2022, 1, 3): False, date(2022, 1, 29): True, date(2020, 12, 31): False, date(2019, 1, 1): False},
    frozenset({2019, 2020, 2022, 2023}),
)
ROUNDS = 10
EDITIONS = int(os.environ.get("AGREEMENT_EDITIONS", "25"))  # in each round
CASES = 40  # of each edition: 10,000 in all


def searched(postgresql: Connection, seed: int, editions: int) -> list[str]:
    """The differences found with this seed."""
    dice = random.Random(seed)
    found: list[str] = []
    for _ in range(editions):
        edition = random_edition(dice)
        names = list(PROGRAMME.all_facts)
        columns = [name for name in names if dice.random() < 0.7]
        fixed = {name: random_value(dice, PROGRAMME.all_facts[name]) for name in names if name not in columns}
        constants = {name: value for name, value in fixed.items() if dice.random() < 0.6}
        unknown = dice.choice([0.0, 0.1, 0.3])
        cases = []
        for _ in range(CASES):
            drawn = {
                name: None if dice.random() < 0.1 else random_value(dice, PROGRAMME.all_facts[name]) for name in columns
            }
            cases.append({name: value for name, value in drawn.items() if dice.random() >= unknown})
        on = random_day(dice)
        found += differences(postgresql, edition, cases, constants=constants, columns=columns, on=on, calendar=CALENDAR)
    return found


@pytest.fixture(autouse=True)
def no_search_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first passing day is of the explanation, and slow; the answers are what is compared."""
    monkeypatch.setattr(assessment, "first_passing_day", lambda *_: None)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_ten_thousand_random_cases(postgresql: Connection, seed: int) -> None:
    found = searched(postgresql, seed, EDITIONS)
    assert not found, f"{len(found)} differences, the first: {found[0]}"
