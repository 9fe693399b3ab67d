"""Scarce places raced for: drawn once, no place given twice or lost, settled and recovered once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import count

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.clock import offset_of
from tests.driver import Api
from tests.faults.test_races import codes
from tests.faults.wire import RemoteApi, at_once
from tests.faults.worlds import REPEATS
from tests.leave import (
    BACK,
    CANDIDATES,
    DRAW,
    OPEN,
    PUBLIC_VALUE,
    candidate,
    drawn,
    line_of,
    opened,
    place_path,
    returned,
)
from tests.story import balance, books, done, rows

At = Callable[[date, int], Api]
_AT_ONCE = 12
_serials = count(1)
LATER = "2099-03-01"  # the leave has not begun, whenever this runs


@pytest.fixture
def past(wire: RemoteApi) -> Iterator[At]:
    """An application of our own on the same database that lives on another day."""
    settings = wire.app.config["SETTINGS"]

    def on(day: date, hour: int) -> Api:
        wire.app.config["SETTINGS"] = replace(settings, clock_offset_s=offset_of(day, hour))
        return Api(wire.app)

    yield on
    wire.app.config["SETTINGS"] = settings


@pytest.mark.parametrize("trial", range(REPEATS))
def test_a_round_is_drawn_once(wire: RemoteApi, past: At, trial: int) -> None:
    """Controls: the lock on the round with its version, and `uq_place_application_id`."""
    api = past(OPEN, 9)
    of = opened(api, event_on=LATER)
    cases = [candidate(api, of, member) for member in ("D01-002", "D01-004", "D02-001")]
    reviewer = wire("reviewer")
    tag = reviewer.get(of).headers["ETag"]
    body = {"public_value": PUBLIC_VALUE}
    asked = [reviewer.prepared("POST", f"{of}/allocation", body, if_match=tag) for _ in range(_AT_ONCE)]
    assert codes(at_once(asked)) == {"200": 1, "stale": _AT_ONCE - 1}
    places = rows(wire, "SELECT state FROM place WHERE round_id = :of ORDER BY state", of=of.rpartition("/")[2])
    assert [place.state for place in places] == ["held", "held", "waiting"]
    assert len(cases) == 3


@pytest.mark.parametrize("trial", range(REPEATS))
def test_places_given_up_at_once_are_each_offered_once(wire: RemoteApi, past: At, trial: int) -> None:
    """Control: the lock on the round in `round_hold` and `place_offer_next`."""
    api = past(OPEN, 9)
    of = opened(api, {"AH-D02": 2}, event_on=LATER)
    cases = [candidate(api, of, member) for member in ("D02-001", "D02-002", "D02-003")]
    made = drawn(past(DRAW, 9), of)
    officer = wire("officer")
    held = [place_path(past(DRAW, 9), case) for case in cases if line_of(made, case)["drawn"] == "held"]
    tags = [officer.get(path).headers["ETag"] for path in held]
    asked = [
        officer.prepared("POST", f"{path}/decline", {"reason": "家中有事"}, if_match=tag)
        for path, tag in zip(held, tags, strict=True)
    ]
    assert codes(at_once(asked)) == {"200": 2}
    after = done(officer.get(f"{of}/allocation"))
    assert ([each["state"] for each in after["order"]].count("held"), after["pool"]) == (1, 1)


@pytest.mark.parametrize("trial", range(REPEATS))
def test_a_leave_is_settled_once_and_its_excess_recovered_once(wire: RemoteApi, past: At, trial: int) -> None:
    """Controls: the locks on case and place, `uq_leave_settlement_place_id`; the lock on the receivable."""
    # A later leave does not stand in an earlier one's way, so that each member travels again and again.
    member, year = CANDIDATES[trial % 5], 2026 - trial // 5
    case, place, fund = returned(past, past(OPEN, 9), year=year, member=member)
    finance = wire("finance")
    tag = finance.get(place).headers["ETag"]
    bill = {"invoice": "25342000000123456789", "covered_cost": "2450.00", "transport_cost": "0.00"}
    asked = [finance.prepared("POST", f"{place}/settle", bill, if_match=tag) for _ in range(_AT_ONCE)]
    assert codes(at_once(asked)) == {"200": 1, "stale": _AT_ONCE - 1}
    assert balance(wire, fund)["spent"] == "2300.00"
    (debt,) = done(finance.get(f"/receivables?application_id={case.rpartition('/')[2]}"))["items"]
    path = f"/receivables/{debt['id']}"
    tag = finance.get(path).headers["ETag"]
    receipts = [
        {"amount": "150.00", "received_on": BACK.isoformat(), "bank_serial": f"R{next(_serials)}"}
        for _ in range(_AT_ONCE)
    ]
    asked = [finance.prepared("POST", f"{path}/receipts", receipt, if_match=tag) for receipt in receipts]
    assert codes(at_once(asked)) == {"200": 1, "stale": _AT_ONCE - 1}
    assert done(finance.get(path))["received"] == "150.00"


def test_the_database_itself_keeps_one_draw_and_one_place_a_case(wire: RemoteApi, past: At) -> None:
    api = past(OPEN, 9)
    of = opened(api, event_on=LATER)
    candidate(api, of, "D01-002")
    drawn(past(DRAW, 9), of)
    for table, key in (("allocation", "round_id"), ("place", "application_id")):
        columns = [row.name for row in rows(wire, _COLUMNS, table=table) if row.name != "id"]
        listed = ", ".join(columns)
        copied = ", ".join("rank + 100" if name == "rank" else name for name in columns)
        again = f"INSERT INTO {table} (id, {listed}) SELECT gen_random_uuid(), {copied} FROM {table} LIMIT 1"
        with pytest.raises(IntegrityError, match=f"uq_{table}_{key}"), books(wire) as session:  # type: ignore[arg-type]
            session.execute(text(again))


_COLUMNS = "SELECT column_name AS name FROM information_schema.columns WHERE table_name = :table"
