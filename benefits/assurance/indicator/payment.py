"""Indicators on payments: their accounts, their payees, and what the register says of the member on the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, LargeBinary, Select, cast, func, literal, select, union
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from benefits.assurance.indicator.hit import Hit, threshold_on
from benefits.assurance.indicator.reach import Reach
from benefits.casework.prepayment.check import flagged
from benefits.casework.prepayment.evidence import gather
from benefits.casework.prepayment.figure import near_threshold_on
from benefits.core.errors import invalid
from benefits.core.identity import mask_account
from models.application import Application
from models.membership import Honour, HonourStatus, Membership
from models.money import Disbursement, Fund
from models.record_entry import RecordEntry
from models.unit import Unit
from models.vocabulary import DisbursementState, HonourState, MembershipState

MOST_PAYMENTS = 20_000
_PAID = (DisbursementState.PAID, DisbursementState.REVERSED)
_LINKED = 20  # payments that one hit names


def paid_in(reach: Reach) -> ColumnElement[bool]:
    """Payments of the reach that the bank made in its days."""
    return (
        Disbursement.state.in_(_PAID)
        & Disbursement.settled_on.between(reach.from_on, reach.until_on)
        & Disbursement.unit_id.in_(select(Unit.id).where(reach.below()))
    )


def as_before_payment(session: Session, reach: Reach) -> Iterator[Hit]:
    """What the check before a payment would say of each, as the books are now (benefits.casework.prepayment).

    How many persons use an account is `shared_accounts`' to tell, which keeps to what the auditor may see.

    Raises:
        Invalid: more than `MOST_PAYMENTS`.
    """
    chosen = paid_in(reach)
    if (session.scalar(select(func.count()).select_from(Disbursement).where(chosen)) or 0) > MOST_PAYMENTS:
        raise invalid("/from", "population_too_large", most=MOST_PAYMENTS)
    units = {row.id: row.code for row in session.execute(select(Unit.id, Unit.code).where(reach.below()))}
    for each in flagged(session, gather(session, chosen, reach.path), near_threshold_on(reach.until_on)):
        payment = each.payment
        for flag in each.flags:
            if flag.code != "account_shared" and payment.settled_on is not None:
                yield Hit(
                    flag.code,
                    units[payment.unit_id],
                    payment.settled_on,
                    flag.rests_on,
                    application_ids=(payment.application_id,),
                    disbursement_ids=(payment.id,),
                )


def shared_accounts(session: Session, reach: Reach) -> Iterator[Hit]:
    """One account for several persons, in sight; that others elsewhere use it is told, and nothing of them."""
    used = select(Disbursement.payee_hash).where(paid_in(reach)).distinct()
    hashes = list(session.scalars(used.order_by(Disbursement.payee_hash)))
    everywhere = session.scalars(select(func.account_people(cast(hashes, ARRAY(LargeBinary))))).one()
    several = {account: people for account, people in zip(hashes, everywhere, strict=True) if people > 1}
    seen = union(
        select(Disbursement.payee_hash.label("account"), Disbursement.person_id).where(
            Disbursement.payee_hash.in_(several)
        ),
        select(Membership.account_hash, Membership.person_id).where(Membership.account_hash.in_(several)),
    ).subquery()
    counted = select(seen.c.account, func.count().label("people")).group_by(seen.c.account)
    here = {row.account: row.people for row in session.execute(counted)}
    ids = func.array_agg(aggregate_order_by(Disbursement.id, Disbursement.id), type_=ARRAY(Disbursement.id.type))
    query = (
        select(
            Disbursement.payee_hash,
            func.min(Disbursement.payee_last4),
            func.min(Unit.code),
            ids,
            func.max(Disbursement.settled_on),
        )
        .join(Unit, Unit.id == Disbursement.unit_id)
        .where(paid_in(reach), Disbursement.payee_hash.in_(several))
        .group_by(Disbursement.payee_hash)
    )
    found: Iterable[Any] = session.execute(query)
    for account, last4, unit_code, payments, day in found:
        figures = {"account": mask_account(last4)}
        if here[account] > 1:
            shown = {**figures, "people": str(here[account])}
            yield Hit("account_shared", unit_code, day, shown, disbursement_ids=payments[:_LINKED])
        if several[account] > here[account]:
            yield Hit("account_shared_elsewhere", unit_code, day, figures, disbursement_ids=payments[:_LINKED])


def paid_after_end(session: Session, reach: Reach) -> Iterator[Hit]:
    """Payments to who had left by the register, or was dead by it (an award for the bereaved is none)."""
    # Since the first entry after the last that had them as a member: whatever is written on them later moves no day.
    history = (
        RecordEntry.table_name == "membership",
        RecordEntry.row_id == cast(Membership.id, RecordEntry.row_id.type),
    )
    state = RecordEntry.body["data"]["state"].as_string()
    before = select(func.max(RecordEntry.n)).where(*history, state != MembershipState.LEFT).correlate(Membership)
    left = (
        select(RecordEntry.row_id, func.min(reach.day_of(RecordEntry.at)).label("since"))
        .where(*history, RecordEntry.n > func.coalesce(before.scalar_subquery(), 0))
        .group_by(RecordEntry.row_id)
        .lateral()
    )
    dead = (
        select(func.min(HonourStatus.since_on).label("since"))
        .join(Honour, Honour.id == HonourStatus.honour_id)
        .where(HonourStatus.state == HonourState.DECEASED, Honour.membership_id == Membership.id)
        .lateral()
    )
    base = (
        select(Disbursement.id, Disbursement.application_id, Unit.code, Disbursement.settled_on)
        .join(Unit, Unit.id == Disbursement.unit_id)
        .join(Application, Application.id == Disbursement.application_id)
        .join(Membership, Membership.id == Application.membership_id)
        .where(paid_in(reach))
    )
    gone = base.add_columns(left.c.since).join(left, literal(True)).where(Membership.state == MembershipState.LEFT)
    died = (
        base.add_columns(dead.c.since)
        .join(dead, literal(True))
        .where(func.coalesce(Application.kind, "") != "bereavement")
    )
    yield from _late(session, "paid_after_leaving", gone.where(Disbursement.settled_on > left.c.since))
    yield from _late(session, "paid_after_death", died.where(Disbursement.settled_on > dead.c.since))


def _late(session: Session, kind: str, query: Select[Any]) -> Iterator[Hit]:
    for payment_id, case_id, unit_code, paid_on, since in session.execute(query.order_by(Disbursement.id)):
        figures = {"paid_on": str(paid_on), "since": str(since)}
        yield Hit(kind, unit_code, paid_on, figures, application_ids=(case_id,), disbursement_ids=(payment_id,))


def year_end(session: Session, reach: Reach) -> Iterator[Hit]:
    """Funds that paid an unusual share of a year in its December; only years whose December lies in the days."""
    threshold = threshold_on("year_end", reach.until_on)
    if threshold is None:
        return
    year = func.extract("year", Disbursement.settled_on)
    whole = func.sum(Disbursement.amount)
    december = whole.filter(func.extract("month", Disbursement.settled_on) == 12)
    last = func.max(Disbursement.settled_on)
    query = (
        select(Fund.id, Fund.name, Unit.code, year, whole, december, last)
        .join(Fund, Fund.id == Disbursement.fund_id)
        .join(Unit, Unit.id == Fund.unit_id)
        .where(reach.below(), Disbursement.state.in_(_PAID))
        .group_by(Fund.id, Fund.name, Unit.code, year)
        .having(december * 100 >= whole * threshold.figures["percent"], last.between(reach.from_on, reach.until_on))
    )
    found: Iterable[Any] = session.execute(query)
    for fund_id, name, unit_code, of_year, paid, late, day in found:
        figures = {
            "fund": name,
            "year": str(int(of_year)),
            "december": f"{late:.2f}",
            "paid": f"{paid:.2f}",
            "share": f"{late * 100 / paid:.1f}",
        }
        yield Hit("year_end", unit_code, day, figures, fund_id=fund_id)
