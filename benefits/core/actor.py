"""Who acts, by which grants, in whose name, in which request, and at which instant."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from benefits.core.errors import BeyondDelegation, NotPermitted, OwnCase
from benefits.core.permissions import SIGNED, carries

UNION_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Lent:
    """A delegation in force: in whose name it lets its holder act, for up to how many yuan an act.

    `relatives` are those close to the giver, from whose cases the holder keeps away while acting in the giver's name.
    """

    id: UUID
    account_id: UUID
    person_id: UUID
    name: str
    limit: Decimal
    relatives: frozenset[UUID]


@dataclass(frozen=True)
class Held:
    """A grant in force at the instant of the request: a role over the subtree at `path`, one's own or lent."""

    role: str
    path: str
    unit_id: UUID
    lent: Lent | None = None

    def carries(self, permission: str) -> bool:
        """Whether it gives the permission; one that is lent gives less than one's own."""
        return carries(self.role, permission, lent=self.lent is not None)


@dataclass(frozen=True)
class Actor:
    """An account's person, acting. `at` is the instant of the request; days are the union's days.

    `by` is the grant by which an act is being signed (`signing`); without it the actor acts by grants of their own.
    """

    account_id: UUID
    person_id: UUID
    name: str
    unit_id: UUID
    grants: tuple[Held, ...]
    request_id: str
    at: datetime
    relatives: frozenset[UUID] = field(default_factory=frozenset)
    by: Held | None = None

    @property
    def today(self) -> date:
        """The union's day at the instant of the request."""
        return self.at.astimezone(UNION_ZONE).date()

    @property
    def under(self) -> Lent | None:
        """The delegation under which the act is being signed; None: in one's own name."""
        return self.by.lent if self.by else None

    @property
    def persons(self) -> frozenset[UUID]:
        """Whose act it is: the person who does it, and the one in whose name."""
        return frozenset({self.person_id, self.under.person_id} if self.under else {self.person_id})

    @property
    def close(self) -> frozenset[UUID]:
        """From whose cases the act keeps away: these persons and whoever is close to one of them."""
        return self.persons | self.relatives | (self.under.relatives if self.under else frozenset())

    def paths(self, permission: str | None = None) -> tuple[str, ...]:
        """The unit paths over whose subtrees a permission is held (any permission, without one), in order."""
        return tuple(sorted({grant.path for grant in self.grants if permission is None or grant.carries(permission)}))

    def may(self, permission: str, path: str) -> bool:
        """Whether the permission is held over the unit at `path`; what is signed with it asks for one's own grant."""
        return any(
            grant.carries(permission) and path.startswith(grant.path)
            for grant in self.grants
            if grant.lent is None or permission not in SIGNED
        )

    def require(self, permission: str, path: str) -> None:
        """Refuse with `NotPermitted` unless the permission is held over the unit at `path`."""
        if not self.may(permission, path):
            raise NotPermitted(permission=permission)

    def require_somewhere(self, permission: str) -> None:
        """Refuse with `NotPermitted` unless the permission is held over some unit."""
        if not self.paths(permission):
            raise NotPermitted(permission=permission)

    def require_stranger(self, person_id: UUID) -> None:
        """Refuse with `OwnCase` where the person is the actor or a relative, or close to whoever lent them the duty."""
        if person_id in self.close:
            raise OwnCase

    def signing(self, permission: str, path: str, amount: Decimal | None) -> Actor:
        """The actor as they sign an act over so many yuan (None: the act gives none): in their own name if they can.

        Of one's own grants the highest in the tree is used, of those lent the one with the lowest limit that reaches.

        Raises:
            NotPermitted: no grant carries the permission there. BeyondDelegation: only lent ones do, up to less.
        """
        held = [grant for grant in self.grants if grant.carries(permission) and path.startswith(grant.path)]
        if not held:
            raise NotPermitted(permission=permission)
        own = [grant for grant in held if grant.lent is None]
        if own:
            return replace(self, by=min(own, key=lambda grant: len(grant.path)))
        lent = sorted(
            ((grant.lent.limit, grant.lent.id, grant) for grant in held if grant.lent), key=lambda row: row[:2]
        )
        for limit, _, grant in lent:
            if amount is None or amount <= limit:
                return replace(self, by=grant)
        raise BeyondDelegation(limit=f"{lent[-1][0]:.2f}", amount=f"{amount:.2f}")
