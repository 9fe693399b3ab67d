"""Row-level security: which rows a scope shows, table by table, and what the serving role may do to each.

The second wall behind the `where` of every query. The serving role owns nothing; row-level security is forced;
no scope, no rows. The record role passes every wall, and only through the functions of `models/functions.py`.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect

from models.database import Base

IN_SCOPE = """
CREATE OR REPLACE FUNCTION in_scope(path text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (SELECT 1 FROM unnest(nullif(current_setting('benefits.scope', true), '')::text[]) AS prefix
                   WHERE starts_with(path, prefix))
$$;
CREATE OR REPLACE FUNCTION in_line(path text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (SELECT 1 FROM unnest(nullif(current_setting('benefits.scope', true), '')::text[]) AS prefix
                   WHERE starts_with(path, prefix) OR starts_with(prefix, path))
$$;
CREATE OR REPLACE FUNCTION in_medical(path text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (SELECT 1 FROM unnest(nullif(current_setting('benefits.medical', true), '')::text[]) AS prefix
                   WHERE starts_with(path, prefix))
$$;
"""

# EXISTS leaves the planner both ways: a look-up by key for a few rows, a hash of the units for many.
_SUBTREE = "EXISTS (SELECT 1 FROM unit u WHERE u.id = unit_id AND in_scope(u.path))"
_LINE = "EXISTS (SELECT 1 FROM unit u WHERE u.id = unit_id AND in_line(u.path))"
_MEDICAL = "EXISTS (SELECT 1 FROM unit u WHERE u.id = unit_id AND in_scope(u.path) AND in_medical(u.path))"
_KNOWN_HERE = (
    "EXISTS (SELECT 1 FROM membership m WHERE m.person_id = person.id) "
    "OR EXISTS (SELECT 1 FROM account a WHERE a.person_id = person.id)"
)
_OWN = "account_id = nullif(current_setting('benefits.account', true), '')::uuid"
_WORKER = "current_setting('benefits.worker', true) = 'on'"
_SYSTEM = "in_scope('/')"
_MINE = "id = nullif(current_setting('benefits.account', true), '')::uuid"
_LEFT = "EXISTS (SELECT 1 FROM unit u WHERE u.id = from_unit_id AND in_scope(u.path))"
_PARTY = "nullif(current_setting('benefits.account', true), '')::uuid IN (from_account_id, to_account_id)"
_ROOT = "unit_id IS NULL AND EXISTS (SELECT 1 FROM unit u WHERE u.parent_id IS NULL AND in_scope(u.path))"

# table -> (what is visible, what may be written or None for the same)
WALLS: dict[str, tuple[str, str | None]] = {
    "unit": ("in_line(path)", "in_scope(path)"),
    "person": (_KNOWN_HERE, None),
    "membership": (_SUBTREE, None),
    "honour": (_SUBTREE, None),
    "honour_status": (_SUBTREE, None),
    "studio": (_SUBTREE, None),
    "census_sheet": (_SUBTREE, None),
    "unit_dues": (_SUBTREE, None),
    "account": (f"{_MINE} OR {_SUBTREE}", None),
    "account_grant": (f"{_OWN} OR {_SUBTREE}", _SUBTREE),
    "relative": (f"{_OWN} OR {_SUBTREE}", None),
    "delegation": (f"{_PARTY} OR {_LINE}", _SUBTREE),
    "sign_in": (_OWN, None),
    "idempotency_key": (_OWN, None),
    "job": (f"{_OWN} OR {_SUBTREE} OR {_WORKER}", None),
    "import": (f"{_OWN} OR {_SUBTREE}", None),
    "import_finding": (f"{_OWN} OR {_SUBTREE}", None),
    "import_part": (f"{_OWN} OR {_SUBTREE}", None),
    "policy": (f"unit_id IS NULL OR {_LINE}", f"{_SYSTEM} OR {_SUBTREE} OR ({_ROOT})"),
    "application": (_SUBTREE, None),
    "filed_row": (_SUBTREE, None),
    "assessment": (_SUBTREE, None),
    "act": (_SUBTREE, None),
    "document": (_SUBTREE, None),
    "notice": (_SUBTREE, None),
    "objection": (_SUBTREE, None),
    "entitlement": (_SUBTREE, None),
    "roster": (_SUBTREE, None),
    "roster_line": (_SUBTREE, None),
    "round": (_LINE, _SUBTREE),
    "candidate": (_SUBTREE, None),
    "household": (_SUBTREE, None),
    "household_member": (_SUBTREE, None),
    "household_visit": (_SUBTREE, None),
    "economic_check": (_SUBTREE, None),
    "check_authorisation": (_SUBTREE, None),
    "household_income": (_SUBTREE, None),
    "household_review": (_SUBTREE, None),
    "paper_task": (_SUBTREE, None),
    "household_exit": (_SUBTREE, None),
    "exit_step": (_SUBTREE, None),
    "exit_objection": (_SUBTREE, None),
    "household_destruction": (_SUBTREE, None),
    "household_transfer": (f"{_SUBTREE} OR {_LEFT}", _SUBTREE),
    "round_quota": (_LINE, _SUBTREE),
    "allocation": (_LINE, _SUBTREE),
    "leave_batch": (_LINE, _SUBTREE),
    "place": (_SUBTREE, None),
    "leave_settlement": (_SUBTREE, None),
    "receivable": (_SUBTREE, None),
    "receipt": (_SUBTREE, None),
    "reversal": (_SUBTREE, None),
    "cover": (_SUBTREE, None),
    "premium_payment": (_SUBTREE, None),
    "claim": (_SUBTREE, None),
    "fund": (_LINE, None),
    "fund_adjustment": (_SUBTREE, None),
    "payment_batch": (_SUBTREE, None),
    "disbursement": (_SUBTREE, None),
    "payee_correction": (_SUBTREE, None),
    "bank_result": (_SUBTREE, None),
    "goods_lot": (_SUBTREE, None),
    "goods_adjustment": (_SUBTREE, None),
    "goods_move": (_SUBTREE, None),
    "heat_day": (_LINE, _SUBTREE),
    "relief_point": (_SUBTREE, None),
    "relief_act": (_SUBTREE, None),
    "relief_receipt": (_SUBTREE, None),
    "voucher": (_SUBTREE, None),
    "voucher_line": (_SUBTREE, None),
    "voucher_counter": (_SUBTREE, None),
    "voucher_proposal": (_SUBTREE, None),
    "closed_month": (_SUBTREE, None),
    "year_closing": (_SUBTREE, None),
    "fund_carry": (_SUBTREE, None),
    "screening_appointment": (_SUBTREE, None),
    "screening_attempt": (_SUBTREE, None),
    "screening_consent": (_SUBTREE, None),
    "screening_detail": (_MEDICAL, None),
    "screening_follow_up": (_SUBTREE, None),
    "screening_result": (_SUBTREE, None),
    "audit_sample": (_SUBTREE, None),
    "audit_sample_row": (_SUBTREE, None),
    "audit_finding": (_SUBTREE, None),
    "finding_act": (_SUBTREE, None),
    "finding_paper": (_SUBTREE, None),
    "erasure": (_SUBTREE, None),
    "export_part": (_OWN, None),
    "record_entry": (f"{_SUBTREE} OR {_OWN} OR ({_ROOT})", "false"),
}

# Without a wall, with the reason.
UNWALLED = {
    "sign_in_failure": "holds keyed hashes only, and is read before anybody is known",
    "calendar_day": "the public calendar",
    "record_checkpoint": "signed heads of the record, made to leave the house",
    "record_copy": "where they were sent",
    "record_era": "which database server wrote the record from where on",
    "record_key": "public keys",
    "record_log": "the names under which the record is sealed",
    "record_seal": "hashes of entries, in order",
    "record_tile": "hashes of those",
    "restoration": "every money route asks it, whoever calls; it names no member",
}

_ADD = "SELECT, INSERT"
_CHANGE = "SELECT, INSERT, UPDATE"
_PRIVILEGES: dict[str, str] = {
    "person": "SELECT, UPDATE (created_at)",  # made and erased by functions; to be locked, a column must be open
    "relative": "SELECT, INSERT, DELETE",
    "calendar_day": _ADD,
    "honour_status": _ADD,
    "filed_row": _ADD,
    "assessment": _ADD,
    "act": _ADD,
    "fund_adjustment": _ADD,
    "bank_result": _ADD,
    "check_authorisation": _ADD,
    "exit_step": _ADD,
    "goods_move": _ADD,
    "relief_act": _ADD,
    "household_income": _ADD,
    "household_transfer": _ADD,
    "household_visit": _ADD,
    "leave_settlement": _ADD,
    "receipt": _ADD,
    "reversal": _ADD,
    "premium_payment": _ADD,
    "import_finding": _ADD,
    "import_part": _ADD,
    "export_part": _ADD,
    "voucher": _ADD,
    "voucher_line": _ADD,
    "closed_month": _ADD,
    "fund_carry": _ADD,
    "idempotency_key": "SELECT, INSERT, DELETE",
    "sign_in_failure": "SELECT, INSERT, DELETE",
    "candidate": "SELECT, INSERT, UPDATE, DELETE",  # made anew by every sweep
    "record_checkpoint": "SELECT",  # made by checkpoint_keep
    "record_entry": "SELECT",
    "finding_act": _ADD,
    "finding_paper": _ADD,
    "audit_sample": "SELECT, INSERT, UPDATE (touched_at)",  # drawn once; an examination only touches it
    "record_era": "SELECT",
    "record_key": _ADD,
    "record_log": _ADD,
    "record_seal": "SELECT",  # made by seal_entries
    "record_tile": "SELECT",
    "screening_attempt": _ADD,
    "screening_detail": _ADD,  # erased by screening_erase alone
}
# Of rows that are otherwise only added: the columns that may be filled in later.
_LATER = {"bank_result": ("settled_as", "settled_note", "settled_by", "settled_at", "voucher_id")}


def privileges_of(table: str) -> str:
    """What the serving role may do to a table, as it is granted; column by column only where columns are named."""
    later = f", UPDATE ({', '.join(_LATER[table])})" if table in _LATER else ""
    return _PRIVILEGES.get(table, _CHANGE) + later


def walls_of(table: str) -> set[str]:
    """The names of a table's policies; none where it has no wall."""
    if table in UNWALLED:
        return set()
    return {"record_passes", "wall"} | (set() if WALLS[table][1] is None else {"wall_write", "wall_change"})


def install_walls(connection: Connection, *, app_role: str, record_role: str) -> None:
    """Put every table behind its wall and give the serving and record roles exactly their privileges. Repeatable."""
    connection.exec_driver_sql(IN_SCOPE)
    # A migration may run before those that make the later tables.
    there = inspect(connection)
    for name in sorted(Base.metadata.tables.keys() & set(there.get_table_names())):
        privileges = _PRIVILEGES.get(name, _CHANGE)
        connection.exec_driver_sql(f'REVOKE ALL ON "{name}" FROM "{app_role}"')
        connection.exec_driver_sql(f'GRANT {privileges} ON "{name}" TO "{app_role}"')
        connection.exec_driver_sql(f'GRANT SELECT ON "{name}" TO "{record_role}"')  # verification compares them all
        if name in _LATER and (
            later := set(_LATER[name]).intersection(column["name"] for column in there.get_columns(name))
        ):
            connection.exec_driver_sql(f'GRANT UPDATE ({", ".join(sorted(later))}) ON "{name}" TO "{app_role}"')
        if name in UNWALLED:
            continue
        visible, writable = WALLS[name]
        connection.exec_driver_sql(
            f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY; ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY; '
            f'DROP POLICY IF EXISTS wall ON "{name}"; DROP POLICY IF EXISTS wall_write ON "{name}"; '
            f'DROP POLICY IF EXISTS wall_change ON "{name}"; DROP POLICY IF EXISTS record_passes ON "{name}"; '
            f'CREATE POLICY record_passes ON "{name}" TO "{record_role}" USING (true) WITH CHECK (true)'
        )
        if writable is None:
            connection.exec_driver_sql(f'CREATE POLICY wall ON "{name}" USING ({visible}) WITH CHECK ({visible})')
        else:
            connection.exec_driver_sql(
                f'CREATE POLICY wall ON "{name}" FOR SELECT USING ({visible}); '
                f'CREATE POLICY wall_write ON "{name}" FOR INSERT WITH CHECK ({writable}); '
                f'CREATE POLICY wall_change ON "{name}" FOR UPDATE USING ({writable}) WITH CHECK ({writable})'
            )
    connection.exec_driver_sql(f'GRANT USAGE ON SEQUENCE application_number, payment_batch_number TO "{app_role}"')
