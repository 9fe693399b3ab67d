"""What the serving role cannot do by itself: alter what was lent, close a restoration, keep a head that is none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from benefits.assurance.checkpoint import Checkpoint, Signer
from benefits.assurance.seal import sealing
from benefits.assurance.seal.tree import sealed_size
from benefits.jobs.work import Shop
from config.settings import Settings
from models.erased import stays_erased
from models.erasure_functions import personal_tables
from models.restoration import Restoration
from models.seal import RecordCheckpoint
from tests.clock import machine_now
from tests.driver import Api
from tests.lending import lend
from tests.sealed import SEED, seal_all, session_of, shop_of, signed, write
from tests.story import books, colleague, done, rows
from tools.provision import Provisioned


@pytest.mark.parametrize(
    "change",
    [
        "amount_limit = amount_limit + 1",
        "valid_until = valid_until + 1",
        "unit_id = (SELECT id FROM unit WHERE code = 'AH-D01')",
        "role = 'cashier'",
        "revoked_at = now(), revoked_by = from_account_id, valid_from = valid_from - 1",
    ],
)
def test_what_was_lent_is_never_widened(api: Api, change: str) -> None:
    """Control: the trigger `only_revoked`; the act asks the rest again (`duty._hold_delegation`)."""
    colleague(api, "deputy", "officer", person=650)
    made = lend(api, "deputy").rpartition("/")[2]
    with books(api) as session, pytest.raises(DBAPIError, match="never changed"), session.begin_nested():
        session.execute(text(f"UPDATE delegation SET {change} WHERE id = :id"), {"id": made})


def test_what_was_revoked_stays_revoked(api: Api) -> None:
    colleague(api, "deputy", "officer", person=650)
    path = lend(api, "deputy")
    done(api("reviewer").act(path, "revoke"))
    with books(api) as session, pytest.raises(DBAPIError, match="never changed"), session.begin_nested():
        session.execute(text("UPDATE delegation SET revoked_at = NULL, revoked_by = NULL"))


def test_every_table_with_personal_columns_is_guarded_after_an_erasure(api: Api) -> None:
    """A new personal column needs `install_erased` in its migration."""
    query = """SELECT p.proname, p.prosrc, count(*) AS triggers FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
               WHERE starts_with(p.proname, 'erased_') AND t.tgenabled = 'O' GROUP BY p.oid"""
    found = {row.proname: (row.prosrc, row.triggers) for row in rows(api, query)}
    expected = {f"erased_{table.name}": (stays_erased(table, of), 2) for table, of in personal_tables().items()}
    assert found == expected


_RECORDED = (
    "UPDATE restoration SET state = 'recorded', reason = 'x', lost = '[]', recorded_by = :a, recorded_by_person = :p,"
    " recorded_at = now()"
)
_RELEASED = "UPDATE restoration SET state = 'released', released_by = :a, released_by_person = :p, released_at = now()"


def auditors(api: Api) -> list[dict[str, UUID]]:
    """Account and person of two auditors, of whom the first found a restoration."""
    colleague(api, "auditor2", "auditor", person=651)
    with books(api) as session:
        session.add(Restoration(generation=0, size=1, held_in="folder", held_size=2, found_at=machine_now()))
    query = "SELECT id AS a, person_id AS p FROM account WHERE username LIKE 'auditor%' ORDER BY username"
    return [dict(row._mapping) for row in rows(api, query)]


def moved(api: Api, who: dict[str, UUID], statement: str, refused: str = "", **told: Any) -> None:
    """Write as this account; what the database says to it is `refused`."""
    with books(api, who["a"]) as session:
        if not refused:
            session.execute(text(statement), {**who, **told})
            return
        with pytest.raises(DBAPIError, match=refused), session.begin_nested():
            session.execute(text(statement), {**who, **told})


def test_a_restoration_is_recorded_and_released_by_two_and_never_otherwise(api: Api) -> None:
    """Control: the trigger `restoration_moves`."""
    first, second = auditors(api)
    wrong = "is found, recorded and released"
    for statement, told in (
        (_RELEASED, {}),  # not recorded yet
        (_RECORDED, {"a": second["a"], "p": second["p"]}),  # in another's name
        (_RECORDED, {"p": second["p"]}),  # as another person
        (_RECORDED + ", held_size = 1", {}),  # with something else beside it
        ("UPDATE restoration SET held_size = 0", {}),
    ):
        moved(api, first, statement, wrong, **told)
    moved(api, first, _RECORDED)
    moved(api, first, _RELEASED, "two_persons")
    for statement in (_RELEASED + ", reason = 'y'", _RELEASED + ", recorded_by = :a", _RELEASED + ", size = 0"):
        moved(api, second, statement, wrong)
    moved(api, second, _RELEASED)
    for statement in ("UPDATE restoration SET state = 'found'", _RECORDED, "UPDATE restoration SET reason = 'z'"):
        moved(api, second, statement, wrong)
    made = "INSERT INTO restoration SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid()))).*"
    moved(api, first, f"{made} FROM restoration r", wrong)


@pytest.fixture
def shop(settings: Settings, committed: Provisioned) -> Iterator[Shop]:
    """What a worker on the test's own database works with."""
    with shop_of(settings, committed) as made:
        yield made


def kept(shop: Shop, size: int, root: bytes, note: str, generation: int = 0) -> bool | None:
    with session_of(shop) as session:
        asked = "SELECT checkpoint_keep(:size, :generation, :root, :note, now())"
        told = {"size": size, "generation": generation, "root": root, "note": note}
        answer: bool | None = session.scalar(text(asked), told)
        return answer


def test_only_a_signed_head_of_this_record_is_kept(shop: Shop) -> None:
    """Control: what `checkpoint_keep` compares; the signature itself is the verifiers' to check."""
    signed(shop, entries=600)
    write(shop, 7)
    size = seal_all(shop)
    with session_of(shop) as session:
        newest, log = sealing.newest_checkpoint(session), sealing.log_in_force(session)
        assert newest
        assert log
        root, origin = sealing._root(session, newest, sealed_size(session)), log.origin
    signer, other = Signer.of(origin, SEED), Signer.of(origin, bytes(32))
    head = Checkpoint(origin, size, root)
    for note, of, told in (
        (head.text + "\n", root, 0),  # nobody signed it
        (head.signed_by(other), root, 0),  # a key that was never named
        (Checkpoint("example.org/log", size, root).signed_by(signer), root, 0),
        (Checkpoint(origin, size - 1, root).signed_by(signer), root, 0),
        (Checkpoint(origin, size, bytes(32)).signed_by(signer), bytes(32), 0),  # no root of this tree
        (Checkpoint(origin, size, bytes(32)).signed_by(signer), root, 0),
        (head.signed_by(signer), root, 7),
    ):
        with pytest.raises(DBAPIError, match="not a signed head of this record"):
            kept(shop, size, of, note, told)
    assert kept(shop, size + 1, root, Checkpoint(origin, size + 1, root).signed_by(signer)) is False
    assert kept(shop, size, root, head.signed_by(signer)) is True
    with session_of(shop) as session:
        assert session.get_one(RecordCheckpoint, size).note == head.signed_by(signer)


@pytest.mark.parametrize("more", [1, 2, 255, 256, 257, 300, 511])
def test_the_database_finds_the_root_that_the_signer_finds(shop: Shop, more: int) -> None:
    """At sizes around full groups, a group and a half, two groups."""
    signed(shop, entries=more)
    signed(shop, entries=1)
