"""Working days by the official calendar of holidays and make-up days; pure, the table is handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

MOST_DAYS = 1000
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """The years whose table is known, and the days in them that differ from Monday to Friday.

    `exceptions` maps a day to whether it is worked (a weekend made up for) or not (a holiday).
    Source: the yearly notice 部分节假日安排 of 国务院办公厅.
    """

    exceptions: Mapping[date, bool]
    years: frozenset[int]

    def is_working_day(self, day: date) -> bool | None:
        """Whether `day` is worked; None where its year has no table."""
        if day.year not in self.years:
            return None
        return self.exceptions.get(day, day.weekday() < 5)

    def working_days_after(self, day: date, n: int) -> date | None:
        """The `n`-th working day after `day` (`day` itself for 0); None where a year has no table."""
        if not 0 <= n <= MOST_DAYS:
            return None
        while n:
            day += _DAY
            worked = self.is_working_day(day)
            if worked is None:
                return None
            n -= worked
        return day

    def working_days_between(self, start: date, end: date) -> int | None:
        """The working days after `start`, up to and including `end`; None where a year has no table."""
        days = [self.is_working_day(start + timedelta(days=i)) for i in range(1, (end - start).days + 1)]
        return None if None in days else sum(map(bool, days))


class LateCalendar(Calendar):
    """One whose table is read when a day is first asked; a year is covered when its 1 January is in the table."""

    _read: Callable[[], tuple[int, Mapping[date, bool]]]

    def __init__(self, read: Callable[[], tuple[int, Mapping[date, bool]]]) -> None:
        object.__setattr__(self, "_read", read)

    @property
    def edition(self) -> int | None:
        """The edition that was read; None while no day was asked."""
        return self._table[0] if "_table" in vars(self) else None

    @property
    def exceptions(self) -> Mapping[date, bool]:
        """The table."""
        return self._table[1]

    @cached_property
    def _table(self) -> tuple[int, Mapping[date, bool]]:
        return self._read()

    @cached_property
    def years(self) -> frozenset[int]:
        """The years of its New Year's days."""
        return frozenset(day.year for day in self.exceptions if (day.month, day.day) == (1, 1))
