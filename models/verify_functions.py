"""The record role's words on verification: where record, seal, books and rows disagree; ids, never a value."""

from __future__ import annotations

from models.record_compare import SOUND_BODY
from models.seal import GROUP

# Only over the whole union: what the ids of other unions' rows are is nobody else's business.
_WHOLE = """
    IF NOT EXISTS (SELECT 1 FROM unit u WHERE u.parent_id IS NULL AND in_scope(u.path)) THEN
        RAISE EXCEPTION 'only over the whole union' USING ERRCODE = 'insufficient_privilege';
    END IF;"""
_DIFFERENCES = "TABLE (row_ text, difference_ text, columns_ text[], n_ bigint)"
# Each column of the record that repeats its body: how the body shows it, and what the column says.
_REPEATED = {
    "at": "to_jsonb(e.at) #>> '{}'",
    "kind": "e.kind",
    "action": "e.action",
    "table": "e.table_name",
    "row": "e.row_id",
    "unit": "e.unit_id::text",
    "application": "e.application_id::text",
    "account": "e.account_id::text",
    "request": "e.request_id",
    "user": "e.database_user",
}
_AS = ", ".join(f'"{name}" text' for name in _REPEATED)
_SAME = " AND ".join(f'b."{name}" IS NOT DISTINCT FROM {value}' for name, value in _REPEATED.items())
_WRONG = ", ".join(
    f"CASE WHEN b.\"{name}\" IS DISTINCT FROM {value} THEN '{name}' END" for name, value in _REPEATED.items()
)
_HASHED = "e.leaf = sha256('\\x00'::bytea || convert_to(e.body::text, 'UTF8'))"

