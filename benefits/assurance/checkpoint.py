"""The signed text of a checkpoint: C2SP signed-note, tlog-checkpoint and tlog-cosignature, with Ed25519.

union-benefits/AH/3f9c1a2b7d40         origin: which record
20852163                               size: how many entries
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2…      root, base64
time 2026-11-22T16:30:00+00:00         further lines, if any

— union-benefits/AH/3f9c1a2b7d40 Az3grlgt…       who signed: base64 of key id and signature
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from benefits.assurance.merkle import HASH_BYTES

NOTE = 0x01  # the kinds of key: signs the text itself, or
COSIGNATURE = 0x04  # the text with the instant at which a witness saw it
_ID_BYTES = 4
_SIGNED_BYTES = {NOTE: 64, COSIGNATURE: 8 + 64}
_NAME = re.compile(r"[^\s+\x00-\x1f]+\Z")
_SIZE = re.compile(r"(0|[1-9][0-9]{0,18})\Z")
_MOST_SIGNATURES = 100


class CheckpointError(ValueError):
    """The text is no checkpoint, or no key; one sentence says why."""


@dataclass(frozen=True)
class Signature:
    """One signature line as it stands."""

    name: str
    key_id: bytes
    signed: bytes

    @property
    def line(self) -> str:
        """The line, with its end."""
        return f"— {self.name} {base64.b64encode(self.key_id + self.signed).decode()}\n"


@dataclass(frozen=True)
class VerifierKey:
    """A public key under a name, written `name+key id+base64 of kind and key`."""

    name: str
    public: bytes
    kind: int = NOTE

    @classmethod
    def read(cls, text: str) -> VerifierKey:
        """The key in a text; raises CheckpointError."""
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        material = _bytes(encoded, "the key is not base64")
        if len(material) != 33 or material[0] not in _SIGNED_BYTES:
            raise CheckpointError("the key is not an Ed25519 key of a known kind")
        key = cls(name, material[1:], material[0])
        if not _NAME.match(name) or key.key_id.hex() != key_id:
            raise CheckpointError("the key's id is not that of its name and bytes")
        return key

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256 over name, line end, kind and key."""
        return sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.public).digest()[:_ID_BYTES]

    @property
    def text(self) -> str:
        """The key as a verifier is given it."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"

    def signed(self, text: str, signature: Signature) -> bool:
        """Whether `signature` is this key's over the text of a note."""
        if (signature.name, signature.key_id) != (self.name, self.key_id):
            return False
        if len(signature.signed) != _SIGNED_BYTES[self.kind]:
            return False
        message = text.encode()
        if self.kind == COSIGNATURE:
            message = cosigned(text, int.from_bytes(signature.signed[:8], "big"))
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature.signed[-64:], message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Signer:
    """A private key under a name; its `repr` shows neither."""

    name: str
    key: Ed25519PrivateKey
    kind: int = NOTE

    @classmethod
    def of(cls, name: str, seed: bytes, kind: int = NOTE) -> Signer:
        """The signer with this 32-byte seed."""
        if not _NAME.match(name):
            raise CheckpointError("a signer's name has neither blanks nor a plus sign")
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed), kind)

    @property
    def verifier(self) -> VerifierKey:
        """Its public half."""
        return VerifierKey(self.name, self.key.public_key().public_bytes_raw(), self.kind)

    def sign(self, text: str) -> Signature:
        """Sign the text of a note."""
        return Signature(self.name, self.verifier.key_id, self.key.sign(text.encode()))

    def cosign(self, text: str, seconds: int) -> Signature:
        """Sign the text of a checkpoint as seen `seconds` after the epoch."""
        signed = seconds.to_bytes(8, "big") + self.key.sign(cosigned(text, seconds))
        return Signature(self.name, self.verifier.key_id, signed)


def cosigned(text: str, seconds: int) -> bytes:
    """What a witness signs: C2SP tlog-cosignature, `cosignature/v1`."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


@dataclass(frozen=True)
class Checkpoint:
    """The head of a tree, as it is signed."""

    origin: str
    size: int
    root: bytes
    further: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The lines that are signed."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.further)
        return "".join(f"{line}\n" for line in lines)

    def signed_by(self, signer: Signer) -> str:
        """The whole note."""
        return note(self.text, [signer.sign(self.text)])


def note(text: str, signatures: Iterable[Signature]) -> str:
    """Text and signatures as one note."""
    return f"{text}\n" + "".join(signature.line for signature in signatures)


def parted(whole: str) -> tuple[str, list[Signature]]:
    """The text and the signatures of a note; raises CheckpointError."""
    head, separator, tail = whole.rpartition("\n\n")
    lines = tail.removesuffix("\n").split("\n")
    if not separator or not head or not tail.endswith("\n") or len(lines) > _MOST_SIGNATURES:
        raise CheckpointError("no text with signature lines after an empty one")
    if any(ord(letter) < 0x20 and letter != "\n" for letter in whole):
        raise CheckpointError("control characters")
    return head + "\n", signature_lines(tail)


def signature_lines(lines: str) -> list[Signature]:
    """Signature lines as a witness answers them; raises CheckpointError."""
    found = []
    for line in lines.removesuffix("\n").split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        raw = _bytes(encoded, "a signature is not base64")
        if dash != "—" or not _NAME.match(name) or len(raw) <= _ID_BYTES:
            raise CheckpointError("a signature line is malformed")
        found.append(Signature(name, raw[:_ID_BYTES], raw[_ID_BYTES:]))
    return found


def read(text: str) -> Checkpoint:
    """The checkpoint in the text of a note; raises CheckpointError."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines):
        raise CheckpointError("a checkpoint has an origin, a size and a root, each on its line")
    origin, size, encoded, *further = lines
    head = _bytes(encoded, "the root is not base64")
    if not _SIZE.match(size) or len(head) != HASH_BYTES:
        raise CheckpointError("size or root is malformed")
    return Checkpoint(origin, int(size), head, tuple(further))


def opened(whole: str, keys: Iterable[VerifierKey]) -> Checkpoint:
    """The checkpoint of a note that one of `keys` has signed.

    Raises:
        CheckpointError: it is malformed, or none of them has; signatures of other keys are passed over.
    """
    text, signatures = parted(whole)
    known = list(keys)
    if not any(key.signed(text, signature) for signature in signatures for key in known):
        raise CheckpointError("no known key has signed it")
    return read(text)


def _bytes(encoded: str, otherwise: str) -> bytes:
    """Standard base64 in its one spelling."""
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise CheckpointError(otherwise) from None
    if base64.b64encode(raw).decode() != encoded:
        raise CheckpointError(otherwise)
    return raw
