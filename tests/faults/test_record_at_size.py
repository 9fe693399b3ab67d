"""P13: whatever a superuser edits, deletes, puts in or swaps in a large record, or in its books, is located."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from benefits.assurance.verification.check import Report
from config.settings import Settings
from tests.conftest import as_superuser, drop_database
from tests.faults.planted import statements
from tests.faults.tampering import OF_ENTRY, OF_ROW, OTHERS, Touched, grown, tampered
from tests.faults.worlds import scaled
from tests.sealed import SEED, shop_of
from tools.provision import Provisioned, clone
from tools.verify_record import check

SHORT = 2_000
ENTRIES = scaled(SHORT, 1_000_000)
SEED_OF_CHANCE = "13"


@contextmanager
def record(superuser_url: str, template: Provisioned, settings: Settings, entries: int) -> Iterator[Provisioned]:
    """A database with so many entries more than the demonstration union makes, sealed and signed."""
    name = "benefits_large_" + secrets.token_hex(4)
    made = clone(superuser_url, template, name)
    try:
        with as_superuser(superuser_url, made) as superuser, shop_of(settings, made) as shop:
            grown(superuser, shop, entries)
        yield made
    finally:
        drop_database(superuser_url, name)


def is_located(touched: Touched, report: Report) -> None:
    """Each entry and each row is named for what was done to it, and nothing else is but rows of which entries tell."""
    assert sum(report.kinds.values()) == len(report.differences), "all are told one by one"
    entries: defaultdict[str, set[int | None]] = defaultdict(set)
    rows: defaultdict[str, set[str | None]] = defaultdict(set)
    for each in report.differences:
        if each.table == "record_entry":
            entries[each.kind].add(each.entry)
        elif each.row not in touched.told_of:
            rows[each.kind].add(each.row)
    assert len(entries.pop("entry_out_of_order", ())) <= OTHERS, "none but those beside one that was put in"
    hashed = {"body", "leaf"}
    assert entries == {
        "entry_altered": touched.entries_of(*hashed),
        "entry_columns": touched.entries_of("swapped", *OF_ENTRY.keys() - hashed),
        "entry_resealed": touched.entries_of("swapped", "leaf"),
        "entry_gone": touched.entries_of("deleted"),
        "entry_inserted": touched.entries_of("inserted"),
    }
    assert rows == {
        "row_altered": touched.rows_of("swapped", *OF_ROW),
        "row_gone": touched.rows_of("deleted"),
        "row_unrecorded": touched.rows_of("inserted"),
    }


def test_whatever_is_done_is_located_to_the_row(
    superuser_url: str, template: Provisioned, settings: Settings, record_property: Callable[[str, object], None]
) -> None:
    """How long the check takes is measured by `make bench ONLY=record_verify_1m`."""
    with record(superuser_url, template, settings, ENTRIES) as made:
        honest = check(made, [], {}, SEED)
        assert honest.ok, [each.line() for each in honest.differences]
        assert honest.counts["entries"] >= ENTRIES
        with as_superuser(superuser_url, made) as superuser:
            touched = tampered(superuser, SEED_OF_CHANCE)
        record_property("entries", honest.counts["entries"])
        is_located(touched, check(made, [], {}, SEED))


def test_entries_that_are_not_compared_are_noticed(
    superuser_url: str, template: Provisioned, settings: Settings, record_property: Callable[[str, object], None]
) -> None:
    record_property("planted", "entries_not_compared")
    with record(superuser_url, template, settings, SHORT) as made:
        with as_superuser(superuser_url, made) as superuser:
            for statement in statements(["entries_not_compared"]):
                superuser.exec_driver_sql(statement)
            touched = tampered(superuser, SEED_OF_CHANCE)
        report = check(made, [], {}, SEED)
    with pytest.raises(AssertionError, match="entry_altered") as noticed:
        is_located(touched, report)
    record_property("noticed", str(noticed.value).partition("\n")[0])
