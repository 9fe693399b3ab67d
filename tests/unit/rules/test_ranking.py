"""Scarce places are given by published criteria: read and type-checked like the rules, unknown last in either order."""

from __future__ import annotations

from datetime import date

import pytest

from benefits.core.calendar import Calendar
from benefits.rules.declaration import parse_facts
from benefits.rules.policy import PolicyInvalid
from benefits.rules.policy_text import load_edition
from benefits.rules.ranking import rank_key, rank_values
from tests.unit.rules.made_up import PROGRAMME, criterion, edition_text

NO_DAYS = Calendar({}, frozenset())


def ranking(expr, order="high_first", code="r", **more):
    lines = [f'code = "{code}"', f'expr = "{expr}"', 'clause = "§5"', 'message = { zh-CN = "次序", en = "Order" }']
    lines += [f'order = "{order}"'] if order is not None else []
    lines += [f'{key} = "{value}"' for key, value in more.items()]
    return "[[ranking]]\n" + "\n".join(lines) + "\n"


def ranked(*rankings):
    return load_edition(edition_text(criterion("p"), tail="\n".join(rankings)), PROGRAMME)


def values_of(edition, **facts):
    return rank_values(edition, parse_facts(PROGRAMME, facts), on=date(2022, 6, 1), calendar=NO_DAYS)


def in_order(edition, candidates):
    return sorted(candidates, key=lambda name: rank_key(edition, values_of(edition, **candidates[name])))


def test_an_edition_without_ranking_ranks_nobody():
    edition = load_edition(edition_text(criterion("p")), PROGRAMME)
    assert (edition.ranking, values_of(edition, p=True)) == ((), {})


def test_the_first_criterion_decides_and_the_next_among_equals():
    edition = ranked(ranking("p"), ranking("d", "low_first", code="s"))
    candidates = {
        "late": {"p": True, "d": "2001-01-01"},
        "early": {"p": True, "d": "1999-01-01"},
        "no": {"p": False, "d": "1990-01-01"},
    }
    assert in_order(edition, candidates) == ["early", "late", "no"]


@pytest.mark.parametrize("order", ["high_first", "low_first"])
def test_unknown_comes_last_in_either_order(order):
    edition = ranked(ranking("i", order))
    candidates = {"unknown": {}, "low": {"i": -5}, "high": {"i": 7}}
    known = ["high", "low"] if order == "high_first" else ["low", "high"]
    assert in_order(edition, candidates) == [*known, "unknown"]


def test_values_are_published_exactly():
    edition = ranked(ranking("p"), ranking("n / 3", code="t"), ranking("n", code="u"), ranking("d", code="v"))
    values = values_of(edition, p=True, n="2.00", d="2020-02-29")
    assert values == {"r": True, "t": "2/3", "u": 2, "v": "2020-02-29"}
    assert rank_key(edition, values) < rank_key(edition, {**values, "t": "-2/3"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ranking("no_such_fact"), ("/ranking/0/expr", "name_unknown")),
        (ranking("s"), ("/ranking/0/expr", "type_mismatch")),
        (ranking("ts"), ("/ranking/0/expr", "type_mismatch")),
        (ranking("p and"), ("/ranking/0/expr", "syntax")),
        (ranking("p", order="best_first"), ("/ranking/0/order", "choice_unknown")),
        (ranking("p", order=None), ("/ranking/0/order", "required_missing")),
        (ranking("any_in(h, ts)"), ("/ranking/0/expr", "ranking_reads_sensitive")),
        (ranking("p", bribe="1"), ("/ranking/0/bribe", "unknown_field")),
        (ranking("p") + ranking("q"), ("/ranking/1/code", "code_duplicate")),
    ],
)
def test_a_bad_ranking_is_refused_with_its_place(text, expected):
    with pytest.raises(PolicyInvalid) as refused:
        ranked(text)
    assert expected in {(fault.pointer, fault.code) for fault in refused.value.faults}
