"""Lists at the same time: nobody's room and no fund's last yuan is given twice, no line is signed for twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from tests.faults.test_races import codes, fund_of
from tests.faults.wire import Answer, RemoteApi, at_once
from tests.faults.worlds import REPEATS
from tests.rosters import approved, drawn, frozen, line_of, lines, plan, receipt
from tests.story import GIFT, balance, done, recomputed, rows

# Caps are asked of a person's year, so every trial has one of its own.
_places: Iterator[tuple[int, str]] = iter(product((2018, 2019, 2020, 2021), ("AH-D02", "AH-D03")))


def approvals(wire: RemoteApi, paths: list[str], fund: str) -> list[Answer]:
    """All of them approved in one moment, each with the version it has now."""
    reviewer = wire("reviewer")
    tags = [reviewer.get(path).headers["ETag"] for path in paths]
    return at_once(
        [
            reviewer.prepared("POST", f"{path}/approve", {"fund_id": fund}, if_match=tag)
            for path, tag in zip(paths, tags, strict=True)
        ]
    )


@pytest.mark.parametrize("trial", range(REPEATS))
def test_lists_for_the_same_members_do_not_exceed_their_room(wire: RemoteApi, trial: int) -> None:
    """Control: the people, locked in id order before the ledger is asked (`shelf._hold`)."""
    year, unit = next(_places)
    fund = fund_of(wire, "100000.00", unit)
    gift = {"unit_code": unit, "event_on": f"{year}-09-10", "item": None, "amount": "400.00"}
    occasions = ("mid_autumn", "national_day", "dragon_boat", "qingming", "labour_day", "new_year")
    paths = [frozen(wire, **gift, facts={**GIFT, "occasion": each}) for each in occasions]
    assert codes(approvals(wire, paths, fund)) == {"200": 6}
    given = rows(
        wire,
        "SELECT e.person_id, sum(e.amount) AS total FROM entitlement e JOIN unit u ON u.id = e.unit_id "
        "WHERE u.code = :u AND e.year = :y AND e.kind = 'festival_gift' AND e.state <> 'released' GROUP BY 1",
        u=unit,
        y=year,
    )
    assert [str(row.total) for row in given] == ["1200.00"] * 3  # of 1,500 yuan
    out = [line for path in paths for line in lines(wire, path, "left_out")]
    assert len(out) == 9
    assert {line["reasons"][0]["code"] for line in out} == {"amount_within_limit"}
    assert balance(wire, fund) == recomputed(wire, fund)


@pytest.mark.parametrize("trial", range(REPEATS))
def test_the_last_of_a_fund_pays_one_list_whole(wire: RemoteApi, trial: int) -> None:
    """Control: the conditional update for a list's total (`fund._move`); behind it `ck_fund_never_overdrawn`."""
    fund = fund_of(wire, "5000.00")
    visit = {"facts": {"kind": "visit", "occasion": "labour_day", "form": "goods"}, "item": None}
    sums = {"AH-D01": "700.00", "AH-D02": "1000.00", "AH-D03": "1000.00"}  # 2,800 and twice 3,000: only one fits
    paths = [frozen(wire, **visit, unit_code=unit, amount=amount) for unit, amount in sums.items()]
    assert codes(approvals(wire, paths, fund)) == {"200": 1, "fund_exhausted": 2}
    states = sorted(done(wire("officer").get(path))["state"] for path in paths)
    assert states == ["approved", "frozen", "frozen"]
    assert balance(wire, fund)["reserved"] in {"2800.00", "3000.00"}
    assert balance(wire, fund) == recomputed(wire, fund)


@pytest.mark.parametrize("trial", range(REPEATS))
def test_a_line_is_signed_for_once(wire: RemoteApi, trial: int) -> None:
    """Control: line and roster locked and read anew before version and state are asked (`shelf.lock_line`)."""
    visit = {"facts": {"kind": "visit", "occasion": "spring_festival", "form": "goods"}}
    path, _ = approved(wire, fund_of(wire, "9000.00"), **visit, item=None, amount="100.00")
    line = line_of(wire, path, "D01-001")
    officer = wire("officer")
    tag = officer.get(line).headers["ETag"]
    sent = [officer.prepared("POST", f"{line}/receipt", receipt(), if_match=tag) for _ in range(12)]
    assert codes(at_once(sent)) == {"200": 1, "stale": 11}
    case = next(each["application_id"] for each in lines(wire, path) if line.endswith(each["id"]))
    acts = done(wire("auditor").get(f"/applications/{case}/trail"))["items"]
    assert [each["act"] for each in acts].count("receive") == 1


@pytest.mark.parametrize("trial", range(REPEATS))
def test_a_list_is_closed_once_and_books_once(wire: RemoteApi, trial: int) -> None:
    """Control: the roster locked and read anew before its version and state are asked."""
    fund = fund_of(wire, "9000.00")
    visit = {"facts": {"kind": "visit", "occasion": "national_day", "form": "goods"}}
    path, _ = approved(wire, fund, **visit, item=None, amount="100.00")
    for each in lines(wire, path):
        done(wire("officer").act(f"{path}/lines/{each['id']}", "receipt", receipt()))
    finance = wire("finance")
    tag = finance.get(path).headers["ETag"]
    sent = [finance.prepared("POST", f"{path}/close", {}, if_match=tag) for _ in range(8)]
    assert codes(at_once(sent)) == {"200": 1, "stale": 7}
    assert (balance(wire, fund)["spent"], balance(wire, fund)["reserved"]) == ("400.00", "0.00")


def swept_round(wire: RemoteApi) -> str:
    """The id of a round that a worker has swept."""
    body: dict[str, Any] = {
        "unit_code": "AH",
        "programme": "holiday_visit",
        "title": "走访",
        "event_on": "2026-05-01",
        "opens_on": "2026-01-01",
        "closes_on": "2099-12-31",
        "facts": {"kind": "visit", "occasion": "labour_day", "form": "goods"},
    }
    of = done(wire("officer").post("/rounds", body))["id"]
    job = wire("officer").post(f"/rounds/{of}/sweep").get_json()["id"]
    for _ in range(200):
        if done(wire("officer").get(f"/jobs/{job}"))["state"] == "done":
            return str(of)
        time.sleep(0.1)
    raise AssertionError("the sweep was not done")


@pytest.mark.parametrize("trial", range(REPEATS))
def test_a_rounds_candidates_are_listed_once(wire: RemoteApi, trial: int) -> None:
    """Control: `uq_application_live_in_round`."""
    of = swept_round(wire)
    own = {"programme": None, "event_on": None, "facts": None, "item": None, "amount": "50.00"}
    body = plan(**own, round_id=of, fill="candidates")
    officer = wire("officer")
    found = codes(at_once([officer.prepared("POST", "/rosters", body) for _ in range(6)]))
    assert set(found) <= {"201", "already_exists"}
    (row,) = rows(wire, "SELECT count(*) AS n FROM application WHERE round_id = :r", r=of)
    assert row.n == 4
    assert done(wire("officer").get(drawn(wire, **own, round_id=of, fill="candidates")))["skipped"] == 4
