"""The sheet of a roster (慰问花名册), as PDF and as workbook."""

from __future__ import annotations

from flask import Response

from api.arguments import Blueprint
from api.download import FILE, XLSX, download
from api.guard import Desk, operation
from api.language import reader_language
from benefits.casework.roster.sheet import print_sheet
from benefits.casework.roster.shelf import find_roster
from models.roster import Roster

bp = Blueprint("roster_sheet", __name__, url_prefix="/rosters", description="花名册打印 / Sheets of rosters")


@bp.route("/<uuid:roster_id>/sheet.pdf", methods=["GET"])
@operation("case.read", load=find_roster)
@bp.response(200, FILE, content_type="application/pdf")
def sheet_pdf(desk: Desk[Roster]) -> Response:
    """花名册（PDF） / The sheet to be signed, or as signed; each printing is recorded."""
    content = print_sheet(desk.session, desk.actor, desk.thing, "pdf", reader_language())
    return download(content, "application/pdf", f"roster-{desk.thing.number}.pdf")


@bp.route("/<uuid:roster_id>/sheet.xlsx", methods=["GET"])
@operation("case.read", load=find_roster)
@bp.response(200, FILE, content_type=XLSX)
def sheet_xlsx(desk: Desk[Roster]) -> Response:
    """花名册（XLSX） / The same as a workbook; each export is recorded."""
    content = print_sheet(desk.session, desk.actor, desk.thing, "xlsx", reader_language())
    return download(content, XLSX, f"roster-{desk.thing.number}.xlsx")
