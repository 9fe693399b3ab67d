"""P13, P14: what a superuser does to record, seal or books is found, and located to the row or between checkpoints."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from benefits.assurance.verification.difference import Difference
from config.settings import Settings
from tests.conftest import as_superuser
from tests.services.attacked import World, checked, world
from tools.provision import Provisioned

PAST = "SET session_replication_role = replica"
LEAF = "sha256('\\x00'::bytea || convert_to(body::text, 'UTF8'))"
ONE = "(SELECT n FROM record_entry WHERE table_name = 'disbursement' ORDER BY n LIMIT 1)"
OTHER = "(SELECT n FROM record_entry WHERE table_name = 'disbursement' ORDER BY n DESC LIMIT 1)"
FORGED = f"UPDATE record_entry SET body = replace(body::text, '2000.00', '9000.00')::json WHERE n = {ONE}"
REHASHED = f"UPDATE record_entry SET leaf = {LEAF} WHERE n = {ONE}"
RESEALED = "UPDATE record_seal s SET leaf = e.leaf FROM record_entry e WHERE e.n = s.n AND e.leaf <> s.leaf"


@pytest.fixture(scope="module")
def told(superuser_url: str, template: Provisioned, settings: Settings) -> Iterator[World]:
    with world(superuser_url, template, settings) as made:
        yield made


STOCKED = """
INSERT INTO goods_lot (id, unit_id, name, measure, quantity, unit_price, supplier, bought_on, purchased_by, state,
                       on_hand, registered_by, registered_person_id)
SELECT gen_random_uuid(), a.unit_id, '矿泉水', '箱', 5, 10.00, '超市', current_date, 'this_union', 'registered', 5,
       a.id, a.person_id FROM account a WHERE a.person_id IS NOT NULL LIMIT 1
