"""参保登记表: everybody of a unit in a plan and term on one ruled sheet, and the same as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from benefits.core.money import NOTHING
from benefits.papers.labels import Labels, labels
from benefits.papers.press import Sheet, pressed
from benefits.papers.sheet import MM, Cell, Kind, Page, Row, Section, pairs
from benefits.papers.workbook import Table, write_workbook

# A3, lying: twenty-one columns are to be read.
_A3 = Page(420 * MM, 297 * MM, margin=12 * MM, title=25 * MM, foot=7 * MM, size=8, side=8 * MM)
_COLUMNS: tuple[tuple[str, float, Kind], ...] = (
    ("serial", 1.6, "centre"),
    ("name", 3.4, "centre"),
    ("sex", 2.2, "centre"),
    ("identity", 5.0, "centre"),
    ("born_on", 4.0, "centre"),
    ("age", 1.6, "centre"),
    ("employment", 3.3, "centre"),
    ("insured", 2.2, "centre"),
    ("phone", 3.4, "centre"),
    ("bank", 3.6, "text"),
    ("account", 2.6, "centre"),
    ("enrolment", 2.5, "centre"),
    ("previous_end_on", 4.2, "centre"),
    ("effective_on", 4.2, "centre"),
    ("shares", 1.9, "centre"),
    ("premium", 2.8, "figure"),
    ("member_part", 2.5, "figure"),
    ("unit_part", 2.5, "figure"),
    ("upper_part", 2.5, "figure"),
    ("gift_part", 2.5, "figure"),
    ("healthy", 2.4, "centre"),
    ("beneficiary", 2.9, "centre"),
    ("confirmed", 2.7, "centre"),
)
_PARTS = ("premium", "member_part", "unit_part", "upper_part", "gift_part")
_CHANGE = (1.6, 4, 4, 4, 4, 6)


@dataclass(frozen=True)
class Participant:
    """A line; identity number, phone and account are masked already. None: not said. `state` is a code."""

    name: str
    sex: str
    identity: str
    born_on: date
    age: int
    employment: str
    insured: bool | None
    phone: str
    bank: str
    account: str
    first_enrolment: bool
    previous_end_on: date | None
    effective_on: date
    shares: int
    premium: Decimal
    member_part: Decimal
    unit_part: Decimal
    upper_part: Decimal
    gift_part: Decimal
    healthy: bool | None
    beneficiary: bool
    confirmed: bool | None
    left_on: date | None
    left_reason: str


@dataclass(frozen=True)
class CoverRegister:
    """A unit's register of one plan and term; `ratio` and `wanted` are shown as they are given."""

    union_name: str
    unit: str
    credit_code: str
    plan: str
    edition: str
    term_start_on: date
    term_end_on: date
    participants: Sequence[Participant]
    group: int
    ratio: str
    wanted: str
    printed_at: datetime
    printed_by: str


def cover_register(of: CoverRegister, language: str) -> bytes:
    """The register as A3 PDF in `zh-CN` or `en`; the same register gives the same bytes."""
    words = labels(language)
    text, form = words.part("cover_register"), words.part("form")
    term = f"{words.day(of.term_start_on)} — {words.day(of.term_end_on)}"
    signing = Row(
        (Cell(text["unit_box"], 1, sign=(text["sign"],)), Cell(text["union_box"], 1, sign=(text["sign"],))), 24 * MM
    )
    return pressed(
        Sheet(
            page=_A3,
            language=language,
            union=of.union_name,
            title=text["title"],
            under=(f"{text['unit']}{words.colon}{of.unit}", of.plan, f"{text['term']}{words.colon}{term}"),
            sections=[
                Section("", pairs(_heads(of, words, text))),
                Section("", _lines(of, words, text), _head(text)),
                *_changes(of, words, text),
                Section("", [signing]),
            ],
            foot=(text["masked"], form["printed"].format(at=words.instant(of.printed_at), by=of.printed_by)),
            page_of=form["page_of"],
        )
    )


def cover_register_workbook(of: CoverRegister, language: str) -> bytes:
    """The same as XLSX: the participants, the totals, the changes within the term."""
    words = labels(language)
    text = words.part("cover_register")
    heads = [(label, value) for label, value in _heads(of, words, text)]
    rows = [_cells(number, each, words, text) for number, each in enumerate(of.participants, start=1)]
    changes = _change_cells(of, words, text)
    tables = [
        Table(text["participants"], [text[name] for name, _, _ in _COLUMNS], rows),
        Table(text["totals"], [text["what"], text["value"]], [*heads, *_sums(of, text)]),
        Table(text["changes"], _change_heads(text), changes),
    ]
    with write_workbook(tables) as whole:
        return whole.read()


