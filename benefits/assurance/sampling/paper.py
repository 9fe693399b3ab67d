"""A sample as files: the frozen population for whoever draws again, the drawn rows with their results."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from benefits.assurance.sampling.sample import list_rows
from benefits.core.code_table import code_table
from benefits.papers.export import Shape, export_rows
from benefits.record.writer import write_entry
from models.audit_sample import AuditSample

_COLUMNS = (
    *("number", "application_id", "disbursement_id", "unit_code", "programme", "amount", "stratum", "hits"),
    *("reason", "result", "error_amount", "note", "examined_at"),
)


def population_file(session: Session, sample: AuditSample) -> bytes:
    """The population as it was frozen, CSV in UTF-8; the download enters the record."""
    _record(session, sample, "audit_sample.population", {"sha256": sample.digest.hex()})
    return sample.population_file.encode()


def sample_file(session: Session, sample: AuditSample, shape: Shape, language: str) -> bytes:
    """The drawn rows as JSONL, CSV or XLSX; the download enters the record with rows and digest."""
    export = export_rows(_COLUMNS, _rows(session, sample, language), shape)
    content = b"".join(export)
    _record(session, sample, "audit_sample.rows", {"format": shape, "rows": export.count, "digest": export.digest})
    return content


def _rows(session: Session, sample: AuditSample, language: str) -> Iterator[tuple[object, ...]]:
    reasons = code_table("sample_reason")
    for row in list_rows(session, sample, after=None, limit=None):
        why = reasons.label(row.reason, language).format_map(row.figures)
        known = {"unit_code": row.unit.code, "reason": why}
        yield tuple(known.get(name) or getattr(row, name) for name in _COLUMNS)


def _record(session: Session, sample: AuditSample, action: str, data: dict[str, object]) -> None:
    write_entry(
        session,
        kind="export",
        action=action,
        table="audit_sample",
        row=sample.id,
        unit_id=sample.unit_id,
        data=data,
    )
