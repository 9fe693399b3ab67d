"""The compiled statement: what it is compiled from, what its rows mean, and its days counted one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Connection, text

from benefits.catalogue import programme, shipped_editions
from benefits.core.calendar import Calendar
from benefits.rules.assessment import assess
from benefits.rules.declaration import parse_facts
from benefits.rules.policy import Edition
from benefits.rules.policy_text import load_edition
from benefits.rules.to_sql import Column, Compiled, compile_edition
from benefits.rules.values import add_months, add_years, months_between, years_between
from tests.services.rules.random_search import CALENDAR
from tests.unit.rules.made_up import criterion, edition_of

ON = date(2022, 5, 10)
ONE_ROW = "(VALUES (1)) AS v(id)"


def compiled(edition: Edition, **more: Any) -> Compiled:
    stated: dict[str, Any] = {
        "source": ONE_ROW, "carry": {"id": "v.id"}, "columns": {}, "constants": {}, "on": ON, "calendar": CALENDAR,
    }  # fmt: skip
    return compile_edition(edition, **(stated | more))


def rows(connection: Connection, made: Compiled, **more: Any) -> list[Any]:
    return list(connection.execute(text(made.sql), {**made.parameters, **more}).mappings())


def holiday_visit() -> Edition:
    return load_edition(shipped_editions("holiday_visit")[0], programme("holiday_visit"))


def test_a_stored_line_says_of_every_criterion_what_the_assessment_says(postgresql: Connection) -> None:
    edition = holiday_visit()
    json = {"kind": "visit", "occasion": "womens_day", "form": "goods", "sex": "male", "membership_active": True}
    facts = parse_facts(edition.programme, json)
    made = compiled(edition, constants=facts, columns={"frontline": Column("NULL")})
    (row,) = rows(postgresql, made)
    answer = assess(edition, facts, on=ON, calendar=CALENDAR)
    outcomes = {finding.code: finding.outcome for finding in answer.findings}
    assert made.outcomes(row["unmet"], row["unknown"], row["not_applicable"]) == outcomes
    assert {"met", "unmet", "unknown", "not_applicable"} == set(outcomes.values())
    assert (row["id"], row["outcome"]) == (1, answer.outcome)


def test_on_a_day_that_no_edition_covers_every_row_is_refused_for_that(postgresql: Connection) -> None:
    made = compiled(holiday_visit(), on=date(2001, 1, 1), derived=["limit"])
    (row,) = rows(postgresql, made)
    assert made.outcomes(row["unmet"], row["unknown"], row["not_applicable"]) == {"policy_in_force": "unmet"}
    assert (row["outcome"], row["amount_max"], row["derived_limit"]) == ("ineligible", None, None)


def test_what_a_round_fixes_leaves_no_trace_of_the_other_kinds(postgresql: Connection) -> None:
    columns = {name: Column("NULL") for name in ("in_service", "taken_elsewhere", "deceased", "membership_active")}
    made = compiled(holiday_visit(), constants={"kind": "visit"}, columns=columns)
    assert "fact_membership_active" in made.sql
    for name in ("in_service", "taken_elsewhere", "deceased"):
        assert f"fact_{name}" not in made.sql


def test_values_come_in_by_parameters_only(postgresql: Connection) -> None:
    edition = edition_of(criterion("s == t"))
    made = compiled(edition, constants={"s": "x'; SELECT :me"}, columns={"t": Column("CAST(:theirs AS text)")})
    assert "SELECT :me" not in made.sql
    assert [row["outcome"] for row in rows(postgresql, made, theirs="x'; SELECT :me")] == ["eligible"]


@pytest.mark.parametrize("day", ["infinity", "-infinity", "1899-12-31", "5874897-12-31"])
def test_a_day_outside_the_language_is_unknown_and_aborts_nothing(postgresql: Connection, day: str) -> None:
    made = compiled(
        edition_of(criterion("add_years(d, 3) - d > years_between(d, at)")),
        columns={"d": Column(f"CAST('{day}' AS date)")},
    )
    assert [row["outcome"] for row in rows(postgresql, made)] == ["undetermined"]


def test_more_criteria_than_a_mask_has_bits_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 62"):
        compiled(edition_of(*(criterion("p", code=f"c{i}") for i in range(63))))


def edges() -> Iterator[date]:
    """The ends of months and the days around them, in leap years and others, and the ends of the range."""
    for year in (1900, 1999, 2000, 2022, 2024, 2100):
        for month in (1, 2, 3, 4, 12):
            start = date(year, month, 1)
            yield from (start + timedelta(days=n) for n in (0, 14, 27, 28, 29))
            if start > date(1900, 1, 1):
                yield start - timedelta(days=1)


def test_years_and_months_between_every_two_edges(postgresql: Connection) -> None:
    days = sorted(set(edges()))
    edition = edition_of(derived='years = "years_between(d, e)"\nmonths = "months_between(d, e)"')
    columns = {"d": Column("a.day"), "e": Column("b.day")}
    source = "unnest(CAST(:days AS date[])) AS a(day), unnest(CAST(:days AS date[])) AS b(day)"
    made = compiled(
        edition, source=source, carry={"a": "a.day", "b": "b.day"}, columns=columns, derived=["years", "months"]
    )
    seen = {(r["a"], r["b"]): (r["derived_years"], r["derived_months"]) for r in rows(postgresql, made, days=days)}
    assert seen == {(a, b): (years_between(a, b), months_between(a, b)) for a, b in product(days, days)}


@pytest.mark.parametrize("on", [date(2024, 2, 29), date(2022, 2, 28), date(2022, 5, 10), date(2099, 12, 31)])
@pytest.mark.parametrize(
    ("function", "between"), [("years_between", years_between), ("months_between", months_between)]
)
def test_an_age_compared_with_constants_is_a_bound_on_the_birth_date(
    postgresql: Connection, on: date, function: str, between: Callable[[date, date], int]
) -> None:
    days = sorted(set(edges()))
    tests = [f"span {sign} {k}" for sign in ("<", "<=", ">", ">=") for k in ("0", "22.5", "24", "(0 - 1)", "9999")]
    tests += ["22 <= span <= 24", "24 > span", "22 < span < 100", "0 >= span > (0 - 12)"]
    lines = [f'span = "{function}(d, at)"', *(f'test_{i} = "{test}"' for i, test in enumerate(tests))]
    made = compiled(
        edition_of(derived="\n".join(lines)),
        source="unnest(CAST(:days AS date[])) AS a(day)",
        carry={"day": "a.day"},
        columns={"d": Column("a.day")},
        on=on,
        derived=[f"test_{i}" for i in range(len(tests))],
    )
    assert "extract" not in made.sql
    for row in rows(postgresql, made, days=days):
        span = between(row["day"], on)
        assert [row[f"derived_test_{i}"] for i in range(len(tests))] == [eval(test, {"span": span}) for test in tests]


def test_months_and_years_added_to_every_edge(postgresql: Connection) -> None:
    days, numbers = sorted(set(edges())), [-2413, -2412, -202, -201, -37, -12, -1, 0, 1, 11, 12, 36, 201, 202, 2412]
    edition = edition_of(derived='months = "add_months(d, i)"\nyears = "add_years(d, i)"')
    source = "unnest(CAST(:days AS date[])) AS a(day), unnest(CAST(:numbers AS bigint[])) AS b(n)"
    columns = {"d": Column("a.day"), "i": Column("b.n")}
    made = compiled(
        edition, source=source, carry={"a": "a.day", "b": "b.n"}, columns=columns, derived=["months", "years"]
    )
    found = rows(postgresql, made, days=days, numbers=numbers)
    seen = {(row["a"], row["b"]): (row["derived_months"], row["derived_years"]) for row in found}
    assert seen == {(a, n): (add_months(a, n), add_years(a, n)) for a, n in product(days, numbers)}


@pytest.mark.parametrize("calendar", [CALENDAR, Calendar({}, frozenset())])
def test_working_days_after_every_day_around_the_years_with_a_table(postgresql: Connection, calendar: Calendar) -> None:
    days = [date(2018, 12, 25) + timedelta(days=n) for n in range(0, 5 * 366, 3)]
    numbers = [-1, 0, 1, 2, 5, 30, 249, 250, 520, 1000, 1001]
    edition = edition_of(derived='day = "working_days_after(d, i)"')
    source = "unnest(CAST(:days AS date[])) AS a(day), unnest(CAST(:numbers AS bigint[])) AS b(n)"
    columns = {"d": Column("a.day"), "i": Column("b.n")}
    made = compiled(
        edition,
        source=source,
        carry={"a": "a.day", "b": "b.n"},
        columns=columns,
        calendar=calendar,
        derived=["day"],
    )
    seen = {(row["a"], row["b"]): row["derived_day"] for row in rows(postgresql, made, days=days, numbers=numbers)}
    assert seen == {(a, n): calendar.working_days_after(a, n) for a, n in product(days, numbers)}
