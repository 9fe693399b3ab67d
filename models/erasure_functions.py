"""The record role's part in erasure: what still must be kept of a person in any union, and the erasing itself."""

from __future__ import annotations

from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql import JSONB

from models.database import Base

# One row for each duty to keep a person's data: what kind, and its last day ('infinity': as long as it stands).
# `{person}`, `{voucher}` and `{file}` are the person, and how many years vouchers and files are kept after their year.
DUTIES = """
SELECT 'membership' AS kind, 'infinity'::date AS until FROM membership WHERE person_id = {person} AND state <> 'left'
UNION ALL
SELECT 'account', 'infinity' FROM account WHERE person_id = {person}
UNION ALL
SELECT 'open_case', 'infinity' FROM application
WHERE person_id = {person} AND state NOT IN ('approved', 'rejected', 'withdrawn', 'lapsed')
UNION ALL
SELECT 'file', make_date(extract(year FROM greatest(event_on, touched_at::date))::int + {file}, 12, 31)
FROM application WHERE person_id = {person} AND state IN ('approved', 'rejected', 'withdrawn', 'lapsed')
UNION ALL
SELECT 'open_payment', 'infinity' FROM disbursement
WHERE person_id = {person} AND state IN ('reserved', 'batched', 'released', 'unknown')
UNION ALL
SELECT 'voucher', make_date(extract(year FROM coalesce(settled_on, touched_at::date))::int + {voucher}, 12, 31)
FROM disbursement WHERE person_id = {person} AND state IN ('paid', 'returned', 'reversed')
UNION ALL
SELECT 'receivable', 'infinity' FROM receivable WHERE person_id = {person} AND state IN ('owed', 'partly')
UNION ALL
SELECT 'audit_finding', 'infinity' FROM audit_finding
WHERE person_id = {person} AND state IN ('open', 'answered', 'returned')
UNION ALL
SELECT 'audit_sample', 'infinity' FROM audit_sample_row WHERE person_id = {person} AND examined_at IS NULL
UNION ALL
SELECT 'evidence_package', 'infinity' FROM job j CROSS JOIN LATERAL (SELECT j.params -> 'subject' AS told) s
WHERE j.kind = 'evidence_package'
  AND (j.state IN ('queued', 'running') OR EXISTS (SELECT FROM export_part p WHERE p.export_id = j.id))
  AND EXISTS (SELECT FROM application a WHERE a.person_id = {person} AND (
      a.id::text = s.told ->> 'application_id' OR s.told -> 'application_ids' @> to_jsonb(a.id::text)
      OR a.membership_id::text = s.told ->> 'member_id' OR a.round_id::text = s.told ->> 'round_id'
      OR EXISTS (SELECT FROM audit_sample_row r
                 WHERE r.application_id = a.id AND r.sample_id::text = s.told ->> 'sample_id')
      OR EXISTS (SELECT FROM act WHERE act.application_id = a.id
                 AND act.acted_at >= (s.told ->> 'from_at')::timestamptz
                 AND act.acted_at < (s.told ->> 'until_at')::timestamptz)))
UNION ALL
SELECT 'household_file', 'infinity' FROM household WHERE person_id = {person} AND destroyed_at IS NULL
"""


def erased(column: Column[object], row: str) -> str:
    """What stands in a row where a personal text or list stood."""
    if isinstance(column.type, JSONB):
        return f"(CASE jsonb_typeof({row}.\"{column.name}\") WHEN 'array' THEN '[]' ELSE '{{}}' END)::jsonb"
    if column.nullable:
        return f"CASE WHEN {row}.\"{column.name}\" IS NOT NULL THEN 'erased' END"
    return f"'erased-' || {row}.id"  # a name may be part of what is unique


def personal_tables() -> dict[Table, list[str]]:
    """The tables with personal columns, persons left out, and the columns of each."""
    return {
        table: [column.name for column in table.columns if column.info.get("record") == "personal"]
        for name, table in sorted(Base.metadata.tables.items())
        if name != "person" and any(column.info.get("record") == "personal" for column in table.columns)
    }


_BLANK = 'UPDATE "{table}" t SET {new} WHERE {whose} AND num_nonnulls({columns}) > 0;'


def _blank(table: Table, columns: list[str]) -> str:
    """The statement that takes personal columns off the rows whose digests the person's salt protects."""
    new = {name: erased(table.columns[name], "t") for name in columns}
    of_case = "application_id" in table.columns and not table.columns["application_id"].nullable
    whose = "application_id IN (SELECT id FROM application WHERE person_id = person_)"
    return _BLANK.format(
        table=table.name,
        new=", ".join(f'"{name}" = {value}' for name, value in new.items()),
        whose=whose if of_case else "person_id = person_",
        columns=", ".join(columns),
    )


# Key and salt go first, so that the entries of the rest hold no digest of anything.
_ERASE = """
BEGIN
    PERFORM id FROM person WHERE id = person_ FOR UPDATE;
    IF EXISTS (SELECT 1 FROM ({duties}) d WHERE d.until >= on_) THEN
        RAISE EXCEPTION 'a duty to keep runs' USING ERRCODE = 'check_violation', CONSTRAINT = 'person_kept';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM erasure e JOIN account a
                   ON a.id = nullif(current_setting('benefits.account', true), '')::uuid
                   WHERE e.person_id = person_ AND e.state = 'requested' AND e.requested_by_person <> a.person_id) THEN
        RAISE EXCEPTION 'nobody else asked for it' USING ERRCODE = 'check_violation', CONSTRAINT = 'person_kept';
    END IF;
    UPDATE person SET key_wrapped = NULL, salt = NULL, id_cipher = '', birth_date = '1900-01-01',
        id_hash = sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) WHERE id = person_;
    {blanks}
    UPDATE membership SET account_hash = NULL WHERE person_id = person_ AND account_hash IS NOT NULL;
END"""
_KEPT_UNTIL = "BEGIN RETURN (SELECT max(d.until) FROM ({duties}) d); END"


def erasure_functions() -> dict[str, tuple[str, str]]:
    """Signature -> (result, body), as models/functions.py installs them; written from the tables as they are now."""
    # Vouchers are kept thirty years by law (令第79号), whatever the caller says.
    duties = DUTIES.format(person="person_", voucher="greatest(voucher_years_, 30)", file="file_years_")
    blanks = "\n    ".join(_blank(table, columns) for table, columns in personal_tables().items())
    return {
        # The last day of every duty to keep a person's data, over all unions; null where none ever was.
        "person_kept_until(person_ uuid, voucher_years_ integer, file_years_ integer)": (
            "date",
            _KEPT_UNTIL.format(duties=duties),
        ),
        # Destroys key and salt, and takes off whatever names the person; refuses while a duty runs anywhere, and
        # unless another person asked for it.
        "person_erase(person_ uuid, on_ date, voucher_years_ integer, file_years_ integer)": (
            "void",
            _ERASE.format(duties=duties, blanks=blanks),
        ),
    }
