"""A draft rehearsed before it is published: who gains, who loses, what it costs, which open cases it touches."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable

import openpyxl
import pytest

from benefits.casework import simulation
from benefits.casework.simulation import COLUMNS
from benefits.papers.export import control_digest
from tests.api.test_policies import edition
from tests.driver import Api
from tests.story import done, filed, member_id

GIFT = {"kind": "festival_gift", "occasion": "mid_autumn", "form": "goods"}


def test_a_draft_is_compared_with_what_is_in_force(committed_api: Api, worker: Callable[[], bool]) -> None:
    api = committed_api
    drafted = done(
        api("policy").post("/programmes/holiday_visit/policies", {"content": edition("h-2027", "2027-01-01")})
    )
    path = f"/policies/{drafted['id']}"
    early = api("policy").post(f"{path}/simulation", {"on": "2026-12-31", "facts": GIFT})
    assert early.get_json()["errors"][0]["code"] == "day_not_covered"
    assert api("officer").post(f"{path}/simulation", {"facts": GIFT}).status_code == 403

    started = api("policy").post(f"{path}/simulation", {"on": "2027-09-15", "facts": GIFT})
    assert started.status_code == 202, started.get_json()
    job_id = started.get_json()["id"]
    assert api("policy").get(f"{path}/simulation/{job_id}/file").status_code == 409
    assert worker()
    job = done(api("policy").get(f"/jobs/{job_id}"))
    assert job["state"] == "done", job
    result = job["result"]
    # The demonstration's members have paid their dues to the end of 2026 only, so none is eligible in 2027.
    assert (result["members"], result["gain"], result["lose"], result["changed"]) == (10, 0, 0, 0)
    assert result["draft"] == "h-2027"
    assert result["running"] == "holiday_visit-2018"


def test_gains_and_costs_by_unit_and_the_list_agree(committed_api: Api, worker: Callable[[], bool]) -> None:
    api = committed_api
    content = edition("h-2026", "2026-12-01").replace("from = 2027-01-01", "from = 2026-12-01", 1)
    drafted = done(api("policy").post("/programmes/holiday_visit/policies", {"content": content}))
    path = f"/policies/{drafted['id']}"
    member = done(api("officer").get("/members?limit=1"))["items"][0]["id"]
    body = {"programme": "holiday_visit", "member_id": member, "on": "2026-12-15", "amount": "2400.00", "facts": GIFT}
    case = done(api("officer").post("/applications", body))
    started = api("policy").post(f"{path}/simulation", {"on": "2026-12-15", "facts": GIFT}).get_json()
    assert worker()
    result = done(api("policy").get(f"/jobs/{started['id']}"))["result"]
    assert (result["members"], result["gain"], result["lose"], result["amount_changes"]) == (10, 0, 0, 10)
    costs = [(row["unit_code"], row["cost_before"], row["cost_after"]) for row in result["by_unit"]]
    assert costs == [
        ("AH-D01", "8800.00", "10000.00"),
        ("AH-D02", "6600.00", "7500.00"),
        ("AH-D03", "6600.00", "7500.00"),
    ]
    file = api("policy").get(f"{path}/simulation/{started['id']}/file").get_data().decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(file)))
    assert len(lines) == result["changed"] == 10
    assert {(line["amount_before"], line["amount_after"]) for line in lines} == {("2200.00", "2500.00")}
    assert {line["change"] for line in lines} == {"amount"}
    assert control_digest(COLUMNS, [[line[name] or None for name in COLUMNS] for line in lines]) == result["digest"]
    touched = {"application_id": case["id"], "unit_code": "AH-D01", "before": "ineligible", "after": "eligible"}
    assert result["open_cases"] == [touched]


def test_who_gains_and_who_loses_is_said_line_by_line_and_every_open_case_is_listed(
    committed_api: Api, worker: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    api = committed_api
    monkeypatch.setattr(simulation, "MOST_CASES_TOLD", 2)
    path = f"/members/{member_id(api, 'D01-002')}"
    etag = api("officer").get(path).headers["ETag"]
    done(api("officer").patch(path, {"state": "retained"}, if_match=etag))  # in service is asked no more, frontline is
    content = edition("h-2026", "2026-12-01").replace("from = 2027-01-01", "from = 2026-12-01", 1)
    content = content.replace('expr = "in_service"', 'expr = "coalesce(frontline, False)"')
    drafted = done(api("policy").post("/programmes/holiday_visit/policies", {"content": content}))
    for member in ("D01-001", "D01-002", "D02-001"):
        filed(api, member, "2400.00", programme="holiday_visit", on="2026-12-15", facts=GIFT)
    path = f"/policies/{drafted['id']}/simulation"
    started = api("policy").post(path, {"on": "2026-12-15", "facts": GIFT}).get_json()
    assert worker()
    result = done(api("policy").get(f"/jobs/{started['id']}"))["result"]
    file = f"{path}/{started['id']}/file"
    lines = list(csv.DictReader(io.StringIO(api("policy").get(file).get_data().decode("utf-8-sig"))))
    changes = Counter(line["change"] for line in lines)
    assert (changes["gain"], changes["lose"], changes["amount"]) == (
        result["gain"],
        result["lose"],
        result["amount_changes"],
    )
    assert changes["lose"] > 0
    assert (result["open_cases_touched"], len(result["open_cases"])) == (3, 2)
    cases = list(csv.DictReader(io.StringIO(api("policy").get(f"{file}?list=cases").get_data().decode("utf-8-sig"))))
    assert len(cases) == 3
    book = openpyxl.load_workbook(io.BytesIO(api("policy", language="en").get(f"{file}?format=xlsx").data))
    assert book.sheetnames == ["By unit", "Members", "Open cases"]
    assert [book[name].max_row - 1 for name in book.sheetnames] == [len(result["by_unit"]), len(lines), 3]
    assert api("officer").get(file).status_code == 403
    assert api("policy").get(f"{file}?format=pdf").status_code == 422


def test_a_sweep_is_a_job(committed_api: Api, worker: Callable[[], bool]) -> None:
    api = committed_api
    opened = done(
        api("officer").post(
            "/rounds",
            {
                "unit_code": "AH",
                "programme": "holiday_visit",
                "title": "中秋慰问",
                "event_on": "2026-09-25",
                "opens_on": "2026-09-01",
                "closes_on": "2026-09-30",
                "facts": GIFT,
            },
        )
    )
    started = api("officer").post(f"/rounds/{opened['id']}/sweep").get_json()
    assert worker()
    job = done(api("officer").get(f"/jobs/{started['id']}"))
    assert (job["state"], job["result"]["eligible"]) == ("done", 10)
    assert done(api("officer").get(f"/rounds/{opened['id']}"))["swept_at"]
