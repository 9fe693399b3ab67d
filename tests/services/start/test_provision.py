"""Provisioning: three roles with what they need and no more, repeatable, by a superuser or by a plain owner."""

from __future__ import annotations

import secrets

import psycopg2
import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from models.safety import unsafe_settings
from tools.binaries import DatabaseError
from tools.provision import Passwords, Provisioned, Roles, adopt, clone, provision

PASSWORDS = Passwords("owner-password", "app-password")


@pytest.fixture
def name():
    return f"start_{secrets.token_hex(4)}"


@pytest.fixture
def made(superuser_url, name) -> Provisioned:
    return provision(superuser_url, name, PASSWORDS)


def run(url: str, *statements: str) -> list[tuple[object, ...]]:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    rows: list[tuple[object, ...]] = []
    with engine.connect() as connection:
        for statement in statements:
            result = connection.execute(text(statement))
            rows = [tuple(row) for row in result] if result.returns_rows else []
    return rows


def unsafe(url: str) -> set[str]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return set(unsafe_settings(connection))


def signed_in_as(url: str, user: str, password: str, database: str | None = None) -> str:
    address = make_url(url).set(username=user, password=password)
    return (address.set(database=database) if database else address).render_as_string(hide_password=False)


def test_the_roles_have_no_power_beyond_their_work(superuser_url, made):
    columns = "rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication"
    roles = made.roles
    query = f"SELECT {columns} FROM pg_roles WHERE rolname LIKE '{roles.owner.removesuffix('owner')}%' ORDER BY 1"
    assert run(superuser_url, query) == [
        (roles.app, True, False, False, False, False, False),
        (roles.owner, True, False, False, False, False, False),
        (roles.record, False, False, False, False, False, False),
    ]


def test_it_can_be_repeated_and_sets_a_lost_password_anew(superuser_url, name, made):
    assert provision(superuser_url, name, PASSWORDS) == made
    changed = provision(superuser_url, name, Passwords(PASSWORDS.owner, "another"))
    assert run(changed.app_url, "SELECT current_user") == [(made.roles.app,)]
    with pytest.raises(OperationalError, match="password authentication failed"):
        run(made.app_url, "SELECT 1")


def test_the_owner_hands_tables_to_record_and_still_alters_them(made):
    run(
        made.owner_url,
        "CREATE EXTENSION btree_gist",
        "CREATE TABLE entry (x int)",
        f"ALTER TABLE entry OWNER TO {made.roles.record}",
        "CREATE INDEX ON entry (x)",
        f"SET ROLE {made.roles.record}",
        "DROP TABLE entry",
    )


def test_the_app_has_temporary_tables_and_makes_no_others(made):
    run(made.app_url, "CREATE TEMPORARY TABLE staged (x int)")
    with pytest.raises(ProgrammingError, match="permission denied for schema public"):
        run(made.app_url, "CREATE TABLE mine (x int)")
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(made.app_url, f"SET ROLE {made.roles.record}")


def test_a_stranger_does_not_come_in(superuser_url, name, made):
    stranger = f"{name}_stranger"
    run(superuser_url, f"CREATE ROLE {stranger} LOGIN PASSWORD 'pw'")
    with pytest.raises(OperationalError, match="permission denied for database"):
        run(signed_in_as(made.app_url, stranger, "pw"), "SELECT 1")


def test_a_plain_owner_is_told_the_sql_that_an_administrator_should_run(superuser_url, name):
    owner, roles = f"{name}_plain", Roles.of(name)
    run(superuser_url, f"CREATE ROLE {owner} LOGIN PASSWORD 'pw'", f"CREATE DATABASE {name} OWNER {owner}")
    owner_url = signed_in_as(superuser_url, owner, "pw", name)
    with pytest.raises(DatabaseError, match="let an administrator run") as told:
        adopt(owner_url, None, PASSWORDS)
    script = "\n".join(line for line in str(told.value).splitlines() if line.startswith("    "))
    with psycopg2.connect(superuser_url.replace("+psycopg2", "").replace("/postgres?", f"/{name}?")) as connection:
        connection.cursor().execute(script.replace("choose one", PASSWORDS.app))
    connection.close()
    adopted = adopt(owner_url, signed_in_as(owner_url, roles.app, PASSWORDS.app), PASSWORDS)
    assert adopted.roles == Roles(owner, roles.app, roles.record)
    assert unsafe(adopted.app_url) == set()
    assert adopt(owner_url, None, PASSWORDS) == adopted


def test_an_owner_who_may_make_roles_needs_nobody(superuser_url, name):
    owner = f"{name}_maker"
    run(superuser_url, f"CREATE ROLE {owner} LOGIN CREATEROLE PASSWORD 'pw'", f"CREATE DATABASE {name} OWNER {owner}")
    owner_url = signed_in_as(superuser_url, owner, "pw", name)
    adopted = adopt(owner_url, None, PASSWORDS)
    assert adopt(owner_url, None, PASSWORDS) == adopted
    run(owner_url, "CREATE TABLE entry (x int)", f"ALTER TABLE entry OWNER TO {adopted.roles.record}")
    assert unsafe(adopted.app_url) == set()


def test_a_superusers_own_database_is_given_all_three_roles(superuser_url, name):
    run(superuser_url, f"CREATE DATABASE {name}")
    adopted = adopt(superuser_url.replace("/postgres?", f"/{name}?"), None, PASSWORDS)
    assert adopted.roles == Roles.of(name)
    assert run(adopted.owner_url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [(False,)]


def test_a_wrong_address_is_a_sentence_without_the_password(superuser_url):
    with pytest.raises(DatabaseError, match="cannot be reached") as told:
        adopt(signed_in_as(superuser_url, "nobody_here", "hush-hush"), None, PASSWORDS)
    assert "hush-hush" not in str(told.value)


def test_a_clone_serves_the_same_roles_and_keeps_its_doors_shut(superuser_url, name, made):
    run(made.owner_url, "CREATE TABLE entry AS SELECT 1 AS x", f"GRANT SELECT ON entry TO {made.roles.app}")
    copy = clone(superuser_url, made, f"{name}_copy")
    assert run(copy.app_url, "SELECT x FROM entry") == [(1,)]
    assert unsafe(copy.app_url) == set()
    acl = f"SELECT has_database_privilege('public', '{name}_copy', 'CONNECT')"
    assert run(superuser_url, acl) == [(False,)]


def test_unsafe_serving_roles_are_named(superuser_url, made):
    app = made.roles.app
    assert unsafe(made.app_url) == set()
    assert unsafe(made.owner_url) == {"owner"}
    assert {"superuser", "bypassrls"} <= unsafe(superuser_url)
    run(superuser_url, f"ALTER ROLE {app} BYPASSRLS")
    assert unsafe(made.app_url) == {"bypassrls"}
    run(superuser_url, f"ALTER ROLE {app} NOBYPASSRLS", f"GRANT {made.roles.owner} TO {app}")
    assert unsafe(made.app_url) == {"owner"}
    run(superuser_url, f"REVOKE {made.roles.owner} FROM {app}", f"ALTER ROLE {app} SET synchronous_commit = off")
    assert unsafe(made.app_url) == {"synchronous_commit"}
