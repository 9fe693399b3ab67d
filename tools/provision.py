"""Makes the database and its three roles: an owner who migrates, an app that serves, a record without login.

Everything is safe to repeat, and nothing is repaired in silence: a role that has been given too much stays so,
and `models.safety` stops the start. Roles belong to the whole server, so their names carry the database's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver names its class in lower case
from psycopg2.extensions import encrypt_password
from psycopg2.sql import SQL, Composable, Composed, Identifier, Literal
from sqlalchemy import URL, make_url

from tools.binaries import FLOOR, DatabaseError


@dataclass(frozen=True)
class Roles:
    """The names of a database's three roles."""

    owner: str
    app: str
    record: str

    @classmethod
    def of(cls, database: str) -> Roles:
        """The names that this project gives to the roles of `database`."""
        return cls(f"{database}_owner", f"{database}_app", f"{database}_record")


@dataclass(frozen=True)
class Passwords:
    """The passwords of the two roles that sign in."""

    owner: str
    app: str


@dataclass(frozen=True)
class Provisioned:
    """A database ready to be migrated (`owner_url`) and then served (`app_url`)."""

    owner_url: str
    app_url: str
    roles: Roles


def provision(superuser_url: str, database: str, passwords: Passwords) -> Provisioned:
    """Make `database` and its three roles on the server of `superuser_url`, as far as they are missing.

    Raises:
        DatabaseError: the server is too old or the database is not UTF-8.
    """
    address = make_url(superuser_url)
    roles = Roles.of(database)
    ready = Provisioned(
        _text(address.set(database=database, username=roles.owner, password=passwords.owner)),
        _text(address.set(database=database, username=roles.app, password=passwords.app)),
        roles,
    )
    with _connected(address) as connection:
        known = _known(connection, "SELECT 1 FROM pg_database WHERE datname = %s", database)
        _login(connection, roles.owner, passwords.owner, ready.owner_url)
        _login(connection, roles.app, passwords.app, ready.app_url)
        _record(connection, roles)
        names = {"database": Identifier(database), "owner": Identifier(roles.owner)}
        if not known:
            _run(
                connection,
                SQL("CREATE DATABASE {database} ENCODING 'UTF8' TEMPLATE template0").format(**names),
            )
        _run(connection, SQL("ALTER DATABASE {database} OWNER TO {owner}").format(**names))
    with _connected(address.set(database=database)) as connection:
        _open(connection, database, roles)
    return ready


def adopt(owner_url: str, app_url: str | None, passwords: Passwords) -> Provisioned:
    """Ready a database of the user's own.

    Args:
        owner_url: the migrating role; when it is a superuser, `provision` makes all three roles in its database.
        app_url: the serving role if the user has made one; otherwise `<database>_app` is made.
        passwords: for the roles that are made.

    Raises:
        DatabaseError: it cannot be reached or does not suit, or rights are missing: then with the SQL that an
            administrator should run.
    """
    address = make_url(owner_url)
    database = str(address.database)
    made = Roles.of(database)
    served = make_url(app_url) if app_url else address.set(username=made.app, password=passwords.app)
    roles = Roles(str(address.username), str(served.username), made.record)
    with _connected(address) as connection:
        if app_url is None and _known(connection, "SELECT 1 FROM pg_roles WHERE rolname = current_user AND rolsuper"):
            return provision(owner_url, database, passwords)
        try:
            if app_url is None:
                _login(connection, roles.app, passwords.app, _text(served))
            _record(connection, roles)
            _open(connection, database, roles)
        except psycopg2.errors.InsufficientPrivilege as error:
            raise DatabaseError(_request(connection, str(error.diag.message_primary), database, roles)) from None
    return Provisioned(owner_url, _text(served), roles)


def clone(superuser_url: str, template: Provisioned, database: str) -> Provisioned:
    """Copy the database of `template`, to which nobody is connected, as `database` for the same three roles."""
    address = make_url(superuser_url)
    source, roles = str(make_url(template.owner_url).database), template.roles
    names = {"new": Identifier(database), "source": Identifier(source), "owner": Identifier(roles.owner)}
    with _connected(address) as connection:
        _run(connection, SQL("CREATE DATABASE {new} TEMPLATE {source} OWNER {owner}").format(**names))
    with _connected(address.set(database=database)) as connection:
        _open(connection, database, roles)
    owner, app = (_text(make_url(url).set(database=database)) for url in (template.owner_url, template.app_url))
    return Provisioned(owner, app, roles)


