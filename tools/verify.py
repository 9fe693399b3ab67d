"""Checks an evidence package offline: Python 3.11 and `cryptography`, no server, no database, nothing else of ours.

    python verify.py PACKAGE.zip --key PUBLIC_KEY [--key …] [--copy CHECKPOINT …]

A key is `name+hash+base64`, or a file of such lines; a copy is a checkpoint that was kept outside. The first line is
`ok` or `failed`, every difference follows; exit 0 or 1, or 2 when called wrongly. Format: docs/evidence-package.md.
"""

from __future__ import annotations

import argparse
import json
import re
import struct
import sys
import zlib
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NAME = re.compile(
    rb"manifest\.(json|note)|index\.(en|zh-CN)\.pdf|record/(checkpoints|entries)\.jsonl|rows/[a-z_]{1,63}\.jsonl"
    rb"|(assessments|documents|policies|samples)/[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
)
FORMAT = "benefits-evidence/1"
LONGEST = 16 << 20  # bytes of a line, of a checkpoint, of the manifest
# Folder: the table and column of the record that hold the SHA-256 of its files, each named after its row.
CONTENTS = {
    "documents": "document.digest",
    "assessments": "assessment.content_hash",
    "policies": "policy.digest",
    "samples": "audit_sample.digest",
}
LIVE = {"reserved", "batched", "released", "unknown", "paid"}  # payments that use up what was approved
UNANSWERED = {"reserved", "batched", "released"}  # states of a payment of which no bank has said anything

# 1 — The container is the plainest ZIP: members lie end to end, uncompressed; the directory repeats their headers; no
# byte is left over. So nothing unpacks to more than it is, and nothing hides beside the members.

Member = tuple[int, int, int]  # where it begins, its size, its CRC-32


def members(file: IO[bytes]) -> dict[str, Member]:
    """The files of the package by name; raises ValueError unless every byte beside them is as it must be."""
    at, directory, found = 0, b"", dict[str, Member]()
    while len(head := b"".join(chunks(file, at, 30))) == 30 and head[:4] == b"PK\3\4":
        crc, size, named = struct.unpack("<14xL4xLH2x", head)
        name, start = file.read(named), at + 30 + named
        if head != struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, crc, size, size, named, 0):
            raise ValueError("a member's header is not as the format has it")
        if not NAME.fullmatch(name) or name.decode() in found:
            raise ValueError("a member's name is none of the format's, or stands twice")
        found[name.decode()] = (start, size, crc)
        facts = (b"PK\1\2", 788, 20, 0, 0, 0, 33, crc, size, size, named, 0, 0, 0, 0, 0o600 << 16, at)
        directory += struct.pack("<4s6H3L5H2L", *facts) + name
        at = start + size
    end = directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(found), len(found), len(directory), at, 0)
    if file.seek(0, 2) != at + len(end) or b"".join(chunks(file, at, len(end))) != end:
        raise ValueError("something stands beside its members")
    return found


def chunks(file: IO[bytes], start: int, size: int, _crc: int = 0) -> Iterator[bytes]:
    """The bytes of a member or of another stretch, a mebibyte at a time."""
    for done in range(0, size, 1 << 20):
        file.seek(start + done)
        yield file.read(min(1 << 20, size - done))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands twice in one JSON object")
    return dict(pairs)


strict = partial(json.loads, object_pairs_hook=_unique, parse_constant=int, parse_float=Decimal)  # int("NaN") raises


# 2 — Checkpoints are signed notes (C2SP signed-note, tlog-checkpoint); the log is the tree of RFC 6962.

Keys = dict[tuple[str, bytes], Ed25519PublicKey]  # by name and hash


class Checkpoint(NamedTuple):
    """What was signed: the first `size` entries of the log of this name have this root."""

    origin: str
    size: int
    root: bytes


