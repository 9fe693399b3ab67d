"""The draw: a seed that nobody could foresee, and the order that follows from it and the published criteria alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from benefits.rules.policy import Edition
from benefits.rules.ranking import RankValue, rank_key


@dataclass(frozen=True)
class Candidate:
    """One who asks for a place, in the order of which unit, with their value by each criterion."""

    application_id: UUID
    unit_code: str
    name: str
    values: Mapping[str, RankValue]


@dataclass(frozen=True)
class Drawn:
    """A candidate's rank in their unit's order, what broke ties, and whether that is a place."""

    candidate: Candidate
    rank: int
    tie: str
    held: bool

    def published(self) -> dict[str, Any]:
        """The line as it is published."""
        return {
            "rank": self.rank,
            "unit_code": self.candidate.unit_code,
            "application_id": str(self.candidate.application_id),
            "name": self.candidate.name,
            "values": dict(self.candidate.values),
            "tie": self.tie,
            "drawn": "held" if self.held else "waiting",
        }


def seed_of(secret: bytes, public_value: str | None) -> bytes:
    """SHA-256 of the secret followed by the public value in UTF-8."""
    return hashlib.sha256(secret + (public_value or "").encode()).digest()


def tie_of(seed: bytes, application_id: UUID) -> str:
    """SHA-256, in hex, of the seed followed by the application's id as its 36 characters; the smaller comes first."""
    return hashlib.sha256(seed + str(application_id).encode()).hexdigest()


def drawn(edition: Edition, seed: bytes, quotas: Mapping[str, int], candidates: Iterable[Candidate]) -> Sequence[Drawn]:
    """Everybody in the order of their unit: the first of each, as many as its quota, have a place."""
    keyed = [(rank_key(edition, each.values), tie_of(seed, each.application_id), each) for each in candidates]
    lines: list[Drawn] = []
    for code in sorted({each.unit_code for _, _, each in keyed}):
        order = sorted((item for item in keyed if item[2].unit_code == code), key=lambda item: item[:2])
        for rank, (_, tie, each) in enumerate(order, start=1):
            lines.append(Drawn(each, rank, tie, held=rank <= quotas.get(code, 0)))
    return lines
