"""The register of model workers over HTTP: how an honour stands by day, its certificate, list, census, studios."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.orm import Session

from benefits.registry.honour_state import MAY_FOLLOW
from models.vocabulary import HonourState
from tests.api.test_rounds import swept
from tests.driver import Api
from tests.story import done, grant, member_id

PROVINCIAL = {
    "title": "安徽省劳动模范",
    "level": "provincial",
    "awarded_by": "安徽省人民政府",
    "awarded_on": "2015-05-01",
    "certificate_number": "皖劳模证字第0831号",
    "term": "第十次",
    "treatment_document": "皖政〔2015〕40号",
}
GIFT = {
    "act": "gift",
    "plan": "critical_illness",
    "term_start_on": "2026-07-01",
    "already_enrolled": False,
    "shares": 1,
}


def held(api: Api, member: str = "D01-002", **other: Any) -> str:
    """The path of a new honour of a member."""
    owner = member_id(api, member)
    made = done(api("officer").post(f"/members/{owner}/honours", {**PROVINCIAL, **other}))
    return f"/members/{owner}/honours/{made['id']}"


def noted(api: Api, path: str, state: str, since_on: str, **sent: Any) -> Any:
    return api("officer").act(path, "state", {"state": state, "since_on": since_on}, **sent)


def honours_on(api: Api, path: str, day: str) -> str:
    """What the criterion on honours says for a gift on a day."""
    owner = path.split("/")[2]
    body = {"on": day, "member_id": owner, "facts": GIFT}
    answer = done(api("officer").post("/programmes/mutual_aid/assessments", body))
    return next(str(each["outcome"]) for each in answer["findings"] if each["code"] == "honour_qualifies")


def test_valid_on_a_day_stays_answerable_whatever_is_noted_later(api: Api) -> None:
    path = held(api)
    assert honours_on(api, path, "2026-06-01") == "met"
    shown = done(noted(api, path, "suspended", "2026-03-01"))
    assert [each["state"] for each in shown["states"]] == ["suspended"]
    assert honours_on(api, path, "2026-02-28") == "met"
    assert honours_on(api, path, "2026-03-01") == "unmet"
    done(noted(api, path, "valid", "2026-09-01"))
    assert honours_on(api, path, "2026-08-31") == "unmet"
    assert honours_on(api, path, "2026-09-01") == "met"


@pytest.mark.parametrize("state", ["revoked", "suspended", "deceased", "lost_contact", "emigrated"])
def test_only_a_valid_honour_counts(api: Api, state: str) -> None:
    path = held(api)
    done(noted(api, path, state, "2026-01-01"))
    assert honours_on(api, path, "2026-06-01") == "unmet"
    listed = done(api("officer").get(f"/honours?state={state}&on=2026-06-01"))["items"]
    assert [line["id"] for line in listed] == [path.rpartition("/")[2]]
    assert done(api("officer").get(f"/honours?state={state}&on=2025-12-31"))["items"] == []


def test_what_follows_what_is_one_table(api: Api) -> None:
    assert MAY_FOLLOW.keys() == set(HonourState)
    path = held(api)
    refused = noted(api, path, "valid", "2026-01-01")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "state_forbids")
    done(noted(api, path, "deceased", "2026-01-01"))
    assert noted(api, path, "emigrated", "2026-02-01").status_code == 409
    done(noted(api, path, "valid", "2026-01-01"))  # noted of the wrong person: the later word of the day holds
    assert honours_on(api, path, "2026-06-01") == "met"
    early = noted(api, path, "revoked", "2015-04-30")
    assert early.get_json()["errors"] == [
        {"pointer": "/since_on", "code": "before_award", "detail": "Revoked before it was awarded."}
    ]
    assert api("officer").post(f"{path}/state", {"state": "revoked", "since_on": "2026-03-01"}).status_code == 428
    assert api("auditor").act(path, "state", {"state": "revoked", "since_on": "2026-03-01"}).status_code == 403


# statement 44: the data's side
def test_a_may_day_medal_of_the_province_makes_no_model_worker(api: Api) -> None:
    owner = member_id(api, "D01-002")
    medal = {**PROVINCIAL, "title": "安徽省五一劳动奖章"}
    refused = api("officer").post(f"/members/{owner}/honours", medal)
    assert refused.get_json()["errors"][0]["code"] == "honour_level_mismatch"
    path = held(api, title="安徽省五一劳动奖章", level="provincial_may_day_medal")
    assert honours_on(api, path, "2026-06-01") == "unmet"
    held(api, title="全国五一劳动奖章")
    assert honours_on(api, path, "2026-06-01") == "met"


def test_another_person_sees_the_certificate_and_a_correction_voids_it(api: Api) -> None:
    path = held(api)
    grant(api, account_of(api, "officer"), "reviewer")
    own = api("officer").act(path, "check")
    assert (own.status_code, own.get_json()["code"]) == (403, "duty_conflict")
    later = api("reviewer").act(path, "check", {"checked_on": "2099-01-01"})
    assert later.get_json()["errors"][0]["code"] == "in_future"
    seen = done(api("reviewer").act(path, "check", {"checked_on": "2026-11-01"}))
    assert (seen["checked_on"], seen["checked_by"]) == ("2026-11-01", done(api("reviewer").get("/me"))["id"])
    assert api("reviewer").act(path, "check").status_code == 409
    etag = api("officer").get(path).headers["ETag"]
    changed = done(api("officer").patch(path, {"certificate_number": "皖劳模证字第0813号"}, if_match=etag))
    assert (changed["checked_on"], changed["certificate_number"]) == (None, "皖劳模证字第0813号")


def account_of(api: Api, username: str) -> str:
    return f"/accounts/{done(api(username).get('/me'))['id']}"


def test_nobody_writes_down_an_honour_of_their_own_or_a_relatives(api: Api) -> None:
    path = held(api)
    owner = path.split("/")[2]
    number = done(api("officer").post(f"/members/{owner}/disclosures", {"fields": ["id_number"], "purpose": "登记"}))
    me = done(api("officer").get("/me"))["id"]
    declared = {"id_number": number["id_number"], "relation": "母亲"}
    assert api("officer").post(f"/accounts/{me}/relatives", declared).status_code == 201
    again = api("officer").post(
        f"/members/{owner}/honours", {**PROVINCIAL, "title": "全国劳动模范", "level": "national"}
    )
    assert again.get_json()["code"] == "own_case"
    assert noted(api, path, "revoked", "2026-01-01").get_json()["code"] == "own_case"


def test_the_list_is_that_of_the_readers_units(api: Api) -> None:
    held(api, "D01-002")
    held(api, "D02-002", title="全国劳动模范", level="national")
    lines = done(api("officer").get("/honours"))["items"]
    assert [(line["unit_code"], line["level"], line["sex"]) for line in lines] == [
        ("AH-D01", "provincial", "female"),
        ("AH-D02", "national", "male"),
    ]
    assert len(done(api("officer").get("/honours?level=national&in_service=true&sex=male&unit_code=AH"))["items"]) == 1
    assert [line["unit_code"] for line in done(api("officer2").get("/honours"))["items"]] == ["AH-D01"]
    elsewhere = api("officer2").get("/honours?unit_code=AH-D02")
    assert elsewhere.get_json()["errors"][0]["code"] == "unit_unknown"
    assert api("cashier").get("/honours").status_code == 403
    book = openpyxl.load_workbook(io.BytesIO(api("officer").get("/honours/file?level=national").data)).active
    assert book is not None
    assert [[cell.value for cell in row][:5] for row in book.iter_rows(min_row=2, max_row=2)] == [
        ["AH-D02", "赵德胜", "male", "yes", "全国劳动模范"]
    ]
    printed = PdfReader(io.BytesIO(api("officer2", language="zh-CN").get("/honours/file?format=pdf").data))
    text = "".join("".join(page.extract_text().split()) for page in printed.pages)
    assert "李秀英" in text
    assert "赵德胜" not in text
    assert api("officer2").get("/honours/file?unit_code=AH-D02&format=csv").status_code == 422


def test_the_census_says_who_is_missing_and_keeps_incomes_unreadable(api: Api, session: Session) -> None:
    path = held(api)
    held(api, "D02-002", title="市级劳动模范", level="municipal")
    missing = done(api("officer").get("/honours/census?year=2026&answered=false"))["items"]
    assert [line["member_id"] for line in missing] == [path.split("/")[2]]
    body = {
        "member_id": path.split("/")[2],
        "year": 2026,
        "monthly_income": "5678.90",
        "household_size": 3,
        "household_monthly_income": "7890.12",
        "health": "major_illness",
        "hardship": "家中老人长期住院",
    }
    made = api("officer").post("/honours/census", body)
    assert made.status_code == 201, made.get_json()
    sheet = made.headers["Location"].removeprefix("/api/v1")
    assert api("officer").post("/honours/census", body).status_code == 409
    assert done(api("officer").get("/honours/census?year=2026&answered=false"))["items"] == []
    assert done(api("officer").get("/honours/census?year=2025&answered=false"))["items"] != []
    changed = api("officer").patch(sheet, {"monthly_income": "6000.00"}, if_match=made.headers["ETag"])
    assert (changed.get_json()["monthly_income"], changed.get_json()["hardship"]) == ("6000.00", "家中老人长期住院")
    for secret in ("5678.90", "家中老人长期住院"):
        found = session.scalar(text("SELECT n FROM record_entry WHERE body::text LIKE :s"), {"s": f"%{secret}%"})
        assert found is None
    reads = text("SELECT count(*) FROM record_entry WHERE action = 'census.sheet'")
    assert session.scalar(reads) == 1
    done(api("officer").get(sheet))
    assert session.scalar(reads) == 2
    far = api("officer2").get(sheet)
    assert far.status_code == 200  # D01 is theirs
    other = api("officer2").post("/honours/census", {**body, "member_id": member_id(api, "D02-002")})
    assert other.status_code == 404


def test_a_studio_is_founded_suspended_resumed_and_closed(api: Api) -> None:
    body = {
        "unit_code": "AH-D01",
        "name": "李秀英劳模创新工作室",
        "head_id": member_id(api, "D01-002"),
        "founded_on": "2021-04-28",
        "named_by": "安徽省教科文卫体工会",
    }
    stranger = api("officer").post("/studios", {**body, "head_id": member_id(api, "D02-002")})
    assert stranger.get_json()["errors"][0] == {
        "pointer": "/head_id",
        "code": "member_unknown",
        "detail": stranger.get_json()["errors"][0]["detail"],
    }
    made = api("officer").post("/studios", body)
    assert made.status_code == 201, made.get_json()
    path = f"/studios/{made.get_json()['id']}"
    assert api("officer").post("/studios", body).status_code == 409
    assert api("officer").act(path, "resume").status_code == 409
    assert done(api("officer").act(path, "suspend", {"since_on": "2022-01-01"}))["state"] == "suspended"
    early = api("officer").act(path, "resume", {"since_on": "2021-12-31"})
    assert early.get_json()["errors"][0]["code"] == "days_out_of_order"
    assert done(api("officer").act(path, "resume"))["state"] == "active"
    assert done(api("officer").act(path, "close"))["state"] == "closed"
    etag = api("officer").get(path).headers["ETag"]
    assert api("officer").patch(path, {"name": "另一个"}, if_match=etag).status_code == 409
    assert [each["id"] for each in done(api("officer2").get("/studios?state=closed"))["items"]] == [path[9:]]
    assert api("auditor").post("/studios", body).status_code == 403


def test_an_officer_of_another_union_finds_none_of_it(api: Api) -> None:
    path = held(api, "D02-002")
    assert api("officer2").get(path).status_code == 404
    assert api("officer2").post(f"{path}/state", {"state": "revoked", "since_on": "2026-01-01"}).status_code == 404
    assert api("officer2").post(f"{path}/check", {}).status_code == 404


# statement 44
def test_a_sweep_for_gifts_reads_the_register_as_it_stands_on_the_day(api: Api, session: Session) -> None:
    paths = {member: held(api, member) for member in ("D01-002", "D01-003", "D02-002")}
    done(noted(api, paths["D01-003"], "suspended", "2026-06-30"))
    done(noted(api, paths["D02-002"], "revoked", "2026-07-02"))
    dates = {"event_on": "2026-07-01", "opens_on": "2026-06-01", "closes_on": "2026-12-31"}
    body = {"unit_code": "AH", "programme": "mutual_aid", "title": "赠送", "facts": {"act": "gift"}, **dates}
    body["facts"] = {name: GIFT[name] for name in ("act", "plan", "term_start_on", "shares")}
    of = done(api("officer").post("/rounds", body))["id"]
    swept(api, session, of)
    lines = done(api("officer").get(f"/rounds/{of}/candidates?limit=200"))["items"]
    qualifies = {line["member_id"] for line in lines if "honour_qualifies" not in line["unmet"] + line["unknown"]}
    assert qualifies == {paths[member].split("/")[2] for member in ("D01-002", "D02-002")}
