"""The full check works in two lanes at once, and both see the one state that the first of them saw."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from benefits.assurance.seal.sealer import SCOPE
from benefits.assurance.verification.check import Means, verify_all
from benefits.assurance.verification.lanes import beside, run_beside
from config.settings import Settings
from models.database import session_for
from tests.clock import machine_now
from tests.conftest import as_superuser
from tests.services.attacked import World, checked, world
from tools.provision import Provisioned

_WAIT_S = 30
# Record and rows, so that what either lane looks at is another in a later state.
ATTACK = (
    "SET session_replication_role = replica",
    "UPDATE unit SET name = '改名'",
    "UPDATE fund SET appropriated = appropriated + 1",
    "UPDATE record_entry SET body = replace(body::text, '2026', '2025')::json",
    "UPDATE record_seal SET leaf = sha256(leaf) WHERE position = 7",
)


@pytest.fixture(scope="module")
def told(superuser_url: str, template: Provisioned, settings: Settings) -> Iterator[World]:
    with world(superuser_url, template, settings) as made:
        yield made


@pytest.fixture
def lanes(told: World) -> Iterator[tuple[Session, Session]]:
    engine = create_engine(told.made.app_url, poolclass=NullPool, isolation_level="REPEATABLE READ")
    with session_for(engine, SCOPE) as session, beside(session) as other:
        yield session, other


def test_what_is_done_while_it_checks_belongs_to_the_next_check(told: World) -> None:
    with told.copy() as made:
        engine = create_engine(made.app_url, poolclass=NullPool, isolation_level="REPEATABLE READ")
        means = Means(keys=[told.key], app_role=made.roles.app, at=machine_now())
        with session_for(engine, SCOPE) as session:
            session.execute(text("SELECT 1"))  # from here on it sees what there is now
            with as_superuser(told.superuser_url, made) as superuser:
                for statement in ATTACK:
                    superuser.exec_driver_sql(statement)
            report = verify_all(session, means)
        assert report.kinds == {}
        later = checked(told, made)
    assert {"row_altered", "entry_altered", "entry_resealed", "tree_altered", "sum_differs"} <= later.kinds.keys()


def test_the_second_lane_sees_no_more_than_the_first(lanes: tuple[Session, Session]) -> None:
    scopes = [session.scalars(text("SELECT current_setting('benefits.scope')")).one() for session in lanes]
    assert scopes[0] == scopes[1]
    assert len({session.scalars(text("SELECT pg_backend_pid()")).one() for session in lanes}) == 2


def test_two_parts_are_under_way_at_once_and_tell_in_their_order(lanes: tuple[Session, Session]) -> None:
    both = threading.Barrier(2)

    def part(number: int) -> Callable[[Session], int]:
        def meet(_session: Session) -> int:
            both.wait(_WAIT_S)
            return number

        return meet

    assert run_beside(lanes, [part(number) for number in range(6)], lambda _done: None) == list(range(6))


def test_a_part_that_fails_in_either_lane_fails_the_check(lanes: tuple[Session, Session]) -> None:
    def broken(_session: Session) -> None:
        raise ValueError("broken")

    def sound(_session: Session) -> None:
        return

    for parts in ([sound, broken], [broken, sound]):
        with pytest.raises(ValueError, match="broken"):
            run_beside(lanes, parts, lambda _done: None)


def test_a_check_called_off_begins_no_further_part(lanes: tuple[Session, Session]) -> None:
    begun = list[Session]()

    def part(session: Session) -> None:
        begun.append(session)
        time.sleep(0.05)

    def step(_done: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        run_beside(lanes, [part] * 200, step)
    assert len(begun) < 100
