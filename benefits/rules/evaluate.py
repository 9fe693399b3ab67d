"""The Python execution of a rule: one case, three-valued, exact; None is unknown."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from benefits.core.calendar import Calendar
from benefits.rules import nodes
from benefits.rules.functions import FUNCTIONS
from benefits.rules.nodes import Node, Reference
from benefits.rules.values import Type, add_days

COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass
class Scene:
    """One case on one day: its facts, the figures of the day, what is derived from them, and the calendar.

    A name that is missing from `facts` or `figures` is unknown; `nones` are the facts stated to be none,
    which have no value either but are known. `figures_read` gathers what the answer rested on.
    """

    facts: Mapping[str, Any]
    nones: frozenset[str]
    derived: Mapping[str, Node]
    calendar: Calendar
    days: Mapping[str, date | None]
    figures: Mapping[str, Any] = field(default_factory=dict)
    figures_read: set[str] = field(default_factory=set)
    _known: dict[str, Any] = field(default_factory=dict)

    def read(self, name: Reference) -> Any:
        """The value that a name stands for."""
        if name.kind == "fact":
            return self.facts.get(name.name)
        if name.kind == "figure":
            self.figures_read.add(name.name)
            return self.figures.get(name.name)
        if name.kind == "day":
            return self.days.get(name.name)
        if name.name not in self._known:
            self._known[name.name] = evaluate(self.derived[name.name], self)
        return self._known[name.name]

    def moved(self, at: date) -> Scene:
        """The same case with the same figures on another day."""
        days = {**self.days, "at": at}
        return Scene(self.facts, self.nones, self.derived, self.calendar, days, self.figures)


def evaluate(node: Node, scene: Scene) -> Any:
    """The value of `node`: a number is an int or a Fraction; None is unknown."""
    return _EVALUATE[type(node)](node, scene)


def _logic(node: nodes.Logic, scene: Scene) -> bool | None:
    decisive: bool = node.operator == "or"
    unknown = False
    for item in node.items:
        value = evaluate(item, scene)
        if value is decisive:
            return bool(value)
        unknown = unknown or value is None
    return None if unknown else not decisive


def _not(node: nodes.Not, scene: Scene) -> bool | None:
    value: bool | None = evaluate(node.inner, scene)
    return None if value is None else not value


def _comparison(node: nodes.Comparison, scene: Scene) -> bool | None:
    values = _known(nodes.children(node), scene)
    if values is None:
        return None
    pairs = zip(node.rest, values, values[1:], strict=False)
    return all(COMPARE[sign](left, right) for (sign, _), left, right in pairs)


def _membership(node: nodes.Membership, scene: Scene) -> bool | None:
    values = _known((node.item, node.members), scene)
    if values is None:
        return None
    inside: bool = values[0] in values[1]
    return inside is not node.negated


def _arithmetic(node: nodes.Arithmetic, scene: Scene) -> Any:
    values = _known((node.left, node.right), scene)
    if values is None:
        return None
    left, right = values
    if node.type is Type.DATE:
        return add_days(left, right if node.operator == "+" else -right)
    match node.operator:
        case "+":
            return left + right
        case "-":
            return (left - right).days if node.left.type is Type.DATE else left - right
        case "*":
            return left * right
    return Fraction(left) / right if right else None


def _choice(node: nodes.Choice, scene: Scene) -> Any:
    for condition, then in node.branches:
        holds = evaluate(condition, scene)
        if holds is None:
            return None
        if holds:
            return evaluate(then, scene)
    return None if node.otherwise is None else evaluate(node.otherwise, scene)


def _call(node: nodes.Call, scene: Scene) -> Any:
    if node.function == "coalesce":
        return next((v for v in (evaluate(a, scene) for a in node.arguments) if v is not None), None)
    if node.function in ("known", "none"):
        value = evaluate(node.arguments[0], scene)
        stated = getattr(node.arguments[0], "name", None) in scene.nones
        if node.function == "known":
            return value is not None or stated
        return True if stated else None if value is None else False
    values = _known(node.arguments, scene)
    if values is None:
        return None
    if node.function in _SPECIAL:
        return _SPECIAL[node.function](*values)
    return FUNCTIONS[node.function].run(scene.calendar, *values)


def _tier(x: Any, tiers: Iterable[tuple[Any, Any]]) -> Any:
    """The value of the first tier that reaches up to `x`, its bound included; None reaches all."""
    return next((value for up_to, value in tiers if up_to is None or x <= up_to), None)


_SPECIAL: Mapping[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "any_in": lambda one, other: not frozenset(one).isdisjoint(other),
    "texts": lambda *items: tuple(item for item in items if item),
    "tier": _tier,
    "lookup": lambda table, key: table.get(str(key)),
}


def _known(parts: Iterable[Node], scene: Scene) -> list[Any] | None:
    """The values of all parts, or None as soon as one is unknown."""
    values = []
    for part in parts:
        value = evaluate(part, scene)
        if value is None:
            return None
        values.append(value)
    return values


_EVALUATE: Mapping[type[Any], Callable[[Any, Scene], Any]] = {
    nodes.Constant: lambda node, _: node.value,
    nodes.Reference: lambda node, scene: scene.read(node),
    nodes.Not: _not,
    nodes.Logic: _logic,
    nodes.Comparison: _comparison,
    nodes.Membership: _membership,
    nodes.Arithmetic: _arithmetic,
    nodes.Choice: _choice,
    nodes.Call: _call,
}
