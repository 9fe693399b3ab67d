"""A record that is sealed as a worker seals it, on a test's own database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

from benefits.assurance.seal import sealing
from benefits.assurance.seal.sealer import SCOPE
from benefits.assurance.seal.tree import sealed_size
from benefits.jobs.work import Shop
from benefits.record.writer import write_entry
from models.database import session_for

SEED = bytes(range(32))


@contextmanager
def session_of(shop: Shop) -> Iterator[Session]:
    with session_for(shop.engine, SCOPE) as session:
        yield session


def write(shop: Shop, count: int) -> None:
    with session_of(shop) as session:
        for number in range(count):
            write_entry(session, kind="reading", action=f"test-{number}")


def seal_all(shop: Shop) -> int:
    """Seal until nothing waits; how many entries are sealed then."""
    for _ in range(50):
        with session_of(shop) as session:
            sealing.seal(session)
        with session_of(shop) as session:
            if session.scalar(text("SELECT entries_unsealed()")) == 0:
                return sealed_size(session)
    raise AssertionError("entries remain unsealed")
