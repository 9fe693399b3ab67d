"""Asking that a voucher be destroyed: refused while it must be kept, entered in the record when its years are over."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import RetentionRuns
from benefits.core.plain_text import require_plain
from benefits.core.retention import keep_until, retention
from benefits.record.writer import write_entry
from models.ledger import Voucher


def ask_destruction(session: Session, actor: Actor, voucher: Voucher, reason: str) -> Voucher:
    """Put a voucher up for destruction (销毁清册); the books themselves delete nothing.

    Raises:
        RetentionRuns: its thirty years run; `until` is the first day after them, with the source (statement 51, G39).
        NotPermitted. Invalid: a reason that names a person's number.
    """
    actor.require("ledger.keep", voucher.unit.path)
    until = keep_until("voucher", voucher.posted_on)
    if until is None or actor.today <= until:
        free = "" if until is None else until + timedelta(days=1)
        raise RetentionRuns(until=free, kind="voucher", source=retention()["voucher"]["source"])
    write_entry(
        session,
        kind="request",
        action="destroy",
        table="voucher",
        row=voucher.id,
        unit_id=voucher.unit_id,
        data={"reason": require_plain("/reason", reason), "kept_until": until},
    )
    return voucher
