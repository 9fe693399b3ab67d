"""Goods that are bought, accepted and issued, for the tests of stock, rosters and visit points."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from benefits.access.actors import load_actor
from benefits.core.actor import Actor
from models.database import Base
from tests.clock import now, today
from tests.driver import Api
from tests.rows import insert, row_of
from tests.story import books, done, rows


def water(**other: object) -> dict[str, Any]:
    """The body of a purchase; `other` replaces."""
    return {
        "unit_code": "AH",
        "name": "防暑大礼包",
        "specification": "12 件套",
        "batch_number": "L20260601",
        "expires_on": "2030-06-30",
        "measure": "套",
        "quantity": 300,
        "unit_price": "98.50",
        "supplier": "合肥清凉商贸有限公司",
        "invoice_number": "03400261",
        "bought_on": f"{today().year}-06-01",
        **other,
    }


def bought(api: Api, **other: object) -> str:
    """The path of a lot that waits for its acceptance."""
    return f"/goods/{done(api('officer').post('/goods', water(**other)))['id']}"


def stocked(api: Api, received: int = 300, **other: object) -> str:
    """The path of a lot in stock."""
    path = bought(api, **other)
    done(api("reviewer").act(path, "accept", {"received": received, "accepted_on": f"{today().year}-06-02"}))
    return path


def on_hand(api: Api, path: str) -> int:
    """How much of a lot is left."""
    return int(done(api("officer").get(path))["on_hand"])


def a_roster(api: Api) -> UUID:
    """The id of a list of D01 for which goods are drawn."""
    account = rows(api, "SELECT id FROM account WHERE username = 'officer'")[0].id
    unit = rows(api, "SELECT id FROM unit WHERE code = 'AH-D01'")[0].id
    table = Base.metadata.tables["roster"]
    row = row_of(table, unit_id=unit, drawn_up_by=account)
    with books(api) as session:
        insert(session.connection(), table, row)
    return UUID(str(row["id"]))


@contextmanager
def acting(api: Api, username: str = "officer") -> Iterator[tuple[Session, Actor]]:
    """A session in which an account acts on the tests' books, kept at the end."""
    (account,) = rows(api, "SELECT id FROM account WHERE username = :u", u=username)
    with books(api, account.id) as session:
        actor = load_actor(session, account.id, now(), "test")
        assert actor is not None
        yield session, actor


def id_of(path: str) -> UUID:
    """The id at a path's end."""
    return UUID(path.rsplit("/", 1)[1])


def refused(answer: Any) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.get_json()["code"]


def fault(answer: Any) -> tuple[int, str, str]:
    """Status, place and code of the one fault."""
    (found,) = answer.get_json()["errors"]
    return answer.status_code, found["pointer"], found["code"]
