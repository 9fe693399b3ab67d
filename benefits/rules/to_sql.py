"""The second execution of an edition: one SQL statement that decides every row of a set, as `assess` decides one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from benefits.core.calendar import Calendar
from benefits.rules.assessment import AMOUNT, no_policy, scene_of
from benefits.rules.nodes import Choice, Constant, Node, Reference
from benefits.rules.policy import Criterion, Edition
from benefits.rules.reduction import Reduction
from benefits.rules.sql_expression import Expressions
from benefits.rules.sql_facts import Column, FactLayer
from benefits.rules.sql_functions import down_to_fen, round_half_away
from benefits.rules.sql_statement import Statement, Term
from benefits.rules.values import Type

__all__ = ["Column", "Compiled", "compile_edition"]

MOST_CRITERIA = 62
_NEVER = ("TRUE IS FALSE", "TRUE IS NULL", "FALSE IS NULL")


@dataclass(frozen=True)
class Compiled:
    """A SELECT with named parameters (`:rule_0`), and what its bit masks mean: bit i is the criterion `criteria[i]`.

    Its columns: those carried, then `outcome` (text), `unmet`, `unknown`, `not_applicable` (bigint), `amount_max`
    (numeric with two decimals; NULL where nothing is given), then `derived_<name>` for each value asked for.
    """

    sql: str
    parameters: Mapping[str, Any]
    criteria: tuple[str, ...]

    def outcomes(self, unmet: int, unknown: int, not_applicable: int) -> dict[str, str]:
        """The outcome of each criterion, as its finding has it."""
        masks = {"unmet": unmet, "unknown": unknown, "not_applicable": not_applicable}
        return {
            code: next((name for name, mask in masks.items() if mask >> i & 1), "met")
            for i, code in enumerate(self.criteria)
        }


def compile_edition(
    edition: Edition,
    *,
    source: str,
    carry: Mapping[str, str],
    columns: Mapping[str, Column],
    constants: Mapping[str, Any],
    on: date,
    calendar: Calendar,
    derived: Sequence[str] = (),
) -> Compiled:
    """The statement that decides each row of `source` (what stands after FROM) on the event's day `on`.

    `carry` names what is passed through, such as the member's id. `columns` are the facts that differ by row,
    `constants` those that are the same for all, as `parse_facts` gives them; every other fact is unknown. A fact's
    default and its value of a stated none count as in a single assessment. Of `derived`, a number is rounded to two
    decimals, as an assessment shows it. The SQL in `source`, `carry` and `columns` is the caller's own: what a user
    typed comes in by parameters only.

    Raises:
        ValueError: more criteria than a mask has bits.
    """
    if len(edition.criteria) > MOST_CRITERIA:
        raise ValueError(f"{edition.code} has more than {MOST_CRITERIA} criteria")
    if not edition.covers(on):
        return _no_policy(edition, source, carry, on, derived)
    reduction = Reduction(edition, scene_of(edition, constants, on, calendar), columns, on)
    statement = Statement()
    facts = FactLayer(edition, columns, lambda given: scene_of(edition, given, on, calendar))
    expressions = Expressions(statement, facts, reduction, calendar)

    def column(node: Node) -> Term:
        reduced = reduction.of(node)
        term = expressions.of(reduced)
        return term if isinstance(reduced, Constant | Reference) else statement.bind(term)

    applies = [column(criterion.when or Constant(Type.BOOL, True)).sql for criterion in edition.criteria]
    passes = {criterion.code: column(_pass(criterion)).sql for criterion in edition.criteria}
    limit = column(edition.entitlement.amount_max)
    shown = {f"derived_{name}": _shown(edition.derived[name], column(edition.derived[name])) for name in derived}
    results = {
        **{name: name for name in carry},
        **_findings(list(passes.values()), applies),
        "amount_max": _amount(passes, limit),
        **shown,
    }
    text = statement.text(facts.text(source, carry), results)
    return Compiled(text, statement.parameters, tuple(passes))


def _pass(criterion: Criterion) -> Node:
    """Whether the criterion lets a case pass; one that does not apply does."""
    if criterion.when is None:
        return criterion.expr
    return Choice(Type.BOOL, ((criterion.when, criterion.expr),), Constant(Type.BOOL, True))


def _findings(passes: list[str], applies: list[str]) -> dict[str, str]:
    differing = [passed for passed in passes if passed != "TRUE"]
    outcome = f"CASE {' AND '.join(differing) or 'TRUE'} WHEN TRUE THEN 'eligible' WHEN FALSE THEN 'ineligible'"
    return {
        "outcome": f"{outcome} ELSE 'undetermined' END",
        "unmet": _mask(f"{passed} IS FALSE" for passed in passes),
        "unknown": _mask(f"{passed} IS NULL" for passed in passes),
        "not_applicable": _mask(f"{applied} IS FALSE" for applied in applies),
    }


def _mask(flags: Iterable[str]) -> str:
    bits = [f"CASE WHEN {flag} THEN {1 << i} ELSE 0 END" for i, flag in enumerate(flags) if flag not in _NEVER]
    return f"CAST({' + '.join(bits) or '0'} AS bigint)"


def _amount(passes: Mapping[str, str], limit: Term) -> str:
    """What is given at most: only the criterion on the amount asked leaves it standing where it is not met."""
    allowed = (f"{sql} IS NOT NULL" if code == AMOUNT else sql for code, sql in passes.items())
    return f"CASE WHEN {' AND '.join(allowed) or 'TRUE'} THEN {down_to_fen(limit).sql} END"


def _shown(node: Node, term: Term) -> str:
    return round_half_away(term, 2).sql if node.type is Type.NUMBER else term.sql


def _no_policy(edition: Edition, source: str, carry: Mapping[str, str], on: date, derived: Sequence[str]) -> Compiled:
    """Every row is refused for the one reason that no edition covers the day."""
    (finding,) = no_policy(edition.programme, on).findings
    results = {**carry, **_findings(["FALSE"], ["TRUE"]), "amount_max": "CAST(NULL AS numeric)"}
    results |= {f"derived_{name}": "NULL" for name in derived}
    columns = ",\n ".join(f"{sql} AS {name}" for name, sql in results.items())
    return Compiled(f"SELECT {columns}\nFROM {source}", {}, (finding.code,))