"""


def found(told: World, *statements: str, copies: bool = False) -> list[Difference]:
    """What the full check tells after a superuser ran these statements."""
    with told.copy() as made:
        with as_superuser(told.superuser_url, made) as superuser:
            for statement in statements:
                changed = superuser.exec_driver_sql(statement).rowcount
                assert changed, statement  # -1 where rows are not counted
        return checked(told, made, told.outside if copies else ()).differences


def kinds(differences: list[Difference]) -> set[str]:
    return {each.kind for each in differences}


def located(differences: list[Difference]) -> bool:
    """Whether every difference names its row, or the sizes of the checkpoints around it."""
    return bool(differences) and all(each.row or each.before_size is not None for each in differences)


def test_an_honest_story_has_no_difference(told: World) -> None:
    assert found(told) == []
    assert found(told, copies=True) == []


ROWS = [
    ("application", "UPDATE application SET approved_amount = 9000 WHERE state = 'approved'", ("approved_amount",)),
    ("disbursement", "UPDATE disbursement SET payee_hash = 'x', payee_holder = '某人'", ("payee_hash", "payee_holder")),
    ("membership", "UPDATE membership SET name = '另一人' WHERE staff_number = 'D01-003'", ("name",)),
    ("fund", "UPDATE fund SET appropriated = appropriated + 1 WHERE name = '再一笔'", ("appropriated",)),
    ("voucher_line", "UPDATE voucher_line SET account = '9999' WHERE serial = 1", ("account",)),
    ("person", "UPDATE person SET salt = NULL WHERE id = (SELECT min(id::text)::uuid FROM person)", ("salt",)),
    ("act", "UPDATE act SET acted_at = acted_at - interval '1 day' WHERE act = 'approve'", ("acted_at",)),
    ("policy", "UPDATE policy SET overrides = '{\"a\": 1}' WHERE programme = 'hardship'", ("overrides",)),
]


@pytest.mark.parametrize(("table", "statement", "columns"), ROWS, ids=[row[0] for row in ROWS])
def test_a_row_edited_past_its_triggers_is_named_with_its_columns(
    told: World, table: str, statement: str, columns: tuple[str, ...]
) -> None:
    rows = [each for each in found(told, PAST, statement) if each.kind == "row_altered"]
    assert {(each.table, each.columns) for each in rows} == {(table, columns)}
    for each in rows:
        assert each.entry is not None
        assert each.after_at < each.before_at  # type: ignore[operator]


def test_triggers_switched_off_and_on_again_hide_nothing(told: World) -> None:
    edit = "UPDATE unit SET name = '改名' WHERE code = 'AH-D01'"
    off, on = (f"ALTER TABLE unit {what} TRIGGER ALL" for what in ("DISABLE", "ENABLE"))
    (difference,) = found(told, off, edit, on)
    assert (difference.kind, difference.table, difference.columns[0]) == ("row_altered", "unit", "name")
    assert kinds(found(told, off, edit)) == {"row_altered", "trigger_down"}
    header = "CREATE OR REPLACE FUNCTION record_unit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
    silent = f"{header} AS 'BEGIN RETURN NULL; END'"
    assert kinds(found(told, silent, edit)) == {"row_altered", "trigger_altered"}
    blind = "DO $$ BEGIN EXECUTE replace(pg_get_functiondef('compare_unit'::regproc), 'row_gone', 'gone'); END $$"
    assert kinds(found(told, blind)) == {"check_altered"}
    assert kinds(found(told, f'GRANT DELETE ON record_entry TO "{told.made.roles.app}"')) == {"right_too_many"}


def test_a_row_taken_away_or_put_in_is_named(told: World) -> None:
    (gone,) = found(told, PAST, "DELETE FROM calendar_day WHERE day = '2026-01-01'")
    assert (gone.kind, gone.table, gone.row) == ("row_gone", "calendar_day", "2026-01-01/1")
    put = "INSERT INTO calendar_day (day, edition, working, source) VALUES ('2090-01-01', 1, true, 'x')"
    (new,) = found(told, PAST, put)
    assert (new.kind, new.row, new.entry) == ("row_unrecorded", "2090-01-01/1", None)
    assert {"row_gone"} <= kinds(found(told, PAST, "TRUNCATE notice, objection, act CASCADE"))


def test_two_rows_swapped_are_named(told: World) -> None:
    swap = (
        "UPDATE membership m SET staff_number = o.staff_number FROM membership o "
        "WHERE (m.staff_number, o.staff_number) IN (('D01-003', 'D01-004'), ('D01-004', 'D01-003'))"
    )
    differences = found(told, PAST, swap)
    assert [(each.kind, each.columns) for each in differences] == [("row_altered", ("staff_number",))] * 2


def test_an_entry_edited_is_named(told: World) -> None:
    difference = next(each for each in found(told, FORGED) if each.kind == "entry_altered")
    assert difference.row == str(difference.entry)
    assert difference.position is not None
    columns = found(told, f"UPDATE record_entry SET account_id = NULL, at = now() WHERE n = {ONE}")
    assert ("entry_columns", ("at", "account")) in {(each.kind, each.columns) for each in columns}


def test_an_entry_edited_and_hashed_anew_is_named(told: World) -> None:
    differences = found(told, FORGED, REHASHED)
    (difference,) = (each for each in differences if each.table == "record_entry")
    assert difference.kind == "entry_resealed"
    assert 0 < difference.after_size < difference.position + 1 <= difference.before_size  # type: ignore[operator]


def test_a_tail_hashed_and_sealed_anew_lies_between_checkpoints(told: World) -> None:
    """The attacker has everything but the signing key; the range is that of the first checkpoint that is not kept."""
    early, middle, *_ = told.outside
    differences = found(told, FORGED, REHASHED, RESEALED)
    tree = next(each for each in differences if each.kind == "tree_altered")
    assert (tree.after_size, tree.before_size) == (early.size, middle.size)
    own = "UPDATE record_checkpoint SET root = '\\x00', note = replace(note, 'time', 'TIME') WHERE size > " + str(
        early.size
    )
    assert "checkpoint_unsigned" in kinds(found(told, FORGED, REHASHED, RESEALED, own))


def test_an_entry_taken_away_put_in_or_swapped_is_named(told: World) -> None:
    gone = found(told, f"DELETE FROM record_entry WHERE n = {ONE}")
    assert "entry_gone" in kinds(gone)
    put = (
        "INSERT INTO record_entry (n, xid, at, kind, action, database_user, body, leaf) OVERRIDING SYSTEM VALUE "
        "SELECT -1, 1, at, kind, action, database_user, body, leaf FROM record_entry WHERE n = 1"
    )
    new = found(told, put)
    assert {(each.kind, each.entry) for each in new} >= {("entry_inserted", -1)}
    swap = (
        f"UPDATE record_entry e SET body = o.body, leaf = o.leaf FROM record_entry o "
        f"WHERE (e.n, o.n) IN (({ONE}, {OTHER}), ({OTHER}, {ONE}))"
    )
    swapped = found(told, swap)
    assert {"entry_columns", "entry_resealed"} <= kinds(swapped)
    assert all(located([each]) for each in gone + new + swapped)


def test_numbers_swapped_in_record_and_seal_are_found(told: World) -> None:
    """The tree stays as it was signed; the order of a row's entries does not."""
    numbers = f"(SELECT {ONE} AS a, {OTHER} AS b) w"
    swap = [
        f"CREATE TABLE kept AS SELECT * FROM {numbers}",
        *(
            f"UPDATE {table} SET n = k.a + k.b - n - 1000000 FROM kept k WHERE n IN (k.a, k.b)"
            for table in ("record_entry", "record_seal")
        ),
        *(f"UPDATE {table} SET n = n + 1000000 WHERE n < 0" for table in ("record_entry", "record_seal")),
    ]
    differences = found(told, "ALTER TABLE record_entry ALTER n DROP IDENTITY", *swap)
    assert "entry_out_of_order" in kinds(differences)


