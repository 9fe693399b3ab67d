"""Vouchers drawn up by hand: `/ledger/proposals`, made by one person of finance and posted by another."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Id, Instant, Items, Money, Part, Text
from api.guard import Desk, created, operation
from api.paging import PageQuery, page, page_of, window
from benefits.money.ledger import proposal as proposals
from benefits.money.ledger.reading import find_voucher
from models.ledger import ProposalState, Voucher, VoucherProposal

bp = Blueprint("voucher_proposal", __name__, url_prefix="/ledger", description="凭证草稿 / Proposed vouchers")


class EntryBody(Body):
    """One line: an account of the chart in force on the day, in debit or in credit."""

    account = Text(required=True, least=1, most=16)
    debit = Money(required=True)
    credit = Money(required=True)


class ProposalBody(Body):
    """A voucher as drawn up; debits and credits are equal."""

    unit_code = Text(required=True, least=1, most=64)
    on = Day(required=True)
    reference = Text(required=True, least=1, most=100)
    memo = Text(required=True, least=1, most=500)
    lines = Items(Part(EntryBody), required=True, least=2, most=200)


class EntryView(Body):
    """A line of a proposal; red entries are negative."""

    account = Text(required=True)
    debit = Money(required=True, signed=True)
    credit = Money(required=True, signed=True)


class ProposalView(Body):
    """A proposal; once posted it names its voucher."""

    id = Id(required=True)
    unit_code = Text(required=True)
    state = Text(required=True, choices=tuple(ProposalState))
    on = Day(required=True)
    reference = Text(required=True)
    memo = Text(required=True)
    lines = Items(Part(EntryView), required=True)
    reverses_id = Id(required=True, allow_none=True)
    voucher_id = Id(required=True, allow_none=True)
    created_at = Instant(required=True)


class ProposalQuery(PageQuery):
    """Filters of the list."""

    unit_code = Text(load_default=None, most=64)
    state = Text(load_default=None, choices=tuple(ProposalState))


class ReversalBody(Body):
    """Why a voucher is reversed."""

    reason = Text(required=True, least=1, most=500)


ProposalPage = page_of(ProposalView)


def shown(proposal: VoucherProposal) -> dict[str, Any]:
    """A proposal as its page shows it."""
    return {
        "id": proposal.id,
        "unit_code": proposal.unit.code,
        "state": proposal.state,
        "on": proposal.posted_on,
        "reference": proposal.reference,
        "memo": proposal.memo,
        "lines": [
            {"account": line["account"], "debit": Decimal(line["debit"]), "credit": Decimal(line["credit"])}
            for line in proposal.lines
        ],
        "reverses_id": proposal.reverses_id,
        "voucher_id": proposal.voucher_id,
        "created_at": proposal.created_at,
    }


@bp.route("/proposals", methods=["GET"])
@operation("ledger.read")
@bp.arguments(ProposalQuery, location="query")
@bp.response(200, ProposalPage)
def list_proposals(desk: Desk[None], query: dict[str, Any]) -> Any:
    """凭证草稿列表 / Proposed vouchers."""
    part = window(query)
    rows = proposals.list_proposals(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": [shown(each) for each in shelf.items], "next": shelf.next}


@bp.route("/proposals", methods=["POST"])
@operation("ledger.keep", keyed=True)
@bp.arguments(ProposalBody)
@bp.response(201, ProposalView)
def propose(desk: Desk[None], body: dict[str, Any]) -> Any:
    """制单 / Draw up a voucher."""
    proposal = proposals.propose(desk.session, desk.actor, **body)
    return shown(proposal), 201, created(f"/ledger/proposals/{proposal.id}", proposal)


@bp.route("/vouchers/<uuid:voucher_id>/reversals", methods=["POST"])
@operation("ledger.keep", load=find_voucher, keyed=True)
@bp.arguments(ReversalBody)
@bp.response(201, ProposalView)
def propose_reversal(desk: Desk[Voucher], body: dict[str, Any]) -> Any:
    """红字冲销（制单） / Draw up the red entries of a voucher."""
    proposal = proposals.propose_reversal(desk.session, desk.actor, desk.thing, body["reason"])
    return shown(proposal), 201, created(f"/ledger/proposals/{proposal.id}", proposal)


@bp.route("/proposals/<uuid:proposal_id>", methods=["GET"])
@operation("ledger.read", load=proposals.find_proposal)
@bp.response(200, ProposalView)
def get_proposal(desk: Desk[VoucherProposal]) -> Any:
    """凭证草稿详情 / One proposed voucher."""
    return shown(desk.thing)


@bp.route("/proposals/<uuid:proposal_id>/post", methods=["POST"])
@operation("ledger.keep", load=proposals.lock_proposal, keyed=True, conditional=True, moves_money=True)
@bp.arguments(Body)
@bp.response(200, ProposalView)
def post_proposal(desk: Desk[VoucherProposal], _body: dict[str, Any]) -> Any:
    """审核过账 / Post what another person drew up."""
    return shown(proposals.post_proposal(desk.session, desk.actor, desk.thing))


@bp.route("/proposals/<uuid:proposal_id>/drop", methods=["POST"])
@operation("ledger.keep", load=proposals.lock_proposal, keyed=True, conditional=True)
@bp.arguments(Body)
@bp.response(200, ProposalView)
def drop_proposal(desk: Desk[VoucherProposal], _body: dict[str, Any]) -> Any:
    """作废草稿 / Take a proposal back."""
    return shown(proposals.drop_proposal(desk.session, desk.actor, desk.thing))
