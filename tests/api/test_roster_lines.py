"""Lines of rosters: drawn from a round or a unit, added, changed and removed by hand, and what leaves them out."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from tests.api.test_rounds import opened, swept
from tests.clock import today
from tests.dispatched import Dispatched
from tests.driver import Api
from tests.rosters import drawn, frozen, line_of, lines, plan
from tests.story import GIFT, done, filed, identity, member_id, new_fund, rows

ROUND = {"opens_on": "2026-01-01", "closes_on": "2099-12-31"}


def in_round(api: Api, session: Session, **other: Any) -> str:
    """A swept round over the whole union."""
    of = opened(api, **{**ROUND, **other})
    swept(api, session, of["id"])
    return str(of["id"])


def drawn_from(api: Api, round_id: str, **other: Any) -> str:
    """The path of a roster of AH-D01 with the round's eligible candidates."""
    own = {"programme": None, "event_on": None, "facts": None, "round_id": round_id, "fill": "candidates"}
    return drawn(api, **{**own, **other})


def test_a_rounds_eligible_members_are_listed_in_one_act_with_its_day_and_facts(api: Api, session: Session) -> None:
    of = in_round(api, session)
    path = drawn_from(api, of)
    shown = done(api("officer").get(path))
    assert (shown["event_on"], shown["facts"], shown["totals"]["listed"]["lines"]) == ("2026-09-25", GIFT, 4)
    for line in lines(api, path):
        case = done(api("auditor").get(f"/applications/{line['application_id']}"))
        assert (case["round_id"], case["on"], case["facts"]) == (of, "2026-09-25", GIFT)
    applied = done(api("officer").get(f"/rounds/{of}/candidates?applied=true&limit=200"))["items"]
    assert {each["member_id"] for each in applied} == {line["member_id"] for line in lines(api, path)}


def test_who_has_a_case_in_the_round_is_skipped_and_counted(api: Api, session: Session) -> None:
    of = in_round(api, session)
    about = {"programme": "holiday_visit", "facts": {}, "on": "2026-09-25", "round_id": of}
    filed(api, "D01-001", "100.00", **about)
    path = drawn_from(api, of)
    shown = done(api("officer").get(path))
    assert (shown["skipped"], shown["totals"]["listed"]["lines"]) == (1, 3)
    again = done(api("officer").get(drawn_from(api, of)))
    assert (again["skipped"], again["totals"]["listed"]["lines"]) == (4, 0)
    done(api("officer").act(path, "cancel", {"reason": "重编"}))
    assert done(api("officer").get(drawn_from(api, of)))["skipped"] == 1


def test_a_round_must_be_swept_open_and_agree(api: Api, session: Session) -> None:
    fresh = opened(api, **ROUND)["id"]
    body = plan(programme=None, event_on=None, facts=None, round_id=fresh, fill="candidates")
    assert api("officer").post("/rosters", body).get_json()["params"]["state"] == "not_swept"
    over = opened(api, opens_on="2026-01-01", closes_on="2026-01-02")["id"]
    assert api("officer").post("/rosters", {**body, "round_id": over}).get_json()["errors"][0]["code"] == "round_closed"
    other = {**body, "round_id": in_round(api, session), "event_on": "2026-09-26", "facts": {"form": "cash"}}
    faults = api("officer").post("/rosters", other).get_json()["errors"]
    assert [(each["pointer"], each["code"]) for each in faults] == [
        ("/facts/form", "differs_from_round"),
        ("/event_on", "differs_from_round"),
    ]


def own_membership(api: Api) -> str:
    """The officer's own membership at AH-D01, registered by a colleague."""
    (row,) = rows(
        api,
        "SELECT p.id_hash, p.id, p.birth_date FROM account a JOIN person p ON p.id = a.person_id "
        "WHERE username = 'officer'",
    )
    number = identity(201, row.birth_date)
    made = {"unit_code": "AH-D01", "name": "方经办", "employment_type": "established", "id_number": number}
    return str(done(api("officer2").post("/members", {**made, "dues_paid_through": "2026-12-31"}))["id"])


