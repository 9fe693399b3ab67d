"""Charts of accounts as dated data: which account a thing is booked to, by the day and the kind of union.

The same number means different things before and after 2022 (财会〔2009〕7号, 财会〔2021〕7号); a posting therefore
names a semantic key, and the chart in force on its day says the account.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Literal

AccountKind = Literal["asset", "liability", "net", "income", "expense"]
# Semantic keys of the other side of what a fund spends: the bank, or who owes or is owed for it.
BANK, OWED, SUPPLIER = "BANK", "RECEIVABLE.MEMBER", "PAYABLE.SUPPLIER"
OTHER_SIDE = (BANK, OWED, SUPPLIER)
# Whose balance stands on the debit side.
DEBIT_KINDS = frozenset({"asset", "expense"})


@dataclass(frozen=True)
class Account:
    """One account. `union_kind` None: for every union; `confidence` L: an example code, to be confirmed."""

    code: str
    labels: Mapping[str, str]
    kind: AccountKind
    union_kind: str | None
    confidence: str


@dataclass(frozen=True)
class Posting:
    """Where a semantic key goes; `verified` once the accountant has confirmed it."""

    key: str
    account: Account
    verified: bool


@dataclass(frozen=True)
class Chart:
    """The accounts of one accounting system, with its source and the days on which it holds."""

    version: str
    source: str
    effective_from: date
    effective_to: date | None
    accounts: Mapping[str, Account]
    postings: Mapping[tuple[str, str], Posting]

    def posting(self, key: str, union_kind: str) -> Posting | None:
        """Where `key` goes in the books of such a union; None: such a union may not book it (statement 49)."""
        return self.postings.get((key, union_kind))

    def account_for(self, code: str, union_kind: str) -> Account | None:
        """The account of that code, if such a union keeps it."""
        account = self.accounts.get(code)
        return account if account is not None and account.union_kind in {None, union_kind} else None


_KINDS = ("primary", "county_and_above")


@cache
def charts() -> tuple[Chart, ...]:
    """Every chart that ships with the house, the oldest first."""
    folder = resources.files("config").joinpath("data")
    found = [each for each in folder.iterdir() if each.name.startswith("chart_")]
    return tuple(
        sorted((_chart(tomllib.loads(each.read_text("utf-8"))) for each in found), key=lambda c: c.effective_from)
    )


def chart_on(day: date) -> Chart | None:
    """The chart in force on a day (statement 49); None before the first."""
    for chart in reversed(charts()):
        if chart.effective_from <= day and (chart.effective_to is None or day <= chart.effective_to):
            return chart
    return None


def chart_named(version: str) -> Chart:
    """The chart of a voucher; KeyError for one that never shipped."""
    return {chart.version: chart for chart in charts()}[version]


def _chart(data: Mapping[str, Any]) -> Chart:
    accounts = {
        item["code"]: Account(
            item["code"],
            {"zh-CN": item["zh"], "en": item["en"]},
            item["kind"],
            item.get("union_kind"),
            item["confidence"],
        )
        for item in data["account"]
    }
    postings: dict[tuple[str, str], Posting] = {}
    for item in data["posting"]:
        account = accounts[item["account"]]
        kinds = [item["union_kind"]] if "union_kind" in item else _KINDS
        for kind in kinds:
            if account.union_kind in {None, kind}:
                postings[item["key"], kind] = Posting(item["key"], account, item["verified"])
    return Chart(data["version"], data["source"], data["effective_from"], data.get("effective_to"), accounts, postings)
