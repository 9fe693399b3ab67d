"""Payments: made by an approval, repaid once after a return with an account that was approved again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import Session

from benefits.access.person import person_keys
from benefits.access.reach import Bounds, under, within
from benefits.core.actor import Actor
from benefits.core.errors import AlreadyPaid, NotFound, StateForbids
from benefits.money.duty import require_duty
from benefits.money.fund import lock_fund
from benefits.money.payee import Payee, open_payee, open_with, seal_payee, seal_with
from benefits.money.trail import keep_acts
from models.application import Application
from models.columns import new_id
from models.money import Disbursement
from models.payee_correction import PayeeCorrection
from models.unit import Unit
from models.vocabulary import ApplicationState
from models.vocabulary import DisbursementState as State


def _visible(actor: Actor) -> Select[Disbursement, Unit]:
    return select(Disbursement, Unit).join(Unit, Unit.id == Disbursement.unit_id).where(within(actor, "payment.read"))


def find_disbursement(session: Session, actor: Actor, disbursement_id: UUID) -> Disbursement:
    """A payment that the actor may see; raises NotFound."""
    found = session.execute(
        _visible(actor).where(Disbursement.id == disbursement_id).execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound
    disbursement: Disbursement = found[0]
    return disbursement


def lock_disbursement(
    session: Session, actor: Actor, disbursement_id: UUID, *, with_fund: bool = False
) -> Disbursement:
    """The same, locked in the house's order: its case, its fund where money will move, then the payment."""
    found = find_disbursement(session, actor, disbursement_id)
    touch_cases(session, actor, [found.application_id])
    if with_fund:
        lock_fund(session, actor, found.fund_id)
    session.refresh(found, with_for_update={"key_share": True})
    return found


def touch_cases(session: Session, actor: Actor, applications: list[UUID]) -> None:
    """Lock the cases in id order and raise their versions: what their pages show of payments is about to change."""
    session.execute(
        select(Application.id)
        .where(Application.id.in_(applications))
        .order_by(Application.id)
        .with_for_update(key_share=True)
    )
    session.execute(
        update(Application)
        .where(Application.id.in_(applications))
        .values(touched_at=actor.at)
        .execution_options(synchronize_session=False)
    )


