"""慰问花名册: who is given what, with room for each signature, page totals, and the hands it passed through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from benefits.core.money import NOTHING
from benefits.papers.capital import capital_amount
from benefits.papers.labels import Labels, labels
from benefits.papers.press import RUNNING_HEAD, Sheet, pressed
from benefits.papers.sheet import MM, Cell, Kind, Page, Row, Section, height_of

_A4 = Page(297 * MM, 210 * MM, margin=10 * MM, title=24 * MM, foot=7 * MM, size=8)
_ROW = 8.6 * MM  # room for a signature
COLUMNS: tuple[tuple[str, float, Kind], ...] = (
    ("serial", 8, "centre"),
    ("name", 19, "centre"),
    ("number", 19, "centre"),
    ("place", 32, "text"),
    ("membership", 16, "centre"),
    ("dues", 17, "centre"),
    ("programme", 26, "text"),
    ("item", 32, "text"),
    ("quantity", 10, "figure"),
    ("price", 17, "figure"),
    ("amount", 20, "figure"),
    ("received", 22, "centre"),
    ("signature", 26, "centre"),
    ("proxy", 29, "text"),
)
_SUMMED = 8  # columns that the label of a sum covers


@dataclass(frozen=True)
class Line:
    """One member's line; `number` is the staff number or the last four of the identity number.

    `signature` is the member's name once the member signed, `proxy` who did instead and why; both empty before.
    """

    serial: int
    name: str
    number: str
    unit: str
    department: str
    membership: str
    dues_through: date | None
    quantity: int | None
    price: Decimal | None
    amount: Decimal | None
    received_on: date | None
    signature: str
    proxy: str


@dataclass(frozen=True)
class Hand:
    """Someone through whose hands the list went, and when (aware)."""

    person: str
    at: datetime


@dataclass(frozen=True)
class RosterSheet:
    """A roster as it is printed; `programme` and `item` are in words, `state` is a code."""

    roster_id: str
    number: str
    version: int
    union_name: str
    unit: str
    title: str
    programme: str
    item: str
    event_on: date
    cut_off_on: date
    state: str
    fund: str
    lines: Sequence[Line]
    filed_by: Hand | None
    checked_by: Sequence[Hand]
    decided_by: Hand | None
    printed_at: datetime
    printed_by: str


def roster_pdf(of: RosterSheet, language: str) -> bytes:
    """The list as A4 PDF, lying, in `zh-CN` or `en`; the same list gives the same bytes."""
    words = labels(language)
    text, form = words.part("roster"), words.part("form")
    return pressed(
        Sheet(
            page=_A4,
            language=language,
            union=of.unit,
            title=of.title,
            under=(
                f"{text['unit']}{words.colon}{of.unit}",
                f"{text['event']}{words.colon}{words.day(of.event_on)}",
                f"{text['roster_number']}{words.colon}{of.number}",
            ),
            sections=[*_pages(of, words, text), *_end(of, words, text)],
            foot=(
                text["foot"].format(id=of.roster_id, version=of.version, state=words.word("roster", of.state)),
                form["printed"].format(at=words.instant(of.printed_at), by=of.printed_by),
            ),
            page_of=form["page_of"],
        )
    )


def _pages(of: RosterSheet, words: Labels, text: dict[str, str]) -> Iterator[Section]:
    """One section a page, each closed by the sum of what stands on it."""
    shares = [share for _, share, _ in COLUMNS]
    head = Row(tuple(Cell(text[name], share, "label") for name, share, _ in COLUMNS), 9 * MM)
    used = height_of(_A4, head) + height_of(_A4, _sum(text["page_total"], [], words))
    room = _A4.height - 2 * _A4.margin - _A4.foot - used
    left, on_page, rows = room - _A4.title, list[Line](), list[Row]()
    for line in of.lines:
        row = Row(
            tuple(
                Cell(said, share, kind)
                for said, share, (_, _, kind) in zip(texts(of, line, words), shares, COLUMNS, strict=True)
            ),
            _ROW,
        )
        height = height_of(_A4, row)
        if height > left and rows:
            yield Section("", [*rows, _sum(text["page_total"], on_page, words)], head)
            left, on_page, rows = room - RUNNING_HEAD, [], []
        left -= height
        on_page.append(line)
        rows.append(row)
    yield Section("", [*rows, _sum(text["page_total"], on_page, words)], head)


def texts(of: RosterSheet, line: Line, words: Labels) -> tuple[str, ...]:
    """A line as it is written, one text a column."""
    return (
        str(line.serial),
        line.name,
        line.number,
        f"{line.unit} {line.department}".strip(),
        words.word("membership_state", line.membership),
        f"{line.dues_through:%Y-%m}" if line.dues_through else "",
        of.programme,
        of.item,
        "" if line.quantity is None else str(line.quantity),
        "" if line.price is None else f"{line.price:,.2f}",
        "" if line.amount is None else f"{line.amount:,.2f}",
        f"{line.received_on:%Y-%m-%d}" if line.received_on else "",
        line.signature,
        line.proxy,
    )


def total_of(lines: Sequence[Line]) -> tuple[int, Decimal]:
    """How many pieces and how many yuan."""
    return sum(line.quantity or 0 for line in lines), sum((line.amount or NOTHING for line in lines), NOTHING)


def _sum(label: str, lines: Sequence[Line], words: Labels) -> Row:
    shares = [share for _, share, _ in COLUMNS]
    quantity, amount = total_of(lines)
    return Row(
        (
            Cell(label.format(people=len(lines)), sum(shares[:_SUMMED]), "label"),
            Cell(str(quantity) if quantity else "", shares[_SUMMED], "figure"),
            Cell("", shares[_SUMMED + 1]),
            Cell(words.yuan(amount), shares[_SUMMED + 2], "figure"),
            Cell("", sum(shares[_SUMMED + 3 :])),
        ),
        7 * MM,
    )


def _end(of: RosterSheet, words: Labels, text: dict[str, str]) -> list[Section]:
    """The grand total in figures and capitals, and the hands."""
    quantity, amount = total_of(of.lines)
    total = Row(
        (
            Cell(text["total"].format(people=len(of.lines)), 40, "label"),
            Cell(words.yuan(amount), 30, "figure"),
            Cell(text["pieces"], 20, "label"),
            Cell(str(quantity) if quantity else "", 15, "figure"),
            Cell(text["in_capitals"], 25, "label"),
            Cell(capital_amount(amount), 90),
            Cell(text["fund"], 20, "label"),
            Cell(of.fund, 60),
        ),
        9 * MM,
    )
    decided = [of.decided_by] if of.decided_by else []
    hands = Row(
        tuple(
            Cell(text[name], 1, sign=_signs(each, words, text))
            for name, each in (
                ("filed_by", [of.filed_by] if of.filed_by else []),
                ("checked_by", of.checked_by),
                ("decided_by", decided),
            )
        ),
        20 * MM,
    )
    return [Section("", [total, hands])]


def _signs(hands: Sequence[Hand], words: Labels, text: dict[str, str]) -> tuple[str, ...]:
    signed = [text["signed"].format(name=hand.person, date=words.day_of(hand.at)) for hand in hands]
    return tuple(signed) or (text["blank"],)
