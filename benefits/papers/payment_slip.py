"""付款凭单: one disbursement as the voucher that four persons sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from benefits.core.identity import mask_account
from benefits.papers.capital import capital_amount
from benefits.papers.labels import Labels, labels
from benefits.papers.press import Sheet, pressed
from benefits.papers.sheet import MM, Cell, Page, Row, Section, pairs

# Half of an A4 sheet, lying: the size in which vouchers are bound.
_A5 = Page(210 * MM, 148 * MM, margin=10 * MM, title=23 * MM, foot=7 * MM)
_ROW = 6.8 * MM


@dataclass(frozen=True)
class Hand:
    """Someone who did their part: who, and when (aware)."""

    person: str
    at: datetime


@dataclass(frozen=True)
class PaymentSlip:
    """A disbursement as it is printed. `state` and `source` are codes; the account is masked when printed."""

    payment_id: str
    slip_number: str
    version: int
    digest: str
    payer: str
    fund: str
    source: str
    payee: str
    bank: str
    account_number: str
    amount: Decimal
    purpose: str
    case_number: str
    state: str
    printed_at: datetime
    printed_by: str
    slip_on: date
    batch_number: str = ""
    filed_by: Hand | None = None
    decided_by: Hand | None = None
    prepared_by: Hand | None = None
    checked_by: Hand | None = None
    released_by: Hand | None = None
    bank_serial: str = ""
    paid_on: date | None = None


def payment_slip(slip: PaymentSlip, language: str) -> bytes:
    """The slip as PDF on half an A4 sheet, in `zh-CN` or `en`; the same slip gives the same bytes."""
    words = labels(language)
    text = words.part("slip")
    form = words.part("form")
    return pressed(
        Sheet(
            page=_A5,
            language=language,
            union=slip.payer,
            title=text["title"],
            under=(
                text["attached"],
                words.day(slip.slip_on),
                f"{text['number']}{words.colon}{slip.slip_number}",
            ),
            sections=[
                _to(slip, text),
                _money(slip, words, text),
                _result(slip, words, text),
                _hands(slip, words, text),
            ],
            foot=(
                text["foot"].format(id=slip.payment_id, version=slip.version, digest=slip.digest),
                form["printed"].format(at=words.instant(slip.printed_at), by=slip.printed_by),
            ),
            page_of=form["page_of"],
        )
    )


def _to(slip: PaymentSlip, text: dict[str, str]) -> Section:
    fields = [
        (text["payee"], slip.payee),
        (text["account"], mask_account(slip.account_number)),
        (text["bank"], slip.bank),
    ]
    return Section(text["payee_section"], pairs(fields, _ROW))


def _money(slip: PaymentSlip, words: Labels, text: dict[str, str]) -> Section:
    amount = Row(
        (
            Cell(text["capital"], 4, "label"),
            Cell(capital_amount(slip.amount), 10),
            Cell(text["figures"], 4, "label"),
            Cell(words.yuan(slip.amount), 6, "figure"),
        ),
        9 * MM,
    )
    purpose = Row((Cell(text["purpose"], 4, "label"), Cell(slip.purpose, 20)), 9 * MM)
    fields = [
        (text["unit"], slip.payer),
        (text["source"], words.word("source", slip.source)),
        (text["fund"], slip.fund),
        (text["case"], slip.case_number),
    ]
    return Section(text["money"], [amount, purpose, *pairs(fields, _ROW)])


def _result(slip: PaymentSlip, words: Labels, text: dict[str, str]) -> Section:
    fields = [
        (text["state"], words.word("payment", slip.state)),
        (text["paid_on"], words.day(slip.paid_on)),
        (text["batch"], slip.batch_number),
        (text["bank_serial"], slip.bank_serial),
    ]
    return Section(text["result"], pairs(fields, _ROW))


def _hands(slip: PaymentSlip, words: Labels, text: dict[str, str]) -> Section:
    """经办 and 审批 of the case, then 制单 · 审核 · 出纳 · 领款, each with name, day and room for ink."""

    def line(by: Hand | None) -> str:
        return f"{by.person}  {words.day_of(by.at)}" if by else ""

    def box(label: str, by: Hand | None) -> Cell:
        return Cell(f"{label}{words.colon}", 1, sign=(by.person, words.day_of(by.at)) if by else ("", ""))

    case = pairs([(text["filed_by"], line(slip.filed_by)), (text["decided_by"], line(slip.decided_by))], _ROW)
    boxes = Row(
        (
            box(text["prepared_by"], slip.prepared_by),
            box(text["checked_by"], slip.checked_by),
            box(text["released_by"], slip.released_by),
            box(text["received_by"], None),
        ),
        18 * MM,
    )
    return Section(text["people"], [*case, boxes])
