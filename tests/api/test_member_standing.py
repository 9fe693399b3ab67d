"""A member on one page: all awards in sight, and the room left over all unions; who may see it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.entitlement import Entitlement
from models.secrecy import secrecy
from tests.dispatched import GIFT, Dispatched
from tests.driver import Api
from tests.story import filed, member_id

ABSENT = "0190a3f0-0000-7000-8000-000000000000"
PAGES = ("benefits", "eligibility", "statement.pdf")


@pytest.fixture
def li(api: Api) -> Dispatched:
    """A member of two unions."""
    return Dispatched(api)


def benefits(api: Api, who: str, member_id: str, query: str = "") -> dict[str, Any]:
    answer = api(who).get(f"/members/{member_id}/benefits{query}")
    assert answer.status_code == 200, answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


def room(answer: dict[str, Any], kind: str) -> tuple[str, str, str]:
    (line,) = [each for each in answer["room"] if each["kind"] == kind]
    return line["cap"], line["taken"], line["left"]


# Benefits


def test_an_award_shows_with_its_words_and_takes_room(api: Api, li: Dispatched) -> None:
    before = benefits(api, "officer2", li.here, "?year=2026")
    path = li.gets(li.here, {**GIFT, "occasion": "spring_festival"}, "800.00")
    after = benefits(api, "officer2", li.here, "?year=2026")

    assert (before["items"], before["elsewhere"]) == ([], {"count": 0, "amount": "0.00"})
    assert room(before, "festival_gift") == ("2200.00", "0.00", "2200.00")
    assert room(after, "festival_gift") == ("2200.00", "800.00", "1400.00")
    assert room(after, "birthday") == room(before, "birthday") == ("500.00", "0.00", "500.00")
    assert room(after, "living") == ("9600.00", "0.00", "9600.00")
    assert after["items"] == [
        {
            "programme": "holiday_visit",
            "programme_title": "Holiday gifts and visits",
            "kind": "festival_gift",
            "kind_label": "festival gift",
            "occasion": "spring_festival",
            "occasion_label": "Spring Festival",
            "year": 2026,
            "amount": "800.00",
            "state": "reserved",
            "on": "2026-02-17",
            "application_id": path.removeprefix("/applications/"),
            "case_state": "approved",
            "unit_code": "AH-D01",
        }
    ]
    assert api("officer2", language="zh-CN").get(f"/members/{li.here}/benefits").get_json()["items"][0][
        "kind_label"
    ] == ("节日慰问品")


def test_what_another_union_gave_is_one_line_and_less_room(api: Api, li: Dispatched) -> None:
    li.gets_gifts_at_both()

    answer = api("officer2").get(f"/members/{li.here}/benefits?year=2026")
    small = answer.get_json()
    assert [each["unit_code"] for each in small["items"]] == ["AH-D01"]
    assert small["elsewhere"] == {"count": 1, "amount": "600.00"}
    assert room(small, "festival_gift") == ("2200.00", "1400.00", "800.00")
    for told in ("AH-D02", "dragon_boat", "2026-06-19", "Dragon"):
        assert told not in answer.get_data(as_text=True)

    for each_id in (li.here, li.there):  # whoever sees both unions sees both awards, by either membership
        whole = benefits(api, "officer", each_id, "?year=2026")
        assert [each["unit_code"] for each in whole["items"]] == ["AH-D01", "AH-D02"]
        assert whole["elsewhere"] == {"count": 0, "amount": "0.00"}
        assert room(whole, "festival_gift") == ("2200.00", "1400.00", "800.00")


def test_a_year_narrows_the_awards_and_never_the_line_of_elsewhere(api: Api, li: Dispatched) -> None:
    li.gets_gifts_at_both()

    assert [len(benefits(api, "officer2", li.here, query)["items"]) for query in ("", "?year=2026", "?year=2024")] == [
        1,
        1,
        0,
    ]
    for query in ("", "?year=2026", "?year=2024"):  # asked year by year it would tell when
        assert benefits(api, "officer2", li.here, query)["elsewhere"] == {"count": 1, "amount": "600.00"}
    assert room(benefits(api, "officer2", li.here, "?year=2024"), "festival_gift") == ("2000.00", "0.00", "2000.00")


def test_a_released_award_is_shown_and_takes_no_room(api: Api, li: Dispatched) -> None:
    path = li.gets(li.here, {**GIFT, "occasion": "spring_festival"}, "800.00")
    assert api("reviewer").act(path, "return", {"reason": "材料有误"}).status_code == 200

    found = benefits(api, "officer2", li.here, "?year=2026")
    assert [(each["state"], each["amount"]) for each in found["items"]] == [("released", "800.00")]
    assert room(found, "festival_gift") == ("2200.00", "0.00", "2200.00")
    assert found["elsewhere"] == {"count": 0, "amount": "0.00"}


def test_a_visit_counts_to_its_yearly_cap_not_to_what_one_visit_may_be(api: Api, li: Dispatched) -> None:
    facts = {"kind": "visit", "form": "goods", "occasion": "womens_day"}
    li.gets(li.here, facts, "2500.00", on="2026-03-08")
    assert room(benefits(api, "officer2", li.here, "?year=2026"), "visit") == ("6000.00", "2500.00", "3500.00")


# Occasions that name a disease


def test_a_disease_is_kept_as_a_digest_that_counts_and_never_shows(api: Api, session: Session, li: Dispatched) -> None:
    ill = {"kind": "hospital", "form": "goods", "event": "C50"}
    path = li.gets(li.there, ill, "1500.00", on="2026-04-02")
    entry = session.scalars(select(Entitlement)).one()
    assert len(entry.occasion) == 64
    assert entry.occasion == secrecy(session).index("occasion", f"{entry.person_id}:C50").hex()

    again = filed(api, amount="100.00", programme="holiday_visit", member_id=li.here, on="2026-05-01", facts=ill)
    refused = api("officer").act(again, "submit")
    unmet = {each["code"] for each in refused.get_json()["findings"] if each["outcome"] == "unmet"}
    assert refused.status_code == 422
    assert {"not_taken_elsewhere", "once_in_period"} <= unmet
    li.asks(li.here, {**ill, "event": "S72"}, "2000.00", on="2026-05-01")  # another disease has its own cap

    answer = api("officer").get(f"/members/{li.here}/benefits")
    (shown,) = answer.get_json()["items"]
    assert (shown["kind"], shown["occasion"], shown["occasion_label"]) == ("hospital", None, None)
    assert shown["application_id"] == path.removeprefix("/applications/")
    for told in (entry.occasion, "C50"):
        assert told not in answer.get_data(as_text=True)


# Who


def here(api: Api) -> str:
    return member_id(api, "D01-001")


@pytest.mark.parametrize("page", PAGES)
def test_a_member_of_another_unit_answers_like_nobody(api: Api, page: str) -> None:
    strange, absent = (api("officer2").get(f"/members/{each}/{page}") for each in (member_id(api, "D02-001"), ABSENT))
    assert strange.status_code == absent.status_code == 404
    told, untold = strange.get_json(), absent.get_json()
    for varying in ("instance", "request_id"):
        assert told.pop(varying) != untold.pop(varying)
    assert told == untold
    assert api("officer").get(f"/members/{member_id(api, 'D02-001')}/{page}").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_it_wants_the_right_to_read_members(api: Api, page: str) -> None:
    assert api("auditor").get(f"/members/{here(api)}/{page}").status_code == 200
    assert api("reviewer").get(f"/members/{here(api)}/{page}").status_code == 200
    for username in ("cashier", "policy", "admin"):
        refused = api(username).get(f"/members/{here(api)}/{page}")
        assert (refused.status_code, refused.get_json()["code"]) == (403, "not_permitted")
    assert api(None).get(f"/members/{here(api)}/{page}").status_code == 401


@pytest.mark.parametrize(
    "asked", ["benefits?year=abc", "benefits?year=1", "benefits?on=2026-01-01", "eligibility?on=2026-02-30"]
)
def test_what_cannot_be_asked_is_refused(api: Api, asked: str) -> None:
    assert api("officer").get(f"/members/{here(api)}/{asked}").status_code == 422
