"""记账凭证: a voucher as it is bound, its red entries in red, with the list of payments it sums up behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from benefits.papers.capital import capital_amount
from benefits.papers.labels import Labels, labels
from benefits.papers.press import Sheet, pressed
from benefits.papers.sheet import MM, Cell, Page, Row, Section

# Half of an A4 sheet, lying: the size in which vouchers are bound.
_A5 = Page(210 * MM, 148 * MM, margin=10 * MM, title=23 * MM, foot=7 * MM, side=0)
_ROW = 9 * MM
_LEAST_ROWS = 5
MOST_ANNEXED = 1_000  # printed one by one; the rest is summed in one row and named in full by the API


@dataclass(frozen=True)
class Line:
    """One line: what it is about, account code with name, yuan in debit or credit; negative is red."""

    memo: str
    account: str
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True)
class Annexed:
    """A payment behind the voucher; the payee is masked."""

    case_number: str
    account_last4: str
    bank_serial: str
    amount: Decimal


@dataclass(frozen=True)
class VoucherForm:
    """A voucher as it is printed. `prepared_by` and `checked_by` are empty where an act of the system posted it."""

    voucher_id: str
    union_name: str
    unit: str
    number: str
    kind: str
    posted_on: date
    reference: str
    lines: Sequence[Line]
    total: Decimal
    annex: Sequence[Annexed]
    annexed: int
    annexed_total: Decimal
    prepared_by: str
    checked_by: str
    posted_by: str
    posted_at: datetime
    keep_until: date | None
    printed_at: datetime
    printed_by: str


def voucher_form(of: VoucherForm, language: str) -> bytes:
    """The voucher as PDF on half an A4 sheet, in `zh-CN` or `en`; the same voucher gives the same bytes."""
    words = labels(language)
    text, form = words.part("voucher"), words.part("form")
    sections = [_entries(of, words, text), _hands(of, words, text)]
    if of.annexed:
        sections.append(_annex(of, words, text))
    return pressed(
        Sheet(
            page=_A5,
            language=language,
            union=of.union_name,
            title=text["title"],
            under=(
                f"{text['unit']}{words.colon}{of.unit}",
                words.day(of.posted_on),
                f"{text['number']}{words.colon}{of.number}",
            ),
            sections=sections,
            foot=(
                text["foot"].format(id=of.voucher_id, until=words.day(of.keep_until)),
                form["printed"].format(at=words.instant(of.printed_at), by=of.printed_by),
            ),
            page_of=form["page_of"],
        )
    )


def _figure(amount: Decimal, share: float, words: Labels) -> Cell:
    """An amount; in red without its sign where it is negative (红字), empty where it is nothing."""
    return Cell(words.yuan(abs(amount)) if amount else "", share, "figure", red=amount < 0)


def _entries(of: VoucherForm, words: Labels, text: dict[str, str]) -> Section:
    head = Row(
        (
            Cell(text["memo"], 8, "label"),
            Cell(text["account"], 8, "label"),
            Cell(text["debit"], 4, "label"),
            Cell(text["credit"], 4, "label"),
        )
    )
    rows = [
        Row(
            (
                Cell(line.memo, 8, red=line.debit + line.credit < 0),
                Cell(line.account, 8, red=line.debit + line.credit < 0),
                _figure(line.debit, 4, words),
                _figure(line.credit, 4, words),
            ),
            _ROW,
        )
        for line in of.lines
    ]
    blank = Row((Cell("", 8), Cell("", 8), Cell("", 4), Cell("", 4)), _ROW)
    rows += [blank] * (_LEAST_ROWS - len(rows))
    total = Row(
        (
            Cell(text["total"], 3, "label"),
            Cell(capital_amount(abs(of.total)), 13, red=of.total < 0),
            _figure(of.total, 4, words),
            _figure(of.total, 4, words),
        ),
        _ROW,
    )
    return Section("", [*rows, total], head)


def _hands(of: VoucherForm, words: Labels, text: dict[str, str]) -> Section:
    """附单据、制单、复核、记账, each with who and room for ink."""
    attached = text["attached"].format(count=of.annexed) if of.annexed else text["attached_blank"]
    about = Row(
        (
            Cell(text["kind"], 2, "label"),
            Cell(words.word("voucher_kind", of.kind), 4),
            Cell(text["reference"], 3, "label"),
            Cell(of.reference, 7),
            Cell(attached, 8, "centre"),
        )
    )
    boxes = [
        Cell(f"{text[label]}{words.colon}", 1, sign=(by, on))
        for label, by, on in (
            ("prepared", of.prepared_by or text["by_the_act"], ""),
            ("checked", of.checked_by, ""),
            ("posted", of.posted_by, words.instant(of.posted_at)),
        )
    ]
    return Section("", [about, Row(tuple(boxes), 17 * MM)])


def _annex(of: VoucherForm, words: Labels, text: dict[str, str]) -> Section:
    shares = (2, 6, 6, 8, 5)
    titles = ("serial", "case", "account_last4", "bank_serial", "amount")
    head = Row(tuple(Cell(text[name], share, "label") for name, share in zip(titles, shares, strict=True)))
    rows = [
        Row(
            (
                Cell(str(serial), shares[0], "centre"),
                Cell(each.case_number, shares[1], "centre"),
                Cell(f"****{each.account_last4}", shares[2], "centre"),
                Cell(each.bank_serial, shares[3], "centre"),
                _figure(each.amount, shares[4], words),
            )
        )
        for serial, each in enumerate(of.annex, start=1)
    ]
    if of.annexed > len(of.annex):
        rest = of.annexed_total - sum((each.amount for each in of.annex), Decimal(0))
        more = text["more"].format(count=of.annexed - len(of.annex))
        rows.append(Row((Cell(more, sum(shares[:4])), _figure(rest, shares[4], words))))
    total = text["annex_total"].format(count=of.annexed)
    rows.append(Row((Cell(total, sum(shares[:4]), "label"), _figure(of.annexed_total, shares[4], words))))
    return Section("", rows, head, turned=True)
