"""The database object and the scope: who asks, in which request, over which units, set anew in every transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, MetaData, event, text
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every row of the books."""

    metadata = MetaData(naming_convention=NAMES)


# A session commits its own transaction, also where tests bind it to a connection whose transaction they will undo.
db = SQLAlchemy(
    metadata=Base.metadata,
    session_options={"expire_on_commit": False, "join_transaction_mode": "create_savepoint"},
)

# How every process reaches the server: one that is gone without a word (a cut cable, a stopped machine) is noticed in
# ten seconds, in the middle of a statement too, where the kernel alone would wait for hours.
REACHING = {
    "connect_timeout": 5,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


@dataclass(frozen=True)
class Scope:
    """What row-level security may show: the rows of these units' subtrees, and what belongs to this account.

    `paths` are unit paths such as `/AH/AH-Z01/`; without any, no scoped row is visible. `medical` are those
    of them whose clinical store is open too. `worker` opens the job queue, and nothing else, to the process that
    serves it.
    """

    account_id: UUID | None = None
    request_id: str = ""
    paths: tuple[str, ...] = ()
    medical: tuple[str, ...] = ()
    worker: bool = False


NOBODY = Scope()
_SET_SCOPE = text(
    "SET LOCAL benefits.account = :account; SET LOCAL benefits.request = :request; "
    "SET LOCAL benefits.scope = :scope; SET LOCAL benefits.medical = :medical; SET LOCAL benefits.worker = :worker"
)


def apply_scope(connection: Connection, scope: Scope) -> None:
    """Set the scope for the rest of the open transaction (`SET LOCAL`: it can never leak to the next one)."""
    connection.execute(
        _SET_SCOPE,
        {
            "account": str(scope.account_id or ""),
            "request": scope.request_id,
            "scope": _as_array(scope.paths),
            "medical": _as_array(scope.medical),
            "worker": "on" if scope.worker else "",
        },
    )


def _as_array(paths: tuple[str, ...]) -> str:
    """Paths as the text of a PostgreSQL array; empty without any."""
    quoted = ",".join('"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"' for path in paths)
    return "{" + quoted + "}" if paths else ""


def set_scope(session: Session, scope: Scope) -> None:
    """Give the session a scope, for the open transaction and every later one."""
    session.info["scope"] = scope
    if session.in_transaction():
        apply_scope(session.connection(), scope)


@event.listens_for(Session, "after_begin")
def _scope_each_transaction(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    apply_scope(connection, session.info.get("scope", NOBODY))


@contextmanager
def session_for(engine: Engine, scope: Scope, **info: object) -> Iterator[Session]:
    """A session outside a request (worker, start-up): commits at the end, rolls back on any error."""
    with Session(engine, expire_on_commit=False, info={"scope": scope, **info}) as session, session.begin():
        yield session
