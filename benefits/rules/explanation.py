"""Why a criterion came out as it did: the value seen, what was required, the gap, and the evidence wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from benefits.core.money import FEN
from benefits.rules import nodes
from benefits.rules.evaluate import Scene, evaluate
from benefits.rules.nodes import Node, facts_read
from benefits.rules.values import ORDERED, Type, show, up_to_fen

_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True)
class Shown:
    """What a finding shows: the name of the value, the value, what was required, and how far it is off."""

    fact: str | None
    value: str | None = None
    required: str | None = None
    gap: str | None = None


def explain(expr: Node, scene: Scene) -> Shown:
    """The value and the requirement that decide `expr`, following the branch taken."""
    expr = reached(expr, scene)
    match expr:
        case nodes.Comparison(first, rest):
            return _comparison(first, rest, scene)
        case nodes.Membership(item, members, negated):
            allowed = _shown(members, scene)
            return Shown(_name(item, scene), _shown(item, scene), f"≠ {allowed}" if negated and allowed else allowed)
        case nodes.Not(nodes.Reference() as inner):
            return Shown(inner.name, _shown(inner, scene), "false")
        case nodes.Reference():
            return Shown(expr.name, _shown(expr, scene), "true")
    # No single value decides: show the facts that were read.
    names = facts_read(expr, scene.derived)
    seen = [f"{name}={_show_fact(scene.facts[name])}" for name in names if name in scene.facts]
    return Shown(names[0] if names else None, ", ".join(seen) or None)


def reached(expr: Node, scene: Scene) -> Node:
    """The part of `expr` that decides: the branch taken, inside a derived flag too."""
    while True:
        if isinstance(expr, nodes.Choice):
            taken = _taken(expr, scene)
            if taken is None:
                return expr
            expr = taken
        elif isinstance(expr, nodes.Reference) and expr.kind == "derived":
            expr = scene.derived[expr.name]
        else:
            return expr


def _taken(choice: nodes.Choice, scene: Scene) -> Node | None:
    for condition, then in choice.branches:
        holds = evaluate(condition, scene)
        if holds:
            return then
        if holds is None:
            return None
    return choice.otherwise


def _comparison(first: Node, rest: tuple[tuple[str, Node], ...], scene: Scene) -> Shown:
    """The middle of a chain of two is the value, else the left side; the others are its bounds."""
    if len(rest) == 2:
        (low_sign, value), (high_sign, high) = rest
        bounds = [(_MIRRORED[low_sign], first), (high_sign, high)]
    else:
        value, bounds = first, list(rest[:1])
    known, kind = evaluate(value, scene), _wider(value, bounds)
    limits = [(sign, bound, evaluate(bound, scene)) for sign, bound in bounds]
    gaps = [_gap(known, sign, limit, kind) for sign, _, limit in limits]
    return Shown(
        _name(value, scene),
        None if known is None else show(known, kind),
        _required([(sign, None if limit is None else show(limit, kind)) for sign, _, limit in limits]),
        next((gap for gap in gaps if gap), None),
    )


def _wider(value: Node, bounds: Iterable[tuple[str, Node]]) -> Type:
    """The type in which both sides are shown: two decimals as soon as one of them has any."""
    kinds = {value.type} | {bound.type for _, bound in bounds}
    return Type.NUMBER if Type.NUMBER in kinds else value.type


def _required(limits: list[tuple[str, str | None]]) -> str | None:
    if any(limit is None for _, limit in limits):
        return None
    if [sign for sign, _ in limits] == [">=", "<="]:
        return f"{limits[0][1]}–{limits[1][1]}"
    if [sign for sign, _ in limits] == ["=="]:
        return limits[0][1]
    return ", ".join(f"{_SIGNS[sign]} {limit}" for sign, limit in limits)


def _gap(value: Any, sign: str, limit: Any, kind: Type) -> str | None:
    """The least by which `value` would have to move: days, whole numbers, yuan to the fen; None for not at all."""
    if value is None or limit is None or sign == "!=" or kind not in ORDERED:
        return None
    short = limit - value if sign in (">=", ">") else value - limit
    short = short.days if kind is Type.DATE else short
    strict = sign in ("<", ">")
    if sign == "==":
        short = abs(short)
    if short < 0 or (short == 0 and not strict):
        return None
    if kind is Type.NUMBER:
        fen = up_to_fen(short)
        return f"{fen + FEN if strict and fen == short else fen:.2f}"
    return str(short + strict)


def _name(node: Node, scene: Scene) -> str | None:
    """The name of a value: its own, or that of the first fact it is worked out from."""
    if isinstance(node, nodes.Reference):
        return node.name
    return next(iter(facts_read(node, scene.derived)), None)


def _shown(node: Node, scene: Scene) -> str | None:
    value = evaluate(node, scene)
    return None if value is None else show(value, node.type)


def _show_fact(value: Any) -> str:
    kinds = {bool: Type.BOOL, int: Type.INTEGER, str: Type.TEXT, frozenset: Type.TEXTS}
    if hasattr(value, "isoformat"):
        return show(value, Type.DATE)
    return show(value, kinds.get(type(value), Type.NUMBER))


def evidence(node: Node | None, scene: Scene) -> list[str]:
    """The facts that would settle an unknown `node`, each once: only what is unknown is walked."""
    return [] if node is None else list(dict.fromkeys(_wanted(node, scene)))


def _wanted(node: Node, scene: Scene) -> list[str]:
    if evaluate(node, scene) is not None:
        return []
    match node:
        case nodes.Reference(_, "fact", name):
            return [name]
        case nodes.Reference(_, "derived", name):
            return _wanted(scene.derived[name], scene)
        case nodes.Call(_, "coalesce", arguments):
            # One of them is enough; the first that somebody can supply is asked for.
            return next((wanted for a in arguments if (wanted := _wanted(a, scene))), [])
        case nodes.Choice(_, branches, otherwise):
            return _wanted_of_choice(branches, otherwise, scene)
    return [name for child in nodes.children(node) for name in _wanted(child, scene)]


def _wanted_of_choice(branches: tuple[tuple[Node, Node], ...], otherwise: Node | None, scene: Scene) -> list[str]:
    """What settles the conditions, and what any branch that they may lead to lacks."""
    names = []
    for condition, then in branches:
        holds = evaluate(condition, scene)
        names += _wanted(condition, scene)
        if holds is not False:
            names += _wanted(then, scene)
        if holds:
            return names
    return names + ([] if otherwise is None else _wanted(otherwise, scene))
