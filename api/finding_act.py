"""What is done about a finding: `/audit/findings/{id}/{act}`, and the evidence of its rectification."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.arguments import Blueprint
from api.audit_finding import FindingView, shown
from api.document import DocumentView, FileBody, TitleBody
from api.download import FILE, download
from api.fields import Body, Day, Id, Text
from api.guard import Desk, operation
from api.paging import PageQuery, page_of, page_of_all
from benefits.assurance.finding import act
from benefits.assurance.finding.evidence import add_paper, papers_of, read_paper
from benefits.assurance.finding.finding import ANSWER, AUDIT, find_finding, lock_finding
from models.audit_finding import AuditFinding, FindingPaper
from models.audit_vocabulary import RevisitOutcome

bp = Blueprint("finding_act", __name__, url_prefix="/audit/findings", description="整改、销号、回访 / Acts on findings")


class AssignmentBody(Body):
    """Who must rectify now, until when, and why that changes."""

    responsible_id = Id(required=True)
    due_on = Day(required=True)
    reason = Text(required=True, least=1, most=1000)


class AnswerBody(Body):
    """What was rectified."""

    rectification = Text(required=True, least=1, most=2000)


class AgainBody(Body):
    """Why it is to be rectified again, and until when."""

    reason = Text(required=True, least=1, most=1000)
    due_on = Day(required=True)


class ClosureBody(Body):
    """What was verified."""

    note = Text(load_default=None, allow_none=True, least=1, most=1000)


class RevisitBody(Body):
    """A visit after the closure; a relapse is to be rectified until `due_on`."""

    on = Day(required=True)
    outcome = Text(required=True, choices=tuple(RevisitOutcome))
    note = Text(required=True, least=1, most=1000)
    due_on = Day(load_default=None, allow_none=True)


def shown_paper(paper: FindingPaper) -> dict[str, Any]:
    """A paper as it is listed."""
    names = ("id", "title", "media_type", "size", "created_at")
    return {**{name: getattr(paper, name) for name in names}, "sha256": paper.digest.hex()}


@bp.route("/<uuid:finding_id>/assign", methods=["POST"])
@operation(AUDIT, load=lock_finding, keyed=True, conditional=True)
@bp.arguments(AssignmentBody)
@bp.response(200, FindingView)
def assign(desk: Desk[AuditFinding], body: dict[str, Any]) -> Any:
    """改派或改期 / Give an unanswered finding to another account or day."""
    return shown(desk, act.assign(desk.session, desk.actor, desk.thing, **body))


@bp.route("/<uuid:finding_id>/answer", methods=["POST"])
@operation(ANSWER, load=lock_finding, keyed=True, conditional=True)
@bp.arguments(AnswerBody)
@bp.response(200, FindingView)
def answer(desk: Desk[AuditFinding], body: dict[str, Any]) -> Any:
    """报告整改 / Who is responsible says what was rectified."""
    return shown(desk, act.answer(desk.session, desk.actor, desk.thing, **body))


@bp.route("/<uuid:finding_id>/return", methods=["POST"])
@operation(AUDIT, load=lock_finding, keyed=True, conditional=True)
@bp.arguments(AgainBody)
@bp.response(200, FindingView)
def send_back(desk: Desk[AuditFinding], body: dict[str, Any]) -> Any:
    """退回整改 / The rectification is wanting."""
    return shown(desk, act.send_back(desk.session, desk.actor, desk.thing, **body))


@bp.route("/<uuid:finding_id>/close", methods=["POST"])
@operation(AUDIT, load=lock_finding, keyed=True, conditional=True)
@bp.arguments(ClosureBody)
@bp.response(200, FindingView)
def close(desk: Desk[AuditFinding], body: dict[str, Any]) -> Any:
    """销号 / Close an answered finding: another auditor than the one who opened it."""
    return shown(desk, act.close(desk.session, desk.actor, desk.thing, **body))


@bp.route("/<uuid:finding_id>/revisit", methods=["POST"])
@operation(AUDIT, load=lock_finding, keyed=True, conditional=True)
@bp.arguments(RevisitBody)
@bp.response(200, FindingView)
def revisit(desk: Desk[AuditFinding], body: dict[str, Any]) -> Any:
    """审计回访 / Whether the rectification held."""
    body["outcome"] = RevisitOutcome(body["outcome"])
    return shown(desk, act.revisit(desk.session, desk.actor, desk.thing, **body))


@bp.route("/<uuid:finding_id>/reopen", methods=["POST"])
@operation(AUDIT, load=lock_finding, keyed=True, conditional=True)
@bp.arguments(AgainBody)
@bp.response(200, FindingView)
def reopen(desk: Desk[AuditFinding], body: dict[str, Any]) -> Any:
    """重新整改 / Open a closed finding again."""
    return shown(desk, act.reopen(desk.session, desk.actor, desk.thing, **body))


@bp.route("/<uuid:finding_id>/documents", methods=["GET"])
@operation("finding.read", load=find_finding)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(DocumentView))
def list_papers(desk: Desk[AuditFinding], query: dict[str, Any]) -> Any:
    """整改材料清单 / The evidence of a finding, in the order in which it came."""
    part = page_of_all(papers_of(desk.session, desk.thing), query)
    return {"items": [shown_paper(each) for each in part.items], "next": part.next}


@bp.route("/<uuid:finding_id>/documents", methods=["POST"])
@operation(ANSWER, load=lock_finding, keyed=True, conditional=True)
@bp.arguments(TitleBody, location="form")
@bp.arguments(FileBody, location="files")
@bp.response(201, DocumentView)
def hand_in(desk: Desk[AuditFinding], form: dict[str, Any], files: dict[str, Any]) -> Any:
    """提交整改材料 / Hand in evidence; the ETag is the finding's new one."""
    paper = add_paper(desk.session, desk.actor, desk.thing, title=form["title"], content=files["file"].stream.read())
    place = f"/api/v1/audit/findings/{desk.thing.id}/documents/{paper.id}"
    return shown_paper(paper), 201, {"Location": place, "ETag": f'"{desk.thing.version}"'}


@bp.route("/<uuid:finding_id>/documents/<uuid:paper_id>", methods=["GET"])
@operation("finding.read", load=find_finding)
@bp.response(200, FILE, content_type="application/pdf")
@bp.response(200, FILE, content_type="image/jpeg")
@bp.response(200, FILE, content_type="image/png")
def get_paper(desk: Desk[AuditFinding], paper_id: UUID) -> Response:
    """下载整改材料 / A paper; the reading is recorded."""
    paper, content = read_paper(desk.session, desk.thing, paper_id)
    ending = paper.media_type.rpartition("/")[2]
    return download(content, paper.media_type, f"document-{paper.id}.{ending}")
