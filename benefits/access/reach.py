"""How far an actor's grants reach, as a `where` on units: the first wall, in every query."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, or_

from benefits.core.actor import Actor
from models.unit import Unit


def within(actor: Actor, permission: str) -> ColumnElement[bool]:
    """Units in the subtrees over which the actor holds the permission."""
    return or_(*(func.starts_with(Unit.path, path) for path in actor.paths(permission)), _none())


def along(actor: Actor, permission: str) -> ColumnElement[bool]:
    """Units in those subtrees and on the lines above them: for what belongs to upper unions."""
    above = {prefix for path in actor.paths(permission) for prefix in lineage(path)}
    return or_(within(actor, permission), Unit.path.in_(above))


def lineage(path: str) -> list[str]:
    """The paths of a unit and all above it, the root first."""
    codes = path.strip("/").split("/")
    return ["/" + "/".join(codes[:depth]) + "/" for depth in range(1, len(codes) + 1)]


def _none() -> ColumnElement[bool]:
    return Unit.path.is_(None)
