"""Risk indicators: each finds what it says, rests on figures, keeps to the auditor's sight, and has words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Integer, cast, literal, text

from benefits.assurance.indicator.hit import KINDS, sentence, severity
from benefits.assurance.indicator.look import FINDERS
from benefits.assurance.indicator.reach import Reach
from models.record_entry import RecordEntry
from tests.clock import recorded_on, today
from tests.driver import Api
from tests.indicators import OTHER, YEAR, hits, hospital, of_kind, paid
from tests.story import account_path, approved, books, card, colleague, done, identity, new_fund, rows


def test_every_kind_has_words_a_severity_and_a_finder() -> None:
    assert sorted(kind for kinds in FINDERS.values() for kind in kinds) == sorted(KINDS)
    for kind in KINDS:
        assert severity(kind) in {"minor", "serious", "grave"}
        assert sentence(kind, "zh-CN") != sentence(kind, "en")


def test_one_account_for_several_persons(api: Api) -> None:
    fund = new_fund(api)
    first = approved(api, fund, "D01-001", payee=OTHER)[1]
    second = approved(api, fund, "D01-002", payee={**OTHER, "holder": "李秀英"})[1]
    paid(api, fund, first)
    assert [hit["figures"]["people"] for hit in of_kind(api, "account_shared")] == ["2"]  # the other waits to be paid
    paid(api, fund, second)
    (hit,) = of_kind(api, "account_shared")
    assert (hit["figures"], sorted(hit["disbursement_ids"])) == (
        {"account": f"****{card(41)[-4:]}", "people": "2"},
        sorted([first, second]),
    )
    assert hit["message"] == f"account ****{card(41)[-4:]} is paid for 2 persons within your sight"
    assert of_kind(api, "account_shared_elsewhere") == []


def test_another_union_is_only_elsewhere(api: Api) -> None:
    fund = new_fund(api)
    paid(api, fund, approved(api, fund, "D01-001", payee=OTHER)[1])
    with books(api) as session:
        session.execute(
            text(
                "UPDATE membership SET account_hash = (SELECT payee_hash FROM disbursement) "
                "WHERE staff_number = 'D02-001'"
            )
        )
    assert [hit["figures"]["people"] for hit in of_kind(api, "account_shared")] == ["2"]
    colleague(api, "auditor-d01", "auditor", unit="AH-D01", person=631)
    found = hits(api, "auditor-d01", "AH-D01")
    assert "account_shared" not in {hit["kind"] for hit in found}
    (hit,) = (hit for hit in found if hit["kind"] == "account_shared_elsewhere")
    assert hit["figures"] == {"account": f"****{card(41)[-4:]}"}
    assert "AH-D02" not in str(hit)


def test_payments_after_leaving_and_after_death(api: Api) -> None:
    fund, left = new_fund(api), recorded_on()
    first, second = approved(api, fund, "D01-001")[1], approved(api, fund, "D01-002")[1]
    with books(api) as session:
        session.execute(text("UPDATE membership SET state = 'left', in_service = false WHERE staff_number = 'D01-001'"))
    honour = {"title": "省劳动模范", "level": "provincial", "awarded_on": "2001-04-28", "awarded_by": "省人民政府"}
    member = rows(api, "SELECT id FROM membership WHERE staff_number = 'D01-002'")[0].id
    made = done(api("officer").post(f"/members/{member}/honours", honour))
    with books(api) as session:
        session.execute(
            text(
                "INSERT INTO honour_status (id, honour_id, unit_id, person_id, state, since_on) "
                "SELECT gen_random_uuid(), id, unit_id, person_id, 'deceased', :d FROM honour WHERE id = :h"
            ),
            {"h": made["id"], "d": left},
        )
    paid(api, fund, first, second, day=left)
    days = {"from": str(left), "until": str(left + timedelta(days=3))}
    for kind in ("paid_after_leaving", "paid_after_death"):
        assert of_kind(api, kind, **days) == []  # the same day is not after
    with books(api) as session:
        session.execute(text("UPDATE disbursement SET settled_on = settled_on + 3"))
    (gone,) = of_kind(api, "paid_after_leaving", **days)
    assert (gone["disbursement_ids"], gone["figures"]["since"]) == ([first], str(left))
    (died,) = of_kind(api, "paid_after_death", **days)
    assert (died["disbursement_ids"], died["severity"]) == ([second], "grave")


def test_a_word_written_on_who_has_left_hides_no_payment(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    fund = new_fund(api)
    payment = approved(api, fund, "D01-001")[1]
    for change in ("state = 'left', in_service = false", "state = 'active'", "state = 'left'", "department = '档案室'"):
        with books(api) as session:
            session.execute(text(f"UPDATE membership SET {change} WHERE staff_number = 'D01-001'"))
    paid(api, fund, payment, day=today() + timedelta(days=1))
    # The record's instants cannot be moved: its numbers stand for days, the last word having been written tomorrow.
    last = rows(api, "SELECT max(n) AS n FROM record_entry WHERE table_name = 'membership'")[0].n
    day = literal(today()) + cast(RecordEntry.n - last + 1, Integer)
    monkeypatch.setattr(Reach, "day_of", lambda _reach, _instant: day)
    (gone,) = of_kind(api, "paid_after_leaving", until=str(date(YEAR, 12, 31)))
    assert (gone["disbursement_ids"], gone["figures"]["since"]) == ([payment], str(today()))


@pytest.mark.parametrize(("amount", "near"), [("4749.99", 0), ("4750.00", 1), ("5000.00", 1)])
def test_an_amount_just_under_a_band(api: Api, amount: str, near: int) -> None:
    fund = new_fund(api)
    paid(api, fund, approved(api, fund, amount=amount)[1])
    found = of_kind(api, "near_threshold")
    assert len(found) == near
    if near:
        assert found[0]["threshold"] == {
            "figures": {"percent": "5"},
            "source": "无统一规定，按内控惯例设例",
            "example": True,
        }


def test_a_first_and_a_changed_account_by_what_was_paid_before_it(api: Api) -> None:
    fund = new_fund(api)
    first = approved(api, fund)[1]
    paid(api, fund, first, day=date(YEAR, 6, 2))
    again = approved(api, fund, **hospital(payee=OTHER))[1]
    paid(api, fund, again, day=date(YEAR, 6, 3))
    assert {hit["disbursement_ids"][0]: hit["figures"]["earlier"] for hit in of_kind(api, "account_new")} == {
        first: "0",
        again: "1",
    }
    assert [hit["disbursement_ids"] for hit in of_kind(api, "account_changed")] == [[again]]


def test_an_officer_related_to_the_payee(api: Api) -> None:
    fund = new_fund(api)
    paid(api, fund, approved(api, fund)[1])
    assert of_kind(api, "officer_related") == []
    kin = {"id_number": identity(101, date(1952, 3, 8)), "relation": "父亲"}
    assert api("admin").post(f"{account_path(api, 'reviewer')}/relatives", kin).status_code == 201
    (hit,) = of_kind(api, "officer_related")
    assert (hit["severity"], hit["figures"]) == ("grave", {"how": "relative"})


def test_december_of_a_fund(api: Api) -> None:
    fund = new_fund(api)
    paid(api, fund, approved(api, fund)[1], day=date(YEAR - 1, 3, 1))
    paid(api, fund, approved(api, fund, "D01-002", "1000.00")[1], day=date(YEAR - 1, 12, 20))
    asked = {"from": f"{YEAR - 1}-01-01", "until": f"{YEAR - 1}-12-31"}
    assert of_kind(api, "year_end", **asked) == []  # a third
    paid(api, fund, approved(api, fund, "D01-003", "1500.00")[1], day=date(YEAR - 1, 12, 21))
    (hit,) = of_kind(api, "year_end", **asked)
    assert (hit["fund_id"], hit["figures"]["share"]) == (fund, "55.6")


def test_the_list_is_paged_counted_and_walled(api: Api) -> None:
    fund = new_fund(api)
    paid(api, fund, *(approved(api, fund, member)[1] for member in ("D01-001", "D01-002", "D01-003")))
    path = f"/audit/indicators?unit=AH&from={YEAR}-01-01&until={YEAR}-12-31&kind=account_new&limit=2"
    first = done(api("auditor").get(path))
    rest = done(api("auditor").get(f"{path}&after={first['next']}"))
    assert (first["counts"], first["hits"], len(rest["items"]), rest["next"]) == ({"account_new": 3}, 3, 1, None)
    colleague(api, "auditor-d02", "auditor", unit="AH-D02", person=632)
    assert api("auditor-d02").get(path).get_json()["errors"][0]["code"] == "unit_unknown"
    assert hits(api, "auditor-d02", "AH-D02") == []
    for who in ("officer", "reviewer", "finance", "cashier", "admin"):
        assert api(who).get(path).status_code == 403
    for query, code in ((f"unit=AH&from={YEAR}-02-01&until={YEAR}-01-01", "days_out_of_order"),):
        assert api("auditor").get(f"/audit/indicators?{query}").get_json()["errors"][0]["code"] == code
    assert api("auditor").get("/audit/indicators?unit=AH&from=2019-01-01&until=2021-01-01").status_code == 422
