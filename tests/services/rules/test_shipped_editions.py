"""Every edition that a programme ships gives the same answers in both executions, near its worked cases and far off."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import chinese_calendar
import pytest
from sqlalchemy import Connection

from benefits.catalogue import SHIPPED, programme, programmes, shipped_editions
from benefits.core.calendar import Calendar
from benefits.rules.declaration import parse_facts
from benefits.rules.policy import Edition
from benefits.rules.policy_text import load_edition
from tests.services.rules.agreement import differences
from tests.services.rules.random_rules import random_day, random_value

HOLIDAYS, MADE_UP = chinese_calendar.constants.holidays, chinese_calendar.constants.workdays
CALENDAR = Calendar(
    dict.fromkeys(HOLIDAYS, False) | dict.fromkeys(MADE_UP, True), frozenset({day.year for day in HOLIDAYS})
)
STARTS = 12  # worked cases of each edition from which the facts wander off
STEPS = 40  # rows of each


def editions() -> Iterator[Any]:
    for code in programmes():
        for text in shipped_editions(code):
            edition = load_edition(text, programme(code))
            yield pytest.param(edition, id=edition.code)


def worked(edition: Edition) -> Iterator[tuple[dict[str, Any], date]]:
    """The facts and the day of each worked case."""
    cases = tomllib.loads((SHIPPED / edition.programme.code / "cases.toml").read_text(encoding="utf-8"))
    for case in cases["case"]:
        stated = cases["base"] | case["facts"] | dict.fromkeys(case.get("none", ()))
        json = {name: value for name, value in stated.items() if name not in case.get("without", ())}
        if edition.covers(case["on"]):
            yield parse_facts(edition.programme, json), case["on"]


@pytest.mark.parametrize("edition", list(editions()))
def test_an_edition_is_the_same_rule_in_both(postgresql: Connection, edition: Edition) -> None:
    dice = random.Random(edition.code)
    facts = edition.programme.all_facts
    starts = list(worked(edition))
    found = []
    for given, on in dice.sample(starts, min(STARTS, len(starts))):
        constants = {name: value for name, value in given.items() if dice.random() < 0.3}
        columns = [name for name in facts if name not in constants]
        cases = [{name: value for name, value in given.items() if name not in constants} for _ in range(STEPS)]
        for case in cases:
            for name in dice.sample(columns, dice.choice([0, 1, 1, 2, 4, len(columns)])):
                case[name] = dice.choice([None, *(random_value(dice, facts[name]) for _ in range(3))])
            for name in dice.sample(sorted(case), min(len(case), dice.choice([0, 0, 0, 1, 3]))):
                del case[name]
        day = on if dice.random() < 0.8 else random_day(dice)
        found += differences(
            postgresql, edition, cases, constants=constants, columns=columns, on=day, calendar=CALENDAR
        )
    assert not found, f"{len(found)} differences, the first: {found[0]}"
