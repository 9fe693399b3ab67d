"""The typed tree of an expression: read once, walked by every execution of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from benefits.rules.values import Type


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal; its value is a value of the language."""

    type: Type
    value: Any


@dataclass(frozen=True, slots=True)
class Reference:
    """A name: a fact, a derived value, a dated figure, or one of the days `at` and `on`."""

    type: Type
    kind: Literal["fact", "derived", "figure", "day"]
    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """Kleene's `not`."""

    inner: Node
    type: Type = field(default=Type.BOOL, init=False)


@dataclass(frozen=True, slots=True)
class Logic:
    """Kleene's `and` and `or` over two or more."""

    operator: Literal["and", "or"]
    items: tuple[Node, ...]
    type: Type = field(default=Type.BOOL, init=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A chain such as `35 <= age <= 64`; any unknown operand makes the whole unknown."""

    first: Node
    rest: tuple[tuple[str, Node], ...]
    type: Type = field(default=Type.BOOL, init=False)


@dataclass(frozen=True, slots=True)
class Membership:
    """`in` and `not in` a constant set or a set figure."""

    item: Node
    members: Node
    negated: bool
    type: Type = field(default=Type.BOOL, init=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`+ - * /` of numbers, a day and whole days, or two days; division by zero is unknown."""

    type: Type
    operator: Literal["+", "-", "*", "/"]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Choice:
    """The first branch whose condition holds; an unknown condition before it, or no branch, is unknown."""

    type: Type
    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node | None


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the language applied to its arguments."""

    type: Type
    function: str
    arguments: tuple[Node, ...]


Node = Constant | Reference | Not | Logic | Comparison | Membership | Arithmetic | Choice | Call


def children(node: Node) -> tuple[Node, ...]:
    """The direct parts of a node, in the order of the text."""
    match node:
        case Not(inner):
            return (inner,)
        case Logic(_, items) | Call(_, _, items):
            return items
        case Comparison(first, rest):
            return (first, *(operand for _, operand in rest))
        case Membership(item, members):
            return (item, members)
        case Arithmetic(_, _, left, right):
            return (left, right)
        case Choice(_, branches, otherwise):
            parts = tuple(part for branch in branches for part in branch)
            return parts if otherwise is None else (*parts, otherwise)
    return ()


def walk(node: Node, derived: Mapping[str, Node]) -> Iterator[Node]:
    """The node and everything below it, in the order of the text, going into derived values."""
    yield node
    if isinstance(node, Reference) and node.kind == "derived":
        yield from walk(derived[node.name], derived)
    for child in children(node):
        yield from walk(child, derived)


def facts_read(node: Node, derived: Mapping[str, Node]) -> tuple[str, ...]:
    """The names of the facts that the node can read, each once, in order."""
    found = (part.name for part in walk(node, derived) if isinstance(part, Reference) and part.kind == "fact")
    return tuple(dict.fromkeys(found))


def reads_day(node: Node, derived: Mapping[str, Node]) -> bool:
    """Whether the node can depend on the day it is asked for."""
    return any(isinstance(part, Reference) and part.kind == "day" for part in walk(node, derived))
