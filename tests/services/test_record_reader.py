"""An auditor finds entries by who, what, where and when, and sees no union but their own."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from benefits.access.actors import load_actor
from benefits.core.actor import Actor
from benefits.core.errors import NotFound
from benefits.record.reader import Selection, find_event, list_events
from benefits.record.writer import write_entry
from models.account import Account, Grant
from models.database import Scope, set_scope
from models.money import Fund
from models.unit import Unit
from tests.clock import now, today


def unit(session: Session, code: str) -> UUID:
    return session.query(Unit.id).where(Unit.code == code).one()[0]


def account(session: Session, username: str) -> UUID:
    return session.query(Account.id).where(Account.username == username).one()[0]


def become(session: Session, username: str) -> Actor:
    found: UUID = session.execute(text("SELECT account_by_username(:name)"), {"name": username}).scalar_one()
    return load_actor(session, found, now(), "request-of-reader")


@pytest.fixture
def auditor(session: Session) -> Actor:
    """The auditor of the whole union, after a few entries with known makers."""
    for code, action in (("AH-D01", "first"), ("AH-D02", "second"), ("AH", "third")):
        scope = Scope(account_id=account(session, "officer"), request_id=f"request-{action}", paths=("/AH/",))
        set_scope(session, scope)
        write_entry(session, kind="reading", action=action, unit_id=unit(session, code), row="row-1")
    return become(session, "auditor")


@pytest.fixture
def local_auditor(session: Session, auditor: Actor) -> Actor:
    """The officer of AH-D01, who is now its auditor too."""
    set_scope(session, Scope(paths=("/AH/",)))
    since = today() - timedelta(days=2)
    officer, place = account(session, "officer2"), unit(session, "AH-D01")
    session.add(Grant(account_id=officer, unit_id=place, role="auditor", valid_from=since))
    session.flush()
    return become(session, "officer2")


def actions(session: Session, actor: Actor, *, oldest_first: bool = True, **wanted: object) -> list[str]:
    selection = Selection(**{"kind": "reading", **wanted})  # type: ignore[arg-type]
    found = list_events(session, actor, selection, oldest_first=oldest_first, after=None, limit=500)
    return [event.action for event in found]


def test_order(session: Session, auditor: Actor) -> None:
    assert actions(session, auditor) == ["first", "second", "third"]
    assert actions(session, auditor, oldest_first=False) == ["third", "second", "first"]


def test_filters(session: Session, auditor: Actor) -> None:
    assert actions(session, auditor, who="officer") == ["first", "second", "third"]
    assert actions(session, auditor, who=str(account(session, "officer"))) == ["first", "second", "third"]
    assert actions(session, auditor, who="nobody-of-this-name") == []
    assert actions(session, auditor, who="auditor") == []
    assert actions(session, auditor, action="second") == ["second"]
    assert actions(session, auditor, request_id="request-third") == ["third"]
    assert actions(session, auditor, row="row-1", table="unit") == []
    assert actions(session, auditor, kind="export") == []
    assert actions(session, auditor, unit_code="AH-D01") == ["first"]
    assert actions(session, auditor, unit_code="AH") == ["first", "second", "third"]
    assert actions(session, auditor, unit_code="AH%") == []
    assert actions(session, auditor, application_id=uuid4()) == []


def test_instants(session: Session, auditor: Actor) -> None:
    first, second, third = list_events(
        session, auditor, Selection(kind="reading"), oldest_first=True, after=None, limit=9
    )
    assert actions(session, auditor, from_at=second.at) == ["second", "third"]
    assert actions(session, auditor, until_at=second.at) == ["first"]
    assert actions(session, auditor, from_at=first.at, until_at=third.at) == ["first", "second"]


def test_member(session: Session, auditor: Actor) -> None:
    members = session.execute(text("SELECT id FROM membership ORDER BY id")).scalars().all()
    selection = Selection(member_id=members[0])
    found = list_events(session, auditor, selection, oldest_first=True, after=None, limit=9)
    assert {(event.table, event.row) for event in found} == {("membership", str(members[0]))}


def test_an_auditor_of_one_unit_sees_its_record_only(session: Session, local_auditor: Actor) -> None:
    assert actions(session, local_auditor) == ["first"]
    assert actions(session, local_auditor, unit_code="AH-D02") == []
    found = list_events(session, local_auditor, Selection(), oldest_first=True, after=None, limit=1000)
    assert {event.unit_code for event in found} == {"AH-D01"}


def test_a_name_out_of_sight_is_not_told(session: Session, local_auditor: Actor) -> None:
    (event,) = list_events(session, local_auditor, Selection(kind="reading"), oldest_first=True, after=None, limit=9)
    assert event.account is not None
    assert event.account.id
    assert (event.account.username, event.account.name) == (None, None)


def test_the_first_wall_holds_where_the_scope_is_wider(session: Session, local_auditor: Actor) -> None:
    set_scope(session, Scope(account_id=local_auditor.account_id, paths=("/",)))
    assert actions(session, local_auditor) == ["first"]


def test_who_may_not_read_the_record_reads_nothing(session: Session, auditor: Actor) -> None:
    officer = become(session, "officer")
    assert actions(session, officer) == []


def test_entry_of_another_unit_is_not_found(session: Session, auditor: Actor, local_auditor: Actor) -> None:
    wide = become(session, "auditor")
    all_three = list_events(session, wide, Selection(kind="reading"), oldest_first=True, after=None, limit=9)
    first, second, _ = all_three
    assert find_event(session, wide, second.n) == second
    narrow = become(session, "officer2")
    assert find_event(session, narrow, first.n).action == "first"
    for n in (second.n, 0, 10**12):
        with pytest.raises(NotFound):
            find_event(session, narrow, n)


def test_numbers_keep_their_digits(session: Session, auditor: Actor) -> None:
    set_scope(session, Scope(paths=("/AH/",)))
    fund = Fund(unit_id=unit(session, "AH"), name="f", year=2026, source="union_funds", appropriated="123456789012.10")
    session.add(fund)
    session.flush()
    reader = become(session, "auditor")
    (event,) = list_events(session, reader, Selection(row=str(fund.id)), oldest_first=True, after=None, limit=2)
    assert (event.data["appropriated"], event.data["year"]) == ("123456789012.10", 2026)


def test_pages_meet_without_gap_or_repeat(session: Session, auditor: Actor) -> None:
    whole = [
        event.n for event in list_events(session, auditor, Selection(), oldest_first=False, after=None, limit=1000)
    ]
    walked: list[int] = []
    while page := list_events(
        session, auditor, Selection(), oldest_first=False, after=walked[-1] if walked else None, limit=7
    ):
        walked += [event.n for event in page]
    assert walked == whole
    assert len(whole) > 50
