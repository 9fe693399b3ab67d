"""Scarce places: quotas by unit, a draw that anybody can recompute, and what each reader sees of it."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.driver import Api
from tests.leave import (
    BEGINS,
    CANDIDATES,
    DRAW,
    OPEN,
    PUBLIC_SOURCE,
    PUBLIC_VALUE,
    QUOTAS,
    At,
    candidate,
    drawn,
    line_of,
    lines,
    opened,
    put,
    refused,
)
from tests.story import colleague, done, identity, rows

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "guides"


def full(at: At, quotas: dict[str, int] = QUOTAS) -> tuple[str, list[str]]:
    """A round with five candidates of two units."""
    api = at(OPEN, 9)
    of = opened(api, quotas)
    return of, [candidate(api, of, member) for member in CANDIDATES]


def test_the_secret_is_committed_to_before_and_revealed_after(at: At) -> None:
    of, _ = full(at)
    before = done(at(OPEN, 10)("officer").get(f"{of}/allocation"))
    assert (before["secret"], before["seed"], before["order"]) == (None, None, [])
    made = drawn(at(DRAW, 9), of)
    assert made["commitment"] == before["commitment"] == hashlib.sha256(bytes.fromhex(made["secret"])).hexdigest()
    assert made["public_value"] == PUBLIC_VALUE


def recomputed(published: dict[str, Any]) -> list[tuple[str, int, str, str]]:
    """The order once more, in plain Python and from the published page alone."""
    seed = hashlib.sha256(bytes.fromhex(published["secret"]) + published["public_value"].encode()).digest()
    assert seed.hex() == published["seed"]
    highest = {each["code"]: each["order"] == "high_first" for each in published["ranking"]}
    keyed = []
    for line in published["order"]:
        key: list[object] = []
        for code, high in highest.items():
            value = line["values"][code]
            key += [value is None, 0 if value is None else -int(value) if high else int(value)]
        tie = hashlib.sha256(seed + line["application_id"].encode()).hexdigest()
        keyed.append((line["unit_code"], key, tie, line["application_id"]))
    quotas = {each["unit_code"]: each["places"] for each in published["quotas"]}
    order, last, rank = [], None, 0
    for unit, _, _, case in sorted(keyed):
        rank = rank + 1 if unit == last else 1
        last = unit
        order.append((unit, rank, case, "held" if rank <= quotas.get(unit, 0) else "waiting"))
    return order


def test_anybody_can_recompute_the_order(at: At) -> None:
    of, cases = full(at)
    made = drawn(at(DRAW, 9), of)
    told = [(each["unit_code"], each["rank"], each["application_id"], each["drawn"]) for each in made["order"]]
    assert told == recomputed(made)
    assert len(told) == len(cases) == 5
    assert [each["drawn"] for each in made["order"]].count("held") == 2
    assert done(at(DRAW, 10)("auditor").get(f"{of}/allocation"))["order"] == made["order"]


SCRIPT = re.search(r"```python\n(.*?)```", (GUIDES / "auditor.md").read_text(encoding="utf-8"), re.DOTALL)


def run_script(folder: Path, page: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """The auditors' guide's script, on a published page."""
    assert SCRIPT is not None
    (folder / "allocation.json").write_text(json.dumps(page), encoding="utf-8")
    command = [sys.executable, "-c", SCRIPT[1]]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_script_of_the_auditors_guide_agrees_and_sees_a_change(at: At, tmp_path: Path) -> None:
    of, _ = full(at)
    made = drawn(at(DRAW, 9), of)
    assert run_script(tmp_path, made).stdout == "The draw is as published.\n"
    first, second = made["order"][-2:]
    first["rank"], second["rank"] = second["rank"], first["rank"]
    assert "AssertionError" in run_script(tmp_path, made).stderr
    first["rank"], second["rank"] = second["rank"], first["rank"]
    assert "AssertionError" in run_script(tmp_path, {**made, "public_value": "01 02 03 04 05 06"}).stderr


def test_published_criteria_come_before_the_lot(at: At) -> None:
    """Hard posts outdoors first, then higher honours."""
    api = at(OPEN, 9)
    of = opened(api)
    usual = candidate(api, of, "D02-001", "national")
    outdoor = candidate(api, of, "D02-002", "commendation")
    lower = candidate(api, of, "D02-003", "provincial_may_day_medal")  # G22: the medal alone is enough for the pool
    made = drawn(at(DRAW, 9), of)
    assert [line_of(made, case)["rank"] for case in (outdoor, usual, lower)] == [1, 2, 3]
    assert line_of(made, outdoor)["values"] == {"outdoor_post": True, "honour_level": 0, "near_retirement": True}


def test_it_waits_for_the_last_day_and_happens_once(at: At) -> None:
    of, _ = full(at)
    last = at(DRAW - timedelta(days=1), 23)("reviewer")
    tag = last.get(of).headers["ETag"]
    assert refused(last.post(f"{of}/allocation", {"public_value": PUBLIC_VALUE}, if_match=tag)) == (409, "open")
    drawn(at(DRAW, 9), of)
    again = at(DRAW, 9)("reviewer")
    tag = again.get(of).headers["ETag"]
    assert refused(again.post(f"{of}/allocation", {"public_value": PUBLIC_VALUE}, if_match=tag)) == (409, "allocated")
    officer = at(DRAW, 9)("officer")
    changed = put(officer, of, "quotas", {"quotas": lines({"AH-D01": 9}), "public_source": PUBLIC_SOURCE})
    assert refused(changed) == (409, "allocated")


@pytest.mark.parametrize("source", [PUBLIC_SOURCE, None])
def test_the_public_value_is_the_announced_one_or_none(at: At, source: str | None) -> None:
    api = at(OPEN, 9)
    of = opened(api, {})
    done(put(api("officer"), of, "quotas", {"quotas": lines(QUOTAS), "public_source": source}))
    later = at(DRAW, 9)
    moved = put(later("officer"), of, "quotas", {"quotas": lines(QUOTAS), "public_source": "另一期"})
    assert refused(moved) == (409, "closed")
    tag = later("reviewer").get(of).headers["ETag"]
    body = {"public_value": None if source else "7"}
    answer = later("reviewer").post(f"{of}/allocation", body, if_match=tag)
    assert refused(answer) == (422, "required" if source else "public_value_unannounced")


def test_who_may_not_draw(api: Api, at: At) -> None:
    api = at(OPEN, 9)
    colleague(api, "reviewer-officer", "reviewer", person=identity(201, born=date(1981, 4, 1)))
    of, _ = full(at)
    later = at(DRAW, 9)
    tag = later("officer").get(of).headers["ETag"]
    body = {"public_value": PUBLIC_VALUE}
    by_officer = later("officer").post(f"{of}/allocation", body, if_match=tag)
    assert (by_officer.status_code, by_officer.get_json()["code"]) == (403, "not_permitted")
    same_person = later("reviewer-officer").post(f"{of}/allocation", body, if_match=tag)
    assert (same_person.status_code, same_person.get_json()["code"]) == (403, "duty_conflict")


def test_whoever_opened_the_round_does_not_draw_it_even_without_having_filed(api: Api, at: At) -> None:
    then = at(OPEN, 9)
    colleague(then, "reviewer-officer", "reviewer", person=identity(201, born=date(1981, 4, 1)))
    of = opened(then)
    candidate(then, of, "D01-002", by="officer2")
    later = at(DRAW, 9)
    tag = later("reviewer").get(of).headers["ETag"]
    answer = later("reviewer-officer").post(f"{of}/allocation", {"public_value": PUBLIC_VALUE}, if_match=tag)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "duty_conflict")


def test_a_relative_of_a_candidate_does_not_draw(at: At) -> None:
    of, _ = full(at)
    later = at(DRAW, 9)
    me = done(later("reviewer").get("/me"))["id"]
    kin = {"id_number": identity(108, born=date(1958, 7, 7)), "relation": "姐姐"}
    done(later("reviewer").post(f"/accounts/{me}/relatives", kin))
    tag = later("reviewer").get(of).headers["ETag"]
    answer = later("reviewer").post(f"{of}/allocation", {"public_value": PUBLIC_VALUE}, if_match=tag)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "own_case")


def test_names_outside_ones_own_units_stay_masked(at: At) -> None:
    of, cases = full(at)
    drawn(at(DRAW, 9), of)
    seen = done(at(DRAW, 10)("officer2").get(f"{of}/allocation"))
    assert {line_of(seen, case)["name"] for case in cases[:2]} == {"李秀英", "刘振华"}
    assert {line_of(seen, case)["name"] for case in cases[2:]} == {"陈**", "赵**", "孙*"}
    assert [line_of(seen, case)["state"] for case in cases[2:]] == [None, None, None]
    assert seen["quotas"] == lines(QUOTAS)  # whoever recomputes needs them all
    assert recomputed(seen)


def test_another_unions_officer_sees_no_draw_of_ours(api: Api, at: At) -> None:
    then = at(OPEN, 9)
    of = opened(then, unit_code="AH-D02", quotas={"AH-D02": 1})
    assert then("officer2").get(f"{of}/allocation").status_code == 404
    assert put(then("officer2"), of, "quotas", {"quotas": lines(QUOTAS)}, if_match='"1"').status_code == 404


def test_the_record_holds_no_secret_before_and_no_name_after(at: At, api: Api) -> None:
    of, _ = full(at)
    entries = "SELECT body::text AS body FROM record_entry WHERE table_name IN ('allocation', 'place')"
    before = "".join(row.body for row in rows(api, entries))
    secret = drawn(at(DRAW, 9), of)["secret"]
    assert secret not in before
    after = "".join(row.body for row in rows(api, entries))
    assert secret in after
    assert not any(name in after for name in ("李秀英", "李**", "outdoor_post"))


def test_places_left_over_fall_to_the_pool_and_the_keeper_gives_them_on(at: At) -> None:
    of, _ = full(at, {"AH-D01": 3, "AH-D02": 1})
    assert drawn(at(DRAW, 9), of)["pool"] == 1
    keeper = at(DRAW, 10)("officer")
    assert done(keeper.get(of))["quotas"] == lines({"AH-D01": 2, "AH-D02": 1})
    waiting = [each for each in done(keeper.get(f"{of}/allocation"))["order"] if each["state"] == "waiting"]
    given = done(keeper.act(of, "pool", {"unit_code": "AH-D02"}))
    assert given["pool"] == 0
    assert [each["state"] for each in given["order"] if each["unit_code"] == "AH-D02"] == ["held", "held", "waiting"]
    assert given["order"][3]["application_id"] == waiting[0]["application_id"]
    assert refused(keeper.act(of, "pool", {"unit_code": "AH-D02"})) == (409, "pool_empty")
    assert keeper.act(of, "pool", {"unit_code": "AH-D02"}, if_match=None).status_code == 428


def test_nobody_waits_where_the_pool_would_go(at: At) -> None:
    of, _ = full(at, {"AH-D01": 3, "AH-D02": 3})
    drawn(at(DRAW, 9), of)
    keeper = at(DRAW, 10)("officer")
    assert refused(keeper.act(of, "pool", {"unit_code": "AH-D02"})) == (409, "nobody_waits")
    assert refused(at(BEGINS, 9)("officer").act(of, "pool", {"unit_code": "AH-D02"})) == (409, "begun")
