"""A notice to one woman that says nothing of what it is about, so that nobody but her learns it from the paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from benefits.papers.labels import labels
from benefits.papers.press import Sheet, pressed
from benefits.papers.sheet import MM, Cell, Page, Row, Section

_A5 = Page(210 * MM, 148 * MM, margin=12 * MM, title=25 * MM, foot=7 * MM, size=10.5)
_BLANK = "________________"


@dataclass(frozen=True)
class Letter:
    """Whom it is for, by when she is asked to call, whom, and who printed it; `phone` empty: to be filled in."""

    notice_id: str
    union_name: str
    name: str
    unit: str
    until: date
    contact: str
    contact_unit: str
    phone: str
    printed_at: datetime


def letter(of: Letter, language: str) -> bytes:
    """The notice as PDF on half an A4 sheet, in `zh-CN` or `en`; the same notice gives the same bytes."""
    words = labels(language)
    text, form = words.part("screening"), words.part("form")
    contact = text["contact_text"].format(person=of.contact, unit=of.contact_unit, phone=of.phone or _BLANK)
    body = text["letter_text"].format(name=of.name, day=words.day(of.until))
    return pressed(
        Sheet(
            page=_A5,
            language=language,
            union=of.union_name,
            title=text["letter"],
            under=(text["confidential"], "", words.day_of(of.printed_at)),
            sections=[
                Section(text["to"], [Row((Cell(f"{of.name}  {of.unit}", 1),), 11 * MM)]),
                Section(text["notice"], [Row((Cell(body, 1),), 36 * MM)]),
                Section(text["contact"], [Row((Cell(contact, 1),), 11 * MM)]),
                Section("", [Row((Cell(text["handed"], 1, sign=("",)),), 16 * MM)]),
            ],
            foot=(text["foot"].format(id=of.notice_id), words.instant(of.printed_at)),
            page_of=form["page_of"],
        )
    )
