"""The sheet of cases: its columns, and the check that turns a row into a case to file or into findings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.access.reach import along
from benefits.casework.filing.typed_facts import OWN, PAIRS, all_headings, headings, read_facts
from benefits.casework.round import joined_round, kept_to_round
from benefits.core.actor import Actor
from benefits.core.errors import Invalid, invalid
from benefits.core.identity import parse_card
from benefits.core.money import FEN
from benefits.intake.row import RowReader, has_error
from benefits.intake.workbook import YES_NO, Columns, as_heading
from benefits.money.payee import Payee
from benefits.registry.named_member import Named
from benefits.rules.declaration import Programme
from models.round import Round
from models.unit import Unit
from models.vocabulary import Severity

_PAYEE = ("收款户名", "收款账号", "开户行")
COLUMNS = Columns(
    sheet="申请",
    required=OWN[:4],
    optional=OWN[4:],
    words={"提交": YES_NO},
    also=all_headings(),
    notes={
        "项目": "项目名称或代码，如：困难职工帮扶",
        "事件日期": "节日、住院、申报等事项的日期；填了批次的可不填",
        "批次": "批次名称或编号；不按批次申报的不填",
        "收款户名": "不填则付至会员登记的账户",
        "提交": "填“是”：符合条件的直接提交，其余存为草稿",
        PAIRS: "写作“事实名=值”，多项用“；”隔开，如：救助项目=生活救助；家庭人口=3。每项事实也可单列一栏",
    },
)
NEEDED = OWN[:3]  # in every row; the day may be the round's


@dataclass(frozen=True, slots=True)
class ListedCase:
    """One good row: a case to file for a member, and whether to hand it in."""

    row: int
    programme: Programme
    member: Named
    on: date
    amount: Decimal | None
    facts: Mapping[str, Any]
    payee: Payee | None
    round_id: UUID | None
    hand_in: bool

    def canonical(self) -> str:
        """What the row says, in one form however it was typed: of two rows with the same, one is enough."""
        payee = [self.payee.holder, self.payee.account_number, self.payee.bank] if self.payee else None
        said = {
            "programme": self.programme.code,
            "member": str(self.member.member_id),
            "on": self.on.isoformat(),
            "amount": None if self.amount is None else f"{self.amount:.2f}",
            "facts": dict(self.facts),
            "payee": payee,
            "round": None if self.round_id is None else str(self.round_id),
        }
        return json.dumps(said, ensure_ascii=False, sort_keys=True)


def check_case(session: Session, actor: Actor, reader: RowReader, member: Named | None) -> ListedCase | None:
    """The case of a row, or None with findings in its cells.

    Codes beside those of the member and of facts: `required_missing`, `programme_unknown`, `date_unreadable`,
    `money_malformed`, `round_unknown`, `round_closed`, `differs_from_round`, `bank_card_checksum`, `code_unknown`.
    """
    programme = _programme(reader)
    amount, payee, hand_in = _amount(reader), _payee(reader), reader.flag("提交")
    on = reader.day("事件日期")
    facts = read_facts(reader, programme) if programme else {}
    of: Round | None = None
    if programme and member:
        of = _round(session, actor, reader, programme, member)
    if of is not None and programme:
        on = on or of.event_on
        try:
            facts = kept_to_round(of, on, facts)
        except Invalid as refused:
            _place(reader, programme, refused)
    if on is None and not any(each.column == "事件日期" for each in reader.findings):
        reader.fault("事件日期", "required_missing")
    if programme is None or member is None or on is None or has_error(reader.findings):
        return None
    return ListedCase(
        reader.row, programme, member, on, amount, facts, payee, of.id if of else None, hand_in=bool(hand_in)
    )


@cache
def _programmes() -> Mapping[str, str]:
    """Programmes by their codes and titles."""
    return {
        as_heading(text).casefold(): programme.code
        for programme in catalogue.programmes().values()
        for text in (programme.code, *programme.titles.values())
    }


def _programme(reader: RowReader) -> Programme | None:
    text = reader.text("项目")
    code = _programmes().get(as_heading(text).casefold()) if text else None
    if text and code is None:
        reader.fault("项目", "programme_unknown")
    return catalogue.programme(code) if code else None


def _amount(reader: RowReader) -> Decimal | None:
    text = reader.number("申请金额")
    if text is None:
        return None
    plain = text.strip("¥￥元").replace(",", "").replace("，", "")
    whole, _, cents = plain.partition(".")
    if not (plain.isascii() and whole.isdigit() and len(whole) <= 12 and (cents or "0").isdigit() and len(cents) <= 2):
        reader.fault("申请金额", "money_malformed")
        return None
    return Decimal(plain).quantize(FEN)


def _payee(reader: RowReader) -> Payee | None:
    holder, card, bank = reader.name("收款户名"), reader.number("收款账号"), reader.text("开户行")
    given = dict(zip(_PAYEE, (holder, card, bank), strict=True))
    if not any(given.values()):
        return None
    for column, text in given.items():
        if text is None:
            reader.fault(column, "required_missing")
    number = parse_card(card) if card else None
    if card and number is None:
        reader.fault("收款账号", "bank_card_checksum")
    return Payee(holder, number, bank) if holder and number and bank else None


def _round(session: Session, actor: Actor, reader: RowReader, programme: Programme, member: Named) -> Round | None:
    text = reader.text("批次")
    if text is None:
        return None
    try:
        round_id = _round_id(session, actor, text, programme)
        return joined_round(session, actor, round_id, programme=programme.code, path=member.unit_path)
    except Invalid as refused:
        _place(reader, programme, refused)
        return None


def _round_id(session: Session, actor: Actor, text: str, programme: Programme) -> UUID:
    """The round of this id or title; raises Invalid where there is none, or more than one of the title."""
    try:
        return UUID(text)
    except ValueError:
        found = session.scalars(
            select(Round.id)
            .join(Unit, Unit.id == Round.unit_id)
            .where(Round.title == text, Round.programme == programme.code, along(actor, "round.read"))
            .limit(2)
        ).all()
    if len(found) != 1:
        raise invalid("/round_id", "round_unknown")
    return found[0]


def _place(reader: RowReader, programme: Programme, refused: Invalid) -> None:
    """The faults of a refusal, each in the cell that it is about."""
    columns = {"on": "事件日期", "round_id": "批次"}
    known = headings(programme.code)
    columns |= {fact.name: column for column in reader.cells if (fact := known.get(column.casefold()))}
    for fault in refused.faults:
        name, params = fault.pointer.rpartition("/")[2], {key: str(value) for key, value in fault.params.items()}
        reader.fault(columns.get(name, PAIRS), fault.code, Severity.ERROR, **params)
