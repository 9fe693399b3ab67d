"""What a bank answers, as a table: its columns, and the check that makes each row an answer or findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from benefits.core.code_table import code_table
from benefits.core.identity import without_numbers
from benefits.core.money import read_yuan
from benefits.intake.row import Checked, RowReader, has_error
from benefits.intake.workbook import Columns
from models.vocabulary import BankOutcome

COLUMNS = Columns(
    sheet="结果",
    required=("批次号", "序号", "账号", "金额", "状态", "日期"),
    optional=("原因", "银行流水号", "户名", "开户行", "附言"),
    ignored=frozenset({"备注"}),
    messages=True,
)
# A bank's message names a payment by the number that we gave it; account and amount it may leave out.
_NEEDED_OF_MESSAGE = ("批次号", "序号", "状态", "日期")
_NEEDED = ("批次号", "序号", "账号", "金额", "状态", "日期")
_OUTCOME = code_table("bank_outcome")


@dataclass(frozen=True, slots=True)
class BankAnswer:
    """One good row: payment `serial` of a batch, and what became of it; a message may leave out account and amount."""

    batch_number: str
    serial: int
    account_number: str | None
    amount: Decimal | None
    outcome: BankOutcome
    reason: str | None
    bank_serial: str | None
    answered_on: date


def check_bank_answers(rows: Iterable[tuple[int, dict[str, str]]]) -> list[Checked[BankAnswer]]:
    """Check every row by itself, in order, with all its findings.

    Codes: `required_missing`, `code_unknown`, `number_malformed`, `money_malformed`, `date_unreadable`,
    `duplicate_in_file` (the second and later answers for one payment).
    """
    seen: set[tuple[str, int]] = set()
    return [
        _checked(RowReader(row, cells, _NEEDED_OF_MESSAGE if "报文" in cells else _NEEDED), seen) for row, cells in rows
    ]


def _checked(read: RowReader, seen: set[tuple[str, int]]) -> Checked[BankAnswer]:
    batch_number, serial = read.number("批次号"), _serial(read)
    account_number, amount = read.number("账号"), _amount(read)
    outcome = read.word("状态", _OUTCOME)
    reason, bank_serial, answered_on = read.text("原因"), read.number("银行流水号"), read.day("日期")
    if reason is not None:  # a bank may write the account itself into its reason
        reason = without_numbers(reason)
    if outcome == BankOutcome.PAID and bank_serial is None:
        read.fault("银行流水号", "required_missing")
    if outcome == BankOutcome.RETURNED and reason is None:
        read.fault("原因", "required_missing")
    if batch_number and serial:
        if (batch_number, serial) in seen:
            read.fault("序号", "duplicate_in_file")
        seen.add((batch_number, serial))
    if has_error(read.findings) or not (batch_number and serial and outcome and answered_on):
        return Checked(read.row, None, tuple(read.findings))
    answer = BankAnswer(
        batch_number, serial, account_number, amount, BankOutcome(outcome), reason, bank_serial, answered_on
    )
    return Checked(read.row, answer, tuple(read.findings))


def _serial(read: RowReader) -> int | None:
    text = read.number("序号")
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 1_000_000:
        read.fault("序号", "number_malformed")
        return None
    return int(text)


def _amount(read: RowReader) -> Decimal | None:
    text = read.number("金额")
    amount = read_yuan(text) if text else None
    if text and amount is None:
        read.fault("金额", "money_malformed")
    return amount
