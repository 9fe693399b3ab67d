"""审计整改通知书 and 审计整改台账: one finding as a notice to be signed for, and a list of them for printing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from benefits.papers.labels import Labels, labels
from benefits.papers.press import Sheet, pressed
from benefits.papers.sheet import MM, Cell, Page, Row, Section, pairs

_A4 = Page(210 * MM, 297 * MM, margin=14 * MM, title=25 * MM, foot=7 * MM)
_LYING = Page(297 * MM, 210 * MM, margin=12 * MM, title=23 * MM, foot=7 * MM)
_COLUMNS = ("number", "unit", "subject", "description", "severity", "responsible", "due_on", "state", "closed_on")
_SHARES = (1.5, 4.8, 3.2, 8, 2, 2.6, 3.6, 3.6, 3.6)


@dataclass(frozen=True)
class Step:
    """One act on the finding: which, by whom, when (aware), and what was said."""

    act: str
    by: str
    at: datetime
    note: str


@dataclass(frozen=True)
class Finding:
    """A finding as it is printed; `severity`, `state` and `subject_kind` are codes."""

    finding_id: str
    number: int
    version: int
    unit: str
    subject_kind: str
    subject: str
    description: str
    clause: str
    severity: str
    state: str
    overdue: bool
    responsible: str
    opened_by: str
    opened_at: datetime
    due_on: date
    closed_on: date | None
    steps: Sequence[Step] = ()
    papers: Sequence[str] = ()


@dataclass(frozen=True)
class Printed:
    """Of which union, when (aware) and by whom a paper is printed."""

    union_name: str
    at: datetime
    by: str


def rectification_notice(of: Finding, printed: Printed, language: str) -> bytes:
    """The notice as A4 PDF in `zh-CN` or `en`; the same finding gives the same bytes."""
    words = labels(language)
    text, form = words.part("audit_finding"), words.part("form")
    finding = [
        *pairs(
            [
                (text["subject"], _subject(of, words)),
                (text["severity"], words.word("finding_severity", of.severity)),
                (text["opened_by"], f"{of.opened_by}  {words.day_of(of.opened_at)}"),
                (text["state"], _state(of, words, text)),
            ],
            8 * MM,
        ),
        Row((Cell(text["description"], 4, "label"), Cell(of.description, 20)), 26 * MM),
        Row((Cell(text["clause"], 4, "label"), Cell(of.clause, 20)), 12 * MM),
    ]
    asked = [
        *pairs([(text["responsible"], of.responsible), (text["due_on"], words.day(of.due_on))], 8 * MM),
        Row((Cell(text["asked"].format(day=words.day(of.due_on)), 1),), 14 * MM),
    ]
    return pressed(
        Sheet(
            page=_A4,
            language=language,
            union=printed.union_name,
            title=text["title"],
            under=(f"{text['unit']}{words.colon}{of.unit}", "", f"{text['number']}{words.colon}{of.number}"),
            sections=[
                Section(text["finding"], finding),
                Section(text["rectify"], asked),
                _steps(of, words, text),
                Section(text["signatures"], [_hands(text)]),
            ],
            foot=(
                text["foot"].format(id=of.finding_id, version=of.version),
                form["printed"].format(at=words.instant(printed.at), by=printed.by),
            ),
            page_of=form["page_of"],
        )
    )


def register(of: Sequence[Finding], printed: Printed, language: str) -> bytes:
    """The list as A4 PDF, lying."""
    words = labels(language)
    text, form = words.part("audit_finding"), words.part("form")
    head = Row(tuple(Cell(text[name], share, "label") for name, share in zip(_COLUMNS, _SHARES, strict=True)))
    rows = [_line(each, words, text) for each in of] or [Row((Cell(text["none"], 1, "centre"),), 17 * MM)]
    return pressed(
        Sheet(
            page=_LYING,
            language=language,
            union=printed.union_name,
            title=text["register"],
            under=(text["count"].format(n=len(of)), "", f"{text['as_of']}{words.colon}{words.day_of(printed.at)}"),
            sections=[Section(text["finding"], rows, head if of else None)],
            foot=("", form["printed"].format(at=words.instant(printed.at), by=printed.by)),
            page_of=form["page_of"],
        )
    )


def _line(of: Finding, words: Labels, text: dict[str, str]) -> Row:
    texts = (
        str(of.number),
        of.unit,
        _subject(of, words),
        of.description,
        words.word("finding_severity", of.severity),
        of.responsible,
        words.day(of.due_on),
        _state(of, words, text),
        words.day(of.closed_on),
    )
    centred = {0, 4, 6, 7, 8}
    cells = zip(texts, _SHARES, strict=True)
    return Row(
        tuple(Cell(said, share, "centre" if at in centred else "text") for at, (said, share) in enumerate(cells))
    )


def _steps(of: Finding, words: Labels, text: dict[str, str]) -> Section:
    head = Row(
        tuple(Cell(text[name], share, "label") for name, share in (("act", 4), ("by", 4), ("at", 5), ("said", 11)))
    )
    rows = [
        Row(
            (
                Cell(words.word("finding_act", each.act), 4, "centre"),
                Cell(each.by, 4, "centre"),
                Cell(words.instant(each.at), 5, "centre"),
                Cell(each.note, 11),
            )
        )
        for each in of.steps
    ]
    papers = Row((Cell(text["papers"], 4, "label"), Cell("\n".join(of.papers) or text["no_papers"], 20)), 9 * MM)
    return Section(text["course"], [*rows, papers], head)


def _hands(text: dict[str, str]) -> Row:
    boxes = (Cell(text[name], 1, sign=(text["sign"],)) for name in ("issued_by", "received_by", "verified_by"))
    return Row(tuple(boxes), 24 * MM)


def _subject(of: Finding, words: Labels) -> str:
    kind = words.word("finding_subject", of.subject_kind)
    return f"{kind} {of.subject}" if of.subject else kind


def _state(of: Finding, words: Labels, text: dict[str, str]) -> str:
    return words.word("finding_state", of.state) + (text["overdue"] if of.overdue else "")
