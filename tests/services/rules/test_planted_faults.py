"""The search for differences finds each of the ways in which the two executions are known to part."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import Connection

from benefits.rules import nodes, sql_expression
from benefits.rules.sql_expression import Expressions
from benefits.rules.sql_functions import FUNCTIONS
from benefits.rules.sql_statement import Term, level
from tests.services.rules.random_search import searched

_arithmetic, _comparison = Expressions._arithmetic, Expressions._comparison


def _falls_into_else(branches: Sequence[tuple[Term, Term]], otherwise: Term) -> Term:
    rows = " ".join(f"WHEN {condition.sql} THEN {then.sql}" for condition, then in branches)
    terms = [otherwise, *(term for branch in branches for term in branch)]
    over = next((term.over for term in terms if term.over), None)
    return Term(f"CASE {rows} ELSE {otherwise.sql} END", level(terms), over)


def _skips_null(_: Expressions, sign: str, terms: list[Term]) -> Term:
    name = "LEAST" if sign == "<=" else "GREATEST"
    return Term(f"{name}({', '.join(term.sql for term in terms)})", level(terms), terms[0].over)


def _hides_unknown(self: Expressions, node: nodes.Comparison) -> Term:
    parts = nodes.children(node)
    links = [
        _comparison(self, nodes.Comparison(left, ((sign, right),)))
        for (sign, _), left, right in zip(node.rest, parts, parts[1:], strict=False)
    ]
    return Term(f"({' AND '.join(link.sql for link in links)})", level(links))


def _divides(self: Expressions, node: nodes.Arithmetic) -> Term:
    if node.operator != "/":
        return _arithmetic(self, node)
    left, right = self.of(node.left), self.of(node.right)
    return Term(f"({left.sql} / NULLIF({right.sql}, 0))", level((left, right)))


def _by_age(start: str, end: str) -> str:
    return f"extract(year FROM age({end}, {start}))"


Plant = Callable[[pytest.MonkeyPatch], None]


@pytest.mark.parametrize(
    "plant",
    [
        pytest.param(lambda patch: patch.setattr(sql_expression, "_chosen", _falls_into_else), id="NULL into ELSE"),
        pytest.param(lambda patch: patch.setattr(Expressions, "_extreme", _skips_null), id="LEAST skips NULL"),
        pytest.param(lambda patch: patch.setattr(Expressions, "_comparison", _hides_unknown), id="FALSE hides NULL"),
        pytest.param(lambda patch: patch.setattr(Expressions, "_arithmetic", _divides), id="division rounds"),
        pytest.param(lambda patch: patch.setitem(FUNCTIONS, "years_between", _by_age), id="age()"),
    ],
)
def test_a_planted_fault_is_found(postgresql: Connection, monkeypatch: pytest.MonkeyPatch, plant: Plant) -> None:
    plant(monkeypatch)
    assert any(searched(postgresql, seed, editions=5) for seed in range(100, 120))
