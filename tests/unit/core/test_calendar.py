"""Working days of 2022, by the notice of 国务院办公厅 of 2021-10-25."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benefits.core.calendar import Calendar


def days(first, last):
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


HOLIDAYS = [
    *days(date(2022, 1, 1), date(2022, 1, 3)),
    *days(date(2022, 1, 31), date(2022, 2, 6)),
    *days(date(2022, 4, 3), date(2022, 4, 5)),
    *days(date(2022, 4, 30), date(2022, 5, 4)),
    *days(date(2022, 6, 3), date(2022, 6, 5)),
    *days(date(2022, 9, 10), date(2022, 9, 12)),
    *days(date(2022, 10, 1), date(2022, 10, 7)),
]
MADE_UP = [date(2022, 1, 29), date(2022, 1, 30), date(2022, 4, 2), date(2022, 4, 24), date(2022, 5, 7)]
MADE_UP += [date(2022, 10, 8), date(2022, 10, 9)]
OF_2022 = Calendar(dict.fromkeys(HOLIDAYS, False) | dict.fromkeys(MADE_UP, True), frozenset({2022}))


def test_2022_has_249_working_days():
    assert OF_2022.working_days_between(date(2021, 12, 31), date(2022, 12, 31)) == 249


def test_thirty_working_days_after_discharge():
    assert OF_2022.working_days_after(date(2022, 1, 20), 30) == date(2022, 3, 8)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2022, 1, 29), True),
        (date(2022, 1, 31), False),
        (date(2022, 1, 28), True),
        (date(2022, 1, 15), False),
        (date(2023, 1, 4), None),
    ],
)
def test_a_day(day, worked):
    assert OF_2022.is_working_day(day) is worked


def test_a_year_without_a_table_is_unknown():
    assert OF_2022.working_days_after(date(2022, 12, 30), 1) is None
    assert OF_2022.working_days_between(date(2022, 12, 30), date(2023, 1, 2)) is None
    assert OF_2022.working_days_after(date(2022, 12, 29), 1) == date(2022, 12, 30)


def test_none_at_all_and_too_many():
    assert OF_2022.working_days_after(date(2022, 1, 1), 0) == date(2022, 1, 1)
    assert OF_2022.working_days_after(date(2022, 1, 1), -1) is None
    assert OF_2022.working_days_between(date(2022, 5, 9), date(2022, 5, 6)) == 0


@given(st.dates(date(2022, 1, 1), date(2022, 6, 30)), st.integers(1, 60))
@settings(deadline=None)
def test_after_and_between_agree(day, n):
    reached = OF_2022.working_days_after(day, n)
    assert OF_2022.is_working_day(reached)
    assert OF_2022.working_days_between(day, reached) == n
