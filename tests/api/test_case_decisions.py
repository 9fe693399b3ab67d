"""Decisions: bands of reviewers, amounts, what a return voids, appeals, and what is approved is what was seen."""

from __future__ import annotations

import pytest

from tests.driver import Api
from tests.story import (
    GIFT,
    HOSPITAL,
    MEDICAL,
    approved,
    balance,
    colleague,
    done,
    filed,
    new_fund,
    prepared,
    rows,
    submitted,
)


@pytest.fixture
def fund(api: Api) -> str:
    colleague(api, "reviewer2", "reviewer", person=601)
    return new_fund(api)


def test_up_to_five_thousand_one_reviewer_decides(api: Api, fund: str) -> None:
    path = submitted(api, amount="5000.00")
    assert done(api("reviewer").act(path, "approve", {"fund_id": fund}))["state"] == "approved"
    assert balance(api, fund)["reserved"] == "5000.00"


def test_a_fen_more_wants_two_persons(api: Api, fund: str) -> None:
    path = submitted(api, amount="5000.01")
    first = done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    assert (first["state"], first["disbursements"]) == ("under_review", [])
    assert balance(api, fund)["reserved"] == "0.00"

    again = api("reviewer").act(path, "approve", {"fund_id": fund})
    assert (again.status_code, again.get_json()["code"]) == (403, "duty_conflict")

    second = done(api("reviewer2").act(path, "approve", {"fund_id": fund}))
    assert (second["state"], len(second["disbursements"])) == ("approved", 1)
    assert balance(api, fund)["reserved"] == "5000.01"


def test_the_band_goes_by_the_amount_decided(api: Api, fund: str) -> None:
    path = submitted(api, amount="8000.00")
    shown = done(api("reviewer").act(path, "approve", {"fund_id": fund, "amount": "5000.00"}))
    assert (shown["state"], shown["approved_amount"], shown["amount"]) == ("approved", "5000.00", "8000.00")
    assert [each["amount"] for each in shown["disbursements"]] == ["5000.00"]


def test_the_second_reviewer_approves_what_the_first_did(api: Api, fund: str) -> None:
    path = submitted(api, amount="8000.00")
    done(api("reviewer").act(path, "approve", {"fund_id": fund, "amount": "7000.00"}))
    for amount in ("7000.01", "6999.99", "8000.00"):
        answer = api("reviewer2").act(path, "approve", {"fund_id": fund, "amount": amount})
        assert answer.status_code == 422, amount
        assert [each["code"] for each in answer.get_json()["errors"]] == ["differs_from_first_review"]
    other = new_fund(api, name="另一笔资金")
    answer = api("reviewer2").act(path, "approve", {"fund_id": other})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "/fund_id"
    assert balance(api, other)["reserved"] == "0.00"
    shown = done(api("reviewer2").act(path, "approve", {"fund_id": fund}))
    assert (shown["state"], shown["approved_amount"]) == ("approved", "7000.00")


@pytest.mark.parametrize(("amount", "code"), [("2000.01", "above_asked"), ("0.00", "out_of_range")])
def test_never_more_than_asked_and_never_nothing(api: Api, fund: str, amount: str, code: str) -> None:
    path = submitted(api, amount="2000.00")
    answer = api("reviewer").act(path, "approve", {"fund_id": fund, "amount": amount})
    assert answer.status_code == 422, answer.get_json()
    assert [(each["pointer"], each["code"]) for each in answer.get_json()["errors"]] == [("/amount", code)]
    assert done(api("officer").get(path))["state"] == "submitted"


def test_without_an_amount_the_reviewer_must_say_one(api: Api, fund: str) -> None:
    path = submitted(api, amount=None)
    answer = api("reviewer").act(path, "approve", {"fund_id": fund})
    assert [each["pointer"] for each in answer.get_json()["errors"]] == ["/amount"]
    shown = done(api("reviewer").act(path, "approve", {"fund_id": fund, "amount": "1200.00"}))
    assert shown["approved_amount"] == "1200.00"


