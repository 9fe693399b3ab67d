"""Screening before a result, over HTTP: an approved case invites, consent leads on, the rules speak on the day."""

from __future__ import annotations

from datetime import date, timedelta

from tests.clock import today
from tests.driver import Api
from tests.screened import EVENT, attended, case_of, consent, invited, round_of, teacher
from tests.story import done, rows

HOSPITAL = "安庆市妇幼保健院"


def unmet(refused: object) -> list[str]:
    findings = refused.get_json()["findings"]  # type: ignore[attr-defined]
    return [each["code"] for each in findings if each["outcome"] == "unmet"]


def test_an_approved_invitation_makes_an_appointment_and_its_return_withdraws_it(api: Api) -> None:
    path = invited(api)
    shown = done(api("officer").get(path))
    assert (shown["state"], shown["consents"], shown["parts"]) == ("invited", [], "both")
    case = f"/applications/{shown['application_id']}"
    consent(api, path)
    done(api("reviewer").act(case, "return", {"reason": "请补充"}))
    after = done(api("officer").get(path))
    assert after["state"] == "withdrawn"
    assert after["consents"][0]["withdrawn_on"]
    assert api("officer").act(path, "decline").get_json()["code"] == "state_forbids"


def test_the_province_pays_for_a_primary_unions_teacher_where_that_union_may_not(api: Api) -> None:
    # Anhui 2025, p. 17: from 2025-08-21 a primary union pays for no examination.
    member = teacher(api)
    body = {"programme": "screening", "member_id": member, "on": EVENT, "amount": "520.00"}
    facts = {"act": "invite", "last_normal_on": None}
    alone = done(api("officer").post("/applications", {**body, "facts": facts}))
    refused = api("officer").act(f"/applications/{alone['id']}", "submit")
    assert (refused.status_code, unmet(refused)) == (422, ["account_allowed"])
    case_of(api, member, round_of(api))


def test_the_age_counts_on_the_day_of_the_appointment(api: Api) -> None:  # statement 46, G27
    path = invited(api, born=date(1987, 3, 15), event_on="2022-03-15")
    consent(api, path, signed_on="2022-03-10")
    early = api("officer").act(path, "book", {"institution": HOSPITAL, "on": "2022-03-14"})
    assert (early.status_code, early.get_json()["code"], unmet(early)) == (422, "not_eligible", ["age_in_band"])
    booked = done(api("officer").act(path, "book", {"institution": HOSPITAL, "on": "2022-03-15"}))
    assert (booked["state"], booked["booked_on"], booked["institution"]) == ("booked", "2022-03-15", HOSPITAL)


def test_a_day_within_36_months_of_the_last_normal_screening_is_refused(api: Api) -> None:  # statement 46, G29
    path = invited(api, event_on="2023-05-10", last_normal_on="2020-05-10")
    consent(api, path, signed_on="2022-08-01")
    early = api("officer").act(path, "book", {"institution": HOSPITAL, "on": "2022-09-01"})
    assert (early.status_code, unmet(early)) == (422, ["screening_interval"])
    assert done(api("officer").act(path, "book", {"institution": HOSPITAL, "on": "2023-05-10"}))["state"] == "booked"


def test_what_the_rules_said_of_the_day_is_kept_and_replayed(api: Api) -> None:  # statement 54
    path = invited(api)
    consent(api, path)
    done(api("officer").act(path, "book", {"institution": HOSPITAL, "on": "2026-09-01"}))
    (row,) = rows(
        api,
        "SELECT s.event_on, s.outcome, a.assessment_id <> s.id AS apart FROM screening_appointment p "
        "JOIN assessment s ON s.id = p.assessment_id JOIN application a ON a.id = p.application_id",
    )
    assert (str(row.event_on), row.outcome, row.apart) == ("2026-09-01", "eligible", True)


def test_a_booking_needs_her_consent_and_says_which_clause_asks_for_it(api: Api) -> None:
    path = invited(api)
    assert (
        api("officer").act(path, "book", {"institution": HOSPITAL, "on": EVENT}).get_json()["code"] == "state_forbids"
    )
    done(api("officer").act(path, "defer", {"reason": "physiological"}))
    refused = api("officer").act(path, "book", {"institution": HOSPITAL, "on": EVENT})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "consent_missing")
    assert refused.get_json()["params"]["clause"] == "《个人信息保护法》第十四条"
    consent(api, path)
    assert done(api("officer").act(path, "book", {"institution": HOSPITAL, "on": EVENT}))["state"] == "booked"


def test_a_consent_is_bound_to_the_text_in_force_and_stands_once(api: Api) -> None:
    texts = done(api("officer").get(f"/screening/consents/texts?on={EVENT}"))["items"]
    assert {text["purpose"]: text["clause"] for text in texts} == {
        "taking_part": "《个人信息保护法》第十四条",
        "clinical_detail": "《个人信息保护法》第二十九条",
    }
    assert done(api("officer").get("/screening/consents/texts?on=2020-01-01"))["items"] == []
    chinese = done(api("officer", language="zh-CN").get("/screening/consents/texts"))["items"]
    assert {text["sha256"] for text in chinese}.isdisjoint(text["sha256"] for text in texts)
    path = invited(api)
    body = {"purpose": "taking_part", "text_version": "2021-12", "signed_on": EVENT, "signed_how": "paper"}
    for wrong, pointer, code in (
        ({"text_version": "1999-01"}, "/text_version", "consent_text_not_in_force"),
        ({"signed_on": "2021-12-30"}, "/text_version", "consent_text_not_in_force"),
        ({"signed_on": (today() + timedelta(days=1)).isoformat()}, "/signed_on", "in_future"),
    ):
        refused = api("officer").act(path, "consents", {**body, **wrong})
        assert refused.status_code == 422
        assert [(each["pointer"], each["code"]) for each in refused.get_json()["errors"]] == [(pointer, code)]
    done(api("officer").act(path, "consents", body))
    assert api("officer").act(path, "consents", body).get_json()["code"] == "state_forbids"
    detail = {**body, "purpose": "clinical_detail"}
    done(api("officer").act(path, "consents", detail))
    assert api("officer").act(path, "consents", detail).get_json()["code"] == "already_exists"