def test_nobody_lists_themself(api: Api, session: Session) -> None:
    """Drawn from a list they are left out with the reason and without a case; by hand they are refused."""
    mine = own_membership(api)
    path = drawn_from(api, in_round(api, session))
    (out,) = lines(api, path, "left_out")
    assert (out["member_id"], out["application_id"], out["reasons"][0]["code"]) == (mine, None, "own_case")
    assert len(lines(api, path, "listed")) == 4
    refused = api("officer").act(path, "lines", {"member_id": mine})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "own_case")
    entered = rows(api, "SELECT body FROM record_entry WHERE table_name = 'roster_line' AND row_id = :r", r=out["id"])
    assert len(entered) == 1


def test_a_person_stands_on_a_list_once(api: Api) -> None:
    """A dispatched worker is a member of two unions below; one of the two lines is left out (statement 10)."""
    here = Dispatched(api)
    visit = {"kind": "visit", "occasion": "labour_day", "form": "goods"}
    path = drawn(api, unit_code="AH", facts=visit)
    (out,) = lines(api, path, "left_out")
    assert (out["member_name"], out["reasons"][0]["code"]) == ("李秀英", "person_listed_twice")
    again = api("officer").act(path, "lines", {"member_id": here.there})
    assert (again.status_code, again.get_json()["code"]) == (409, "already_exists")


def test_what_another_union_gave_leaves_a_line_out(api: Api) -> None:
    """G37: the same occasion was taken at the other union."""
    dispatched = Dispatched(api)
    day = f"{today().year}-09-25"
    dispatched.gets(dispatched.there, GIFT, "100.00", day)
    path = frozen(api)
    (out,) = lines(api, path, "left_out")
    assert (out["member_name"], [each["code"] for each in out["reasons"]]) == ("李秀英", ["not_taken_elsewhere"])


def test_the_years_cap_leaves_a_line_out_with_the_room_that_is_left(api: Api) -> None:
    """G01, G02: 700 yuan after 800 and 600 of 2,000 (2022); 200 after the same of 1,500 (2020). Statements 13, 14."""
    for year, last, room in ((2022, "700.00", "600.00"), (2020, "200.00", "100.00")):
        fund = new_fund(api, name=f"节日{year}")
        for occasion, day, amount in (("spring_festival", "02-17", "800.00"), ("dragon_boat", "06-19", "600.00")):
            facts = {**GIFT, "occasion": occasion}
            other = {"facts": facts, "event_on": f"{year}-{day}", "item": None, "amount": amount, "fill": "nothing"}
            path = drawn(api, **other)
            done(api("officer").act(path, "lines", {"member_id": member_id(api, "D01-001")}))
            done(api("officer").act(path, "freeze"))
            done(api("reviewer").act(path, "approve", {"fund_id": fund}))
        path = frozen(api, event_on=f"{year}-09-10", item=None, amount=last)
        (out,) = lines(api, path, "left_out")
        case = done(api("auditor").get(f"/applications/{out['application_id']}"))
        assert [each["code"] for each in out["reasons"]] == ["amount_within_limit"]
        assert case["assessment"]["entitlement"]["amount_max"] == room
        assert len(lines(api, path, "listed")) == 3


