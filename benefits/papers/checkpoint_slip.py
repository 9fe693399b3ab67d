"""检查点凭条: a signed head of the audit record on half a sheet, as text and as a QR code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from benefits.papers.labels import labels
from benefits.papers.press import Sheet, pressed
from benefits.papers.sheet import MM, Cell, Page, Row, Section, pairs

_A4 = Page(210 * MM, 297 * MM, margin=16 * MM, title=25 * MM, foot=7 * MM)
_ROW = 7.5 * MM


@dataclass(frozen=True)
class CheckpointSlip:
    """A head as it is printed; `root` in base64, `key` as verifiers take it, `note` whole."""

    union: str
    origin: str
    size: int
    root: str
    signed_at: datetime
    key: str
    note: str
    printed_at: datetime
    printed_by: str


def checkpoint_slip(slip: CheckpointSlip, language: str) -> bytes:
    """The slip as PDF, in `zh-CN` or `en`; the same slip gives the same bytes."""
    words = labels(language)
    text, form = words.part("checkpoint"), words.part("form")

    def whole(label: str, value: str) -> Row:
        return Row((Cell(text[label], 4, "label"), Cell(value, 20)), _ROW)

    head = [
        whole("origin", slip.origin),
        *pairs([(text["size"], str(slip.size)), (text["signed_at"], words.instant(slip.signed_at))], _ROW),
        whole("root", slip.root),
        whole("key", slip.key),
    ]
    note = Row((Cell(slip.note.rstrip("\n"), 14), Cell(slip.note, 10, "code")), 72 * MM)
    hands = Row(
        tuple(Cell(f"{text[hand]}{words.colon}", 1, sign=(text["sign"], "")) for hand in ("handed", "received")),
        22 * MM,
    )
    return pressed(
        Sheet(
            page=_A4,
            language=language,
            union=slip.union,
            title=text["title"],
            under=("", "", f"{slip.size}"),
            sections=[
                Section(text["head"], head),
                Section(text["note"], [note]),
                Section(text["kept"], [Row((Cell(text["how"], 1),)), hands]),
            ],
            foot=(text["printed"].format(at=words.instant(slip.printed_at), by=slip.printed_by),),
            page_of=form["page_of"],
        )
    )
