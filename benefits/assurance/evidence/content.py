"""The files of a package, each as a stream of bytes: entries with proofs, rows, papers, findings and rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, func, select, text
from sqlalchemy.orm import Session

from benefits.assurance.merkle import Node, consistency, inclusion
from models.database import Base
from models.record_image import image_of, person_join, row_id
from models.seal import RecordCheckpoint
from models.secrecy import secrecy

_CHUNK_ROWS = 500
_ENTRIES = """
FROM record_entry e LEFT JOIN record_seal s ON s.n = e.n
WHERE (e.application_id IN (SELECT id FROM evidence_case)
       OR EXISTS (SELECT 1 FROM evidence_row r WHERE r.table_name = e.table_name AND r.row_id = e.row_id))
"""
_SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def sealed_until(session: Session) -> int | None:
    """How many sealed entries hold all that belong to the package; None while one of them is not sealed."""
    last, unsealed = session.execute(
        text(f"SELECT coalesce(max(s.position), -1) + 1, count(*) FILTER (WHERE s.n IS NULL) {_ENTRIES}")
    ).one()
    return None if unsealed else int(last)


def entries(session: Session, node: Node, size: int) -> Iterator[bytes]:
    """The entries in the order of the log, each with the proof that it is among the first `size`."""
    query = text(f"SELECT e.n, s.position, e.body::text {_ENTRIES} ORDER BY s.position")
    for n, position, body in _streamed(session, query):
        proof = [hash_.hex() for hash_ in inclusion(node, position, size)]
        yield _line({"n": n, "position": position, "body": body, "proof": proof})


def checkpoints(node: Node, kept: Iterable[RecordCheckpoint]) -> Iterator[bytes]:
    """Signed heads, smallest first, each with the proof that it begins with the one before."""
    before = 0
    for checkpoint in kept:
        proof = [hash_.hex() for hash_ in consistency(node, before, checkpoint.size)]
        yield _line({"size": checkpoint.size, "note": checkpoint.note, "proof": proof})
        before = checkpoint.size


def rows(session: Session, name: str) -> Iterator[bytes]:
    """The rows of one table as they stand, in the form in which the record has them."""
    table = Base.metadata.tables[name]
    key = row_id(table, "n")
    columns = list(table.primary_key.columns)
    alone = len(columns) == 1 and columns[0].type.python_type is UUID
    same = f'n."{columns[0].name}" = CAST(r.row_id AS uuid)' if alone else f"{key} = r.row_id"
    query = text(
        f'SELECT {key} AS row_id, ({image_of(table)})::text FROM "{name}" n{person_join(table, "LEFT JOIN")} '
        f"JOIN evidence_row r ON r.table_name = '{name}' AND {same} ORDER BY row_id"
    )
    for row, image in _streamed(session, query):
        yield f'{{"row": {json.dumps(row)}, "data": {image}}}\n'.encode()


def findings(session: Session) -> Iterator[tuple[UUID, str, bytes | None]]:
    """What the rules said of each case: id, name and content of the file; no content where the key is destroyed."""
    query = text(
        "SELECT s.id, a.person_id, s.content_cipher FROM assessment s JOIN application a ON a.id = s.application_id "
        "WHERE a.id IN (SELECT id FROM evidence_case) ORDER BY s.id"
    )
    for found, person, cipher in session.execute(query).all():
        yield found, f"assessments/{found}.json", _opened(session, person, found, "assessment", cipher)


def rules(session: Session) -> Iterator[tuple[str, bytes]]:
    """The editions by which the cases were judged, as text."""
    query = text(
        "SELECT p.id, p.content FROM policy p JOIN evidence_row r "
        "ON r.table_name = 'policy' AND p.id = CAST(r.row_id AS uuid) ORDER BY p.id"
    )
    for policy, content in session.execute(query).all():
        yield f"policies/{policy}.toml", content.encode()


def populations(session: Session) -> Iterator[tuple[str, bytes]]:
    """What the samples of the package were drawn from, as frozen then."""
    query = text(
        "SELECT s.id, s.population_file FROM audit_sample s JOIN evidence_row r "
        "ON r.table_name = 'audit_sample' AND s.id = CAST(r.row_id AS uuid)"
    )
    for sample, population in session.execute(query).all():
        yield f"samples/{sample}.csv", population.encode()


def papers(session: Session) -> Iterator[tuple[UUID, str, bytes | None]]:
    """The papers of the cases, one at a time, in the same form."""
    query = text(
        "SELECT d.id, d.media_type, a.person_id FROM document d JOIN application a ON a.id = d.application_id "
        "WHERE a.id IN (SELECT id FROM evidence_case) ORDER BY d.id"
    )
    for found, media_type, person in session.execute(query).all():
        cipher = session.scalars(text("SELECT content FROM document WHERE id = :id"), {"id": found}).one()
        name = f"documents/{found}.{_SUFFIX.get(media_type, 'bin')}"
        yield found, name, _opened(session, person, found, "document", cipher)


def _opened(session: Session, person: UUID, row: UUID, field: str, cipher: bytes | None) -> bytes | None:
    wrapped = session.scalars(select(func.person_key(person))).one()
    if wrapped is None or cipher is None:
        return None
    keys = secrecy(session)
    return keys.decrypt(keys.unwrap(bytes(wrapped), person), row, field, bytes(cipher))


def _streamed(session: Session, query: TextClause) -> Iterator[Any]:
    yield from session.execute(query, execution_options={"yield_per": _CHUNK_ROWS})


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
