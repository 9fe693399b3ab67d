"""Who is paid: an account in somebody's name, encrypted under the person's key and shown by its last four digits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from benefits.access.person import person_key
from benefits.core.errors import invalid
from benefits.core.identity import parse_card
from models.membership import Membership
from models.secrecy import secrecy

NO_PAYEE = dict.fromkeys(("payee_cipher", "payee_hash", "payee_holder", "payee_bank", "payee_last4"))


@dataclass(frozen=True)
class Payee:
    """An account to pay to, in the clear."""

    holder: str
    account_number: str
    bank: str


@dataclass(frozen=True)
class SealedPayee:
    """A payee as a row keeps it."""

    cipher: bytes
    hash: bytes
    holder: str
    bank: str
    last4: str

    def columns(self) -> dict[str, Any]:
        """The `payee_…` columns."""
        return {
            "payee_cipher": self.cipher,
            "payee_hash": self.hash,
            "payee_holder": self.holder,
            "payee_bank": self.bank,
            "payee_last4": self.last4,
        }


def read_payee(holder: str, account_number: str, bank: str, *, pointer: str = "/payee") -> Payee:
    """A payee as typed; `pointer` says where, for the fault.

    Raises:
        Invalid: the account number is no bank card number (13 to 19 digits with a Luhn check).
    """
    number = parse_card(account_number)
    if number is None:
        raise invalid(f"{pointer}/account_number", "bank_card_checksum")
    return Payee(holder, number, bank)


def registered_payee(session: Session, membership: Membership) -> Payee | None:
    """The account on the member's register; None where there is none."""
    if membership.account_cipher is None:
        return None
    return registered_with(session, person_key(session, membership.person_id), membership)


def registered_with(session: Session, key: bytes, membership: Membership) -> Payee | None:
    """The same with the person's key in hand."""
    if membership.account_cipher is None or not membership.account_holder:
        return None
    number = secrecy(session).decrypt(key, membership.id, "account", membership.account_cipher).decode()
    return Payee(membership.account_holder, number, membership.bank or "")


def seal_payee(session: Session, person_id: UUID, row_id: UUID, payee: Payee) -> SealedPayee:
    """Encrypt a payee for the row `row_id` of this person's case."""
    return seal_with(session, person_key(session, person_id), row_id, payee)


def seal_with(session: Session, key: bytes, row_id: UUID, payee: Payee) -> SealedPayee:
    """The same with the person's key in hand."""
    keys = secrecy(session)
    plain = json.dumps([payee.holder, payee.account_number, payee.bank], ensure_ascii=False)
    return SealedPayee(
        cipher=keys.encrypt(key, row_id, "payee", plain),
        hash=keys.index("account", payee.account_number),
        holder=payee.holder,
        bank=payee.bank,
        last4=payee.account_number[-4:],
    )


def open_payee(session: Session, person_id: UUID, row_id: UUID, cipher: bytes) -> Payee:
    """Decrypt the payee of the row `row_id`."""
    return open_with(session, person_key(session, person_id), row_id, cipher)


def open_with(session: Session, key: bytes, row_id: UUID, cipher: bytes) -> Payee:
    """The same with the person's key in hand."""
    return Payee(*json.loads(secrecy(session).decrypt(key, row_id, "payee", cipher)))
