"""Would this be granted, and why: facts from register, ledger and asker, judged by the edition in force."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.access.person import person_key
from benefits.casework.books import told
from benefits.casework.case_facts import facts_of_cases
from benefits.casework.payer import payer_kinds
from benefits.casework.policy_book import Running, edition_by_id, edition_on
from benefits.money.entitlement import Standpoint, facts_of_record
from benefits.registry.facts import facts_of_members
from benefits.registry.household_facts import household_facts
from benefits.registry.official_calendar import FIRST, calendar
from benefits.rules.assessment import Assessment, assess, ledger_key, no_policy
from benefits.rules.declaration import Programme, parse_facts
from models import application as rows
from models.membership import Membership
from models.secrecy import secrecy
from models.vocabulary import ApplicationState


@dataclass(frozen=True)
class Judgement:
    """An assessment with what it rested on: the row of the edition (None: no policy) and all facts as values.

    `from_file` names those that the household's file supplied; `calendar_edition` is None where no day was asked.
    """

    assessment: Assessment
    running: Running | None
    facts: Mapping[str, Any]
    from_file: tuple[str, ...] = ()
    calendar_edition: int | None = None


def assess_freely(
    session: Session,
    programme_code: str,
    on: date,
    given: Mapping[str, Any],
    member: Membership | None,
    *,
    running: Running | None = None,
    with_file: bool = False,
) -> Judgement:
    """Answer a question; nothing is stored. What is given adds to or overrides register, file and ledger.

    Args:
        running: the edition to judge by, instead of the one in force on the day.
        with_file: whether the member's own hardship file supplies facts; a sweep reads none, nor does what explains it.

    Raises:
        NotFound: no such programme. Invalid: facts that the programme does not ask, or malformed ones, all at once.
    """
    programme = catalogue.programme(programme_code)
    facts = parse_facts(programme, given)
    running = running or edition_on(session, programme.code, on)
    if member is None:
        return _judge(session, programme, running, on, facts)
    view = Standpoint(member.person_id, member.unit_id, on)
    filed = household_facts(session, programme, member.person_id, member.unit_id) if with_file else {}
    known = {**filed, **facts_of_members(session, [member.id], on, programme.all_facts)[member.id], **facts}
    known |= told(session, running, view, known)
    (ledger,) = _ledger(session, programme, running, [(known, view)])
    return _judge(session, programme, running, on, {**known, **ledger, **facts}, filed.keys() - facts.keys())


def assess_case(
    session: Session,
    application: rows.Application,
    *,
    amount: Decimal | None = None,
    payer_kind: str | None = None,
    running: Running | None = None,
    on: date | None = None,
) -> Judgement:
    """Assess a filed case. What the books know cannot be argued away by what was given; sums can only grow by it.

    Args:
        amount: yuan to be decided, instead of what was asked.
        payer_kind: the kind of union whose books will pay; that of the fund of the case or its round without it.
        running: the edition to judge by, instead of the one in force on the event's day.
        on: the day of an appointment under the case, instead of the event's day.
    """
    amounts = {} if amount is None else {application.id: amount}
    return assess_cases(session, [application], amounts=amounts, payer_kind=payer_kind, running=running, on=on)[0]


def assess_cases(
    session: Session,
    applications: Sequence[rows.Application],
    *,
    amounts: Mapping[UUID, Decimal] = MappingProxyType({}),
    payer_kind: str | None = None,
    running: Running | None = None,
    on: date | None = None,
) -> list[Judgement]:
    """The same for many cases of one programme and day, in their order: register and books are asked once for all."""
    if not applications:
        return []
    programme = catalogue.programme(applications[0].programme)
    appointment, on = {"appointment_on": on} if on else {}, on or applications[0].event_on
    running = running or edition_on(session, programme.code, on)
    register = facts_of_members(session, {each.membership_id for each in applications}, on, programme.all_facts)
    payers = {} if payer_kind else payer_kinds(session, applications)
    filed = {
        each.membership_id: household_facts(session, programme, each.person_id, each.unit_id) for each in applications
    }
    asked = []
    given = [parse_facts(programme, facts) for facts in facts_of_cases(session, applications)]
    for application, facts in zip(applications, given, strict=True):
        known = {**filed[application.membership_id], **facts, **register[application.membership_id], **appointment}
        if (decided := amounts.get(application.id, application.amount)) is not None:
            known["amount"] = decided
        if payer := payer_kind or payers.get(application.id):
            known["union_kind"] = payer
        view = Standpoint(application.person_id, application.unit_id, on, application.id)
        asked.append(({**known, **told(session, running, view, known)}, view))
    ledgers = _ledger(session, programme, running, asked)
    return [
        _judge(
            session,
            programme,
            running,
            on,
            {**known, **_no_less(ledger, facts)},
            filed[application.membership_id].keys() - facts.keys(),
        )
        for application, (known, _), ledger, facts in zip(applications, asked, ledgers, given, strict=True)
    ]


def _no_less(ledger: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The ledger's word, or more where more was given: money received outside the system counts too."""
    joined = dict(ledger)
    for name, value in ledger.items():
        if (other := given.get(name)) is not None and value is not None:
            joined[name] = (value or other) if isinstance(value, bool) else max(value, other)
    return joined


def _ledger(
    session: Session,
    programme: Programme,
    running: Running | None,
    asked: Sequence[tuple[Mapping[str, Any], Standpoint]],
) -> Sequence[Mapping[str, Any]]:
    if running is None:
        return [{} for _ in asked]
    days = calendar(session)
    keys = [ledger_key(running.edition, facts, on=view.on, calendar=days) for facts, view in asked]
    return facts_of_record(session, programme, [(key, view) for key, (_, view) in zip(keys, asked, strict=True)])


def _judge(
    session: Session,
    programme: Programme,
    running: Running | None,
    on: date,
    facts: Mapping[str, Any],
    from_file: Iterable[str] = (),
    calendar_edition: int | None = None,
) -> Judgement:
    days = calendar(session, calendar_edition)
    answer = assess(running.edition, facts, on=on, calendar=days) if running else no_policy(programme, on)
    return Judgement(answer, running, facts, tuple(sorted(from_file)), days.edition)


def replay(session: Session, application: rows.Application) -> Judgement | None:
    """What was said of a case, evaluated anew from its stored facts and edition; None before it was assessed."""
    if application.assessment_id is None:
        return None
    row = session.get_one(rows.Assessment, application.assessment_id)
    key = person_key(session, application.person_id)
    content = secrecy(session).decrypt(key, row.id, "assessment", row.content_cipher)
    return judged_again(session, application.programme, row.policy_id, row.event_on, content)


def judged_again(session: Session, code: str, policy_id: UUID | None, on: date, content: bytes) -> Judgement:
    """What `content_of` kept, evaluated anew from its facts, edition and calendar."""
    programme, kept = catalogue.programme(code), json.loads(content)
    facts = parse_facts(programme, kept["facts"])
    running = edition_by_id(session, policy_id) if policy_id else None
    return _judge(session, programme, running, on, facts, kept.get("from_file", ()), kept.get("calendar", FIRST))


def judgement_of(session: Session, application: rows.Application) -> Judgement:
    """What a case's page and paper show: as decided, or as of now while the officer may still change it."""
    open_still = application.state in {ApplicationState.DRAFT, ApplicationState.RETURNED}
    decided = None if open_still else replay(session, application)
    return decided or assess_case(session, application)
