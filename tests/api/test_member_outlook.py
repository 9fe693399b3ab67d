"""What is open to a member, with reasons, by register and ledger alone; and the statement on paper."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from tests.dispatched import Dispatched
from tests.driver import Api


@pytest.fixture
def li(api: Api) -> Dispatched:
    """A member of two unions."""
    return Dispatched(api)


def text(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


# Eligibility


def eligibility(api: Api, member_id: str, on: str) -> dict[tuple[str, ...], dict[str, Any]]:
    answer = api("officer2").get(f"/members/{member_id}/eligibility?on={on}")
    assert answer.status_code == 200, answer.get_json()
    body = answer.get_json()
    assert (body["on"], body["next"]) == (on, None)
    return {(each["programme"], *(choice["value"] for choice in each["choice"])): each for each in body["items"]}


def test_every_kind_of_every_programme_is_answered_with_reasons(api: Api, li: Dispatched) -> None:
    found = eligibility(api, li.here, "2026-03-02")
    asked = {
        code: next(iter(api("officer2").get(f"/programmes/{code}").get_json()["facts"]["properties"][name]["anyOf"]))
        for code, name in (("holiday_visit", "kind"), ("hardship", "aid_kind"))
    }
    kinds = {(code, choice["const"]) for code, schema in asked.items() for choice in schema["oneOf"]}
    assert kinds <= found.keys()

    birthday = found["holiday_visit", "birthday"]
    assert birthday["choice"] == [
        {"fact": "kind", "label": "kind", "value": "birthday", "value_label": "birthday"},
    ]
    assert birthday["outcome"] == "undetermined"
    assert birthday["wanted"] == [{"fact": "form", "label": "form"}]
    assert (birthday["room"]["cap"], birthday["room"]["left"]) == ("500.00", "500.00")
    outcomes = {each["code"]: each["outcome"] for each in birthday["findings"]}
    assert (outcomes["dues_paid"], outcomes["form_allowed"]) == ("met", "unknown")
    assert found["holiday_visit", "hospital"]["room"] is None  # each event has its own cap
    assert {"household_size"} <= {each["fact"] for each in found["hardship", "living"]["wanted"]}


def test_register_and_ledger_decide_what_they_can(api: Api, li: Dispatched) -> None:
    li.gets(li.there, {"kind": "birthday", "form": "goods"}, "500.00")
    birthday = eligibility(api, li.here, "2026-03-02")["holiday_visit", "birthday"]
    assert birthday["outcome"] == "ineligible"
    assert {each["code"] for each in birthday["findings"] if each["outcome"] == "unmet"} >= {"not_taken_elsewhere"}
    assert birthday["room"]["left"] == "0.00"

    unpaid = eligibility(api, li.here, "2027-03-02")["holiday_visit", "birthday"]
    dues = next(each for each in unpaid["findings"] if each["code"] == "dues_paid")
    assert (unpaid["outcome"], dues["value"]) == ("ineligible", "2026-12-31")


def test_only_programmes_in_force_on_the_day_are_listed(api: Api, li: Dispatched) -> None:
    early = {code for code, *_ in eligibility(api, li.here, "2019-12-31")}
    late = {code for code, *_ in eligibility(api, li.here, "2020-01-01")}
    assert (late >= early >= {"holiday_visit"}, late - early) == (True, {"hardship"})
    assert api("officer2").get(f"/members/{li.here}/eligibility?on=2017-01-01").get_json()["items"] == []
    today = api("officer2").get(f"/members/{li.here}/eligibility").get_json()
    assert {"holiday_visit", "hardship"} <= {each["programme"] for each in today["items"]}


# The statement


def test_the_statement_says_the_same_on_paper(api: Api, li: Dispatched) -> None:
    li.gets_gifts_at_both()
    answer = api("officer2", language="zh-CN").get(f"/members/{li.here}/statement.pdf?year=2026")
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    paper = text(answer.get_data())
    for said in (
        "会员福利对账单",
        "李秀英",
        "示范：江淮师范大学工会",
        li.number[:3] + "*" * 11 + li.number[-4:],
        "期间：2026年度",
        "节日慰问品·春节",
        "2026年2月17日",
        "合计¥800.00",
        "¥2,200.00¥1,400.00¥800.00",
        "历年在其他工会享受1笔，共¥600.00",
    ):
        assert said in paper, said
    for told in (li.number, "AH-D02", "江淮医院", "端午", "6月19日"):
        assert told not in paper

    english = text(api("officer2").get(f"/members/{li.here}/statement.pdf?year=2025").get_data())
    assert "StatementofMemberBenefits" in english
    assert "(nobenefitsinthisperiod)" in english


def test_the_statement_names_no_disease(api: Api, li: Dispatched) -> None:
    li.gets(li.here, {"kind": "hospital", "form": "goods", "event": "C50"}, "1500.00")
    paper = text(api("officer2", language="zh-CN").get(f"/members/{li.here}/statement.pdf").get_data())
    assert "生病住院慰问2026¥1,500.00" in paper
    assert "C50" not in paper
