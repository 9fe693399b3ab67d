"""A sealed and signed story on a database of its own, cloned for each attack, and the full check of what is left."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from api.app import create_app
from benefits.assurance.checkpoint import Checkpoint, VerifierKey, opened
from benefits.assurance.seal.sealer import SCOPE
from benefits.assurance.verification.check import Means, Report, verify_all
from config.settings import Settings
from models.database import db, session_for
from tests.clock import machine_now
from tests.conftest import drop_database
from tests.driver import Api
from tests.evidence import paid_case, signed
from tests.story import done, new_fund, submitted
from tools.provision import Provisioned, clone
from tools.worker import shop


@dataclass(frozen=True)
class World:
    """A story that is over: its database, the key that signed it, and the checkpoints that somebody kept outside."""

    superuser_url: str
    made: Provisioned
    key: VerifierKey
    outside: tuple[Checkpoint, ...]

    @contextmanager
    def copy(self) -> Iterator[Provisioned]:
        """A database of the attacker's own."""
        name = "benefits_attacked_" + secrets.token_hex(4)
        yield clone(self.superuser_url, self.made, name)
        drop_database(self.superuser_url, name)


@contextmanager
def world(superuser_url: str, template: Provisioned, settings: Settings) -> Iterator[World]:
    """Tell the story, seal and sign it three times, and let go of the database."""
    made = clone(superuser_url, template, "benefits_told_" + secrets.token_hex(4))
    own = replace(settings, database_url=made.app_url)
    app = create_app(own)
    serving, api = shop(own, threading.Event()), Api(app)
    signed(serving)
    paid_case(api)
    signed(serving, minutes=10)
    submitted(api, "D01-002")
    done(
        api("finance").post(
            f"/funds/{new_fund(api, name='再一笔')}/adjustments", {"amount": "10.00", "reason": "追加"}, if_match='"1"'
        )
    )
    key = VerifierKey.read(signed(serving, minutes=15))
    with session_for(serving.engine, SCOPE) as session:
        notes = session.connection().exec_driver_sql("SELECT note FROM record_checkpoint ORDER BY size").scalars().all()
    outside = tuple(opened(note, [key]) for note in notes)
    serving.engine.dispose()
    with app.app_context():
        db.engine.dispose()
    yield World(superuser_url, made, key, outside)
    drop_database(superuser_url, make_name(made))


def make_name(made: Provisioned) -> str:
    """The name of a database."""
    return made.app_url.rpartition("/")[2].partition("?")[0]


def checked(world_: World, made: Provisioned, copies: Sequence[Checkpoint] = ()) -> Report:
    """The full check by the serving role."""
    engine = create_engine(made.app_url, poolclass=NullPool, isolation_level="REPEATABLE READ")
    with session_for(engine, SCOPE) as session:
        means = Means(keys=[world_.key], copies=copies, app_role=made.roles.app, at=machine_now())
        return verify_all(session, means)
