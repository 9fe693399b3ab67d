"""Takes a sheet of honours in: each row held against the register, the good ones landed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from uuid import UUID

from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.code_table import code_table
from benefits.intake.imports import ImportKind, Taking
from benefits.intake.row import Checked, RowReader, has_error
from benefits.intake.workbook import Columns
from benefits.registry.honour_landing import land_honours
from benefits.registry.honours import level_of
from benefits.registry.named_member import Named, NamedMembers
from models.vocabulary import HonourLevel

_WORDS = {"级别": code_table("honour_level")}
COLUMNS = Columns(
    sheet="荣誉名册",
    required=("证件号码", "称号"),
    optional=("单位代码", "姓名", "级别", "授予机关", "授予日期", "证书号", "届次", "享受待遇文件"),
    words=_WORDS,
    notes={
        "单位代码": "本人只在一个单位时可不填",
        "级别": "称号能说明级别的可不填；省五一劳动奖章不属于省部级劳模",
        "授予日期": "如 2015-05-01；同一人同一称号同一日期视为同一项荣誉",
    },
)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class ListedHonour:
    """One good row: an honour of a member."""

    member: Named
    title: str
    level: HonourLevel
    awarded_by: str | None
    awarded_on: date | None
    certificate_number: str | None
    term: str | None
    treatment_document: str | None

    def row(self) -> dict[str, object]:
        """As the register keeps it."""
        names = ("title", "level", "awarded_by", "awarded_on", "certificate_number", "term", "treatment_document")
        return {
            **{name: getattr(self, name) for name in names},
            "membership_id": self.member.member_id,
            "unit_id": self.member.unit_id,
            "person_id": self.member.person_id,
        }


def take_honours(session: Session, actor: Actor, taking: Taking) -> Iterator[Checked[ListedHonour]]:
    """Check a sheet of honours and, if told to, land its good rows."""
    members = NamedMembers(session, actor, KIND.permission)
    first_rows: dict[tuple[UUID, str, date | None], int] = {}
    while chunk := list(islice(taking.rows, _CHUNK)):
        readers = [RowReader(row, cells, COLUMNS.required) for row, cells in chunk]
        checked = [
            _check(reader, member, actor.today, first_rows)
            for reader, member in zip(readers, members.find(readers), strict=True)
        ]
        if taking.apply:
            land_honours(session, actor, [each.parsed.row() for each in checked if each.parsed])
        yield from checked


def _check(
    reader: RowReader, member: Named | None, today: date, first_rows: dict[tuple[UUID, str, date | None], int]
) -> Checked[ListedHonour]:
    """An honour, or what is wrong in its cells.

    Codes beside those of `NamedMembers`: `required_missing`, `code_unknown`, `honour_level_mismatch`,
    `date_unreadable`, `in_future`, `duplicate_in_file`.
    """
    title, stated = reader.name("称号"), reader.word("级别", _WORDS["级别"])
    known = level_of(title) if title else None
    level = known or stated
    if known and stated and known != stated:
        reader.fault("级别", "honour_level_mismatch", wanted=known)
    elif title and level is None and not any(each.column == "级别" for each in reader.findings):
        reader.fault("级别", "required_missing")
    awarded_on = reader.day("授予日期")
    if awarded_on and awarded_on > today:
        reader.fault("授予日期", "in_future")
    texts = [reader.text(column) for column in ("授予机关", "证书号", "届次", "享受待遇文件")]
    if member and title:
        first = first_rows.setdefault((member.member_id, title, awarded_on), reader.row)
        if first != reader.row:
            reader.fault("称号", "duplicate_in_file", first_row=first)
    findings = tuple(reader.findings)
    if member is None or title is None or level is None or has_error(findings):
        return Checked(reader.row, None, findings)
    awarded_by, certificate, term, document = texts
    honour = ListedHonour(member, title, HonourLevel(level), awarded_by, awarded_on, certificate, term, document)
    return Checked(reader.row, honour, findings)


KIND = ImportKind(COLUMNS, "import.honour", take_honours)
