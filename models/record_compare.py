"""Every row of a table against its last image in the record: a function per table, made with its triggers."""

from __future__ import annotations

from sqlalchemy import Table

from models.record_image import image_of, person_join, personal_columns, row_id

# What an entry's body says, or an empty object where a superuser has put in what this database would not write: such
# a text could stop the reader, and is found by its leaf.
SOUND_BODY = r"""CASE WHEN json_typeof(e.body) <> 'object'
    OR strpos(e.body::text, '\u') > 0 AND e.body::text ~ '(?<!\\)(\\\\)*\\u(?!00(0[1-9a-f]|1))'
    THEN '{}'::json ELSE e.body END"""

# A column that either image lacks came or went with a migration since, and cannot be compared. Personal columns are
# left out where the person's salt is gone (the record says when), for nothing can be recomputed.
_COMPARE = """
BEGIN
RETURN QUERY
WITH emptied AS (SELECT max(e.n) AS n FROM record_entry e WHERE e.table_name = '{table}' AND e.action = 'truncate'),
last AS (
    SELECT DISTINCT ON (e.row_id) e.row_id, e.n,
           CASE WHEN e.action <> 'delete' AND e.n > coalesce(emptied.n, 0) THEN {sound} -> 'data' END::text AS image
    FROM record_entry e, emptied
    WHERE e.table_name = '{table}' AND e.kind = 'change' AND e.row_id IS NOT NULL
    ORDER BY e.row_id, e.n DESC),
live AS (SELECT {row_id} AS row_id, {image}::text AS image, {secret} AS beyond FROM "{table}" n{join})
SELECT coalesce(l.row_id, r.row_id),
       CASE WHEN l.row_id IS NULL THEN 'row_gone' WHEN r.image IS NULL THEN 'row_unrecorded' ELSE 'row_altered' END,
       d.columns, r.n
FROM live l FULL JOIN last r ON r.row_id = l.row_id
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(a.key ORDER BY a.key), '{{}}') AS columns
    FROM jsonb_each(l.image::jsonb) a
    JOIN jsonb_each(CASE WHEN starts_with(r.image, '{{') THEN r.image ELSE '{{}}' END::jsonb) b ON b.key = a.key
    WHERE a.value IS DISTINCT FROM b.value AND a.key <> ALL (l.beyond)) d
WHERE l.image IS DISTINCT FROM r.image AND (l.image IS NULL OR r.image IS NULL OR cardinality(d.columns) > 0);
END"""


def comparison_function(table: Table) -> str:
    """The body of the function that finds rows of `table` that are not as the record has them."""
    personal = ", ".join(f"'{name}'" for name in personal_columns(table))
    beyond = f"CASE WHEN p.salt IS NULL THEN ARRAY[{personal}] ELSE '{{}}' END" if personal else "'{}'::text[]"
    return _COMPARE.format(
        table=table.name,
        sound=SOUND_BODY,
        row_id=row_id(table, "n"),
        image=image_of(table),
        secret=beyond,
        join=person_join(table, "LEFT JOIN"),
    )


def comparison(table: Table, record_role: str) -> list[str]:
    """The statements that make or replace that function, closed to all but the record role."""
    name = f"compare_{table.name}"
    told = "TABLE (row_ text, difference_ text, columns_ text[], n_ bigint)"
    header = (
        f"RETURNS {told} LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT SET timezone = 'UTC'"
    )
    return [
        f"CREATE OR REPLACE FUNCTION {name}() {header} AS $body${comparison_function(table)}$body$",
        f'ALTER FUNCTION {name}() OWNER TO "{record_role}"',
        f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC",
    ]
