"""Units over HTTP: a tree that admins keep and everybody sees along the line."""

from typing import Any

import pytest

from tests.driver import Api

NEW = {"code": "AH-D09", "name": "新建工会", "parent_code": "AH", "union_kind": "primary", "unit_kind": "school"}


def test_admin_makes_and_changes_a_unit(api: Api) -> None:
    admin = api("admin")
    made = admin.post("/units", NEW | {"credit_code": "813400000000000196"})
    assert (made.status_code, made.headers["Location"]) == (201, "/api/v1/units/AH-D09")
    assert made.get_json()["parent_code"] == "AH"
    changed = admin.patch("/units/AH-D09", {"name": "改名"}, if_match=made.headers["ETag"])
    assert (changed.status_code, changed.get_json()["name"]) == (200, "改名")
    assert admin.patch("/units/AH-D09", {"name": "x"}, if_match=made.headers["ETag"]).status_code == 412
    assert api("officer").patch("/units/AH-D09", {"name": "x"}, if_match=changed.headers["ETag"]).status_code == 403
    assert admin.post("/units", NEW).get_json()["code"] == "already_exists"


def test_a_unit_moves_with_everything_below_it(api: Api) -> None:
    admin = api("admin")
    admin.post("/units", NEW)
    admin.post("/units", NEW | {"code": "AH-D09-1", "parent_code": "AH-D09"})
    moved = admin.patch("/units/AH-D09", {"parent_code": "AH-D01"}, if_match=admin.get("/units/AH-D09").headers["ETag"])
    assert moved.get_json()["parent_code"] == "AH-D01"
    assert admin.get("/units/AH-D09-1").get_json()["parent_code"] == "AH-D09"
    assert api("officer2").get("/units/AH-D09-1").status_code == 200  # now below the officer's own unit
    round_trip = admin.patch(
        "/units/AH-D01", {"parent_code": "AH-D09-1"}, if_match=admin.get("/units/AH-D01").headers["ETag"]
    )
    assert round_trip.get_json()["errors"][0]["code"] == "parent_circular"


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        ({"code": "AH/1"}, "/code", "code_malformed"),
        ({"code": "%"}, "/code", "code_malformed"),
        ({"parent_code": "NO"}, "/parent_code", "parent_unknown"),
        ({"credit_code": "813400000000000195"}, "/credit_code", "uscc_checksum"),
        ({"unit_kind": "火星"}, "/unit_kind", "choice_unknown"),
        ({"division_code": "34"}, "/division_code", "value_refused"),
        ({"colour": "red"}, "/colour", "unknown_field"),
    ],
)
def test_what_is_wrong_is_named(api: Api, wrong: dict[str, Any], pointer: str, code: str) -> None:
    answer = api("admin").post("/units", NEW | wrong)
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in answer.get_json()["errors"]] == [(pointer, code)]


def test_units_are_seen_along_the_line_only(api: Api) -> None:
    assert {unit["code"] for unit in api("officer2").get("/units").get_json()["items"]} == {"AH", "AH-D01"}
    assert api("officer2").get("/units/AH-D02").status_code == 404
    below = api("officer").get("/units?parent_code=AH").get_json()["items"]
    assert {unit["code"] for unit in below} == {"AH-D01", "AH-D02", "AH-D03"}
