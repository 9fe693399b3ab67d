"""The auditor's view of the record: events, and exports of a selection of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import ValidationError, fields, validates_schema
from sqlalchemy.orm import Session

from api.arguments import Blueprint
from api.download import FILE
from api.fields import Body, Flag, Id, Instant, Items, Money, Part, Text, Whole
from api.guard import Desk, operation
from api.job import JobView, shown_job
from api.language import reader_language
from api.paging import Page, PageQuery, page, page_of, window
from benefits.assurance import record_export
from benefits.assurance.evidence import job as evidence
from benefits.assurance.evidence.package import Wanted
from benefits.assurance.evidence.selection import Subject
from benefits.casework import replay
from benefits.core.actor import Actor
from benefits.jobs.files import file_parts
from benefits.record import reader
from benefits.record.reader import Event, Selection
from models.job import Job

bp = Blueprint("audit", __name__, url_prefix="/audit", description="审计 / The record: who did or saw what, and when")


_MEDIA_TYPES = {
    "jsonl": "application/jsonl",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "package": "application/zip",
}


_SUFFIX = {"package": "zip"}


class SelectionBody(Body):
    """Which entries; all that are given must hold."""

    who = Text(metadata={"description": "an account's id or username"})
    kind = Text(metadata={"description": "change, refusal, sign_in, sign_out, disclosure, export, reading, request"})
    action = Text(metadata={"description": "insert, update, delete, truncate, or the operation"})
    table = Text()
    row = Text(metadata={"description": "the id of the row"})
    unit_code = Text(metadata={"description": "with the unit's whole subtree"})
    application_id = Id()
    member_id = Id(metadata={"description": "the membership itself and its cases"})
    programme = Text(metadata={"description": "of the case that the entry is about"})
    amount_from = Money(metadata={"description": "of the `amount` in `data`, yuan, inclusive"})
    amount_until = Money()
    request_id = Text()
    from_at = Instant(data_key="from", metadata={"description": "inclusive"})
    until_at = Instant(data_key="until", metadata={"description": "exclusive"})


class EventQuery(PageQuery, SelectionBody):
    """A page of entries."""

    order = Text(
        choices=("newest", "oldest"),
        load_default="newest",
        metadata={
            "description": "by number. An entry is numbered before its transaction ends: whoever follows the record "
            "with `oldest` may meet a smaller number later."
        },
    )


class EventAccountView(Body):
    """Who did it; without a name where the account's unit is out of sight."""

    id = Id(required=True)
    username = Text(required=True, allow_none=True)
    name = Text(required=True, allow_none=True)


class EventView(Body):
    """One entry of the record."""

    n = Whole(required=True, metadata={"description": "grows with every entry; gaps are transactions undone"})
    at = Instant(required=True)
    kind = Text(required=True)
    action = Text(required=True)
    table = Text(required=True, allow_none=True)
    row = Text(required=True, allow_none=True)
    unit_code = Text(required=True, allow_none=True)
    application_id = Id(required=True, allow_none=True)
    account = Part(EventAccountView, required=True, allow_none=True)
    database_user = Text(required=True, metadata={"description": "the role of the database that wrote it"})
    request_id = Text(required=True, allow_none=True)
    data = fields.Raw(
        required=True,
        allow_none=True,
        metadata={"description": "a change: the row after it, personal columns as salted digests; else what was done"},
    )


