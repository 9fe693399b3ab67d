"""审计记录清单: entries of the record as a ruled list, each with all that it holds, and the list's count and digest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from benefits.papers.labels import labels
from benefits.papers.press import Sheet, pressed
from benefits.papers.sheet import MM, Cell, Page, Row, Section

_A4_LYING = Page(297 * MM, 210 * MM, margin=12 * MM, title=23 * MM, foot=9 * MM, size=6.5, side=0)
_SHARES = {"n": 0.05, "at": 0.08, "what": 0.09, "where": 0.14, "who": 0.09, "data": 0.55}


@dataclass(frozen=True)
class Line:
    """One entry, in words but for its data, which is set as it was recorded."""

    n: int
    at: datetime
    what: str
    where: str
    who: str
    data: object


@dataclass(frozen=True)
class RecordList:
    """What is printed; `digest` is the control digest that the same selection has as JSONL, CSV and XLSX."""

    union_name: str
    selection: str
    lines: Sequence[Line]
    digest: str
    as_of: datetime
    printed_by: str


def record_list(of: RecordList, language: str) -> bytes:
    """The list as PDF, A4 lying, in `zh-CN` or `en`; the same list gives the same bytes."""
    words = labels(language)
    text, form = words.part("record_list"), words.part("form")
    head = Row(tuple(Cell(text[name], share, "label") for name, share in _SHARES.items()))
    rows = [_row(line) for line in of.lines] or [Row((Cell(text["empty"], 1, "centre"),), 14 * MM)]
    return pressed(
        Sheet(
            page=_A4_LYING,
            language=language,
            union=of.union_name,
            title=text["title"],
            under=(
                f"{text['selection']}{words.colon}{of.selection or text['all']}",
                text["count"].format(count=len(of.lines)),
                f"{text['as_of']}{words.colon}{words.instant(of.as_of)}",
            ),
            sections=[Section("", rows, head)],
            foot=(
                f"{text['digest']}{words.colon}{of.digest}",
                form["printed"].format(at=words.instant(of.as_of), by=of.printed_by),
            ),
            page_of=form["page_of"],
        )
    )


def _row(line: Line) -> Row:
    data = "" if line.data is None else json.dumps(line.data, ensure_ascii=False, sort_keys=True)
    texts = (str(line.n), f"{line.at:%Y-%m-%d %H:%M:%SZ}", line.what, line.where, line.who, data)
    return Row(tuple(Cell(text, share) for text, share in zip(texts, _SHARES.values(), strict=True)), 5 * MM)
