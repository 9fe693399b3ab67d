"""Reading the books: vouchers with their lines and annexes, balances by account, what each budget came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, case, func, select, true
from sqlalchemy.orm import Session, contains_eager

from benefits.access.reach import within
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, invalid
from benefits.core.money import NOTHING
from benefits.money.ledger.chart import Account, chart_named
from models.application import Application
from models.ledger import Voucher, VoucherKind, VoucherLine
from models.money import BankResult, Disbursement
from models.unit import Unit


def visible_vouchers(actor: Actor) -> Select[Voucher]:
    """Vouchers of the books that the actor reads, each with its unit."""
    return select(Voucher).join(Voucher.unit).options(contains_eager(Voucher.unit)).where(within(actor, "ledger.read"))


def find_voucher(session: Session, actor: Actor, voucher_id: UUID) -> Voucher:
    """A voucher that the actor may see; raises NotFound."""
    found = session.scalar(visible_vouchers(actor).where(Voucher.id == voucher_id))
    if found is None:
        raise NotFound
    return found


def list_vouchers(
    session: Session,
    actor: Actor,
    *,
    after: UUID | None,
    limit: int,
    unit_code: str | None = None,
    year: int | None = None,
    kind: str | None = None,
    fund_id: UUID | None = None,
) -> list[Voucher]:
    """Vouchers in order of posting, one more than `limit` where there are more."""
    query = visible_vouchers(actor).order_by(Voucher.id).limit(limit + 1)
    if after is not None:
        query = query.where(Voucher.id > after)
    for column, wanted in (
        (Unit.code, unit_code),
        (Voucher.year, year),
        (Voucher.kind, kind),
        (Voucher.fund_id, fund_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    return list(session.scalars(query))


def lines_of(session: Session, voucher_id: UUID) -> list[VoucherLine]:
    """The lines of a voucher in order."""
    return list(
        session.scalars(select(VoucherLine).where(VoucherLine.voucher_id == voucher_id).order_by(VoucherLine.serial))
    )


def annex_of(session: Session, voucher_id: UUID, *, after: UUID | None, limit: int) -> list[tuple[Disbursement, int]]:
    """The payments that a voucher sums up, each with its case's number, one more than `limit` where there are more."""
    query = (
        select(Disbursement, Application.number)
        .join(BankResult, BankResult.disbursement_id == Disbursement.id)
        .join(Application, Application.id == Disbursement.application_id)
        .where(BankResult.voucher_id == voucher_id)
        .order_by(Disbursement.id)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(Disbursement.id > after)
    return [(row[0], row[1]) for row in session.execute(query)]


@dataclass(frozen=True)
class Balance:
    """One account of a trial balance: what stood before the year, its year's debits and credits, what stands."""

    chart: str
    account: Account
    opening: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def closing(self) -> Decimal:
        """Debits above credits; negative: the account stands in credit."""
        return self.opening + self.debit - self.credit


def trial_balance(
    session: Session, actor: Actor, unit_code: str, on: date, *, before_closing: bool = False
) -> list[Balance]:
    """Every account of a unit's books as it stands at the end of `on`; debits and credits are those of that year.

    After a year was closed its income and expense stand at nothing; `before_closing` leaves its closing entries out.

    Raises:
        Invalid: no such unit among the actor's.
    """
    unit = readable_unit(session, actor, unit_code)
    started = date(on.year, 1, 1)
    before = Voucher.posted_on < started
    signed = VoucherLine.debit - VoucherLine.credit
    closing = (Voucher.kind == VoucherKind.CLOSING) & (Voucher.year == on.year)
    rows = session.execute(
        select(
            Voucher.chart,
            VoucherLine.account,
            func.coalesce(func.sum(case((before, signed))), NOTHING).label("opening"),
            func.coalesce(func.sum(case((~before, VoucherLine.debit))), NOTHING).label("debit"),
            func.coalesce(func.sum(case((~before, VoucherLine.credit))), NOTHING).label("credit"),
        )
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(Voucher.unit_id == unit.id, Voucher.posted_on <= on, ~closing if before_closing else true())
        .group_by(Voucher.chart, VoucherLine.account)
        .order_by(Voucher.chart, VoucherLine.account)
    )
    return [
        Balance(row.chart, chart_named(row.chart).accounts[row.account], row.opening, row.debit, row.credit)
        for row in rows
    ]


def standing_before(session: Session, actor: Actor, unit_code: str, day: date) -> dict[tuple[str, str], Decimal]:
    """(chart, account) → debits above credits of a unit's books as a day begins; raises Invalid as `readable_unit`."""
    unit = readable_unit(session, actor, unit_code)
    rows = session.execute(
        select(Voucher.chart, VoucherLine.account, func.sum(VoucherLine.debit - VoucherLine.credit))
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(Voucher.unit_id == unit.id, Voucher.posted_on < day)
        .group_by(Voucher.chart, VoucherLine.account)
    )
    return {(chart, account): amount for chart, account, amount in rows}


def readable_unit(session: Session, actor: Actor, unit_code: str) -> Unit:
    """A unit whose books the actor reads; raises Invalid at `/unit`."""
    unit = session.scalar(select(Unit).where(Unit.code == unit_code, within(actor, "ledger.read")))
    if unit is None:
        raise invalid("/unit", "unit_unknown")
    return unit


def vouchers_between(
    session: Session, actor: Actor, unit_code: str, first: date, last: date
) -> Sequence[tuple[Voucher, list[VoucherLine]]]:
    """All vouchers of a unit's books in a period with their lines, in order of year and number."""
    unit = readable_unit(session, actor, unit_code)
    found = session.execute(
        select(Voucher, VoucherLine)
        .join(VoucherLine, VoucherLine.voucher_id == Voucher.id)
        .where(Voucher.unit_id == unit.id, Voucher.posted_on.between(first, last))
        .order_by(Voucher.year, Voucher.number, VoucherLine.serial)
    )
    grouped: dict[UUID, tuple[Voucher, list[VoucherLine]]] = {}
    for voucher, line in found:
        grouped.setdefault(voucher.id, (voucher, []))[1].append(line)
    return list(grouped.values())
