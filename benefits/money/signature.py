"""The names under acts, as people sign: 李四（代张三） where one acted in another's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.papers.labels import labels
from models.account import Account
from models.application import Act
from models.delegation import Delegation


@dataclass(frozen=True)
class Signature:
    """Who signed, and for whom; empty names are those that the reader may not see, or the system's."""

    name: str
    on_behalf_of: str | None

    def written(self, language: str) -> str:
        """The name as it stands on paper."""
        if self.on_behalf_of is None:
            return self.name
        return labels(language).part("signature")["for"].format(name=self.name, giver=self.on_behalf_of).strip()


def signatures_of(session: Session, acts: Sequence[Act]) -> dict[UUID, Signature]:
    """The signature under each of these acts, by its id."""
    names: dict[UUID | None, str] = {
        row.id: row.name
        for row in session.execute(
            select(Account.id, Account.name).where(Account.id.in_({act.account_id for act in acts}))
        )
    }
    lent = {
        each.id: each
        for each in session.scalars(
            select(Delegation).where(Delegation.id.in_({act.delegation_id for act in acts} - {None}))
        )
    }
    return {act.id: _signature(act, names.get(act.account_id, ""), lent) for act in acts}


def _signature(act: Act, name: str, lent: dict[UUID, Delegation]) -> Signature:
    given = lent.get(act.delegation_id) if act.delegation_id else None
    return Signature(given.to_name, given.from_name) if given else Signature(name, None)
