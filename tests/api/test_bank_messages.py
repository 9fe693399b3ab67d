"""Messages of ISO 20022 sent as bank results: booked once, doubted and refused as tables are."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tests.api.test_imports import worker
from tests.bank_messages import RETURNED, because, booked, camt, detail, entry, original, pain_002, transaction
from tests.clock import today
from tests.driver import Api
from tests.story import approved, balance, card, colleague, done, new_fund, payment, recomputed, released, rows

__all__ = ["worker"]
DAY = today().isoformat()


@pytest.fixture
def three(committed_api: Api) -> tuple[Api, str, list[str], str]:
    """A fund, three payments of 1000.00 that went to the bank, and their batch's number."""
    colleague(committed_api, "finance2", "finance", person=602)
    fund = new_fund(committed_api)
    payments = [approved(committed_api, fund, f"D01-00{n}", "1000.00")[1] for n in (1, 2, 3)]
    batch = released(committed_api, fund, payments)
    return committed_api, fund, payments, str(done(committed_api("cashier").get(batch))["number"])


def imported(
    api: Api, worker: Any, content: bytes, mode: str = "apply"
) -> tuple[dict[str, Any], list[tuple[int, str]]]:
    """The import when it is done, and its findings by row."""
    form = {"file": (io.BytesIO(content), "answer.xml"), "kind": "bank_results", "mode": mode}
    answer = api("cashier").post("/imports", data=form)
    assert answer.status_code == 202, answer.get_json()
    assert worker()
    path = f"/imports/{answer.get_json()['id']}"
    found = done(api("cashier").get(f"{path}/findings"))["items"]
    return done(api("cashier").get(path)), [(each["row"], each["code"]) for each in found]


def states(api: Api, payments: list[str]) -> list[str]:
    return [payment(api, each)["state"] for each in payments]


def test_a_status_report_is_booked_once_and_a_statement_agrees(three: Any, worker: Any) -> None:
    api, fund, payments, number = three
    report = pain_002(
        transaction(f"{number}-1", "ACSC", booked("B1", DAY)),
        transaction(f"{number}-2", "RJCT", because("AC04") + original(_account(api, payments[1]), "1000.00")),
        transaction(f"{number}-3", "PDNG"),
    )
    told, findings = imported(api, worker, report, "check")
    assert (told["rows"], told["accepted"], findings) == (3, 3, [])
    assert states(api, payments) == ["released"] * 3
    for _ in range(2):
        told, findings = imported(api, worker, report)
        assert (told["state"], told["accepted"], findings) == ("done", 3, [])
        assert states(api, payments) == ["paid", "returned", "unknown"]
        assert balance(api, fund) == recomputed(api, fund)
    assert len(rows(api, "SELECT 1 FROM bank_result")) == 3
    back = payment(api, payments[1])
    assert (back["bank_reason"], back["bank_reason_code"]) == ("AC04", "account_closed")
    assert back["bank_reason_label"] == "the account is closed"

    statement = camt("053", entry(detail(f"{number}-1"), amount="1000.00", serial="B1", day=DAY))
    assert imported(api, worker, statement)[1] == []
    assert balance(api, fund)["spent"] == "1000.00"


def test_what_an_account_shows_come_back_after_it_was_paid_is_settled_by_finance(three: Any, worker: Any) -> None:
    api, fund, payments, number = three
    debits = entry(*(detail(f"{number}-{n}", "1000.00") for n in (1, 2, 3)), amount="3000.00", serial="S1", day=DAY)
    assert imported(api, worker, camt("054", debits))[1] == []
    assert states(api, payments) == ["paid"] * 3
    assert [payment(api, each)["bank_serial"] for each in payments] == ["S1-1", "S1-2", "S1-3"]
    back = entry(detail(f"{number}-2", more=RETURNED), way="CRDT", amount="1000.00", serial="S2", day=DAY)
    for _ in range(2):
        told, findings = imported(api, worker, camt("053", back))
        assert (told["accepted"], findings) == (1, [(2, "contradicts_booked")])
    assert states(api, payments) == ["paid"] * 3
    settled = {"outcome": "returned", "reason": "对账单", "bank_serial": "S2", "on": DAY}
    done(api("finance2").act(f"/disbursements/{payments[1]}", "resolve", settled))
    assert balance(api, fund) == recomputed(api, fund)
    assert (balance(api, fund)["spent"], balance(api, fund)["reserved"]) == ("2000.00", "1000.00")


def test_rows_that_do_not_fit_are_refused_one_by_one(three: Any, worker: Any) -> None:
    api, fund, payments, number = three
    report = pain_002(
        transaction(f"{number}-1", "ACSC", booked("B1", DAY)),
        transaction(f"{number}-2", "ACSC", booked("B1", DAY)),
        transaction(f"{number}-3", "ACSC", booked("B3", DAY) + original(_account(api, payments[2]), "999.00")),
        transaction(f"{number}-4", "ACSC", booked("B4", DAY)),
        transaction("2020-000001-1", "ACSC", booked("B5", DAY)),
        transaction("SOMEBODY-ELSE", "RJCT", because("AC04")),
    )
    told, findings = imported(api, worker, report)
    assert (told["accepted"], told["rejected"]) == (1, 5)
    assert findings == [
        (3, "bank_serial_used"),
        (4, "amount_mismatch"),
        (5, "serial_unknown"),
        (6, "batch_unknown"),
        (7, "required_missing"),
    ]
    other = pain_002(transaction(f"{number}-3", "ACSC", booked("B3", DAY) + original(card(99), "1000.00")))
    assert imported(api, worker, other)[1] == [(2, "account_mismatch")]
    without = pain_002(transaction(f"{number}-3", "ACSC", "<StsId>1</StsId>"))
    assert imported(api, worker, without)[1] == [(2, "required_missing")]
    assert states(api, payments) == ["paid", "released", "released"]
    marked = api("cashier").get(f"/imports/{told['id']}/workbook.xlsx")
    assert marked.status_code == 200
    assert balance(api, fund) == recomputed(api, fund)


@pytest.mark.parametrize(
    ("before", "code"),
    [
        ('<!DOCTYPE Document [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>', "declaration_in_xml"),
        ('<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "declaration_in_xml"),
        ("<broken>", "not_a_message"),
    ],
)
def test_a_hostile_message_is_a_clear_refusal(api: Api, before: str, code: str) -> None:
    content = pain_002(transaction("2026-000001-1")).replace(b"<Document", f"{before}<Document".encode(), 1)
    form = {"file": (io.BytesIO(content), "answer.xml"), "kind": "bank_results", "mode": "apply"}
    answer = api("cashier").post("/imports", data=form)
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.get_json()["errors"]] == [("/file", code)]


def test_messages_are_bank_results_only(api: Api) -> None:
    form = {
        "file": (io.BytesIO(pain_002(transaction("2026-000001-1"))), "answer.xml"),
        "kind": "members",
        "mode": "check",
    }
    answer = api("officer").post("/imports", data=form)
    assert [each["code"] for each in answer.get_json()["errors"]] == ["not_a_workbook"]


def _account(api: Api, payment_id: str) -> str:
    """The account of a payment as the bank reads it."""
    batch = payment(api, payment_id)["batch_id"]
    lines = api("cashier").get(f"/payment-batches/{batch}/file").get_data().decode("utf-8-sig").splitlines()
    return lines[payment(api, payment_id)["serial"]].split(",")[3].strip('"')
