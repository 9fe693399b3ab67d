"""送清凉物资签收单: what a visit point was given, printed to be signed by who was visited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from benefits.core.identity import mask_mobile
from benefits.core.money import NOTHING
from benefits.papers.capital import capital_amount
from benefits.papers.labels import Labels, labels
from benefits.papers.press import Sheet, pressed
from benefits.papers.sheet import MM, Cell, Page, Row, Section, pairs

_A4 = Page(210 * MM, 297 * MM, margin=14 * MM, title=25 * MM, foot=7 * MM)
_COLUMNS = ("serial", "article", "specification", "batch", "quantity", "unit_price", "amount")
_SHARES = (1.6, 6, 5, 6.2, 3.4, 3.8, 4.4)
_BLANK_ROWS = 5  # to be filled in by hand where the sheet is printed before the visit


@dataclass(frozen=True)
class Goods:
    """A line: so many of an article, in yuan each."""

    article: str
    specification: str
    batch_number: str
    good_until: date | None
    quantity: int
    measure: str
    unit_price: Decimal
    amount: Decimal


@dataclass(frozen=True)
class SignOffSheet:
    """A visit as it is printed; before it was made its numbers are None. The phone is masked when printed."""

    point_id: str
    union_name: str
    name: str
    address: str
    visited_unit: str
    planned_on: date
    visited_on: date | None
    temperature: Decimal | None
    temperature_source: str
    leader: str
    goods: Sequence[Goods]
    heads: int | None
    members: int | None
    non_members: int | None
    non_staff: int | None
    recipient: str
    recipient_phone: str
    signed_on: date | None
    handler: str
    document_sha256: str
    version: int
    printed_at: datetime
    printed_by: str


def sign_off_sheet(of: SignOffSheet, language: str) -> bytes:
    """The sheet as A4 PDF in `zh-CN` or `en`; the same visit gives the same bytes."""
    words = labels(language)
    text, form = words.part("relief_sheet"), words.part("form")
    return pressed(
        Sheet(
            page=_A4,
            language=language,
            union=of.union_name,
            title=text["title"],
            under=(
                f"{text['visited_unit']}{words.colon}{of.visited_unit}",
                "",
                f"{text['visited_on']}{words.colon}{words.day(of.visited_on) or text['to_come']}",
            ),
            sections=[
                Section(text["point"], _point(of, words, text)),
                _goods(of, words, text),
                Section(text["people"], _heads(of, text)),
                Section(text["signatures"], _hands(of, words, text)),
            ],
            foot=(
                text["foot"].format(id=of.point_id, version=of.version),
                form["printed"].format(at=words.instant(of.printed_at), by=of.printed_by),
            ),
            page_of=form["page_of"],
        )
    )


def _point(of: SignOffSheet, words: Labels, text: dict[str, str]) -> list[Row]:
    known = "" if of.temperature is None else f"{of.temperature:.1f} ℃"
    source = f"（{of.temperature_source}）" if words.language == "zh-CN" else f" ({of.temperature_source})"
    fields = [
        (text["name"], of.name),
        (text["address"], of.address),
        (text["temperature"], known + source if known else ""),
        (text["leader"], of.leader),
        (text["planned_on"], words.day(of.planned_on)),
        (text["handler"], of.handler),
    ]
    return pairs(fields, 8 * MM)


def _goods(of: SignOffSheet, words: Labels, text: dict[str, str]) -> Section:
    head = Row(tuple(Cell(text[name], share, "label") for name, share in zip(_COLUMNS, _SHARES, strict=True)))
    rows = [_line(number, each, words) for number, each in enumerate(of.goods, start=1)]
    rows += [Row(tuple(Cell("", share) for share in _SHARES), 9 * MM)] * (0 if rows else _BLANK_ROWS)
    amount = sum((each.amount for each in of.goods), NOTHING)
    total = Row(
        (
            Cell(text["total"], _SHARES[0] + _SHARES[1], "label"),
            Cell(capital_amount(amount) if of.goods else "", sum(_SHARES[2:6])),
            Cell(words.yuan(amount) if of.goods else "", _SHARES[6], "figure"),
        ),
        9 * MM,
    )
    return Section(text["goods"], [*rows, total], head)


def _line(number: int, each: Goods, words: Labels) -> Row:
    batch = "\n".join(part for part in (each.batch_number, words.day(each.good_until)) if part)
    texts = (
        *(str(number), each.article, each.specification, batch, f"{each.quantity} {each.measure}"),
        *(f"{each.unit_price:,.2f}", f"{each.amount:,.2f}"),
    )
    kinds = ("centre", "text", "text", "centre", "figure", "figure", "figure")
    cells = (Cell(shown, share, kind) for shown, share, kind in zip(texts, _SHARES, kinds, strict=True))  # type: ignore[arg-type]
    return Row(tuple(cells), 9 * MM)


def _heads(of: SignOffSheet, text: dict[str, str]) -> list[Row]:
    names = ("heads", "members", "non_members", "non_staff")
    cells: list[Cell] = []
    for name in names:
        count = getattr(of, name)
        cells += [Cell(text[name], 4, "label"), Cell("" if count is None else str(count), 3, "centre")]
    return [Row(tuple(cells), 9 * MM)]


def _hands(of: SignOffSheet, words: Labels, text: dict[str, str]) -> list[Row]:
    """The recipient's and the handler's boxes; what was signed on paper is proved by the digest of its picture."""
    phone = mask_mobile(of.recipient_phone) if of.recipient_phone else ""
    boxes = Row(
        (
            Cell(text["recipient"], 1, sign=(of.recipient, words.day(of.signed_on))),
            Cell(text["union"], 1, sign=("", "")),
        ),
        26 * MM,
    )
    fields = [(text["phone"], phone), (text["document"], of.document_sha256)]
    return [Row((Cell(text["statement"], 1),), 10 * MM), boxes, *pairs(fields, 8 * MM)]
