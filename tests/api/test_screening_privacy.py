"""Clinical details reach the medical role alone: no answer, log, record entry or readable column has them otherwise."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text

from tests.clock import recorded_on, today
from tests.conftest import as_superuser
from tests.driver import Api
from tests.screened import CLEAR, attended, disclosed, entries, follow_ups, result_of
from tests.story import account_path, books, colleague, done, grant, identity, rows
from tools.provision import Provisioned

SECRETS = ("省肿瘤医院三病区", "导管内癌待排，已行活检", "外祖母患卵巢癌", "HSIL", "micro_invasive", "never_active")
CODES = {**CLEAR, "tbs": "HSIL", "cervical_pathology": "micro_invasive", "institution": SECRETS[0]}
REGISTRATION = {"marital_status": "10", "births": 0, "cervical_exclusion": "never_active", "note": SECRETS[2]}


def told(api: Api) -> tuple[str, str]:
    """The paths of an appointment and its result, after everything clinical was told that can be."""
    path = attended(api, parts="both")
    appointment_only = {name: value for name, value in REGISTRATION.items() if name != "cervical_exclusion"}
    done(api("medical").act(path, "register", appointment_only))
    result = result_of(api, path, CODES)
    follow_up = f"/screening/follow-ups/{follow_ups(api, result)[0]['id']}"
    seen = {"on": today().isoformat(), "institution": SECRETS[0], "codes": {"colposcopy": "abnormal"}}
    done(api("medical").act(follow_up, "examine", seen))
    body = {"outcome": "treated", "evidence": "medical_report", "on": today().isoformat(), "finding": SECRETS[1]}
    done(api("medical").act(follow_up, "close", body))
    return path, result


def holding(connection: Connection, secret: str) -> list[str]:
    """The tables with a row that has the secret in the clear, as text or within bytes."""
    tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    found = []
    for table in tables:
        query = text(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE :plain OR t::text LIKE :bytes')
        params = {"plain": f"%{secret}%", "bytes": f"%{secret.encode().hex()}%"}
        if connection.scalar(query, params):
            found.append(table)
    return found


def test_nothing_clinical_is_readable_in_the_books_the_record_or_the_log(  # trust.md P30
    committed_api: Api, superuser_url: str, committed: Provisioned, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    path, result = told(committed_api)
    disclosed(committed_api, result)
    with as_superuser(superuser_url, committed) as connection:
        # The programme's own text names the codes of cytology; it holds nobody's.
        connection.execute(text("DELETE FROM record_entry WHERE table_name = 'policy'"))
        for secret in SECRETS:
            assert set(holding(connection, secret)) <= ({"policy"} if secret == "HSIL" else set()), secret
        assert holding(connection, "两癌筛查"), "the search finds what is there"
    for username in ("officer", "reviewer", "auditor"):
        asked = committed_api(username)
        lists = ("appointments", "results", "follow-ups")
        answers = [asked.get(path), asked.get(result), *(asked.get(f"/screening/{name}") for name in lists)]
        if username == "auditor":
            answers += [
                asked.get("/audit/events?limit=200"),
                asked.get("/audit/events?table=screening_detail&limit=200"),
            ]
        for answer in answers:
            assert answer.status_code == 200
            assert not [secret for secret in SECRETS if secret in answer.get_data(as_text=True)]
    assert not [secret for secret in SECRETS if secret in caplog.text]


def test_officer_reviewer_and_auditor_see_the_class_alone(api: Api) -> None:  # statement 48
    path, result = told(api)
    for username in ("officer", "reviewer", "auditor"):
        shown = done(api(username).get(result))
        assert sorted(shown) == [
            *("appointment_id", "corrected_at", "created_at", "examined_on", "id", "member_id", "name"),
            *("result_class", "unit_code"),
        ]
        for place in (path, result):
            assert api(username).post(f"{place}/disclosures", {"purpose": "看看"}, key=None).status_code == 403
    for username in ("finance", "cashier", "admin", "policy"):
        assert api(username).get(result).status_code == 403


def test_a_look_states_its_purpose_and_is_recorded(api: Api) -> None:  # trust.md T7
    path, result = told(api)
    for body in ({}, {"purpose": ""}, {"purpose": " x "}):
        refused = api("medical").post(f"{result}/disclosures", body, key=None)
        assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "/purpose")
    assert entries(api, "screening.disclose") == []
    disclosed(api, result, "复诊前核对")
    kept = done(api("medical").post(f"{path}/disclosures", {"purpose": "核对家族史"}, key=None))["registration"]
    assert (kept["note"], kept["births"]) == (SECRETS[2], 0)
    looks = entries(api, "screening.disclose")
    assert [(look["table"], look["data"]["purpose"]) for look in looks] == [
        ("screening_result", "复诊前核对"),
        ("screening_appointment", "核对家族史"),
    ]
    member = done(api("officer").get(path))["member_id"]
    seen = done(api("officer").get(f"/members/{member}/screening/readers"))["items"]
    look = {"on": recorded_on().isoformat(), "roles": ["screening_medical"], "what": "screening.disclose"}
    assert seen == [look, look]
    assert api("officer2").get(f"/members/{member}/screening/readers").status_code == 404
    assert api("medical").get(f"/members/{member}/screening/readers").status_code == 403


def test_the_medical_role_of_another_unit_finds_nothing(api: Api) -> None:
    path, result = told(api)
    colleague(api, "medical2", "screening_medical", unit="AH-D01", person=710)
    other = api("medical2")
    assert other.get(path).status_code == other.get(result).status_code == 404
    for place in (path, result):
        assert other.post(f"{place}/disclosures", {"purpose": "看看"}, key=None).status_code == 404
    assert done(other.get("/screening/results"))["items"] == []
    body = {"appointment_id": path.rpartition("/")[2], "codes": CLEAR}
    assert other.post("/screening/results", body).get_json()["errors"][0]["code"] == "appointment_unknown"
    grant(api, account_path(api, "medical2"), "officer")
    assert done(other.get(result))["result_class"] == "needs_follow_up"
    for place in (path, result):
        assert other.post(f"{place}/disclosures", {"purpose": "看看"}, key=None).status_code == 403
    assert entries(api, "screening.disclose") == []


def test_nobody_with_the_medical_role_looks_at_their_own_result(api: Api) -> None:
    _, result = told(api)
    colleague(api, "herself", "screening_medical", person=identity(620, date(1985, 5, 20)))
    refused = api("herself").post(f"{result}/disclosures", {"purpose": "看看自己"}, key=None)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "own_case")


def test_what_is_erased_is_nowhere_and_the_record_says_that_it_was(
    committed_api: Api, superuser_url: str, committed: Provisioned
) -> None:
    path, _ = told(committed_api)
    with as_superuser(superuser_url, committed) as connection:
        ciphers = connection.scalars(text("SELECT encode(content_cipher, 'hex') FROM screening_detail")).all()
        assert len(ciphers) >= 5
        assert all(ciphers)
        (consent,) = connection.scalars(text("SELECT id FROM screening_consent WHERE purpose = 'clinical_detail'"))
    with books(committed_api) as session:
        assert session.scalar(select(func.screening_erase(consent))) == 0, "not while the consent stands"
    done(committed_api("officer").act(path, f"consents/{consent}/withdraw", {"on": "2026-06-10"}))
    with as_superuser(superuser_url, committed) as connection:
        left = connection.execute(text("SELECT content_cipher, erased_at FROM screening_detail")).all()
        assert all(row.content_cipher is None and row.erased_at for row in left)
        for cipher in ciphers:
            assert holding(connection, cipher) == []
        told_of = "SELECT action FROM record_entry WHERE table_name = 'screening_detail' AND action = 'update'"
        assert len(connection.scalars(text(told_of)).all()) == len(ciphers)
    (row,) = rows(committed_api, "SELECT result_class FROM screening_result")
    assert row.result_class == "needs_follow_up"


def test_registration_needs_her_separate_consent_and_the_medical_role(api: Api) -> None:
    path = attended(api, detail=False)
    refused = api("medical").act(path, "register", {"births": 1})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "consent_missing")
    assert api("officer").act(path, "register", {"births": 1}).status_code == 403
    other = attended(api, 630, parts="both")
    wrong = api("medical").act(other, "register", REGISTRATION)
    assert wrong.get_json()["errors"][0]["code"] == "cervical_part_applied"
    assert api("medical").act(other, "register", {"marital_status": "99"}).status_code == 422


def test_officers_make_a_list_for_an_institution_and_each_woman_on_it_is_a_disclosure(api: Api) -> None:
    path = attended(api)
    (booked,) = rows(api, "SELECT institution FROM screening_appointment")
    body: dict[str, Any] = {"institution": booked.institution, "on": "2026-06-01", "purpose": "交承检机构安排检查"}
    nobody = api("officer").post("/screening/institution-lists", body, key=None)
    assert nobody.get_json()["errors"][0]["code"] == "nobody_booked"
    with books(api) as session:
        session.execute(text("UPDATE screening_appointment SET state = 'booked', attended_on = NULL"))
    listed = api("officer").post("/screening/institution-lists", body, key=None)
    assert (listed.status_code, listed.data[:2]) == (200, b"PK")
    (look,) = entries(api, "screening.list")
    assert (look["row"], look["data"]["purpose"]) == (path.rpartition("/")[2], body["purpose"])
    without = {name: body[name] for name in ("institution", "on")}
    assert api("officer").post("/screening/institution-lists", without, key=None).status_code == 422
    assert api("auditor").post("/screening/institution-lists", body, key=None).status_code == 403
    assert api("officer2").post("/screening/institution-lists", body, key=None).status_code == 422


def test_an_account_opens_the_clinical_store_by_its_medical_grant_alone(api: Api) -> None:
    _, result = told(api)
    account = account_path(api, "officer")
    assert api("officer").post(f"{result}/disclosures", {"purpose": "看看"}, key=None).status_code == 403
    grant(api, account, "screening_medical")
    assert done(api("officer").post(f"{result}/disclosures", {"purpose": "看看"}, key=None))["codes"] == CODES
