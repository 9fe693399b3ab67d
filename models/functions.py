"""The record role's few functions: what must look past the walls; each returns a number, an id or a wrapped key."""

from __future__ import annotations

import re

from sqlalchemy import Connection

from models.cover_functions import COVER_FUNCTIONS
from models.delegation_functions import DELEGATION_FUNCTIONS
from models.erasure_functions import erasure_functions
from models.household_functions import HOUSEHOLD_FUNCTIONS
from models.keeping_functions import KEEPING_FUNCTIONS
from models.place_functions import PLACE_FUNCTIONS
from models.seal_functions import SEAL_FUNCTIONS
from models.verify_functions import VERIFY_FUNCTIONS

_FUNCTIONS = {
    # The id of the person with this hash, made if new; the same answer whether another union knew them or not.
    "person_register(id_ uuid, id_hash_ bytea, id_cipher_ bytea, key_wrapped_ bytea, salt_ bytea, birth_date_ date, sex_ text)": (
        "uuid",
        """
DECLARE known uuid;
BEGIN
    SELECT id INTO known FROM person WHERE id_hash = id_hash_;
    IF known IS NULL THEN
        INSERT INTO person (id, id_hash, id_cipher, key_wrapped, salt, birth_date, sex)
        VALUES (id_, id_hash_, id_cipher_, key_wrapped_, salt_, birth_date_, sex_)
        ON CONFLICT (id_hash) DO NOTHING RETURNING id INTO known;
    END IF;
    IF known IS NULL THEN
        SELECT id INTO known FROM person WHERE id_hash = id_hash_;
    END IF;
    RETURN known;
END""",
    ),
    # The person's key, wrapped by the master key; useless to whoever has only the database.
    "person_key(person_ uuid)": (
        "bytea",
        "BEGIN RETURN (SELECT key_wrapped FROM person WHERE id = person_); END",
    ),
    # The same for many at once: ids in the order of the hashes, null where nobody has the hash.
    "people_known(id_hashes_ bytea[])": (
        "uuid[]",
        """
BEGIN
    RETURN ARRAY(SELECT p.id FROM unnest(id_hashes_) WITH ORDINALITY AS h (id_hash, at)
                 LEFT JOIN person p ON p.id_hash = h.id_hash ORDER BY h.at);
END""",
    ),
    "people_register(ids_ uuid[], id_hashes_ bytea[], id_ciphers_ bytea[], keys_wrapped_ bytea[], salts_ bytea[], "
    "birth_dates_ date[], sexes_ text[])": (
        "uuid[]",
        """
BEGIN
    INSERT INTO person (id, id_hash, id_cipher, key_wrapped, salt, birth_date, sex)
    SELECT * FROM unnest(ids_, id_hashes_, id_ciphers_, keys_wrapped_, salts_, birth_dates_, sexes_) ORDER BY 2
    ON CONFLICT (id_hash) DO NOTHING;
    RETURN ARRAY(SELECT p.id FROM unnest(id_hashes_) WITH ORDINALITY AS h (id_hash, at)
                 JOIN person p ON p.id_hash = h.id_hash ORDER BY h.at);
END""",
    ),
    "people_keys(people_ uuid[])": (
        "bytea[]",
        """
BEGIN
    RETURN ARRAY(SELECT p.key_wrapped FROM unnest(people_) WITH ORDINALITY AS w (id, at)
                 JOIN person p ON p.id = w.id ORDER BY w.at);
END""",
    ),
    "account_by_username(username_ text)": (
        "uuid",
        "BEGIN RETURN (SELECT id FROM account WHERE username = username_); END",
    ),
    # Of how many persons each of these accounts is, by payments and registers over all unions.
    "account_people(accounts_ bytea[])": (
        "bigint[]",
        """
BEGIN
    RETURN ARRAY(SELECT (SELECT count(DISTINCT o.person_id) FROM (
                             SELECT d.person_id FROM disbursement d WHERE d.payee_hash = w.hash UNION ALL
                             SELECT m.person_id FROM membership m WHERE m.account_hash = w.hash) o)
                 FROM unnest(accounts_) WITH ORDINALITY AS w (hash, at) ORDER BY w.at);
END""",
    ),
    # Whose account it is, also where another unit keeps it: nobody passes for two persons by having two accounts.
    "account_person(account_ uuid)": ("uuid", "BEGIN RETURN (SELECT person_id FROM account WHERE id = account_); END"),
    # Of an account that looked at something: its name, its unit's, and its roles at that instant. So that a member may be
    # told who looked, also where the one who did works in a unit above (个人信息保护法 art. 44).
    "account_told(account_ uuid, at_ timestamptz)": (
        "text[]",
        """
BEGIN
    RETURN (SELECT ARRAY[a.name, u.name] || ARRAY(
                SELECT DISTINCT g.role FROM account_grant g
                WHERE g.account_id = a.id AND (at_ AT TIME ZONE 'Asia/Shanghai')::date >= g.valid_from
                  AND (g.valid_until IS NULL OR (at_ AT TIME ZONE 'Asia/Shanghai')::date <= g.valid_until)
                  AND (g.revoked_at IS NULL OR g.revoked_at > at_) ORDER BY g.role)
            FROM account a JOIN unit u ON u.id = a.unit_id WHERE a.id = account_);
END""",
    ),
    # Where a granted unit stands in the tree, before the grants have opened the scope.
    "unit_path(unit_ uuid)": ("text", "BEGIN RETURN (SELECT path FROM unit WHERE id = unit_); END"),
    # Whom a person declared as relatives, from whichever account, and who declared them.
    "relatives_of(person_ uuid)": (
        "uuid[]",
        """
BEGIN
    RETURN ARRAY(
        SELECT r.person_id FROM relative r JOIN account a ON a.id = r.account_id WHERE a.person_id = person_
        UNION
        SELECT a.person_id FROM relative r JOIN account a ON a.id = r.account_id WHERE r.person_id = person_);
END""",
    ),
    # Live awards of a person over all unions: their sum in yuan. A null kind, occasion or year means any.
    "entitlement_sum(person_ uuid, programme_ text, kind_ text, occasion_ text, year_ integer, except_ uuid)": (
        "numeric",
        """
BEGIN
    RETURN (SELECT coalesce(sum(amount), 0) FROM entitlement
            WHERE person_id = person_ AND programme = programme_ AND state <> 'released'
              AND (kind_ IS NULL OR kind = kind_) AND (occasion_ IS NULL OR occasion = occasion_)
              AND (year_ IS NULL OR year = year_) AND (except_ IS NULL OR application_id <> except_));
END""",
    ),
    # Live awards of a person over all unions, or only those of other units: how many.
    "entitlement_count(person_ uuid, programme_ text, kind_ text, occasion_ text, year_ integer, except_ uuid, elsewhere_than uuid)": (
        "bigint",
        """
BEGIN
    RETURN (SELECT count(*) FROM entitlement
            WHERE person_id = person_ AND programme = programme_ AND state <> 'released'
              AND (kind_ IS NULL OR kind = kind_) AND (occasion_ IS NULL OR occasion = occasion_)
              AND (year_ IS NULL OR year = year_) AND (except_ IS NULL OR application_id <> except_)
              AND (elsewhere_than IS NULL OR unit_id <> elsewhere_than));
END""",
    ),
    # The day of a person's last normal screening over all unions; null where the books know of none.
    "screening_last_normal(person_ uuid, on_ date, except_ uuid)": (
        "date",
        """
BEGIN
    RETURN (SELECT max(r.examined_on) FROM screening_result r
            WHERE r.person_id = person_ AND r.result_class = 'normal'
              AND (except_ IS NULL OR NOT EXISTS (SELECT 1 FROM screening_appointment a
                                                  WHERE a.id = r.appointment_id AND a.application_id = except_)));
END""",
    ),
    # Erases what was kept by a consent that has been withdrawn: how many rows of the clinical store.
    "screening_erase(consent_ uuid)": (
        "bigint",
        """
DECLARE erased bigint;
BEGIN
    UPDATE screening_detail SET content_cipher = NULL, erased_at = clock_timestamp()
    WHERE consent_id = consent_ AND erased_at IS NULL
      AND EXISTS (SELECT 1 FROM screening_consent c WHERE c.id = consent_ AND c.withdrawn_at IS NOT NULL);
    GET DIAGNOSTICS erased = ROW_COUNT;
    RETURN erased;
END""",
    ),
    # An entry that no row change makes: refusals, sign-ins, exports, reads of sensitive fields.
    "record_write(kind_ text, action_ text, table_ text, row_ text, unit_ uuid, application_ uuid, data_ jsonb)": (
        "bigint",
        """
DECLARE
    at_ timestamptz := clock_timestamp();
    account_ uuid := nullif(current_setting('benefits.account', true), '')::uuid;
    request_ text := nullif(current_setting('benefits.request', true), '');
    body_ text;
    n_ bigint;
BEGIN
    IF kind_ = 'change' THEN RAISE EXCEPTION 'changes are recorded by triggers only'; END IF;
    body_ := jsonb_build_object('at', at_, 'kind', kind_, 'action', action_, 'table', table_, 'row', row_, 'unit', unit_,
        'application', application_, 'account', account_, 'request', request_, 'user', session_user, 'data', data_)::text;
    INSERT INTO record_entry (xid, at, kind, action, table_name, row_id, unit_id, application_id,
                              account_id, request_id, database_user, body, leaf)
    VALUES (pg_current_xact_id()::text::bigint, at_, kind_, action_, table_, row_, unit_, application_,
            account_, request_, session_user, body_::json, sha256('\\x00'::bytea || convert_to(body_, 'UTF8')))
    RETURNING n INTO n_;
    RETURN n_;
END""",
    ),
    **HOUSEHOLD_FUNCTIONS,
    **KEEPING_FUNCTIONS,
    **PLACE_FUNCTIONS,
    **COVER_FUNCTIONS,
    **SEAL_FUNCTIONS,
    **DELEGATION_FUNCTIONS,
    **VERIFY_FUNCTIONS,
}

