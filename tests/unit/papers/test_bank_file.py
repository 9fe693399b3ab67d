"""The file for the bank: its columns as text, its totals, and what cannot be paid."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import StringIO

import pytest

from benefits.papers.bank_file import BankLine, bank_file


def line(serial: int, amount: str = "2000.00", holder: str = "武𬬭毅") -> BankLine:
    return BankLine(serial, holder, "06217994628194821997", "中国农业银行安庆分行", Decimal(amount), "困难帮扶")


def test_the_bank_file_has_the_banks_columns_and_its_totals_beside_it() -> None:
    file = bank_file("B-2022-0007", [line(1), line(2, "0.05", "=cmd"), line(3, "100.10")])
    assert file.content.startswith("\ufeff".encode())
    assert file.content.count(b"\r\n") == 4
    assert b'"06217994628194821997"' in file.content
    rows = list(csv.reader(StringIO(file.content.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["批次号", "序号", "户名", "账号", "开户行", "金额", "附言"]
    assert rows[1] == [
        "B-2022-0007",
        "1",
        "武𬬭毅",
        "06217994628194821997",
        "中国农业银行安庆分行",
        "2000.00",
        "困难帮扶",
    ]
    assert rows[2][2] == "'=cmd"
    assert (file.count, file.total, len(file.sha256)) == (3, Decimal("2100.15"), 64)
    assert len(rows) == 4
    assert bank_file("B-2022-0007", [line(1), line(2, "0.05", "=cmd"), line(3, "100.10")]) == file


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "0.001", "NaN"])
def test_the_bank_file_refuses_what_cannot_be_paid(amount: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        bank_file("B", [line(1, amount)])
    with pytest.raises(ValueError, match="serials"):
        bank_file("B", [line(1), line(1)])
