"""The generic Chinese batch file as a workbook: the same columns, account numbers as text, amounts as numbers."""

from __future__ import annotations

from collections.abc import Sequence

from benefits.papers.bank_file import COLUMNS, BankBatch, BankFormat, BankLine, bank_rows
from benefits.papers.workbook import Table, write_workbook


def _write(batch: BankBatch, lines: Sequence[BankLine]) -> bytes:
    with write_workbook([Table("批量付款", COLUMNS, bank_rows(batch.number, lines))]) as file:
        return file.read()


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMAT = BankFormat("xlsx", _XLSX, "xlsx", _write)
