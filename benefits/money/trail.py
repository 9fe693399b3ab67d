"""What people do to payments, kept as acts on the cases that are paid: who, as which person, of what they saw."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from models.application import Act, Application
from models.columns import new_id
from models.money import Disbursement


def whose_hand(actor: Actor) -> dict[str, UUID | None]:
    """The columns of an act that say who did it, in whose name, and at which level of the tree."""
    return {
        "account_id": actor.account_id,
        "person_id": actor.person_id,
        "delegation_id": actor.under.id if actor.under else None,
        "on_behalf_of": actor.under.person_id if actor.under else None,
        "grant_unit_id": actor.by.unit_id if actor.by else None,
    }


def keep_acts(
    session: Session,
    actor: Actor,
    payments: Sequence[Disbursement],
    act: str,
    duty: str,
    *,
    seen: bytes,
    note: str | None = None,
    amount: Decimal | None = None,
    minutes: str | None = None,
) -> None:
    """Keep one act for each payment; `seen` hashes what the actor had before them. The cases stay as they are.

    `amount` is what the act is about where that is not the whole payment; `minutes` those of a collective decision.
    """
    session.flush()  # the rows go in by themselves, and name payments that may be new
    cases = {
        row.id: row
        for row in session.execute(
            select(Application.id, Application.state, Application.submission).where(
                Application.id.in_({payment.application_id for payment in payments})
            )
        )
    }
    session.execute(
        insert(Act),
        [
            {
                "id": new_id(),
                "application_id": payment.application_id,
                "unit_id": payment.unit_id,
                "act": act,
                "duty": duty,
                "from_state": cases[payment.application_id].state,
                "to_state": cases[payment.application_id].state,
                "submission": cases[payment.application_id].submission,
                "amount": payment.amount if amount is None else amount,
                "note": note,
                "minutes": minutes,
                "disbursement_id": payment.id,
                **whose_hand(actor),
                "seen_hash": seen,
                "acted_at": actor.at,
            }
            for payment in payments
        ],
    )
