"""The books as beancount text, so that a program which is not ours can check that they balance and add up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from benefits.money.ledger.chart import Account, chart_named
from models.ledger import Voucher, VoucherKind, VoucherLine

_ROOTS = {"asset": "Assets", "liability": "Liabilities", "net": "Equity", "income": "Income", "expense": "Expenses"}
Standing = Mapping[tuple[str, str], Decimal]


@dataclass(frozen=True)
class Books:
    """A unit's books over a period, both days inclusive: (chart, account) → debits above credits before and after."""

    title: str
    first: date
    last: date
    before: Standing
    after: Standing
    vouchers: Sequence[tuple[Voucher, list[VoucherLine]]]


def beancount(books: Books) -> Iterator[str]:
    """The text in pieces: options, an `open` for every account, what stood before, a transaction for each voucher.

    At the end the books' own balances are asserted to the fen, as a query over all vouchers gives them: the other
    program must come to the same by adding up, so that a line altered in a balanced way is found too. After a closed
    year its income and expense are asserted to be nothing.
    """
    yield f'option "title" "{_quoted(books.title)}"\noption "operating_currency" "CNY"\n\n'
    eve = books.first - timedelta(days=1)
    used = {(voucher.chart, line.account) for voucher, lines in books.vouchers for line in lines}
    for chart, code in sorted(used | set(books.before) | set(books.after)):
        account = chart_named(chart).accounts[code]
        yield f'{eve} open {_name(chart, account)} CNY\n  name: "{_quoted(account.labels["zh-CN"])}"\n'
    yield "".join(_opening(books.before, eve))
    closed = {voucher.year for voucher, _ in books.vouchers if voucher.kind == VoucherKind.CLOSING}
    yield "".join(f'\n{year}-12-31 event "year closed" "{year}"\n' for year in sorted(closed))
    for voucher, lines in books.vouchers:
        yield "".join(_transaction(voucher, lines))
    yield "\n"
    for (chart, code), amount in sorted(books.after.items()):
        account = chart_named(chart).accounts[code]
        yield f"{books.last + timedelta(days=1)} balance {_name(chart, account)}  {amount:.2f} ~ 0.00 CNY\n"


def _opening(before: Standing, eve: date) -> Iterator[str]:
    standing = {key: amount for key, amount in sorted(before.items()) if amount}
    if standing:
        yield f'\n{eve} * "opening" "{eve}"\n'
    for (chart, code), amount in standing.items():
        yield f"  {_name(chart, chart_named(chart).accounts[code])}  {amount:.2f} CNY\n"


def _transaction(voucher: Voucher, lines: Iterable[VoucherLine]) -> Iterator[str]:
    yield f'\n{voucher.posted_on} * "{voucher.kind}" "{_quoted(voucher.memo or voucher.reference)}"\n'
    yield f'  voucher: "{voucher.year}-{voucher.number:06d}"\n  reference: "{_quoted(voucher.reference)}"\n'
    for line in lines:
        account = chart_named(voucher.chart).accounts[line.account]
        yield f"  {_name(voucher.chart, account)}  {line.debit - line.credit:.2f} CNY\n"


def _name(chart: str, account: Account) -> str:
    return f"{_ROOTS[account.kind]}:C{chart}:A{account.code}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