def test_an_appointment_is_missed_deferred_and_booked_again(api: Api) -> None:
    path = invited(api)
    consent(api, path)
    book = {"institution": HOSPITAL, "on": EVENT}
    done(api("officer").act(path, "book", book))
    assert done(api("officer").act(path, "miss"))["misses"] == 1
    put_off = done(api("officer").act(path, "defer", {"reason": "physiological", "until": "2099-01-01"}))
    assert (put_off["state"], put_off["deferral"], put_off["deferred_until"]) == (
        "deferred",
        "physiological",
        "2099-01-01",
    )
    again = done(api("officer").act(path, "book", book))
    assert (again["state"], again["deferral"]) == ("booked", None)
    done(api("officer").act(path, "attend", {"parts": "breast_only"}))
    shown = done(api("officer").get(path))
    assert (shown["state"], shown["attended_on"], shown["parts"]) == ("attended", EVENT, "breast_only")
    assert api("officer").act(path, "decline").get_json()["code"] == "state_forbids"


def test_nobody_attends_before_the_day(api: Api) -> None:
    path = invited(api)
    consent(api, path)
    later = (today() + timedelta(days=30)).isoformat()
    done(api("officer").act(path, "book", {"institution": HOSPITAL, "on": later}))
    for act in ("attend", "miss"):
        refused = api("officer").act(path, act)
        assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "day_to_come")


def test_a_case_of_a_woman_who_was_examined_is_not_returned(api: Api) -> None:
    path = attended(api)
    case = f"/applications/{done(api('officer').get(path))['application_id']}"
    refused = api("reviewer").act(case, "return", {"reason": "x"})
    assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "attended")


def test_a_woman_who_is_invited_is_not_invited_twice(api: Api) -> None:
    path = invited(api)
    member = done(api("officer").get(path))["member_id"]
    body = {"programme": "screening", "member_id": member, "on": "2027-06-01", "amount": "520.00"}
    body["facts"] = {"act": "invite", "last_normal_on": None}  # type: ignore[assignment]
    of = round_of(api, "2027-06-01")
    second = done(api("officer").post("/applications", {**body, "round_id": of[0]}))
    refused = api("officer").act(f"/applications/{second['id']}", "submit")
    assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "already_invited")


def test_a_result_is_not_kept_with_a_case(api: Api) -> None:
    body = {"programme": "screening", "member_id": teacher(api), "on": EVENT, "amount": None}
    refused = api("officer").post("/applications", {**body, "facts": {"act": "result", "tbs": "HSIL", "bi_rads": "5"}})
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.get_json()["errors"]] == ["/facts/bi_rads", "/facts/tbs"]
    made = done(api("officer").post("/applications", {**body, "facts": {"act": "result"}}))
    assert api("officer").act(f"/applications/{made['id']}", "submit").status_code == 422


def test_another_unions_officer_finds_nothing(api: Api) -> None:
    path = invited(api)
    other = api("officer2")
    assert other.get(path).status_code == 404
    assert other.get("/screening/appointments").get_json()["items"] == []
    assert other.post(f"{path}/decline", if_match='"1"').status_code == 404


def test_who_may_only_read_moves_nothing(api: Api) -> None:
    path = invited(api)
    for username in ("reviewer", "auditor"):
        assert api(username).act(path, "decline").status_code == 403
    for username in ("finance", "cashier", "policy", "admin"):
        assert api(username).get(path).status_code == 403
    stale = api("officer").post(f"{path}/decline", if_match='"99"')
    assert stale.status_code == 412
    assert api("officer").post(f"{path}/decline").status_code == 428
    assert api("officer").act(path, "decline", key=None).status_code == 400
    assert api("officer").act(path, "decline", {"why": "x"}).status_code == 422


def test_a_roster_invites_everybody_on_it(api: Api) -> None:
    of = round_of(api)
    body = {"unit_code": "AH-D03", "title": "两癌筛查名册", "cut_off_on": today().isoformat(), "round_id": of[0]}
    roster = f"/rosters/{done(api('officer').post('/rosters', {**body, 'amount': '520.00'}))['id']}"
    women = [teacher(api, sequence) for sequence in (660, 662)]
    for member in women:
        line = {"member_id": member, "facts": {"last_normal_on": None}}
        done(api("officer").act(roster, "lines", line))
    clinical = api("officer").act(roster, "lines", {"member_id": teacher(api, 664), "facts": {"tbs": "HSIL"}})
    assert clinical.get_json()["errors"][0]["code"] == "fact_not_kept"
    done(api("officer").act(roster, "freeze"))
    done(api("reviewer").act(roster, "approve", {"fund_id": of[1]}))
    found = done(api("officer").get(f"/screening/appointments?round={of[0]}&state=invited&unit=AH-D03"))["items"]
    assert [each["member_id"] for each in found] == women
    done(api("reviewer").act(roster, "return", {"reason": "改日"}))
    assert done(api("officer").get(f"/screening/appointments?round={of[0]}&state=withdrawn"))["items"] != []
