"""The statement of a member's benefits (会员福利对账单) as paper."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.casework.lookup import Lookup, lookups_of
from benefits.casework.standing import Award, Room, standing, word_of
from benefits.core.actor import UNION_ZONE, Actor
from benefits.core.errors import NotFound
from benefits.money.entitlement import open_occasion
from benefits.papers import statement as paper
from benefits.papers.labels import labels
from benefits.registry.disclosure import masked_id_number
from models.membership import Membership
from models.unit import Unit
from models.vocabulary import UNDONE


def print_statement(session: Session, actor: Actor, member: Membership, year: int | None, language: str) -> bytes:
    """The statement as PDF, of one year or of all; the identity number comes out masked.

    Raises:
        NotFound: the member's key was destroyed; there is nobody left to print it for.
    """
    number = masked_id_number(session, member)
    if number is None:
        raise NotFound
    found = standing(session, actor, member, year)
    return paper.statement(
        paper.Statement(
            member_id=str(member.id),
            union_name=session.scalar(select(Unit.name).where(Unit.parent_id.is_(None))) or "",
            name=member.name,
            sex=member.person.sex,
            identity_number=number,
            unit=member.unit.name,
            department=member.department or "",
            staff_number=member.staff_number or "",
            membership_state=member.state,
            year=year,
            awards=[_award(each, language) for each in found.awards],
            rooms=[_room(each, language) for each in found.rooms],
            elsewhere_count=found.elsewhere.count,
            elsewhere_amount=found.elsewhere.amount,
            lookups=[
                _look(each, language)
                for each in lookups_of(session, member)
                if year in {None, each.at.astimezone(UNION_ZONE).year}
            ],
            printed_at=actor.at,
            printed_by=actor.name,
        ),
        language,
    )


def _look(of: Lookup, language: str) -> paper.Look:
    words = labels(language)
    roles = words.value([words.word("role", role) for role in of.roles]) if of.roles else ""
    return paper.Look(
        at=of.at,
        by=" ".join(filter(None, (of.name, roles))),
        unit=of.unit or "",
        what=words.word("lookup", of.what),
        purpose=of.purpose or "",
    )


def _award(award: Award, language: str) -> paper.Award:
    entry, programme = award.entry, catalogue.programme(award.entry.programme)
    return paper.Award(
        programme=programme.titles[language],
        kind=word_of(programme, entry.kind, language),
        occasion=word_of(programme, open_occasion(entry) or "", language),
        event_on=entry.event_on,
        year=entry.year,
        amount=entry.amount,
        state=award.case_state if award.case_state in UNDONE else entry.state,
        live=award.live,
        case_number=f"{award.case_number:08d}",
        unit_code=award.unit_code,
    )


def _room(room: Room, language: str) -> paper.Room:
    return paper.Room(
        programme=room.programme.titles[language],
        kind=word_of(room.programme, room.kind or "", language),
        year=room.year,
        cap=room.cap,
        taken=room.taken,
        left=room.left,
    )
