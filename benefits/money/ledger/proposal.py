"""Vouchers that a person draws up: proposed by one of finance (制单), posted or dropped by another (审核)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from benefits.access.reach import within
from benefits.core.actor import Actor
from benefits.core.errors import DutyConflict, NotFound, StateForbids, invalid
from benefits.core.plain_text import require_plain
from benefits.money.ledger.chart import OWED, chart_on
from benefits.money.ledger.reading import lines_of
from benefits.money.ledger.voucher import Entry, Posted, check_entries, post, reversed_entries
from benefits.money.ledger.year_figures import carried_key
from models.account import Account
from models.columns import new_id
from models.cover import PremiumPayment
from models.ledger import ProposalState, Voucher, VoucherKind, VoucherProposal
from models.money import Fund
from models.unit import Unit

MAY_FOLLOW = MappingProxyType(
    {"post": frozenset({ProposalState.PROPOSED}), "drop": frozenset({ProposalState.PROPOSED})}
)
# What an act of ours posted is undone by that act's own reversal, so that payments and books never part.
_BY_HAND = frozenset({VoucherKind.MANUAL, VoucherKind.RECEIPT})


def _visible(actor: Actor) -> Select[VoucherProposal]:
    return (
        select(VoucherProposal)
        .join(VoucherProposal.unit)
        .options(contains_eager(VoucherProposal.unit))
        .where(within(actor, "ledger.read"))
    )


def find_proposal(session: Session, actor: Actor, proposal_id: UUID) -> VoucherProposal:
    """A proposed voucher that the actor may see; raises NotFound."""
    query = _visible(actor).where(VoucherProposal.id == proposal_id)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def lock_proposal(session: Session, actor: Actor, proposal_id: UUID) -> VoucherProposal:
    """The same, locked for an act."""
    found = find_proposal(session, actor, proposal_id)
    session.refresh(found, with_for_update={"key_share": True})
    return find_proposal(session, actor, proposal_id)


def list_proposals(
    session: Session, actor: Actor, *, after: UUID | None, limit: int, unit_code: str | None, state: str | None
) -> list[VoucherProposal]:
    """Proposals in order of drawing up, one more than `limit` where there are more."""
    query = _visible(actor).order_by(VoucherProposal.id).limit(limit + 1)
    if after is not None:
        query = query.where(VoucherProposal.id > after)
    if unit_code is not None:
        query = query.where(Unit.code == unit_code)
    if state is not None:
        query = query.where(VoucherProposal.state == state)
    return list(session.scalars(query))


def propose(
    session: Session,
    actor: Actor,
    *,
    unit_code: str,
    on: date,
    reference: str,
    memo: str,
    lines: Sequence[Mapping[str, Any]],
) -> VoucherProposal:
    """Draw up a voucher for a unit's books.

    Raises:
        Invalid: unknown unit, a day to come, accounts unknown or not for this kind of union, sides that differ, a memo
            that names a person's number.
    """
    unit = session.scalar(select(Unit).where(Unit.code == unit_code, within(actor, "ledger.read")))
    if unit is None:
        raise invalid("/unit_code", "unit_unknown")
    actor.require("ledger.keep", unit.path)
    if on > actor.today:
        raise invalid("/on", "in_the_future")
    require_plain("/memo", memo)
    entries = [Entry("MANUAL", line["debit"], line["credit"], line["account"]) for line in lines]
    check_entries(unit, on, entries)
    return _draw_up(session, actor, unit, on, reference, memo, entries, None)


def propose_reversal(session: Session, actor: Actor, voucher: Voucher, reason: str) -> VoucherProposal:
    """Draw up the red entries of a voucher that a person made.

    Raises:
        StateForbids: it was posted by an act that has its own reversal, is itself red, is reversed already, or stands
            under another chart than today's: what is to be put right of it is drawn up by hand.
    """
    actor.require("ledger.keep", voucher.unit.path)
    if voucher.kind not in _BY_HAND:
        raise StateForbids(state=voucher.kind, act="reverse")
    if session.scalar(select(Voucher.id).where(Voucher.reverses_id == voucher.id)) is not None:
        raise StateForbids(state="reversed", act="reverse")
    if voucher.kind == VoucherKind.RECEIPT:
        _require_by_hand(session, voucher)
    entries = _red(session, actor, voucher)
    require_plain("/reason", reason)
    reference = f"{voucher.year}-{voucher.number}"
    return _draw_up(session, actor, voucher.unit, actor.today, reference, reason, entries, voucher.id)


def _require_by_hand(session: Session, receipt: Voucher) -> None:
    """Refuse the receipt of a debt, and that of a premium, whose covers are in force: their records would stay."""
    if any(line.key == OWED for line in lines_of(session, receipt.id)):
        raise StateForbids(state="recovery", act="reverse")
    premium = select(PremiumPayment.id).where(
        PremiumPayment.pool_fund_id == receipt.fund_id, PremiumPayment.bank_serial == receipt.reference
    )
    if session.scalar(premium.limit(1)) is not None:
        raise StateForbids(state="premium", act="reverse")


def _red(session: Session, actor: Actor, voucher: Voucher) -> list[Entry]:
    """The red entries; what an earlier year earned or spent is taken back from what that year carried over."""
    chart = chart_on(actor.today)
    if chart is None or chart.version != voucher.chart:
        raise StateForbids(state="other_chart", act="reverse", chart=voucher.chart)
    red = reversed_entries(lines_of(session, voucher.id))
    if voucher.year == actor.today.year:
        return red
    source = session.scalar(select(Fund.source).where(Fund.id == voucher.fund_id))
    carried = [carried_key(chart, voucher.unit, each.account or "", source) for each in red]
    return [
        Entry(key, each.debit, each.credit, chart.postings[key, voucher.unit.union_kind].account.code) if key else each
        for key, each in zip(carried, red, strict=True)
    ]


def _draw_up(
    session: Session,
    actor: Actor,
    unit: Unit,
    on: date,
    reference: str,
    memo: str,
    entries: Sequence[Entry],
    reverses_id: UUID | None,
) -> VoucherProposal:
    proposal = VoucherProposal(
        id=new_id(),
        unit_id=unit.id,
        state=ProposalState.PROPOSED,
        posted_on=on,
        reference=reference,
        memo=memo,
        lines=[
            {"key": each.key, "account": each.account, "debit": f"{each.debit:.2f}", "credit": f"{each.credit:.2f}"}
            for each in entries
        ],
        reverses_id=reverses_id,
        proposed_by=actor.account_id,
    )
    session.add(proposal)
    session.flush()
    return find_proposal(session, actor, proposal.id)


def post_proposal(session: Session, actor: Actor, proposal: VoucherProposal) -> VoucherProposal:
    """Another person posts what was drawn up.

    Raises:
        DutyConflict: the person who drew it up, from whichever account. StateForbids: posted or dropped already,
        the month is closed, or its original was reversed meanwhile. Invalid: the accounts no longer hold.
    """
    actor.require("ledger.keep", proposal.unit.path)
    _require(proposal, "post")
    if session.scalars(select(Account.person_id).where(Account.id == proposal.proposed_by)).one() == actor.person_id:
        raise DutyConflict(held="proposed", wanted="posted")
    entries = [
        Entry(line["key"], Decimal(line["debit"]), Decimal(line["credit"]), line["account"]) for line in proposal.lines
    ]
    kind = VoucherKind.MANUAL if proposal.reverses_id is None else VoucherKind.REVERSAL
    if kind == VoucherKind.MANUAL:
        check_entries(proposal.unit, proposal.posted_on, entries)
    what = Posted(
        kind,
        proposal.reference,
        proposal.posted_on,
        proposal.memo,
        session.scalar(select(Voucher.fund_id).where(Voucher.id == proposal.reverses_id)),
        reverses_id=proposal.reverses_id,
        proposed_by=proposal.proposed_by,
    )
    voucher = post(session, actor, proposal.unit, what, entries)
    proposal.state, proposal.voucher_id = ProposalState.POSTED, voucher.id
    session.flush()
    return proposal


def drop_proposal(session: Session, actor: Actor, proposal: VoucherProposal) -> VoucherProposal:
    """Take a proposal back; whoever drew it up may."""
    actor.require("ledger.keep", proposal.unit.path)
    _require(proposal, "drop")
    proposal.state = ProposalState.DROPPED
    session.flush()
    return proposal


def _require(proposal: VoucherProposal, act: str) -> None:
    if proposal.state not in MAY_FOLLOW[act]:
        raise StateForbids(state=proposal.state, act=act)
