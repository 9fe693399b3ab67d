"""Comparisons of a span up to a fixed day, such as an age, as bounds on the day from which it is counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from benefits.rules import nodes
from benefits.rules.evaluate import COMPARE
from benefits.rules.nodes import Constant, Node, Reference, children
from benefits.rules.values import FIRST_DAY, LAST_DAY, Type, months_between, years_between

_SPANS = {"years_between": years_between, "months_between": months_between}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def bounded(node: nodes.Comparison, derived: Mapping[str, Node]) -> Node:
    """The reduced comparison, with the span's first day compared instead where that is the same.

    It is where a span of years or months from a day that differs to one that does not is compared with constants:
    the span never grows as its first day comes later. `derived` are the reduced derived values.
    """
    parts = children(node)
    at = len(parts) // 2
    span = parts[at] if len(parts) == 3 else next((p for p in parts if not isinstance(p, Constant)), node)
    others = [part for part in parts if part is not span]
    while isinstance(span, Reference) and span.kind == "derived":
        span = derived[span.name]
    match span:
        case nodes.Call(_, "years_between" | "months_between" as function, (start, Constant(_, end))):
            pass
        case _:
            return node
    if len(parts) > 3 or not all(isinstance(other, Constant) for other in others):
        return node
    tests = []
    for (sign, right), left in zip(node.rest, parts, strict=False):
        limit, turned = (right, sign) if isinstance(right, Constant) else (left, _MIRRORED.get(sign, ""))
        if turned not in _MIRRORED or not isinstance(limit, Constant):
            return node
        tests.append(_bound(start, function, end, turned, limit.value))
    return tests[0] if len(tests) == 1 else nodes.Logic("and", tuple(tests))


def _bound(start: Node, function: str, end: date, sign: str, limit: Any) -> Node:
    """`span sign limit` holds up to some first day (`>`, `>=`), or after one (`<`, `<=`)."""
    rising = sign in (">", ">=")
    low, high = FIRST_DAY - timedelta(days=1), LAST_DAY
    while low < high:  # the last day on which the span is still that long
        middle = high - (high - low) // 2
        holds = COMPARE[sign](_SPANS[function](middle, end), limit)
        low, high = (middle, high) if holds is rising else (low, middle - timedelta(days=1))
    return nodes.Comparison(start, (("<=" if rising else ">", Constant(Type.DATE, low)),))
