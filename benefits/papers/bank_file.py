"""The bank file of a payment batch: the CSV that a cashier uploads, with its control totals beside it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from io import StringIO

from benefits.core.money import NOTHING, round_yuan
from benefits.papers.cells import unguarded
from benefits.papers.csv_file import write_csv

COLUMNS = ("批次号", "序号", "户名", "账号", "开户行", "金额", "附言")


@dataclass(frozen=True)
class BankLine:
    """One payment: `serial` counts from 1 within the batch; `amount` in yuan, whole fen, above zero."""

    serial: int
    holder: str
    account_number: str
    bank: str
    amount: Decimal
    remark: str


@dataclass(frozen=True)
class BankFile:
    """The file and its control totals; these never stand in the file, whose columns the bank reads."""

    content: bytes
    sha256: str
    count: int
    total: Decimal


@dataclass(frozen=True)
class BankBatch:
    """What a file says of its batch: its number, the union that pays, when it was built and approved (union's time)."""

    number: str
    payer: str
    built_at: datetime
    approved_at: datetime


@dataclass(frozen=True)
class BankFormat:
    """One form of the file, as a file of `bank_formats` declares it; `write` is a function of its arguments alone."""

    code: str
    media_type: str
    ending: str
    write: Callable[[BankBatch, Sequence[BankLine]], bytes]


def bank_file(batch_number: str, lines: Sequence[BankLine]) -> BankFile:
    """UTF-8 with a byte order mark, CRLF, account numbers as quoted text, amounts with two decimals.

    Raises ValueError for an amount that is not above zero in whole fen, and for serials that are not 1, 2, 3 ….
    """
    if [line.serial for line in lines] != list(range(1, len(lines) + 1)):
        raise ValueError("serials are not 1, 2, 3 …")
    if any(not line.amount.is_finite() or line.amount <= 0 or round_yuan(line.amount) != line.amount for line in lines):
        raise ValueError("an amount is not above zero in whole fen")
    content = b"".join(write_csv(COLUMNS, bank_rows(batch_number, lines)))
    total = sum((line.amount for line in lines), NOTHING)
    return BankFile(content, sha256(content).hexdigest(), len(lines), total)


def bank_rows(batch_number: str, lines: Sequence[BankLine]) -> list[tuple[object, ...]]:
    """The lines as rows of `COLUMNS`."""
    return [
        (batch_number, line.serial, line.holder, line.account_number, line.bank, round_yuan(line.amount), line.remark)
        for line in lines
    ]


def read_bank_file(content: bytes) -> list[BankLine]:
    """The lines of a file that `bank_file` made: what was frozen is what any other form of it says."""
    rows = csv.reader(StringIO(content.decode("utf-8-sig"), newline=""))
    next(rows)
    texts = ([unguarded(cell) for cell in row] for row in rows)
    return [
        BankLine(int(serial), holder, number, bank, Decimal(amount), remark)
        for _, serial, holder, number, bank, amount, remark in texts
    ]
