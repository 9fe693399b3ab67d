"""Full checks of the record: `/audit/verifications`, for auditors of the whole union to ask for, list and look at."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import fields as plain
from sqlalchemy.orm import Session

from api.arguments import Blueprint
from api.fields import Body, Flag, Id, Instant, Items, Text
from api.guard import Desk, operation
from api.job import JobView, shown_job
from api.paging import Page, PageQuery, page, page_of, window
from benefits.assurance.verification import job as verification
from benefits.core.actor import Actor
from benefits.record.reader import PERMISSION
from models.job import Job
from models.vocabulary import JobState

bp = Blueprint("verification", __name__, url_prefix="/audit", description="审计 / The record, checked against itself")


class Note(Text):
    """A signed note, byte for byte: its lines and its last line's end belong to it."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return super(Text, self)._deserialize(value, *args, **kwargs)


class VerificationBody(Body):
    """What the asker brings to trust instead of the house's own word."""

    keys = Items(
        Text(most=400),
        load_default=list,
        most=20,
        metadata={"description": "public keys as name+id+base64; without any, those that the house names"},
    )
    copies = Items(
        Note(most=8000),
        load_default=list,
        most=100,
        metadata={"description": "checkpoints kept outside, as signed notes"},
    )


class VerificationView(Body):
    """A full check; `result` and what follows are null until it is done."""

    id = Id(required=True)
    state = Text(required=True, choices=tuple(JobState))
    started_at = Instant(required=True, allow_none=True)
    finished_at = Instant(required=True, allow_none=True)
    result = Text(required=True, allow_none=True, choices=("ok", "failed"))
    counts = plain.Raw(required=True, allow_none=True, metadata={"description": "what was looked at"})
    kinds = plain.Raw(required=True, allow_none=True, metadata={"description": "differences by kind, all of them"})
    differences = plain.Raw(
        required=True,
        allow_none=True,
        metadata={
            "description": "at most 1,000, each with kind, table, row, columns, entry, position, and the sizes and "
            "instants between which it lies"
        },
    )
    keys = plain.Raw(required=True, allow_none=True, metadata={"description": "the public keys that were trusted"})
    keys_brought = Flag(required=True, allow_none=True, metadata={"description": "by the asker"})


def _shown(job: Job) -> dict[str, Any]:
    told = job.result if job.state == JobState.DONE and job.result else {}
    parts = ("result", "counts", "kinds", "differences", "keys", "keys_brought")
    facts = {"id": job.id, "state": job.state, "started_at": job.started_at, "finished_at": job.finished_at}
    return {**facts, **{name: told.get(name) for name in parts}}


def load_verification(session: Session, actor: Actor, verification_id: UUID) -> Job:
    """The check that a path names."""
    return verification.find_verification(session, actor, verification_id)


@bp.route("/verifications", methods=["POST"])
@operation(PERMISSION, keyed=True)
@bp.arguments(VerificationBody)
@bp.response(202, JobView)
def start_verification(desk: Desk[None], body: dict[str, Any]) -> Any:
    """全面核验 / Check record, seal, every row and every balance against each other, as a job."""
    job = verification.start_verification(desk.session, desk.actor, keys=body["keys"], copies=body["copies"])
    return shown_job(desk, job), {"Location": f"/api/v1/audit/verifications/{job.id}"}


@bp.route("/verifications", methods=["GET"])
@operation(PERMISSION)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(VerificationView))
def list_verifications(desk: Desk[None], query: dict[str, Any]) -> Page[dict[str, Any]]:
    """历次核验 / Full checks, newest first."""
    part = window(query)
    jobs = verification.list_verifications(desk.session, desk.actor, after=part.after, limit=part.limit + 1)
    return page([_shown(job) for job in jobs], part.limit, key=lambda shown: shown["id"])


@bp.route("/verifications/<uuid:verification_id>", methods=["GET"])
@operation(PERMISSION, load=load_verification)
@bp.response(200, VerificationView)
def get_verification(desk: Desk[Job]) -> dict[str, Any]:
    """一次核验 / One full check."""
    return _shown(desk.thing)
