"""Receivables: what a member owes the union, recovered by receipts of money or written off by another person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from benefits.access.accounts import account_person
from benefits.access.reach import within
from benefits.core.actor import Actor
from benefits.core.errors import DutyConflict, NotFound, StateForbids, invalid
from benefits.money import fund as funds
from benefits.money.entitlement import lower_award
from benefits.money.ledger.booking import book_recovery, book_write_off
from models.application import Application
from models.money import Fund
from models.receivable import Receipt, Receivable
from models.receivable_vocabulary import ReceivableOrigin
from models.receivable_vocabulary import ReceivableState as State
from models.reversal import Reversal
from models.settling_vocabulary import ReversalKind
from models.unit import Unit

# act -> states it may follow
MAY_FOLLOW = MappingProxyType(
    {"receive": frozenset({State.OWED, State.PARTLY}), "write_off": frozenset({State.OWED, State.PARTLY})}
)

# Money taken back that its member has had: it counts for them until it is there, and for ever if it never comes.
# What somebody else was paid, or the bank has brought back, they never had or have no more.
HELD_BY_MEMBER = frozenset({ReversalKind.PAID_TOO_MUCH, ReversalKind.NOT_ENTITLED})


def raise_receivable(
    session: Session, actor: Actor, application: Application, origin: ReceivableOrigin, amount: Decimal
) -> Receivable:
    """Write down that the case's person owes the union `amount` yuan; the act that finds it out asks permission."""
    owed = Receivable(
        application_id=application.id,
        unit_id=application.unit_id,
        person_id=application.person_id,
        origin=origin,
        amount=amount,
        state=State.OWED,
        raised_by=actor.account_id,
    )
    session.add(owed)
    session.flush()
    return owed


def _visible(actor: Actor) -> Select[Receivable]:
    return select(Receivable).join(Unit, Unit.id == Receivable.unit_id).where(within(actor, "receivable.read"))


def find_receivable(session: Session, actor: Actor, receivable_id: UUID) -> Receivable:
    """A receivable that the actor may see; raises NotFound."""
    found = session.scalar(
        _visible(actor).where(Receivable.id == receivable_id).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def lock_receivable(session: Session, actor: Actor, receivable_id: UUID) -> Receivable:
    """The same, held until the transaction ends."""
    found = find_receivable(session, actor, receivable_id)
    session.refresh(found, with_for_update={"key_share": True})
    return found


def list_receivables(
    session: Session,
    actor: Actor,
    *,
    after: UUID | None,
    limit: int,
    state: str | None = None,
    unit_code: str | None = None,
    member_id: UUID | None = None,
    application_id: UUID | None = None,
) -> list[Receivable]:
    """Receivables in order of creation, one more than `limit` where there are more."""
    query = _visible(actor).order_by(Receivable.id).limit(limit + 1)
    if after is not None:
        query = query.where(Receivable.id > after)
    if unit_code is not None:
        query = query.where(Unit.code == unit_code)
    if member_id is not None:
        query = query.join(Application, Application.id == Receivable.application_id)
        query = query.where(Application.membership_id == member_id)
    for column, wanted in ((Receivable.state, state), (Receivable.application_id, application_id)):
        if wanted is not None:
            query = query.where(column == wanted)
    return list(session.scalars(query))


def receipts_of(session: Session, receivable_id: UUID) -> list[Receipt]:
    """The receipts of a receivable, the oldest first."""
    return list(session.scalars(select(Receipt).where(Receipt.receivable_id == receivable_id).order_by(Receipt.id)))


def receive(
    session: Session, actor: Actor, owed: Receivable, *, amount: Decimal, received_on: date, bank_serial: str
) -> Receivable:
    """Enter money that came in for a receivable; what was overpaid is the fund's again, and no award of the member's.

    Raises:
        StateForbids: recovered or written off. Invalid: nothing, more than is still owed, or a day to come.
        AlreadyExists: the bank serial is entered already. NotPermitted, OwnCase.
    """
    fund_id = _require(session, actor, owed, "receivable.receive", "receive")
    left = owed.amount - owed.received
    if not 0 < amount <= left:
        raise invalid("/amount", "above_owed", left=f"{left:.2f}")
    if received_on > actor.today:
        raise invalid("/received_on", "day_to_come")
    session.add(
        Receipt(
            receivable_id=owed.id,
            application_id=owed.application_id,
            unit_id=owed.unit_id,
            amount=amount,
            received_on=received_on,
            bank_serial=bank_serial,
            entered_by=actor.account_id,
            entered_at=actor.at,
        )
    )
    owed.received += amount
    owed.state = State.RECOVERED if owed.received == owed.amount else State.PARTLY
    session.flush()
    if owed.origin == ReceivableOrigin.OVERPAYMENT:
        funds.take_back(session, fund_id, amount)
        funds.release(session, fund_id, amount)
        if session.scalar(select(Reversal.kind).where(Reversal.receivable_id == owed.id)) in HELD_BY_MEMBER:
            lower_award(session, owed.application_id, amount)
    book_recovery(session, actor, fund_id, amount, received_on, bank_serial)
    return owed


def write_off(session: Session, actor: Actor, owed: Receivable, reason: str) -> Receivable:
    """Give up what is still owed: a decision of another person than raised it or entered a receipt of it.

    What the member keeps of an award goes on counting as given.

    Raises:
        StateForbids: recovered or written off already. NotPermitted, OwnCase, DutyConflict.
    """
    fund_id = _require(session, actor, owed, "receivable.write_off", "write_off")
    hands = {owed.raised_by, *(receipt.entered_by for receipt in receipts_of(session, owed.id))}
    if actor.person_id in {account_person(session, hand) for hand in hands}:
        raise DutyConflict(receivable_id=owed.id, held="raised", wanted="written_off")
    owed.state, owed.reason = State.WRITTEN_OFF, reason
    owed.written_off_by, owed.written_off_at = actor.account_id, actor.at
    session.flush()
    book_write_off(session, actor, fund_id, owed.amount - owed.received, str(owed.id))
    return owed


def _require(session: Session, actor: Actor, owed: Receivable, permission: str, act: str) -> UUID:
    """Who may, and when; the fund that advanced the money, in whose unit's books the act is posted."""
    fund = session.execute(
        select(Fund.id, Unit.path)
        .join(Unit, Unit.id == Fund.unit_id)
        .join(Application, Application.fund_id == Fund.id)
        .where(Application.id == owed.application_id)
    ).one()
    actor.require(permission, fund.path)
    actor.require_stranger(owed.person_id)
    if owed.state not in MAY_FOLLOW[act]:
        raise StateForbids(state=owed.state, act=act)
    fund_id: UUID = fund.id
    return fund_id
