"""Long work: `/jobs/{id}`, looked at and called off by whoever started it."""

from __future__ import annotations

from typing import Any

from marshmallow import fields as plain

from api import fields
from api.arguments import Blueprint
from api.guard import Desk, operation
from api.language import fill, messages, reader_language
from benefits.jobs.queue import cancel, eta_seconds, find_job
from models.job import Job
from models.vocabulary import JobState

bp = Blueprint("job", __name__, url_prefix="/jobs", description="后台任务 / Long work")


class JobView(fields.Body):
    """A job. A failed one's `result` has the `code` of what stopped it, its `params` and the `detail` in words."""

    id = fields.Id(required=True)
    kind = fields.Text(required=True)
    state = fields.Text(required=True, choices=tuple(JobState))
    done = fields.Whole(required=True)
    total = fields.Whole(required=True, allow_none=True)
    started_at = fields.Instant(required=True, allow_none=True)
    finished_at = fields.Instant(required=True, allow_none=True)
    eta_seconds = fields.Whole(required=True, allow_none=True)
    result = plain.Raw(required=True, allow_none=True)


def shown_job(desk: Desk[Any], job: Job) -> dict[str, Any]:
    """A job as it is answered."""
    result = job.result
    if job.state == JobState.FAILED and result:
        words = messages(reader_language())
        params = result.get("params", {})
        text = words["fault"].get(result["code"]) or words["problem"].get(result["code"], {}).get("title")
        result = {"code": result["code"], "params": params, "detail": fill(text or result["code"], params)}
    return {
        **{name: getattr(job, name) for name in ("id", "kind", "state", "done", "total", "started_at", "finished_at")},
        "eta_seconds": eta_seconds(job, desk.actor.at),
        "result": result,
    }


@bp.route("/<uuid:job_id>", methods=["GET"])
@operation(load=find_job)
@bp.response(200, JobView)
def get_job(desk: Desk[Job]) -> Any:
    """任务进度 / How far it is."""
    return shown_job(desk, desk.thing)


@bp.route("/<uuid:job_id>", methods=["DELETE"])
@operation(load=find_job)
@bp.response(204)
def cancel_job(desk: Desk[Job]) -> None:
    """取消任务 / Call it off; what has ended stays as it is."""
    cancel(desk.session, desk.actor, desk.thing)