def list_disbursements(
    session: Session,
    actor: Actor,
    *,
    after: UUID | None,
    limit: int,
    application_id: UUID | None = None,
    fund_id: UUID | None = None,
    batch_id: UUID | None = None,
    state: str | None = None,
    programme: str | None = None,
    below: str | None = None,
    from_on: date | None = None,
    until_on: date | None = None,
    amount_from: Decimal | None = None,
    amount_until: Decimal | None = None,
) -> list[Disbursement]:
    """Payments in order of creation, one more than `limit` where there are more; bounds are inclusive."""
    query = _visible(actor).order_by(Disbursement.id).limit(limit + 1)
    if after is not None:
        query = query.where(Disbursement.id > after)
    for column, wanted in (
        (Disbursement.application_id, application_id),
        (Disbursement.fund_id, fund_id),
        (Disbursement.batch_id, batch_id),
        (Disbursement.state, state),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    bounds: Bounds = (
        (programme, _of_programme),
        (below, under),
        (from_on, lambda day: Disbursement.settled_on >= day),
        (until_on, lambda day: Disbursement.settled_on <= day),
        (amount_from, lambda least: Disbursement.amount >= least),
        (amount_until, lambda most: Disbursement.amount <= most),
    )
    query = query.where(*(holds(bound) for bound, holds in bounds if bound is not None))
    return [row[0] for row in session.execute(query)]


def _of_programme(code: str) -> ColumnElement[bool]:
    return Disbursement.application_id.in_(select(Application.id).where(Application.programme == code))


def make_disbursements(session: Session, fund_id: UUID, amounts: Sequence[tuple[Application, Decimal]]) -> None:
    """The payments of approved cases, `reserved`; `uq_disbursement_live_instalment` refuses a second live one."""
    keys = person_keys(session, {application.person_id for application, _ in amounts})
    session.add_all(
        _payment(session, keys[application.person_id], application, fund_id, amount) for application, amount in amounts
    )
    session.flush()


def _payment(session: Session, key: bytes, application: Application, fund_id: UUID, amount: Decimal) -> Disbursement:
    if application.payee_cipher is None:
        raise StateForbids(state="payee_missing", act="approve", application_id=application.id)
    disbursement_id = new_id()
    payee = open_with(session, key, application.id, application.payee_cipher)
    return Disbursement(
        id=disbursement_id,
        application_id=application.id,
        unit_id=application.unit_id,
        person_id=application.person_id,
        fund_id=fund_id,
        instalment=1,
        state=State.RESERVED,
        amount=amount,
        **seal_with(session, key, disbursement_id, payee).columns(),
    )


def correct_account(session: Session, actor: Actor, disbursement: Disbursement, payee: Payee) -> PayeeCorrection:
    """An officer gives another account for a returned payment.

    Raises:
        StateForbids: it is not returned. AlreadyPaid: it has been repaid.
        NotPermitted, OwnCase, DutyConflict: officer of the unit, not of one's own case, with no other duty in it.
    """
    actor.require("case.file", _unit_path(session, disbursement))
    require_duty(session, actor, [disbursement.application_id], "filed")
    require_repayable(session, disbursement, "correct_account")
    correction_id = new_id()
    correction = PayeeCorrection(
        id=correction_id,
        disbursement_id=disbursement.id,
        application_id=disbursement.application_id,
        unit_id=disbursement.unit_id,
        given_by=actor.account_id,
        **seal_payee(session, disbursement.person_id, correction_id, payee).columns(),
    )
    session.add(correction)
    disbursement.touched_at = actor.at
    session.flush()
    keep_acts(session, actor, [disbursement], "correct_account", "filed", seen=correction.payee_hash)
    return correction


def approve_correction(session: Session, actor: Actor, disbursement: Disbursement) -> Disbursement:
    """A reviewer approves the corrected account: a new payment that names the returned one.

    Raises:
        StateForbids: not returned, or no corrected account waits. AlreadyPaid: repaid already.
        NotPermitted, BeyondDelegation, OwnCase, DutyConflict: as for every decision.
    """
    actor = actor.signing("case.decide", _unit_path(session, disbursement), disbursement.amount)
    require_duty(session, actor, [disbursement.application_id], "decided")
    require_repayable(session, disbursement, "approve")
    correction = latest_correction(session, disbursement.id)
    if correction is None:
        raise StateForbids(state="account_not_corrected", act="approve")
    correction.approved_by, correction.approved_at = actor.account_id, actor.at
    payee = open_payee(session, disbursement.person_id, correction.id, correction.payee_cipher)
    repayment_id = new_id()
    repayment = Disbursement(
        id=repayment_id,
        application_id=disbursement.application_id,
        unit_id=disbursement.unit_id,
        person_id=disbursement.person_id,
        fund_id=disbursement.fund_id,
        instalment=disbursement.instalment,
        state=State.RESERVED,
        amount=disbursement.amount,
        replaces_id=disbursement.id,
        **seal_payee(session, disbursement.person_id, repayment_id, payee).columns(),
    )
    session.add(repayment)
    disbursement.touched_at = actor.at
    session.flush()
    keep_acts(session, actor, [repayment], "approve_account", "decided", seen=correction.payee_hash)
    return repayment


def latest_correction(session: Session, disbursement_id: UUID) -> PayeeCorrection | None:
    """The newest corrected account of a returned payment."""
    return session.scalar(
        select(PayeeCorrection)
        .where(PayeeCorrection.disbursement_id == disbursement_id)
        .order_by(PayeeCorrection.id.desc())
        .limit(1)
    )


def require_repayable(session: Session, disbursement: Disbursement, act: str) -> None:
    """Refuse unless the payment came back, its case is still approved, and nothing was paid in its place.

    Raises:
        StateForbids, AlreadyPaid.
    """
    case = session.scalars(select(Application.state).where(Application.id == disbursement.application_id)).one()
    if case != ApplicationState.APPROVED:
        raise StateForbids(state=case, act=act)
    if disbursement.state != State.RETURNED:
        raise StateForbids(state=disbursement.state, act=act)
    if session.scalar(select(Disbursement.id).where(Disbursement.replaces_id == disbursement.id)) is not None:
        raise AlreadyPaid(disbursement_id=disbursement.id)


def _unit_path(session: Session, disbursement: Disbursement) -> str:
    return session.scalars(select(Unit.path).where(Unit.id == disbursement.unit_id)).one()
