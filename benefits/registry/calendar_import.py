"""The yearly notice on holidays (部分节假日安排) as a table: each day that differs from Monday to Friday."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import NotPermitted
from benefits.intake.imports import ImportKind, Taking
from benefits.intake.row import Checked, RowReader
from benefits.intake.workbook import YES_NO, Columns
from benefits.registry.official_calendar import OfficialDay, add_days, calendar
from models.unit import Unit

_NEEDED = ("日期", "上班", "依据")
COLUMNS = Columns(
    sheet="节假日安排",
    required=_NEEDED,
    optional=("名称",),
    words={"上班": YES_NO},
    notes={
        "日期": "与“周一至周五上班”不同的每一天；首次导入某年，须有该年1月1日 / "
        "every day that differs from Monday to Friday; a year that comes for the first time has its 1 January",
        "上班": "放假填“否”，调休上班填“是” / 否: a holiday, 是: a weekend made up for",
        "依据": "国务院办公厅通知的文号 / the number of the notice",
    },
)


def take_days(session: Session, actor: Actor, taking: Taking) -> Iterator[Checked[OfficialDay]]:
    """Check a notice and, if told to, add it as the next edition of the calendar; days known to be so stay.

    Codes: `required_missing`, `date_unreadable`, `code_unknown`, `duplicate_in_file`, `year_incomplete`.

    Raises:
        NotPermitted: the account is not of the union's highest unit, for the calendar is everybody's.
    """
    roots = select(Unit.path).where(Unit.parent_id.is_(None))
    if not set(session.scalars(roots)) & set(actor.paths(KIND.permission)):
        raise NotPermitted
    seen: dict[object, int] = {}
    read = [_read(RowReader(row, cells, _NEEDED), seen) for row, cells in taking.rows]
    begun = calendar(session).years | {
        day.day.year for reader, day in read if day and not reader.findings and (day.day.month, day.day.day) == (1, 1)
    }
    for reader, day in read:
        if day and day.day.year not in begun:
            reader.fault("日期", "year_incomplete", year=day.day.year)
    checked = [Checked(reader.row, None if reader.findings else day, tuple(reader.findings)) for reader, day in read]
    if taking.apply:
        add_days(session, [each.parsed for each in checked if each.parsed])
    yield from checked


def _read(reader: RowReader, seen: dict[object, int]) -> tuple[RowReader, OfficialDay | None]:
    day, working = reader.day("日期"), reader.flag("上班")
    name, source = reader.text("名称"), reader.text("依据")
    if day and (first := seen.setdefault(day, reader.row)) != reader.row:
        reader.fault("日期", "duplicate_in_file", first_row=first)
    if day is None or working is None or source is None:
        return reader, None
    return reader, OfficialDay(day, working, name, source)


KIND = ImportKind(COLUMNS, "import.calendar", take_days)
