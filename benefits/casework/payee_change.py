"""The corrected account of a returned payment, where the case's programme says whom it pays."""

from __future__ import annotations

from sqlalchemy.orm import Session

from benefits.casework.consequence import consequence_of
from benefits.core.actor import Actor
from benefits.money import disbursement as payments
from benefits.money.payee import Payee
from models.application import Application
from models.money import Disbursement, PayeeCorrection


def correct_account(session: Session, actor: Actor, disbursement: Disbursement, payee: Payee) -> PayeeCorrection:
    """An officer gives another account for a returned payment.

    Raises:
        Invalid: a holder whom the programme does not pay. And as `benefits.money.disbursement.correct_account`.
    """
    application = session.get_one(Application, disbursement.application_id)
    correction = payments.correct_account(session, actor, disbursement, payee)
    consequence_of(application.programme).payee(session, actor, application, payee.holder)
    return correction
