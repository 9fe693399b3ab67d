"""The job that makes a package: waits until all that belongs to it is sealed and signed, writes it, records it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Any

from sqlalchemy.orm import Session

from benefits.assurance.evidence.package import Made, Wanted, record_readings, write_package
from benefits.assurance.evidence.selection import Subject, require_cases
from benefits.core.actor import Actor
from benefits.core.errors import invalid
from benefits.core.permissions import roles_with
from benefits.jobs.files import keep_file
from benefits.jobs.queue import enqueue
from benefits.jobs.work import Work
from benefits.record.reader import PERMISSION
from benefits.record.writer import write_entry
from models.job import Job

KIND = "evidence_package"
LONGEST_WAIT_S = 150.0  # a checkpoint comes every minute; then the job fails and may be asked for again
_LOOK_S = 1.0
_CHUNK_BYTES = 65_536


def start_package(session: Session, actor: Actor, wanted: Wanted) -> Job:
    """Queue a package; raises Invalid where a case is not in sight, or there is none, or too many."""
    require_cases(session, actor, wanted.subject)
    held = min((grant for grant in actor.grants if grant.role in roles_with(PERMISSION)), key=lambda grant: grant.path)
    params = {
        "shape": "package",
        "subject": wanted.subject.told(),
        "papers": wanted.papers,
        "held": list(wanted.held),
    }
    return enqueue(session, actor, kind=KIND, unit_id=held.unit_id, params=params)


def run_package(work: Work, seed: bytes) -> None:
    """Make a queued package: handler of jobs of kind `KIND`, in workers that have the key; `seed` is its 32 bytes.

    The job's result: `format`, `cases`, `files`, the `size` of the checkpoint, `sha256` of the file, `paths` of the
    units whose record it covers.

    Raises:
        Invalid: what belongs to it was not sealed in time, or it would be too large.
    """
    wanted = Wanted(
        subject=Subject.read(work.params["subject"]), papers=work.params["papers"], held=tuple(work.params["held"])
    )
    with TemporaryFile() as file:
        made = _written(work, wanted, seed, file)
        with work.transaction() as (session, actor):
            file_hash = keep_file(session, work.job_id, actor.account_id, _parts(file))
            result: dict[str, Any] = {
                "format": "package",
                "cases": len(made.cases),
                "files": made.files,
                "size": made.size,
                "sha256": file_hash,
                "paths": list(actor.paths(PERMISSION)),
            }
            told = {**result, "subject": work.params["subject"], "papers": wanted.papers}
            write_entry(
                session,
                kind="export",
                action=KIND,
                table="record_entry",
                row=work.job_id,
                unit_id=work.unit_id,
                data=told,
            )
            record_readings(session, made)
            work.finish(session, result)


def _written(work: Work, wanted: Wanted, seed: bytes, file: IO[bytes]) -> Made:
    begun = time.monotonic()
    while True:
        work.step(0)
        with work.transaction(frozen=True) as (session, actor):
            made = write_package(session, actor, wanted, seed, file)
        if made is not None:
            return made
        if time.monotonic() - begun > LONGEST_WAIT_S:
            raise invalid("/subject", "not_sealed_in_time")
        work.shop.stop.wait(_LOOK_S)


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK_BYTES):
        yield chunk
