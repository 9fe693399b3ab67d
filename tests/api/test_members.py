"""Members over HTTP: masked, found, registered, changed, honoured, and disclosed with a trace."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.driver import Api

NEW = {
    "unit_code": "AH-D01",
    "id_number": "340000198703150027",
    "name": "单丽𬭩",
    "employment_type": "established",
    "phone": "138 1234 1234",
    "account": {"holder": "单丽𬭩", "account_number": "6217 9946 2819 4821 997", "bank": "徽商银行"},
    "dues_paid_through": "2026-12-31",
    "frontline": True,
}


def registered(api: Api, **changed: Any) -> dict[str, Any]:
    answer = api("officer").post("/members", NEW | changed)
    assert answer.status_code == 201, answer.get_json()
    body: dict[str, Any] = answer.get_json()
    return body | {"etag": answer.headers["ETag"], "location": answer.headers["Location"]}


def faults(answer: Any) -> list[tuple[str, str]]:
    return sorted((fault["pointer"], fault["code"]) for fault in answer.get_json()["errors"])


def test_a_member_is_registered_and_shown_masked(api: Api) -> None:
    member = registered(api)
    again = api("auditor").get(member["location"].removeprefix("/api/v1"))
    assert again.get_json() | {"etag": again.headers["ETag"], "location": member["location"]} == member
    assert member["id_number"] == "340***********0027"
    assert member["phone"] == "138****1234"
    assert member["account"] == {"holder": "单丽𬭩", "account_number": "****1997", "bank": "徽商银行"}
    assert (member["sex"], member["birth_date"]) == ("female", "1987-03-15")
    assert (member["state"], member["membership_active"], member["in_service"]) == ("active", True, True)
    assert again.headers["Cache-Control"] == "no-store"


def test_all_faults_come_at_once(api: Api) -> None:
    wrong = {"id_number": "340000198703150020", "phone": "12345", "unit_code": "XX"}
    account = NEW["account"] | {"account_number": "6217994628194821998"}  # type: ignore[operator]
    answer = api("officer").post("/members", NEW | wrong | {"account": account})
    assert answer.status_code == 422
    assert faults(answer) == [
        ("/account/account_number", "bank_card_checksum"),
        ("/id_number", "id_checksum"),
        ("/phone", "phone_malformed"),
        ("/unit_code", "unit_unknown"),
    ]


def test_nobody_is_registered_twice(api: Api) -> None:
    registered(api)
    assert api("officer").post("/members", NEW).get_json()["code"] == "already_exists"
    other = api("officer").post("/members", NEW | {"unit_code": "AH-D02"})
    assert (other.status_code, other.get_json()["code"]) == (409, "already_registered")
    assert other.get_json()["params"] == {"unit_code": "AH-D01"}


def test_another_units_officer_learns_nothing(api: Api) -> None:
    member = registered(api, unit_code="AH-D02")
    assert api("officer2").get(f"/members/{member['id']}").status_code == 404
    searched = api("officer2").post("/members/searches", {"id_number": NEW["id_number"]})
    assert searched.get_json()["items"] == []
    assert api("officer2").post("/members", NEW).status_code == 201  # as if the person were new
    refused = api("officer2").post("/members", NEW | {"unit_code": "AH-D02", "id_number": "340000198703150019"})
    assert (refused.status_code, faults(refused)) == (422, [("/unit_code", "unit_unknown")])
    seen = api("officer2").get("/members").get_json()["items"]
    assert {each["unit_code"] for each in seen} == {"AH-D01"}


@pytest.mark.parametrize("typed", ["丽𬭩", "shanli", "Shan Li", "dan li", "shan"])
def test_names_are_found_by_character_and_by_both_readings(api: Api, typed: str) -> None:
    member = registered(api)
    found = api("reviewer").get("/members", query_string={"name": typed}).get_json()["items"]
    assert [each["id"] for each in found] == [member["id"]]


@pytest.mark.parametrize("typed", ["%", "_", "\\", "li shan"])
def test_signs_of_patterns_are_letters_like_others(api: Api, typed: str) -> None:
    registered(api)
    assert api("reviewer").get("/members", query_string={"name": typed}).get_json()["items"] == []


def test_lists_page_and_filter(api: Api) -> None:
    officer = api("officer")
    first = officer.get("/members?limit=4").get_json()
    rest = officer.get(f"/members?limit=200&after={first['next']}").get_json()
    assert len(first["items"]) == 4
    assert rest["next"] is None
    ids = [member["id"] for member in first["items"] + rest["items"]]
    assert len(set(ids)) == len(ids) == 10
    assert len(officer.get("/members?unit_code=AH-D03").get_json()["items"]) == 3
    assert len(officer.get("/members?unit_code=AH").get_json()["items"]) == 10
    assert len(officer.get("/members?staff_number=D01-001").get_json()["items"]) == 1
    assert officer.get("/members?unit_code=NO").get_json()["items"] == []
    assert officer.get("/members?colour=red").status_code == 422


def test_a_person_is_found_by_number_in_the_body_only(api: Api) -> None:
    member = registered(api)
    found = api("officer").post("/members/searches", {"id_number": "３４００００198703150027"}, key=None)
    assert [each["id"] for each in found.get_json()["items"]] == [member["id"]]
    wrong = api("officer").post("/members/searches", {"id_number": "340000198703150020"}, key=None)
    assert (wrong.status_code, faults(wrong)) == (422, [("/id_number", "id_checksum")])


def test_changes_need_the_version_and_null_clears(api: Api) -> None:
    member = registered(api)
    path = f"/members/{member['id']}"
    officer = api("officer")
    assert officer.patch(path, {"department": "新"}).status_code == 428
    changed = officer.patch(path, {"department": "新", "state": "retained", "phone": None}, if_match=member["etag"])
    body = changed.get_json()
    assert (changed.status_code, body["department"], body["in_service"], body["phone"]) == (200, "新", False, None)
    assert officer.patch(path, {"department": "旧"}, if_match=member["etag"]).status_code == 412
    same = officer.patch(path, {"department": "新", "account": NEW["account"]}, if_match=changed.headers["ETag"])
    assert same.headers["ETag"] == changed.headers["ETag"]
    gone = officer.patch(path, {"account": None, "name": "单丽"}, if_match=same.headers["ETag"])
    assert (gone.get_json()["account"], gone.get_json()["name"]) == (None, "单丽")
    assert api("reviewer").patch(path, {"name": "x"}, if_match=gone.headers["ETag"]).status_code == 403
    moved = officer.patch(path, {"unit_code": "AH"}, if_match=gone.headers["ETag"])
    assert faults(moved) == [("/unit_code", "unknown_field")]


def test_secrets_are_shown_for_a_purpose_and_the_view_is_recorded(api: Api, session: Session) -> None:
    member = registered(api)
    path = f"/members/{member['id']}/disclosures"
    asked = {"fields": ["id_number", "phone", "account_number"], "purpose": "核对身份"}
    shown = api("finance").post(path, asked, key=None)
    assert shown.get_json() == {
        "id_number": "340000198703150027",
        "phone": "13812341234",
        "account_number": "6217994628194821997",
    }
    some = api("officer").post(path, {"fields": ["phone"], "purpose": "回访"}, key=None).get_json()
    assert some == {"phone": "13812341234"}
    entries = session.execute(
        text("SELECT body->'data' AS data FROM record_entry WHERE kind = 'disclosure' AND row_id = :row ORDER BY n"),
        {"row": member["id"]},
    ).all()
    assert entries[0].data == {"fields": ["account_number", "id_number", "phone"], "purpose": "核对身份"}
    assert api("cashier").post(path, asked, key=None).status_code == 403
    nothing = faults(api("officer").post(path, {"fields": [], "purpose": ""}, key=None))
    assert nothing == [("/fields", "length_refused"), ("/purpose", "length_refused")]


def test_no_secret_enters_the_record(api: Api, session: Session) -> None:
    registered(api)
    for secret in ("340000198703150027", "13812341234", "6217994628194821997", "单丽𬭩"):
        found = session.scalar(text("SELECT n FROM record_entry WHERE body::text LIKE :s"), {"s": f"%{secret}%"})
        assert found is None


def test_honours_are_added_and_revoked_with_a_day(api: Api) -> None:
    member = registered(api)
    path = f"/members/{member['id']}/honours"
    honour = {"title": "安徽省劳动模范", "level": "provincial", "awarded_on": "2015-05-01"}
    added = api("officer").post(path, honour)
    assert added.status_code == 201
    assert added.headers["ETag"] != member["etag"]
    assert api("officer").post(path, honour).status_code == 409
    one = f"{path}/{added.get_json()['id']}"
    early = api("officer").patch(one, {"revoked_on": "2015-04-30"}, if_match=added.headers["ETag"])
    assert faults(early) == [("/revoked_on", "before_award")]
    revoked = api("officer").patch(one, {"revoked_on": "2020-01-01"}, if_match=added.headers["ETag"])
    assert revoked.get_json()["revoked_on"] == "2020-01-01"
    shown = api("officer").get(f"/members/{member['id']}")
    assert shown.headers["ETag"] == revoked.headers["ETag"]
    assert [each["revoked_on"] for each in shown.get_json()["honours"]] == ["2020-01-01"]
    assert api("officer2").get(one.replace(member["id"], added.get_json()["id"])).status_code == 404
