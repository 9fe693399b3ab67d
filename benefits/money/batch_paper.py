"""The file of a payment batch: frozen when the batch is built, decrypted for those who pay, each download recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.access.person import person_keys
from benefits.core.actor import UNION_ZONE, Actor
from benefits.core.errors import StateForbids
from benefits.money.payee import open_with
from benefits.papers.bank_file import BankBatch, BankFile, BankFormat, BankLine, bank_file, read_bank_file
from benefits.papers.bank_formats import FROZEN, bank_formats
from benefits.record.writer import write_entry
from models.application import Application
from models.money import Disbursement, PaymentBatch
from models.secrecy import secrecy
from models.vocabulary import BatchState

_READY = frozenset({BatchState.RELEASED, BatchState.SETTLED})  # before the release nobody has what a bank would pay


def freeze(session: Session, number: str, payments: Sequence[Disbursement]) -> BankFile:
    """The bank's file for these payments, in this order, numbered from 1.

    Raises:
        StateForbids: a payee is not what was written when the payment was made.
    """
    keys = person_keys(session, {payment.person_id for payment in payments})
    numbers = {
        row.id: row.number
        for row in session.execute(
            select(Application.id, Application.number).where(
                Application.id.in_({payment.application_id for payment in payments})
            )
        )
    }
    lines = []
    for serial, payment in enumerate(payments, start=1):
        try:
            payee = open_with(session, keys[payment.person_id], payment.id, payment.payee_cipher)
        except InvalidTag:  # another row's ciphertext, or one made up: it opens only where the approval put it
            raise StateForbids(state="payee_altered", act="batch", disbursement_id=payment.id) from None
        remark = f"会员福利{numbers[payment.application_id]:08d}"
        lines.append(BankLine(serial, payee.holder, payee.account_number, payee.bank, payment.amount, remark))
    return bank_file(number, lines)


@dataclass(frozen=True)
class BatchFile:
    """A batch in one of the bank's forms; `sha256` is of these bytes."""

    content: bytes
    sha256: str
    form: BankFormat


def batch_file(session: Session, actor: Actor, batch: PaymentBatch, form: str = FROZEN) -> BatchFile:
    """The frozen file, or what it says in another form, for those who pay and those who audit; each one is recorded.

    Raises:
        StateForbids: not released yet, or its years are over.
        NotPermitted: finance, cashier or auditor of the fund's unit is asked.
    """
    actor.require("payment.file", batch.fund.unit.path)
    if batch.state not in _READY or batch.approved_at is None:
        raise StateForbids(state=batch.state, act="file")
    if batch.key_wrapped is None or batch.file is None:
        raise StateForbids(state="destroyed", act="file")
    key = secrecy(session).unwrap(batch.key_wrapped, batch.id)
    content = secrecy(session).decrypt(key, batch.id, "file", batch.file)
    if hashlib.sha256(content).digest() != batch.file_digest:
        raise StateForbids(state="file_altered", act="file")
    wanted = bank_formats()[form]
    if form != FROZEN:
        built, approved = (at.astimezone(UNION_ZONE) for at in (batch.created_at, batch.approved_at))
        content = wanted.write(BankBatch(batch.number, batch.fund.unit.name, built, approved), read_bank_file(content))
    digest = hashlib.sha256(content).hexdigest()
    write_entry(
        session,
        kind="export",
        action="bank_file",
        table="payment_batch",
        row=batch.id,
        unit_id=batch.unit_id,
        data={"format": form, "payments": batch.payments, "total": f"{batch.total:.2f}", "digest": digest},
    )
    return BatchFile(content, digest, wanted)
