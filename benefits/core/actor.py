"""Who acts, by which grants, in which request, and at which instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from benefits.core.errors import NotPermitted, OwnCase
from benefits.core.permissions import roles_with

UNION_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Held:
    """A grant in force at the instant of the request: a role over the subtree at `path`."""

    role: str
    path: str
    unit_id: UUID


@dataclass(frozen=True)
class Actor:
    """An account's person, acting. `at` is the instant of the request; days are the union's days."""

    account_id: UUID
    person_id: UUID
    name: str
    unit_id: UUID
    grants: tuple[Held, ...]
    request_id: str
    at: datetime
    relatives: frozenset[UUID] = field(default_factory=frozenset)

    @property
    def today(self) -> date:
        """The union's day at the instant of the request."""
        return self.at.astimezone(UNION_ZONE).date()

    def paths(self, permission: str | None = None) -> tuple[str, ...]:
        """The unit paths over whose subtrees a permission is held (any permission, without one), in order."""
        roles = None if permission is None else roles_with(permission)
        return tuple(sorted({grant.path for grant in self.grants if roles is None or grant.role in roles}))

    def may(self, permission: str, path: str) -> bool:
        """Whether the permission is held over the unit at `path`."""
        return any(path.startswith(prefix) for prefix in self.paths(permission))

    def require(self, permission: str, path: str) -> None:
        """Refuse with `NotPermitted` unless the permission is held over the unit at `path`."""
        if not self.may(permission, path):
            raise NotPermitted(permission=permission)

    def require_somewhere(self, permission: str) -> None:
        """Refuse with `NotPermitted` unless the permission is held over some unit."""
        if not self.paths(permission):
            raise NotPermitted(permission=permission)

    def require_stranger(self, person_id: UUID) -> None:
        """Refuse with `OwnCase` where the person is the actor or a relative that the actor has declared."""
        if person_id == self.person_id or person_id in self.relatives:
            raise OwnCase
