"""The generic Chinese batch file as CSV: the form in which a batch is frozen."""

from __future__ import annotations

from collections.abc import Sequence

from benefits.papers.bank_file import BankBatch, BankFormat, BankLine, bank_file


def _write(batch: BankBatch, lines: Sequence[BankLine]) -> bytes:
    return bank_file(batch.number, lines).content


FORMAT = BankFormat("csv", "text/csv; charset=utf-8", "csv", _write)
