"""The first passing day, held against a search of every day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benefits.rules.assessment import assess, scene_of
from benefits.rules.declaration import parse_facts
from benefits.rules.evaluate import evaluate
from tests.unit.rules.made_up import PROGRAMME, SPRING_2022, criterion, edition_of

FAR = 366 * 8


def met_from(expr, facts, on, when=None, **more):
    edition = edition_of(criterion(expr, when=when), **more)
    found = assess(edition, parse_facts(PROGRAMME, facts), on=on, calendar=SPRING_2022).findings[0]
    return found.outcome, found.met_from


def searched(expr, facts, on):
    """Every day tried in turn, for eight years."""
    edition = edition_of(criterion(expr))
    scene = scene_of(edition, parse_facts(PROGRAMME, facts), on, SPRING_2022)
    tree = edition.criteria[0].expr
    days = (on + timedelta(days=n) for n in range(1, FAR))
    return next((day for day in days if day <= edition.valid_to and evaluate(tree, scene.moved(day))), None)


def test_the_day_before_the_birthday():
    assert met_from("35 <= years_between(d, at) <= 64", {"d": "1987-03-15"}, date(2022, 3, 14)) == (
        "unmet",
        date(2022, 3, 15),
    )


def test_too_old_never_passes_again():
    assert met_from("35 <= years_between(d, at) <= 64", {"d": "1950-03-15"}, date(2022, 3, 14)) == ("unmet", None)


def test_nothing_that_depends_on_the_day_has_no_day():
    assert met_from("i >= 35", {"i": 34}, date(2022, 3, 14)) == ("unmet", None)


def test_a_fact_of_a_period_has_no_day():
    facts = {"given_this_year": "100.00", "d": "2022-06-01"}
    assert met_from("given_this_year == 0 or d < at", facts, date(2022, 5, 1)) == ("unmet", None)


def test_figures_stay_as_they_are():
    assert met_from("n <= cap and d < at", {"n": "1800.00", "d": "2019-12-31"}, date(2019, 12, 1)) == ("unmet", None)


def test_not_beyond_the_edition():
    assert met_from("years_between(d, at) >= 80", {"d": "2020-01-01"}, date(2022, 5, 1)) == ("unmet", None)
    assert met_from("years_between(d, at) >= 79", {"d": "2020-01-01"}, date(2022, 5, 1)) == ("unmet", date(2099, 1, 1))


def test_the_condition_must_hold_on_that_day_too():
    facts = {"d": "2022-06-01", "e": "2022-05-20"}
    assert met_from("at >= d", facts, date(2022, 5, 1), when="at < e") == ("unmet", None)


EXPRESSIONS = [
    "years_between(d, at) >= i",
    "i <= years_between(d, at) <= i + 2",
    "months_between(d, at) >= i",
    "months_between(e, at) > i and at > d",
    "add_months(at, i) > d",
    "add_months(d, i) <= at",
    "add_years(at, -1) >= d",
    "at - d >= i",
    "at > d + i",
    "d - i < at",
    "month_start(at) > d",
    "year(at) > year(d) + 1",
    "at >= d and at >= e",
    "at > d if years_between(e, at) >= 2 else months_between(d, at) == i",
    "working_days_after(d, 5) < at",
    "working_days_after(at, 5) > e",
    "known(d) and not (at <= d or at <= e)",
    "months_between(d, at) == 13 or years_between(e, at) == 3",
]
NEAR = st.dates(date(2019, 1, 1), date(2023, 12, 31)) | st.sampled_from(
    [date(2020, 2, 29), date(2020, 1, 31), date(2021, 2, 28), date(2021, 12, 31), date(2022, 1, 1), date(2022, 8, 30)]
)


@pytest.mark.parametrize("expr", EXPRESSIONS)
@given(day=NEAR, other=NEAR, on=st.dates(date(2021, 1, 1), date(2022, 12, 31)) | NEAR, i=st.integers(0, 40))
@settings(max_examples=12)
def test_it_is_the_day_that_a_search_of_every_day_finds(expr, day, other, on, i):
    facts = {"d": day.isoformat(), "e": other.isoformat(), "i": i}
    outcome, found = met_from(expr, facts, on)
    if outcome == "unmet":
        expected = searched(expr, facts, on)
        assert found == expected or (expected is None and found > on + timedelta(days=FAR - 1))
