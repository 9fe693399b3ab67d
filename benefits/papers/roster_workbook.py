"""慰问花名册 as a workbook: the lines with their sum on one sheet, total and hands on a second."""

from __future__ import annotations

from collections.abc import Sequence

from benefits.papers.capital import capital_amount
from benefits.papers.labels import labels
from benefits.papers.roster_sheet import COLUMNS, RosterSheet, texts, total_of
from benefits.papers.workbook import Table, write_workbook


def roster_workbook(of: RosterSheet, language: str) -> bytes:
    """The list as XLSX in `zh-CN` or `en`; it says the same as the paper."""
    words = labels(language)
    text = words.part("roster")
    quantity, amount = total_of(of.lines)
    rows: list[Sequence[object]] = [
        (
            line.serial,
            *texts(of, line, words)[1:5],
            line.dues_through,
            of.programme,
            of.item,
            *(line.quantity, line.price, line.amount, line.received_on, line.signature, line.proxy),
        )
        for line in of.lines
    ]
    label = text["total"].format(people=len(of.lines))
    rows.append((None, label, *[None] * 6, quantity or None, None, amount, None, None, None))
    hands = [
        (text[name], hand.person, words.day_of(hand.at))
        for name, held in (
            ("filed_by", [of.filed_by]),
            ("checked_by", of.checked_by),
            ("decided_by", [of.decided_by]),
        )
        for hand in held
        if hand
    ]
    about: list[Sequence[object]] = [
        (text["roster_number"], of.number, None),
        (text["title"], of.title, None),
        (text["unit"], of.unit, None),
        (text["event"], of.event_on, None),
        (text["state"], words.word("roster", of.state), None),
        (text["fund"], of.fund, None),
        (text["total"].format(people=len(of.lines)), amount, capital_amount(amount)),
        *hands,
    ]
    columns = [text[name] for name, _, _ in COLUMNS]
    tables = [Table(text["sheet"], columns, rows), Table(text["about"], (text["about"], "", ""), about)]
    with write_workbook(tables) as whole:
        return whole.read()
