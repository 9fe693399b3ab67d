"""Lands checked members in the register, many at a time: persons, memberships made or changed, honours."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.identity import mask_mobile
from benefits.registry.honour_landing import land_honours
from benefits.registry.name_key import name_key
from benefits.registry.roster import RosterMember
from models.columns import new_id
from models.secrecy import Secrecy, secrecy
from models.vocabulary import MembershipState

# What a row says in the clear; a blank (None) leaves what is registered.
_PLAIN = (
    *("staff_number", "name", "name_key", "state", "in_service", "employment_type", "ethnicity", "education"),
    *("political_status", "department", "post", "frontline", "outdoor", "work_started_on", "joined_on"),
    *("dues_paid_through", "bank", "account_holder"),
)
_SEALED = ("phone_cipher", "phone_masked", "account_cipher", "account_hash", "account_last4")
_COLUMNS = ("id", "person_id", "unit_id", *_PLAIN, *_SEALED)
_CHANGED = ", ".join(f"{name} = a.{name}" for name in (*_PLAIN, *_SEALED))
_LISTED = ", ".join(_COLUMNS)

_ARRIVING = text(
    "CREATE TEMPORARY TABLE IF NOT EXISTS arriving ON COMMIT DROP AS "  # noqa: S608 - names of our own
    f"SELECT {_LISTED}, false AS is_new FROM membership WITH NO DATA"
)
_INSERT = text(f"INSERT INTO membership ({_LISTED}) SELECT {_LISTED} FROM arriving WHERE is_new")  # noqa: S608
_UPDATE = text(
    f"UPDATE membership m SET {_CHANGED}, touched_at = :at FROM arriving a WHERE m.id = a.id AND NOT a.is_new"  # noqa: S608
)
_THERE = text(
    f"SELECT {_LISTED} FROM membership WHERE person_id = ANY(CAST(:people AS uuid[]))"  # noqa: S608
    " AND unit_id = ANY(CAST(:units AS uuid[]))"
)
_KNOWN = text("SELECT CAST(people_known(:hashes) AS text[])")
_KEYS = text("SELECT people_keys(CAST(:people AS uuid[]))")
_REGISTER = text(
    "SELECT CAST(people_register(CAST(:ids AS uuid[]), :hashes, :ciphers, :keys, :salts, :births, :sexes) AS text[])"
)


@dataclass(frozen=True)
class _Person:
    """A person in the register, with the key that seals what is theirs."""

    id: UUID
    key: bytes


def people_by_hash(session: Session, hashes: Sequence[bytes]) -> dict[bytes, UUID]:
    """The persons in the whole system with these hashes; whether there is one must not be told to anybody."""
    if not hashes:
        return {}
    found = session.scalars(_KNOWN, {"hashes": list(hashes)}).one()
    return {known: UUID(person_id) for known, person_id in zip(hashes, found, strict=True) if person_id}


def land(session: Session, actor: Actor, members: Sequence[RosterMember], units: Mapping[str, UUID]) -> list[UUID]:
    """Land members of these units in the open transaction and give their memberships' ids, in order.

    A person is made once in the whole system. A membership in the same unit is changed only where it differs: nothing
    is written for what is registered already. Each person occurs once in `members`.
    """
    if not members:
        return []
    keys = secrecy(session)
    people = _people(session, keys, members)
    there = {(row["person_id"], row["unit_id"]): row for row in _registered(session, people, units)}
    ids: list[UUID] = []
    arriving: list[dict[str, Any]] = []
    for member, person in zip(members, people, strict=True):
        old = there.get((person.id, units[member.unit_code]))
        row = _merged(keys, member, person, units[member.unit_code], old)
        ids.append(row["id"])
        if row != old:
            arriving.append({**row, "is_new": old is None})
    if arriving:
        _copy(session, arriving)
        session.execute(_INSERT)
        session.execute(_UPDATE, {"at": actor.at})
    _land_honours(session, actor, zip(members, people, ids, strict=True), units)
    return ids


def _people(session: Session, keys: Secrecy, members: Sequence[RosterMember]) -> list[_Person]:
    """The members' persons in order, made where they are new."""
    hashes = [keys.index("id_number", member.identity.number) for member in members]
    known = people_by_hash(session, hashes)
    fresh = [(h, m) for h, m in zip(hashes, members, strict=True) if h not in known]
    made = _make_people(session, keys, fresh)
    known |= {h: person.id for h, person in made.items()}
    # One that another transaction made a moment before us has a key that is not ours.
    old = [known[h] for h in hashes if h not in made or not made[h].key]
    wrapped = session.scalars(_KEYS, {"people": [str(person_id) for person_id in old]}).one() if old else []
    opened = {person_id: keys.unwrap(bytes(key), person_id) for person_id, key in zip(old, wrapped, strict=True)}
    return [_Person(known[h], opened.get(known[h]) or made[h].key) for h in hashes]