def key_of(text: str) -> tuple[tuple[str, bytes], Ed25519PublicKey]:
    """A public key as `name+hash+base64`: its name and hash, and the key."""
    name, printed, encoded = text.split("+", 2)
    raw = b64decode(encoded, validate=True)
    hash_ = sha256(name.encode() + b"\n" + raw).digest()[:4]
    if raw[:1] != b"\1" or hash_.hex() != printed:
        raise ValueError(f"not the Ed25519 key of a signed note: {text}")
    return (name, hash_), Ed25519PublicKey.from_public_bytes(raw[1:])


def signed(note: bytes, keys: Keys) -> list[str]:
    """The lines that all given keys which are named in the note have signed, at least one; raises InvalidSignature."""
    text, _, signatures = note.decode().rpartition("\n\n")
    named = [(name, b64decode(code, validate=True)) for _, name, code in map(str.split, signatures.splitlines())]
    ours = [(keys[name, made[:4]], made[4:]) for name, made in named if (name, made[:4]) in keys]
    for key, signature in ours:
        key.verify(signature, f"{text}\n".encode())
    if not ours:
        raise InvalidSignature
    return text.split("\n")


def opened(note: bytes, keys: Keys) -> Checkpoint:
    """The checkpoint that a note is; raises InvalidSignature."""
    origin, size, root, *_ = signed(note, keys)
    return Checkpoint(origin, int(size), b64decode(root, validate=True))


def climb(at: int, last: int, proof: list[str], old: bytes, new: bytes) -> tuple[bytes, bytes] | None:
    """The roots of the tree up to a place and of the whole one, by the walk of RFC 9162 §2.1.3.2 and §2.1.4.2."""
    for hash_ in map(bytes.fromhex, proof):
        if last == 0:
            return None
        if at & 1 or at == last:
            old, new = sha256(b"\1" + hash_ + old).digest(), sha256(b"\1" + hash_ + new).digest()
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = sha256(b"\1" + new + hash_).digest()
        at, last = at >> 1, last >> 1
    return (old, new) if last == 0 else None


def consistent(old: Checkpoint, new: Checkpoint, proof: list[str]) -> bool:
    """Whether the tree of `new` begins with the whole tree of `old`, which is smaller and not empty."""
    if not 0 < old.size < new.size:
        return False
    at, last = old.size - 1, new.size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first, *rest = proof if at else [old.root.hex(), *proof]
    seed = bytes.fromhex(first)
    return old.origin == new.origin and climb(at, last, rest, seed, seed) == (old.root, new.root)


# 3 — What the package says of itself, and what its entries say.


