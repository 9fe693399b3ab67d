"""A voucher on paper with its payments behind it; what its memo may not name; and how long it must be kept."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from benefits.core.identity import names_a_number
from tests.api.test_ledger import paid, receipt, vouchers
from tests.api.test_vouchers_by_hand import proposal
from tests.clock import today
from tests.conftest import At
from tests.driver import Api
from tests.story import card, colleague, done, identity, new_fund


@pytest.fixture
def fund(api: Api) -> str:
    colleague(api, "finance2", "finance", person=602)
    return new_fund(api)


def pages(api: Api, voucher_id: str, language: str = "zh-CN") -> list[str]:
    """The text of each page, without blanks."""
    answer = api("auditor", language=language).get(f"/ledger/vouchers/{voucher_id}/form.pdf")
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(answer.data)).pages]


def test_a_payment_voucher_is_printed_with_its_payments_behind_it(api: Api, fund: str) -> None:
    paid(api, fund, "1000.00", "1500.00")
    (listed,) = vouchers(api, fund_id=fund)
    first, annex = pages(api, listed["id"])
    for said in ("记账凭证", f"{today().year}-000001", "504维权支出", "102银行存款", "¥2,500.00", "贰仟伍佰元整"):
        assert said in first
    assert "附单据2张" in first
    assert "¥1,000.00" in annex
    assert "共2笔" in annex
    english = pages(api, listed["id"], "en")
    assert "VOUCHER" in english[0]
    assert "Annexes:2" in english[0]


def test_the_payees_on_the_annex_are_masked(api: Api, fund: str) -> None:
    paid(api, fund, "1000.00")
    (listed,) = vouchers(api, fund_id=fund)
    annex = pages(api, listed["id"])[1]
    (payment,) = done(api("finance").get(f"/ledger/vouchers/{listed['id']}/annex"))["items"]
    assert f"****{payment['account_last4']}" in annex
    assert not names_a_number(annex)


def test_red_entries_are_printed_in_red(api: Api, fund: str) -> None:
    made = done(api("finance").post("/ledger/proposals", proposal()))
    posted = done(api("finance2").act(f"/ledger/proposals/{made['id']}", "post"))["voucher_id"]
    red = done(api("finance").post(f"/ledger/vouchers/{posted}/reversals", {"reason": "重复入账"}))
    reversal = done(api("finance2").act(f"/ledger/proposals/{red['id']}", "post"))["voucher_id"]

    def inks(voucher_id: str) -> bool:
        content = api("finance").get(f"/ledger/vouchers/{voucher_id}/form.pdf").data
        return b".8 0 0 rg" in PdfReader(BytesIO(content)).pages[0].get_contents().get_data()

    assert (inks(posted), inks(reversal)) == (False, True)
    (only,) = pages(api, reversal)
    assert "红字冲销" in only
    assert "-¥" not in only


def test_the_paper_is_for_those_who_read_these_books(api: Api, fund: str) -> None:
    paid(api, fund, "1000.00")
    (listed,) = vouchers(api, fund_id=fund)
    colleague(api, "finance-z", "finance", unit="AH-D02", person=633)
    assert api("finance-z").get(f"/ledger/vouchers/{listed['id']}/form.pdf").status_code == 404
    assert api("officer").get(f"/ledger/vouchers/{listed['id']}/form.pdf").status_code == 403


@pytest.mark.parametrize(
    "text",
    [
        f"付给{identity(1)}慰问金",
        f"付 {card(1)}",
        "电话 138 0000 1234",
        "电话+86 13800001234。",
        f"{card(2)[:4]} {card(2)[4:8]} {card(2)[8:12]} {card(2)[12:]}",
    ],
)
def test_a_memo_names_no_number_of_a_person(api: Api, fund: str, text: str) -> None:
    def fault(answer: Any) -> tuple[int, str, str]:
        (only,) = answer.get_json()["errors"]
        return answer.status_code, only["pointer"], only["code"]

    assert fault(api("finance").post("/ledger/proposals", proposal(memo=text))) == (422, "/memo", "names_a_number")
    taken_in = api("finance").post("/ledger/receipts", receipt(fund, payer=text))
    assert fault(taken_in) == (422, "/payer", "names_a_number")
    made = done(api("finance").post("/ledger/receipts", receipt(fund)))
    red = api("finance").post(f"/ledger/vouchers/{made['id']}/reversals", {"reason": text})
    assert fault(red) == (422, "/reason", "names_a_number")


@pytest.mark.parametrize(
    "text", ["发票 03400261 第 2 联", "2026-11-22 会议费 300.00 元", "合同 2026110001", "批次 2026-000002"]
)
def test_numbers_of_papers_may_stand_in_a_memo(text: str) -> None:
    assert not names_a_number(text)


def test_a_voucher_is_destroyed_after_its_thirty_years_and_not_before(api: Api, fund: str, at: At) -> None:
    """Statement 51, G39: of 2022, kept to 2052-12-31; asked in 2045 it is refused with the day and the source."""
    made = done(api("finance").post("/ledger/receipts", receipt(fund, received_on="2022-06-30")))
    path = f"/ledger/vouchers/{made['id']}"
    assert made["keep_until"] == "2052-12-31"
    early = at(today().replace(year=2045))("finance").post(f"{path}/destruction", {"reason": "清理"})
    assert (early.status_code, early.get_json()["code"]) == (409, "retention_runs")
    assert early.get_json()["params"]["until"] == "2053-01-01"
    assert "令第79号" in early.get_json()["params"]["source"]
    assert api("officer").post(f"{path}/destruction", {"reason": "清理"}).status_code == 403


def test_a_voucher_whose_years_are_over_is_put_up_for_destruction(api: Api, fund: str, at: At) -> None:
    made = done(api("finance").post("/ledger/receipts", receipt(fund, received_on="2010-02-03")))
    path = f"/ledger/vouchers/{made['id']}"
    assert at(date(2040, 12, 31))("finance").post(f"{path}/destruction", {"reason": "清理"}).status_code == 409
    after = at(date(2041, 1, 1))
    assert done(after("finance").post(f"{path}/destruction", {"reason": "清理"}))["keep_until"] == "2040-12-31"
    assert done(after("finance").get(path))["total"] == "50000.00"  # the books delete nothing
    (entry,) = done(after("auditor").get("/audit/events?kind=request"))["items"]
    assert (entry["action"], entry["row"]) == ("destroy", made["id"])
