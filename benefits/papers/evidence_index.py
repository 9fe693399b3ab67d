"""证据目录: what lies in an evidence package, printed for a person; the proof is in the package, not on this paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from benefits.papers.labels import Labels, labels
from benefits.papers.press import Sheet, pressed
from benefits.papers.sheet import MM, Cell, Page, Row, Section, pairs

_A4 = Page(210 * MM, 297 * MM, margin=14 * MM, title=25 * MM, foot=10 * MM)
_ACTS = (4.2, 4.2, 4.6, 4, 4)
_PAYMENTS = (3.4, 4, 4.8, 5, 4)
_PAPERS = (3.4, 3, 14.6)


@dataclass(frozen=True)
class Line:
    """An act (when, what, who, the state after it) or a payment (settled on, state, batch, bank's serial), in yuan."""

    at: datetime | date | None
    what: str
    who: str
    then: str
    amount: Decimal | None


@dataclass(frozen=True)
class Case:
    """A case in the package; codes as the books have them. `papers` are media type, size in bytes, SHA-256."""

    id: str
    number: str
    programme: str
    unit: str
    state: str
    event_on: date
    edition: str
    asked: Decimal | None
    approved: Decimal | None
    acts: Sequence[Line]
    payments: Sequence[Line]
    papers: Sequence[tuple[str, int, str]]


@dataclass(frozen=True)
class EvidenceIndex:
    """A package as its index tells it; `more` cases are in it that are not told one by one."""

    union_name: str
    subject: Mapping[str, Any]
    cases: Sequence[Case]
    more: int
    origin: str
    size: int
    root: str
    signed_at: datetime
    with_papers: bool


def evidence_index(of: EvidenceIndex, language: str) -> bytes:
    """The index as A4 PDF in `zh-CN` or `en`; the same package gives the same bytes."""
    words = labels(language)
    text, form = words.part("evidence"), words.part("form")
    return pressed(
        Sheet(
            page=_A4,
            language=language,
            union=of.union_name,
            title=text["title"],
            under=(text["cases"].format(count=len(of.cases) + of.more), "", words.day_of(of.signed_at)),
            sections=[
                Section(text["checkpoint"], _head(of, words, text)),
                *(Section(text["case"], _case(case, words, text)) for case in of.cases),
            ],
            foot=(text["foot"], text["check"]),
            page_of=form["page_of"],
        )
    )


def _head(of: EvidenceIndex, words: Labels, text: dict[str, str]) -> list[Row]:
    subject = "; ".join(
        f"{text[name]}{words.colon}{', '.join(value) if isinstance(value, list) else value}"
        for name, value in of.subject.items()
    )
    told = [
        (text["subject"], subject),
        (text["origin"], of.origin),
        (text["size"], text["entries"].format(count=of.size)),
        (text["root"], of.root),
        (text["papers_in"], text["with_papers" if of.with_papers else "digests_only"]),
    ]
    if of.more:
        told.append((text["more"], text["more_cases"].format(count=of.more)))
    return [Row((Cell(label, 4, "label"), Cell(value, 20))) for label, value in told]


def _case(case: Case, words: Labels, text: dict[str, str]) -> list[Row]:
    rows = pairs(
        [
            (text["number"], case.number),
            (text["programme"], case.programme),
            (text["unit"], case.unit),
            (text["state"], words.word("state", case.state)),
            (text["event_on"], words.day(case.event_on)),
            (text["edition"], case.edition),
            (text["asked"], words.yuan(case.asked)),
            (text["approved"], words.yuan(case.approved)),
        ]
    )
    rows.append(Row((Cell(text["id"], 4, "label"), Cell(case.id, 20))))
    rows += _lines(case.acts, _ACTS, ("at", "act", "who", "after", "amount"), ("act", "state"), words, text)
    rows += _lines(
        case.payments, _PAYMENTS, ("on", "payment", "batch", "serial", "amount"), ("payment", ""), words, text
    )
    if case.papers:
        rows.append(_row((text["paper"], text["bytes"], "SHA-256"), _PAPERS, "label"))
        rows += [_row((words.word("media_type", kind), f"{size:,}", sha), _PAPERS) for kind, size, sha in case.papers]
    return rows


def _lines(
    lines: Sequence[Line],
    shares: Sequence[float],
    heads: Sequence[str],
    kinds: tuple[str, str],
    words: Labels,
    text: dict[str, str],
) -> list[Row]:
    rows = [_row([text[name] for name in heads], shares, "label")] if lines else []
    for line in lines:
        then = words.word(kinds[1], line.then) if kinds[1] else line.then
        when = words.instant(line.at) if isinstance(line.at, datetime) else words.day(line.at)
        rows.append(_row((when, words.word(kinds[0], line.what), line.who, then, words.yuan(line.amount)), shares))
    return rows


def _row(cells: Sequence[str], shares: Sequence[float], kind: Any = "text") -> Row:
    return Row(tuple(Cell(each, share, kind) for each, share in zip(cells, shares, strict=True)), 6 * MM)