def test_a_return_voids_what_the_first_reviewer_approved(api: Api, fund: str) -> None:
    path = submitted(api, amount="8000.00")
    done(api("reviewer").act(path, "approve", {"fund_id": fund, "amount": "6000.00"}))
    returned = done(api("reviewer2").act(path, "return", {"reason": "重报"}))
    assert (returned["approved_amount"], returned["fund_id"]) == (None, None)
    tag = api("officer").get(path).headers["ETag"]
    done(api("officer").patch(path, {"amount": "9000.00"}, if_match=tag))
    done(api("officer").act(path, "submit"))
    first = done(api("reviewer2").act(path, "approve", {"fund_id": fund}))
    assert (first["state"], first["approved_amount"]) == ("under_review", "9000.00")
    assert done(api("reviewer").act(path, "approve", {"fund_id": fund}))["state"] == "approved"


def test_a_rejection_voids_the_first_approval_too(api: Api, fund: str) -> None:
    colleague(api, "reviewer3", "reviewer", person=602)
    colleague(api, "reviewer4", "reviewer", person=603)
    path = submitted(api, amount="8000.00")
    done(api("reviewer").act(path, "approve", {"fund_id": fund, "amount": "6000.00"}))
    done(api("reviewer2").act(path, "reject", {"reason": "不符合"}))
    done(api("officer").act(path, "appeal", {"reason": "请重审"}))
    first = done(api("reviewer3").act(path, "approve", {"fund_id": fund}))
    assert (first["state"], first["approved_amount"]) == ("under_review", "8000.00")
    assert done(api("reviewer4").act(path, "approve", {"fund_id": fund}))["approved_amount"] == "8000.00"


def test_the_return_of_an_approved_case_gives_everything_back(api: Api, fund: str) -> None:
    path, payment = approved(api, fund, amount="3000.00")
    shown = done(api("reviewer").act(path, "return", {"reason": "账户有误"}))
    assert [each["state"] for each in shown["disbursements"]] == ["cancelled"]
    assert balance(api, fund) == {
        "appropriated": "100000.00",
        "available": "100000.00",
        "reserved": "0.00",
        "committed": "0.00",
        "spent": "0.00",
    }
    states = rows(api, "SELECT state FROM entitlement")
    assert [row.state for row in states] == ["released"]
    done(api("officer").act(path, "submit"))
    again = done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    assert sorted(each["state"] for each in again["disbursements"]) == ["cancelled", "reserved"]
    assert payment in {each["id"] for each in again["disbursements"] if each["state"] == "cancelled"}


def test_a_case_whose_payment_is_in_a_batch_is_not_returned(api: Api, fund: str) -> None:
    path, payment = approved(api, fund)
    batch = prepared(api, fund, [payment])
    answer = api("reviewer").act(path, "return", {"reason": "太晚"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "state_forbids")
    done(api("finance").act(batch, "cancel"))
    assert done(api("reviewer").act(path, "return", {"reason": "及时"}))["state"] == "returned"


def test_an_appeal_is_decided_by_another_person(api: Api, fund: str) -> None:
    path = submitted(api)
    done(api("reviewer").act(path, "reject", {"reason": "不符合"}))
    done(api("officer").act(path, "appeal", {"reason": "请重审"}))
    for act, body in (("endorse", {}), ("reject", {"reason": "仍不"}), ("approve", {"fund_id": fund})):
        answer = api("reviewer").act(path, act, body)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "duty_conflict"), act
    assert done(api("reviewer2").act(path, "approve", {"fund_id": fund}))["state"] == "approved"


