"""The printed record: entries of the usual size stand several on a page, or paper would be no form to take it in."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from benefits.papers.record_list import Line, RecordList, record_list

AT = datetime(2026, 11, 22, 20, 51, 34, tzinfo=UTC)
PAYMENT = {
    **dict.fromkeys(("application_id", "fund_id", "id", "person_id"), "01a20507-4c90-742e-a61e-4a3da34f0431"),
    **dict.fromkeys(("bank", "hash", "holder"), "5f45a0d873abf52a7cf112e8b266959317858def2368705f828e9e19ebc19fcd"),
    **dict.fromkeys(("bank_reason", "bank_serial", "batch_id", "replaces_id", "serial", "settled_on")),
    "payee_cipher": "6a" * 60,
    "amount": "1500.00",
    "state": "reserved",
    "version": 1,
}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_three_payments_stand_on_a_page(language: str) -> None:
    where = "disbursement\n01a20507-4f2e-77af-9cac-38edff46726f\nAH-D01"
    lines = [Line(n, AT, "change · insert", where, "reviewer\n何审核\nbenefits_app", PAYMENT) for n in range(9)]
    printed = record_list(RecordList("工会", "table=disbursement", lines, "5d" * 32, AT, "梁经审"), language)
    assert len(PdfReader(BytesIO(printed)).pages) <= 3
