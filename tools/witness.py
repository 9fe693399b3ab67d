"""A small reference witness: keeps the latest checkpoint of each log, and cosigns one only if the log has but grown.

C2SP tlog-witness over HTTP, for an upper union's own machine. It needs no database: this file, checkpoint.py and
merkle.py of benefits/assurance, and `cryptography`.

    python -m tools.witness --folder FOLDER --name witness.example/upper --log VERIFIER_KEY

Its key is made in FOLDER the first time and its verifier key printed: that is the server's WITNESS_KEY.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benefits.assurance import checkpoint, merkle
from benefits.assurance.checkpoint import COSIGNATURE, Checkpoint, CheckpointError, Signer, VerifierKey

MOST_BYTES = 1 << 16
MOST_STEPS = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})\Z")


@dataclass(frozen=True)
class Answer:
    """Status, text and its kind."""

    status: int
    text: str = ""
    kind: str = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Witness:
    """One witness: who it is, whose logs it knows, and where it keeps what it saw."""

    signer: Signer
    logs: Sequence[VerifierKey]
    folder: Path

    def add_checkpoint(self, body: str, seconds: int) -> Answer:
        """Answer a request to `add-checkpoint`: the statuses are those of the page of C2SP."""
        try:
            old, proof, note = _read_request(body)
            text, signatures = checkpoint.parted(note)
            head = checkpoint.read(text)
        except CheckpointError as error:
            return Answer(400, f"{error}\n")
        keys = [key for key in self.logs if key.name == head.origin]
        if not keys:
            return Answer(404, "not a log of mine\n")
        if not any(key.signed(text, signature) for key in keys for signature in signatures):
            return Answer(403, "not signed by the log\n")
        if old > head.size:
            return Answer(400, "the old size is beyond the checkpoint\n")
        with _locked(self._path(head.origin)) as kept:
            return self._judge(kept, old, proof, head, seconds)

    def _judge(self, kept: Kept, old: int, proof: list[bytes], head: Checkpoint, seconds: int) -> Answer:
        held = kept.head()
        size = held.size if held else 0
        if old != size or (held and held.size == head.size and held.root != head.root):
            return Answer(409, f"{size}\n", "text/x.tlog.size")
        if not merkle.grown(size, head.size, proof, held.root if held else merkle.EMPTY, head.root):
            return Answer(422, "the proof does not hold\n")
        kept.keep(head)
        return Answer(200, self.signer.cosign(head.text, seconds).line)

    def _path(self, origin: str) -> Path:
        return self.folder / (origin.replace("/", "_") + ".checkpoint")


@dataclass(frozen=True)
class Kept:
    """The latest checkpoint of one log, in a file that is locked for as long as it is in hand."""

    path: Path

    def head(self) -> Checkpoint | None:
        """What was cosigned last."""
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        return checkpoint.read(text) if text else None

    def keep(self, head: Checkpoint) -> None:
        """Write it down, surely, before anything is answered."""
        draft = self.path.with_suffix(".draft")
        with draft.open("w", encoding="utf-8") as file:
            file.write(head.text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)


@contextmanager
def _locked(path: Path) -> Iterator[Kept]:
    """What is kept of one log, for one request at a time."""
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Kept(path)


def _read_request(body: str) -> tuple[int, list[bytes], str]:
    """Old size, proof and note; raises CheckpointError."""
    head, separator, note = body.partition("\n\n")
    first, *steps = head.split("\n")
    old = _OLD.match(first)
    if not separator or old is None or len(steps) > MOST_STEPS:
        raise CheckpointError("the request begins with the old size, then the proof, then an empty line")
    return int(old[1]), [checkpoint.read(f"x\n0\n{step}\n").root for step in steps], note


def handler(witness: Witness) -> type[BaseHTTPRequestHandler]:
    """The HTTP side of a witness."""

    class Door(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if not self.path.endswith("/add-checkpoint"):
                return self._answer(Answer(404))
            if not 0 < length <= MOST_BYTES:
                return self._answer(Answer(413))
            body = self.rfile.read(length).decode(errors="replace")
            return self._answer(witness.add_checkpoint(body, int(time.time())))

        def _answer(self, answer: Answer) -> None:
            raw = answer.text.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    return Door


def seed_in(folder: Path) -> bytes:
    """The witness's own 32 bytes, made the first time; for its owner alone to read."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "seed"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
    return path.read_bytes()


def main(arguments: Sequence[str]) -> int:
    """Serve until told to stop."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--folder", type=Path, required=True)
    told.add_argument("--name", required=True)
    told.add_argument("--log", action="append", default=[], help="a verifier key; for each log one")
    told.add_argument("--host", default="127.0.0.1")
    told.add_argument("--port", type=int, default=8100)
    given = told.parse_args(arguments)
    try:
        logs = [VerifierKey.read(text) for text in given.log]
        witness = Witness(Signer.of(given.name, seed_in(given.folder), COSIGNATURE), logs, given.folder)
    except CheckpointError as error:
        print(f"witness: {error}", file=sys.stderr)
        return 1
    print(f"WITNESS_KEY={witness.signer.verifier.text}", flush=True)
    with ThreadingHTTPServer((given.host, given.port), handler(witness)) as server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("Stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
