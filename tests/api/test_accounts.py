"""Accounts: made for a person, listed, changed, and in the record."""

from __future__ import annotations

from datetime import date

import pytest

from tests.accounts import body, give, tag
from tests.driver import PASSWORD, Api
from tests.story import account_path, identity


def test_an_account_is_made_for_a_person_and_never_shows_the_number(api: Api) -> None:
    answer = api("admin").post("/accounts", body("newcomer"))
    shown = answer.get_json()

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/accounts/{shown['id']}"
    assert shown["id_number"] == identity(501)[:3] + "*" * 11 + identity(501)[-4:]
    assert (shown["username"], shown["unit_code"], shown["enabled"]) == ("newcomer", "AH-D01", True)
    read = api("admin").get(answer.headers["Location"])
    assert read.get_json() == shown
    assert read.headers["ETag"] == answer.headers["ETag"]
    for text in (answer, read, api("admin").get("/accounts"), api("auditor").get("/audit/events?limit=200")):
        assert identity(501) not in text.get_data(as_text=True)
        assert PASSWORD not in text.get_data(as_text=True)
    assert api("newcomer").get("/me").get_json()["grants"] == []


def test_the_same_key_makes_one_account_and_another_key_is_told_that_the_name_is_taken(api: Api) -> None:
    first = api("admin").post("/accounts", body("newcomer"), key="once")
    again = api("admin").post("/accounts", body("newcomer"), key="once")
    other = api("admin").post("/accounts", body("newcomer", sequence=509))

    assert (again.status_code, again.get_data(), again.headers["ETag"]) == (
        201,
        first.get_data(),
        first.headers["ETag"],
    )
    assert (other.status_code, other.get_json()["code"]) == (409, "already_exists")
    assert api("admin").post("/accounts", body("another"), key=None).get_json()["code"] == "key_missing"


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        ({"id_number": "340000198001015010"}, "/id_number", "id_checksum"),
        ({"id_number": "340000800101501"}, "/id_number", "id_retired_15_digits"),
        ({"id_number": "not a number"}, "/id_number", "identity_malformed"),
        ({"id_number": identity(501, date(2090, 1, 1))}, "/id_number", "id_birth_date_impossible"),
        ({"unit_code": "AH-D99"}, "/unit_code", "unit_unknown"),
        ({"username": "two words"}, "/username", "username_malformed"),
        ({"username": "x" * 65}, "/username", "username_malformed"),
        ({"password": "short7!"}, "/password", "length_refused"),
        ({"password": "newcomer1"}, "/password", "password_common"),
        ({"password": None}, "/password", "null_forbidden"),
        ({"name": "  "}, "/name", "length_refused"),
        ({"name": 7}, "/name", "wrong_type"),
        ({"role": "admin"}, "/role", "unknown_field"),
    ],
)
def test_what_cannot_be_an_account_is_refused_by_field(
    api: Api, wrong: dict[str, object], pointer: str, code: str
) -> None:
    answer = api("admin").post("/accounts", body("newcomer") | wrong)
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in answer.get_json()["errors"]] == [(pointer, code)]
    assert api("admin").get("/accounts?username=newcomer").get_json()["items"] == []


def test_whether_the_person_was_known_elsewhere_does_not_show(api: Api) -> None:
    known = identity(101, date(1952, 3, 8))  # a member of AH-D01
    for username, id_number in [("newcomer", known), ("other", identity(777))]:
        answer = api("admin").post("/accounts", body(username, "AH-D02", id_number=id_number))
        assert answer.status_code == 201
        assert answer.get_json().keys() == {"id", "username", "name", "id_number", "unit_code", "enabled", "created_at"}


def test_a_list_goes_page_by_page_and_takes_filters(api: Api) -> None:
    seen: list[str] = []
    address = "/accounts?limit=4"
    while address:
        part = api("admin").get(address).get_json()
        seen += [item["username"] for item in part["items"]]
        address = f"/accounts?limit=4&after={part['next']}" if part["next"] else ""
    assert len(seen) == len(set(seen)) == 9
    small = api("auditor").get("/accounts?unit_code=AH-D01").get_json()["items"]
    assert [item["username"] for item in small] == ["officer2"]
    assert api("admin").get("/accounts?unit_code=AH-D99").get_json()["items"] == []
    assert api("admin").get("/accounts?sort=name").status_code == 422


def test_a_change_needs_the_version_that_was_seen(api: Api) -> None:
    path = account_path(api, "medical")
    seen = tag(api, path)
    assert api("admin").patch(path, {"name": "唐新"}).get_json()["code"] == "precondition_required"
    for stale in ['"0"', "*", f"W/{seen}"]:
        assert api("admin").patch(path, {"name": "唐新"}, if_match=stale).get_json()["code"] == "stale"

    answer = api("admin").patch(path, {"name": "唐新"}, if_match=seen)
    assert (answer.status_code, answer.get_json()["name"]) == (200, "唐新")
    assert answer.headers["ETag"] == tag(api, path) != seen
    assert api("admin").patch(path, {"name": "唐旧"}, if_match=seen).status_code == 412
    for refused in [{"username": "x"}, {"name": None}, {"enabled": "no"}, {"password": "short7!"}]:
        assert api("admin").patch(path, refused, if_match=tag(api, path)).status_code == 422
    assert api("admin").get(path).get_json()["name"] == "唐新"


def test_each_change_of_an_account_is_in_the_record_with_who_made_it(api: Api) -> None:
    path = account_path(api, "cashier")
    grant = give(api, path, "auditor", "AH-D02").get_json()["id"]
    api("admin").delete(f"{path}/grants/{grant}", if_match=tag(api, path))
    api("admin").patch(path, {"enabled": False}, if_match=tag(api, path))

    def told(table: str, row: str) -> list[tuple[str, str]]:
        events = api("auditor").get(f"/audit/events?kind=change&table={table}&row={row}&order=oldest").get_json()
        return [(event["action"], event["account"]["username"]) for event in events["items"] if event["account"]]

    assert told("account_grant", grant) == [("insert", "admin"), ("update", "admin")]
    assert told("account", path.rpartition("/")[2]) == [("update", "admin")] * 3
