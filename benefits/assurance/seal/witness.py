"""Asking a witness to cosign a checkpoint: C2SP tlog-witness, `add-checkpoint`."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

_LIMIT_S = 10
_MOST_BYTES = 1 << 16


@dataclass(frozen=True)
class WitnessAnswer:
    """What it said: 200 cosignature lines; 409 the size that it holds; 422 the proof does not hold; 404 not its log."""

    status: int
    text: str

    @property
    def held_size(self) -> int | None:
        """The size it named with 409."""
        told = self.text.strip()
        return int(told) if self.status == 409 and told.isascii() and told.isdigit() else None


def add_checkpoint(address: str, old_size: int, proof: Sequence[bytes], note: str) -> WitnessAnswer:
    """Submit a checkpoint with the proof that it grew from `old_size`.

    Raises:
        OSError: the witness cannot be reached. http.client.HTTPException: it does not speak HTTP.
    """
    lines = [f"old {old_size}", *(base64.b64encode(step).decode() for step in proof), "", note]
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    door = kind(parts.netloc, timeout=_LIMIT_S)
    try:
        path = f"{parts.path.rstrip('/')}/add-checkpoint"
        door.request("POST", path, "\n".join(lines).encode(), {"Content-Type": "text/plain; charset=utf-8"})
        answer = door.getresponse()
        return WitnessAnswer(answer.status, answer.read(_MOST_BYTES).decode(errors="replace"))
    finally:
        door.close()
