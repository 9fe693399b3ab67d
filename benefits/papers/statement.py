"""会员福利对账单: what a member was given, and what is left of each yearly cap, on one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from benefits.core.identity import mask_identity
from benefits.core.money import NOTHING
from benefits.papers.labels import Labels, labels
from benefits.papers.press import Sheet, pressed
from benefits.papers.sheet import MM, Cell, Kind, Page, Row, Section, pairs

_A4 = Page(210 * MM, 297 * MM, margin=14 * MM, title=25 * MM, foot=7 * MM)
_AWARD = (2, 5.4, 7.4, 2.3, 4.6, 3.7, 3.8, 4.6)
_ROOM = (6, 6, 3, 5, 5, 5)
_LOOK = (5.4, 6, 6.6, 6, 6)


@dataclass(frozen=True)
class Award:
    """A line of the statement; `state` is a code, the rest is in words. Only a live award counts in a sum."""

    programme: str
    kind: str
    occasion: str
    event_on: date
    year: int
    amount: Decimal
    state: str
    live: bool
    case_number: str
    unit_code: str


@dataclass(frozen=True)
class Room:
    """A yearly cap and what all unions have given of it, in yuan."""

    programme: str
    kind: str
    year: int | None
    cap: Decimal
    taken: Decimal
    left: Decimal


@dataclass(frozen=True)
class Look:
    """Somebody looked at what is kept of the member: when (aware), who, in which unit, at what, and what for."""

    at: datetime
    by: str
    unit: str
    what: str
    purpose: str


@dataclass(frozen=True)
class Statement:
    """A member's benefits of one year, or of all (`year` None). The identity number is masked when printed."""

    member_id: str
    union_name: str
    name: str
    sex: str
    identity_number: str
    unit: str
    department: str
    staff_number: str
    membership_state: str
    year: int | None
    awards: Sequence[Award]
    rooms: Sequence[Room]
    elsewhere_count: int
    elsewhere_amount: Decimal
    printed_at: datetime
    printed_by: str
    lookups: Sequence[Look] = ()


def statement(of: Statement, language: str) -> bytes:
    """The statement as A4 PDF in `zh-CN` or `en`; the same statement gives the same bytes."""
    words = labels(language)
    text, form = words.part("statement"), words.part("form")
    period = text["year"].format(year=of.year) if of.year else text["all_years"]
    sections = [
        _person(of, words, text, form),
        _awards(of, words, text),
        _rooms(of, words, text),
        _looks(of, words, text),
        Section(text["confirm"], [Row((Cell(text["confirm_text"], 1, sign=(text["sign"],)),), 20 * MM)]),
    ]
    return pressed(
        Sheet(
            page=_A4,
            language=language,
            union=of.union_name,
            title=text["title"],
            under=(
                f"{text['unit']}{words.colon}{of.unit}",
                f"{text['period']}{words.colon}{period}",
                f"{text['as_of']}{words.colon}{words.day_of(of.printed_at)}",
            ),
            sections=sections,
            foot=(
                text["foot"].format(id=of.member_id),
                form["printed"].format(at=words.instant(of.printed_at), by=of.printed_by),
            ),
            page_of=form["page_of"],
        )
    )


def _person(of: Statement, words: Labels, text: dict[str, str], form: dict[str, str]) -> Section:
    fields = [
        (form["name"], of.name),
        (form["identity"], mask_identity(of.identity_number)),
        (form["sex"], words.word("sex", of.sex)),
        (form["membership"], words.word("membership_state", of.membership_state)),
        (form["department"], of.department),
        (text["staff_number"], of.staff_number),
    ]
    return Section(text["person"], pairs(fields))


def _line(shares: Sequence[float], texts: Sequence[str], kinds: Sequence[Kind]) -> Row:
    return Row(tuple(Cell(*cell) for cell in zip(texts, shares, kinds, strict=True)))


def _head(shares: Sequence[float], text: dict[str, str], names: Sequence[str]) -> Row:
    return _line(shares, [text[name] for name in names], ["label"] * len(names))


def _awards(of: Statement, words: Labels, text: dict[str, str]) -> Section:
    """The awards under their programme and its sum; what was released is shown, and not counted."""
    rows: list[Row] = []
    for programme, group in groupby(enumerate(of.awards, start=1), key=lambda line: line[1].programme):
        lines = list(group)
        rows.append(_sum(programme, [award for _, award in lines], words))
        rows += [_award(number, award, words) for number, award in lines]
    if not rows:
        return Section(text["awards"], [Row((Cell(text["no_awards"], 1, "centre"),), 17 * MM)])
    names = ("serial", "on", "kind", "year_of", "amount", "state", "case", "given_by")
    return Section(text["awards"], [*rows, _sum(text["total"], of.awards, words)], _head(_AWARD, text, names))


def _award(number: int, award: Award, words: Labels) -> Row:
    texts = (
        str(number),
        words.day(award.event_on),
        f"{award.kind} · {award.occasion}" if award.occasion else award.kind,
        str(award.year),
        words.yuan(award.amount),
        words.word("award", award.state),
        award.case_number,
        award.unit_code,
    )
    return _line(_AWARD, texts, ("centre", "centre", "text", "centre", "figure", "centre", "centre", "centre"))


def _sum(label: str, awards: Sequence[Award], words: Labels) -> Row:
    amount = sum((award.amount for award in awards if award.live), NOTHING)
    texts, shares = (label, words.yuan(amount), ""), (sum(_AWARD[:4]), _AWARD[4], sum(_AWARD[5:]))
    return _line(shares, texts, ("label", "figure", "text"))


def _rooms(of: Statement, words: Labels, text: dict[str, str]) -> Section:
    rows = [
        _line(
            _ROOM,
            (
                room.programme,
                room.kind,
                str(room.year or ""),
                words.yuan(room.cap),
                words.yuan(room.taken),
                words.yuan(room.left),
            ),
            ("text", "text", "centre", "figure", "figure", "figure"),
        )
        for room in of.rooms
    ]
    head = _head(_ROOM, text, ("programme", "kind", "year_of", "cap", "taken", "left")) if rows else None
    said = text["elsewhere_line"].format(count=of.elsewhere_count, amount=words.yuan(of.elsewhere_amount))
    elsewhere = Row((Cell(text["elsewhere"], 6, "label"), Cell(said, 24)), 9 * MM)
    return Section(text["rooms"], [*rows, elsewhere], head)


def _looks(of: Statement, words: Labels, text: dict[str, str]) -> Section:
    """Who looked, the newest first."""
    rows = [
        _line(
            _LOOK,
            (words.instant(look.at), look.by, look.unit, look.what, look.purpose),
            ("centre", "text", "text", "text", "text"),
        )
        for look in of.lookups
    ]
    if not rows:
        return Section(text["lookups"], [Row((Cell(text["no_lookups"], 1, "centre"),), 17 * MM)])
    return Section(
        text["lookups"], rows, _head(_LOOK, text, ("looked_at", "looked_by", "looked_unit", "looked", "purpose"))
    )
