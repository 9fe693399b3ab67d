"""A member on one page: `/members/{id}/benefits`, `/eligibility` and the statement on paper."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields

from api.arguments import Blueprint
from api.cover import CoverView, shown_cover
from api.download import FILE, download
from api.fields import Body, Day, Id, Items, Money, Part, QueryWhole, Text, Whole
from api.guard import Desk, operation
from api.language import reader_language
from api.programme import AssessmentView
from benefits.casework.cover.cover import covers_of
from benefits.casework.standing import Award, Prospect, Room, prospects, standing, word_of
from benefits.casework.statement import print_statement
from benefits.catalogue import programme as programme_of
from benefits.money.entitlement import open_occasion
from benefits.registry.members import find_member
from benefits.rules.answer import to_json
from benefits.rules.declaration import Programme
from models.membership import Membership
from models.vocabulary import ApplicationState, EntitlementState

bp = Blueprint("member_standing", __name__, url_prefix="/members", description="会员福利 / A member's benefits")


class YearQuery(Body):
    """Which year; all without it."""

    year = QueryWhole(least=1900, most=2100, load_default=None)


class DayQuery(Body):
    """On which day; today without it."""

    on = Day(load_default=None)


class KindView(Body):
    """A kind of a programme, its codes in words."""

    programme = Text(required=True)
    programme_title = Text(required=True)
    kind = Text(required=True, allow_none=True)
    kind_label = Text(required=True, allow_none=True)


class AwardView(KindView):
    """An award; an occasion that would name a disease or a child is null."""

    occasion = Text(required=True, allow_none=True)
    occasion_label = Text(required=True, allow_none=True)
    year = Whole(required=True)
    amount = Money(required=True)
    state = Text(required=True, choices=tuple(EntitlementState))
    on = Day(required=True)
    application_id = Id(required=True)
    case_state = Text(required=True, choices=tuple(ApplicationState))
    unit_code = Text(required=True)


class RoomView(KindView):
    """A yearly cap, what all unions together have given of it, and what is left."""

    year = Whole(required=True, allow_none=True)
    cap = Money(required=True)
    taken = Money(required=True)
    left = Money(required=True)


class ElsewhereView(Body):
    """What other unions gave in all years; `year` does not narrow it."""

    count = Whole(required=True)
    amount = Money(required=True)


class BenefitsView(Body):
    """Awards in sight (one page), the room left in `year` or this one, what was taken elsewhere, covers in sight."""

    items = Items(Part(AwardView), required=True)
    next = fields.String(required=True, allow_none=True)
    room = Items(Part(RoomView), required=True)
    elsewhere = Part(ElsewhereView, required=True)
    covers = Items(Part(CoverView), required=True)


class FactView(Body):
    """A fact with its label."""

    fact = Text(required=True)
    label = Text(required=True)


class ChoiceView(FactView):
    """A fact that names the kind, and what was supposed for it."""

    value = Text(required=True)
    value_label = Text(required=True)


class ProspectView(AssessmentView):
    """One kind of a programme: the complete answer, the facts still wanted, the room left in its year."""

    programme_title = Text(required=True)
    choice = Items(Part(ChoiceView), required=True)
    wanted = Items(Part(FactView), required=True)
    room = Part(RoomView, required=True, allow_none=True)


class EligibilityView(Body):
    """Every programme in force on the day; there is one page."""

    on = Day(required=True)
    items = Items(Part(ProspectView), required=True)
    next = fields.String(required=True, allow_none=True)


def _kind(programme: Programme, kind: str | None) -> dict[str, Any]:
    language = reader_language()
    return {
        "programme": programme.code,
        "programme_title": programme.titles[language],
        "kind": kind or None,
        "kind_label": word_of(programme, kind, language) if kind else None,
    }


def _award(award: Award) -> dict[str, Any]:
    entry, programme = award.entry, programme_of(award.entry.programme)
    occasion = open_occasion(entry)
    return {
        **_kind(programme, entry.kind),
        "occasion": occasion,
        "occasion_label": occasion and word_of(programme, occasion, reader_language()),
        "year": entry.year,
        "amount": entry.amount,
        "state": entry.state,
        "on": entry.event_on,
        "application_id": entry.application_id,
        "case_state": award.case_state,
        "unit_code": award.unit_code,
    }


def _room(room: Room) -> dict[str, Any]:
    own = {"year": room.year, "cap": room.cap, "taken": room.taken, "left": room.left}
    return {**_kind(room.programme, room.kind), **own}


def _prospect(prospect: Prospect) -> dict[str, Any]:
    language, facts = reader_language(), prospect.programme.all_facts
    return {
        **to_json(prospect.judgement.assessment, language),
        "programme_title": prospect.programme.titles[language],
        "choice": [
            {
                "fact": name,
                "label": facts[name].label[language],
                "value": value,
                "value_label": facts[name].choices[value][language],
            }
            for name, value in prospect.choice.items()
        ],
        "wanted": [{"fact": name, "label": text[language]} for name, text in prospect.wanted.items()],
        "room": prospect.room and _room(prospect.room),
    }


@bp.route("/<uuid:member_id>/benefits", methods=["GET"])
@operation("member.read", load=find_member)
@bp.arguments(YearQuery, location="query")
@bp.response(200, BenefitsView)
def benefits(desk: Desk[Membership], query: dict[str, Any]) -> Any:
    """会员福利：历年各项目，及全部工会的剩余额度 / What a member was given, and the room left over all unions."""
    found = standing(desk.session, desk.actor, desk.thing, query["year"])
    return {
        "items": [_award(each) for each in found.awards],
        "next": None,
        "room": [_room(each) for each in found.rooms],
        "elsewhere": found.elsewhere,
        "covers": [shown_cover(desk, each) for each in covers_of(desk.session, desk.actor, desk.thing)],
    }


@bp.route("/<uuid:member_id>/eligibility", methods=["GET"])
@operation("member.read", load=find_member)
@bp.arguments(DayQuery, location="query")
@bp.response(200, EligibilityView)
def eligibility(desk: Desk[Membership], query: dict[str, Any]) -> Any:
    """可享项目：当日各项目逐条说明 / Every programme in force on a day, with reasons, by register and ledger alone."""
    on = query["on"] or desk.actor.today
    found = prospects(desk.session, desk.thing, on)
    return {"on": on, "items": [_prospect(each) for each in found], "next": None}


@bp.route("/<uuid:member_id>/statement.pdf", methods=["GET"])
@operation("member.read", load=find_member)
@bp.arguments(YearQuery, location="query")
@bp.response(200, FILE, content_type="application/pdf")
def statement(desk: Desk[Membership], query: dict[str, Any]) -> Response:
    """会员福利对账单（PDF） / The member's statement of benefits."""
    content = print_statement(desk.session, desk.actor, desk.thing, query["year"], reader_language())
    return download(content, "application/pdf", f"statement-{desk.thing.id}.pdf")
