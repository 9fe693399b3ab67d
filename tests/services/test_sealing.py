"""Entries are sealed in their one order, whoever writes them; heads are signed; none is signed that differs."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from benefits.assurance import checkpoint, merkle
from benefits.assurance.checkpoint import VerifierKey
from benefits.assurance.seal import sealing
from benefits.assurance.seal.places import Places
from benefits.assurance.seal.sealer import Sealer, seal_once
from benefits.assurance.seal.tree import SealBrokenError, sealed_size, tree_of
from benefits.jobs.work import Shop
from benefits.record.writer import write_entry
from config.settings import Settings
from models.seal import RecordCheckpoint, RecordKey
from tests.clock import machine_now
from tests.conftest import as_superuser
from tests.sealed import SEED, seal_all, session_of, shop_of, write
from tools.provision import Provisioned


@pytest.fixture
def shop(settings: Settings, committed: Provisioned) -> Iterator[Shop]:
    """What a worker on the test's own database works with."""
    with shop_of(settings, committed) as made:
        yield made


def leaves(session: Session) -> list[bytes]:
    return [bytes(leaf) for leaf in session.scalars(text("SELECT leaf FROM record_seal ORDER BY position"))]


def check_sealed(superuser: Connection) -> None:
    """Every entry is sealed once, without a gap in the positions, with its own leaf, in the order of transactions."""
    rows = superuser.execute(
        text(
            "SELECT s.position, e.n, e.leaf = s.leaf AS same FROM record_entry e "
            "FULL JOIN record_seal s USING (n) ORDER BY s.position"
        )
    ).all()
    assert [row.position for row in rows] == list(range(len(rows)))
    assert all(row.same for row in rows)


def test_everything_that_is_written_is_sealed(shop: Shop, superuser_url: str, committed: Provisioned) -> None:
    before = seal_all(shop)
    write(shop, 700)
    assert seal_all(shop) == before + 700
    with as_superuser(superuser_url, committed) as superuser:
        check_sealed(superuser)
        order = (
            "SELECT e.xid, e.n FROM record_seal s JOIN record_entry e USING (n) JOIN record_era r ON e.n > r.until_n"
        )
        later = superuser.execute(text(f"{order} ORDER BY s.position")).all()
    assert len(later) == 700
    assert later == sorted(later)


def test_groups_are_the_roots_of_their_leaves(shop: Shop) -> None:
    write(shop, 1500)
    size = seal_all(shop)
    with session_of(shop) as session:
        flat, kept = merkle.nodes_of(leaves(session)), tree_of(session)
        assert session.scalar(text("SELECT count(*) FROM record_tile")) == size // 256
        for some in (1, 255, 256, 257, 1000, size):
            assert merkle.root(kept, some) == merkle.root(flat, some)
        for index in (0, 255, 256, size - 1):
            assert merkle.inclusion(kept, index, size) == merkle.inclusion(flat, index, size)
        assert merkle.consistency(kept, 300, size) == merkle.consistency(flat, 300, size)


def test_an_open_transaction_holds_back_what_comes_after_it(shop: Shop) -> None:
    seal_all(shop)
    with shop.engine.connect() as slow:
        slow.execute(text("SET LOCAL benefits.scope = '{/}'"))
        slow.execute(text("SELECT record_write('reading', 'slow', NULL, NULL, NULL, NULL, '{}')"))
        write(shop, 3)
        with session_of(shop) as session:
            assert sealing.seal(session) == 0
            assert session.scalar(text("SELECT entries_unsealed()")) == 3  # the fourth is not to be seen yet
        slow.commit()
    with session_of(shop) as session:
        assert sealing.seal(session) == 4
        last = "SELECT e.action FROM record_seal s JOIN record_entry e USING (n) ORDER BY position DESC LIMIT 4"
        assert list(session.scalars(text(last)))[-1] == "slow"


def test_a_head_is_signed_when_it_is_due(shop: Shop) -> None:
    size = seal_all(shop)
    now = machine_now()
    with session_of(shop) as session:
        assert sealing.is_due(session, now)
        first = sealing.sign(session, SEED, now)
        assert first is not None
        assert (first.size, first.generation) == (size, 0)
        key = VerifierKey.read(session.query(RecordKey).one().verifier)
        head = checkpoint.opened(first.note, [key])
        assert (head.size, head.root) == (size, merkle.root(merkle.nodes_of(leaves(session)), size))
        assert head.origin.startswith("union-benefits/AH/")
        assert key.name == head.origin
        assert sealing.sign(session, SEED, now) is None  # nothing new
        assert not sealing.is_due(session, now + timedelta(days=1))
    write(shop, 1)
    seal_all(shop)
    with session_of(shop) as session:
        assert not sealing.is_due(session, now + timedelta(seconds=59))
        assert sealing.is_due(session, now + timedelta(seconds=60))
    write(shop, 999)
    seal_all(shop)
    with session_of(shop) as session:
        assert sealing.is_due(session, now)


