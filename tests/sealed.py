"""A record that is sealed as a worker seals it, on a test's own database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import text
from sqlalchemy.orm import Session

from benefits.assurance.seal import copies, sealing
from benefits.assurance.seal.places import Places
from benefits.assurance.seal.sealer import SCOPE
from benefits.assurance.seal.tree import sealed_size
from benefits.jobs.work import Shop
from benefits.record.writer import write_entry
from config.settings import Settings
from models.database import session_for
from models.seal import RecordCheckpoint
from tests.clock import machine_now
from tools import worker
from tools.provision import Provisioned

SEED = bytes(range(32))


@contextmanager
def shop_of(settings: Settings, made: Provisioned) -> Iterator[Shop]:
    """What a worker on this database works with."""
    shop = worker.shop(replace(settings, database_url=made.app_url), threading.Event())
    yield shop
    shop.engine.dispose()


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


def signed(shop: Shop, places: Places | None = None, entries: int = 3) -> RecordCheckpoint:
    """A new head over some more entries, with its copies on their way where there are places."""
    write(shop, entries)
    seal_all(shop)
    with session_of(shop) as session:
        head = sealing.sign(session, SEED, machine_now())
        assert head is not None
        if places:
            copies.queue_copies(session, head, places)
        return head
