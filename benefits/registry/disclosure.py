"""What of a member is secret: masked in every answer, and shown in the clear for a recorded purpose only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.access.person import person_key
from benefits.core.actor import Actor
from benefits.core.errors import StateForbids
from benefits.core.identity import mask_identity
from benefits.record.writer import write_entry
from models.erasure import Erasure, ErasureState
from models.membership import Membership
from models.secrecy import secrecy

DISCLOSABLE = ("id_number", "phone", "account_number")


def unmasked(session: Session, member: Membership, fields: Collection[str]) -> dict[str, str | None]:
    """Secret fields of a member in the clear, for use inside; whoever shows them must record it."""
    keys = secrecy(session)
    key = person_key(session, member.person_id)
    sealed = {
        "id_number": (member.person_id, "id_number", member.person.id_cipher),
        "phone": (member.id, "phone", member.phone_cipher),
        "account_number": (member.id, "account", member.account_cipher),
    }
    return {
        name: keys.decrypt(key, row, field, cipher).decode() if cipher else None
        for name, (row, field, cipher) in sealed.items()
        if name in fields
    }


def disclose(
    session: Session, actor: Actor, member: Membership, fields: Sequence[str], purpose: str
) -> dict[str, str | None]:
    """Secret fields of a member in the clear; who saw which, and what for, enters the record.

    Raises:
        NotPermitted: no role of the actor there may see them. StateForbids: the member's erasure has been asked for.
    """
    actor.require("member.disclose", member.unit.path)
    if open_erasure(session, member) is not None:
        raise StateForbids(state="restricted", act="disclose")
    write_entry(
        session,
        kind="disclosure",
        action="member.disclose",
        table="membership",
        row=member.id,
        unit_id=member.unit_id,
        data={"fields": sorted(set(fields)), "purpose": purpose},
    )
    return unmasked(session, member, fields)


def open_erasure(session: Session, member: Membership) -> UUID | None:
    """The open request to erase a member: until it ends the data are only stored (个人信息保护法 art. 47)."""
    return session.scalar(
        select(Erasure.id).where(Erasure.membership_id == member.id, Erasure.state == ErasureState.REQUESTED)
    )


def masked_id_number(session: Session, member: Membership) -> str | None:
    """The identity number as lists show it; None once it is erased."""
    person = member.person
    if person.key_wrapped is None:
        return None
    keys = secrecy(session)
    key = keys.unwrap(person.key_wrapped, person.id)
    return mask_identity(keys.decrypt(key, person.id, "id_number", person.id_cipher).decode())
