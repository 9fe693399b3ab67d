"""困难职工档案表 of a file: register, file, papers and aid gathered into the plain values that are printed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from benefits import catalogue
from benefits.casework.document import documents_of
from benefits.casework.household.aid import PROGRAMME, aid_of
from benefits.casework.household.reading import Reading, read_household
from benefits.casework.standing import word_of
from benefits.core.actor import Actor
from benefits.core.code_table import code_table
from benefits.core.errors import NotFound
from benefits.core.identity import mask_account
from benefits.core.money import round_yuan
from benefits.papers import hardship_file as paper
from benefits.papers.labels import Labels, labels
from benefits.registry.disclosure import masked_id_number
from benefits.registry.hardship_file import Field, Part, evidence_pack, form_fields
from models.account import Account
from models.application import Application
from models.household import Household
from models.membership import Membership
from models.notice import Notice
from models.unit import Unit

_MONTHS = 12


def print_file(session: Session, actor: Actor, household: Household, language: str) -> bytes:
    """The file as PDF; numbers masked, private things and health by the reader's role, the reading recorded.

    Raises:
        NotFound: the file or its head's key was destroyed.
    """
    member = _head(session, household)
    number = masked_id_number(session, member)
    if number is None or household.key_wrapped is None:
        raise NotFound
    words = labels(language)
    reading = read_household(session, actor, household)
    record = aid_of(session, actor, household)
    programme = catalogue.programme(PROGRAMME)
    causes, names = code_table("hardship_cause"), _names(session, household)
    held = mask_account(member.account_last4) if member.account_last4 else ""
    return paper.hardship_file(
        paper.HardshipFile(
            file_id=str(household.id),
            number=f"{household.number:08d}",
            version=household.version,
            union_name=session.scalar(select(Unit.name).where(Unit.parent_id.is_(None))) or "",
            unit=household.unit.name,
            state=household.state,
            opened_on=household.opened_on,
            head=_lines("head", {**reading.details, **_register(household, member, number, reading)}, reading, words),
            main_cause=causes.label(household.main_cause, language) if household.main_cause else "",
            second_causes=[causes.label(each, language) for each in household.second_causes],
            members=[
                [_relation(each.row.relation, words), *_lines("member", each.details, reading, words)]
                for each in reading.members
            ],
            payment=(member.account_holder or "", member.bank or "", held),
            evidence=_evidence(session, household, {each.kind for each in record.given}, language),
            aid=[
                paper.Aid(each.on, word_of(programme, each.kind, language), each.source or "", each.amount, each.state)
                for each in record.given
            ],
            aid_elsewhere=record.elsewhere,
            filed_by=names.get(household.filed_by, ""),
            opened_by=names.get(household.opened_by, "") if household.opened_by else "",
            contact=household.contact or "",
            printed_at=actor.at,
            printed_by=actor.name,
        ),
        language,
    )


def _head(session: Session, household: Household) -> Membership:
    return session.scalars(
        select(Membership)
        .join(Membership.person)
        .options(contains_eager(Membership.person))
        .where(Membership.id == household.membership_id)
        .execution_options(populate_existing=True)
    ).one()


def _names(session: Session, household: Household) -> Mapping[UUID, str]:
    rows = select(Account.id, Account.name).where(Account.id.in_({household.filed_by, household.opened_by}))
    return {row.id: row.name for row in session.execute(rows)}


def _register(household: Household, member: Membership, number: str, reading: Reading) -> dict[str, Any]:
    """What the register says of the head, and what is worked out."""
    yearly, size = reading.details.get("annual_income"), reading.details.get("household_size")
    per_month = round_yuan(Decimal(yearly) / _MONTHS / size) if yearly and size else None
    told = {
        "staff_number": member.staff_number,
        "hardship_class": household.hardship_class,
        "name": member.name,
        "ethnicity": member.ethnicity,
        "sex": member.person.sex,
        "political_status": member.political_status,
        "id_number": number,
        "birth_date": member.person.birth_date.isoformat(),
        "phone": member.phone_masked,
        "work_started_on": member.work_started_on.isoformat() if member.work_started_on else None,
        "unit": household.unit.name,
        "unit_kind": household.unit.unit_kind,
        "income_per_person_month": f"{per_month:.2f}" if per_month is not None else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _lines(part: Part, values: Mapping[str, Any], reading: Reading, words: Labels) -> list[tuple[str, str]]:
    """The fields in the printed order, starred ones marked, each value in words."""
    lines = []
    for field in form_fields(part):
        kept_back = field.name in reading.withheld and field.name not in values
        said = words.part("hardship_file")["withheld"] if kept_back else _said(field, values.get(field.name), words)
        lines.append((field.label(words.language) + ("*" if field.starred else ""), said))
    return lines


def _relation(code: str, words: Labels) -> tuple[str, str]:
    return words.part("hardship_file")["relation"], code_table("family_relation").label(code, words.language)


def _said(field: Field, value: Any, words: Labels) -> str:
    if value is None:
        return ""
    if field.table:
        return code_table(field.table).label(value, words.language)
    if field.type == "day":
        return words.day(date.fromisoformat(value))
    if field.type == "money":
        return words.yuan(Decimal(value))
    return words.value(value)


def _evidence(session: Session, household: Household, kinds: Collection[str], language: str) -> list[paper.Evidence]:
    """The pack of domain §2.5, each paper sought among those of the head's hardship cases by the words of its title."""
    cases = session.scalars(
        select(Application.id).where(
            Application.person_id == household.person_id,
            Application.unit_id == household.unit_id,
            Application.programme == PROGRAMME,
        )
    ).all()
    titles = [each.title for case in cases for each in documents_of(session, case)]
    shown = session.scalar(select(Notice.id).where(Notice.application_id.in_(cases)).limit(1)) is not None
    pack = []
    for each in evidence_pack():
        found = [title for title in titles if any(word.lower() in title.lower() for word in each.words)]
        wanted = each.needed_for is None or any(kind in each.needed_for for kind in kinds)
        there = bool(found) or (each.name == "notice" and shown)
        state = "present" if there else "missing" if wanted else "optional"
        pack.append(paper.Evidence(each.en if language == "en" else each.zh, state, found))
    return pack