class SubjectBody(Body):
    """Which cases an evidence package is of; one way of naming them."""

    application_id = Id()
    member_id = Id(metadata={"description": "all cases of the member, with the membership"})
    round_id = Id()
    sample_id = Id(metadata={"description": "the drawn cases of an audit sample, and what they were drawn from"})
    application_ids = Items(Id(), metadata={"description": "a choice of cases"})
    from_at = Instant(data_key="from", metadata={"description": "cases on which something was done from then on,"})
    until_at = Instant(data_key="until", metadata={"description": "and before this"})

    @validates_schema
    def one_way(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """A period has both ends and nothing else; any other way stands alone."""
        if data.keys() != {"from_at", "until_at"} and (len(data) != 1 or data.keys() & {"from_at", "until_at"}):
            raise ValidationError("subject_ways", "_schema")


class ExportBody(SelectionBody):
    """A selection, or an earlier export to be had again in another format, or the subject of an evidence package."""

    format = Text(required=True, choices=(*record_export.SHAPES, "package"))
    same_as = Id(metadata={"description": "an earlier export's id, instead of a selection"})
    subject = Part(SubjectBody, metadata={"description": "of a package alone"})
    papers = Flag(metadata={"description": "a package: with the papers themselves; else with their digests"})
    held = Items(Whole(), metadata={"description": "a package: sizes of the checkpoints that the asker holds"})

    @validates_schema
    def one_or_the_other(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """An earlier export brings its own selection; a package has a subject instead of any."""
        packing = data.keys() & {"subject", "papers", "held"}
        selecting = data.keys() - packing - {"format"}
        if selecting or "subject" not in data if data.get("format") == "package" else packing:
            raise ValidationError("subject_wanted", "subject")
        if "same_as" in data and len(data) > 2:
            raise ValidationError("value_refused", "same_as")


def load_event(session: Session, actor: Actor, n: int) -> Event:
    """The entry that a path names."""
    return reader.find_event(session, actor, n)


@bp.route("/events")
@operation(reader.PERMISSION)
@bp.arguments(EventQuery, location="query")
@bp.response(200, page_of(EventView))
def list_events(desk: Desk[None], query: dict[str, Any]) -> Page[Event]:
    """审计记录 / The entries of a selection, newest first unless asked otherwise."""
    part, oldest_first = window(query), query.pop("order") == "oldest"
    after = None if part.after is None else part.after.int
    rows = reader.list_events(
        desk.session,
        desk.actor,
        Selection(**query),
        oldest_first=oldest_first,
        after=after,
        limit=part.limit + 1,
    )
    return page(rows, part.limit, key=lambda event: event.n)


@bp.route("/events/<int(max=9223372036854775807):n>")
@operation(reader.PERMISSION, load=load_event)
@bp.response(200, EventView)
def get_event(desk: Desk[Event]) -> Event:
    """一条记录 / One entry."""
    return desk.thing


def load_export(session: Session, actor: Actor, export_id: UUID) -> Job:
    """The finished export that a path names."""
    return record_export.find_export(session, actor, export_id)


@bp.route("/exports", methods=["POST"])
@operation(reader.PERMISSION, keyed=True)
@bp.arguments(ExportBody)
@bp.response(202, JobView)
def start_export(desk: Desk[None], body: dict[str, Any]) -> Any:
    """导出审计记录 / Make a file of a selection as it stands now, as a job; its result tells rows and digest.

    The result's `digest` is the SHA-256 of the rows and the same in every format: for the header and each row, a JSON
    array of the cells' texts and a line end. `sha256` is the file's own. With the format `package` the file is an
    evidence package (docs/evidence-package.md) of the cases of `subject`, once all that belongs to it is sealed.
    """
    shape, earlier = body.pop("format"), body.pop("same_as", None)
    if shape == "package":
        wanted = Wanted(
            subject=_subject(body["subject"]), papers=body.get("papers", False), held=tuple(body.get("held", ()))
        )
        job = evidence.start_package(desk.session, desk.actor, wanted)
    elif earlier is not None:
        job = record_export.repeat_export(desk.session, desk.actor, shape, earlier)
    else:
        job = record_export.start_export(desk.session, desk.actor, shape, Selection(**body), reader_language())
    return shown_job(desk, job), {"Location": f"/api/v1/jobs/{job.id}"}


def _subject(body: dict[str, Any]) -> Subject:
    ids = body.pop("application_ids", None)
    return Subject(**body, application_ids=None if ids is None else tuple(ids))


@bp.route("/exports/<uuid:export_id>/file", methods=["GET"])
@operation(reader.PERMISSION, load=load_export)
@bp.response(200, FILE, content_type="application/jsonl")
@bp.response(200, FILE, content_type="text/csv")
@bp.response(200, FILE, content_type=_MEDIA_TYPES["xlsx"])
@bp.response(200, FILE, content_type=_MEDIA_TYPES["pdf"])
@bp.response(200, FILE, content_type=_MEDIA_TYPES["package"])
def export_file(desk: Desk[Job]) -> Response:
    """导出文件 / The file of a finished export."""
    shape = desk.thing.params["shape"]
    parts = file_parts(desk.session, desk.thing.id)
    response = Response(parts, content_type=_MEDIA_TYPES[shape])
    response.headers["Content-Disposition"] = (
        f'attachment; filename="record-{desk.thing.id}.{_SUFFIX.get(shape, shape)}"'
    )
    return response


@bp.route("/replays", methods=["POST"])
@operation(reader.PERMISSION, keyed=True)
@bp.arguments(Body)
@bp.response(202, JobView)
def start_replay(desk: Desk[None], _body: dict[str, Any]) -> Any:
    """重放全部决定 / Evaluate every stored decision anew: the job's result names what comes out differently."""
    job = replay.start_replay(desk.session, desk.actor)
    return shown_job(desk, job), {"Location": f"/api/v1/jobs/{job.id}"}
