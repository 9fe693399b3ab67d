"""Reading the audit record: which entries an auditor may see, by who, what, where and when, newest or oldest first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Numeric, Row, Select, and_, case, cast, false, func, or_, select, text
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import NotFound
from models.account import Account
from models.application import Application
from models.record_entry import RecordEntry
from models.unit import Unit

PERMISSION = "record.read"
_CHUNK_ROWS = 1000
_IMAGES = json.JSONDecoder(parse_float=str)  # numbers keep the digits that were recorded: a float would not
_IN_SNAPSHOT = "pg_visible_in_snapshot(record_entry.xid::text::xid8, CAST(:snapshot AS pg_snapshot))"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which entries are wanted; None is any. All that are given must hold."""

    who: str | None = None  # an account's id or username
    kind: str | None = None
    action: str | None = None
    table: str | None = None
    row: str | None = None
    unit_code: str | None = None  # with the unit's whole subtree
    application_id: UUID | None = None
    member_id: UUID | None = None  # the membership itself and its cases
    programme: str | None = None  # of the case that the entry is about
    amount_from: Decimal | None = None  # of the image's `amount`, yuan, inclusive
    amount_until: Decimal | None = None
    request_id: str | None = None
    from_at: datetime | None = None  # inclusive
    until_at: datetime | None = None  # exclusive


class EventAccount(NamedTuple):
    """Who did it; no names where the account's unit is out of sight."""

    id: UUID
    username: str | None
    name: str | None


class Event(NamedTuple):
    """One entry as an auditor reads it."""

    n: int
    at: datetime
    kind: str
    action: str
    table: str | None
    row: str | None
    unit_code: str | None
    application_id: UUID | None
    account: EventAccount | None
    database_user: str
    request_id: str | None
    data: Any  # the after-image, or what was done; decimals are strings, exactly as recorded


def list_events(
    session: Session, actor: Actor, selection: Selection, *, oldest_first: bool, after: int | None, limit: int
) -> list[Event]:
    """At most `limit` entries beyond the entry `after`."""
    query = _entries(actor, selection).limit(limit)
    if after is not None:
        query = query.where(RecordEntry.n > after if oldest_first else RecordEntry.n < after)
    order = RecordEntry.n.asc() if oldest_first else RecordEntry.n.desc()
    return [_event(row) for row in session.execute(query.order_by(order))]


def find_event(session: Session, actor: Actor, n: int) -> Event:
    """The entry with this number; raises NotFound."""
    row = session.execute(_entries(actor, Selection()).where(RecordEntry.n == n)).one_or_none()
    if row is None:
        raise NotFound
    return _event(row)


def snapshot(session: Session) -> str:
    """Which transactions are complete now, as PostgreSQL writes it; what it shows of the record never changes.

    PostgreSQL leaves the asking transaction out of those that run: once a later one has ended it would count as
    complete, so it is put back.
    """
    shown, own = session.execute(
        text("SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned()::text")
    ).one()
    first, beyond, running = shown.split(":")
    if own is not None and int(own) < int(beyond):
        running = ",".join(sorted({*filter(None, running.split(",")), own}, key=int))
    return f"{first}:{beyond}:{running}"


def stream_events(session: Session, actor: Actor, selection: Selection, seen_in: str) -> Iterator[Event]:
    """Every entry of the selection that a snapshot shows, oldest first, without holding them all."""
    query = _entries(actor, selection).where(text(_IN_SNAPSHOT).bindparams(snapshot=seen_in)).order_by(RecordEntry.n)
    for row in session.execute(query, execution_options={"yield_per": _CHUNK_ROWS}):
        yield _event(row)


def count_events(session: Session, actor: Actor, selection: Selection, seen_in: str, *, most: int) -> int:
    """How many entries of the selection a snapshot shows; counting stops beyond `most`."""
    entries = _entries(actor, selection).where(text(_IN_SNAPSHOT).bindparams(snapshot=seen_in)).limit(most + 1)
    counted: int = session.scalars(select(func.count()).select_from(entries.subquery())).one()
    return counted


