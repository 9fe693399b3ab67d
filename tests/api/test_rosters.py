"""Rosters over HTTP: drawn up, frozen on the cut-off day, approved under one fund, signed for and closed."""

from __future__ import annotations

import pytest

from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.clock import today
from tests.driver import Api
from tests.rosters import RICE, approved, drawn, frozen, line_of, lines, plan, receipt, signed_by_all
from tests.story import (
    GIFT,
    HOSPITAL,
    balance,
    colleague,
    done,
    identity,
    member_id,
    new_fund,
    recomputed,
    released,
    rows,
    submitted,
)


def test_a_roster_goes_from_the_list_to_the_closed_books(api: Api) -> None:
    path, fund = approved(api)
    shown = done(api("officer").get(path))
    assert (shown["state"], shown["totals"]["listed"]) == (
        "approved",
        {"lines": 4, "quantity": 8, "amount": "480.00"},
    )
    assert balance(api, fund)["reserved"] == "480.00"
    signed_by_all(api, path)
    closed = done(api("finance").act(path, "close"))
    assert (closed["state"], closed["totals"]["issued"]["amount"]) == ("closed", "480.00")
    assert closed["closed_by"] != closed["approved_by"] != closed["frozen_by"]
    parts = balance(api, fund)
    assert (parts["reserved"], parts["spent"], parts["available"]) == ("0.00", "480.00", "99520.00")
    awards = rows(api, "SELECT state, amount FROM entitlement")
    assert [(row.state, str(row.amount)) for row in awards] == [("granted", "120.00")] * 4


def test_every_line_is_a_case_with_its_stored_assessment_and_acts(api: Api) -> None:
    path, _ = approved(api)
    for line in lines(api, path):
        case = done(api("auditor").get(f"/applications/{line['application_id']}"))
        assert (case["state"], case["approved_amount"], case["roster_id"]) == ("approved", "120.00", path[9:])
        assert case["assessment"]["outcome"] == "eligible"
        trail = done(api("auditor").get(f"/applications/{line['application_id']}/trail"))["items"]
        assert [act["act"] for act in trail] == ["file", "submit", "approve"]
        assert len({act["seen"] for act in trail}) == 3


def test_who_is_not_allowed_is_left_out_with_the_reason_and_the_rest_goes_on(api: Api) -> None:
    path = drawn(api)
    member = f"/members/{member_id(api, 'D01-002')}"
    done(api("officer").patch(member, {"state": "retained"}, if_match=api("officer").get(member).headers["ETag"]))
    done(api("officer").act(path, "freeze"))
    out = lines(api, path, "left_out")
    assert [(line["member_name"], [each["code"] for each in line["reasons"]]) for line in out] == [
        ("李秀英", ["in_service"])
    ]
    assert "in service" in out[0]["reasons"][0]["message"]
    assert (out[0]["case_state"], len(lines(api, path, "listed"))) == ("withdrawn", 3)
    case = done(api("auditor").get(f"/applications/{out[0]['application_id']}"))
    assert case["assessment"]["outcome"] == "ineligible"
    assert case["roster_id"] is None


def test_it_is_not_frozen_before_the_cut_off_day_nor_empty(api: Api) -> None:
    early = drawn(api, cut_off_on="2099-01-01")
    refused = api("officer").act(early, "freeze").get_json()
    assert (refused["code"], refused["params"]["state"]) == ("state_forbids", "before_cut_off")
    done(api("officer").patch(early, {"cut_off_on": "2026-01-01"}, if_match=api("officer").get(early).headers["ETag"]))
    done(api("officer").act(early, "freeze"))
    empty = drawn(api, fill="nothing")
    assert api("officer").act(empty, "freeze").get_json()["params"]["state"] == "no_lines"


