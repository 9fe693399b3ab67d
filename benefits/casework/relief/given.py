"""What a visit point was given, lot by lot: issued, put back, signed for, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from benefits.core.errors import invalid
from benefits.core.money import NOTHING
from benefits.money.goods.stock import drawn_at
from models.goods import GoodsLot, GoodsMove
from models.goods_vocabulary import GoodsMoveKind as Kind
from models.relief_point import ReliefPoint, ReliefReceipt


@dataclass(frozen=True)
class Given:
    """One lot at one point, in its measure; `signed` is None before the recipient signed."""

    lot: GoodsLot
    issued: int
    returned: int
    signed: int | None

    @property
    def left_there(self) -> int:
        """What was brought and not put back."""
        return self.issued - self.returned

    @property
    def amount(self) -> Decimal:
        """What was left there, in yuan at cost."""
        return self.left_there * self.lot.unit_price

    @property
    def to_reimburse(self) -> Decimal:
        """The same where the visited unit bought it."""
        return self.amount if self.lot.visited_unit_id is not None else NOTHING


def given_at(session: Session, points: Iterable[UUID]) -> dict[UUID, list[Given]]:
    """By point: its goods, summed from the moves, in order of the lots."""
    issued, returned = (
        func.coalesce(func.sum(func.abs(GoodsMove.quantity)).filter(GoodsMove.kind == kind), 0)
        for kind in (Kind.ISSUED, Kind.RETURNED)
    )
    rows = session.execute(
        select(GoodsMove.point_id, GoodsLot, issued.label("issued"), returned.label("returned"), ReliefReceipt.signed)
        .join(GoodsLot, GoodsLot.id == GoodsMove.lot_id)
        .outerjoin(
            ReliefReceipt,
            (ReliefReceipt.point_id == GoodsMove.point_id) & (ReliefReceipt.lot_id == GoodsMove.lot_id),
        )
        .where(GoodsMove.point_id.in_(list(points)))
        .group_by(GoodsMove.point_id, GoodsLot.id, ReliefReceipt.signed)
        .order_by(GoodsMove.point_id, GoodsLot.id)
    )
    found: dict[UUID, list[Given]] = {}
    for point_id, lot, out, back, signed in rows:
        found.setdefault(point_id, []).append(Given(lot, int(out), int(back), signed))
    return found


def keep_signed(session: Session, point: ReliefPoint, signed: Mapping[UUID, int]) -> None:
    """Keep what the recipient signed for; a lot that the sheet does not name was signed for with nothing.

    Raises:
        Invalid: lots or quantities beyond what was brought and not put back.
    """
    there = drawn_at(session, point.id)
    for place, (lot_id, quantity) in enumerate(signed.items()):
        if quantity > there.get(lot_id, 0):
            raise invalid(f"/goods/{place}/quantity", "above_drawn", most=there.get(lot_id, 0))
    for lot_id in there:
        row = {"point_id": point.id, "lot_id": lot_id, "unit_id": point.unit_id, "signed": signed.get(lot_id, 0)}
        session.execute(
            insert(ReliefReceipt)
            .values(row)
            .on_conflict_do_update(index_elements=["point_id", "lot_id"], set_={"signed": row["signed"]})
        )
