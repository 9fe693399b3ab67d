"""Files grow old: what was sent in and what was made to fetch is deleted; its rows, findings and digests stay."""

from __future__ import annotations

from sqlalchemy import func, select

from benefits.jobs.work import Work
from benefits.record.writer import write_entry

KIND = "forget_files"


def forget_files(work: Work) -> None:
    """Delete the content of files whose jobs ended longer ago than the house keeps them; the record says how much."""
    with work.own_transaction() as (session, at):
        before = at - work.shop.files_kept
        parts = session.scalars(select(func.files_forget(before))).one()
        if parts:
            write_entry(
                session,
                kind="deletion",
                action=KIND,
                table="export_part",
                row=work.job_id,
                unit_id=work.unit_id,
                data={"before": before.isoformat(), "parts": parts},
            )
        work.finish(session, {"parts": parts, "before": before.isoformat()})