def test_another_key_signs_on(shop: Shop) -> None:
    seal_all(shop)
    for seed in (SEED, bytes(range(1, 33))):
        with session_of(shop) as session:
            write_entry(session, kind="reading", action="one more")
        seal_all(shop)
        with session_of(shop) as session:
            assert sealing.sign(session, seed, machine_now()) is not None
    with session_of(shop) as session:
        keys = [VerifierKey.read(row.verifier) for row in session.query(RecordKey)]
        assert len({key.key_id for key in keys}) == 2
        for row in session.query(RecordCheckpoint):
            assert checkpoint.opened(row.note, keys).size == row.size


# A leaf within a full group stands under its group's root: the full check of the record finds that one.
ALTERATIONS = [
    "UPDATE record_seal SET leaf = sha256('x') WHERE position = (SELECT size - 1 FROM record_checkpoint)",
    "UPDATE record_tile SET hash = sha256('x') WHERE position = 0",
    "DELETE FROM record_tile WHERE position = 1",
    "DELETE FROM record_seal WHERE position > 300",
]


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_what_was_signed_is_not_signed_anew(
    shop: Shop, superuser_url: str, committed: Provisioned, alteration: str
) -> None:
    write(shop, 600)
    seal_all(shop)
    with session_of(shop) as session:
        assert sealing.sign(session, SEED, machine_now()) is not None
    with as_superuser(superuser_url, committed) as superuser:
        superuser.execute(text(alteration))
    if not alteration.startswith("DELETE FROM record_seal"):  # else they would be sealed again, as they were
        write(shop, 5)
        seal_all(shop)
    with session_of(shop) as session, pytest.raises(SealBrokenError):
        sealing.sign(session, SEED, machine_now())


def test_the_sealer_signs_with_its_key_alone(shop: Shop, tmp_path: Path) -> None:
    places = Places(folder=tmp_path)
    seal_once(Sealer(shop, places, None))
    with session_of(shop) as session:
        assert sealed_size(session) > 0
        assert session.query(RecordCheckpoint).count() == 0
    write(shop, 3)
    seal_once(Sealer(shop, places, SEED))
    with session_of(shop) as session:
        (row,) = session.query(RecordCheckpoint)
        assert base64.b64encode(row.root).decode() in row.note


def test_two_sealers_do_not_wait_for_each_other(shop: Shop) -> None:
    write(shop, 3)
    with shop.engine.connect() as first, session_of(shop) as second:
        assert first.scalar(text("SELECT seal_entries(10)"))
        assert sealing.seal(second) == 0
        first.rollback()
    assert seal_all(shop) > 0


ATTACKS = [
    "INSERT INTO record_seal VALUES (0, 1, 1, '')",
    "UPDATE record_seal SET leaf = ''",
    "DELETE FROM record_tile",
    "INSERT INTO record_checkpoint VALUES (1, 0, '', '', now())",
    "UPDATE record_era SET until_n = 0",
    "TRUNCATE record_seal",
    "DELETE FROM restoration",
]


@pytest.mark.parametrize("statement", ATTACKS)
def test_the_serving_role_cannot_touch_what_is_sealed(serving_url: str, statement: str) -> None:
    with create_engine(serving_url, poolclass=NullPool).connect() as app, pytest.raises(DBAPIError, match="denied"):
        app.execute(text(statement))


def test_another_server_seals_on_where_the_old_one_stopped(
    shop: Shop, superuser_url: str, committed: Provisioned
) -> None:
    """After dump and restore transactions count anew: what was not sealed comes first, by number, then what is new."""
    before = seal_all(shop)
    write(shop, 4)
    with as_superuser(superuser_url, committed) as superuser:
        superuser.execute(text("UPDATE record_era SET server = 1"))
        # as if the dump came from a server that counted far ahead of this one, and one that was far behind
        superuser.execute(text("UPDATE record_entry SET xid = xid + 1000000 WHERE n % 2 = 0"))
        superuser.execute(text("UPDATE record_entry SET xid = 3 WHERE n % 2 = 1"))
    assert seal_all(shop) == before + 4
    write(shop, 300)
    assert seal_all(shop) == before + 304
    with as_superuser(superuser_url, committed) as superuser:
        check_sealed(superuser)
        assert superuser.scalar(text("SELECT count(*) FROM record_era")) == 2


def test_the_check_sees_an_entry_left_out(shop: Shop, superuser_url: str, committed: Provisioned) -> None:
    seal_all(shop)
    with as_superuser(superuser_url, committed) as superuser:
        superuser.execute(text("DELETE FROM record_seal WHERE position = 5"))
        with pytest.raises(AssertionError):
            check_sealed(superuser)
