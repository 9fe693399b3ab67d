"""The register of participants (参保登记表) of a unit's plan and term, gathered as plain values for paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from benefits.access.person import person_keys
from benefits.access.reach import within
from benefits.casework.case_facts import facts_of_cases
from benefits.casework.cover.participation import participation_of
from benefits.casework.cover.plan import plan_on
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, invalid
from benefits.core.identity import mask_identity
from benefits.papers.cover_register import CoverRegister, Participant, cover_register, cover_register_workbook
from benefits.record.writer import write_entry
from benefits.rules.values import years_between
from models.application import Application
from models.cover import Cover
from models.cover_vocabulary import CoverEnd
from models.membership import Membership
from models.person import Person
from models.secrecy import secrecy
from models.unit import Unit

_FORMS: dict[str, Callable[[CoverRegister, str], bytes]] = {"pdf": cover_register, "xlsx": cover_register_workbook}


def print_register(
    session: Session, actor: Actor, *, unit_code: str, plan: str, term_start_on: date, form: str, language: str
) -> bytes:
    """The register as `pdf` or `xlsx`; identity numbers, phones and accounts come out masked, the reading is recorded.

    Raises:
        Invalid: no such unit or plan, or no cover of theirs for the term.
    """
    unit = session.scalar(select(Unit).where(Unit.code == unit_code, within(actor, "cover.read")))
    if unit is None:
        raise invalid("/unit", "unit_unknown")
    try:
        terms = plan_on(session, plan, term_start_on)
    except NotFound:
        raise invalid("/plan", "plan_unknown") from None
    covers = _covers(session, unit, plan, term_start_on)
    if not covers:
        raise invalid("/term_start_on", "nobody_covered")
    part = participation_of(session, unit, term_start_on, terms)
    write_entry(
        session,
        kind="export",
        action="cover_register",
        table="cover",
        unit_id=unit.id,
        data={"plan": plan, "term_start_on": term_start_on.isoformat(), "covers": len(covers), "form": form},
    )
    register = CoverRegister(
        union_name=session.scalar(select(Unit.name).where(Unit.parent_id.is_(None))) or "",
        unit=unit.name,
        credit_code=unit.credit_code or "",
        plan=terms.title[language],
        edition=terms.edition,
        term_start_on=term_start_on,
        term_end_on=covers[0].term_end_on,
        participants=_participants(session, covers),
        group=part.group,
        ratio=_percent(part.ratio),
        wanted=_percent(part.wanted),
        printed_at=actor.at,
        printed_by=actor.name,
    )
    return _FORMS[form](register, language)


def _covers(session: Session, unit: Unit, plan: str, term_start_on: date) -> list[Cover]:
    return list(
        session.scalars(
            select(Cover)
            .join(Cover.membership)
            .join(Membership.person)
            .options(contains_eager(Cover.membership).contains_eager(Membership.person))
            .where(
                Cover.unit_id == unit.id,
                Cover.plan == plan,
                Cover.term_start_on == term_start_on,
                Cover.ended_reason.is_distinct_from(CoverEnd.TAKEN_BACK),
            )
            .order_by(func.coalesce(Membership.department, ""), Membership.id, Cover.top_up)
        )
    )


def _participants(session: Session, covers: list[Cover]) -> list[Participant]:
    cases = {
        case.id: case
        for case in session.scalars(select(Application).where(Application.id.in_([c.application_id for c in covers])))
    }
    ordered = [cases[cover.application_id] for cover in covers]
    keys, own = person_keys(session, {cover.person_id for cover in covers}), secrecy(session)
    lines = []
    for cover, facts in zip(covers, facts_of_cases(session, ordered), strict=True):
        member, person = cover.membership, cover.membership.person
        shown = ""  # of a member who was erased since
        if person.id in keys:
            shown = mask_identity(own.decrypt(keys[person.id], person.id, "id_number", person.id_cipher).decode())
        lines.append(_participant(cover, member, person, shown, facts))
    return lines


def _participant(
    cover: Cover, member: Membership, person: Person, identity: str, facts: dict[str, object]
) -> Participant:
    def flag(name: str) -> bool | None:
        value = facts.get(name)
        return value if isinstance(value, bool) else None

    return Participant(
        name=member.name,
        sex=person.sex,
        identity=identity,
        born_on=person.birth_date,
        age=years_between(person.birth_date, cover.term_start_on),
        employment=member.employment_type,
        insured=flag("basic_insurance"),
        phone=member.phone_masked or "",
        bank=member.bank or "",
        account=f"****{member.account_last4}" if member.account_last4 else "",
        first_enrolment=cover.first_enrolment,
        previous_end_on=cover.previous_end_on,
        effective_on=cover.effective_on,
        shares=cover.shares,
        premium=cover.premium,
        member_part=cover.member_part,
        unit_part=cover.unit_part,
        upper_part=cover.upper_part,
        gift_part=cover.gift_part,
        healthy=flag("health_declared"),
        beneficiary=cover.beneficiary_cipher is not None,
        confirmed=flag("member_confirmed"),
        left_on=cover.left_on,
        left_reason=cover.left_reason or "",
    )


def _percent(ratio: Fraction | None) -> str:
    return "" if ratio is None else f"{float(ratio * 100):.1f} %"
