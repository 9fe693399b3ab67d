"""An outside program, bean-check, finds that the exported books balance and add up, and finds what does not."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.api.test_vouchers_by_hand import proposal
from tests.conftest import At
from tests.driver import Api
from tests.stock import stocked
from tests.story import done, new_fund
from tests.year_end import AFTER, OFFICE, YEAR, a_year, closed


def exported(api: Api, first: date, last: date) -> str:
    """The books of a period as another program reads them."""
    answer = api("auditor").get(f"/ledger/export?unit={OFFICE}&first={first}&last={last}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def bean_check(text: str, folder: Path) -> list[str]:
    """What bean-check finds wrong."""
    books = folder / "books.beancount"
    books.write_text(text, encoding="utf-8")
    program = Path(sys.executable).with_name("bean-check")
    ran = subprocess.run([program, books], capture_output=True, text=True, check=False, timeout=60)
    found = [line for line in ran.stderr.splitlines() if str(books) in line]
    assert (ran.returncode == 0) == (not found), ran.stderr
    return found


@pytest.fixture
def story(api: Api, at: At) -> Api:
    """A year with receipts, payments, goods, a voucher by hand in red, its closing, and a day of the next."""
    a_year(api, new_fund(api))
    stocked(api, 40, unit_code=OFFICE)
    made = done(api("finance").post("/ledger/proposals", proposal()))
    posted = done(api("finance2").act(f"/ledger/proposals/{made['id']}", "post"))["voucher_id"]
    red = done(api("finance").post(f"/ledger/vouchers/{posted}/reversals", {"reason": '重复入账 "第 2 联"'}))
    done(api("finance2").act(f"/ledger/proposals/{red['id']}", "post"))
    later = at(AFTER)
    closed(later)
    receipt = {
        "fund_id": new_fund(later, name="新", year=AFTER.year),
        "amount": "7.01",
        "payer": "省总工会",
        "bank_serial": "R-9",
    }
    done(later("finance").post("/ledger/receipts", {**receipt, "received_on": AFTER.isoformat()}))
    return later


def test_a_year_with_its_closing_passes(story: Api, tmp_path: Path) -> None:
    text = exported(story, date(YEAR, 1, 1), date(YEAR, 12, 31))
    assert bean_check(text, tmp_path) == []
    assert 'option "operating_currency" "CNY"' in text
    assert f"{YEAR - 1}-12-31 open Assets:C2021:A102 CNY" in text
    assert f'{YEAR}-12-31 event "year closed" "{YEAR}"' in text
    assert f"{YEAR + 1}-01-01 balance Income:C2021:A402  0.00 ~ 0.00 CNY" in text
    assert f"{YEAR + 1}-01-01 balance Expenses:C2021:A504  0.00 ~ 0.00 CNY" in text


def test_the_next_year_opens_with_what_stood(story: Api, tmp_path: Path) -> None:
    text = exported(story, date(YEAR + 1, 1, 1), AFTER)
    assert bean_check(text, tmp_path) == []
    assert '* "opening"' in text
    assert f"{AFTER.replace(day=AFTER.day + 1)} balance Assets:C2021:A102  49007.01 ~ 0.00 CNY" in text


@pytest.mark.parametrize("month", [6, 12])
def test_any_period_passes(story: Api, tmp_path: Path, month: int) -> None:
    assert bean_check(exported(story, date(YEAR, month, 1), AFTER), tmp_path) == []


def test_one_fen_on_one_side_is_found(story: Api, tmp_path: Path) -> None:
    text = exported(story, date(YEAR, 1, 1), date(YEAR, 12, 31))
    altered = text.replace("  Assets:C2021:A102  50000.00 CNY", "  Assets:C2021:A102  50000.01 CNY", 1)
    assert altered != text
    assert any("does not balance" in line for line in bean_check(altered, tmp_path))


def test_one_fen_on_both_sides_is_found_by_what_stands(story: Api, tmp_path: Path) -> None:
    text = exported(story, date(YEAR, 1, 1), date(YEAR, 12, 31))
    altered = text.replace("  Assets:C2021:A102  50000.00 CNY", "  Assets:C2021:A102  50000.01 CNY", 1)
    altered = altered.replace("  Income:C2021:A402  -50000.00 CNY", "  Income:C2021:A402  -50000.01 CNY", 1)
    found = bean_check(altered, tmp_path)
    assert all("Balance failed" in line for line in found)
    assert len(found) == 2


def test_days_out_of_order_are_refused(api: Api) -> None:
    refused = api("auditor").get(f"/ledger/export?unit={OFFICE}&first=2026-02-01&last=2026-01-31")
    assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (422, "days_out_of_order")
