"""Persons by their identity number: registered once in the whole system, found by keyed hash."""

from __future__ import annotations

import os
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, cast, func, select
from sqlalchemy.orm import Session

from benefits.core.errors import StateForbids
from benefits.core.identity import Identity
from models.columns import new_id
from models.secrecy import secrecy

_KEPT_KEYS = 1000  # a request asks for a few, an import for hundreds of thousands


def register_person(session: Session, identity: Identity) -> UUID:
    """The id of the person with this identity number, made if new.

    The answer is the same whether another union knew the person or not.
    """
    keys = secrecy(session)
    person_id = new_id()
    key, wrapped = keys.new_key(person_id)
    known: UUID = session.scalars(
        select(
            func.person_register(
                person_id,
                keys.index("id_number", identity.number),
                keys.encrypt(key, person_id, "id_number", identity.number),
                wrapped,
                os.urandom(16),
                identity.birth_date,
                str(identity.sex),
            )
        )
    ).one()
    return known


def person_key(session: Session, person_id: UUID) -> bytes:
    """The person's key, unwrapped: what encrypts everything that is theirs.

    Raises:
        StateForbids: the person was erased and the key destroyed.
    """
    keys = person_keys(session, [person_id])
    if person_id not in keys:
        raise StateForbids(state="erased", act="read")
    return keys[person_id]


def person_keys(session: Session, people: Collection[UUID]) -> dict[UUID, bytes]:
    """The keys of many persons at once, unwrapped; those who were erased have none. A session asks once for each."""
    kept: dict[UUID, bytes] = session.info.setdefault("person_keys", {})
    known = {person: kept[person] for person in people if person in kept}
    asked, own = [person for person in set(people) if person not in known], secrecy(session)
    if asked:
        wrapped: list[bytes | None] = session.scalars(select(func.people_keys(cast(asked, ARRAY(Uuid))))).one()
        sealed = {person: bytes(key) for person, key in zip(asked, wrapped, strict=True) if key is not None}
        found = {person: own.unwrap(key, person) for person, key in sealed.items()}
        if len(kept) + len(found) <= _KEPT_KEYS:
            kept |= found
        known |= found
    return known


def is_erased(session: Session, person_id: UUID) -> bool:
    """Whether the person's key was destroyed, so that nothing sealed of theirs can be read again."""
    return not person_keys(session, [person_id])