def doors(database: str, roles: Roles) -> list[Composed]:
    """The statements, to be run inside `database`, that open it to its three roles and to nobody else."""
    names = {
        "database": Identifier(database),
        "owner": Identifier(roles.owner),
        "app": Identifier(roles.app),
        "record": Identifier(roles.record),
    }
    statements = (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}",  # COPY goes through a temporary table
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE, CREATE ON SCHEMA public TO {owner}",
        "GRANT USAGE, CREATE ON SCHEMA public TO {record}",
        "GRANT USAGE ON SCHEMA public TO {app}",
    )
    return [SQL(statement).format(**names) for statement in statements]


def _open(connection: Connection, database: str, roles: Roles) -> None:
    if connection.server_version < FLOOR * 10000:
        raise DatabaseError(f"The database server is older than PostgreSQL {FLOOR}: upgrade it.")
    if not _known(connection, "SELECT 1 WHERE current_setting('server_encoding') = 'UTF8'"):
        raise DatabaseError(f"The database {database} is not UTF-8: make it anew with ENCODING 'UTF8'.")
    for statement in doors(database, roles):
        _run(connection, statement)


def _login(connection: Connection, role: str, password: str, url: str) -> None:
    """A role that signs in with `password`; only a digest of it is sent, so that no log holds it."""
    names = {
        "role": Identifier(role),
        "digest": Literal(encrypt_password(password, role, connection, "scram-sha-256")),
    }
    if not _known(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
        _run(connection, SQL("CREATE ROLE {role} LOGIN PASSWORD {digest}").format(**names))
    elif not _signs_in(url):
        _run(connection, SQL("ALTER ROLE {role} LOGIN PASSWORD {digest}").format(**names))


def _record(connection: Connection, roles: Roles) -> None:
    """The record role; the owner belongs to it, so that a migration can hand tables over and still alter them."""
    names = {"record": Identifier(roles.record), "owner": Identifier(roles.owner)}
    if not _known(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", roles.record):
        _run(connection, SQL("CREATE ROLE {record} NOLOGIN").format(**names))
    if not _known(connection, "SELECT 1 WHERE pg_has_role(%s, %s, 'USAGE')", roles.owner, roles.record):
        _run(connection, SQL("GRANT {record} TO {owner}").format(**names))


def _request(connection: Connection, error: str, database: str, roles: Roles) -> str:
    """What to ask an administrator for, as a sentence and SQL that can be run as it stands, once."""
    names = {
        "owner": Identifier(roles.owner),
        "app": Identifier(roles.app),
        "record": Identifier(roles.record),
    }
    roles_made = [
        (roles.app, "CREATE ROLE {app} LOGIN PASSWORD 'choose one'"),
        (roles.record, "CREATE ROLE {record} NOLOGIN"),
    ]
    missing = "SELECT 1 FROM pg_roles WHERE rolname = %s"
    statements = [SQL(line).format(**names) for role, line in roles_made if not _known(connection, missing, role)]
    statements += [SQL("GRANT {record} TO {owner}").format(**names), *doors(database, roles)]
    script = "".join(f"    {statement.as_string(connection)};\n" for statement in statements)
    return (
        f"{roles.owner} lacks rights in the database {database} ({error}): let an administrator run, in that "
        f"database,\n{script}and set DATABASE_URL to the address of {roles.app} and DATABASE_OWNER_URL to that of "
        f"{roles.owner}."
    )


@contextmanager
def _connected(address: URL) -> Iterator[Connection]:
    """A connection that commits by itself, as CREATE DATABASE needs, and is closed at the end."""
    try:
        connection = psycopg2.connect(_libpq(address), connect_timeout=10)
    except psycopg2.OperationalError as error:
        raise DatabaseError(f"The database cannot be reached: {str(error).strip()}") from None
    try:
        connection.autocommit = True
        yield connection
    finally:
        connection.close()


def _signs_in(url: str) -> bool:
    """Whether the role already has this password, and the database already lets it in."""
    try:
        psycopg2.connect(_libpq(make_url(url)), connect_timeout=10).close()
    except psycopg2.OperationalError:
        return False
    return True


def _run(connection: Connection, statement: Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _known(connection: Connection, query: str, *values: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchone() is not None


def _libpq(address: URL) -> str:
    return _text(address.set(drivername="postgresql"))


def _text(address: URL) -> str:
    return address.render_as_string(hide_password=False)
