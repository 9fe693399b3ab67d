"""Field encryption: a key per person wrapped by a master key outside the database, keyed hashes for look-up."""

from __future__ import annotations

import hmac
import os
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from sqlalchemy.orm import Session

_NONCE = 12


def _seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCMSIV(key).encrypt(nonce, plain, bound_to)


def _open(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    return AESGCMSIV(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to)


class Secrecy:
    """AES-256-GCM-SIV under per-person keys; every ciphertext is bound to the row and field it belongs to."""

    def __init__(self, master_key: bytes, index_key: bytes) -> None:
        """Both keys are 32 bytes."""
        self._master = master_key
        self._index = index_key

    def new_key(self, owner: UUID) -> tuple[bytes, bytes]:
        """A fresh key for a person or file: (the key, the key wrapped for storage with its owner)."""
        key = os.urandom(32)
        return key, _seal(self._master, key, owner.bytes)

    def unwrap(self, wrapped: bytes, owner: UUID) -> bytes:
        """The key that was stored with `owner`."""
        return _open(self._master, wrapped, owner.bytes)

    def index(self, kind: str, text: str) -> bytes:
        """The keyed hash (HMAC-SHA256, 32 bytes) by which a secret value is looked up; `kind` keeps fields apart."""
        return hmac.digest(self._index, f"{kind}:{text}".encode(), "sha256")

    @staticmethod
    def encrypt(key: bytes, row: UUID, field: str, plain: str | bytes) -> bytes:
        """Encrypt one field of one row."""
        return _seal(key, plain.encode() if isinstance(plain, str) else plain, row.bytes + field.encode())

    @staticmethod
    def decrypt(key: bytes, row: UUID, field: str, sealed: bytes) -> bytes:
        """Decrypt one field of one row; raises `cryptography.exceptions.InvalidTag` if it was moved or altered."""
        return _open(key, sealed, row.bytes + field.encode())


def secrecy(session: Session) -> Secrecy:
    """The keys that the door handed to this session."""
    found: Secrecy = session.info["secrecy"]
    return found
