"""Members: found within the reader's scope, registered and changed one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from benefits.access.person import person_key
from benefits.access.reach import along, within
from benefits.core.actor import Actor
from benefits.core.errors import AlreadyExists, AlreadyRegistered, Fault, Invalid, NotFound
from benefits.core.identity import (
    Identity,
    NotAnIdentity,
    mask_mobile,
    parse_card,
    parse_identity,
    parse_mobile,
)
from benefits.registry.disclosure import unmasked
from benefits.registry.landing import land, people_by_hash
from benefits.registry.name_key import name_key
from benefits.registry.roster import Account, Details, RosterMember
from models.membership import Honour, Membership
from models.person import Person
from models.secrecy import secrecy
from models.unit import Unit
from models.vocabulary import MembershipState

_HONOURS = selectinload(Membership.honours).selectinload(Honour.states)
_DETAILS = tuple(name for name in Details.__slots__ if name != "phone")


def visible(actor: Actor, permission: str = "member.read") -> Select[Membership]:
    """Members of the subtrees where the actor has the permission, each with person, unit and honours; none erased."""
    return (
        select(Membership)
        .join(Membership.unit)
        .join(Membership.person)
        .options(contains_eager(Membership.unit), contains_eager(Membership.person), _HONOURS)
        .where(within(actor, permission), Person.key_wrapped.is_not(None))
    )


def find_member(session: Session, actor: Actor, member_id: UUID) -> Membership:
    """A member that the actor may see, by the membership's id; raises NotFound."""
    found = session.scalar(visible(actor).where(Membership.id == member_id).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def disclosable_member(session: Session, actor: Actor, member_id: UUID) -> Membership:
    """A member whose secrets the actor may ask for, finance too; raises NotFound."""
    found = session.scalar(visible(actor, "member.disclose").where(Membership.id == member_id))
    if found is None:
        raise NotFound
    return found


def kept_member(session: Session, actor: Actor, member_id: UUID) -> Membership:
    """The same, locked, for an act of its officer; raises NotPermitted where the actor only reads it."""
    member = find_member(session, actor, member_id)
    actor.require("member.register", member.unit.path)
    return lock_member(session, actor, member_id)


def lock_member(session: Session, actor: Actor, member_id: UUID) -> Membership:
    """The same, locked, for an act of somebody else, who must be let to do it; raises NotFound."""
    find_member(session, actor, member_id)
    session.execute(select(Membership.id).where(Membership.id == member_id).with_for_update(key_share=True))
    return find_member(session, actor, member_id)


def search_by_id_number(session: Session, actor: Actor, number: str) -> list[Membership]:
    """The memberships in sight of the person with this identity number.

    Raises:
        Invalid: it is no resident identity number.
    """
    identity = _identity(number, actor, "/id_number")
    return _of_person(session, actor, identity)


def register_member(
    session: Session, actor: Actor, *, unit_code: str, id_number: str, name: str, **fields: Any
) -> Membership:
    """Register a person as a member of a unit; `fields` are those of `api.member.MemberBody`.

    Raises:
        Invalid: all faults at once. NotPermitted: not the actor's unit. AlreadyExists: a member of this unit already.
        AlreadyRegistered: a live member of another unit that the actor may see.
    """
    faults: list[Fault] = []
    unit = session.scalar(select(Unit).where(Unit.code == unit_code, along(actor, "unit.read")))
    if unit is None:
        faults.append(Fault("/unit_code", "unit_unknown"))
    else:
        actor.require("member.register", unit.path)
    identity = None
    try:
        identity = _identity(id_number, actor, "/id_number")
    except Invalid as invalid:
        faults += invalid.faults
    details, account = _read_numbers(fields, faults)
    if faults or unit is None or identity is None:
        raise Invalid(faults)
    for other in _of_person(session, actor, identity):
        if other.unit_id == unit.id:
            raise AlreadyExists
        if other.state != MembershipState.LEFT:
            raise AlreadyRegistered(unit_code=other.unit.code)
    member = RosterMember(
        identity, unit.code, name, MembershipState(fields["state"]), fields["employment_type"], details, account, None
    )
    [member_id] = land(session, actor, [member], {unit.code: unit.id})
    return find_member(session, actor, member_id)


def change_member(session: Session, actor: Actor, member: Membership, changes: Mapping[str, Any]) -> Membership:
    """Change what is given of a locked member; None clears. Nothing is written where nothing differs.

    Raises:
        Invalid: a phone or account number that cannot be one.
    """
    faults: list[Fault] = []
    _read_numbers(changes, faults)
    if faults:
        raise Invalid(faults)
    for name, value in changes.items():
        if name == "phone":
            _set_phone(session, member, value)
        elif name == "account":
            _set_account(session, member, value)
        elif value != getattr(member, name):
            setattr(member, name, value)
    member.name_key = name_key(member.name)
    member.in_service = member.state == MembershipState.ACTIVE
    if session.is_modified(member):
        member.touched_at = actor.at
    session.flush()
    return find_member(session, actor, member.id)


def _set_phone(session: Session, member: Membership, typed: str | None) -> None:
    number = parse_mobile(typed) if typed else None
    known = unmasked(session, member, ("phone",))["phone"]
    if number == known:
        return
    member.phone_cipher = number and secrecy(session).encrypt(
        person_key(session, member.person_id), member.id, "phone", number
    )  # type: ignore[assignment]
    member.phone_masked = mask_mobile(number) if number else None


def _set_account(session: Session, member: Membership, typed: Mapping[str, str] | None) -> None:
    keys = secrecy(session)
    if typed is None:
        member.bank = member.account_holder = member.account_last4 = None
        member.account_cipher = member.account_hash = None
        return
    number = parse_card(typed["account_number"]) or ""
    account_hash = keys.index("account", number)
    member.bank, member.account_holder = typed["bank"], typed["holder"]
    if account_hash != member.account_hash:
        member.account_cipher = keys.encrypt(person_key(session, member.person_id), member.id, "account", number)
        member.account_hash, member.account_last4 = account_hash, number[-4:]


def _identity(number: str, actor: Actor, pointer: str) -> Identity:
    try:
        return parse_identity(number, today=actor.today)
    except NotAnIdentity as fault:
        raise Invalid([Fault(pointer, fault.code)]) from None


def _of_person(session: Session, actor: Actor, identity: Identity) -> list[Membership]:
    known = people_by_hash(session, [secrecy(session).index("id_number", identity.number)])
    query = visible(actor).where(Membership.person_id.in_(known.values())).order_by(Membership.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _read_numbers(fields: Mapping[str, Any], faults: list[Fault]) -> tuple[Details, Account]:
    """The details and account in a request's fields; numbers that cannot be any are faults."""
    phone = parse_mobile(fields["phone"]) if fields.get("phone") else None
    if fields.get("phone") and phone is None:
        faults.append(Fault("/phone", "phone_malformed"))
    typed = fields.get("account") or {}
    number = parse_card(typed["account_number"]) if typed else None
    if typed and number is None:
        faults.append(Fault("/account/account_number", "bank_card_checksum"))
    details = Details(**{name: fields.get(name) for name in _DETAILS}, phone=phone)
    return details, Account(typed.get("bank"), number, typed.get("holder"))
