"""Purses never mix: a fund pays only what its source may be used for, and a budget is adjusted once a year."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clock import today
from tests.driver import Api
from tests.story import HOSPITAL, balance, done, filed, new_fund, submitted


def fund_from(api: Api, source: str) -> str:
    body = {"unit_code": "AH-D01", "name": source, "year": today().year, "source": source, "appropriated": "9000.00"}
    return str(done(api("finance").post("/funds", body))["id"])


def hospital(api: Api) -> str:
    facts = {**HOSPITAL, "dues_paid_through": f"{today().year}-12-31"}
    return submitted(api, "D01-001", "500.00", programme="holiday_visit", facts=facts)


@pytest.mark.parametrize(
    ("source", "pays_hardship", "pays_gifts"),
    [
        ("union_funds", True, True),
        ("superior_grant", True, True),
        ("treasury_earmarked", True, False),
        ("administration", True, False),
        ("donation", True, False),
        ("members_pool", False, False),
    ],
)
def test_what_a_purse_may_pay_for(api: Api, source: str, pays_hardship: bool, pays_gifts: bool) -> None:
    fund = fund_from(api, source)
    for case, allowed in ((submitted(api, "D01-002"), pays_hardship), (hospital(api), pays_gifts)):
        answer = api("reviewer").act(case, "approve", {"fund_id": fund})
        assert answer.status_code == (200 if allowed else 422), answer.get_json()
        if not allowed:
            (fault,) = answer.get_json()["errors"]
            assert (fault["pointer"], fault["code"]) == ("/fund_id", "purse_forbids")
    if not pays_hardship and not pays_gifts:
        assert balance(api, fund)["reserved"] == "0.00"


def test_what_the_purse_of_a_round_may_not_pay_for_is_refused_at_filing(api: Api) -> None:
    """With the clause, and before a reviewer spends time on it; a round of another purse takes the same case."""
    gift = {"programme": "holiday_visit", "title": "住院慰问", "unit_code": "AH-D01", "event_on": today().isoformat()}
    days = {"opens_on": today().isoformat(), "closes_on": today().isoformat()}
    facts = {**HOSPITAL, "dues_paid_through": f"{today().year}-12-31"}
    for source, allowed in (("administration", False), ("union_funds", True)):
        body = {**gift, **days, "facts": {"kind": "hospital"}, "fund_id": fund_from(api, source)}
        made = done(api("officer").post("/rounds", body))
        named = {"programme": "holiday_visit", "facts": facts, "round_id": made["id"], "on": today().isoformat()}
        case = filed(api, "D01-001", "500.00", **named)
        answer = api("officer").act(case, "submit")
        assert answer.status_code == (200 if allowed else 422), answer.get_json()
        if not allowed:
            (fault,) = answer.get_json()["errors"]
            assert (fault["pointer"], fault["code"]) == ("/round_id", "purse_forbids")
            assert "皖工发〔2025〕18号" in fault["detail"]


def adjust(api: Api, fund: str, amount: str, **other: Any) -> Any:
    return api("finance").act(f"/funds/{fund}", "adjustments", {"amount": amount, "reason": "年中调整", **other})


def test_a_budget_is_adjusted_once_a_year_unless_a_collective_decision_is_named(api: Api) -> None:
    """Statement 50."""
    fund = new_fund(api)
    done(adjust(api, fund, "500.00"))
    (fault,) = adjust(api, fund, "-100.00").get_json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/minutes", "adjusted_already")
    assert done(adjust(api, fund, "-100.00", minutes="主席办公会纪要〔2026〕12号"))["appropriated"] == "100400.00"


def test_what_the_books_of_a_union_cannot_post_is_not_approved(api: Api) -> None:
    """Statement 49: rules of 2021 let a county union give gifts, but its books of today have no account for them."""
    county = new_fund(api, unit="AH", name="省直经费")
    case = submitted(api, "D01-002", "100.00", programme="holiday_visit", on="2021-12-30", facts=HOSPITAL)
    refused = api("reviewer").act(case, "approve", {"fund_id": county})
    (fault,) = refused.get_json()["errors"]
    assert (refused.status_code, fault["pointer"], fault["code"]) == (422, "/fund_id", "union_may_not_book")
    assert balance(api, county)["reserved"] == "0.00"
    done(api("reviewer").act(case, "approve", {"fund_id": new_fund(api)}))