def _entries(actor: Actor, selection: Selection) -> Select[*tuple[Any, ...]]:
    return (
        select(
            RecordEntry.n,
            RecordEntry.at,
            RecordEntry.kind,
            RecordEntry.action,
            RecordEntry.table_name,
            RecordEntry.row_id,
            Unit.code,
            RecordEntry.application_id,
            RecordEntry.account_id,
            Account.username,
            Account.name,
            RecordEntry.database_user,
            RecordEntry.request_id,
            RecordEntry.body["data"].as_string(),
        )
        .outerjoin(Unit, Unit.id == RecordEntry.unit_id)
        .outerjoin(Account, Account.id == RecordEntry.account_id)
        .where(_visible(actor), *_wanted(selection))
    )


def _visible(actor: Actor) -> ColumnElement[bool]:
    """Entries of units whose record the actor may read; those of no unit belong to whoever reads the root's."""
    readable = or_(false(), *(func.starts_with(Unit.path, path) for path in actor.paths(PERMISSION)))
    return or_(
        RecordEntry.unit_id.in_(select(Unit.id).where(readable)),
        and_(RecordEntry.unit_id.is_(None), select(Unit.id).where(Unit.parent_id.is_(None), readable).exists()),
    )


def _wanted(wanted: Selection) -> Iterator[ColumnElement[bool]]:
    equal = {
        RecordEntry.kind: wanted.kind,
        RecordEntry.action: wanted.action,
        RecordEntry.table_name: wanted.table,
        RecordEntry.row_id: wanted.row,
        RecordEntry.application_id: wanted.application_id,
        RecordEntry.request_id: wanted.request_id,
    }
    yield from (column == value for column, value in equal.items() if value is not None)
    if wanted.who is not None:
        yield _done_by(wanted.who)
    if wanted.unit_code is not None:
        top = select(Unit.path).where(Unit.code == wanted.unit_code).scalar_subquery()
        yield RecordEntry.unit_id.in_(select(Unit.id).where(func.starts_with(Unit.path, top)))
    if wanted.member_id is not None:
        cases = select(Application.id).where(Application.membership_id == wanted.member_id)
        itself = and_(RecordEntry.table_name == "membership", RecordEntry.row_id == str(wanted.member_id))
        yield or_(itself, RecordEntry.application_id.in_(cases))
    if wanted.programme is not None:
        yield RecordEntry.application_id.in_(select(Application.id).where(Application.programme == wanted.programme))
    if wanted.amount_from is not None:
        yield _amount() >= wanted.amount_from
    if wanted.amount_until is not None:
        yield _amount() <= wanted.amount_until
    if wanted.from_at is not None:
        yield RecordEntry.at >= wanted.from_at
    if wanted.until_at is not None:
        yield RecordEntry.at < wanted.until_at


def _amount() -> ColumnElement[Decimal | None]:
    """The amount that an image carries; null where it carries none that is a number."""
    told = RecordEntry.body["data"]["amount"].as_string()
    return case((told.regexp_match(r"^-?[0-9]+(\.[0-9]+)?$"), cast(told, Numeric)))


def _done_by(who: str) -> ColumnElement[bool]:
    try:
        return RecordEntry.account_id == UUID(who)
    except ValueError:
        return RecordEntry.account_id.in_(select(Account.id).where(Account.username == who))


def _event(row: Row[*tuple[Any, ...]]) -> Event:
    n, at, kind, action, table, row_id, unit_code, application_id, account_id, username, name, *rest, data = row
    account = None if account_id is None else EventAccount(account_id, username, name)
    user, request_id = rest
    image = None if data is None else _IMAGES.decode(data)
    utc = at.astimezone(UTC)
    return Event(n, utc, kind, action, table, row_id, unit_code, application_id, account, user, request_id, image)
