"""A search for differences between the two executions, by a seed: random editions, facts and unknowns."""

from __future__ import annotations

import random
from datetime import date

from sqlalchemy import Connection

from benefits.core.calendar import Calendar
from tests.services.rules.agreement import differences
from tests.services.rules.random_rules import PROGRAMME, random_day, random_edition, random_value

# Two runs of years with a gap between them.
CALENDAR = Calendar(
    {date(2022, 1, 3): False, date(2022, 1, 29): True, date(2020, 12, 31): False, date(2019, 1, 1): False},
    frozenset({2019, 2020, 2022, 2023}),
)
CASES = 40  # of each edition


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
