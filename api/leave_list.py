"""The papers of a round of leave: `/rounds/{id}/participants.pdf`, `.xlsx` and `/rounds/{id}/sign-in-sheet.pdf`."""

from __future__ import annotations

from flask import Response

from api.arguments import Blueprint
from api.download import FILE, XLSX, download
from api.guard import Desk, operation
from api.language import reader_language
from benefits.casework.place.paper import print_leave
from benefits.casework.round import find_round
from models.round import Round

bp = Blueprint("leave_list", __name__, url_prefix="/rounds", description="疗休养名单打印 / Papers of leaves")


@bp.route("/<uuid:round_id>/participants.pdf", methods=["GET"])
@operation("case.read", load=find_round)
@bp.response(200, FILE, content_type="application/pdf")
def participants_pdf(desk: Desk[Round]) -> Response:
    """参加人员名单（PDF） / Who goes, of your units; each printing is recorded."""
    content = print_leave(desk.session, desk.actor, desk.thing, "participants_pdf", reader_language())
    return download(content, "application/pdf", f"participants-{desk.thing.id}.pdf")


@bp.route("/<uuid:round_id>/participants.xlsx", methods=["GET"])
@operation("case.read", load=find_round)
@bp.response(200, FILE, content_type=XLSX)
def participants_xlsx(desk: Desk[Round]) -> Response:
    """参加人员名单与签到表（XLSX） / List and sign-in sheet as a workbook; each export is recorded."""
    content = print_leave(desk.session, desk.actor, desk.thing, "workbook", reader_language())
    return download(content, XLSX, f"participants-{desk.thing.id}.xlsx")


@bp.route("/<uuid:round_id>/sign-in-sheet.pdf", methods=["GET"])
@operation("case.read", load=find_round)
@bp.response(200, FILE, content_type="application/pdf")
def sign_in_pdf(desk: Desk[Round]) -> Response:
    """签到表（PDF） / The sheet that participants sign each day; each printing is recorded."""
    content = print_leave(desk.session, desk.actor, desk.thing, "sign_in_pdf", reader_language())
    return download(content, "application/pdf", f"sign-in-{desk.thing.id}.pdf")