def test_a_tail_cut_is_found_with_what_is_left_or_with_a_copy(told: World) -> None:
    *_, last = told.outside
    entries = f"DELETE FROM record_entry e USING record_seal s WHERE s.n = e.n AND s.position >= {last.size - 5}"
    seals = f"DELETE FROM record_seal WHERE position >= {last.size - 5}"
    assert kinds(found(told, entries)) >= {"entry_gone"}
    assert "record_cut" in kinds(found(told, entries, seals))
    heads = f"DELETE FROM record_checkpoint WHERE size >= {last.size - 5}"
    cut = found(told, entries, seals, heads, copies=True)
    (missing,) = (each for each in cut if each.kind == "record_cut")
    assert (missing.table, missing.before_size) == ("copy", last.size)


def test_a_table_replaced_is_found(told: World) -> None:
    other = "UPDATE record_entry SET body = replace(body::text, '2026', '2025')::json"
    assert kinds(found(told, other)) >= {"entry_altered"}
    rehashed = f"UPDATE record_entry SET leaf = {LEAF}"
    whole = found(told, other, rehashed, RESEALED)
    assert "tree_altered" in kinds(whole)
    assert next(each.after_size for each in whole if each.kind == "tree_altered") == 0


def test_a_checkpoint_replaced_is_found(told: World) -> None:
    early, _, last = told.outside
    root = f"UPDATE record_checkpoint SET root = '\\x01' WHERE size = {early.size}"
    first, *_ = found(told, root)
    assert (first.kind, first.columns) == ("checkpoint_altered", ("root",))
    other = f"(SELECT note FROM record_checkpoint WHERE size = {last.size})"
    note = f"UPDATE record_checkpoint SET note = {other} WHERE size = {early.size}"
    assert "checkpoint_altered" in kinds(found(told, note))


def test_a_checkpoint_without_its_note_is_named(told: World) -> None:
    bare = ("ALTER TABLE record_checkpoint ALTER note DROP NOT NULL", "UPDATE record_checkpoint SET note = NULL")
    named = {(each.kind, each.row) for each in found(told, *bare)}
    assert {("checkpoint_unsigned", str(each.size)) for each in told.outside} <= named
    assert "check_stopped" not in dict(named)


def test_a_checkpoint_taken_away_is_found_by_its_copy(told: World) -> None:
    _, middle, _ = told.outside
    (gone,) = found(told, f"DELETE FROM record_checkpoint WHERE size = {middle.size}", copies=True)
    assert (gone.kind, gone.row) == ("checkpoint_gone", str(middle.size))


def test_a_further_name_that_nobody_released_hides_no_cut(told: World) -> None:
    """The attacker takes the tail away, and has the record say that an older backup came back."""
    early, _, _ = told.outside
    cut = [f"DELETE FROM record_checkpoint WHERE size > {early.size}"]
    name = f"INSERT INTO record_log (generation, origin, from_size, opened_at) VALUES (1, 'x', {early.size}, now())"
    (unfounded,) = (each for each in found(told, *cut, name, copies=True) if each.kind == "name_unfounded")
    assert (unfounded.table, unfounded.row, unfounded.after_size) == ("record_log", "1", early.size)


def test_sums_that_do_not_follow_from_their_postings_are_named(told: World) -> None:
    """Done through the triggers, so that the record agrees: only the sums tell."""
    for statement, table, column in (
        ("UPDATE fund SET spent = spent + 1 WHERE spent > 0", "fund", "spent"),
        ("UPDATE entitlement SET amount = amount + 1", "entitlement", "amount"),
        ("UPDATE entitlement SET state = 'released' WHERE state = 'granted'", "entitlement", "state"),
        (STOCKED, "goods_lot", "on_hand"),
    ):
        differences = found(told, statement)
        assert [(each.kind, each.table, each.columns) for each in differences] == [("sum_differs", table, (column,))]


def test_two_hundred_edits_are_all_located_to_their_rows(told: World) -> None:
    edits = "UPDATE record_entry SET body = replace(body::text, '\"user\"', '\"usеr\"')::json WHERE n % 7 = 0"
    with told.copy() as made:
        with as_superuser(told.superuser_url, made) as superuser:
            changed = set(superuser.scalars(text(f"{edits} RETURNING n")))
        report = checked(told, made)
    assert {each.entry for each in report.differences if each.kind == "entry_altered"} == changed
    assert len(changed) > 100
