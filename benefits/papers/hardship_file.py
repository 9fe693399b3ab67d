"""困难职工档案表: a household's file in the order of the printed form, with its evidence and its aid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from benefits.core.money import NOTHING
from benefits.papers.labels import Labels, labels
from benefits.papers.press import Sheet, pressed
from benefits.papers.sheet import MM, Cell, Kind, Page, Row, Section, pairs

_A4 = Page(210 * MM, 297 * MM, margin=14 * MM, title=25 * MM, foot=7 * MM)
_EVIDENCE = (1.6, 11, 4, 9)
_AID = (1.6, 4.5, 5, 6, 4.5, 4)


@dataclass(frozen=True)
class Evidence:
    """A paper of the pack: `state` is present, missing or optional; `titles` are the papers that were found."""

    name: str
    state: str
    titles: Sequence[str] = ()


@dataclass(frozen=True)
class Aid:
    """A line of the aid record; kind in words, purse and state as codes."""

    on: date
    kind: str
    source: str
    amount: Decimal
    state: str


@dataclass(frozen=True)
class HardshipFile:
    """A file as it is printed: fields as (label, value) in words, masked and withheld by whoever gathers them."""

    file_id: str
    number: str
    version: int
    union_name: str
    unit: str
    state: str
    opened_on: date | None
    head: Sequence[tuple[str, str]]
    main_cause: str
    second_causes: Sequence[str]
    members: Sequence[Sequence[tuple[str, str]]]
    payment: tuple[str, str, str]  # holder, bank, account masked
    evidence: Sequence[Evidence]
    aid: Sequence[Aid]
    aid_elsewhere: Decimal
    filed_by: str
    opened_by: str
    contact: str
    printed_at: datetime
    printed_by: str


def hardship_file(of: HardshipFile, language: str) -> bytes:
    """The file as A4 PDF in `zh-CN` or `en`; the same file gives the same bytes."""
    words = labels(language)
    text, form = words.part("hardship_file"), words.part("form")
    sections = [
        Section(text["head"], pairs(of.head)),
        *(Section(text["member"].format(n=at), pairs(each)) for at, each in enumerate(of.members, start=1)),
        _causes(of, words, text),
        Section(
            form["payee"], pairs(list(zip((form["holder"], form["bank"], form["account"]), of.payment, strict=True)))
        ),
        _evidence(of, words, text),
        _aid(of, words, text),
        *_opinions(of, text),
    ]
    return pressed(
        Sheet(
            page=_A4,
            language=language,
            union=of.union_name,
            title=text["title"],
            under=(
                f"{form['unit']}{words.colon}{of.unit}",
                f"{text['opened']}{words.colon}{words.day(of.opened_on) or words.word('household_state', of.state)}",
                f"{form['number']}{words.colon}{of.number}",
            ),
            sections=[section for section in sections if section.rows],
            foot=(
                text["foot"].format(id=of.file_id, version=of.version),
                form["printed"].format(at=words.instant(of.printed_at), by=of.printed_by),
            ),
            page_of=form["page_of"],
        )
    )


def _causes(of: HardshipFile, words: Labels, text: dict[str, str]) -> Section:
    second = words.value(list(of.second_causes)) if of.second_causes else ""
    return Section(text["causes"], pairs([(text["main_cause"], of.main_cause), (text["second_causes"], second)]))


def _row(shares: Sequence[float], texts: Sequence[str], kinds: Sequence[Kind]) -> Row:
    return Row(tuple(Cell(*cell) for cell in zip(texts, shares, kinds, strict=True)))


def _head(shares: Sequence[float], texts: Sequence[str]) -> Row:
    return _row(shares, texts, ["label"] * len(texts))


def _evidence(of: HardshipFile, words: Labels, text: dict[str, str]) -> Section:
    rows = [
        _row(
            _EVIDENCE,
            (str(at), each.name, text[each.state], words.value(list(each.titles)) if each.titles else ""),
            ("centre", "text", "text", "text"),
        )
        for at, each in enumerate(of.evidence, start=1)
    ]
    return Section(
        text["evidence"], rows, _head(_EVIDENCE, [text[key] for key in ("serial", "paper", "is_there", "found")])
    )


def _aid(of: HardshipFile, words: Labels, text: dict[str, str]) -> Section:
    rows = [
        _row(
            _AID,
            (
                str(at),
                words.day(each.on),
                each.kind,
                words.word("source", each.source),
                words.yuan(each.amount),
                words.word("award", each.state),
            ),
            ("centre", "text", "text", "text", "figure", "text"),
        )
        for at, each in enumerate(of.aid, start=1)
    ]
    if of.aid_elsewhere > NOTHING:
        said = (text["elsewhere"], words.yuan(of.aid_elsewhere), "")
        rows.append(_row((17.1, 4.5, 4), said, ("text", "figure", "text")))
    return Section(
        text["aid"],
        rows or [Row((Cell(text["no_aid"], 1),))],
        _head(_AID, [text[key] for key in ("serial", "on", "kind", "source", "amount", "state")]),
    )


def _opinions(of: HardshipFile, text: dict[str, str]) -> list[Section]:
    """The hands through which the file went, and the boxes for ink and seal (domain §2.5)."""
    hands = pairs([(text["filed_by"], of.filed_by), (text["opened_by"], of.opened_by), (text["contact"], of.contact)])
    boxes = [
        Section(text[box], [Row((Cell(text[f"{box}_text"], 1, sign=(text["blank"],)),), 20 * MM)])
        for box in ("head_signs", "party_opinion", "unit_opinion", "upper_opinion")
    ]
    return [Section(text["handling"], hands), *boxes]
