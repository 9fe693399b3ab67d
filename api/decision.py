"""The acts on an application, each `POST /applications/{id}/{act}`, and the trail that they leave."""

from __future__ import annotations

from typing import Any

from api.application import ApplicationView, shown
from api.arguments import Blueprint
from api.fields import Body, Id, Instant, Money, Text
from api.guard import Desk, operation
from api.language import reader_language
from api.paging import PageQuery, page_of, page_of_all
from benefits.casework import decision, settlement
from benefits.casework.application import find_application, lock_application
from benefits.casework.workflow import acts_of
from benefits.money.signature import signatures_of
from models.application import Application

bp = Blueprint("decision", __name__, url_prefix="/applications", description="办理 / Acts on applications")


class NoteBody(Body):
    """A note to an act."""

    note = Text(load_default=None, allow_none=True, most=1000)


class ApprovalBody(NoteBody):
    """From which fund, how much if less than asked, and the minutes where the amount is decided collectively."""

    fund_id = Id(required=True)
    amount = Money(load_default=None, allow_none=True)
    minutes = Text(load_default=None, allow_none=True, least=1, most=200)


class SettlementBody(Body):
    """The invoice by which something given in kind is booked, and what it came to."""

    invoice = Text(required=True, least=1, most=100)
    amount = Money(required=True)


class ReasonBody(Body):
    """Why."""

    reason = Text(required=True, least=1, most=1000)


class ActView(Body):
    """One act on the case: who, when, from which state to which."""

    act = Text(required=True)
    from_state = Text(required=True, allow_none=True)
    to_state = Text(required=True)
    account_id = Id(required=True, allow_none=True)
    signed = Text(required=True, metadata={"description": "the name as papers show it: 李四（代张三）"})
    on_behalf_of = Text(required=True, allow_none=True)
    delegation_id = Id(required=True, allow_none=True)
    amount = Money(required=True, allow_none=True)
    minutes = Text(required=True, allow_none=True)
    note = Text(required=True, allow_none=True)
    disbursement_id = Id(required=True, allow_none=True)
    seen = Text(required=True)
    acted_at = Instant(required=True)


_SHOWN = (
    *("act", "from_state", "to_state", "account_id", "delegation_id", "amount", "note", "minutes"),
    *("disbursement_id", "acted_at"),
)


def _act(name: str, permission: str, schema: type[Body], *, moves_money: bool = False) -> Any:
    """The route of one act: locked, keyed, with If-Match, answering with the case."""

    def wrap(view: Any) -> Any:
        inner = bp.arguments(schema)(bp.response(200, ApplicationView)(view))
        guarded = operation(permission, load=lock_application, keyed=True, conditional=True, moves_money=moves_money)(
            inner
        )
        return bp.route(f"/<uuid:application_id>/{name}", methods=["POST"])(guarded)

    return wrap


@_act("submit", "case.file", Body)
def submit(desk: Desk[Application], _body: dict[str, Any]) -> Any:
    """提交 / Hand in: assessed now; unmet or unknown findings refuse it."""
    return shown(desk, desk.thing, decision.submit(desk.session, desk.actor, desk.thing))


@_act("endorse", "case.decide", NoteBody)
def endorse(desk: Desk[Application], body: dict[str, Any]) -> Any:
    """初审 / A reviewer has checked it: under review, or on notice."""
    return shown(desk, decision.endorse(desk.session, desk.actor, desk.thing, body["note"]))


@_act("approve", "case.decide", ApprovalBody, moves_money=True)
def approve(desk: Desk[Application], body: dict[str, Any]) -> Any:
    """批准 / Approve: fund and entitlement are reserved, the payment is made."""
    return shown(desk, desk.thing, decision.approve(desk.session, desk.actor, desk.thing, **body))


@_act("settle", "fund.keep", SettlementBody, moves_money=True)
def settle(desk: Desk[Application], body: dict[str, Any]) -> Any:
    """入账 / Finance books what was given in kind against its invoice; what it came to less is free again."""
    return shown(desk, settlement.settle(desk.session, desk.actor, desk.thing, **body))


@_act("return", "case.decide", ReasonBody, moves_money=True)
def give_back(desk: Desk[Application], body: dict[str, Any]) -> Any:
    """退回 / Return to the officer: decisions void, reservations released."""
    return shown(desk, decision.give_back(desk.session, desk.actor, desk.thing, body["reason"]))


@_act("reject", "case.decide", ReasonBody)
def reject(desk: Desk[Application], body: dict[str, Any]) -> Any:
    """不予批准 / Reject."""
    return shown(desk, decision.reject(desk.session, desk.actor, desk.thing, body["reason"]))


@_act("withdraw", "case.file", ReasonBody)
def withdraw(desk: Desk[Application], body: dict[str, Any]) -> Any:
    """撤回 / Withdraw before approval."""
    return shown(desk, decision.withdraw(desk.session, desk.actor, desk.thing, body["reason"]))


@_act("appeal", "case.file", ReasonBody)
def appeal(desk: Desk[Application], body: dict[str, Any]) -> Any:
    """申诉 / Ask for another decision by another person."""
    return shown(desk, decision.appeal(desk.session, desk.actor, desk.thing, body["reason"]))


@bp.route("/<uuid:application_id>/trail", methods=["GET"])
@operation("case.read", load=find_application)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(ActView))
def trail(desk: Desk[Application], query: dict[str, Any]) -> Any:
    """办理记录 / Every act on the case, the oldest first."""
    part = page_of_all(acts_of(desk.session, desk.thing.id), query)
    signed = signatures_of(desk.session, part.items)
    items = [
        {
            **{name: getattr(act, name) for name in _SHOWN},
            "signed": signed[act.id].written(reader_language()),
            "on_behalf_of": signed[act.id].on_behalf_of,
            "seen": act.seen_hash.hex(),
        }
        for act in part.items
    ]
    return {"items": items, "next": part.next}
