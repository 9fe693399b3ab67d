"""The table by which members are put on rosters: its columns, and each row read by itself."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from benefits.core.identity import NotAnIdentity, parse_identity
from benefits.core.money import read_yuan
from benefits.intake.row import RowReader
from benefits.intake.workbook import Columns

ROSTER, IDENTITY, STAFF, QUANTITY, AMOUNT = "花名册编号", "证件号码", "会员工号", "数量", "金额"
COLUMNS = Columns(sheet="花名册", required=(ROSTER,), optional=(IDENTITY, STAFF, QUANTITY, AMOUNT))
_MOST_PIECES = 10_000


@dataclass(frozen=True, slots=True)
class LineRow:
    """A row as it was meant: which roster, whom (by identity number, else by staff number), how many, how much."""

    roster_number: str
    identity: str | None
    staff_number: str | None
    quantity: int | None
    amount: Decimal | None

    @property
    def named_in(self) -> str:
        """The column that says who it is."""
        return IDENTITY if self.identity else STAFF


def read_line(read: RowReader) -> LineRow | None:
    """One row, or None where its cells cannot be read.

    Codes: `required_missing` (on 证件号码 where neither it nor 会员工号 is given), those of identity numbers,
    `number_malformed`, `money_malformed`.
    """
    number, staff = read.number(ROSTER), read.number(STAFF)
    identity, quantity, amount = _identity(read), _quantity(read), _amount(read)
    if not identity and not staff and not read.findings:
        read.fault(IDENTITY, "required_missing")
    if read.findings or number is None:
        return None
    return LineRow(number, identity, staff, quantity, amount)


def _identity(read: RowReader) -> str | None:
    text = read.number(IDENTITY)
    try:
        return parse_identity(text).number if text else None
    except NotAnIdentity as fault:
        read.fault(IDENTITY, fault.code)
        return None


def _quantity(read: RowReader) -> int | None:
    text = read.number(QUANTITY)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= _MOST_PIECES:
        read.fault(QUANTITY, "number_malformed")
        return None
    return int(text)


def _amount(read: RowReader) -> Decimal | None:
    text = read.number(AMOUNT)
    amount = read_yuan(text) if text else None
    if text and not amount:
        read.fault(AMOUNT, "money_malformed")
    return amount
