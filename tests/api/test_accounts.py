"""Accounts, grants and declared relatives: who keeps whose, what shows to whom, what counts from the next request."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from benefits.access.actors import load_actor
from benefits.core.identity import NotAnIdentity, parse_identity
from tests.driver import PASSWORD, Api, Caller

ABSENT = "0190a3f0-0000-7000-8000-000000000000"
TODAY = datetime.now(UTC).astimezone().date()


def number(sequence: int, born: date = date(1980, 1, 1)) -> str:
    """An identity number that is issued to nobody."""
    for check in "0123456789X":
        try:
            return parse_identity(f"340000{born:%Y%m%d}{sequence:03d}{check}").number
        except NotAnIdentity:
            continue
    raise AssertionError


def body(username: str, unit_code: str = "AH-D01", sequence: int = 501, **other: object) -> dict[str, object]:
    return {
        "username": username,
        "password": PASSWORD,
        "name": "钱新任",
        "id_number": number(sequence),
        "unit_code": unit_code,
        **other,
    }


def made(api: Api, *args: Any, **kwargs: Any) -> str:
    """The path of a new account."""
    answer = api("admin").post("/accounts", body(*args, **kwargs))
    assert answer.status_code == 201, answer.get_json()
    return "/accounts/" + answer.get_json()["id"]


def path_of(api: Api, username: str) -> str:
    (found,) = api("admin").get(f"/accounts?username={username}").get_json()["items"]
    return "/accounts/" + found["id"]


def tag(api: Api, path: str) -> str:
    return api("admin").get(path).headers["ETag"]


def give(api: Api, path: str, role: str, unit_code: str, *, by: str = "admin", **other: object) -> Any:
    return api(by).post(f"{path}/grants", {"role": role, "unit_code": unit_code, "valid_from": "2020-01-01", **other})


@pytest.fixture
def small_admin(api: Api) -> Caller:
    """Somebody who keeps the accounts of AH-D01 only."""
    path = made(api, "admin-d01", "AH-D01", 502)
    assert give(api, path, "admin", "AH-D01").status_code == 201
    return api("admin-d01")


# The account


def test_an_account_is_made_for_a_person_and_never_shows_the_number(api: Api) -> None:
    answer = api("admin").post("/accounts", body("newcomer"))
    shown = answer.get_json()

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/accounts/{shown['id']}"
    assert shown["id_number"] == number(501)[:3] + "*" * 11 + number(501)[-4:]
    assert (shown["username"], shown["unit_code"], shown["enabled"]) == ("newcomer", "AH-D01", True)
    read = api("admin").get(answer.headers["Location"])
    assert read.get_json() == shown
    assert read.headers["ETag"] == answer.headers["ETag"]
    for text in (answer, read, api("admin").get("/accounts"), api("auditor").get("/audit/events?limit=200")):
        assert number(501) not in text.get_data(as_text=True)
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
        ({"id_number": number(501, date(2090, 1, 1))}, "/id_number", "id_birth_date_impossible"),
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
    known = number(101, date(1952, 3, 8))  # a member of AH-D01
    for username, id_number in [("newcomer", known), ("other", number(777))]:
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
    path = path_of(api, "medical")
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


# Who may


@pytest.mark.parametrize("username", ["officer", "reviewer", "finance", "cashier", "policy", "medical", "officer2"])
def test_accounts_are_not_for_everybody(api: Api, username: str) -> None:
    path = path_of(api, "officer2")
    caller = api(username)
    answers = [
        caller.get("/accounts"),
        caller.post("/accounts", body("newcomer")),
        caller.get(path),
        caller.patch(path, {"enabled": False}, if_match=tag(api, path)),
        caller.get(f"{path}/grants"),
        give(api, path, "finance", "AH-D01", by=username),
        caller.delete(f"{path}/relatives/{ABSENT}", if_match=tag(api, path)),
    ]
    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert {answer.get_json()["code"] for answer in answers} == {"not_permitted"}


def test_an_auditor_reads_and_changes_nothing(api: Api) -> None:
    path = path_of(api, "officer")
    caller = api("auditor")
    assert [caller.get(read).status_code for read in (path, f"{path}/grants", f"{path}/relatives")] == [200] * 3
    assert caller.patch(path, {"name": "某"}, if_match=tag(api, path)).status_code == 403
    assert give(api, path, "finance", "AH", by="auditor").status_code == 403
    declared = caller.post(f"{path}/relatives", {"id_number": number(600), "relation": "配偶"})
    assert declared.status_code == 403


def test_another_units_account_looks_exactly_like_none(api: Api, small_admin: Caller) -> None:
    foreign, own = made(api, "clerk-d02", "AH-D02", 503), made(api, "clerk-d01", "AH-D01", 504)
    give(api, foreign, "officer", "AH-D02")
    grant = api("admin").get(f"{foreign}/grants").get_json()["items"][0]["id"]

    def tried(path: str) -> list[tuple[int, object]]:
        answers = [
            small_admin.get(path),
            small_admin.patch(path, {"enabled": False}, if_match='"1"'),
            small_admin.get(f"{path}/grants"),
            small_admin.post(f"{path}/grants", {"role": "officer", "unit_code": "AH-D01", "valid_from": "2020-01-01"}),
            small_admin.get(f"{path}/grants/{grant}"),
            small_admin.delete(f"{path}/grants/{grant}", if_match='"1"'),
            small_admin.get(f"{path}/relatives"),
            small_admin.post(f"{path}/relatives", {"id_number": number(600), "relation": "配偶"}),
            small_admin.delete(f"{path}/relatives/{grant}", if_match='"1"'),
        ]
        own_words = [{**answer.get_json(), "request_id": "", "instance": ""} for answer in answers]
        return [(answer.status_code, words) for answer, words in zip(answers, own_words, strict=True)]

    there = tried(foreign)
    assert {status for status, _ in there} == {404}
    assert there == tried(f"/accounts/{ABSENT}") == tried(path_of(api, "officer"))
    assert small_admin.get(own).status_code == 200
    visible = {item["username"] for item in small_admin.get("/accounts").get_json()["items"]}
    assert visible == {"admin-d01", "clerk-d01", "officer2"}
    assert small_admin.get("/accounts?username=clerk-d02").get_json()["items"] == []
    assert small_admin.delete(f"{own}/grants/{grant}", if_match=tag(api, own)).status_code == 404
    assert api("clerk-d02").get("/me").get_json()["grants"][0]["unit_code"] == "AH-D02"


def test_accounts_are_made_and_granted_only_where_one_keeps_them(api: Api, small_admin: Caller) -> None:
    path = made(api, "clerk-d01", "AH-D01", 504)
    for unit_code, status, code in [("AH", 403, "not_permitted"), ("AH-D02", 422, "invalid"), ("AH-X", 422, "invalid")]:
        grant = {"role": "officer", "unit_code": unit_code, "valid_from": "2020-01-01"}
        answers = [
            small_admin.post("/accounts", body("newcomer", unit_code, 505)),
            small_admin.post(f"{path}/grants", grant),
        ]
        assert [(answer.status_code, answer.get_json()["code"]) for answer in answers] == [(status, code)] * 2
    assert small_admin.post("/accounts", body("newcomer", "AH-D01", 505)).status_code == 201


def test_an_account_granted_more_than_one_keeps_does_not_get_a_password_from_one(api: Api, small_admin: Caller) -> None:
    path = made(api, "clerk-d01", "AH-D01", 504)
    give(api, path, "finance", "AH", valid_from=str(TODAY + timedelta(days=30)))
    reset = {"password": "amber kettle seventeen"}

    refused = small_admin.patch(path, reset, if_match=tag(api, path))
    assert (refused.status_code, refused.get_json()["code"]) == (403, "not_permitted")
    assert small_admin.get(f"{path}/grants").get_json()["items"] == []
    assert api("admin").patch(path, reset, if_match=tag(api, path)).status_code == 200
    assert small_admin.patch(path, {"enabled": False}, if_match=tag(api, path)).status_code == 200


# Grants


def test_a_grant_is_given_listed_and_revoked_and_counts_from_the_next_request_on(api: Api) -> None:
    path = path_of(api, "cashier")
    before = tag(api, path)
    answer = give(api, path, "auditor", "AH-D02")

    held = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["ETag"] == tag(api, path) != before
    assert api("admin").get(answer.headers["Location"]).get_json() == held
    assert held["valid_from"] == "2020-01-01"
    assert held["valid_until"] is held["revoked_at"] is None
    assert [grant["unit_code"] for grant in api("cashier").get("/me").get_json()["grants"]] == ["AH", "AH-D02"]
    assert api("cashier").get("/accounts").status_code == 200

    one = f"{path}/grants/{held['id']}"
    assert api("admin").delete(one).status_code == 428
    assert api("admin").delete(one, if_match=before).status_code == 412
    assert api("admin").delete(one, if_match=tag(api, path)).status_code == 204
    assert api("cashier").get("/accounts").status_code == 403
    assert api("admin").delete(one, if_match=tag(api, path)).get_json()["code"] == "state_forbids"
    listed = {item["id"]: item["revoked_at"] for item in api("admin").get(f"{path}/grants").get_json()["items"]}
    assert listed[held["id"]] is not None


def test_a_grant_holds_on_its_days_only(api: Api) -> None:
    path = path_of(api, "cashier")
    day = timedelta(days=1)
    for days in [
        {"valid_from": "2020-01-01", "valid_until": str(TODAY - 2 * day)},
        {"valid_from": str(TODAY + 2 * day)},
    ]:
        assert give(api, path, "auditor", "AH", **days).status_code == 201
    assert api("cashier").get("/accounts").status_code == 403
    give(api, path, "auditor", "AH", valid_from=str(TODAY - 2 * day), valid_until=str(TODAY + 2 * day))
    assert api("cashier").get("/accounts").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        ({"role": "root"}, "/role", "choice_unknown"),
        ({"valid_from": "2022-02-30"}, "/valid_from", "date_malformed"),
        ({"valid_until": "2019-12-31"}, "/valid_until", "days_out_of_order"),
        ({"unit_code": "AH-D99"}, "/unit_code", "unit_unknown"),
    ],
)
def test_what_cannot_be_a_grant_is_refused_by_field(api: Api, wrong: dict[str, str], pointer: str, code: str) -> None:
    path = path_of(api, "cashier")
    grant = {"role": "auditor", "unit_code": "AH", "valid_from": "2020-01-01", **wrong}
    answer = api("admin").post(f"{path}/grants", grant)
    assert [(fault["pointer"], fault["code"]) for fault in answer.get_json()["errors"]] == [(pointer, code)]


def test_nobody_grants_to_themselves_by_whatever_account(api: Api) -> None:
    second = made(api, "admins-other", "AH", id_number=number(205, date(1988, 3, 8)))
    for path in (path_of(api, "admin"), second):
        answer = give(api, path, "finance", "AH")
        assert (answer.status_code, answer.get_json()["code"]) == (403, "not_permitted")
        reset = api("admin").patch(path, {"password": "amber kettle seventeen"}, if_match=tag(api, path))
        assert reset.status_code == 403
    assert [grant["role"] for grant in api("admin").get("/me").get_json()["grants"]] == ["admin"]
    assert api("admins-other").get("/me").get_json()["grants"] == []


def test_each_change_of_an_account_is_in_the_record_with_who_made_it(api: Api) -> None:
    path = path_of(api, "cashier")
    grant = give(api, path, "auditor", "AH-D02").get_json()["id"]
    api("admin").delete(f"{path}/grants/{grant}", if_match=tag(api, path))
    api("admin").patch(path, {"enabled": False}, if_match=tag(api, path))

    def told(table: str, row: str) -> list[tuple[str, str]]:
        events = api("auditor").get(f"/audit/events?kind=change&table={table}&row={row}&order=oldest").get_json()
        return [(event["action"], event["account"]["username"]) for event in events["items"] if event["account"]]

    assert told("account_grant", grant) == [("insert", "admin"), ("update", "admin")]
    assert told("account", path.rpartition("/")[2]) == [("update", "admin")] * 3


# Relatives


def test_one_declares_ones_own_relatives_and_an_admin_takes_them_back(api: Api) -> None:
    path = path_of(api, "reviewer")
    before = tag(api, path)
    declared = {"id_number": number(103, date(1958, 1, 15)), "relation": "父亲"}
    answer = api("reviewer").post(f"{path}/relatives", declared)

    assert answer.status_code == 201
    assert answer.headers["ETag"] == tag(api, path) != before
    assert declared["id_number"] not in answer.get_data(as_text=True)
    (mine,) = api("reviewer").get(f"{path}/relatives").get_json()["items"]
    assert mine == answer.get_json()
    assert mine["relation"] == "父亲"
    assert api("reviewer").post(f"{path}/relatives", declared).get_json()["code"] == "already_exists"

    one = f"{path}/relatives/{mine['id']}"
    assert api("reviewer").delete(one, if_match=tag(api, path)).status_code == 403
    assert api("admin").delete(one).status_code == 428
    assert api("admin").delete(one, if_match=tag(api, path)).status_code == 204
    assert api("reviewer").get(f"{path}/relatives").get_json()["items"] == []


def test_an_admin_declares_for_others_but_takes_nothing_back_for_themselves(api: Api) -> None:
    relative = {"id_number": number(601), "relation": "配偶"}
    assert api("admin").post(f"{path_of(api, 'officer2')}/relatives", relative).status_code == 201
    path = path_of(api, "admin")
    one = f"{path}/relatives/" + api("admin").post(f"{path}/relatives", relative).get_json()["id"]
    assert api("admin").delete(one, if_match=tag(api, path)).status_code == 403


def test_others_relatives_are_nobodys_business(api: Api) -> None:
    path, absent = path_of(api, "reviewer"), f"/accounts/{ABSENT}"
    relative = {"id_number": number(601), "relation": "配偶"}
    for caller in (api("officer"), api("officer2")):
        for there in (path, absent):
            answers = [caller.get(f"{there}/relatives"), caller.post(f"{there}/relatives", relative)]
            assert [answer.get_json()["code"] for answer in answers] == ["not_found"] * 2
    one = api("reviewer").post(f"{path}/relatives", relative).get_json()["id"]
    other = path_of(api, "officer2")
    assert api("admin").delete(f"{other}/relatives/{one}", if_match=tag(api, other)).status_code == 404


def test_what_is_declared_on_either_account_of_a_person_keeps_both_away(api: Api, session: Session) -> None:
    first = path_of(api, "reviewer")
    second = made(api, "reviewers-other", "AH", id_number=number(202, date(1975, 8, 2)))
    api("reviewers-other").post(f"{second}/relatives", {"id_number": number(601), "relation": "配偶"})
    api("reviewer").post(f"{first}/relatives", {"id_number": number(602), "relation": "儿子"})

    now = datetime.now(UTC)
    by_account = [load_actor(session, UUID(path.rpartition("/")[2]), now, "test") for path in (first, second)]
    assert len(by_account[0].relatives) == 2
    assert by_account[0].person_id == by_account[1].person_id
