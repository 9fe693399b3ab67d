"""The application form of a case as paper: rows and rules gathered into the plain values that are printed."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.access.person import person_key
from benefits.casework.assessment import Judgement, judgement_of
from benefits.casework.case_facts import stored_facts
from benefits.casework.document import documents_of
from benefits.casework.lookup import record_health_facts
from benefits.casework.workflow import acts_of
from benefits.core.actor import UNION_ZONE, Actor
from benefits.core.errors import NotFound
from benefits.money.payee import open_payee
from benefits.money.signature import signatures_of
from benefits.papers import case as paper
from benefits.papers.application_form import application_form
from benefits.papers.labels import Labels, labels
from benefits.rules.answer import Assessment
from benefits.rules.declaration import Programme
from models.application import Act, Application
from models.membership import Membership
from models.money import Fund
from models.person import Person
from models.secrecy import secrecy
from models.unit import Unit

_IN_HOUSEHOLD_BOX = frozenset({"household_size", "annual_disposable_income", "annual_rigid_spending"})


def print_form(session: Session, actor: Actor, application: Application, language: str) -> bytes:
    """The case's form as PDF; identity number, phone and account come out masked.

    Raises:
        NotFound: the member's key was destroyed; there is nothing left to print.
    """
    programme = catalogue.programme(application.programme)
    judgement = judgement_of(session, application)
    record_health_facts(session, application, stored_facts(session, application))
    return application_form(_form(session, actor, application, programme, judgement, language), language)


def _form(
    session: Session,
    actor: Actor,
    application: Application,
    programme: Programme,
    judgement: Judgement,
    language: str,
) -> paper.ApplicationForm:
    acts = acts_of(session, application.id)
    signed = signatures_of(session, acts)
    answer, words = judgement.assessment, labels(language)
    fund = session.get(Fund, application.fund_id) if application.fund_id else None
    return paper.ApplicationForm(
        case_id=str(application.id),
        case_number=f"{application.number:08d}",
        version=application.version,
        digest=acts[-1].seen_hash.hex() if acts else "",
        union_name=_root_name(session),
        programme=programme.titles[language],
        kind=_kind(programme, answer.key.kind if answer.key else None, language),
        event_on=application.event_on,
        filed_on=application.created_at.astimezone(UNION_ZONE).date(),
        policy=answer.source or "",
        state=application.state,
        applicant=_applicant(session, application),
        amount_asked=application.amount,
        amount_approved=application.approved_amount,
        fund=fund.name if fund else "",
        household=_household(judgement) if "household_size" in judgement.facts else None,
        facts=_facts(programme, judgement, language),
        findings=_findings(programme, answer, language),
        documents=_documents(session, application, language),
        payee=_payee(session, application),
        acts=[
            paper.Act(act.act, signed[act.id].written(language), act.acted_at, _said_with(act, words)) for act in acts
        ],
        printed_at=actor.at,
        printed_by=actor.name,
    )


def _said_with(act: Act, words: Labels) -> str:
    """The note of an act, and the minutes of the meeting that decided."""
    minutes = words.part("form")["minutes"].format(minutes=act.minutes) if act.minutes else ""
    return f"{act.note or ''}{minutes}".strip()


def _findings(programme: Programme, answer: Assessment, language: str) -> list[paper.Finding]:
    return [
        paper.Finding(
            each.rule[language],
            each.outcome,
            _said(programme, each.value, language),
            _said(programme, each.required, language),
            each.clause,
        )
        for each in answer.findings
        if each.outcome != "not_applicable"
    ]


def _documents(session: Session, application: Application, language: str) -> list[paper.Document]:
    words = labels(language)
    return [
        paper.Document(
            each.title,
            words.word("media_type", each.media_type),
            each.created_at.astimezone(UNION_ZONE).date(),
        )
        for each in documents_of(session, application.id)
    ]


def _root_name(session: Session) -> str:
    return session.scalar(select(Unit.name).where(Unit.parent_id.is_(None))) or ""


def _applicant(session: Session, application: Application) -> paper.Applicant:
    member = session.get_one(Membership, application.membership_id)
    person = session.get_one(Person, application.person_id)
    if person.key_wrapped is None:
        raise NotFound
    key, keys = person_key(session, person.id), secrecy(session)
    phone = keys.decrypt(key, member.id, "phone", member.phone_cipher).decode() if member.phone_cipher else ""
    return paper.Applicant(
        name=member.name,
        sex=person.sex,
        birth_on=person.birth_date,
        identity_number=keys.decrypt(key, person.id, "id_number", person.id_cipher).decode(),
        phone=phone,
        unit=application.unit.name,
        department=member.department or "",
        post=member.post or "",
        employment_type=member.employment_type,
        membership_state=member.state,
    )


def _household(judgement: Judgement) -> paper.Household:
    facts, derived = judgement.facts, judgement.assessment.derived
    return paper.Household(
        size=facts.get("household_size"),
        annual_disposable_income=facts.get("annual_disposable_income"),
        annual_rigid_spending=facts.get("annual_rigid_spending"),
        net_income_month=_yuan(derived.get("net_income_month")),
        subsistence_line_month=_yuan(derived.get("line_month")),
        hardship_class=derived.get("hardship_class", ""),
    )


def _yuan(shown: str | None) -> Decimal | None:
    return None if shown is None else Decimal(shown)


def _facts(programme: Programme, judgement: Judgement, language: str) -> list[paper.Fact]:
    """The programme's own facts, those from the household's file marked; the head and the box show what is theirs."""
    own = {fact.name for fact in programme.facts}.difference(_IN_HOUSEHOLD_BOX)
    mark = labels(language).part("form")["from_file"]
    lines = []
    for name, value in judgement.facts.items():
        if name not in own:
            continue
        fact = programme.all_facts[name]
        chosen = fact.choices.get(value) if isinstance(value, str) else None
        label = fact.label[language] + (mark if name in judgement.from_file else "")
        lines.append(paper.Fact(label, chosen[language] if chosen else value))
    return lines


def _said(programme: Programme, text: str | None, language: str) -> str:
    """What a finding shows, its codes in words: `true`, `deep, relative`, `homes_owned=1`."""
    words = labels(language)
    parts = []
    for part in (text or "").split(", "):
        name, sign, value = part.rpartition("=")
        fact = programme.all_facts.get(name)
        head = f"{fact.label[language]} " if fact and sign else ""
        parts.append(head + _word(programme, value if head else part, words))
    return "；".join(parts) if language == "zh-CN" else "; ".join(parts)


def _word(programme: Programme, code: str, words: Labels) -> str:
    if code in {"true", "false"}:
        return words.value(code == "true")
    for fact in programme.all_facts.values():
        if code in fact.choices:
            return fact.choices[code][words.language]
    return words.word("hardship_class", code)


def _kind(programme: Programme, kind: str | None, language: str) -> str:
    for fact in programme.facts:
        if kind is not None and kind in fact.choices and fact.name in {"kind", "aid_kind", "act"}:
            return fact.choices[kind][language]
    return kind or ""


def _payee(session: Session, application: Application) -> paper.Payee | None:
    if application.payee_cipher is None:
        return None
    payee = open_payee(session, application.person_id, application.id, application.payee_cipher)
    return paper.Payee(payee.holder, payee.bank, payee.account_number)
