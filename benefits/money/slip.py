"""The payment slip (付款凭单) of a disbursement as paper."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.core.actor import UNION_ZONE, Actor
from benefits.money.payee import open_payee
from benefits.money.signature import signatures_of
from benefits.papers.payment_slip import Hand, PaymentSlip, payment_slip
from models.account import Account
from models.application import Act, Application
from models.money import Disbursement, Fund, PaymentBatch
from models.unit import Unit


def print_slip(session: Session, actor: Actor, payment: Disbursement, language: str) -> bytes:
    """The payment's slip as PDF: amount in figures and capitals, the persons by duty; the account comes out masked."""
    application = session.get_one(Application, payment.application_id)
    batch = session.get(PaymentBatch, payment.batch_id) if payment.batch_id else None
    fund, owner = session.execute(
        select(Fund, Unit.name).join(Unit, Unit.id == Fund.unit_id).where(Fund.id == payment.fund_id)
    ).one()
    payee = open_payee(session, payment.person_id, payment.id, payment.payee_cipher)
    hands = _hands(session, payment, language)
    made = _hand(session, batch) if batch else None
    return payment_slip(
        PaymentSlip(
            payment_id=str(payment.id),
            slip_number=f"{application.number:08d}-{payment.instalment}",
            version=payment.version,
            digest=_bound_to(session, payment),
            payer=owner,
            fund=fund.name,
            source=fund.source,
            payee=payee.holder,
            bank=payee.bank,
            account_number=payee.account_number,
            amount=payment.amount,
            purpose=catalogue.programme(application.programme).titles[language],
            case_number=f"{application.number:08d}",
            state=payment.state,
            printed_at=actor.at,
            printed_by=actor.name,
            slip_on=(batch.created_at if batch else payment.created_at).astimezone(UNION_ZONE).date(),
            batch_number=batch.number if batch else "",
            filed_by=hands.get("filed"),
            decided_by=hands.get("decided"),
            prepared_by=made,
            checked_by=hands.get("payment_approved"),
            released_by=hands.get("released"),
            bank_serial=payment.bank_serial or "",
            paid_on=payment.settled_on if payment.state in {"paid", "reversed"} else None,
        ),
        language,
    )


def _bound_to(session: Session, payment: Disbursement) -> str:
    """The hash of what was seen by whoever decided last: on the payment's file, before that on the case."""
    seen = session.scalar(
        select(Act.seen_hash)
        .where(
            Act.application_id == payment.application_id,
            (Act.disbursement_id.is_(None)) | (Act.disbursement_id == payment.id),
            Act.act.in_(("approve", "approve_payment", "release_payment")),
        )
        .order_by(Act.id.desc())
        .limit(1)
    )
    return seen.hex() if seen else ""


def _hands(session: Session, payment: Disbursement, language: str) -> dict[str, Hand]:
    """The last person of each duty on the case or on this payment."""
    acts = session.scalars(
        select(Act)
        .where(
            Act.application_id == payment.application_id,
            (Act.disbursement_id.is_(None)) | (Act.disbursement_id == payment.id),
            Act.act.in_(("submit", "approve", "approve_account", "approve_payment", "release_payment")),
        )
        .order_by(Act.id)
    ).all()
    signed = signatures_of(session, acts)
    return {
        act.duty: Hand(signed[act.id].written(language), act.acted_at)
        for act in acts
        if act.duty and signed[act.id].name
    }


def _hand(session: Session, batch: PaymentBatch) -> Hand | None:
    name = session.scalar(select(Account.name).where(Account.id == batch.prepared_by))
    return Hand(name, batch.created_at) if name else None
