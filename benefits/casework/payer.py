"""Whose books and which purse pay for a case: its fund's, or until there is one those of its round's fund."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from benefits.money.purse import require_purse
from models.application import Application
from models.money import Fund
from models.round import Round
from models.unit import Unit


def payer_kinds(session: Session, applications: Sequence[Application]) -> Mapping[UUID, str]:
    """The kind of the paying union by case; a case for which no fund is named is not among them."""
    of_fund = _kinds(session, Fund.id, [each.fund_id for each in applications])
    of_round = _kinds(session, Round.id, [each.round_id for each in applications])
    named = {each.id: of_fund.get(each.fund_id) or of_round.get(each.round_id) for each in applications}
    return {case_id: kind for case_id, kind in named.items() if kind is not None}


def _kinds(session: Session, key: InstrumentedAttribute[UUID], ids: Sequence[UUID | None]) -> dict[UUID | None, str]:
    """The kind of the union that keeps a fund, by the fund or by the round that it pays for."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    query = select(key, Unit.union_kind).select_from(Fund).join(Unit, Unit.id == Fund.unit_id)
    if key is Round.id:
        query = query.join(Round, Round.fund_id == Fund.id)
    return {row[0]: row[1] for row in session.execute(query.where(key.in_(wanted)))}


def require_round_purse(session: Session, application: Application, key: str | None, today: date) -> None:
    """Refuse to hand in what the purse of the case's round may not pay for; without a round none is named yet.

    Raises:
        Invalid: at `/round_id`, as `benefits.money.purse.require_purse` has it.
    """
    fund = session.scalar(
        select(Fund).options(joinedload(Fund.unit)).join(Round).where(Round.id == application.round_id)
    )
    if fund is not None:
        require_purse(fund, [key], today, named="/round_id")