VERIFY_FUNCTIONS = {
    # Rows of one table that are not as the record has them; a table that cannot be compared at all is a difference.
    "record_compared(table_ text)": (
        _DIFFERENCES,
        f"""
BEGIN{_WHOLE}
    RETURN QUERY EXECUTE 'SELECT * FROM ' || quote_ident('compare_' || table_) || '()';
EXCEPTION WHEN undefined_function OR undefined_table OR undefined_column OR data_exception OR raise_exception THEN
    RETURN QUERY SELECT NULL::text, 'table_unreadable', ARRAY[SQLSTATE], NULL::bigint;
END""",
    ),
    # Entries whose hash is not that of their body, or whose columns do not repeat it.
    "record_unsound()": (
        _DIFFERENCES,
        f"""
BEGIN{_WHOLE}
    RETURN QUERY
    SELECT e.n::text, CASE WHEN {_HASHED} THEN 'entry_columns' ELSE 'entry_altered' END,
           array_remove(ARRAY[{_WRONG}], NULL), e.n
    FROM record_entry e CROSS JOIN LATERAL json_to_record({SOUND_BODY}) AS b ({_AS})
    WHERE ({_HASHED} AND {_SAME}) IS NOT TRUE;
END""",
    ),
    # Entries that are sealed and gone, sealed with another hash, or in the record before what is sealed, unsealed.
    "record_misplaced()": (
        "TABLE (row_ text, difference_ text, position_ bigint, n_ bigint)",
        f"""
DECLARE era record; last record;
BEGIN{_WHOLE}
    SELECT * INTO era FROM record_era ORDER BY number DESC LIMIT 1;
    SELECT * INTO last FROM record_seal s
    WHERE s.position >= coalesce(era.from_position, 0) AND (s.n > coalesce(era.until_n, 0) OR NOT era.caught_up)
    ORDER BY s.position DESC LIMIT 1;
    RETURN QUERY
    SELECT coalesce(e.n, s.n)::text,
           CASE WHEN e.n IS NULL THEN 'entry_gone' WHEN s.n IS NULL THEN 'entry_inserted' ELSE 'entry_resealed' END,
           s.position, coalesce(e.n, s.n)
    FROM record_seal s FULL JOIN record_entry e ON e.n = s.n
    WHERE e.n IS NULL OR s.n IS NOT NULL AND (s.leaf, s.xid) IS DISTINCT FROM (e.leaf, e.xid)
       OR s.n IS NULL AND CASE WHEN NOT era.caught_up THEN e.n <= last.n
                               ELSE e.n <= coalesce(era.until_n, 0) OR (e.xid, e.n) <= (last.xid, last.n) END;
END""",
    ),
    # Entries of one row whose numbers and instants go different ways, seals out of the order of their transactions, and
    # entries whose instant lies more than an hour from those sealed before and after them, in groups: put in with
    # a false date. No transaction is open that long.
    "record_disordered()": (
        _DIFFERENCES,
        f"""
BEGIN{_WHOLE}
    RETURN QUERY
    SELECT o.n::text, 'entry_out_of_order', ARRAY['at'], o.n
    FROM (SELECT e.n, e.at, lag(e.at) OVER (PARTITION BY e.table_name, e.row_id ORDER BY e.n) AS before
          FROM record_entry e WHERE e.kind = 'change' AND e.row_id IS NOT NULL) o
    WHERE o.at < o.before
    UNION ALL
    SELECT o.n::text, 'seal_out_of_order', ARRAY['position'], o.n
    FROM (SELECT s.n, s.xid, s.position, lag(s.position) OVER (ORDER BY s.position) AS before,
                 lag(s.xid) OVER era AS xid_before, lag(s.n) OVER era AS n_before
          FROM (SELECT r.n, r.position, a.from_position, CASE WHEN r.n <= a.until_n THEN 0 ELSE r.xid END AS xid
                FROM record_seal r
                LEFT JOIN (SELECT b.from_position, lead(b.from_position) OVER (ORDER BY b.number) AS beyond, b.until_n
                      FROM record_era b) a
                ON r.position >= a.from_position AND (a.beyond IS NULL OR r.position < a.beyond)) s
          WINDOW era AS (PARTITION BY s.from_position ORDER BY s.position)) o
    WHERE o.position <> coalesce(o.before + 1, 0) OR (o.xid, o.n) < (o.xid_before, o.n_before)
    UNION ALL
    SELECT e.n::text, 'entry_misdated', ARRAY['at'], e.n
    FROM (SELECT g.id, g.first_at, g.last_at,
                 max(g.first_at) OVER (ORDER BY g.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                 - interval '1 hour' AS low,
                 coalesce(min(g.last_at) OVER (ORDER BY g.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
                          clock_timestamp()) + interval '1 hour' AS high
          FROM (SELECT s.position / {GROUP} AS id, min(e.at) AS first_at, max(e.at) AS last_at
                FROM record_seal s JOIN record_entry e ON e.n = s.n GROUP BY 1) g) b
    JOIN record_seal s ON s.position / {GROUP} = b.id JOIN record_entry e ON e.n = s.n
    WHERE (b.first_at < b.low OR b.last_at > b.high) AND (e.at < b.low OR e.at > b.high);
END""",
    ),
    # Balances that are not what their postings add up to: funds, awards, vouchers and their numbers. What was given in
    # kind is spent once finance books its invoice, and reserved until then; reversed payments are spent as far as
    # nothing came back, and an award is what was approved less what its member has no more, live until nothing is left.
    "books_unsound()": (
        "TABLE (table_ text, row_ text, columns_ text[])",
        f"""
BEGIN{_WHOLE}
    RETURN QUERY
    WITH held AS (
        SELECT d.fund_id, d.amount,
               CASE WHEN d.state IN ('reserved', 'returned') THEN 'reserved'
                    WHEN d.state IN ('batched', 'released', 'unknown') THEN 'committed'
                    WHEN d.state IN ('paid', 'reversed') THEN 'spent' END AS part
        FROM disbursement d WHERE NOT EXISTS (SELECT 1 FROM disbursement r WHERE r.replaces_id = d.id)
        UNION ALL
        SELECT d.fund_id, -CASE WHEN v.receivable_id IS NULL THEN v.amount ELSE o.received END, 'spent'
        FROM reversal v JOIN disbursement d ON d.id = v.disbursement_id LEFT JOIN receivable o ON o.id = v.receivable_id
        UNION ALL
        SELECT a.fund_id, a.approved_amount, CASE e.state WHEN 'granted' THEN 'in_kind' ELSE 'reserved' END
        FROM application a JOIN entitlement e ON e.application_id = a.id AND e.state <> 'released'
        WHERE a.state = 'approved'
          AND NOT EXISTS (SELECT 1 FROM disbursement d WHERE d.application_id = a.id AND d.state <> 'cancelled')),
    gone AS (
        SELECT v.application_id, sum(CASE WHEN v.kind IN ('paid_too_much', 'not_entitled') THEN o.received
                                          ELSE v.amount END) AS amount
        FROM reversal v LEFT JOIN receivable o ON o.id = v.receivable_id GROUP BY v.application_id),
    sums AS (
        SELECT f.id, f.appropriated, f.reserved, f.committed, f.spent,
               coalesce(sum(h.amount) FILTER (WHERE h.part = 'reserved'), 0) AS reserved_sum,
               coalesce(sum(h.amount) FILTER (WHERE h.part = 'committed'), 0) AS committed_sum,
               coalesce(sum(h.amount) FILTER (WHERE h.part = 'spent'), 0) AS spent_sum,
               coalesce(sum(h.amount) FILTER (WHERE h.part = 'in_kind'), 0) AS in_kind,
               (SELECT CASE WHEN b.told ~ '^[0-9]{{1,15}}[.][0-9]{{2}}$' THEN b.told::numeric END
                FROM record_entry e CROSS JOIN LATERAL (SELECT {SOUND_BODY} -> 'data' ->> 'appropriated' AS told) b
                WHERE e.table_name = 'fund' AND e.row_id = f.id::text AND e.action = 'insert' ORDER BY e.n LIMIT 1)
               + coalesce((SELECT sum(x.amount) FROM fund_adjustment x WHERE x.fund_id = f.id), 0) AS appropriated_sum
        FROM fund f LEFT JOIN held h ON h.fund_id = f.id GROUP BY f.id),
    wrong AS (
        SELECT s.id, array_remove(ARRAY[
                   CASE WHEN s.appropriated IS DISTINCT FROM s.appropriated_sum THEN 'appropriated' END,
                   CASE WHEN s.reserved + s.spent <> s.reserved_sum + s.spent_sum + s.in_kind
                         AND s.spent BETWEEN s.spent_sum AND s.spent_sum + s.in_kind THEN 'reserved' END,
                   CASE WHEN s.committed <> s.committed_sum THEN 'committed' END,
                   CASE WHEN s.spent NOT BETWEEN s.spent_sum AND s.spent_sum + s.in_kind THEN 'spent' END],
                   NULL) AS columns
        FROM sums s)
    SELECT 'fund', w.id::text, w.columns FROM wrong w WHERE cardinality(w.columns) > 0
    UNION ALL
    SELECT 'entitlement', e.id::text, ARRAY['amount']
    FROM entitlement e JOIN application a ON a.id = e.application_id LEFT JOIN gone g ON g.application_id = a.id
    WHERE e.state <> 'released' AND (a.state NOT IN ('approved', 'reversed')
                                     OR e.amount > a.approved_amount - coalesce(g.amount, 0))
    UNION ALL
    SELECT 'entitlement', e.id::text, ARRAY['state']
    FROM entitlement e JOIN disbursement d ON d.application_id = e.application_id AND d.state IN ('paid', 'reversed')
    LEFT JOIN gone g ON g.application_id = e.application_id
    WHERE e.state = 'released' AND d.amount > coalesce(g.amount, 0)
    UNION ALL
    SELECT 'voucher', v.id::text, ARRAY['total']
    FROM voucher v LEFT JOIN voucher_line l ON l.voucher_id = v.id
    GROUP BY v.id HAVING (v.total, v.total) IS DISTINCT FROM (sum(l.debit), sum(l.credit))
    UNION ALL
    SELECT 'voucher_line', l.voucher_id || '/' || l.serial, ARRAY['voucher_id']
    FROM voucher_line l WHERE NOT EXISTS (SELECT 1 FROM voucher v WHERE v.id = l.voucher_id)
    UNION ALL
    SELECT 'voucher', v.id::text, ARRAY['number']
    FROM (SELECT w.id, w.number, row_number() OVER (PARTITION BY w.unit_id, w.year ORDER BY w.number) AS place
          FROM voucher w) v
    WHERE v.number <> v.place
    UNION ALL
    SELECT 'voucher_counter', c.unit_id || '/' || c.year, ARRAY['last']
    FROM voucher_counter c
    WHERE c.last <> (SELECT count(*) FROM voucher v WHERE (v.unit_id, v.year) = (c.unit_id, c.year))
    UNION ALL
    SELECT 'goods_lot', l.id::text, ARRAY['on_hand']
    FROM goods_lot l LEFT JOIN goods_move m ON m.lot_id = l.id
    GROUP BY l.id HAVING l.on_hand IS DISTINCT FROM coalesce(sum(m.quantity), 0);
END""",
    ),
}
