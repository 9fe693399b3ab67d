"""Evidence packages made by hand, as a lying server could make them, with a plain log of their own: one small case."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

VERIFY = Path(__file__).resolve().parents[1] / "tools" / "verify.py"
NAME = "example.org/benefits"


class Signer:
    """A key that signs checkpoints and manifests."""

    def __init__(self, name: str = NAME) -> None:
        self.name, self.key = name, Ed25519PrivateKey.generate()
        raw = b"\1" + self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.hash = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
        self.public = f"{name}+{self.hash.hex()}+{base64.b64encode(raw).decode()}"

    def note(self, size: int, root: bytes, origin: str = NAME) -> str:
        """A signed checkpoint."""
        return self.signed(f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n")

    def signed(self, text: str) -> str:
        """A note of this text."""
        signature = base64.b64encode(self.hash + self.key.sign(text.encode())).decode()
        return f"{text}\n— {self.name} {signature}\n"


def leaf(body: str) -> bytes:
    return hashlib.sha256(b"\0" + body.encode()).digest()


def root(leaves: list[bytes]) -> bytes:
    """The root by the definition of RFC 6962."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(leaves[:half]) + root(leaves[half:])).digest()


def inclusion(leaves: list[bytes], at: int) -> list[bytes]:
    """The proof of one leaf, by the definition."""
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if at < half:
        return [*inclusion(leaves[:half], at), root(leaves[half:])]
    return [*inclusion(leaves[half:], at - half), root(leaves[:half])]


def consistency(leaves: list[bytes], old: int, whole: bool = True) -> list[bytes]:
    """The proof that the first `old` leaves begin the tree, by the definition."""
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= half:
        return [*consistency(leaves[:half], old, whole), root(leaves[half:])]
    return [*consistency(leaves[half:], old - half, False), root(leaves[:half])]


def packed(files: dict[str, bytes]) -> bytes:
    """A ZIP as the format has it, by the standard library."""
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name), content)
    return out.getvalue()


def contents(package: bytes) -> dict[str, bytes]:
    """The files of a package."""
    with ZipFile(BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


SIGNER = Signer()


def with_manifest(files: dict[str, bytes], signer: Signer = SIGNER, **told: Any) -> dict[str, bytes]:
    """The same files with a manifest that names them, and its signature."""
    listed = {
        name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in files.items()
        if not name.startswith("manifest.")
    }
    manifest = json.dumps({**told, "files": listed}).encode() + b"\n"
    note = signer.signed(f"{told['format']}\n{hashlib.sha256(manifest).hexdigest()}\n")
    return {**files, "manifest.json": manifest, "manifest.note": note.encode()}


def as_lines(values: list[Any]) -> bytes:
    return b"".join(json.dumps(value, ensure_ascii=False).encode() + b"\n" for value in values)


def judged(package: Path | bytes, keys: list[str], *more: str, folder: Path) -> tuple[int, list[str]]:
    """The exit status and the lines of the program, run as an auditor runs it: alone, in an empty folder."""
    if isinstance(package, bytes):
        path = folder / "package.zip"
        path.write_bytes(package)
        package = path
    command = [sys.executable, "-I", str(VERIFY), str(package), *(f"--key={key}" for key in keys), *more]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, timeout=120)
    return ran.returncode, (ran.stdout or ran.stderr).splitlines()


def assert_sound(said: tuple[int, list[str]]) -> None:
    """Nothing is wrong; of what is not in the package only papers are told, of which it has the digests."""
    status, (first, *withheld) = said
    assert (status, first) == (0, "ok"), withheld
    assert all(line.startswith("withheld: document ") for line in withheld)


PAPER = b"%PDF-1.7 a paper"
CASE = "c1"


def body(at: int, table: str, row: str, data: Any, **other: Any) -> str:
    """An entry's text, as the triggers write it."""
    when = f"2026-11-22T08:00:{at:02d}.5+00:00"
    entry = {"at": when, "row": row, "data": data, "kind": "change", "user": "app", "table": table, **other}
    return json.dumps(entry, ensure_ascii=False)


def application(version: int, **other: Any) -> dict[str, Any]:
    return {"id": CASE, "state": "draft", "version": version, "approved_amount": None, **other}


BODIES = [
    body(1, "application", CASE, application(1)),
    body(2, "unit", "elsewhere", {"name": "旁"}),
    body(3, "application", CASE, application(2, state="submitted")),
    body(4, "document", "d1", {"id": "d1", "digest": hashlib.sha256(PAPER).hexdigest()}),
    body(5, "application", CASE, application(3, state="approved", approved_amount=500)),
    body(6, "disbursement", "p1", {"application_id": CASE, "amount": 500, "state": "paid"}),
    body(7, "voucher", "v1", {"id": "v1", "total": 500}),
    body(7, "voucher_line", "v1/1", {"voucher_id": "v1", "debit": 500, "credit": 0}),
    body(7, "voucher_line", "v1/2", {"voucher_id": "v1", "debit": 0, "credit": 500}),
    body(8, "notice", "n1", {"id": "n1"}),
    body(9, "notice", "n1", None),
    body(3, "act", "a1", {"application_id": CASE, "act": "submit", "to_state": "submitted"}),
    body(5, "act", "a2", {"application_id": CASE, "act": "approve", "to_state": "approved"}),
    body(9, "bank_result", "b1", {"disbursement_id": "p1", "booked": True}),
]
MINE = [at for at in range(len(BODIES)) if at != 1]


def files(
    bodies: list[str] = BODIES, mine: list[int] = MINE, signer: Signer = SIGNER, sizes: tuple[int, ...] = (4, 7, 14)
) -> dict[str, bytes]:
    """The files of an honest package over these entries."""
    leaves = [leaf(each) for each in bodies]
    notes, before = [], 0
    for size in sizes:
        proof = [hash_.hex() for hash_ in consistency(leaves[:size], before)] if before else []
        notes.append({"note": signer.note(size, root(leaves[:size])), "proof": proof})
        before = size
    lines, last = [], {}
    for at in mine:
        proof = [hash_.hex() for hash_ in inclusion(leaves[:before], at)]
        lines.append({"n": 100 + at, "position": at, "body": bodies[at], "proof": proof})
        entry = json.loads(bodies[at])
        last[entry["table"], entry["row"]] = entry["data"]
    made = {"record/checkpoints.jsonl": as_lines(notes), "record/entries.jsonl": as_lines(lines)}
    for table in sorted({table for table, _ in last}):
        shown = [{"row": row, "data": data} for (of, row), data in last.items() if of == table and data is not None]
        made[f"rows/{table}.jsonl"] = as_lines(shown)
    return {**made, "documents/d1.pdf": PAPER}


def whole(made: dict[str, bytes], signer: Signer = SIGNER, **told: Any) -> bytes:
    honest = {"format": "benefits-evidence/1", "origin": NAME, "size": 14, "cases": [CASE], "withheld": []}
    return packed(with_manifest(made, signer, **{**honest, **told}))
