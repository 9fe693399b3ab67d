"""What members owe: received under a bank serial that counts once, or written off by another person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.driver import Api
from tests.leave import BACK, At, refused, returned
from tests.story import colleague, done, identity, rows

BILL = {"invoice": "25342000000123456789", "covered_cost": "2450.00", "transport_cost": "300.00"}
ON = BACK.isoformat()


@pytest.fixture
def debt(at: At, api: Api) -> str:
    """The path of a receivable of 150.00."""
    return owing(at, api, "AH")


def owing(at: At, api: Api, payer: str) -> str:
    """The same, paid out of a fund of this unit."""
    case, place, _ = returned(at, api, payer=payer)
    then = at(BACK, 11)
    done(then("finance").act(place, "settle", BILL))
    (found,) = done(then("finance").get(f"/receivables?application_id={case.rpartition('/')[2]}"))["items"]
    return f"/receivables/{found['id']}"


def receipt(amount: str, serial: str, on: str = ON) -> dict[str, str]:
    return {"amount": amount, "received_on": on, "bank_serial": serial}


def test_it_is_recovered_in_parts(at: At, debt: str) -> None:
    then = at(BACK, 12)
    shown = done(then("finance").act(debt, "receipts", receipt("100.00", "B1")))
    assert (shown["state"], shown["received"]) == ("partly", "100.00")
    assert refused(then("finance").act(debt, "receipts", receipt("50.01", "B2"))) == (422, "above_owed")
    shown = done(then("finance").act(debt, "receipts", receipt("50.00", "B2")))
    assert (shown["state"], [each["amount"] for each in shown["receipts"]]) == ("recovered", ["100.00", "50.00"])
    assert refused(then("finance").act(debt, "receipts", receipt("0.01", "B3"))) == (409, "recovered")
    assert refused(then("reviewer").act(debt, "write-off", {"reason": "无"})) == (409, "recovered")


def test_what_came_in_in_a_closed_month_is_posted_today_and_keeps_its_day(at: At, debt: str) -> None:
    then = at(BACK, 12)
    done(then("finance").post("/ledger/months", {"unit_code": "AH", "year": BACK.year, "month": BACK.month - 1}))
    day = BACK.replace(day=1) - timedelta(days=1)
    shown = done(then("finance").act(debt, "receipts", receipt("100.00", "B1", day.isoformat())))
    assert shown["receipts"][0]["received_on"] == day.isoformat()
    (posted,) = rows(then, "SELECT posted_on FROM voucher WHERE kind = 'receipt'")
    assert posted.posted_on == BACK


def test_a_bank_serial_counts_once(at: At, debt: str) -> None:
    then = at(BACK, 12)
    done(then("finance").act(debt, "receipts", receipt("100.00", "B1")))
    again = then("finance").act(debt, "receipts", receipt("50.00", "B1"))
    assert (again.status_code, again.get_json()["code"]) == (409, "already_exists")
    assert done(then("finance").get(debt))["received"] == "100.00"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (receipt("0.00", "B1"), "above_owed"),
        (receipt("-1.00", "B1"), "money_malformed"),
        (receipt("1.00", "B1", "2026-12-31"), "day_to_come"),
        (receipt("1.00", ""), "length_refused"),
        ({**receipt("1.00", "B1"), "fund_id": "x"}, "unknown_field"),
    ],
)
def test_receipts_that_make_no_sense(at: At, debt: str, body: dict[str, Any], code: str) -> None:
    assert refused(at(BACK, 12)("finance").act(debt, "receipts", body)) == (422, code)


def test_it_is_written_off_by_another_person_with_a_reason(at: At, debt: str) -> None:
    then = at(BACK, 12)
    colleague(then, "reviewing-finance", "reviewer", person=identity(204, date(1983, 1, 3)))
    assert refused(then("reviewer").act(debt, "write-off", {"reason": ""})) == (422, "length_refused")
    same = then("reviewing-finance").act(debt, "write-off", {"reason": "困难"})
    assert (same.status_code, same.get_json()["code"]) == (403, "duty_conflict")
    shown = done(then("reviewer").act(debt, "write-off", {"reason": "经主席办公会决定"}))
    assert (shown["state"], shown["reason"]) == ("written_off", "经主席办公会决定")
    assert refused(then("finance").act(debt, "receipts", receipt("1.00", "B1"))) == (409, "written_off")


def test_the_same_person_in_an_account_of_another_unit_is_still_the_same_person(at: At, api: Api) -> None:
    """The account that raised it is kept by a unit that this one cannot see."""
    debt = owing(at, api, "AH-D01")
    then = at(BACK, 12)
    colleague(then, "reviewing-below", "reviewer", unit="AH-D01", person=identity(204, date(1983, 1, 3)))
    same = then("reviewing-below").act(debt, "write-off", {"reason": "困难"})
    assert (same.status_code, same.get_json()["code"]) == (403, "duty_conflict")


def test_who_sees_and_does_what(at: At, debt: str) -> None:
    then = at(BACK, 12)
    colleague(then, "officer-d02", "officer", unit="AH-D02", person=605)
    assert then("officer2").get(debt).status_code == 200
    assert then("officer-d02").get(debt).status_code == 404
    assert done(then("officer-d02").get("/receivables"))["items"] == []
    assert done(then("auditor").get("/receivables?state=owed&unit_code=AH-D01"))["items"][0]["amount"] == "150.00"
    assert then("officer").act(debt, "receipts", receipt("1.00", "B1")).status_code == 403
    assert then("finance").act(debt, "write-off", {"reason": "不"}).status_code == 403
    assert then("finance").act(debt, "receipts", receipt("1.00", "B1"), if_match=None).status_code == 428
    assert then("finance").act(debt, "receipts", receipt("1.00", "B1"), if_match='"99"').status_code == 412


def test_nobody_writes_off_what_a_relative_owes(at: At, debt: str) -> None:
    then = at(BACK, 12)
    me = done(then("reviewer").get("/me"))["id"]
    kin = {"id_number": identity(102, date(1957, 11, 20)), "relation": "母亲"}
    done(then("reviewer").post(f"/accounts/{me}/relatives", kin))
    answer = then("reviewer").act(debt, "write-off", {"reason": "不"})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "own_case")


def test_the_reason_enters_the_record_as_a_digest(at: At, api: Api, debt: str) -> None:
    done(at(BACK, 12)("reviewer").act(debt, "write-off", {"reason": "因病致困，无力偿还"}))
    entries = rows(api, "SELECT body::text AS body FROM record_entry WHERE table_name = 'receivable'")
    assert len(entries) == 2
    assert not any("因病致困" in entry.body for entry in entries)


def test_what_the_bank_brought_in_once_is_booked_once(at: At, debt: str) -> None:
    """As money for a fund or for what a member owes, not as both."""
    then = at(BACK, 12)
    (owed,) = rows(then, "SELECT a.fund_id FROM receivable r JOIN application a ON a.id = r.application_id")
    income = {"fund_id": str(owed.fund_id), "amount": "100.00", "received_on": ON, "payer": "个人"}
    done(then("finance").post("/ledger/receipts", {**income, "bank_serial": "B1"}))
    again = then("finance").act(debt, "receipts", receipt("100.00", "B1"))
    assert (again.status_code, again.get_json()["code"]) == (409, "already_exists")
    assert done(then("finance").get(debt))["received"] == "0.00"


def test_the_voucher_of_a_receipt_is_not_reversed_while_the_receipt_stands(at: At, debt: str) -> None:
    then = at(BACK, 12)
    done(then("finance").act(debt, "receipts", receipt("100.00", "B1")))
    (made,) = rows(then, "SELECT id FROM voucher WHERE kind = 'receipt' AND reference = 'B1'")
    path = f"/ledger/vouchers/{made.id}/reversals"
    assert refused(then("finance").post(path, {"reason": "误记"})) == (409, "recovery")
