"""Imports of workbooks and CSV: `/imports`, each with its job, its findings and the marked workbook."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest.fields import Upload
from sqlalchemy.orm import Session

from api import fields
from api.arguments import Blueprint
from api.download import FILE, download
from api.guard import Desk, operation
from api.job import JobView, shown_job
from api.language import fill, messages, reader_language
from api.paging import PageQuery, page, page_of, window
from benefits.core.actor import Actor
from benefits.core.code_table import CodeTable
from benefits.core.errors import NotFound
from benefits.import_kinds import KINDS
from benefits.intake import imports
from benefits.papers.marked import Mark, mark_workbook
from benefits.papers.template import Column, template_workbook
from models.job import Import, ImportFinding, Job
from models.vocabulary import ImportMode, Severity

bp = Blueprint("import", __name__, url_prefix="/imports", description="导入 / Imports")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Sent = tuple[Import, Job]


class ImportForm(fields.Body):
    """What the file is, and whether its good rows shall land."""

    kind = fields.Text(required=True, choices=tuple(KINDS))
    mode = fields.Text(required=True, choices=tuple(ImportMode))


class ImportFile(fields.Body):
    """The file: XLSX, or CSV in UTF-8 or GB18030; a bank's answers also as pain.002, camt.053 or camt.054."""

    file = Upload(required=True)


class ImportView(JobView):
    """An import: its job's fields and its own. `rows` and the counts are null until it is done."""

    kind = fields.Text(required=True, choices=tuple(KINDS))
    mode = fields.Text(required=True, choices=tuple(ImportMode))
    filename = fields.Text(required=True)
    rows = fields.Whole(required=True, allow_none=True)
    accepted = fields.Whole(required=True, allow_none=True, metadata={"description": "rows without an error"})
    rejected = fields.Whole(required=True, allow_none=True)
    warnings = fields.Whole(required=True, allow_none=True)


class FindingView(fields.Body):
    """What is wrong or odd in one cell; `row` counts as the sheet does, the header being row 1."""

    row = fields.Whole(required=True)
    column = fields.Text(required=True)
    code = fields.Text(required=True)
    severity = fields.Text(required=True, choices=tuple(Severity))
    message = fields.Text(required=True)


class MarkedQuery(fields.Body):
    """With `only_rejected`, a workbook of the refused rows alone, to be corrected and sent again."""

    only_rejected = fields.QueryFlag(load_default=False)


class TemplateQuery(fields.Body):
    """With `programme`, a table of cases has a column for each of its facts."""

    programme = fields.Text(load_default=None, most=64)


def load_import(session: Session, actor: Actor, import_id: UUID) -> Sent:
    """The import that a path names, with its job."""
    return imports.find_import(session, actor, import_id)


def shown_import(desk: Desk[Any], sent: Sent) -> dict[str, Any]:
    """An import as it is answered."""
    imported, job = sent
    names = ("kind", "mode", "filename", "rows", "accepted", "rejected", "warnings")
    return {**shown_job(desk, job), **{name: getattr(imported, name) for name in names}}


def message_of(finding: ImportFinding) -> str:
    """A finding in the reader's words."""
    text = messages(reader_language())["fault"].get(finding.code, finding.code)
    return fill(text, finding.params)


@bp.route("", methods=["GET"])
@operation("import.read")
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(ImportView))
def list_imports(desk: Desk[None], query: dict[str, Any]) -> Any:
    """导入列表 / One's own imports and those of the units one reads, in order of creation."""
    part = window(query)
    rows = imports.list_imports(desk.session, desk.actor, after=part.after, limit=part.limit)
    found = page(rows, part.limit, key=lambda sent: sent[0].id)
    return {"items": [shown_import(desk, sent) for sent in found.items], "next": found.next}


@bp.route("", methods=["POST"])
@operation("import.read", keyed=True)
@bp.arguments(ImportForm, location="form")
@bp.arguments(ImportFile, location="files")
@bp.response(202, ImportView)
def start_import(desk: Desk[None], form: dict[str, Any], files: dict[str, Any]) -> Any:
    """导入文件 / Send a file. What is no such table is refused at once; else a job checks it and, told to, lands it."""
    file = files["file"]
    imported = imports.start_import(
        desk.session,
        desk.actor,
        KINDS[form["kind"]],
        kind_name=form["kind"],
        mode=form["mode"],
        filename=file.filename or "",
        content=file.stream.read(),
    )
    sent = imports.find_import(desk.session, desk.actor, imported.id)
    return shown_import(desk, sent), 202, {"Location": f"/api/v1/imports/{imported.id}"}


@bp.route("/<uuid:import_id>", methods=["GET"])
@operation("import.read", load=load_import)
@bp.response(200, ImportView)
def get_import(desk: Desk[Sent]) -> Any:
    """一次导入 / One import."""
    return shown_import(desk, desk.thing)


@bp.route("/<uuid:import_id>/findings", methods=["GET"])
@operation("import.read", load=load_import)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(FindingView))
def list_findings(desk: Desk[Sent], query: dict[str, Any]) -> Any:
    """校验结果 / The findings, by row."""
    part = window(query)
    rows = imports.list_findings(desk.session, desk.thing[0], after=part.after, limit=part.limit)
    found = page(rows, part.limit)
    names = ("row", "column", "code", "severity")
    return {
        "items": [{**{n: getattr(each, n) for n in names}, "message": message_of(each)} for each in found.items],
        "next": found.next,
    }


@bp.route("/<uuid:import_id>/workbook.xlsx", methods=["GET"])
@operation("import.read", load=load_import)
@bp.arguments(MarkedQuery, location="query")
@bp.response(200, FILE, content_type=_XLSX)
def marked_workbook(desk: Desk[Sent], query: dict[str, Any]) -> Response:
    """标注后的工作簿 / The workbook as sent, every finding marked in its cell; the reading is recorded."""
    imported = desk.thing[0]
    kind = KINDS[imported.kind]
    rows = imports.sent_rows(desk.session, desk.actor, imported, kind)
    marks = [
        Mark(each.row, each.column, "error" if each.severity == Severity.ERROR else "warning", message_of(each))
        for each in imports.list_findings(desk.session, imported, after=None, limit=len(rows) * len(rows[0]))
    ]
    content = mark_workbook(
        rows, marks, language=reader_language(), only_rejected=query["only_rejected"], name=kind.columns.sheet
    )
    return download(content, _XLSX, f"import-{imported.id}.xlsx")


@bp.route("/templates/<name>.xlsx", methods=["GET"])
@operation("import.read")
@bp.arguments(TemplateQuery, location="query")
@bp.response(200, FILE, content_type=_XLSX)
def template(desk: Desk[None], query: dict[str, Any], name: str) -> Response:  # noqa: ARG001 - the same for everybody
    """空白模板 / An empty table to fill in; one of cases may have the columns of one programme."""
    if name not in KINDS:
        raise NotFound
    kind, programme = KINDS[name], query["programme"]
    columns = kind.columns
    shown = [
        Column(title, title in columns.required, columns.notes.get(title, ""), _choices(columns.words.get(title)))
        for title in (*columns.required, *columns.optional)
    ]
    if programme is not None:
        if kind.further is None:
            raise NotFound
        shown += [Column(title, choices=words) for title, words in kind.further(programme, reader_language())]
    return download(template_workbook(shown, columns.sheet), _XLSX, f"template-{name}.xlsx")


def _choices(table: CodeTable | None) -> list[str]:
    return [label["zh"] for label in table.labels.values()] if table else []
