"""The goods account (进销存): what came in, went out and is left of every lot, and whether the two ways to it agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import IO, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from benefits.access.reach import within
from benefits.core.actor import Actor
from benefits.core.errors import invalid
from benefits.core.money import NOTHING
from benefits.papers import goods_account as paper
from models.goods import GoodsLot, GoodsMove
from models.goods_vocabulary import GoodsMoveKind as Kind
from models.goods_vocabulary import GoodsState
from models.unit import Unit


@dataclass(frozen=True)
class AccountLine:
    """A lot over a period, in its own measure; each part is summed from its moves.

    `closing` comes the other way: what is on hand less the moves since. The two ways agree where
    opening + received + counted = issued − returned + sent_back + written_off + closing.
    """

    lot_id: UUID
    unit_code: str
    name: str
    specification: str | None
    batch_number: str | None
    expires_on: date | None
    measure: str
    unit_price: Decimal
    opening: int
    received: int
    issued: int
    returned: int
    sent_back: int
    written_off: int
    counted: int
    closing: int

    @property
    def amount(self) -> Decimal:
        """What is left, in yuan at cost."""
        return self.closing * self.unit_price

    @property
    def reconciled(self) -> bool:
        """Whether the moves explain what is left, to the unit (domain §3, reconcile stock)."""
        gone = self.issued - self.returned + self.sent_back + self.written_off
        return self.opening + self.received + self.counted == gone + self.closing


@dataclass(frozen=True)
class Account:
    """The lots in sight over a period (both days inclusive)."""

    since: date
    until: date
    lines: Sequence[AccountLine]

    @property
    def reconciled(self) -> bool:
        """Whether every line agrees."""
        return all(line.reconciled for line in self.lines)

    @property
    def amount(self) -> Decimal:
        """What is left of all, in yuan at cost."""
        return sum((line.amount for line in self.lines), NOTHING)


def account(
    session: Session, actor: Actor, *, unit_code: str | None, since: date | None, until: date | None
) -> Account:
    """The account of a unit and those below it, or of all in sight; from the year's first day until today by default.

    Raises:
        Invalid: days out of order, or no such unit in sight.
    """
    until = until or actor.today
    since = since or date(until.year, 1, 1)
    if until < since:
        raise invalid("/until", "days_out_of_order")
    where = [within(actor, "goods.read"), GoodsLot.state == GoodsState.ACCEPTED, GoodsLot.accepted_on <= until]
    if unit_code is not None:
        root = session.scalar(select(Unit.path).where(Unit.code == unit_code, within(actor, "goods.read")))
        if root is None:
            raise invalid("/unit", "unit_unknown")
        where.append(func.starts_with(Unit.path, root))
    parts: dict[str, ColumnElement[int]] = {
        "opening": _sum(GoodsMove.moved_on < since),
        **{str(kind): _sum((GoodsMove.kind == kind) & GoodsMove.moved_on.between(since, until)) for kind in Kind},
        "later": _sum(GoodsMove.moved_on > until),
    }
    rows = session.execute(
        select(GoodsLot, Unit.code, *(part.label(name) for name, part in parts.items()))
        .join(GoodsLot.unit)
        .outerjoin(GoodsMove, GoodsMove.lot_id == GoodsLot.id)
        .where(*where)
        .group_by(GoodsLot.id, Unit.code)
        .order_by(Unit.code, GoodsLot.id)
        .execution_options(populate_existing=True)
    )
    return Account(since, until, [_line(row) for row in rows])


def _sum(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(GoodsMove.quantity).filter(which), 0)


def _line(row: Row[*tuple[Any, ...]]) -> AccountLine:
    lot: GoodsLot = row[0]
    named = ("name", "specification", "batch_number", "expires_on", "measure", "unit_price")
    return AccountLine(
        lot_id=lot.id,
        unit_code=row.code,
        **{name: getattr(lot, name) for name in named},
        opening=int(row.opening),
        received=int(row.received),
        issued=-int(row.issued),
        returned=int(row.returned),
        sent_back=-int(row.sent_back),
        written_off=-int(row.written_off),
        counted=int(row.counted),
        closing=lot.on_hand - int(row.later),
    )


def account_workbook(of: Account, language: str) -> IO[bytes]:
    """The account as XLSX; the caller closes it."""
    return paper.workbook(_lines(of), language)


def account_sheet(session: Session, actor: Actor, of: Account, language: str) -> bytes:
    """The account as PDF, to be signed."""
    union = session.scalar(select(Unit.name).where(Unit.id == actor.unit_id)) or ""
    return paper.sheet(
        paper.Period(union, of.since, of.until, of.amount, of.reconciled, actor.at, actor.name), _lines(of), language
    )


def _lines(of: Account) -> list[paper.Line]:
    names = [name for name in paper.Line.__dataclass_fields__ if name not in {"amount", "reconciled"}]
    return [
        paper.Line(**{name: getattr(line, name) for name in names}, amount=line.amount, reconciled=line.reconciled)
        for line in of.lines
    ]
