"""Applications: filed for a member by an officer, changed while draft or returned, found within the reader's scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager

from benefits import catalogue
from benefits.access.reach import Bounds, under, within
from benefits.casework import workflow
from benefits.casework.case_facts import seal_facts, stored_facts
from benefits.casework.round import joined_round, kept_to_round
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, invalid
from benefits.money.duty import require_duty
from benefits.money.entitlement import lock_people_of
from benefits.money.payee import NO_PAYEE, Payee, registered_payee, seal_payee
from benefits.rules.declaration import parse_case_facts
from models.application import Application
from models.columns import new_id
from models.membership import Membership
from models.round import Round
from models.unit import Unit
from models.vocabulary import ApplicationState


@dataclass(frozen=True)
class Filing:
    """What an officer writes on an application; `payee` None: the member's registered account, for money."""

    on: date
    amount: Decimal | None
    facts: Mapping[str, Any]
    payee: Payee | None
    round_id: UUID | None = None


def visible(actor: Actor) -> Select[Application]:
    """Cases in the subtrees where the actor reads cases, each with its member and unit."""
    return (
        select(Application)
        .join(Application.unit)
        .join(Application.membership)
        .options(contains_eager(Application.unit), contains_eager(Application.membership))
        .where(within(actor, "case.read"))
    )


def find_application(session: Session, actor: Actor, application_id: UUID) -> Application:
    """A case that the actor may see; raises NotFound."""
    return _found(session, visible(actor).where(Application.id == application_id))


def lock_application(session: Session, actor: Actor, application_id: UUID) -> Application:
    """The same for an act: the person and their household first, then the case, held until the transaction ends."""
    wanted = visible(actor).where(Application.id == application_id)
    lock_people_of(session, wanted.with_only_columns(Application.person_id))
    return _found(session, wanted.with_for_update(of=Application, key_share=True))


def _found(session: Session, wanted: Select[Application]) -> Application:
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def list_applications(
    session: Session,
    actor: Actor,
    *,
    after: UUID | None,
    limit: int,
    programme: str | None = None,
    state: str | None = None,
    unit_code: str | None = None,
    member_id: UUID | None = None,
    below: str | None = None,
    from_on: date | None = None,
    until_on: date | None = None,
    amount_from: Decimal | None = None,
    amount_until: Decimal | None = None,
) -> list[Application]:
    """Cases in order of filing, one more than `limit` where there are more; bounds are inclusive."""
    query = visible(actor).order_by(Application.id).limit(limit + 1)
    if after is not None:
        query = query.where(Application.id > after)
    if unit_code is not None:
        query = query.where(Unit.code == unit_code)
    for column, wanted in (
        (Application.programme, programme),
        (Application.state, state),
        (Application.membership_id, member_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    amount = func.coalesce(Application.approved_amount, Application.amount)
    bounds: Bounds = (
        (below, under),
        (from_on, lambda day: Application.event_on >= day),
        (until_on, lambda day: Application.event_on <= day),
        (amount_from, lambda least: amount >= least),
        (amount_until, lambda most: amount <= most),
    )
    return list(session.scalars(query.where(*(holds(bound) for bound, holds in bounds if bound is not None))))


def file_application(session: Session, actor: Actor, *, programme: str, member_id: UUID, filing: Filing) -> Application:
    """Open a draft for a member.

    Raises:
        Invalid: unknown programme, member or facts (a member out of scope looks like none). NotPermitted, OwnCase.
    """
    member = session.execute(
        select(Membership, Unit.path)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.id == member_id, within(actor, "case.file"))
    ).first()
    if member is None:
        raise invalid("/member_id", "member_unknown")
    if programme not in catalogue.programmes():
        raise invalid("/programme", "programme_unknown")
    membership, unit_path = member
    actor.require_stranger(membership.person_id)
    filing = _in_round(session, actor, programme, unit_path, filing)
    application = Application(
        id=new_id(),
        programme=programme,
        unit_id=membership.unit_id,
        membership_id=membership.id,
        person_id=membership.person_id,
        state=ApplicationState.DRAFT,
        round_id=filing.round_id,
        filed_by=actor.account_id,
        submission=0,
    )
    _write(session, application, membership, filing)
    session.add(application)
    session.flush()
    workflow.advance(session, actor, application, "file", ApplicationState.DRAFT)
    return find_application(session, actor, application.id)


def _in_round(session: Session, actor: Actor, programme: str, path: str, filing: Filing) -> Filing:
    """The filing with what its round fixes for all."""
    if filing.round_id is None:
        return filing
    of = joined_round(session, actor, filing.round_id, programme=programme, path=path)
    return replace(filing, facts=kept_to_round(of, filing.on, filing.facts))


def change_application(
    session: Session, actor: Actor, application: Application, changes: Mapping[str, Any]
) -> Application:
    """Change a draft or returned case: `on`, `amount`, `facts`, `payee`; what is absent stays.

    A changed case is submitted and decided anew: approvals count only within one submission.
    """
    actor.require("case.file", application.unit.path)
    workflow.require(application, "change")
    require_duty(session, actor, [application.id], "filed")
    membership = session.get_one(Membership, application.membership_id)
    filing = Filing(
        on=changes.get("on", application.event_on),
        amount=changes.get("amount", application.amount),
        facts=changes["facts"] if "facts" in changes else stored_facts(session, application),
        payee=changes.get("payee"),
    )
    if application.round_id is not None:
        of = session.get_one(Round, application.round_id)
        filing = replace(filing, facts=kept_to_round(of, filing.on, filing.facts))
    _write(session, application, membership, filing, keep_payee="payee" not in changes)
    workflow.advance(session, actor, application, "change", ApplicationState(application.state))
    return application


def _write(
    session: Session, application: Application, membership: Membership, filing: Filing, *, keep_payee: bool = False
) -> None:
    parse_case_facts(catalogue.programme(application.programme), filing.facts)
    application.event_on = filing.on
    application.amount = filing.amount
    application.facts_cipher = seal_facts(session, application.person_id, application.id, filing.facts)
    if keep_payee:
        return
    payee = filing.payee or registered_payee(session, membership)
    application.payee_named = filing.payee is not None
    columns = seal_payee(session, application.person_id, application.id, payee).columns() if payee else NO_PAYEE
    for column, value in columns.items():
        setattr(application, column, value)
