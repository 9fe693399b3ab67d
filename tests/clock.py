"""The day on which the tests happen: the same for ever, whatever day they are run on.

The applications under test and the tests tell the time from here, so no test changes its outcome with the calendar of
the machine or at its midnight. The database and the record keep the machine's time, as they do in a rehearsal.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from benefits.core.actor import UNION_ZONE
from tests.driver import Api

BEGINS = datetime(2026, 11, 23, 10, tzinfo=UNION_ZONE)
_STARTED = int(os.environ.setdefault("TESTS_STARTED", str(int(time.time()))))  # processes of a run share it
OFFSET = int(BEGINS.timestamp()) - _STARTED  # seconds, for `CLOCK_OFFSET_S`


def machine_now() -> datetime:
    """This instant of the machine, as the database and the record have it."""
    return datetime.now(UTC)


def now() -> datetime:
    """This instant of the applications under test."""
    return machine_now() + timedelta(seconds=OFFSET)


def today() -> date:
    """The union's day, as the applications under test have it."""
    return now().astimezone(UNION_ZONE).date()


def recorded_on() -> date:
    """The union's day, as the database and the record have it."""
    return machine_now().astimezone(UNION_ZONE).date()


def offset_of(day: date, hour: int = 10) -> int:
    """The `CLOCK_OFFSET_S` at which it is that hour of that day of the union."""
    then = datetime(day.year, day.month, day.day, hour, tzinfo=UNION_ZONE)
    return int((then - machine_now()).total_seconds())


def later(api: Api, day: date) -> Api:
    """The same books on another day, from here on; everybody signs in anew."""
    api.app.config["SETTINGS"] = replace(api.app.config["SETTINGS"], clock_offset_s=offset_of(day))
    return Api(api.app)
