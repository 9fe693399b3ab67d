"""The books as beancount text, so that a program which is not ours can check that they balance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from benefits.money.ledger.chart import Account, chart_named
from models.ledger import Voucher, VoucherLine

_ROOTS = {"asset": "Assets", "liability": "Liabilities", "net": "Equity", "income": "Income", "expense": "Expenses"}


def beancount(vouchers: Sequence[tuple[Voucher, list[VoucherLine]]], title: str) -> Iterator[str]:
    """The text in pieces: options, an `open` for every account used, one transaction for each voucher."""
    yield f'option "title" "{_quoted(title)}"\noption "operating_currency" "CNY"\n\n'
    used = {(voucher.chart, line.account) for voucher, lines in vouchers for line in lines}
    opened = min((voucher.posted_on for voucher, _ in vouchers), default=date(2000, 1, 1))
    for chart, code in sorted(used):
        account = chart_named(chart).accounts[code]
        yield f'{opened} open {_name(chart, account)} CNY\n  name: "{_quoted(account.labels["zh-CN"])}"\n'
    for voucher, lines in vouchers:
        yield "".join(_transaction(voucher, lines))


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
