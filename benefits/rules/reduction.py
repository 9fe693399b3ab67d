"""An expression made simpler by what is the same for a whole set of cases, so that only what differs is left."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date

from benefits.rules import nodes
from benefits.rules.bounds import bounded
from benefits.rules.evaluate import Scene, evaluate
from benefits.rules.nodes import Constant, Node, Reference, children
from benefits.rules.policy import Edition, Figure
from benefits.rules.values import Type


class Reduction:
    """Reduces expressions of one edition; what becomes constant is worked out by the Python execution itself.

    What is left holds no figure, and no name but the facts that differ, `at` where it differs, and the derived
    values in `derived`.
    """

    def __init__(self, edition: Edition, scene: Scene, differing: Collection[str], on: date) -> None:
        """`scene` holds the facts that are the same for all; `differing` names those that are not."""
        self._edition, self._scene, self._differing, self._on = edition, scene, differing, on
        self.derived: dict[str, Node] = {}
        self.at = self.of(edition.at)

    def of(self, node: Node) -> Node:
        """The node with everything done that can be done once for all; an unknown constant has the value None."""
        match node:
            case Constant():
                return node
            case Reference():
                return self._reference(node)
            case nodes.Logic():
                return self._logic(node)
            case nodes.Choice(kind, branches, otherwise):
                return self._choice(kind, branches, otherwise)
            case nodes.Call(_, "known" | "none"):
                return self._known(node)
            case nodes.Call(_, "coalesce"):
                return self._coalesce(node)
            case nodes.Membership(item, members, negated):
                return self._by_table(members, lambda table: nodes.Membership(item, table, negated))
            case nodes.Call(kind, "tier", (item, table)):
                return self._by_table(table, lambda one: nodes.Call(kind, "tier", (item, one)))
            case nodes.Call(kind, "lookup", (table, key)):
                return self._by_table(table, lambda one: nodes.Call(kind, "lookup", (one, key)))
        return self._strict(node)

    def _reference(self, name: Reference) -> Node:
        if name.kind == "day":
            if name.name == "on":
                return Constant(Type.DATE, self._on)
            return self.at if isinstance(self.at, Constant) else name
        if name.kind == "figure":
            return self._figure(self._edition.figures[name.name])
        if name.kind == "derived":
            if name.name not in self.derived:
                self.derived[name.name] = self.of(self._edition.derived[name.name])
            reduced = self.derived[name.name]
            return reduced if isinstance(reduced, Constant) else name
        return name if name.name in self._differing else Constant(name.type, self._scene.read(name))

    def _figure(self, figure: Figure) -> Node:
        """The value of the day; where the day differs, the values by the day from which they hold."""
        if isinstance(self.at, Constant):
            dated = figure.on(self.at.value) if self.at.value else None
            return Constant(figure.type, dated and dated.value)
        at = Reference(Type.DATE, "day", "at")
        branches = (
            (nodes.Comparison(at, ((">=", Constant(Type.DATE, dated.start)),)), Constant(figure.type, dated.value))
            for dated in reversed(figure.values)
        )
        return nodes.Choice(figure.type, tuple(branches), None)

    def _by_table(self, table: Node, use: Callable[[Node], Node]) -> Node:
        """A set, tiers or a table is constant in each use: a figure by day becomes a choice of uses."""
        reduced = self.of(table)
        if not isinstance(reduced, nodes.Choice):
            return self._strict(use(reduced))
        branches = tuple((condition, use(one)) for condition, one in reduced.branches)
        return self._choice(use(table).type, branches, None)

    def _logic(self, node: nodes.Logic) -> Node:
        decisive = node.operator == "or"
        left: list[Node] = []
        for item in map(self.of, node.items):
            if not isinstance(item, Constant):
                left.append(item)
            elif item.value is decisive:
                return item
            elif item.value is None:
                left.append(item)
        if not left:
            return Constant(Type.BOOL, not decisive)
        if all(isinstance(item, Constant) for item in left):
            return left[0]
        return left[0] if len(left) == 1 else nodes.Logic(node.operator, tuple(left))

    def _choice(self, kind: Type, branches: tuple[tuple[Node, Node], ...], otherwise: Node | None) -> Node:
        left: list[tuple[Node, Node]] = []
        last: Node = Constant(kind, None)
        for condition, then in branches:
            reduced = self.of(condition)
            if not isinstance(reduced, Constant):
                left.append((reduced, self.of(then)))
            elif reduced.value is not False:
                last = self.of(then) if reduced.value else last
                break
        else:
            last = last if otherwise is None else self.of(otherwise)
        return nodes.Choice(kind, tuple(left), last) if left else last

    def _known(self, node: nodes.Call) -> Node:
        """Whether a fact is stated to be none is seen only where the fact itself is named."""
        argument = node.arguments[0]
        if isinstance(argument, Reference) and argument.kind == "fact":
            if argument.name in self._differing:
                return node
            return Constant(Type.BOOL, evaluate(node, self._scene))
        reduced = self.of(argument)
        if isinstance(reduced, Constant):
            return Constant(Type.BOOL, reduced.value is not None)
        if isinstance(reduced, Reference) and reduced.kind == "fact":
            reduced = nodes.Call(reduced.type, "coalesce", (reduced,))
        return replace(node, arguments=(reduced,))

    def _coalesce(self, node: nodes.Call) -> Node:
        left: list[Node] = []
        for argument in map(self.of, node.arguments):
            if isinstance(argument, Constant) and argument.value is None:
                continue
            left.append(argument)
            if isinstance(argument, Constant):
                break
        if not left:
            return Constant(node.type, None)
        return left[0] if len(left) == 1 else replace(node, arguments=tuple(left))

    def _strict(self, node: Node) -> Node:
        """A node that is unknown as soon as one part is."""
        parts = tuple(self.of(part) for part in children(node))
        if any(isinstance(part, Constant) and part.value is None for part in parts):
            return Constant(node.type, None)
        whole = _with_parts(node, parts)
        if all(isinstance(part, Constant) for part in parts):
            return Constant(node.type, evaluate(whole, self._scene))
        return bounded(whole, self.derived) if isinstance(whole, nodes.Comparison) else whole


def _with_parts(node: Node, parts: tuple[Node, ...]) -> Node:
    match node:
        case nodes.Not():
            return nodes.Not(*parts)
        case nodes.Comparison(_, rest):
            signs = (sign for sign, _ in rest)
            return nodes.Comparison(parts[0], tuple(zip(signs, parts[1:], strict=True)))
        case nodes.Membership(_, _, negated):
            return nodes.Membership(parts[0], parts[1], negated)
        case nodes.Arithmetic(kind, operator):
            return nodes.Arithmetic(kind, operator, *parts)
        case nodes.Call(kind, function):
            return nodes.Call(kind, function, parts)
    raise TypeError(node)