def test_an_appealed_case_that_comes_back_is_still_decided_by_another_person(api: Api, fund: str) -> None:
    path = submitted(api)
    done(api("reviewer").act(path, "reject", {"reason": "不符合"}))
    done(api("officer").act(path, "appeal", {"reason": "请重审"}))
    done(api("reviewer2").act(path, "endorse"))
    done(api("reviewer2").act(path, "return", {"reason": "补材料"}))
    done(api("officer").act(path, "submit"))
    answer = api("reviewer").act(path, "approve", {"fund_id": fund})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "duty_conflict")
    assert done(api("reviewer2").act(path, "approve", {"fund_id": fund}))["state"] == "approved"


def test_a_fund_of_another_unit_is_no_fund(api: Api, fund: str) -> None:
    path = submitted(api, "D02-001")
    random_id = "0190a3f0-0000-7000-8000-000000000000"
    answers = [api("reviewer").act(path, "approve", {"fund_id": each}) for each in (fund, random_id)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].get_json()["errors"] == answers[1].get_json()["errors"]
    above = new_fund(api, unit="AH", name="省级帮扶")
    assert done(api("reviewer").act(path, "approve", {"fund_id": above}))["state"] == "approved"


def test_a_fund_gives_no_more_than_it_has(api: Api) -> None:
    fund = new_fund(api, "2999.99", name="小额资金")
    approved(api, fund, amount="1000.00")
    path = submitted(api, "D01-002", amount="2000.00")
    answer = api("reviewer").act(path, "approve", {"fund_id": fund})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "fund_exhausted")
    assert done(api("officer").get(path))["state"] == "submitted"
    assert rows(api, "SELECT 1 FROM entitlement WHERE application_id = :a", a=path.rpartition("/")[2]) == []
    done(api("reviewer").act(path, "approve", {"fund_id": fund, "amount": "1999.99"}))
    assert balance(api, fund)["available"] == "0.00"


def test_what_was_taken_meanwhile_is_a_conflict(api: Api, fund: str) -> None:
    gift = {"programme": "holiday_visit", "facts": GIFT}
    first, second = submitted(api, amount="2000.00", **gift), submitted(api, amount="300.00", **gift)
    third = submitted(api, amount="200.00", **gift)
    assert done(api("reviewer").act(first, "approve", {"fund_id": fund}))["disbursements"] == []
    answer = api("reviewer").act(second, "approve", {"fund_id": fund})
    problem = answer.get_json()
    assert (answer.status_code, problem["code"], problem["params"]["available"]) == (409, "cap_exceeded", "200.00")
    assert done(api("reviewer").act(third, "approve", {"fund_id": fund}))["state"] == "approved"


def test_a_birthday_comes_once_a_year(api: Api, fund: str) -> None:
    birthday = {"programme": "holiday_visit", "facts": {"kind": "birthday", "form": "cake_voucher"}}
    first, second = submitted(api, amount="100.00", **birthday), submitted(api, amount="100.00", **birthday)
    done(api("reviewer").act(first, "approve", {"fund_id": fund}))
    answer = api("reviewer").act(second, "approve", {"fund_id": fund})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "cap_exceeded")


def test_county_and_above_may_not_pay_gifts(api: Api, fund: str) -> None:
    path = submitted(api, amount="500.00", programme="holiday_visit", facts=HOSPITAL)
    above = new_fund(api, unit="AH", name="省级经费")
    answer = api("reviewer").act(path, "approve", {"fund_id": above})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "not_eligible")
    shown = done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    assert [each["state"] for each in shown["disbursements"]] == ["reserved"]


def test_what_the_books_know_cannot_be_argued_away(api: Api, fund: str) -> None:
    approved(api, fund, amount="5000.00")
    approved(api, fund, amount="4000.00")
    path = filed(api, amount="700.00", facts={**_living(), "living_aid_this_year": "0.00"})
    problem = api("officer").act(path, "submit").get_json()
    assert [each["code"] for each in problem["findings"] if each["outcome"] == "unmet"] == ["amount_within_limit"]


def _living() -> dict[str, object]:
    return {name: value for name, value in MEDICAL.items() if not name.startswith("medical")} | {"aid_kind": "living"}
