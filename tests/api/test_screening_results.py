"""Results of screening: the rules tell class and steps, a normal one starts a cycle, a wrong one is put right."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.test_rounds import swept
from tests.driver import Api
from tests.screened import CLEAR, attended, consent, disclosed, follow_ups, invited, result_of, round_of
from tests.story import done, rows

UNEASY = {**CLEAR, "tbs": "HSIL", "hpv_types": [16]}


@pytest.mark.parametrize(
    ("codes", "steps"),
    [
        (CLEAR, ["routine"]),
        ({**CLEAR, "hpv_types": [52]}, ["recall"]),  # G30: another high-risk type with NILM
        ({**CLEAR, "hpv_types": [52], "tbs": "ASC-US"}, ["colposcopy"]),  # G30
        ({**CLEAR, "hpv_types": [16]}, ["colposcopy"]),
        ({**CLEAR, "visible_lesion": True}, ["colposcopy"]),
        ({**CLEAR, "bi_rads_right": "0"}, ["mammography"]),
        (
            {**CLEAR, "bi_rads_left": "3", "bi_rads_right": "4A", "hpv_types": [18]},
            ["pathology", "colposcopy", "mammography"],
        ),
        ({**CLEAR, "colposcopy": "abnormal"}, ["pathology"]),
    ],
)
def test_the_rules_tell_class_and_steps_of_both_breasts_and_the_cervix(
    api: Api, codes: dict[str, Any], steps: list[str]
) -> None:  # statement 47, G30
    result = result_of(api, attended(api), codes)
    told = done(api("officer").get(result))
    assert told["result_class"] == ("normal" if steps == ["routine"] else "needs_follow_up")
    shown = disclosed(api, result)
    assert (shown["steps"], shown["next_step"], shown["codes"]) == (steps, steps[0], codes)
    opened = [] if steps == ["routine"] else steps
    assert [each["step"] for each in shown["follow_ups"]] == opened
    assert len(follow_ups(api, result)) == len(opened)


def test_codes_want_her_separate_consent_and_say_by_which_article(api: Api) -> None:  # PIPL art. 29
    path = attended(api, detail=False)
    body = {"appointment_id": path.rpartition("/")[2]}
    refused = api("medical").post("/screening/results", {**body, "codes": CLEAR})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "consent_missing")
    assert refused.get_json()["params"]["clause"] == "《个人信息保护法》第二十九条"
    result = result_of(api, path, result_class="needs_follow_up")
    assert disclosed(api, result)["codes"] is None
    (one,) = follow_ups(api, result)
    assert one["state"] == "open"
    assert disclosed(api, result)["follow_ups"][0]["step"] is None


def test_only_the_medical_role_records_a_result_of_who_attended(api: Api) -> None:
    path = attended(api)
    body = {"appointment_id": path.rpartition("/")[2], "codes": CLEAR}
    for username in ("officer", "reviewer", "auditor", "finance", "admin"):
        assert api(username).post("/screening/results", body).status_code == 403
    assert api("officer2").post("/screening/results", body).status_code == 403
    wrong = [
        ({"appointment_id": "0190a3f0-0000-7000-8000-000000000000", "codes": CLEAR}, "/appointment_id"),
        ({**body, "codes": None}, "/result_class"),
        ({**body, "codes": {"bi_rads_left": "1"}}, "/codes/tbs"),
        ({**body, "codes": {"tbs": "NILM"}}, "/codes/bi_rads_left"),
        ({**body, "codes": {**CLEAR, "hpv_types": [6]}}, "/codes/hpv_types/0"),
        ({**body, "codes": {**CLEAR, "tbs": "CIN"}}, "/codes/tbs"),
        ({**body, "result_class": "needs_follow_up"}, "/result_class"),
        ({**body, "diagnosis": "x"}, "/diagnosis"),
    ]
    for sent, pointer in wrong:
        refused = api("medical").post("/screening/results", sent)
        assert refused.status_code == 422, sent
        assert [each["pointer"] for each in refused.get_json()["errors"]] == [pointer]
    result_of(api, path, CLEAR)
    assert api("medical").post("/screening/results", body).get_json()["code"] == "already_exists"
    early = invited(api, 640)
    refused = api("medical").post("/screening/results", {**body, "appointment_id": early.rpartition("/")[2]})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "state_forbids")


def test_the_cervical_part_that_did_not_apply_has_no_codes(api: Api) -> None:
    path = attended(api, parts="breast_only")
    body = {"appointment_id": path.rpartition("/")[2]}
    refused = api("medical").post("/screening/results", {**body, "codes": CLEAR})
    assert refused.get_json()["errors"][0]["code"] == "cervical_part_not_applicable"
    result = result_of(api, path, {"bi_rads_left": "2", "bi_rads_right": "1"})
    assert done(api("officer").get(result))["result_class"] == "normal"


def test_a_normal_result_grants_the_award_and_starts_the_cycle(api: Api) -> None:  # statement 46
    path = attended(api, on="2026-06-01")
    result_of(api, path, CLEAR)
    (award,) = rows(api, "SELECT state, kind, year FROM entitlement WHERE programme = 'screening'")
    assert (award.state, award.kind, award.year) == ("granted", "invite", 2026)
    member = done(api("officer").get(path))["member_id"]
    for on, outcome in (("2029-05-31", "unmet"), ("2029-06-01", "met")):
        body = {"on": on, "member_id": member, "facts": {"act": "invite", "union_kind": "county_and_above"}}
        answer = done(api("officer").post("/programmes/screening/assessments", body, key=None))
        (found,) = [each for each in answer["findings"] if each["code"] == "screening_interval"]
        assert (found["outcome"], found["met_from"]) == (outcome, "2029-06-01" if outcome == "unmet" else None)


def test_a_sweep_reads_the_same_day_of_the_last_normal_screening(api: Api, session: Any) -> None:
    path = attended(api)
    never = done(api("officer").get(invited(api, 642)))["member_id"]
    result_of(api, path, CLEAR)
    member = done(api("officer").get(path))["member_id"]
    round_id, _ = round_of(api, "2028-06-01")
    from_books = "SELECT screening_last_normal(person_id, '2028-06-01', NULL) AS day FROM membership WHERE id = :m"
    assert str(rows(api, from_books, m=member)[0].day) == "2026-06-01"
    assert rows(api, from_books, m=never)[0].day is None
    swept(api, session, round_id)
    line = done(api("officer").get(f"/rounds/{round_id}/candidates/{member}"))
    assert (line["outcome"], line["unmet"], line["unknown"]) == ("ineligible", ["screening_interval"], [])
    line = done(api("officer").get(f"/rounds/{round_id}/candidates/{never}"))
    assert (line["outcome"], line["unmet"], line["unknown"]) == ("undetermined", [], ["screening_interval"])


def test_who_is_followed_up_is_not_invited_anew(api: Api) -> None:
    path = attended(api)
    result_of(api, path, UNEASY)
    member = done(api("officer").get(path))["member_id"]
    of = round_of(api, "2027-06-01")
    body = {"programme": "screening", "member_id": member, "on": "2027-06-01", "amount": "520.00", "round_id": of[0]}
    made = done(api("officer").post("/applications", {**body, "facts": {"act": "invite", "last_normal_on": None}}))
    refused = api("officer").act(f"/applications/{made['id']}", "submit")
    assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "follow_up_open")


def test_a_wrong_result_is_put_right_with_what_follows(api: Api) -> None:
    path = attended(api)
    result = result_of(api, path, UNEASY)
    assert (
        api("medical").act(result, "correct", {"result_class": "normal"}).get_json()["errors"][0]["pointer"] == "/codes"
    )
    assert api("officer").act(result, "correct", {"codes": CLEAR}).status_code == 403
    assert done(api("medical").act(result, "correct", {"codes": CLEAR}))["result_class"] == "normal"
    (closed,) = follow_ups(api, result)
    assert (closed["state"], closed["ended"]) == ("closed", "corrected")
    assert disclosed(api, result)["codes"] == CLEAR
    worse = {**CLEAR, "bi_rads_left": "5", "reported_on": "2026-06-09", "institution": "省立医院"}
    back = done(api("medical").act(result, "correct", {"codes": worse}))
    assert back["result_class"] == "needs_follow_up"
    assert disclosed(api, result)["codes"] == worse
    assert [each["state"] for each in follow_ups(api, result)] == ["closed", "open"]
    again = api("medical").act(f"/screening/follow-ups/{closed['id']}", "reopen")
    assert again.get_json()["params"]["state"] == "corrected"


def test_without_her_consent_to_taking_part_no_result_is_recorded(api: Api) -> None:
    path = attended(api)
    (one, *_) = done(api("officer").get(path))["consents"]
    done(api("officer").act(path, f"consents/{one['id']}/withdraw", {"on": "2026-06-02"}))
    refused = api("medical").post("/screening/results", {"appointment_id": path.rpartition("/")[2], "codes": CLEAR})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "consent_missing")


def test_a_withdrawn_separate_consent_erases_the_codes_and_leaves_the_class(api: Api) -> None:
    path = attended(api)
    result = result_of(api, path, UNEASY)
    (kept,) = rows(api, "SELECT id FROM screening_consent WHERE purpose = 'clinical_detail'")
    withdraw = f"consents/{kept.id}/withdraw"
    assert api("officer").act(path, withdraw, {"on": "2020-01-01"}).status_code == 422
    done(api("officer").act(path, withdraw, {"on": "2026-06-03"}))
    shown = disclosed(api, result)
    assert (shown["codes"], shown["steps"], shown["follow_ups"][0]["step"]) == (None, None, None)
    assert done(api("officer").get(result))["result_class"] == "needs_follow_up"
    (one,) = follow_ups(api, result)
    assert one["state"] == "open"
    assert api("officer").act(path, withdraw, {"on": "2026-06-03"}).get_json()["code"] == "state_forbids"
    consent(api, path, "clinical_detail")
    assert disclosed(api, result)["codes"] is None
