"""The full check as a job: for whoever reads the record of the whole union, with the keys and copies they bring."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from benefits.access.reach import within
from benefits.assurance import checkpoint
from benefits.assurance.checkpoint import Checkpoint, CheckpointError, VerifierKey
from benefits.assurance.verification.check import Means, Report, verify_all
from benefits.assurance.verification.difference import BREAKS, Difference, stopped
from benefits.core.actor import Actor
from benefits.core.errors import Fault, Invalid, NotFound, NotPermitted
from benefits.jobs.queue import enqueue
from benefits.jobs.work import Work
from benefits.record.reader import PERMISSION
from benefits.record.writer import write_entry
from models.job import Job
from models.seal import RecordKey
from models.unit import Unit

KIND = "record_verification"


def start_verification(session: Session, actor: Actor, *, keys: Sequence[str], copies: Sequence[str]) -> Job:
    """Queue a full check.

    Args:
        keys: public keys to trust, as `name+id+base64`; without any, those that the house names itself are taken, and
            the result says so.
        copies: checkpoints held outside, as signed notes.

    Raises:
        NotPermitted: the record of the whole union is not the actor's to read. Invalid: what was brought is malformed.
    """
    root = _root(session, actor)
    read_means(keys, copies)
    return enqueue(session, actor, kind=KIND, unit_id=root.id, params={"keys": list(keys), "copies": list(copies)})


def read_means(keys: Sequence[str], copies: Sequence[str]) -> tuple[list[VerifierKey], list[str]]:
    """The keys as such, and the copies as they are; raises Invalid, all faults at once."""
    faults, read = [], []
    for place, each in enumerate(keys):
        try:
            read.append(VerifierKey.read(each))
        except CheckpointError:
            faults.append(Fault(f"/keys/{place}", "public_key_malformed"))
    for place, each in enumerate(copies):
        try:
            checkpoint.read(checkpoint.parted(each)[0])
        except CheckpointError:
            faults.append(Fault(f"/copies/{place}", "checkpoint_malformed"))
    if faults:
        raise Invalid(faults)
    return read, list(copies)


def run_verification(work: Work) -> None:
    """Check everything: handler of jobs of kind `KIND`.

    The job's result: `result` (ok, failed), `counts`, `kinds` of difference with their numbers, `differences`, the
    public `keys` that were trusted, and `keys_brought`, whether the asker brought them.
    """
    with work.transaction(frozen=True) as (session, actor):
        _root(session, actor)
        brought, copies = read_means(work.params["keys"], work.params["copies"])
        keys = brought or [VerifierKey.read(each) for each in session.scalars(select(RecordKey.verifier))]
        role: str = session.scalars(text("SELECT current_user")).one()
        trusted, doubtful = _opened(copies, keys)
        means = Means(keys=keys, copies=trusted, app_role=role, at=actor.at)
    report = _checked(work, means)
    for place in doubtful:
        report.add(Difference(kind="copy_unsigned", table="copy", row=str(place)))
    result = {**report.told(), "keys": [key.text for key in keys], "keys_brought": bool(brought)}
    with work.transaction() as (session, _):
        told = {name: value for name, value in result.items() if name != "differences"}
        write_entry(session, kind="reading", action=KIND, row=work.job_id, unit_id=work.unit_id, data=told)
        work.finish(session, result)


def _checked(work: Work, means: Means) -> Report:
    """The full check of one snapshot; where it cannot be ended, that is the difference."""
    try:
        with work.transaction(frozen=True) as (session, _):
            return verify_all(session, means, work.step)
    except BREAKS as error:
        report = Report({})
        report.add(stopped(error))
        return report


def verifications(session: Session, actor: Actor) -> Select[Job]:
    """The checks of the whole union that the actor may see; raises NotPermitted."""
    root = _root(session, actor)
    return select(Job).where(Job.kind == KIND, Job.unit_id == root.id)


def list_verifications(session: Session, actor: Actor, *, after: UUID | None, limit: int) -> list[Job]:
    """At most `limit` of them, newest first, beyond the one `after`."""
    query = verifications(session, actor).order_by(Job.id.desc()).limit(limit)
    return list(session.scalars(query.where(Job.id < after) if after else query))


def find_verification(session: Session, actor: Actor, job_id: UUID) -> Job:
    """One of them; raises NotFound."""
    found = session.scalar(
        verifications(session, actor).where(Job.id == job_id).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def _root(session: Session, actor: Actor) -> Unit:
    root = session.scalar(select(Unit).where(Unit.parent_id.is_(None), within(actor, PERMISSION)).order_by(Unit.id))
    if root is None:
        raise NotPermitted(permission=PERMISSION)
    return root


def _opened(copies: Sequence[str], keys: Sequence[VerifierKey]) -> tuple[list[Checkpoint], list[int]]:
    """The copies that a trusted key has signed, and the places of the others."""
    good, doubtful = [], []
    for place, copy in enumerate(copies):
        try:
            good.append(checkpoint.opened(copy, keys))
        except CheckpointError:
            doubtful.append(place)
    return good, doubtful
