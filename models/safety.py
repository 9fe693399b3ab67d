"""What in the database server or the serving role would break this system's promises."""

from __future__ import annotations

from sqlalchemy import Connection, text

LOSES = "what has been acknowledged could be lost in a crash"
SETTINGS = {
    "fsync": f"fsync is off, so {LOSES}: set fsync = on in postgresql.conf.",
    "synchronous_commit": f"synchronous_commit is off, so {LOSES}: set it to on (server, database and role).",
    "full_page_writes": f"full_page_writes is off, so {LOSES}: set full_page_writes = on in postgresql.conf.",
    "data_checksums": "data_checksums is off, so a failing disk would go unnoticed: stop the server and run "
    "`pg_checksums --enable`.",
}
ROLE = text("""
    SELECT current_user AS name, rolsuper, rolbypassrls,
        EXISTS (SELECT FROM pg_class WHERE pg_has_role(relowner, 'MEMBER') AND relnamespace = 'public'::regnamespace)
        OR EXISTS (SELECT FROM pg_database WHERE datname = current_database() AND pg_has_role(datdba, 'MEMBER'))
        AS owns
    FROM pg_roles WHERE rolname = current_user
""")


def unsafe_settings(connection: Connection) -> dict[str, str]:
    """What is unsafe as the role of `connection` meets it: setting → sentence; empty when all is well.

    Names: `fsync`, `synchronous_commit`, `full_page_writes`, `data_checksums`, `superuser`, `bypassrls`, `owner`.
    Source: trust.md P8.
    """
    off = text("SELECT name FROM pg_settings WHERE name = ANY(:names) AND setting = 'off'")
    unsafe = {name: SETTINGS[name] for name in connection.scalars(off, {"names": list(SETTINGS)})}
    role = connection.execute(ROLE).one()
    cure = "serve with a role that is NOSUPERUSER NOBYPASSRLS and owns nothing, as DATABASE_URL."
    if role.rolsuper:
        unsafe["superuser"] = f"The serving role {role.name} is a superuser, whom no rule binds: {cure}"
    if role.rolbypassrls:
        unsafe["bypassrls"] = f"The serving role {role.name} has BYPASSRLS, so it sees every union: {cure}"
    if role.owns and not role.rolsuper:
        unsafe["owner"] = f"The serving role {role.name} is or can become the owner of the tables: {cure}"
    return unsafe
