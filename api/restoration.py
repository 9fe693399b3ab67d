"""A restored backup: what was found, what was lost, and who let money move again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

from api.arguments import Blueprint
from api.fields import Body, Id, Instant, Items, Text, Whole
from api.guard import Desk, operation
from api.paging import Page, PageQuery, page, page_of, window
from benefits.assurance.seal import restoration as restorations
from benefits.core.actor import Actor
from models.restoration import Restoration, RestorationState
from models.seal import CopyKind

bp = Blueprint(
    "restoration", __name__, url_prefix="/audit/restorations", description="恢复的备份 / Restored backups, put right"
)

_BIG = 2**63 - 1


class RestorationView(Body):
    """Entries from `size` to `held_size` are known outside and are not in this database."""

    id = Id(required=True)
    state = Text(required=True, choices=tuple(RestorationState))
    size = Whole(required=True, most=_BIG, metadata={"description": "entries up to its own newest checkpoint"})
    held_in = Text(required=True, choices=tuple(CopyKind), metadata={"description": "which copy told"})
    held_size = Whole(required=True, most=_BIG)
    held_note = Text(required=True, allow_none=True, metadata={"description": "the checkpoint held outside"})
    found_at = Instant(required=True)
    reason = Text(required=True, allow_none=True)
    lost = fields.List(fields.String(), required=True, allow_none=True)
    recorded_by = Id(required=True, allow_none=True)
    recorded_at = Instant(required=True, allow_none=True)
    released_by = Id(required=True, allow_none=True)
    released_at = Instant(required=True, allow_none=True)


class FindingBody(Body):
    """How it came about, and what was lost: each line says what, and how it was made good."""

    reason = Text(required=True, least=1, most=2000)
    lost = Items(Text(least=1, most=500), required=True, most=500)


def load_restoration(session: Session, actor: Actor, restoration_id: UUID) -> Restoration:
    """The one that a path names."""
    return restorations.find_restoration(session, actor, restoration_id)


def lock_restoration(session: Session, _actor: Actor, restoration_id: UUID) -> Restoration:
    """The one that a path names, locked."""
    return restorations.lock_restoration(session, restoration_id)


@bp.route("")
@operation(restorations.READ)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(RestorationView))
def list_restorations(desk: Desk[None], query: dict[str, Any]) -> Page[Restoration]:
    """恢复记录 / What was found, newest first."""
    part = window(query)
    return page(restorations.list_restorations(desk.session, desk.actor, part.after, part.limit + 1), part.limit)


@bp.route("/<uuid:restoration_id>")
@operation(restorations.READ, load=load_restoration)
@bp.response(200, RestorationView)
def get_restoration(desk: Desk[Restoration]) -> Restoration:
    """一次恢复 / One of them."""
    return desk.thing


@bp.route("/<uuid:restoration_id>/record", methods=["POST"])
@operation(restorations.RECORD, load=lock_restoration, keyed=True, conditional=True)
@bp.arguments(FindingBody)
@bp.response(200, RestorationView)
def record(desk: Desk[Restoration], body: dict[str, Any]) -> Restoration:
    """写明丢失内容 / Record how it came about and what was lost."""
    return restorations.record(desk.session, desk.actor, desk.thing, **body)


@bp.route("/<uuid:restoration_id>/release", methods=["POST"])
@operation(restorations.RELEASE, load=lock_restoration, keyed=True, conditional=True)
@bp.arguments(Body)
@bp.response(200, RestorationView)
def release(desk: Desk[Restoration], _body: dict[str, Any]) -> Restoration:
    """放行 / Let money move again; by another person than who recorded it."""
    return restorations.release(desk.session, desk.actor, desk.thing)
