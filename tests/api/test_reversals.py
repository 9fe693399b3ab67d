"""What happens after money has left: taken back whole or in part, owed or brought back by the bank, or never paid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from models.vocabulary import BankOutcome
from tests.api.test_ledger import sides, voucher, vouchers
from tests.bank import bank_says
from tests.clock import today
from tests.driver import Api
from tests.leave import At
from tests.story import (
    approved,
    balance,
    card,
    colleague,
    done,
    filed,
    member_id,
    new_fund,
    payment,
    recomputed,
    released,
    rows,
    submitted,
)

TOO_MUCH = {"kind": "paid_too_much", "amount": "500.00", "reason": "补助标准录错", "minutes": "会议纪要〔2026〕7号"}
WHOLE = {"kind": "not_entitled", "reason": "家庭收入核查不符", "minutes": "会议纪要〔2026〕8号"}
BACK = {
    "kind": "bank_took_back",
    "reason": "银行已扣回",
    "minutes": "会议纪要〔2026〕9号",
    "bank_serial": "TH-1",
    "received_on": today().isoformat(),
}
ACCOUNT = {"holder": "王建国", "account_number": card(41), "bank": "徽商银行"}


@pytest.fixture
def fund(api: Api) -> str:
    colleague(api, "finance2", "finance", person=602)
    return new_fund(api)


@pytest.fixture
def money(api: Api, fund: str) -> Iterator[None]:
    """Whatever happened, the fund agrees with its payments, and with its vouchers."""
    yield
    assert balance(api, fund) == recomputed(api, fund)
    (booked,) = rows(
        api,
        "SELECT coalesce(sum(l.debit - l.credit), 0) AS amount FROM voucher_line l "
        "JOIN voucher v ON v.id = l.voucher_id WHERE v.fund_id = :fund AND l.key <> 'BANK'",
        fund=fund,
    )
    assert f"{booked.amount:.2f}" == balance(api, fund)["spent"]  # what was spent, and what is owed back to the fund


def paid(api: Api, fund: str, member: str = "D01-001") -> tuple[str, str]:
    """The paths of a case and of its payment of 2000.00, which the bank made."""
    case, paid_id = approved(api, fund, member)
    bank_says(api, released(api, fund, [paid_id]), {1: BankOutcome.PAID})
    return case, f"/disbursements/{paid_id}"


def refused(answer: Any, status: int, code: str, state: str | None = None) -> None:
    told = answer.get_json()
    assert (answer.status_code, told["code"]) == (status, code)
    assert state is None or told["params"]["state"] == state


def awards(api: Api) -> list[tuple[str, str]]:
    return [(row.state, f"{row.amount:.2f}") for row in rows(api, "SELECT state, amount FROM entitlement ORDER BY id")]


def acts(api: Api, case: str) -> list[str]:
    return [each["act"] for each in done(api("auditor").get(f"{case}/trail"))["items"]]


def debt(api: Api, case: str) -> str:
    """The path of the newest receivable of a case."""
    found = done(api("finance").get(f"/receivables?application_id={case.rpartition('/')[2]}"))["items"]
    return f"/receivables/{found[-1]['id']}"


def receipt(amount: str, serial: str) -> dict[str, str]:
    return {"amount": amount, "received_on": today().isoformat(), "bank_serial": serial}


def test_what_was_paid_too_much_is_red_in_the_books_and_owed_until_it_is_there(
    api: Api, fund: str, money: None
) -> None:
    case, place = paid(api, fund)
    shown = done(api("finance2").act(place, "reverse", TOO_MUCH))
    assert (shown["state"], shown["reversed_amount"], shown["amount"]) == ("paid", "500.00", "2000.00")
    assert awards(api) == [("granted", "2000.00")]  # the member has it
    assert balance(api, fund)["spent"] == "2000.00"  # the money is still outside
    first, red, owed = (voucher(api, each["id"]) for each in vouchers(api, fund_id=fund))
    assert sides(red) == [("RIGHTS.HARDSHIP", "504", "-500.00", "0.00"), ("BANK", "102", "0.00", "-500.00")]
    assert sides(owed) == [("RECEIVABLE.MEMBER", "E-112", "500.00", "0.00"), ("BANK", "102", "0.00", "500.00")]
    assert red["reference"] == owed["reference"] == f"{first['year']}-{first['number']}"
    assert red["memo"] == TOO_MUCH["minutes"]
    (kept,) = done(api("auditor").get(f"{place}/reversals"))["items"]
    assert (kept["original_id"], kept["voucher_id"], kept["amount"]) == (first["id"], red["id"], "500.00")
    assert kept["receivable_id"] == debt(api, case).rpartition("/")[2]
    assert done(api("officer").get(case))["state"] == "approved"
    kept = done(api("auditor").get(f"{case}/trail"))["items"][-1]
    assert (kept["act"], kept["amount"], kept["minutes"]) == ("reverse_payment", "500.00", TOO_MUCH["minutes"])

    done(api("finance").act(debt(api, case), "receipts", receipt("200.00", "SK-1")))
    assert (balance(api, fund)["spent"], balance(api, fund)["available"]) == ("1800.00", "98200.00")
    assert awards(api) == [("granted", "1800.00")]
    shown = done(api("finance").act(debt(api, case), "receipts", receipt("300.00", "SK-2")))
    assert (shown["state"], shown["origin"], balance(api, fund)["spent"]) == ("recovered", "overpayment", "1500.00")
    assert awards(api) == [("granted", "1500.00")]
    assert rows(api, "SELECT sum(debit) - sum(credit) AS n FROM voucher_line WHERE key = 'RECEIVABLE.MEMBER'")[0].n == 0


def test_what_is_written_off_stays_spent_and_counts_as_given(api: Api, fund: str, money: None) -> None:
    case, place = paid(api, fund)
    done(api("finance2").act(place, "reverse", WHOLE))
    done(api("finance").act(debt(api, case), "receipts", receipt("200.00", "SK-1")))
    refused(api("finance2").act(debt(api, case), "write-off", {"reason": "x"}), 403, "not_permitted")
    assert done(api("reviewer").act(debt(api, case), "write-off", {"reason": "会员困难"}))["state"] == "written_off"
    assert balance(api, fund)["spent"] == "1800.00"
    assert awards(api) == [("granted", "1800.00")]
    refused(api("officer").act(filed(api, amount="7800.01"), "submit"), 422, "not_eligible")


def test_a_payment_taken_back_whole_ends_its_case(api: Api, fund: str, money: None) -> None:
    case, place = paid(api, fund)
    shown = done(api("finance2").act(place, "reverse", WHOLE))
    assert (shown["state"], shown["reversed_amount"]) == ("reversed", "2000.00")
    told = done(api("officer").get(case))
    assert (told["state"], [each["state"] for each in told["disbursements"]]) == ("reversed", ["reversed"])
    assert acts(api, case)[-2:] == ["reverse_payment", "reverse"]
    (given,) = done(api("officer").get(f"/members/{member_id(api, 'D01-001')}/benefits"))["items"]
    assert (given["state"], given["case_state"]) == ("granted", "reversed")
    refused(api("finance2").act(place, "reverse", WHOLE), 409, "state_forbids", "reversed")
    for act, who in (("return", "reviewer"), ("approve", "reviewer"), ("withdraw", "officer"), ("submit", "officer")):
        body = {"fund_id": fund} if act == "approve" else {} if act == "submit" else {"reason": "x"}
        refused(api(who).act(case, act, body), 409, "state_forbids", "reversed")
    refused(api("officer").act(place, "account", ACCOUNT), 409, "state_forbids", "reversed")
    again = api("finance").post("/payment-batches", {"fund_id": fund, "disbursement_ids": [place.rpartition("/")[2]]})
    refused(again, 409, "state_forbids")


def test_what_the_member_has_counts_until_it_is_back(api: Api, fund: str, money: None) -> None:
    case, place = paid(api, fund)
    approved(api, fund, amount="4000.00")
    more = submitted(api, amount="3600.00")  # all that the year leaves
    approved(api, fund, amount="2000.00")
    done(api("finance2").act(place, "reverse", WHOLE))
    for amount, serial in (("1999.99", "SK-1"), ("0.01", "SK-2")):
        refused(api("reviewer").act(more, "approve", {"fund_id": fund}), 409, "cap_exceeded")
        done(api("finance").act(debt(api, case), "receipts", receipt(amount, serial)))
    done(api("reviewer").act(more, "approve", {"fund_id": fund}))
    awarded = [("released", "0.00"), *(("reserved", each) for each in ("4000.00", "2000.00", "3600.00"))]
    assert awards(api) == awarded


def test_what_is_to_be_paid_after_a_reversal_is_decided_anew(api: Api, fund: str, money: None) -> None:
    _, place = paid(api, fund)
    done(api("finance2").act(place, "reverse", {**WHOLE, "kind": "wrong_payee"}))
    case = submitted(api)
    (fresh,) = done(api("reviewer").act(case, "approve", {"fund_id": fund}))["disbursements"]
    bank_says(api, released(api, fund, [fresh["id"]]), {1: BankOutcome.PAID})
    assert awards(api) == [("released", "0.00"), ("granted", "2000.00")]
    assert balance(api, fund)["spent"] == "4000.00"  # until the first is received


def test_what_the_bank_brought_back_is_the_funds_at_once(api: Api, fund: str, money: None) -> None:
    case, place = paid(api, fund)
    shown = done(api("finance2").act(place, "reverse", {**BACK, "amount": "700.00"}))
    assert (shown["state"], balance(api, fund)["spent"]) == ("paid", "1300.00")
    assert done(api("finance").get(f"/receivables?application_id={case.rpartition('/')[2]}"))["items"] == []
    _, red = vouchers(api, fund_id=fund)
    assert red["total"] == "-700.00"
    refused(api("finance2").act(place, "reverse", BACK), 409, "already_exists")
    shown = done(api("finance2").act(place, "reverse", {**BACK, "bank_serial": "TH-2"}))
    assert (shown["state"], balance(api, fund)["spent"]) == ("reversed", "0.00")
    assert done(api("officer").get(case))["state"] == "reversed"


def test_a_serial_is_a_reversal_or_a_receipt_and_never_both(api: Api, fund: str, money: None) -> None:
    _, place = paid(api, fund)
    _, other = paid(api, fund, "D01-002")
    own = {**BACK, "bank_serial": payment(api, place.rpartition("/")[2])["bank_serial"]}
    refused(api("finance2").act(place, "reverse", own), 409, "already_exists")
    done(api("finance2").act(other, "reverse", TOO_MUCH))
    owed = f"/receivables/{done(api('finance').get('/receivables'))['items'][0]['id']}"
    done(api("finance").act(owed, "receipts", receipt("10.00", "SK-1")))
    refused(api("finance2").act(place, "reverse", {**BACK, "bank_serial": "SK-1"}), 409, "already_exists")
    done(api("finance2").act(place, "reverse", {**BACK, "amount": "10.00"}))
    refused(api("finance").act(owed, "receipts", receipt("10.00", "TH-1")), 409, "already_exists")


def test_what_an_earlier_year_spent_is_taken_back_from_what_was_carried_over(api: Api, fund: str, at: At) -> None:
    _, place = paid(api, fund)
    then = at(date(today().year + 1, 2, 1), 9)
    done(then("finance2").act(place, "reverse", TOO_MUCH))
    _, red, _ = (voucher(then, each["id"]) for each in vouchers(then, fund_id=fund))
    assert sides(red)[0] == ("CARRY.UNION", "E-311", "-500.00", "0.00")
