"""Many changed rows written by one statement: one plan, a version each, one firing of the record's trigger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import ARRAY, cast, func, inspect, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from models.columns import Versioned
from models.database import Base

Row = TypeVar("Row", bound=Versioned)


def write_together(session: Session, rows: Sequence[Row]) -> None:
    """Write what was changed on rows of one table, which lie in the session and are keyed by `id`; they are clean then.

    What `Session.flush` would do with a statement for each row. Single rows, and those of other tables, are its own.
    """
    changed = [row for row in rows if session.is_modified(row)]
    if len(changed) < 2:
        return
    noun: type[Base] = type(changed[0])  # type: ignore[assignment]
    table = inspect(noun).local_table
    names = sorted({name for row in changed for name in _changes(row)})
    values = [cast([getattr(row, name) for row in changed], ARRAY(table.columns[name].type)) for name in ("id", *names)]
    given = func.unnest(*values).table_valued("id", *names).render_derived(name="given").c
    written = session.execute(
        update(noun)
        .where(table.c.id == given.id)
        .values({name: getattr(given, name) for name in names})
        .returning(table.c.id, table.c.version)
        .execution_options(synchronize_session=False, autoflush=False)
    )
    versions = {row.id: row.version for row in written}
    for row in changed:
        for name in names:
            set_committed_value(row, name, getattr(row, name))
        row_id = row.id  # type: ignore[attr-defined]
        set_committed_value(row, "version", versions[row_id])


def _changes(row: Versioned) -> list[str]:
    state = inspect(row)
    return [
        attribute.key for attribute in state.mapper.column_attrs if state.attrs[attribute.key].history.has_changes()
    ]
