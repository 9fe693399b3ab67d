"""The examination of drawn rows: in order or not, by how much, and what that means for the whole population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from benefits.assurance.sampling.sample import PERMISSION, find_sample, list_rows
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, invalid
from benefits.core.money import NOTHING, round_yuan
from models.audit_sample import AuditSample, AuditSampleRow
from models.audit_vocabulary import ExaminationResult, SampleMethod


@dataclass(frozen=True)
class Outcome:
    """What came of a sample. `projected_error` is null until every row is examined; yuan."""

    drawn: int
    examined: int
    exceptions: int
    error_amount: Decimal
    projected_error: Decimal | None


def find_row(session: Session, actor: Actor, sample_id: UUID, number: int) -> AuditSampleRow:
    """A drawn row by its number; raises NotFound."""
    find_sample(session, actor, sample_id)
    query = select(AuditSampleRow).where(AuditSampleRow.sample_id == sample_id, AuditSampleRow.number == number)
    query = query.options(joinedload(AuditSampleRow.unit)).execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def lock_row(session: Session, actor: Actor, sample_id: UUID, number: int) -> AuditSampleRow:
    """The same for an act: the sample first, then the row, held until the transaction ends."""
    session.execute(select(AuditSample.id).where(AuditSample.id == sample_id).with_for_update(key_share=True))
    found = find_row(session, actor, sample_id, number)
    session.execute(select(AuditSampleRow.id).where(AuditSampleRow.id == found.id).with_for_update(key_share=True))
    return find_row(session, actor, sample_id, number)


def examine(
    session: Session,
    actor: Actor,
    row: AuditSampleRow,
    *,
    result: ExaminationResult,
    error_amount: Decimal | None,
    note: str | None,
) -> AuditSampleRow:
    """Say what the examination of a row came to; a later word replaces it, the record keeps both.

    Raises:
        Invalid: an error of a row that is in order, one larger than the row, an exception without a word why.
        NotPermitted, OwnCase.
    """
    sample = find_sample(session, actor, row.sample_id)
    actor.require(PERMISSION, sample.unit.path)
    actor.require_stranger(row.person_id)
    error = error_amount or NOTHING
    if result == ExaminationResult.OK and error:
        raise invalid("/error_amount", "error_of_exception")
    if error > row.amount:
        raise invalid("/error_amount", "error_above_amount", most=row.amount)
    if result == ExaminationResult.EXCEPTION and not note:
        raise invalid("/note", "required")
    row.result, row.error_amount, row.note = result, error, note
    row.examined_by, row.examined_at, row.touched_at = actor.account_id, actor.at, actor.at
    sample.touched_at = actor.at
    session.flush()
    return row


def outcome_of(session: Session, sample: AuditSample) -> Outcome:
    """Counts and sums of the rows examined so far, and the projection once all are."""
    rows = list_rows(session, sample, after=None, limit=None)
    done = [row for row in rows if row.result is not None]
    return Outcome(
        drawn=len(rows),
        examined=len(done),
        exceptions=sum(row.result == ExaminationResult.EXCEPTION for row in done),
        error_amount=sum((row.error_amount or NOTHING for row in done), NOTHING),
        projected_error=projected(sample, rows) if len(done) == len(rows) else None,
    )


def projected(sample: AuditSample, rows: Sequence[AuditSampleRow]) -> Decimal:
    """The error of the whole population as the sample lets it be estimated, in yuan.

    Monetary unit: of a row below the interval its share of error times the interval, of any other its error itself
    (tainting; 《中国注册会计师审计准则第1314号——审计抽样》 leaves the method to the auditor). Otherwise the mean error
    of a stratum, or of the whole, times its rows.
    """
    if sample.method == SampleMethod.MONETARY_UNIT and sample.step is not None:
        return round_yuan(sum((_tainted(row, sample.step) for row in rows), NOTHING))
    sizes = {each["name"]: (each["rows"], each["drawn"]) for each in sample.strata} or {None: (sample.rows, len(rows))}
    return round_yuan(
        sum(((row.error_amount or NOTHING) * sizes[row.stratum][0] / sizes[row.stratum][1] for row in rows), NOTHING)
    )


def _tainted(row: AuditSampleRow, step: Decimal) -> Decimal:
    error = row.error_amount or NOTHING
    return error if row.amount >= step else error / row.amount * step