def test_room_taken_meanwhile_leaves_one_line_out_at_the_approval_and_the_others_pass(api: Api) -> None:
    """Statement 14: the yearly sum counts; the others are not stopped by one."""
    fund = new_fund(api)
    path = frozen(api)
    spring = {"programme": "holiday_visit", "facts": {**GIFT, "occasion": "spring_festival"}}
    single = submitted(api, "D01-001", "2150.00", on=f"{today().year}-02-17", **spring)
    done(api("reviewer").act(single, "approve", {"fund_id": fund}))
    shown = done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    assert (shown["state"], shown["totals"]["listed"]["lines"]) == ("approved", 3)
    (out,) = lines(api, path, "left_out")
    assert (out["case_state"], [each["code"] for each in out["reasons"]]) == ("rejected", ["amount_within_limit"])
    assert balance(api, fund) == recomputed(api, fund)
    appealed = api("officer").act(f"/applications/{out['application_id']}", "appeal", {"reason": "请复核"})
    assert done(appealed)["state"] == "appealed"


def test_a_fund_that_cannot_pay_all_pays_none(api: Api) -> None:
    fund = new_fund(api, "479.99")
    path = frozen(api)
    assert api("reviewer").act(path, "approve", {"fund_id": fund}).get_json()["code"] == "fund_exhausted"
    assert balance(api, fund)["reserved"] == "0.00"
    assert done(api("officer").get(path))["state"] == "frozen"


def test_the_bands_ask_for_the_total_not_for_the_line(api: Api) -> None:
    """Four lines of 1,500 yuan each: one reviewer each, two for the list."""
    fund = new_fund(api)
    path = frozen(api, item=None, amount="1500.00")
    first = done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    assert (first["state"], {line["case_state"] for line in lines(api, path)}) == ("frozen", {"under_review"})
    again = api("reviewer").act(path, "approve", {"fund_id": fund})
    assert (again.status_code, again.get_json()["code"]) == (403, "duty_conflict")
    other = new_fund(api, name="另一资金")
    colleague(api, "reviewer2", "reviewer", person=601)
    moved = api("reviewer2").act(path, "approve", {"fund_id": other}).get_json()
    assert moved["errors"][0]["code"] == "differs_from_first_review"
    done(api("reviewer2").act(path, "approve", {"fund_id": fund}))
    assert balance(api, fund)["reserved"] == "6000.00"


def test_a_wrong_fund_is_refused_for_all_and_leaves_nobody_out(api: Api) -> None:
    """G34: a union at county level or above may not pay gifts from 501."""
    path = frozen(api)
    refused = api("reviewer").act(path, "approve", {"fund_id": new_fund(api, unit="AH")})
    assert (refused.status_code, refused.get_json()["findings"][0]["code"]) == (422, "account_allowed")
    assert len(lines(api, path, "listed")) == 4


def test_a_returned_roster_is_corrected_and_approved_again(api: Api) -> None:
    path, fund = approved(api)
    back = done(api("reviewer").act(path, "return", {"reason": "请核对数量"}))
    assert (back["state"], back["ended_reason"], back["fund_id"]) == ("drawn_up", "请核对数量", None)
    assert balance(api, fund)["reserved"] == "0.00"
    line = line_of(api, path, "D01-001")
    tag = api("officer").get(line).headers["ETag"]
    changed = done(api("officer").patch(line, {"quantity": 3}, if_match=tag))
    assert changed["amount"] == "180.00"
    gone = line_of(api, path, "D01-002")
    removed = api("officer").delete(gone, if_match=api("officer").get(gone).headers["ETag"])
    assert removed.status_code == 204
    done(api("officer").act(path, "freeze"))
    done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    assert balance(api, fund)["reserved"] == "420.00"
    (out,) = lines(api, path, "left_out")
    assert [each["code"] for each in out["reasons"]] == ["removed"]


def test_nothing_is_returned_once_somebody_has_signed(api: Api) -> None:
    path, _ = approved(api)
    done(api("officer").act(line_of(api, path, "D01-001"), "receipt", receipt()))
    assert api("reviewer").act(path, "return", {"reason": "x"}).get_json()["params"]["state"] == "issued"


def test_a_cancelled_roster_withdraws_its_cases(api: Api) -> None:
    path = frozen(api)
    assert done(api("officer").act(path, "cancel", {"reason": "改发提货券"}))["state"] == "cancelled"
    assert {line["case_state"] for line in lines(api, path)} == {"withdrawn"}
    assert api("officer").act(path, "freeze").get_json()["params"]["state"] == "cancelled"


