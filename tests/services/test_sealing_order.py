"""Eight writers commit out of order while two sealers run: no gap, no entry left out, one order for ever."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from benefits.assurance import merkle
from benefits.assurance.seal import sealing
from benefits.assurance.seal.sealer import SCOPE
from benefits.assurance.seal.tree import sealed_size, tree_of
from benefits.jobs.work import Shop
from config.settings import Settings
from models.database import session_for
from tests.conftest import as_superuser
from tests.sealed import shop_of
from tools.provision import Provisioned

WRITERS = 8
SECONDS = 4.0
_WRITE = "SELECT record_write('reading', :action, NULL, NULL, NULL, NULL, '{}')"


@pytest.fixture
def shop(settings: Settings, committed: Provisioned) -> Iterator[Shop]:
    with shop_of(settings, committed) as made:
        yield made


def write_until(stop: threading.Event, url: str, seed: int, written: list[int]) -> None:
    """Transactions of a few entries that end in another order than they began; some are undone."""
    chance = random.Random(seed)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        while not stop.is_set():
            connection.execute(text("SET LOCAL benefits.scope = '{/}'"))
            made = []
            for part in range(chance.randrange(1, 4)):
                made.append(connection.scalar(text(_WRITE), {"action": f"{seed}-{part}"}))
                time.sleep(chance.random() * 0.02)
            if chance.random() < 0.1:
                connection.rollback()
            else:
                connection.commit()
                written.extend(made)


def seal_until(stop: threading.Event, shop: Shop, heads: list[tuple[int, bytes]]) -> None:
    """Seal all the time, and note size and root after each step."""
    while not stop.is_set():
        with session_for(shop.engine, SCOPE) as session:
            sealing.seal(session, 50)
        with session_for(shop.engine, SCOPE) as session:
            size = sealed_size(session)
            heads.append((size, merkle.root(tree_of(session), size)))


def race(shop: Shop, url: str) -> tuple[list[int], list[tuple[int, bytes]]]:
    """What the writers wrote, and the heads that were seen meanwhile."""
    stop, written = threading.Event(), list[int]()
    heads: list[tuple[int, bytes]] = []
    crew = [threading.Thread(target=write_until, args=(stop, url, seed, written)) for seed in range(WRITERS)]
    crew += [threading.Thread(target=seal_until, args=(stop, shop, heads)) for _ in range(2)]
    for one in crew:
        one.start()
    time.sleep(SECONDS)
    stop.set()
    for one in crew:
        one.join()
    for _ in range(200):
        with session_for(shop.engine, SCOPE) as session:
            if sealing.seal(session) == 0 and not session.scalar(text("SELECT entries_unsealed()")):
                break
        time.sleep(0.05)
    return written, heads


def check(shop: Shop, written: list[int], heads: list[tuple[int, bytes]]) -> None:
    """All that was written is sealed, once, in the order of transactions, and every head seen is of the same tree."""
    with session_for(shop.engine, SCOPE) as session:
        rows = session.execute(text("SELECT position, n, xid, leaf FROM record_seal ORDER BY position")).all()
        until = session.scalar(text("SELECT until_n FROM record_era"))
    assert [row.position for row in rows] == list(range(len(rows)))
    assert len({row.n for row in rows}) == len(rows)
    assert set(written) <= {row.n for row in rows}
    later = [(row.xid, row.n) for row in rows if row.n > until]
    assert later == sorted(later)
    node = merkle.nodes_of([bytes(row.leaf) for row in rows])
    assert len(heads) > 20
    for size, head in heads[:: max(1, len(heads) // 50)]:
        assert merkle.root(node, size) == head


def test_none_is_left_out_and_none_moves(shop: Shop, committed: Provisioned) -> None:
    written, heads = race(shop, committed.app_url)
    assert len(written) > 200
    check(shop, written, heads)


def test_the_race_sees_a_sealer_that_does_not_wait(shop: Shop, superuser_url: str, committed: Provisioned) -> None:
    """Without the bound at the oldest running transaction entries are passed over for ever."""
    with as_superuser(superuser_url, committed) as superuser:
        whole = superuser.scalar(text("SELECT pg_get_functiondef('seal_entries(integer)'::regprocedure)"))
        assert whole is not None
        assert "xid < bound AND" in whole
        superuser.exec_driver_sql(whole.replace("xid < bound AND", "").replace("%", "%%"))
    written, heads = race(shop, committed.app_url)
    with pytest.raises(AssertionError):
        check(shop, written, heads)
