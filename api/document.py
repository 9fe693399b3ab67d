"""The papers of an application, and its form as PDF."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest.fields import Upload

from api.arguments import Blueprint
from api.download import FILE, download
from api.fields import Body, Id, Instant, Text, Whole
from api.guard import Desk, operation
from api.language import reader_language
from api.paging import PageQuery, page_of, page_of_all
from benefits.casework.application import find_application, lock_application
from benefits.casework.document import add_document, documents_of, read_document, remove_document
from benefits.casework.form import print_form
from models.application import Application, Document

bp = Blueprint("document", __name__, url_prefix="/applications", description="材料 / Papers of applications")


class DocumentView(Body):
    """A paper of a case."""

    id = Id(required=True)
    title = Text(required=True)
    media_type = Text(required=True)
    size = Whole(required=True)
    sha256 = Text(required=True)
    created_at = Instant(required=True)


class TitleBody(Body):
    """What the paper is, such as 诊断证明."""

    title = Text(required=True, least=1, most=100)


class FileBody(Body):
    """The paper itself: PDF, JPEG or PNG, at most 10 MiB."""

    file = Upload(required=True)


def shown_document(document: Document) -> dict[str, Any]:
    """A paper as it is listed."""
    return {
        "id": document.id,
        "title": document.title,
        "media_type": document.media_type,
        "size": document.size,
        "sha256": document.digest.hex(),
        "created_at": document.created_at,
    }


@bp.route("/<uuid:application_id>/documents", methods=["GET"])
@operation("case.read", load=find_application)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(DocumentView))
def list_documents(desk: Desk[Application], query: dict[str, Any]) -> Any:
    """材料清单 / The papers of a case, in the order in which they were handed in."""
    part = page_of_all(documents_of(desk.session, desk.thing.id), query)
    return {"items": [shown_document(each) for each in part.items], "next": part.next}


@bp.route("/<uuid:application_id>/documents", methods=["POST"])
@operation("case.file", load=lock_application, keyed=True, conditional=True)
@bp.arguments(TitleBody, location="form")
@bp.arguments(FileBody, location="files")
@bp.response(201, DocumentView)
def hand_in(desk: Desk[Application], form: dict[str, Any], files: dict[str, Any]) -> Any:
    """提交材料 / Hand in a paper; the ETag is the case's new one."""
    document = add_document(
        desk.session, desk.actor, desk.thing, title=form["title"], content=files["file"].stream.read()
    )
    place = f"/api/v1/applications/{desk.thing.id}/documents/{document.id}"
    return shown_document(document), 201, {"Location": place, "ETag": f'"{desk.thing.version}"'}


@bp.route("/<uuid:application_id>/documents/<uuid:document_id>", methods=["GET"])
@operation("case.read", load=find_application)
@bp.response(200, FILE, content_type="application/pdf")
@bp.response(200, FILE, content_type="image/jpeg")
@bp.response(200, FILE, content_type="image/png")
def get_document(desk: Desk[Application], document_id: UUID) -> Response:
    """下载材料 / A paper; the reading is recorded."""
    document, content = read_document(desk.session, desk.thing, document_id)
    ending = document.media_type.rpartition("/")[2]
    return download(content, document.media_type, f"document-{document.id}.{ending}")


@bp.route("/<uuid:application_id>/documents/<uuid:document_id>", methods=["DELETE"])
@operation("case.file", load=lock_application, conditional=True)
@bp.response(204)
def take_out(desk: Desk[Application], document_id: UUID) -> Any:
    """撤下材料 / Take a paper out; it stays for the auditor."""
    remove_document(desk.session, desk.actor, desk.thing, document_id)


@bp.route("/<uuid:application_id>/form.pdf", methods=["GET"])
@operation("case.read", load=find_application)
@bp.response(200, FILE, content_type="application/pdf")
def form(desk: Desk[Application]) -> Response:
    """申请审批表（PDF） / The application form."""
    content = print_form(desk.session, desk.actor, desk.thing, reader_language())
    return download(content, "application/pdf", f"application-{desk.thing.number:08d}.pdf")
