"""Files that jobs make for their account to fetch, kept in packed parts so that no process holds one whole."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import count
from uuid import UUID

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.orm import Session

from benefits.core.errors import NotFound
from models.database import Scope
from models.export import ExportPart

_FAST = 1  # packed here at its fastest, a part costs less than sent whole and packed by the database


def keep_file(session: Session, job_id: UUID, account_id: UUID, parts: Iterable[bytes]) -> str:
    """Keep a job's file in the open transaction; gives the SHA-256 of its bytes. An empty one has one empty part."""
    digest, part = sha256(), 0
    for content in parts:
        digest.update(content)
        _keep_part(session, job_id, account_id, part, content)
        part += 1
    if part == 0:
        _keep_part(session, job_id, account_id, part, b"")
    return digest.hexdigest()


def _keep_part(session: Session, job_id: UUID, account_id: UUID, part: int, content: bytes) -> None:
    packed = zlib.compress(content, _FAST)
    row = {"export_id": job_id, "part": part, "account_id": account_id, "packed": packed}
    session.execute(insert(ExportPart), row)


def file_parts(session: Session, job_id: UUID) -> Iterator[bytes]:
    """The file of a job, part by part, as the session's scope sees it.

    Each part is fetched in a transaction of its own, so that a slow reader holds neither a transaction nor a connection
    and may go on after the session has ended.

    Raises:
        NotFound: there is none, or the time for keeping it is over.
    """
    if session.scalar(select(ExportPart.part).where(ExportPart.export_id == job_id, ExportPart.part == 0)) is None:
        raise NotFound
    return _parts(session.get_bind(), session.info["scope"], job_id)


def _parts(bind: Engine | Connection, scope: Scope, job_id: UUID) -> Iterator[bytes]:
    for part in count():
        with Session(bind, info={"scope": scope}) as session:
            wanted = (ExportPart.export_id == job_id, ExportPart.part == part)
            packed = session.scalar(select(ExportPart.packed).where(*wanted))
        if packed is None:
            return
        yield zlib.decompress(packed)
