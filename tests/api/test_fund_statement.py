"""The statement of funds: every part of every fund, agreeing with its row and with its vouchers, in every form."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from openpyxl import load_workbook
from pypdf import PdfReader

from models.vocabulary import BankOutcome
from tests import rosters
from tests.bank import bank_says
from tests.clock import today
from tests.conftest import At
from tests.driver import Api
from tests.story import approved, balance, colleague, done, new_fund, released, rows
from tests.year_end import AFTER, OFFICE, YEAR, a_year, closed, successor


def statement(api: Api, year: int = YEAR, **other: str) -> list[dict[str, Any]]:
    query = "".join(f"&{name}={value}" for name, value in other.items())
    found: list[dict[str, Any]] = done(api("auditor").get(f"/reports/fund-statement?year={year}{query}"))["rows"]
    return found


def test_a_fund_s_year_is_told_part_by_part(api: Api) -> None:
    fund = new_fund(api)
    a_year(api, fund)
    tag = api("finance").get(f"/funds/{fund}").headers["ETag"]
    done(api("finance").post(f"/funds/{fund}/adjustments", {"amount": "-500.00", "reason": "压缩"}, if_match=tag))
    _, back = approved(api, fund, "D01-003", "800.00")
    bank_says(api, released(api, fund, [back]), {1: BankOutcome.RETURNED})
    (row,) = statement(api, unit=OFFICE)
    told = {
        "budget": "100000.00",
        "adjusted": "-500.00",
        "carried": "0.00",
        "appropriated": "99500.00",
        "received": "50000.00",
        "reserved": "2300.00",
        "committed": "0.00",
        "spent": "1000.00",
        "spent_in_year": "1000.00",
        "returned": "800.00",
        "available": "96200.00",
        "difference": "0.00",
    }
    assert {name: row[name] for name in told} == told
    assert {name: row[name] for name in balance(api, fund)} == balance(api, fund)


def test_spending_in_kind_and_in_money_agrees_with_the_vouchers(api: Api) -> None:
    a_year(api, new_fund(api, name="困难帮扶"))
    path, _ = rosters.approved(api)
    rosters.signed_by_all(api, path)
    done(api("finance").act(path, "close"))
    told = statement(api)
    assert len(told) == len(rows(api, "SELECT 1 FROM fund"))
    assert {row["difference"] for row in told} == {"0.00"}
    assert sum(Decimal(row["spent"]) for row in told) > 1000
    for row in told:
        held = sum(Decimal(row[part]) for part in ("reserved", "committed", "spent", "available"))
        assert held == Decimal(row["appropriated"])
        assert held == sum(Decimal(row[part]) for part in ("budget", "adjusted", "carried"))


def test_what_a_member_owes_is_told_and_is_no_difference(api: Api) -> None:
    """Nothing has come back before it is received; what is written off stays spent."""
    colleague(api, "finance2", "finance", person=602)
    colleague(api, "reviewer2", "reviewer", person=601)
    fund = new_fund(api)
    _, paid = approved(api, fund, "D01-001", "1000.00")
    bank_says(api, released(api, fund, [paid]), {1: BankOutcome.PAID})
    decided = {"kind": "paid_too_much", "amount": "500.00", "reason": "多付", "minutes": "主席办公会纪要"}
    done(api("finance2").act(f"/disbursements/{paid}", "reverse", decided))
    parts = ("spent", "returned", "owed", "difference")

    def told() -> list[str]:
        (row,) = statement(api, unit=OFFICE)
        return [row[part] for part in parts]

    assert told() == ["1000.00", "0.00", "500.00", "0.00"]
    debt = f"/receivables/{done(api('finance').get('/receivables'))['items'][0]['id']}"
    receipt = {"amount": "200.00", "received_on": today().isoformat(), "bank_serial": "SK-1"}
    done(api("finance").act(debt, "receipts", receipt))
    assert told() == ["800.00", "200.00", "300.00", "0.00"]
    done(api("reviewer2").act(debt, "write-off", {"reason": "无力偿还"}))
    assert told() == ["800.00", "200.00", "300.00", "0.00"]


def test_spending_that_no_voucher_tells_is_shown_as_a_difference(api: Api) -> None:
    fund = new_fund(api)
    rows(api, "UPDATE fund SET spent = 12 WHERE id = :fund RETURNING id", fund=fund)
    assert [row["difference"] for row in statement(api, unit=OFFICE)] == ["12.00"]


def test_over_the_year_s_end_each_year_tells_its_own(api: Api, at: At) -> None:
    fund = new_fund(api)
    waiting = a_year(api, fund)
    later = at(AFTER)
    closed(later)
    new = successor(later, fund)
    (payment,) = done(later("finance").get(waiting))["disbursements"]
    bank_says(later, released(later, fund, [payment["id"]]), {1: BankOutcome.PAID})
    (old,) = statement(later, YEAR, unit=OFFICE)
    assert (old["carried"], old["appropriated"], old["spent"], old["spent_in_year"]) == (
        "-97500.00",
        "2500.00",
        "2500.00",
        "1000.00",
    )
    still, following = statement(later, YEAR + 1, unit=OFFICE)
    assert (still["year"], still["spent_in_year"], still["difference"]) == (YEAR, "1500.00", "0.00")
    assert (following["year"], following["budget"], following["carried"]) == (YEAR + 1, "0.00", "97500.00")
    assert following["available"] == balance(later, new)["available"] == "97500.00"


def test_one_snapshot_has_the_same_rows_in_every_form(api: Api) -> None:
    fund = new_fund(api)
    a_year(api, fund)
    path = f"/reports/fund-statement?year={YEAR}&unit={OFFICE}"
    told = done(api("finance").get(path))
    read = list(csv.reader(StringIO(api("finance").get(f"{path}&format=csv").data.decode("utf-8-sig"))))
    assert read[1][1] == told["rows"][0]["fund"]
    assert read[-1][1] == told["digest"]
    (sheet,) = load_workbook(BytesIO(api("finance").get(f"{path}&format=xlsx").data)).worksheets
    assert told["digest"] in [str(cell.value) for row in sheet.iter_rows() for cell in row]
    printed = PdfReader(BytesIO(api("finance", language="zh-CN").get(f"{path}&format=pdf").data)).pages[0]
    assert "资金收支表" in "".join(printed.extract_text().split())


def test_funds_of_books_that_are_not_one_s_own_are_not_told(api: Api) -> None:
    a_year(api, new_fund(api))
    colleague(api, "finance-z", "finance", unit="AH-D02", person=633)
    assert done(api("finance-z").get(f"/reports/fund-statement?year={YEAR}"))["rows"] == []
    assert done(api("officer").get(f"/reports/fund-statement?year={YEAR}"))["rows"] == []
    assert api("cashier").get("/reports/fund-statement").status_code == 403
