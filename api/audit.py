"""The auditor's view of the record: events, and exports of a selection of them."""

from __future__ import annotations

from typing import Any

from marshmallow import fields
from sqlalchemy.orm import Session

from api.arguments import Blueprint
from api.fields import Body, Id, Instant, Part, Text, Whole
from api.guard import Desk, operation
from api.paging import Page, PageQuery, page, page_of, window
from benefits.core.actor import Actor
from benefits.record import reader
from benefits.record.reader import Event, Selection

bp = Blueprint("audit", __name__, url_prefix="/audit", description="审计 / The record: who did or saw what, and when")


class SelectionBody(Body):
    """Which entries; all that are given must hold."""

    who = Text(metadata={"description": "an account's id or username"})
    kind = Text(metadata={"description": "change, refusal, sign_in, sign_out, disclosure, export, reading"})
    action = Text(metadata={"description": "insert, update, delete, truncate, or the operation"})
    table = Text()
    row = Text(metadata={"description": "the id of the row"})
    unit_code = Text(metadata={"description": "with the unit's whole subtree"})
    application_id = Id()
    member_id = Id(metadata={"description": "the membership itself and its cases"})
    request_id = Text()
    from_at = Instant(data_key="from", metadata={"description": "inclusive"})
    until_at = Instant(data_key="until", metadata={"description": "exclusive"})


class EventQuery(PageQuery, SelectionBody):
    """A page of entries."""

    order = Text(
        choices=("newest", "oldest"),
        load_default="newest",
        metadata={
            "description": "by number. An entry is numbered before its transaction ends: whoever follows the record "
            "with `oldest` may meet a smaller number later."
        },
    )


class EventAccountView(Body):
    """Who did it; without a name where the account's unit is out of sight."""

    id = Id(required=True)
    username = Text(required=True, allow_none=True)
    name = Text(required=True, allow_none=True)


class EventView(Body):
    """One entry of the record."""

    n = Whole(required=True, metadata={"description": "grows with every entry; gaps are transactions undone"})
    at = Instant(required=True)
    kind = Text(required=True)
    action = Text(required=True)
    table = Text(required=True, allow_none=True)
    row = Text(required=True, allow_none=True)
    unit_code = Text(required=True, allow_none=True)
    application_id = Id(required=True, allow_none=True)
    account = Part(EventAccountView, required=True, allow_none=True)
    database_user = Text(required=True, metadata={"description": "the role of the database that wrote it"})
    request_id = Text(required=True, allow_none=True)
    data = fields.Raw(
        required=True,
        allow_none=True,
        metadata={"description": "a change: the row after it, personal columns as salted digests; else what was done"},
    )


def load_event(session: Session, actor: Actor, n: int) -> Event:
    """The entry that a path names."""
    return reader.find_event(session, actor, n)


@bp.route("/events")
@operation(reader.PERMISSION)
@bp.arguments(EventQuery, location="query")
@bp.response(200, page_of(EventView))
def list_events(desk: Desk[None], query: dict[str, Any]) -> Page[Event]:
    """The entries of a selection, newest first unless asked otherwise."""
    part, oldest_first = window(query), query.pop("order") == "oldest"
    after = None if part.after is None else part.after.int
    rows = reader.list_events(
        desk.session,
        desk.actor,
        Selection(**query),
        oldest_first=oldest_first,
        after=after,
        limit=part.limit + 1,
    )
    return page(rows, part.limit, key=lambda event: event.n)


@bp.route("/events/<int(max=9223372036854775807):n>")
@operation(reader.PERMISSION, load=load_event)
@bp.response(200, EventView)
def get_event(desk: Desk[Event]) -> Event:
    """One entry."""
    return desk.thing
