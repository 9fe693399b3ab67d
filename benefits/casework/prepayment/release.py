"""A batch is approved with its check seen, and released only while nothing new is flagged."""

from __future__ import annotations

from sqlalchemy.orm import Session

from benefits.casework.prepayment.as_seen import require_as_seen
from benefits.casework.prepayment.check import Check, check_batch
from benefits.core.actor import Actor
from benefits.core.errors import ChecksChanged
from benefits.money import batch as batches
from benefits.money.batch_payee import require_as_approved
from models.money import PaymentBatch


def read_check(session: Session, actor: Actor, batch: PaymentBatch) -> Check:
    """The check of a batch, for those who pay and those who audit; raises NotPermitted."""
    actor.require("payment.file", batch.fund.unit.path)
    return check_batch(session, batch)


def approve_checked(session: Session, actor: Actor, batch: PaymentBatch, *, seen: str | None) -> PaymentBatch:
    """Finance approves a batch, and with it what the check flags; `seen` is the digest of the check they looked at.

    Raises:
        ChecksChanged: another check than the one looked at. StateForbids: a case is not what was approved. And as
            `benefits.money.batch.approve_batch`.
    """
    actor.signing("payment.batch", batch.fund.unit.path, batch.total)
    batches.require_act(batch, "approve")
    require_as_approved(session, batch)  # an altered payee is refused as such, whatever else it makes look new
    require_as_seen(session, batch, "approve")
    check = check_batch(session, batch)
    if seen is not None and seen != check.digest:
        raise ChecksChanged(new=sum(map(len, check.by_reason.values())), reasons=", ".join(sorted(check.by_reason)))
    return batches.approve_batch(session, actor, batch, check.by_reason)


def release_checked(session: Session, actor: Actor, batch: PaymentBatch) -> PaymentBatch:
    """The cashier releases a batch for which nothing is flagged that its approval has not seen.

    Raises:
        ChecksChanged: something is; finance takes the batch apart, or looks into it. And as
            `benefits.money.batch.release_batch`.
    """
    actor.signing("payment.release", batch.fund.unit.path, batch.total)
    batches.require_act(batch, "release")
    require_as_approved(session, batch)
    require_as_seen(session, batch, "release")
    if new := unseen(batch, check_batch(session, batch)):
        raise ChecksChanged(new=sum(map(len, new.values())), reasons=", ".join(sorted(new)))
    return batches.release_batch(session, actor, batch)


def unseen(batch: PaymentBatch, check: Check) -> dict[str, list[int]]:
    """What is flagged now and was not when the batch was approved: serials by reason."""
    known = batch.flags or {}
    new = {code: sorted(set(serials) - set(known.get(code, ()))) for code, serials in check.by_reason.items()}
    return {code: serials for code, serials in new.items() if serials}
