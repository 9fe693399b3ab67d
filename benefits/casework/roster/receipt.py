"""Real-name issue: each line of goods is signed for once, by the member or a proxy, or declared not fetched."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy.orm import Session

from benefits.access.person import person_key
from benefits.casework import workflow
from benefits.casework.consequence import consequence_of
from benefits.casework.roster import stages
from benefits.core.actor import Actor
from benefits.core.errors import StateForbids, invalid
from benefits.money.duty import require_duty
from models.application import Application
from models.roster import RosterLine
from models.roster_vocabulary import RosterLineState, SignedBy
from models.secrecy import secrecy
from models.vocabulary import ApplicationState


@dataclass(frozen=True)
class Proxy:
    """代领人: who fetched it for the member, as what to them, and by which authorisation."""

    name: str
    relation: str
    authorisation: str


def sign(
    session: Session, actor: Actor, line: RosterLine, *, received_on: date, signed_by: str, proxy: Proxy | None
) -> RosterLine:
    """An officer takes down a receipt, once (statement 18).

    Raises:
        StateForbids: not approved, not goods, or signed or declared unclaimed already.
        Invalid: a day ahead, or a proxy's signature without the proxy. NotPermitted, OwnCase, DutyConflict.
    """
    case = _handed_out(session, actor, line, "receipt", RosterLineState.LISTED)
    if received_on > actor.today:
        raise invalid("/received_on", "in_the_future")
    if (signed_by == SignedBy.PROXY) != (proxy is not None):
        raise invalid("/proxy", "proxy_with_proxy_only")
    sealed = _sealed(session, line, proxy) if proxy else None
    line.received_on, line.signed_by, line.proxy_cipher = received_on, signed_by, sealed
    _settle(session, actor, line, case, RosterLineState.ISSUED, "receive", None)
    return line


def declare_unclaimed(session: Session, actor: Actor, line: RosterLine, reason: str) -> RosterLine:
    """What was not fetched or used: at the close its money goes back to the fund and the award is released.

    Of a cover or service the programme takes back what the approval brought, for good.

    Raises:
        StateForbids: not approved, money, given already, or signed or declared unclaimed already.
    """
    forms = ("goods", "cover", "service")
    case = _handed_out(session, actor, line, "unclaimed", RosterLineState.LISTED, forms=forms)
    if line.form != "goods":
        programme = consequence_of(case.programme)
        if programme.given(session, case):
            raise StateForbids(state="given", act="unclaimed")
        programme.taken_back(session, actor, case)
    line.unclaimed_reason = reason
    _settle(session, actor, line, case, RosterLineState.UNCLAIMED, "not_fetched", reason)
    return line


def void(session: Session, actor: Actor, line: RosterLine, reason: str) -> RosterLine:
    """Take a wrong receipt or declaration back; the record keeps it."""
    case = _handed_out(session, actor, line, "void", RosterLineState.ISSUED, RosterLineState.UNCLAIMED)
    line.received_on = line.signed_by = line.proxy_cipher = line.unclaimed_reason = None
    _settle(session, actor, line, case, RosterLineState.LISTED, "void_receipt", reason)
    return line


def proxy_of(session: Session, line: RosterLine) -> Proxy | None:
    """Who signed for the member, in the clear."""
    if line.proxy_cipher is None:
        return None
    return opened(session, person_key(session, line.person_id), line)


def opened(session: Session, key: bytes, line: RosterLine) -> Proxy | None:
    """The same with the person's key in hand."""
    if line.proxy_cipher is None:
        return None
    return Proxy(**json.loads(secrecy(session).decrypt(key, line.id, "proxy", line.proxy_cipher)))


def _sealed(session: Session, line: RosterLine, proxy: Proxy) -> bytes:
    plain = json.dumps(asdict(proxy), ensure_ascii=False, sort_keys=True)
    return secrecy(session).encrypt(person_key(session, line.person_id), line.id, "proxy", plain)


def _handed_out(
    session: Session,
    actor: Actor,
    line: RosterLine,
    act: str,
    *states: RosterLineState,
    forms: tuple[str, ...] = ("goods",),
) -> Application:
    """The case of a line, of goods unless said otherwise, that the actor may sign for now."""
    actor.require("case.file", line.roster.unit.path)
    stages.require(line.roster, "sign")
    if line.state not in states or line.application_id is None:
        raise StateForbids(state=line.state, act=act)
    if line.form not in forms:
        raise StateForbids(state="not_goods", act=act)
    require_duty(session, actor, [line.application_id], "filed")
    return session.get_one(Application, line.application_id, populate_existing=True)


def _settle(
    session: Session,
    actor: Actor,
    line: RosterLine,
    case: Application,
    state: RosterLineState,
    act: str,
    note: str | None,
) -> None:
    """Move the line; the case stays approved and keeps the act."""
    line.state = state
    line.signed_at = actor.at if state == RosterLineState.ISSUED else None
    line.handed_out_by = None if state == RosterLineState.LISTED else actor.account_id
    line.touched_at = line.roster.touched_at = actor.at
    workflow.advance(session, actor, case, act, ApplicationState(case.state), note=note)
