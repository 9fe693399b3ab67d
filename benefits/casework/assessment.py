"""Would this be granted, and why: facts from register, ledger and asker, judged by the edition in force."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.access.person import person_key
from benefits.casework.policy_book import Running, calendar, edition_by_id, edition_on
from benefits.money.entitlement import Standpoint, record_facts
from benefits.registry.facts import member_facts
from benefits.rules.assessment import Assessment, assess, canonical, ledger_key, no_policy
from benefits.rules.declaration import Programme, parse_facts, show_facts
from models import application as rows
from models.columns import new_id
from models.membership import Membership
from models.secrecy import secrecy
from models.unit import Unit
from models.vocabulary import ApplicationState


@dataclass(frozen=True)
class Judgement:
    """An assessment with what it rested on: the row of the edition (None: no policy) and all facts as values."""

    assessment: Assessment
    running: Running | None
    facts: Mapping[str, Any]


def assess_freely(
    session: Session,
    programme_code: str,
    on: date,
    given: Mapping[str, Any],
    member: Membership | None,
    *,
    running: Running | None = None,
) -> Judgement:
    """Answer a question; nothing is stored. What is given adds to or overrides register and ledger.

    Args:
        running: the edition to judge by, instead of the one in force on the day.

    Raises:
        NotFound: no such programme. Invalid: facts that the programme does not ask, or malformed ones, all at once.
    """
    programme = catalogue.programme(programme_code)
    facts = parse_facts(programme, given)
    running = running or edition_on(session, programme.code, on)
    if member is None:
        return _judge(session, programme, running, on, facts)
    known = {**_register(session, programme, member, on), **facts}
    ledger = _ledger(session, programme, running, on, known, Standpoint(member.person_id, member.unit_id, on))
    return _judge(session, programme, running, on, {**known, **ledger, **facts})


def assess_case(
    session: Session,
    application: rows.Application,
    *,
    amount: Decimal | None = None,
    payer_kind: str | None = None,
    running: Running | None = None,
) -> Judgement:
    """Assess a filed case. What the books know cannot be argued away by what was given; sums can only grow by it.

    Args:
        amount: yuan to be decided, instead of what was asked.
        payer_kind: the kind of union whose books will pay, once a fund is chosen; the filing unit's until then.
        running: the edition to judge by, instead of the one in force on the event's day.
    """
    programme = catalogue.programme(application.programme)
    member = session.get_one(Membership, application.membership_id)
    facts = parse_facts(programme, stored_facts(session, application))
    known = {**facts, **_register(session, programme, member, application.event_on)}
    decided = application.amount if amount is None else amount
    if decided is not None:
        known["amount"] = decided
    if payer_kind is not None:
        known["union_kind"] = payer_kind
    on = application.event_on
    view = Standpoint(application.person_id, application.unit_id, on, application.id)
    running = running or edition_on(session, programme.code, on)
    ledger = _ledger(session, programme, running, on, known, view)
    return _judge(session, programme, running, on, {**known, **_no_less(ledger, facts)})


def _no_less(ledger: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The ledger's word, or more where more was given: money received outside the system counts too."""
    joined = dict(ledger)
    for name, value in ledger.items():
        told = given.get(name)
        if told is not None and value is not None:
            joined[name] = (value or told) if isinstance(value, bool) else max(value, told)
    return joined


def _register(session: Session, programme: Programme, member: Membership, on: date) -> dict[str, Any]:
    unit_kind = session.scalars(select(Unit.union_kind).where(Unit.id == member.unit_id)).one()
    facts = {"union_kind": unit_kind, **member_facts(session, member, on)}
    return {name: value for name, value in facts.items() if name in programme.all_facts and value is not None}


def _ledger(
    session: Session,
    programme: Programme,
    running: Running | None,
    on: date,
    facts: Mapping[str, Any],
    view: Standpoint,
) -> Mapping[str, Any]:
    if running is None:
        return {}
    key = ledger_key(running.edition, facts, on=on, calendar=calendar(session))
    return record_facts(session, programme, key, view)


def _judge(
    session: Session, programme: Programme, running: Running | None, on: date, facts: Mapping[str, Any]
) -> Judgement:
    if running is None:
        return Judgement(no_policy(programme, on), None, facts)
    return Judgement(assess(running.edition, facts, on=on, calendar=calendar(session)), running, facts)


def stored_facts(session: Session, application: rows.Application) -> dict[str, Any]:
    """The facts that were given with a case, as JSON."""
    key = person_key(session, application.person_id)
    plain = secrecy(session).decrypt(key, application.id, "facts", application.facts_cipher)
    facts: dict[str, Any] = json.loads(plain)
    return facts


def seal_facts(session: Session, person_id: UUID, application_id: UUID, facts: Mapping[str, Any]) -> bytes:
    """The facts of a case as its row keeps them."""
    plain = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    return secrecy(session).encrypt(person_key(session, person_id), application_id, "facts", plain)


def keep(session: Session, application: rows.Application, judgement: Judgement) -> rows.Assessment:
    """Keep what the rules said with all it rested on, so that it can be replayed for ever."""
    programme = catalogue.programme(application.programme)
    content = json.dumps(
        {
            "facts": show_facts(programme, judgement.facts),
            "answer": json.loads(canonical(judgement.assessment)),
            "nonce": b64encode(os.urandom(12)).decode(),
        },
        ensure_ascii=False,
        sort_keys=True,
    ).encode()
    row_id = new_id()
    key = person_key(session, application.person_id)
    row = rows.Assessment(
        id=row_id,
        application_id=application.id,
        unit_id=application.unit_id,
        policy_id=judgement.running.policy_id if judgement.running else None,
        event_on=application.event_on,
        outcome=judgement.assessment.outcome,
        content_cipher=secrecy(session).encrypt(key, row_id, "assessment", content),
        content_hash=hashlib.sha256(content).digest(),
    )
    session.add(row)
    session.flush()
    application.assessment_id = row.id
    return row


def replay(session: Session, application: rows.Application) -> Judgement | None:
    """What was said of a case, evaluated anew from its stored facts and edition; None before it was assessed."""
    if application.assessment_id is None:
        return None
    row = session.get_one(rows.Assessment, application.assessment_id)
    programme = catalogue.programme(application.programme)
    key = person_key(session, application.person_id)
    content = json.loads(secrecy(session).decrypt(key, row.id, "assessment", row.content_cipher))
    facts = parse_facts(programme, content["facts"])
    if row.policy_id is None:
        return Judgement(no_policy(programme, row.event_on), None, facts)
    running = edition_by_id(session, row.policy_id)
    answer = assess(running.edition, facts, on=row.event_on, calendar=calendar(session))
    return Judgement(answer, running, facts)


def judgement_of(session: Session, application: rows.Application) -> Judgement:
    """What a case's page and paper show: as decided, or as of now while the officer may still change it."""
    open_still = application.state in {ApplicationState.DRAFT, ApplicationState.RETURNED}
    decided = None if open_still else replay(session, application)
    return decided or assess_case(session, application)