_CHANGES = re.compile(r"\b(INSERT|UPDATE|DELETE|PERFORM)\b")  # locks rows or writes them
_BUMP = """
CREATE OR REPLACE FUNCTION raise_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.version := OLD.version + 1; RETURN NEW; END $$
"""


def functions() -> dict[str, tuple[str, str]]:
    """Each function's signature → its result and body."""
    return {**_FUNCTIONS, **erasure_functions()}


def install_functions(connection: Connection, *, app_role: str, record_role: str) -> None:
    """Make or replace the functions, owned by the record role and open to the serving role. Repeatable.

    Those that only read are STABLE: they see what the statement sees that asks them, so that a sweep asks the books of
    one instant whatever is committed while it runs.
    """
    for signature, (result, body) in functions().items():
        reads = "" if _CHANGES.search(body) else "STABLE "
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {signature} RETURNS {result} LANGUAGE plpgsql {reads}SECURITY DEFINER "
            f"SET search_path FROM CURRENT SET timezone = 'UTC' AS $body${body}$body$"
        )
        plain = _types_only(signature)
        connection.exec_driver_sql(f'ALTER FUNCTION {plain} OWNER TO "{record_role}"')
        connection.exec_driver_sql(f"REVOKE ALL ON FUNCTION {plain} FROM PUBLIC")
        connection.exec_driver_sql(f'GRANT EXECUTE ON FUNCTION {plain} TO "{app_role}"')


def install_versions(connection: Connection, tables: list[str]) -> None:
    """Raise `version` at every update that changes a row of these tables, whoever makes it."""
    connection.exec_driver_sql(_BUMP)
    for table in tables:
        connection.exec_driver_sql(
            f'CREATE OR REPLACE TRIGGER raise_version BEFORE UPDATE ON "{table}" '
            "FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION raise_version()"
        )


def _types_only(signature: str) -> str:
    name, _, arguments = signature.rstrip(")").partition("(")
    return f"{name}({', '.join(argument.split()[-1] for argument in arguments.split(',') if argument)})"
