"""The record role's words on sealing: which entries come next, the roots over full groups, what waits to be sealed."""

from __future__ import annotations

from models.seal import GROUP

_ONE_AT_A_TIME = 1397047628  # "SEAL": the advisory lock of whoever seals or keeps a checkpoint

# The era in force and the last entry sealed in it; where it begins before the first.
_CURSOR = """
    SELECT * INTO era FROM record_era ORDER BY number DESC LIMIT 1;
    SELECT * INTO last FROM record_seal ORDER BY position DESC LIMIT 1;
    IF last.position IS NULL OR era.number IS NULL OR last.position < era.from_position
       OR era.caught_up AND last.n <= era.until_n THEN
        after_xid := coalesce(era.from_xid, 0); after_n := 0;
    ELSE
        after_xid := last.xid; after_n := last.n;
    END IF;
"""
_DECLARED = "DECLARE era record; last record; after_xid bigint; after_n bigint;"

# Signature -> (result, body), as models/functions.py installs them.
SEAL_FUNCTIONS = {
    # Seal at most so many entries; how many were. Nobody waits for it: another that seals meanwhile makes it 0.
    #
    # An entry is taken when every transaction that began before its own has ended (xid below the snapshot's xmin), in
    # the order (xid, n): so none that commits later can belong before one that is sealed. A server that was not there
    # before (first use, dump and restore) counts transactions anew: its writers are held for an instant while the
    # numbers up to here are noted, and those not sealed yet are sealed first, by number.
    "seal_entries(most_ integer)": (
        "integer",
        f"""
{_DECLARED} server_ bigint; size_ bigint; bound bigint; made integer; level_ integer := 0; low bigint; high bigint;
    hashes bytea[]; group_ bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock({_ONE_AT_A_TIME}) THEN RETURN 0; END IF;
    {_CURSOR}
    size_ := coalesce(last.position + 1, 0);
    server_ := (SELECT system_identifier FROM pg_control_system());
    IF era.server IS DISTINCT FROM server_ THEN
        PERFORM set_config('lock_timeout', '2s', true);
        LOCK TABLE record_entry IN SHARE ROW EXCLUSIVE MODE;
        INSERT INTO record_era (server, from_position, from_xid, until_n)
        VALUES (server_, size_, pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
                coalesce((SELECT max(n) FROM record_entry), 0)) RETURNING * INTO era;
        after_n := 0;
    END IF;
    IF era.caught_up THEN
        bound := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
        INSERT INTO record_seal (position, n, xid, leaf)
        SELECT size_ - 1 + row_number() OVER (ORDER BY e.xid, e.n), e.n, e.xid, e.leaf
        FROM (SELECT n, xid, leaf FROM record_entry
              WHERE xid < bound AND (xid, n) > (after_xid, after_n) AND n > era.until_n
              ORDER BY xid, n LIMIT most_) e;
        GET DIAGNOSTICS made = ROW_COUNT;
    ELSE
        INSERT INTO record_seal (position, n, xid, leaf)
        SELECT size_ - 1 + row_number() OVER (ORDER BY e.n), e.n, e.xid, e.leaf
        FROM (SELECT n, xid, leaf FROM record_entry
              WHERE n > after_n AND n <= era.until_n
                AND NOT EXISTS (SELECT FROM record_seal s WHERE s.n = record_entry.n)
              ORDER BY n LIMIT most_) e;
        GET DIAGNOSTICS made = ROW_COUNT;
        IF made < most_ THEN UPDATE record_era SET caught_up = true WHERE number = era.number; END IF;
    END IF;
    low := size_; high := size_ + made;
    WHILE low / {GROUP} < high / {GROUP} LOOP
        FOR group_ IN low / {GROUP} .. high / {GROUP} - 1 LOOP
            hashes := CASE level_
                WHEN 0 THEN ARRAY(SELECT s.leaf FROM record_seal s
                                  WHERE s.position BETWEEN group_ * {GROUP} AND group_ * {GROUP} + {GROUP - 1}
                                  ORDER BY s.position)
                ELSE ARRAY(SELECT t.hash FROM record_tile t
                           WHERE t.level = level_
                             AND t.position BETWEEN group_ * {GROUP} AND group_ * {GROUP} + {GROUP - 1}
                           ORDER BY t.position) END;
            WHILE cardinality(hashes) > 1 LOOP
                hashes := ARRAY(SELECT sha256('\\x01'::bytea || hashes[2 * i - 1] || hashes[2 * i])
                                FROM generate_series(1, cardinality(hashes) / 2) AS i ORDER BY i);
            END LOOP;
            INSERT INTO record_tile (level, position, hash) VALUES (level_ + 1, group_, hashes[1]);
        END LOOP;
        level_ := level_ + 1; low := low / {GROUP}; high := high / {GROUP};
    END LOOP;
    RETURN made;
END""",
    ),
    # Keep a signed head; false where one of this size or beyond is kept already, or not so much is sealed. Refused is
    # what cannot be this record's: another name or root than the tree has at that size, or no signature line of a key
    # that was named before. Whether the signature is good SQL cannot tell.
    "checkpoint_keep(size_ bigint, generation_ integer, root_ bytea, note_ text, signed_at_ timestamptz)": (
        "boolean",
        f"""
DECLARE origin_ text; level_ integer := 0; below bigint := size_; hashes bytea[]; tail bytea;
BEGIN
    PERFORM pg_advisory_xact_lock({_ONE_AT_A_TIME});
    IF size_ <= coalesce((SELECT max(size) FROM record_checkpoint), 0)
       OR size_ > coalesce((SELECT max(position) + 1 FROM record_seal), 0) THEN
        RETURN false;
    END IF;
    origin_ := (SELECT origin FROM record_log ORDER BY generation DESC LIMIT 1);
    WHILE below > 0 LOOP  -- what no full group of this level holds, and below it the rest of the tree
        hashes := CASE level_
            WHEN 0 THEN ARRAY(SELECT s.leaf FROM record_seal s
                              WHERE s.position >= below / {GROUP} * {GROUP} AND s.position < below ORDER BY s.position)
            ELSE ARRAY(SELECT t.hash FROM record_tile t WHERE t.level = level_
                       AND t.position >= below / {GROUP} * {GROUP} AND t.position < below ORDER BY t.position) END;
        IF tail IS NOT NULL THEN hashes := array_append(hashes, tail); END IF;
        WHILE cardinality(hashes) > 1 LOOP
            hashes := ARRAY(SELECT CASE WHEN i * 2 > cardinality(hashes) THEN hashes[2 * i - 1]
                                        ELSE sha256('\\x01'::bytea || hashes[2 * i - 1] || hashes[2 * i]) END
                            FROM generate_series(1, (cardinality(hashes) + 1) / 2) AS i ORDER BY i);
        END LOOP;
        tail := hashes[1]; level_ := level_ + 1; below := below / {GROUP};
    END LOOP;
    IF generation_ IS DISTINCT FROM (SELECT max(generation) FROM record_log) OR root_ IS DISTINCT FROM tail
       OR NOT starts_with(note_, concat_ws(chr(10), origin_, size_, encode(root_, 'base64'), '')) OR NOT EXISTS (
           SELECT FROM record_key k
           CROSS JOIN LATERAL (SELECT decode(substring(k.verifier from '\\+[0-9a-f]{{8}}\\+(.+)$'), 'base64') AS key) m
           CROSS JOIN LATERAL (SELECT sha256(convert_to(origin_ || chr(10), 'UTF8') || m.key) AS id) h
           CROSS JOIN regexp_split_to_table(split_part(note_, chr(10) || chr(10), 2), chr(10)) AS line
           WHERE k.generation = generation_ AND starts_with(line, '— ' || origin_ || ' ')
             AND substring(decode(substring(line from ' ([A-Za-z0-9+/]{{91}}=)$'), 'base64') from 1 for 4)
                 = substring(h.id from 1 for 4)) THEN
        RAISE EXCEPTION 'not a signed head of this record'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'checkpoint_of_this_record';
    END IF;
    INSERT INTO record_checkpoint (size, generation, root, note, signed_at)
    VALUES (size_, generation_, root_, note_, signed_at_);
    RETURN true;
END""",
    ),
    # How many entries wait to be sealed, and since when the oldest of them.
    "entries_unsealed()": (
        "bigint",
        f"""
{_DECLARED}
BEGIN
    {_CURSOR}
    IF era.number IS NULL OR NOT era.caught_up THEN
        RETURN (SELECT count(*) FROM record_entry e
                WHERE NOT EXISTS (SELECT FROM record_seal s WHERE s.n = e.n));
    END IF;
    RETURN (SELECT count(*) FROM record_entry WHERE (xid, n) > (after_xid, after_n) AND n > era.until_n);
END""",
    ),
    "entries_unsealed_since()": (
        "timestamptz",
        f"""
{_DECLARED}
BEGIN
    {_CURSOR}
    IF era.number IS NULL OR NOT era.caught_up THEN
        RETURN (SELECT min(at) FROM record_entry e
                WHERE NOT EXISTS (SELECT FROM record_seal s WHERE s.n = e.n));
    END IF;
    RETURN (SELECT min(at) FROM record_entry WHERE (xid, n) > (after_xid, after_n) AND n > era.until_n);
END""",
    ),
    # When the entry at a position was made; null where it is gone from the record.
    "entry_sealed_at(position_ bigint)": (
        "timestamptz",
        "BEGIN RETURN (SELECT at FROM record_entry JOIN record_seal USING (n) WHERE position = position_); END",
    ),
}
