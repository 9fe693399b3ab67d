"""困难职工档案 over HTTP: prepared, completed, read by role, and nothing of it in the clear where it should not be."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.clock import today
from tests.driver import Api
from tests.families import HEAD, born, file_of, prepared_file, seat, seated
from tests.story import colleague, done, identity, member_id, rows


def patched(api: Api, path: str, body: dict[str, Any], by: str = "officer") -> Any:
    of = "/".join(path.split("/")[:3])  # a person of the household is changed under the file's version
    return api(by).patch(path, body, if_match=api("officer").get(of).headers["ETag"])


def test_a_file_is_prepared_and_says_what_is_missing_until_it_is_whole(api: Api) -> None:
    path = prepared_file(api, contact="刘干事")
    empty = done(api("officer").get(path))
    assert (empty["state"], empty["complete"], empty["members"]) == ("draft", False, [])
    assert {"health", "main_cause"} <= set(empty["missing"])
    assert "address" not in empty["missing"]  # not starred on the form
    done(patched(api, path, {"details": HEAD, "main_cause": "6", "second_causes": ["9", "10"]}))
    assert done(api("officer").get(path))["missing"] == ["members"]
    wife = seated(api, path, income_month=None)
    assert done(api("officer").get(path))["missing"] == ["members/0/income_month"]
    done(patched(api, f"{path}/members/{wife}", {"details": {"income_month": "0.00"}}))
    whole = done(api("officer").get(path))
    assert (whole["complete"], whole["missing"], whole["contact"]) == (True, [], "刘干事")
    assert [line["id"] for line in done(api("officer").get("/households?incomplete=false"))["items"]] == [whole["id"]]
    assert done(api("officer").get("/households?incomplete=true"))["items"] == []


def test_numbers_are_masked_and_shown_in_the_clear_for_a_recorded_purpose_only(api: Api) -> None:
    path = prepared_file(api, details=HEAD)
    number = identity(820, born(40))
    wife = seated(api, path, id_number=number, phone="13855550000", sex="male" if int(number[16]) % 2 else "female")
    (shown,) = done(api("officer").get(f"{path}/members"))["items"]
    assert shown["details"]["id_number"] == number[:3] + "***********" + number[-4:]
    assert shown["details"]["phone"] == "138****0000"
    asked = {"fields": ["id_number", "phone"], "purpose": "核对"}
    told = done(api("officer").post(f"{path}/members/{wife}/disclosures", asked, key=None))
    assert told == {"id_number": number, "phone": "13855550000"}
    (entry,) = rows(api, "SELECT body FROM record_entry WHERE action = 'household.disclose'")
    assert entry.body["data"]["purpose"] == "核对"
    assert api("auditor").post(f"{path}/members/{wife}/disclosures", asked).status_code == 403


def test_health_is_for_those_who_file_or_decide_and_each_reading_is_recorded(api: Api) -> None:
    path = prepared_file(api, details=HEAD)
    child = identity(821, born(16))
    seated(api, path, "20", name="王小宝", id_number=child)
    for reader, sees in (("officer", True), ("reviewer", True), ("auditor", False)):
        before = rows(api, "SELECT count(*) AS n FROM record_entry WHERE action = 'household.read'")[0].n
        shown = done(api(reader).get(path))
        (kid,) = shown["members"]
        assert ("health" in shown["details"], "address" in shown["details"]) == (sees, sees)
        assert ("illness" in kid["details"], kid["details"]["name"]) == (sees, "王小宝" if sees else "王**")
        assert shown["withheld"] == ([] if sees else ["address", "health", "illness"])
        after = rows(api, "SELECT count(*) AS n FROM record_entry WHERE action = 'household.read'")[0].n
        assert after - before == sees
    answered = done(patched(api, path, {"contact": "李干事"}))
    assert "health" not in answered["details"]  # kept answers carry none


# statement 31 begins here: what the books and the record keep in the clear names nobody.
def test_nothing_of_a_family_is_kept_or_recorded_in_the_clear(api: Api) -> None:
    number = identity(822, born(16))
    path = prepared_file(api, details=HEAD, contact="联系人丁")
    seated(api, path, "20", name="王独一", id_number=number, phone="13855551111", illness="白血病")
    entries = json.dumps([row.body for row in rows(api, "SELECT body FROM record_entry")], ensure_ascii=False)
    held = rows(api, "SELECT details_cipher FROM household_member UNION ALL SELECT details_cipher FROM household")
    for secret in (number, "王独一", "13855551111", "白血病", "合肥市某路", "diabetes", "联系人丁"):
        assert secret not in entries
        assert not any(secret.encode() in bytes(row.details_cipher) for row in held)


# 个人信息保护法 art. 31
def test_a_child_under_14_is_entered_with_a_guardians_consent_only(api: Api) -> None:
    path = prepared_file(api)
    child = {"name": "王小小", "id_number": identity(823, born(9))}
    refused = seat(api, path, "30", **child)
    (fault,) = refused.get_json()["errors"]
    assert (refused.status_code, fault["pointer"], fault["code"]) == (
        422,
        "/guardian_consented_on",
        "guardian_consent_required",
    )
    assert "第三十一条" in fault["detail"]
    later = seat(api, path, "30", **child, consent=(today() + timedelta(days=1)).isoformat())
    assert [each["code"] for each in later.get_json()["errors"]] == ["in_the_future"]
    assert rows(api, "SELECT count(*) AS n FROM household_member")[0].n == 1
    kid = seated(api, path, "30", **child, consent=today().isoformat())
    withdrawn = patched(api, f"{path}/members/{kid}", {"guardian_consented_on": None})
    assert withdrawn.status_code == 422
    seated(api, path, "20", name="王中", id_number=identity(824, born(15)))


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"id_number": "340000198703150018"}, "/details/id_number", "id_checksum"),
        ({"id_number": "340000870315001"}, "/details/id_number", "id_retired_15_digits"),  # statement 5
        ({"id_number": None}, "/details/birth_date", "required"),
        ({"birth_date": "1990-01-01"}, "/details/birth_date", "birth_date_mismatch"),  # statement 4
        ({"name": None}, "/details/name", "required"),
        ({"income_month": "12"}, "/details/income_month", "money_malformed"),
        ({"health": "fine"}, "/details/health", "choice_unknown"),
        ({"schooling_years": True}, "/details/schooling_years", "wrong_type"),
        ({"phone": "12345"}, "/details/phone", "phone_malformed"),
        ({"contract_signed_on": "2022-2-3"}, "/details/contract_signed_on", "date_malformed"),
        ({"illness": "x" * 201}, "/details/illness", "length_refused"),
        ({"illness": "a\x00b"}, "/details/illness", "control_characters"),
        ({"favourite/colour": "red"}, "/details/favourite~1colour", "unknown_field"),
    ],
)
def test_a_faulty_field_is_pointed_at(api: Api, given: dict[str, Any], pointer: str, code: str) -> None:
    path = prepared_file(api)
    refused = seat(api, path, **given)
    assert refused.status_code == 422
    assert (pointer, code) in [(each["pointer"], each["code"]) for each in refused.get_json()["errors"]]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"main_cause": "11"}, "/main_cause", "choice_unknown"),
        ({"main_cause": "6", "second_causes": ["6"]}, "/second_causes/0", "cause_repeated"),
        ({"second_causes": ["1", "2", "3", "4"]}, "/second_causes", "length_refused"),
        ({"details": {"household_size": 0}}, "/details/household_size", "out_of_range"),
        ({"details": {"name": "x"}}, "/details/name", "unknown_field"),  # the register's
        ({"state": "active"}, "/state", "unknown_field"),
    ],
)
def test_a_faulty_file_is_pointed_at(api: Api, body: dict[str, Any], pointer: str, code: str) -> None:
    refused = patched(api, prepared_file(api), body)
    assert refused.status_code == 422
    assert (pointer, code) in [(each["pointer"], each["code"]) for each in refused.get_json()["errors"]]


def test_a_draft_is_dropped_with_its_reason_and_nothing_follows(api: Api) -> None:
    path = prepared_file(api)
    assert done(api("officer").act(path, "drop", {"reason": "本人撤回"}))["state"] == "dropped"
    again = api("officer").act(path, "drop", {"reason": "再次"})
    assert (again.status_code, again.get_json()["code"]) == (409, "state_forbids")
    assert patched(api, path, {"contact": "x"}).status_code == 409
    assert seat(api, path).status_code == 409
    prepared_file(api)  # the head may have another


def test_a_file_is_its_unions_own(api: Api) -> None:
    path = prepared_file(api)
    colleague(api, "officer-d02", "officer", unit="AH-D02", person=601)
    outside = api("officer-d02")
    assert outside.get(path).status_code == outside.get(f"{path}/members").status_code == 404
    assert outside.get("/households").get_json()["items"] == []
    assert outside.patch(path, {"contact": "x"}, if_match='"1"').status_code == 404
    elsewhere = outside.post("/households", {"member_id": member_id(api, "D01-002")})
    assert [each["code"] for each in elsewhere.get_json()["errors"]] == ["member_unknown"]
    for username in ("auditor", "reviewer"):
        assert patched(api, path, {"contact": "x"}, by=username).status_code == 403
        assert api(username).act(path, "drop", {"reason": "x"}).status_code == 403
    assert api("cashier").get(path).status_code == 403


def test_versions_are_asked_for(api: Api) -> None:
    path = prepared_file(api)
    old = api("officer").get(path).headers["ETag"]
    assert api("officer").patch(path, {"contact": "x"}).status_code == 428
    seated(api, path)
    assert api("officer").patch(path, {"contact": "x"}, if_match=old).status_code == 412
    assert file_of(api)["contact"] is None


def test_the_record_does_not_say_what_brought_a_household_into_hardship(api: Api) -> None:
    """A major illness is a cause by itself, so the causes are health."""
    path = prepared_file(api, main_cause="6", second_causes=["1"])
    found = rows(api, "SELECT body FROM record_entry WHERE table_name = 'household' AND row_id = :id", id=path[12:])
    assert found
    assert all(
        entry.body["data"][name] not in ("6", ["1"]) for entry in found for name in ("main_cause", "second_causes")
    )
