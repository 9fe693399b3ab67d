"""Defects in how money leaves a fund."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from benefits.core.errors import FundExhausted
from benefits.money import fund
from models.money import Fund
from tests.faults.planted.defect import Defect

_PARTS = ("appropriated", "reserved", "committed", "spent")


def _read_then_written() -> None:
    """What is left is read first and the parts are written afterwards, as M1's naive code does."""

    def move(session: Session, fund_id: UUID, **by: Decimal) -> None:
        columns = [getattr(Fund, part) for part in _PARTS]
        read = session.execute(select(*columns).where(Fund.id == fund_id)).one()
        parts = {part: getattr(read, part) + by.get(part, Decimal(0)) for part in _PARTS}
        if parts["appropriated"] < parts["reserved"] + parts["committed"] + parts["spent"]:
            raise FundExhausted(fund_id=fund_id, asked=sum(by.values(), Decimal(0)))
        session.execute(update(Fund).where(Fund.id == fund_id).values(**parts))

    fund._move = move


def _not_given_back() -> None:
    """What comes back from a batch or the bank stays committed."""
    fund.uncommit = lambda *_: None


DEFECTS = {
    "money_not_given_back": Defect("that what is not paid is reserved again", _not_given_back),
    "fund_read_then_written": Defect("the conditional update of a fund's parts", _read_then_written),
}