def _make_people(session: Session, keys: Secrecy, fresh: Sequence[tuple[bytes, RosterMember]]) -> dict[bytes, _Person]:
    if not fresh:
        return {}
    ids = [new_id() for _ in fresh]
    pairs = [keys.new_key(person_id) for person_id in ids]
    numbers = [member.identity.number for _, member in fresh]
    registered = session.scalars(
        _REGISTER,
        {
            "ids": [str(person_id) for person_id in ids],
            "hashes": [h for h, _ in fresh],
            "ciphers": [
                keys.encrypt(key, person_id, "id_number", number)
                for person_id, (key, _), number in zip(ids, pairs, numbers, strict=True)
            ],
            "keys": [wrapped for _, wrapped in pairs],
            "salts": [os.urandom(16) for _ in fresh],
            "births": [member.identity.birth_date for _, member in fresh],
            "sexes": [member.identity.sex for _, member in fresh],
        },
    ).one()
    return {
        h: _Person(UUID(found), key if UUID(found) == ours else b"")
        for (h, _), found, ours, (key, _) in zip(fresh, registered, ids, pairs, strict=True)
    }


def _registered(session: Session, people: Sequence[_Person], units: Mapping[str, UUID]) -> Iterable[dict[str, Any]]:
    rows = session.execute(
        _THERE,
        {"people": [str(person.id) for person in people], "units": [str(unit_id) for unit_id in units.values()]},
    ).mappings()
    for row in rows:
        yield {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()}


def _merged(
    keys: Secrecy, member: RosterMember, person: _Person, unit_id: UUID, old: dict[str, Any] | None
) -> dict[str, Any]:
    """The membership's row as it shall be: what the member's row says, else what is registered."""
    row: dict[str, Any] = dict(old) if old else dict.fromkeys(_COLUMNS)
    if old is None:
        row |= {"id": new_id(), "person_id": person.id, "unit_id": unit_id}
    row |= {name: value for name, value in _said(member).items() if value is not None}
    phone, number = member.details.phone, member.account.number
    if phone and phone != _phone(keys, person, old):
        row["phone_cipher"] = keys.encrypt(person.key, row["id"], "phone", phone)
        row["phone_masked"] = mask_mobile(phone)
    if number:
        account_hash = keys.index("account", number)
        if row["account_hash"] != account_hash:
            row["account_cipher"] = keys.encrypt(person.key, row["id"], "account", number)
            row["account_hash"], row["account_last4"] = account_hash, number[-4:]
        row["account_holder"] = row["account_holder"] or member.name
    return row


def _said(member: RosterMember) -> dict[str, Any]:
    details = member.details
    return {
        "staff_number": details.staff_number,
        "name": member.name,
        "name_key": name_key(member.name),
        "state": member.state.value,
        "in_service": member.state == MembershipState.ACTIVE,
        "employment_type": member.employment_type,
        "ethnicity": details.ethnicity,
        "education": details.education,
        "political_status": details.political_status,
        "department": details.department,
        "post": details.post,
        "frontline": details.frontline,
        "outdoor": details.outdoor,
        "work_started_on": details.work_started_on,
        "joined_on": details.joined_on,
        "dues_paid_through": details.dues_paid_through,
        "bank": member.account.bank,
        "account_holder": member.account.holder,
    }


def _phone(keys: Secrecy, person: _Person, old: dict[str, Any] | None) -> str | None:
    if old is None or old["phone_cipher"] is None:
        return None
    return keys.decrypt(person.key, old["id"], "phone", old["phone_cipher"]).decode()


def _copy(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Bring rows into a temporary table by COPY, which no wall stands around; INSERT … SELECT then meets the walls."""
    session.execute(_ARRIVING)
    session.execute(text("TRUNCATE arriving"))
    lines = StringIO()
    writer = csv.writer(lines)
    writer.writerows([_cell(row[name]) for name in (*_COLUMNS, "is_new")] for row in rows)
    lines.seek(0)
    driver = session.connection().connection.driver_connection
    assert driver is not None  # noqa: S101 - a session in a transaction has its connection
    with driver.cursor() as cursor:
        cursor.copy_expert("COPY arriving FROM STDIN WITH (FORMAT csv)", lines)


def _cell(value: object) -> object:
    return f"\\x{value.hex()}" if isinstance(value, bytes) else value


def _land_honours(
    session: Session, actor: Actor, landed: Iterable[tuple[RosterMember, _Person, UUID]], units: Mapping[str, UUID]
) -> None:
    land_honours(
        session,
        actor,
        [
            {
                "membership_id": membership_id,
                "unit_id": units[member.unit_code],
                "person_id": person.id,
                "title": honour.title,
                "level": honour.level,
                "awarded_by": honour.awarded_by,
                "awarded_on": honour.awarded_on,
            }
            for member, person, membership_id in landed
            if (honour := member.honour)
        ],
    )
