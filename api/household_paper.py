"""A hardship file's aid record, its printed form, and the fields that a file has."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.arguments import Blueprint
from api.download import FILE, download
from api.fields import Body, Day, Flag, Id, Items, Money, Part, Text
from api.guard import Desk, operation
from api.language import reader_language
from api.paging import PageQuery, page_of_all
from benefits.casework.household.aid import aid_of
from benefits.casework.household.file import find_household
from benefits.casework.household.sheet import print_file
from benefits.core.code_table import code_table
from benefits.registry.hardship_file import Part as FormPart
from benefits.registry.hardship_file import typed_fields
from models.household import Household
from models.vocabulary import DisbursementState, EntitlementState, FundSource

bp = Blueprint("household_paper", __name__, url_prefix="/households", description="档案表 / Papers of hardship files")


class AidView(Body):
    """One award; `payment` is the state of its newest payment."""

    application_id = Id(required=True)
    unit_code = Text(required=True)
    on = Day(required=True)
    kind = Text(required=True)
    source = Text(required=True, allow_none=True, choices=tuple(FundSource))
    amount = Money(required=True)
    state = Text(required=True, choices=tuple(EntitlementState))
    payment = Text(required=True, allow_none=True, choices=tuple(DisbursementState))


class AidRecordView(Body):
    """The awards in sight (one page); `elsewhere` is what other unions gave the household in all."""

    items = Items(Part(AidView), required=True)
    next = Text(required=True, allow_none=True)
    elsewhere = Money(required=True)


class CodeView(Body):
    """A code and its word."""

    code = Text(required=True)
    label = Text(required=True)


class FieldView(Body):
    """A field of `details`: its name, label, type and codes, and whether the form stars it."""

    name = Text(required=True)
    label = Text(required=True)
    type = Text(required=True)
    starred = Flag(required=True)
    codes = Items(Part(CodeView), required=True)


class FormView(Body):
    """The fields that a file keeps of its head and of each further person."""

    head = Items(Part(FieldView), required=True)
    member = Items(Part(FieldView), required=True)


def _fields(part: FormPart) -> list[dict[str, Any]]:
    language = reader_language()
    return [
        {
            "name": field.name,
            "label": field.label(language),
            "type": field.type,
            "starred": field.starred,
            "codes": [
                {"code": code, "label": code_table(field.table).label(code, language)}
                for code in (code_table(field.table).labels if field.table else ())
            ],
        }
        for field in typed_fields(part).values()
    ]


@bp.route("/form", methods=["GET"])
@operation("household.read")
@bp.response(200, FormView)
def get_form(_desk: Desk[None]) -> Any:
    """档案表字段 / The fields of the form with their codes."""
    return {"head": _fields("head"), "member": _fields("member")}


@bp.route("/<uuid:household_id>/aid", methods=["GET"])
@operation("household.read", load=find_household)
@bp.arguments(PageQuery, location="query")
@bp.response(200, AidRecordView)
def list_aid(desk: Desk[Household], query: dict[str, Any]) -> Any:
    """帮扶记录 / Every hardship aid to the household, of all its members."""
    record = aid_of(desk.session, desk.actor, desk.thing)
    part = page_of_all(record.given, query)
    return {"items": part.items, "next": part.next, "elsewhere": record.elsewhere}


@bp.route("/<uuid:household_id>/file.pdf", methods=["GET"])
@operation("household.read", load=find_household)
@bp.response(200, FILE, content_type="application/pdf")
def print_household(desk: Desk[Household]) -> Response:
    """困难职工档案表（PDF） / The file on paper; health that is shown is recorded."""
    content = print_file(desk.session, desk.actor, desk.thing, reader_language())
    return download(content, "application/pdf", f"hardship-file-{desk.thing.number:08d}.pdf")