def test_the_union_that_draws_it_up_pays_unless_the_round_or_the_facts_say_another(api: Api, session: Session) -> None:
    """Screening is not a primary union's to pay (domain §9.2); a visit to members of one is the upper union's."""
    invite = {"programme": "screening", "facts": {"act": "invite", "appointment_on": "2026-09-25"}, "item": None}
    own = plan(**invite, amount="60.00", unit_code="AH-D03")
    refused = api("officer").post("/rosters", own)
    assert [each["code"] for each in refused.get_json()["findings"]] == ["account_allowed"]
    above = {**own, "facts": {**own["facts"], "union_kind": "county_and_above"}}
    path = f"/rosters/{done(api('officer').post('/rosters', above))['id']}"
    done(api("officer").act(path, "freeze"))
    reasons = {each["code"] for line in lines(api, path) for each in line["reasons"]}
    assert "account_allowed" not in reasons
    of = in_round(api, session, fund_id=new_fund(api, unit="AH"), facts={**GIFT, "kind": "visit"})
    body = plan(programme=None, event_on=None, facts=None, round_id=of, fill="candidates")
    assert done(api("officer").post("/rosters", body))["totals"]["listed"]["lines"] == 4


def test_gifts_are_not_drawn_up_by_a_union_that_may_not_give_them(api: Api) -> None:
    """G34: 501 is for primary unions; the provincial union's own list is refused before anybody is on it."""
    refused = api("officer").post("/rosters", plan(unit_code="AH"))
    assert (refused.status_code, [each["code"] for each in refused.get_json()["findings"]]) == (
        422,
        ["account_allowed"],
    )


def test_a_birthday_comes_once_a_year(api: Api) -> None:
    """Statement 17."""
    fund = new_fund(api)
    birthday = {"facts": {"kind": "birthday", "form": "cake_voucher"}, "item": None, "amount": "100.00"}
    first = frozen(api, **birthday)
    done(api("reviewer").act(first, "approve", {"fund_id": fund}))
    second = frozen(api, **birthday)
    assert {line["reasons"][0]["code"] for line in lines(api, second, "left_out")} == {"once_in_period"}
    assert len(lines(api, second, "left_out")) == 4


def test_lines_are_added_changed_and_removed_while_it_is_drawn_up(api: Api) -> None:
    path = drawn(api, fill="nothing")
    member = member_id(api, "D01-001")
    made = api("officer").act(path, "lines", {"member_id": member, "quantity": 3})
    assert (made.status_code, made.get_json()["amount"], made.get_json()["serial"]) == (201, "180.00", 1)
    line = line_of(api, path, "D01-001")
    for body, pointer, code in (
        ({"amount": "5.00"}, "/amount", "amount_follows_item"),
        ({"facts": {"form": "cash"}}, "/facts/form", "differs_from_roster"),
        ({"facts": {"nothing": 1}}, "/facts/nothing", "unknown_field"),
        ({"quantity": 0}, "/quantity", "out_of_range"),
    ):
        tag = api("officer").get(line).headers["ETag"]
        answer = api("officer").patch(line, body, if_match=tag)
        assert answer.status_code == 422
        assert (answer.get_json()["errors"][0]["pointer"], answer.get_json()["errors"][0]["code"]) == (pointer, code)
    assert api("officer").patch(line, {"quantity": 2}).status_code == 428
    there = api("officer").act(path, "lines", {"member_id": member_id(api, "D02-001")})
    assert there.get_json()["errors"][0]["code"] == "member_unknown"
    done(api("officer").act(path, "freeze"))
    tag = api("officer").get(line).headers["ETag"]
    assert api("officer").patch(line, {"quantity": 2}, if_match=tag).get_json()["params"]["state"] == "frozen"
    assert api("officer").delete(line, if_match=tag).status_code == 409
    assert api("officer").act(path, "lines", {"member_id": member_id(api, "D01-002")}).status_code == 409


def test_a_list_holds_so_many_and_no_more(api: Api, monkeypatch: Any) -> None:
    """A roster above the most is refused with the advice to split it; the bound is lowered to meet it."""
    monkeypatch.setattr("benefits.casework.roster.drawing.MOST_LINES", 3)
    answer = api("officer").post("/rosters", plan())
    assert (answer.status_code, answer.get_json()["errors"][0]["code"]) == (422, "roster_too_long")
