"""Lists: keyset pages in order of creation, stable while others write."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from marshmallow import Schema, fields

from api.fields import Body, Items, Part, QueryWhole
from benefits.core.errors import invalid

Row = TypeVar("Row")
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


class PageQuery(Body):
    """What every list takes; lists add their filters."""

    limit = QueryWhole(least=1, most=200, load_default=50, metadata={"description": "1–200, default 50"})
    after = fields.String(
        load_default=None,
        metadata={"description": "the `next` of the page before", "pattern": "^[A-Za-z0-9_-]{22}$"},
    )


@dataclass(frozen=True)
class Window:
    """Which part of a list: after this id, at most so many."""

    limit: int
    after: UUID | None


@dataclass(frozen=True)
class Page(Generic[Row]):
    """A part of a list, and the cursor of the next part or None."""

    items: Sequence[Row]
    next: str | None


def window(query: dict[str, Any]) -> Window:
    """Take `limit` and `after` out of a list's query."""
    after = query.pop("after")
    return Window(query.pop("limit"), None if after is None else _read_cursor(after))


def page(rows: Sequence[Row], limit: int, key: Any = lambda row: row.id) -> Page[Row]:
    """A page of rows that were fetched one beyond the limit."""
    shown = rows[:limit]
    return Page(shown, write_cursor(key(shown[-1])) if len(rows) > limit else None)


def page_of_all(rows: Iterable[Row], query: dict[str, Any], key: Any = lambda row: row.id) -> Page[Row]:
    """The page that a query asks of a list that is in hand as a whole, in the order of its keys."""
    part = window(query)
    return page([row for row in rows if part.after is None or key(row) > part.after], part.limit, key)


def write_cursor(last: UUID | int) -> str:
    """The opaque cursor that stands after a row."""
    raw = last.bytes if isinstance(last, UUID) else last.to_bytes(16, "big")
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _read_cursor(text: str) -> UUID:
    try:
        raw = urlsafe_b64decode(text + "==") if _CURSOR.match(text) else b""
    except ValueError:
        raw = b""
    if len(raw) != 16:
        raise invalid("/after", "cursor_malformed")
    return UUID(bytes=raw)


def page_of(schema: type[Body]) -> type[Schema]:
    """The schema of a page of these items."""
    name = schema.__name__ + "Page"
    return Body.from_dict(
        {"items": Items(Part(schema), required=True), "next": fields.String(required=True, allow_none=True)},
        name=name,
    )