def test_a_case_on_a_roster_is_its_rosters_to_move(api: Api) -> None:
    path, fund = approved(api)
    case = f"/applications/{lines(api, path)[0]['application_id']}"
    for who, act, body in (
        ("reviewer", "return", {"reason": "x"}),
        ("reviewer", "approve", {"fund_id": fund}),
        ("officer", "withdraw", {"reason": "x"}),
    ):
        refused = api(who).act(case, act, body)
        assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "on_roster")
    tag = api("officer").get(case).headers["ETag"]
    assert api("officer").patch(case, {"amount": "1.00"}, if_match=tag).status_code == 409


def test_money_goes_through_batches_and_the_roster_closes_when_all_is_paid(api: Api) -> None:
    path, fund = approved(
        api, programme="holiday_visit", facts={"kind": "marriage", "form": "bank_transfer"}, item=None, amount="600.00"
    )
    assert {line["form"] for line in lines(api, path)} == {"money"}
    payments = done(api("finance").get(f"/disbursements?fund_id={fund}&state=reserved"))["items"]
    assert [each["amount"] for each in payments] == ["600.00"] * 4
    refused = api("finance").act(path, "close").get_json()
    assert (refused["code"], refused["params"]["state"]) == ("state_forbids", "payments_open")
    not_goods = api("officer").act(line_of(api, path, "D01-001"), "receipt", receipt())
    assert not_goods.get_json()["params"]["state"] == "not_goods"
    batch = released(api, fund, [each["id"] for each in payments])
    bank_says(api, batch, dict.fromkeys(range(1, 5), BankOutcome.PAID))
    closed = done(api("finance").act(path, "close"))
    assert (closed["state"], closed["totals"]["issued"]["amount"]) == ("closed", "2400.00")
    assert balance(api, fund)["spent"] == "2400.00"
    assert balance(api, fund) == recomputed(api, fund)


def test_money_without_an_account_is_left_out(api: Api) -> None:
    made = {"unit_code": "AH-D01", "name": "无卡", "employment_type": "established", "dues_paid_through": "2026-12-31"}
    made |= {"id_number": identity(777)}
    done(api("officer").post("/members", made))
    path = frozen(api, facts={"kind": "marriage", "form": "bank_transfer"}, item=None, amount="600.00")
    (out,) = lines(api, path, "left_out")
    assert (out["member_name"], [each["code"] for each in out["reasons"]]) == ("无卡", ["payee_missing"])


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"unit_code": "AH-D99"}, "/unit_code", "unit_unknown"),
        ({"programme": "nothing"}, "/programme", "programme_unknown"),
        ({"programme": None}, "/programme", "required"),
        ({"amount": "100.00"}, "/amount", "amount_follows_item"),
        ({"facts": {**GIFT, "in_service": True}}, "/facts/in_service", "fact_of_each_member"),
        ({"facts": HOSPITAL}, "/facts/event", "fact_of_each_member"),
        ({"fill": "candidates"}, "/round_id", "required"),
    ],
)
def test_a_roster_that_cannot_be_is_refused_with_its_place(api: Api, change: object, pointer: str, code: str) -> None:
    answer = api("officer").post("/rosters", plan(**change))  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.get_json()["errors"]] == [(pointer, code)]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({**GIFT, "occasion": "womens_day"}, "festival_statutory"),  # statement 15, G04
        ({**GIFT, "form": "cash"}, "form_allowed"),  # statement 16
        ({**GIFT, "form": "shopping_card"}, "form_allowed"),
        ({"kind": "birthday", "form": "cash_voucher"}, "form_allowed"),
    ],
)
def test_what_the_rules_refuse_for_all_is_refused_at_once(api: Api, facts: dict[str, str], code: str) -> None:
    answer = api("officer").post("/rosters", plan(facts=facts))
    assert (answer.status_code, answer.get_json()["code"]) == (422, "not_eligible")
    assert code in {each["code"] for each in answer.get_json()["findings"]}


def test_a_list_of_goods_says_pieces_and_price(api: Api) -> None:
    shown = done(api("officer").get(drawn(api)))
    assert (shown["item"], shown["amount"]) == (RICE, None)
    assert {line["amount"] for line in lines(api, f"/rosters/{shown['id']}")} == {"120.00"}