class Check:
    """One package under check; `found` are the differences."""

    def __init__(self, file: IO[bytes], keys: Keys, copies: list[Checkpoint]) -> None:
        self.file, self.keys, self.members, self.found = file, keys, members(file), list[str]()
        (self.manifest,) = self.lines("manifest.json")
        if self.manifest["format"] != FORMAT:
            raise ValueError("its format is another")
        self.last: dict[tuple[str, str], tuple[datetime, int, int, Any]] = {}  # when, place, n, image
        self.versions: dict[tuple[str, str], list[int]] = {}
        self.digests = {name: self.digest(name, *member) for name, member in self.members.items()}
        self.found += [f"{name}: is missing" for name in self.manifest["files"].keys() - self.members.keys()]
        self.signature()
        self.entries(self.checkpoints(copies))
        self.rows()
        self.contents()
        self.belongings()
        self.sums()

    def lines(self, name: str) -> Iterator[Any]:
        """The JSON values of a file that has one on each line; none if it is missing."""
        rest = b""
        for chunk in chunks(self.file, *self.members.get(name, (0, 0, 0))):
            *full, rest = (rest + chunk).split(b"\n")
            yield from map(strict, full)
            if len(rest) > LONGEST:
                raise ValueError(f"a line of {name} is too long")
        if rest:
            raise ValueError(f"the last line of {name} has no end")

    def digest(self, name: str, start: int, size: int, crc: int) -> str:
        """The SHA-256 of a file, which must be the one that the manifest names."""
        seen, total = 0, sha256()
        for chunk in chunks(self.file, start, size):
            seen = zlib.crc32(chunk, seen)
            total.update(chunk)
        told = {"size": size, "sha256": total.hexdigest()}
        if crc != seen or (not name.startswith("manifest.") and self.manifest["files"].get(name) != told):
            self.found.append(f"{name}: is not the file that the manifest names")
        return total.hexdigest()

    def signature(self) -> None:
        """The manifest, and so every file, is as the house signed it when it made the package."""
        try:
            lines = signed(b"".join(chunks(self.file, *self.members["manifest.note"])), self.keys)
        except InvalidSignature:
            lines = []
        if lines != [FORMAT, self.digests["manifest.json"]]:
            self.found.append("manifest.json: is not what a given key has signed in manifest.note")

    def checkpoints(self, copies: list[Checkpoint]) -> Checkpoint | None:
        """All are signed, and each is the beginning of the next; gives the one to which the entries' proofs lead."""
        good, before = dict[int, Checkpoint](), None
        for line in self.lines("record/checkpoints.jsonl"):
            try:
                now = opened(line["note"].encode(), self.keys)
            except (InvalidSignature, ValueError):
                self.found.append("checkpoints: one is not signed with a given key")
                continue
            if before and not consistent(before, now, line["proof"]):
                self.found.append(
                    f"checkpoints: the log of {now.size} entries does not begin with that of {before.size}"
                )
            good[now.size] = before = now
        for copy in (copy for copy in copies if good.get(copy.size) != copy):
            told = "is another than the package's" if copy.size in good else "is not in the package"
            self.found.append(f"copy: the checkpoint of {copy.size} entries {told}")
        head = good.get(self.manifest["size"])
        if head is None or head.origin != self.manifest["origin"]:
            self.found.append(f"checkpoints: none of {self.manifest['size']} entries is good, so no entry is proven")
        return head

    def entries(self, head: Checkpoint | None) -> None:
        """Every entry is in the log, in the log's order; keeps the last image of each row."""
        before = -1
        for line in self.lines("record/entries.jsonl"):
            n, position, raw = line["n"], line["position"], line["body"].encode()
            leaf = sha256(b"\0" + raw).digest()
            roots = head and climb(position, head.size - 1, line["proof"], leaf, leaf)
            if head and (position >= head.size or not roots or roots[1] != head.root):
                self.found.append(f"entry {n}: is not in the log of {head.size} entries at position {position}")
            if position <= before:
                self.found.append(f"entry {n}: stands out of order")
            before, body = position, strict(raw)
            if body["kind"] == "change":
                row = (body["table"], body["row"])
                told = (datetime.fromisoformat(body["at"]), position, n, body["data"])
                self.last[row] = max(self.last.get(row, told), told, key=lambda known: known[:2])
                if body["data"] and "version" in body["data"]:
                    self.versions.setdefault(row, []).append(body["data"]["version"])

    def images(self, table: str) -> dict[str, Any]:
        """The last images of a table's rows that are still there."""
        return {row: image for (kept, row), (*_, image) in self.last.items() if kept == table and image is not None}

    def rows(self) -> None:
        """Every row shown is its last image, every last image is shown, and no version before it is left out."""
        left = {row for row, (*_, image) in self.last.items() if image is not None}
        for name in (name for name in self.members if name.startswith("rows/")):
            table = name[5:].removesuffix(".jsonl")
            for row, shown in ((line["row"], line["data"]) for line in self.lines(name)):
                *_, n, image = self.last.get((table, row), (None, None))
                told = image or {}
                columns = sorted(each for each in told.keys() | shown.keys() if told.get(each) != shown.get(each))
                named = ", ".join(columns)
                wrong = f"{named} differ from its last entry ({n or 'none'})" if named else "is shown twice"
                if columns or (table, row) not in left:
                    self.found.append(f"{table} {row}: {wrong}")
                left.discard((table, row))
        self.found += [f"{table} {row}: is not shown, but the entries have it" for table, row in sorted(left)]
        for (table, row), seen in self.versions.items():
            if sorted(seen) != list(range(1, len(seen) + 1)):
                self.found.append(f"{table} {row}: entries are left out between its versions")

    def contents(self) -> None:
        """Papers, findings, rules, populations are those that the record has digests of; what is withheld is named."""
        withheld = {(one["table"], one["row"]) for one in self.manifest["withheld"]}
        self.found += [f"withheld: no entry tells of {' '.join(each)}" for each in sorted(withheld - self.last.keys())]
        for folder, (table, column) in ((folder, place.split(".")) for folder, place in CONTENTS.items()):
            files = {name.split("/")[1].split(".")[0]: name for name in self.members if name.startswith(f"{folder}/")}
            for row, image in self.images(table).items():
                name = files.pop(row, None)
                if name is None and (table, row) not in withheld:
                    self.found.append(f"{table} {row}: its content is missing")
                if name is not None and self.digests[name] != image[column]:
                    self.found.append(f"{name}: the record has another digest of it")
            self.found += [f"{name}: no entry tells of it" for name in files.values()]

    def belongings(self) -> None:
        """Nothing is shown without what it stands on: answers their payments, payments and states the acts behind."""
        payments, acts = self.images("disbursement"), self.images("act").values()
        reached = {(act["application_id"], act["to_state"]) for act in acts}
        approved = {act["application_id"] for act in acts if act["act"] == "approve"}
        for row, case in self.images("application").items():
            if case["state"] != "draft" and (row, case["state"]) not in reached:
                self.found.append(f"application {row}: no act is shown that made it {case['state']}")
        for row, payment in payments.items():
            if payment["application_id"] not in approved:
                self.found.append(f"disbursement {row}: no approval of its case is shown")
        for row, answer in self.images("bank_result").items():
            payment = payments.get(answer["disbursement_id"])
            if answer["booked"] and (payment is None or payment["state"] in UNANSWERED):
                self.found.append(f"bank_result {row}: its payment is not shown as answered")

    def sums(self) -> None:
        """The cases are those of the manifest; none is paid more than was approved; vouchers balance."""
        cases, paid, sides = self.images("application"), Counter[str](), Counter[tuple[str, str]]()
        if sorted(cases) != sorted(self.manifest["cases"]):
            self.found.append("manifest.json: the cases of the record are others than it says")
        for image in (image for image in self.images("disbursement").values() if image["state"] in LIVE):
            paid[image["application_id"]] += image["amount"]
        for case, sum_ in paid.items():
            if case not in cases or sum_ > (cases[case]["approved_amount"] or 0):
                self.found.append(f"application {case}: payments of {sum_} are more than was approved")
        for image in self.images("voucher_line").values():
            sides.update({(image["voucher_id"], side): image[side] for side in ("debit", "credit")})
        for row, image in self.images("voucher").items():
            if any(sides[row, side] != image["total"] for side in ("debit", "credit")):
                self.found.append(f"voucher {row}: its lines do not add up to {image['total']} on both sides")


def main(arguments: list[str]) -> int:
    """Check the package that the arguments name; gives the exit status."""
    parser = argparse.ArgumentParser(prog="verify.py", description="Checks an evidence package offline.")
    parser.add_argument("package", type=Path)
    parser.add_argument("--key", action="append", required=True, help="a public key, or a file of them")
    parser.add_argument("--copy", action="append", default=[], type=Path, help="a checkpoint kept outside")
    asked = parser.parse_args(arguments)
    try:
        texts = [Path(key).read_text().split() if Path(key).is_file() else [key] for key in asked.key]
        keys = dict(key_of(text) for several in texts for text in several)
        copies = [opened(path.read_bytes(), keys) for path in asked.copy]
        file = asked.package.open("rb")
    except (OSError, ValueError, InvalidSignature) as error:
        parser.error(f"{type(error).__name__}: {error}")
    with file:
        try:
            check = Check(file, keys, copies)
            found = check.found
            withheld = [f"withheld: {one['table']} {one['row']}" for one in check.manifest["withheld"]]
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            found = [f"refused, not in the form of an evidence package: {error or type(error).__name__}"]
    print("\n".join(["failed", *found] if found else ["ok", *withheld]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
