"""The SQL execution of an expression: each node as SQL that is NULL exactly where the Python execution says None."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from benefits.core.calendar import Calendar
from benefits.rules import nodes
from benefits.rules.nodes import Constant, Node, Reference
from benefits.rules.reduction import Reduction
from benefits.rules.sql_facts import FactLayer
from benefits.rules.sql_functions import FUNCTIONS, round_half_away, shifted, working_days_after
from benefits.rules.sql_statement import SQL_TYPES, Statement, Term, level
from benefits.rules.values import Type

_SIGNS = {"==": "=", "!=": "<>"}


class Expressions:
    """Writes reduced expressions into a statement; a derived value and the day become columns of it."""

    def __init__(self, statement: Statement, facts: FactLayer, reduction: Reduction, calendar: Calendar) -> None:
        self._statement, self._facts, self._reduction, self._calendar = statement, facts, reduction, calendar
        self._bound: dict[str, Term] = {}
        self._write: Mapping[type[Any], Callable[[Any], Term]] = {
            Constant: self._constant,
            Reference: self._reference,
            nodes.Not: lambda node: _around("(NOT {})", self.of(node.inner)),
            nodes.Logic: self._logic,
            nodes.Comparison: self._comparison,
            nodes.Membership: self._membership,
            nodes.Arithmetic: self._arithmetic,
            nodes.Choice: self._choice,
            nodes.Call: self._call,
        }

    def of(self, node: Node) -> Term:
        """The term of a reduced node, never long."""
        return self._statement.settle(self._write[type(node)](node))

    def _constant(self, node: Constant) -> Term:
        kind, value = node.type, node.value
        if value is None:
            return Term(f"CAST(NULL AS {SQL_TYPES[kind]})")
        match kind:
            case Type.NUMBER | Type.INTEGER:
                return self._number(value)
            case Type.BOOL:
                return Term("TRUE" if value else "FALSE")
            case Type.TIERS | Type.TABLE:
                return Term("TRUE")
            case Type.TEXTS:
                value = list(value) if isinstance(value, tuple) else sorted(value)
            case Type.NUMBERS:
                value = [_decimal(number) for number in sorted(value)]
        return Term(self._statement.parameter(value, SQL_TYPES[kind]))

    def _number(self, value: Fraction | int) -> Term:
        exact = _decimal(value)
        if exact is not None:
            return Term(self._statement.parameter(exact, "numeric"))
        over = self._statement.parameter(str(value.denominator), "numeric")
        return Term(self._statement.parameter(str(value.numerator), "numeric"), over=over)

    def _reference(self, name: Reference) -> Term:
        if name.kind == "fact":
            return self._facts.value(name.name, self._constant)
        if name.name not in self._bound:
            node = self._reduction.at if name.kind == "day" else self._reduction.derived[name.name]
            self._bound[name.name] = self._statement.bind(self.of(node))
        return self._bound[name.name]

    def _logic(self, node: nodes.Logic) -> Term:
        items = [self.of(item) for item in node.items]
        return Term(f"({f' {node.operator.upper()} '.join(item.sql for item in items)})", level(items))

    def _comparison(self, node: nodes.Comparison) -> Term:
        parts = nodes.children(node)
        terms = [self.of(part) for part in parts]
        links = [
            _compare(left, _SIGNS.get(sign, sign), right)
            for (sign, _), left, right in zip(node.rest, terms, terms[1:], strict=False)
        ]
        text = links[0] if len(links) == 1 else f"({' AND '.join(links)})"
        differing = [i for i, part in enumerate(parts) if not isinstance(part, Constant)]
        if len(links) > 1 and not (differing == [1] and len(links) == 2):
            # In a chain, FALSE in one link may not hide that another is unknown.
            known = " AND ".join(f"{terms[i].sql} IS NOT NULL" for i in differing)
            text = f"CASE WHEN {known} THEN {text} END"
        return Term(text, level(terms))

    def _membership(self, node: nodes.Membership) -> Term:
        item = self.of(node.item)
        if item.over is None:
            text = f"({item.sql} = ANY({self.of(node.members).sql}))"
        else:
            members = [self._number(member) for member in sorted(node.members.value)]  # type: ignore[union-attr]
            text = f"({' OR '.join(_compare(item, '=', member) for member in members)})"
        return Term(f"(NOT {text})" if node.negated else text, item.level)

    def _arithmetic(self, node: nodes.Arithmetic) -> Term:
        left, right = self.of(node.left), self.of(node.right)
        at = level((left, right))
        if node.type is Type.DATE:
            days = f"{left.sql} {node.operator} CAST({right.sql} AS integer)"
            return Term(shifted(days, right.sql, "days"), at)
        if node.left.type is Type.DATE:
            return Term(f"CAST({left.sql} - {right.sql} AS numeric)", at)
        if node.operator == "*":
            return Term(f"({left.sql} * {right.sql})", at, _product(left.over, right.over))
        if node.operator == "/":
            sign = f"sign(NULLIF({right.sql}, 0))"
            above = f"({_times(left.sql, right.over)} * {sign})"
            return Term(above, at, _product(left.over, f"abs({right.sql})"))
        if left.over == right.over:
            return Term(f"({left.sql} {node.operator} {right.sql})", at, left.over)
        above = f"({_times(left.sql, right.over)} {node.operator} {_times(right.sql, left.over)})"
        return Term(above, at, _product(left.over, right.over))

    def _choice(self, node: nodes.Choice) -> Term:
        otherwise: Node = node.otherwise or Constant(node.type, None)
        return _chosen([(self.of(condition), self.of(then)) for condition, then in node.branches], self.of(otherwise))

    def _call(self, node: nodes.Call) -> Term:
        name, arguments = node.function, node.arguments
        match name:
            case "tier":
                return self._tier(arguments[0], arguments[1].value)  # type: ignore[union-attr]
            case "lookup":
                return self._lookup(arguments[0].value, arguments[1])  # type: ignore[union-attr]
            case "round":
                return round_half_away(self.of(arguments[0]), arguments[1].value)  # type: ignore[union-attr]
        terms = [self.of(argument) for argument in arguments]
        match name:
            case "known" | "none":
                return self._known(name, arguments[0], terms[0])
            case "min" | "max":
                return self._extreme("<=" if name == "min" else ">=", terms)
            case "coalesce":
                return _first_known(terms)
            case "working_days_after":
                return working_days_after(self._statement, self._calendar, *terms)
        return Term(FUNCTIONS[name](*(term.sql for term in terms)), level(terms))

    def _known(self, name: str, argument: Node, term: Term) -> Term:
        named = isinstance(argument, Reference) and argument.kind == "fact"
        stated = self._facts.stated(argument.name) if named else None  # type: ignore[union-attr]
        if name == "known":
            return _around(f"({{}} IS NOT NULL OR {stated})" if stated else "({} IS NOT NULL)", term)
        first = f"WHEN {stated} THEN TRUE " if stated else ""
        return _around(f"CASE {first}WHEN {{}} IS NOT NULL THEN FALSE END", term)

    def _extreme(self, sign: str, terms: list[Term]) -> Term:
        best = terms[0]
        for term in terms[1:]:
            kept = Term(_compare(best, sign, term), level((best, term)))
            best = self._statement.settle(_chosen([(self._statement.settle(kept), best)], term))
        return best

    def _tier(self, x: Node, tiers: Sequence[tuple[Any, Any]]) -> Term:
        term = self.of(x)
        rows = [f"WHEN {term.sql} IS NULL THEN NULL"]
        for up_to, value in tiers:
            reached = "TRUE" if up_to is None else _compare(term, "<=", self._number(up_to))
            rows.append(f"WHEN {reached} THEN {self._number(value).sql}")
        return Term(f"CASE {' '.join(rows)} END", term.level)

    def _lookup(self, table: Mapping[str, Any], key: Node) -> Term:
        term = self.of(key)
        keys = {name: self._statement.parameter(name, "text") for name in table}
        if key.type is Type.INTEGER:
            whole = (name for name in table if name.removeprefix("-").isdecimal() and str(int(name)) == name)
            keys = {name: self._number(int(name)).sql for name in whole}
        rows = [f"WHEN {keys[name]} THEN {self._number(table[name]).sql}" for name in keys]
        return Term(f"CASE {term.sql} {' '.join(rows)} END" if rows else "CAST(NULL AS numeric)", term.level)


def _decimal(value: Fraction | int) -> str | None:
    """The number written exactly, as `15005e-1`; None where it has no end."""
    places = next((p for p in range(64) if 10**p % value.denominator == 0), None)
    if places is None:
        return None
    digits = value.numerator * 10**places // value.denominator
    return f"{digits}e-{places}" if places else str(digits)


def _around(text: str, term: Term) -> Term:
    return Term(text.format(term.sql), term.level)


def _times(sql: str, factor: str | None) -> str:
    return sql if factor is None else f"({sql} * {factor})"


def _product(one: str | None, other: str | None) -> str | None:
    return other if one is None else _times(one, other)


def _compare(left: Term, sign: str, right: Term) -> str:
    """Cross-multiplied: both denominators are above zero."""
    if left.over == right.over:
        return f"({left.sql} {sign} {right.sql})"
    return f"({_times(left.sql, right.over)} {sign} {_times(right.sql, left.over)})"


def _chosen(branches: Sequence[tuple[Term, Term]], otherwise: Term) -> Term:
    """The first branch that holds; NULL in a condition is neither TRUE nor FALSE, and so gives NULL."""
    terms = [otherwise, *(term for branch in branches for term in branch)]
    above = otherwise.sql
    over = otherwise.over or "1"
    for condition, then in reversed(branches):
        above = f"CASE {condition.sql} WHEN TRUE THEN {then.sql} WHEN FALSE THEN {above} END"
        over = f"CASE {condition.sql} WHEN TRUE THEN {then.over or '1'} WHEN FALSE THEN {over} END"
    quotient = any(term.over for term in terms)
    return Term(above, level(terms), over if quotient else None)


def _first_known(terms: Sequence[Term]) -> Term:
    above = f"COALESCE({', '.join(term.sql for term in terms)})"
    over = None
    if any(term.over for term in terms):
        rows = " ".join(f"WHEN {term.sql} IS NOT NULL THEN {term.over or '1'}" for term in terms)
        over = f"CASE {rows} END"
    return Term(above, level(terms), over)