def _heads(of: CoverRegister, words: Labels, text: dict[str, str]) -> list[tuple[str, str]]:
    return [
        (text["unit"], of.unit),
        (text["credit_code"], of.credit_code),
        (text["plan"], of.plan),
        (text["edition"], of.edition),
        (text["term"], f"{words.day(of.term_start_on)} — {words.day(of.term_end_on)}"),
        (
            text["participation"],
            text["participation_text"].format(n=len(of.participants), group=of.group, ratio=of.ratio),
        ),
        (text["wanted"], of.wanted or text["voluntary"]),
        (text["contact"], text["contact_blank"]),
    ]


def _cells(number: int, each: Participant, words: Labels, text: dict[str, str]) -> list[object]:
    """A line's values, typed, in the order of the columns."""
    said = {True: text["yes"], False: text["no"], None: ""}
    own = {
        "serial": number,
        "sex": words.word("sex", each.sex),
        "employment": words.word("employment_type", each.employment),
        "insured": said[each.insured],
        "enrolment": text["first" if each.first_enrolment else "renewal"],
        "healthy": said[each.healthy],
        "beneficiary": text["named"] if each.beneficiary else "",
        "confirmed": said[each.confirmed],
    }
    return [own[name] if name in own else getattr(each, name) for name, _, _ in _COLUMNS]


def _lines(of: CoverRegister, words: Labels, text: dict[str, str]) -> list[Row]:
    rows = []
    for number, each in enumerate(of.participants, start=1):
        texts = [_said(value, words) for value in _cells(number, each, words, text)]
        cells = zip(texts, _COLUMNS, strict=True)
        rows.append(Row(tuple(Cell(said, share, kind) for said, (_, share, kind) in cells)))
    if not rows:
        return [Row((Cell(text["nobody"], 1, "centre"),), 12 * MM)]
    sums = dict(_sums(of, text))
    before = [share for name, share, _ in _COLUMNS[: [c[0] for c in _COLUMNS].index("premium")]]
    after = [share for name, share, _ in _COLUMNS if name in {"healthy", "beneficiary", "confirmed"}]
    parts = [Cell(words.yuan(sums[text[name]]), share, "figure") for name, share, _ in _COLUMNS if name in _PARTS]
    return [*rows, Row((Cell(text["total"], sum(before), "label"), *parts, Cell("", sum(after))))]


def _said(value: object, words: Labels) -> str:
    return words.yuan(value) if isinstance(value, Decimal) else "" if value is None else words.value(value)


def _head(text: dict[str, str]) -> Row:
    return Row(tuple(Cell(text[name], share, "label") for name, share, _ in _COLUMNS))


def _sums(of: CoverRegister, text: dict[str, str]) -> list[tuple[str, Decimal]]:
    return [(text[part], sum((getattr(each, part) for each in of.participants), NOTHING)) for part in _PARTS]


def _change_heads(text: dict[str, str]) -> list[str]:
    return [text[name] for name in ("serial", "name", "identity", "change", "on", "reason")]


def _change_cells(of: CoverRegister, words: Labels, text: dict[str, str]) -> list[list[object]]:
    """Who joined after the term's start, and who left before its end (期内退休、调动名单)."""
    found: list[list[object]] = []
    for each in of.participants:
        if each.effective_on > of.term_start_on:
            found.append([each.name, each.identity, text["joined"], each.effective_on, ""])
        if each.left_on is not None:
            found.append(
                [each.name, each.identity, text["left"], each.left_on, words.word("left_reason", each.left_reason)]
            )
    return [[number, *cells] for number, cells in enumerate(found, start=1)]


def _changes(of: CoverRegister, words: Labels, text: dict[str, str]) -> list[Section]:
    cells = _change_cells(of, words, text)
    if not cells:
        return []
    rows = [
        Row(tuple(Cell(_said(value, words), share, "centre") for value, share in zip(row, _CHANGE, strict=True)))
        for row in cells
    ]
    head = Row(tuple(Cell(each, share, "label") for each, share in zip(_change_heads(text), _CHANGE, strict=True)))
    return [Section(text["changes_side"], rows, head)]
