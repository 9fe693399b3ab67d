"""疗休养人员名单、签到表: who goes on a leave, and the sheet that they sign day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO

from benefits.papers.labels import Labels, labels
from benefits.papers.press import Sheet, pressed
from benefits.papers.sheet import MM, Cell, Kind, Page, Row, Section, pairs
from benefits.papers.workbook import Table, write_workbook

_A4_LYING = Page(297 * MM, 210 * MM, margin=12 * MM, title=24 * MM, foot=9 * MM, size=9, side=0)
_COLUMNS: tuple[tuple[str, float, Kind], ...] = (
    ("serial", 3, "centre"),
    ("name", 6, "centre"),
    ("sex", 3, "centre"),
    ("unit", 13, "text"),
    ("department", 8, "text"),
    ("post", 8, "text"),
    ("rank", 3, "centre"),
    ("state", 6, "centre"),
    ("insurance", 12, "text"),
)
_SIGNED = 10 * MM  # room for a signature


@dataclass(frozen=True)
class Participant:
    """One who has a place; `sex` and `state` are codes."""

    name: str
    sex: str
    unit: str
    department: str
    post: str
    rank: int
    state: str
    insurance_number: str


@dataclass(frozen=True)
class LeaveList:
    """A round of leave as it is printed; `days` are those of the leave, travel included."""

    round_id: str
    version: int
    union_name: str
    title: str
    destination: str
    lodging: str
    operator: str
    insurer: str
    days: Sequence[date]
    participants: Sequence[Participant]
    printed_at: datetime
    printed_by: str


def participants_pdf(of: LeaveList, language: str) -> bytes:
    """The list of participants on A4 lying, in `zh-CN` or `en`; the same list gives the same bytes."""
    words = labels(language)
    text = words.part("leave")
    head = Row(tuple(Cell(text[name], share, "label") for name, share, _ in _COLUMNS))
    rows = [
        Row(tuple(Cell(said, share, kind) for said, (_, share, kind) in zip(line, _COLUMNS, strict=True)))
        for line in _lines(of, words)
    ]
    hands = Row(tuple(Cell(text[hand], 1, sign=("", "")) for hand in ("prepared", "checked")), 16 * MM)
    return _printed(of, words, text["participants"], [Section("", rows or [_empty(text)], head), Section("", [hands])])


def sign_in_pdf(of: LeaveList, language: str) -> bytes:
    """The sign-in sheet: a box to sign for each participant and day, and room for the days attended."""
    words = labels(language)
    text = words.part("leave")
    head = Row(
        (
            *(Cell(text[name], share, "label") for name, share in (("serial", 3), ("name", 6), ("unit", 11))),
            *(Cell(f"{day:%m-%d}", 6, "label") for day in of.days),
            Cell(text["attended"], 5, "label"),
        )
    )
    rows = [
        Row(
            (
                Cell(str(serial), 3, "centre"),
                Cell(each.name, 6, "centre"),
                Cell(each.unit, 11),
                *(Cell("", 6) for _ in of.days),
                Cell("", 5),
            ),
            _SIGNED,
        )
        for serial, each in enumerate(of.participants, start=1)
    ]
    leader = Row((Cell(text["leader"], 1, sign=("",)),), 14 * MM)
    return _printed(of, words, text["sign_in"], [Section("", rows or [_empty(text)], head), Section("", [leader])])


def leave_workbook(of: LeaveList, language: str) -> IO[bytes]:
    """List and sign-in sheet as XLSX, a sheet each; the caller closes it."""
    words = labels(language)
    text = words.part("leave")
    listed = Table(text["participants"], [text[name] for name, _, _ in _COLUMNS], _lines(of, words))
    blank = [""] * (len(of.days) + 1)
    signed = Table(
        text["sign_in"],
        [text["serial"], text["name"], text["unit"], *(day.isoformat() for day in of.days), text["attended"]],
        [[serial, each.name, each.unit, *blank] for serial, each in enumerate(of.participants, start=1)],
    )
    return write_workbook([listed, signed])


def _lines(of: LeaveList, words: Labels) -> list[tuple[str, ...]]:
    return [
        (
            str(serial),
            each.name,
            words.word("sex", each.sex),
            each.unit,
            each.department,
            each.post,
            str(each.rank),
            words.word("place", each.state),
            each.insurance_number,
        )
        for serial, each in enumerate(of.participants, start=1)
    ]


def _empty(text: dict[str, str]) -> Row:
    return Row((Cell(text["nobody"], 1, "centre"),), 14 * MM)


def _printed(of: LeaveList, words: Labels, title: str, sections: Sequence[Section]) -> bytes:
    text, form = words.part("leave"), words.part("form")
    said = [
        (text["destination"], of.destination),
        (text["lodging"], of.lodging),
        (text["operator"], of.operator),
        (text["insurer"], of.insurer),
    ]
    return pressed(
        Sheet(
            page=_A4_LYING,
            language=words.language,
            union=of.union_name,
            title=title,
            under=(
                of.title,
                f"{words.day(of.days[0])} — {words.day(of.days[-1])}",
                text["people"].format(n=len(of.participants)),
            ),
            sections=[Section("", pairs(said)), *sections],
            foot=(
                text["foot"].format(id=of.round_id, version=of.version),
                form["printed"].format(at=words.instant(of.printed_at), by=of.printed_by),
            ),
            page_of=form["page_of"],
        )
    )
