"""Who tells a world its secrets: keeps each refusal that came back, and looks over the database's shoulder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from tests.faults.canaries import words
from tests.faults.wire import Answer, Remote, RemoteApi
from tests.faults.worlds import World


class _Heard(Remote):
    """One account whose refusals and failures are kept."""

    def __init__(self, port: int, token: str | None, refused: list[Answer]) -> None:
        super().__init__(port, token)
        self._refused = refused

    def _sending(self, *sent: Any) -> Callable[..., Answer]:
        send = super()._sending(*sent)

        def heard(barrier: Any) -> Answer:
            answer = send(barrier)
            if answer.status_code >= 400:
                self._refused.append(answer)
            return answer

        return heard


@dataclass
class Told(RemoteApi):
    """The served API as it hears the secrets; every refusal that came back is kept."""

    world: World
    secrets: dict[str, str] = field(default_factory=words)
    refused: list[Answer] = field(default_factory=list)
    statements: set[str] = field(default_factory=set)  # as pg_stat_activity showed them on the way

    def __post_init__(self) -> None:
        super().__init__(self.world.api.app, self.world.api.port)

    def __call__(self, username: str | None, password: str = "") -> Remote:
        token = None if username is None else super().__call__(username, *([password] if password else []))._token
        return _Heard(self.port, token, self.refused)

    def raw(self, who: str | None, method: str, path: str, body: str, **headers: str) -> Answer:
        """A request exactly as written."""
        caller = self(who)
        return caller._sending(
            method, path, body.encode(), caller._headers(str(uuid4()), "application/json") | headers
        )(None)

    def look(self) -> None:
        """Keep the statements that the database shows of everybody."""
        shown = superuser(self.world, "SELECT query FROM pg_stat_activity WHERE query <> ''")
        self.statements |= {row[0] for row in shown}


def superuser(world: World, statement: str) -> list[Any]:
    """What a superuser is answered in the world's own database."""
    engine = create_engine(world.superuser_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        answer = connection.exec_driver_sql(statement)
        return list(answer) if answer.returns_rows else []


def refused(answer: Answer) -> None:
    """It must not have succeeded, nor failed."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.body)
