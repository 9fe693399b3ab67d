"""Defects in how vouchers are numbered and kept, and the failure that shows the first of them."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from benefits.money.ledger import booking, proposal, voucher
from models.ledger import Voucher
from tests.faults.planted.defect import Defect

FAILING = 0.3


def _fails_after_posting() -> None:
    """No control is gone: three of ten requests fail once they have their number and their lines."""
    kept, chance = voucher.post, random.Random()

    def post(*given: Any) -> Voucher:
        made = kept(*given)
        if chance.random() < FAILING:
            raise RuntimeError("planted")
        return made

    voucher.post = booking.post = proposal.post = post


def _numbers_from_a_sequence() -> None:
    def next_number(session: Session, _unit_id: UUID, _year: int) -> int:
        number: int = session.execute(text("SELECT nextval('planted_number')")).scalar_one()
        return number

    voucher._next_number = next_number


def _voucher_edited() -> None:
    """Who draws up a reversal writes its reason into the original, too."""
    kept = proposal.propose_reversal

    def propose(session: Session, actor: Any, original: Voucher, reason: str) -> Any:
        session.execute(update(Voucher).where(Voucher.id == original.id).values(memo=reason))
        return kept(session, actor, original, reason)

    proposal.propose_reversal = propose


DEFECTS = {
    "fails_after_posting": Defect("nothing; some requests fail after posting", _fails_after_posting),
    "numbers_from_a_sequence": Defect(
        "the counter that gives a number back when its request fails",
        _numbers_from_a_sequence,
        "CREATE SEQUENCE planted_number; GRANT USAGE ON planted_number TO PUBLIC",
    ),
    "voucher_edited": Defect(
        "the trigger, the wall and the missing right that keep what is posted",
        _voucher_edited,
        "ALTER TABLE voucher DISABLE TRIGGER keep_posted; GRANT UPDATE ON voucher TO PUBLIC; "
        "ALTER TABLE voucher NO FORCE ROW LEVEL SECURITY; ALTER TABLE voucher DISABLE ROW LEVEL SECURITY",
    ),
}
