"""How far an actor's grants reach, as a `where` on units: the first wall, in every query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from benefits.core.actor import Actor
from models.unit import Unit

# Wanted bounds of a list, null for none, each with the condition that holds it.
Bounds = tuple[tuple[Any, Callable[[Any], ColumnElement[bool]]], ...]


def within(actor: Actor, permission: str) -> ColumnElement[bool]:
    """Units in the subtrees over which the actor holds the permission."""
    return or_(*(func.starts_with(Unit.path, path) for path in actor.paths(permission)), _none())


def along(actor: Actor, permission: str) -> ColumnElement[bool]:
    """Units in those subtrees and on the lines above them: for what belongs to upper unions."""
    above = {prefix for path in actor.paths(permission) for prefix in lineage(path)}
    return or_(within(actor, permission), Unit.path.in_(above))


def under(code: str) -> ColumnElement[bool]:
    """The unit of this code and all below it; none where there is no such unit."""
    top = aliased(Unit)
    return func.starts_with(Unit.path, select(top.path).where(top.code == code).scalar_subquery())


def lineage(path: str) -> list[str]:
    """The paths of a unit and all above it, the root first."""
    codes = path.strip("/").split("/")
    return ["/" + "/".join(codes[:depth]) + "/" for depth in range(1, len(codes) + 1)]


def _none() -> ColumnElement[bool]:
    return Unit.path.is_(None)
