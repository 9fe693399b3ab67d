"""What belongs into a package: the cases, the rows of theirs and those they rest on, in tables of the transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from benefits.access.reach import within
from benefits.assurance.sampling.sample import drawn_cases
from benefits.core.actor import Actor
from benefits.core.errors import invalid
from benefits.record.reader import PERMISSION
from models.application import Act, Application
from models.record import recorded_tables
from models.unit import Unit

MOST_CASES = 10_000
_READ: dict[str, Any] = {"from_at": datetime.fromisoformat, "until_at": datetime.fromisoformat}


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Which cases; exactly one of the ways is given."""

    application_id: UUID | None = None
    member_id: UUID | None = None  # all cases of a membership
    round_id: UUID | None = None
    sample_id: UUID | None = None  # the drawn cases of an audit sample, and those of its drawn payments
    application_ids: tuple[UUID, ...] | None = None  # a choice made elsewhere
    from_at: datetime | None = None  # cases on which something was done from then on,
    until_at: datetime | None = None  # and before this

    def told(self) -> dict[str, Any]:
        """As plain values."""
        return {
            name: [str(one) for one in value] if isinstance(value, tuple) else str(value)
            for name, value in vars(self).items()
            if value is not None
        }

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Subject:
        """What `told` gave."""
        read: dict[str, Any] = {
            name: tuple(map(UUID, value)) if isinstance(value, list) else _READ.get(name, UUID)(value)
            for name, value in told.items()
        }
        return cls(**read)


def cases_of(actor: Actor, subject: Subject) -> Select[UUID]:
    """The cases of a subject among those whose record the actor reads."""
    query = select(Application.id).join(Unit, Unit.id == Application.unit_id).where(within(actor, PERMISSION))
    if subject.application_id is not None:
        return query.where(Application.id == subject.application_id)
    if subject.member_id is not None:
        return query.where(Application.membership_id == subject.member_id)
    if subject.round_id is not None:
        return query.where(Application.round_id == subject.round_id)
    if subject.sample_id is not None:
        return query.where(Application.id.in_(drawn_cases(actor, subject.sample_id)))
    if subject.application_ids is not None:
        return query.where(Application.id.in_(subject.application_ids))
    done = select(Act.application_id).where(Act.acted_at >= subject.from_at, Act.acted_at < subject.until_at)
    return query.where(Application.id.in_(done))


def require_cases(session: Session, actor: Actor, subject: Subject) -> int:
    """How many cases there are; raises Invalid where there is none, one that was named is out of sight, or too many."""
    count = session.scalars(select(func.count()).select_from(cases_of(actor, subject).subquery())).one()
    if count < max(1, _named(session, actor, subject)):
        raise invalid("/subject", "no_such_cases")
    if count > MOST_CASES:
        raise invalid("/subject", "too_many_cases", most=MOST_CASES)
    return count


def _named(session: Session, actor: Actor, subject: Subject) -> int:
    if subject.sample_id is not None:
        return session.scalars(select(func.count()).select_from(drawn_cases(actor, subject.sample_id).subquery())).one()
    return len(set(subject.application_ids or ()))


_TABLES = """
SET LOCAL timezone TO 'UTC';
CREATE TEMP TABLE evidence_case (id uuid PRIMARY KEY) ON COMMIT DROP;
CREATE TEMP TABLE evidence_row (table_name text, row_id text, PRIMARY KEY (table_name, row_id)) ON COMMIT DROP;
"""
# Rows that an entry of a case tells of; then those on which these rest.
_OWN = """
INSERT INTO evidence_row SELECT DISTINCT e.table_name, e.row_id FROM record_entry e
WHERE e.application_id IN (SELECT id FROM evidence_case) AND e.kind = 'change' AND e.row_id IS NOT NULL;
"""
_SAMPLE = """
INSERT INTO evidence_row SELECT 'audit_sample', CAST(:id AS text)
UNION SELECT 'audit_sample_row', r.id::text FROM audit_sample_row r WHERE r.sample_id = CAST(:id AS uuid)
ON CONFLICT DO NOTHING;
"""
_IN = "IN (SELECT r.row_id::uuid FROM evidence_row r WHERE r.table_name = '{table}')"
_TOLD = "EXISTS (SELECT 1 FROM record_entry e WHERE e.table_name = '{table}' AND e.row_id = s.id)"  # to this reader
_RESTS = (
    ("policy", "SELECT a.policy_id::text FROM assessment a WHERE a.policy_id IS NOT NULL AND a.id", "assessment"),
    ("bank_result", "SELECT b.id::text FROM bank_result b WHERE b.disbursement_id", "disbursement"),
    (
        "payment_batch",
        "SELECT d.batch_id::text FROM disbursement d WHERE d.batch_id IS NOT NULL AND d.id",
        "disbursement",
    ),
    ("round", "SELECT a.round_id::text FROM application a WHERE a.round_id IS NOT NULL AND a.id", "application"),
    ("voucher", "SELECT b.voucher_id::text FROM bank_result b WHERE b.voucher_id IS NOT NULL AND b.id", "bank_result"),
    ("voucher_line", "SELECT l.voucher_id || '/' || l.serial FROM voucher_line l WHERE l.voucher_id", "voucher"),
)


def select_rows(session: Session, actor: Actor, subject: Subject) -> None:
    """Note the cases and rows in two temporary tables, which go with the transaction."""
    session.execute(text(_TABLES))
    cases = cases_of(actor, subject)
    session.execute(
        text("INSERT INTO evidence_case SELECT unnest(CAST(:ids AS uuid[]))"), {"ids": _ids(session, cases)}
    )
    session.execute(text(_OWN))
    if subject.member_id is not None:
        session.execute(text("INSERT INTO evidence_row VALUES ('membership', :id)"), {"id": str(subject.member_id)})
    if subject.sample_id is not None:
        session.execute(text(_SAMPLE), {"id": str(subject.sample_id)})
    for table, found, among in _RESTS:
        ids = f"SELECT '{table}', s.id FROM ({found} {_IN.format(table=among)}) AS s (id)"
        session.execute(
            text(f"INSERT INTO evidence_row {ids} WHERE {_TOLD.format(table=table)} ON CONFLICT DO NOTHING")
        )


def selected_tables(session: Session) -> list[str]:
    """The tables of which there are rows, in name order."""
    found = set(session.scalars(text("SELECT DISTINCT table_name FROM evidence_row")))
    return [table.name for table in recorded_tables() if table.name in found]


def _ids(session: Session, cases: Select[UUID]) -> list[str]:
    return [str(one) for one in session.scalars(cases.order_by(Application.id))]
