"""Charts of accounts: whole for every thing that a programme books, by day and kind of union."""

from __future__ import annotations

from datetime import date

import pytest

from benefits import catalogue
from benefits.money.ledger.chart import chart_on, charts
from benefits.rules.policy_text import load_edition

# What such a union may not pay for at all; `account_allowed` refuses it before there is anything to book.
REFUSED = {("ACTIVITY.MEMBER", "county_and_above")}


def keys() -> set[str]:
    found = set()
    for code, programme in catalogue.programmes().items():
        for content in catalogue.shipped_editions(code):
            found |= {line.code for line in load_edition(content, programme).entitlement.lines}
    return found


@pytest.mark.parametrize("key", sorted(keys()))
@pytest.mark.parametrize("kind", ["primary", "county_and_above"])
def test_whatever_a_programme_gives_has_an_account_today(key: str, kind: str) -> None:
    chart = chart_on(date(2026, 1, 1))
    assert chart is not None
    assert (chart.posting(key, kind) is None) == ((key, kind) in REFUSED)


@pytest.mark.parametrize(("day", "version"), [(date(2021, 12, 31), "2009"), (date(2022, 1, 1), "2021")])
def test_the_chart_changes_with_the_year_2022(day: date, version: str) -> None:
    """Statement 49."""
    chart = chart_on(day)
    assert chart is not None
    assert chart.version == version


def test_before_the_first_chart_there_is_none() -> None:
    assert chart_on(date(2009, 12, 31)) is None


def test_an_account_whose_code_is_only_an_example_is_never_called_verified() -> None:
    for chart in charts():
        for posting in chart.postings.values():
            assert not (posting.account.confidence == "L" and posting.verified), posting.key
