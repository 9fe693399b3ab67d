"""Many rows written by one statement are as if each had been written by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from models.membership import Membership
from models.together import write_together


def updates(session: Session) -> list[str]:
    """The updates that are sent from now on."""
    sent: list[str] = []

    @event.listens_for(session.get_bind(), "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("UPDATE"):
            sent.append(statement)

    return sent


def test_what_changed_is_written_by_one_statement_and_nothing_else_is(session: Session) -> None:
    members = session.scalars(select(Membership).order_by(Membership.id)).all()
    before = {member.id: member.version for member in members}
    first, second, third, *rest = members
    first.department = "甲"
    second.dues_paid_through = None
    third.department, third.dues_paid_through = "丙", date(2027, 1, 31)
    kept = second.department
    sent = updates(session)
    write_together(session, members)
    session.flush()
    assert len(sent) == 1
    assert [each.version - before[each.id] for each in (first, second, third)] == [1, 1, 1]
    assert all(not session.is_modified(each) for each in members)
    session.expire_all()
    assert (first.department, second.department, second.dues_paid_through) == ("甲", kept, None)
    assert (third.department, third.dues_paid_through) == ("丙", date(2027, 1, 31))
    assert [each.version for each in rest] == [before[each.id] for each in rest]


def test_one_row_is_left_to_the_session(session: Session) -> None:
    (member, *rest) = session.scalars(select(Membership)).all()
    member.department = "乙"
    sent = updates(session)
    write_together(session, [member, *rest])
    assert sent == []
    session.flush()
    assert len(sent) == 1
