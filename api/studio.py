"""Model workers' innovation studios (劳模创新工作室): `/studios`."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Id, Text
from api.guard import Desk, created, operation
from api.paging import PageQuery, page, page_of, window
from benefits.registry import studio as studios
from models.studio import Studio
from models.vocabulary import StudioState

bp = Blueprint("studio", __name__, url_prefix="/studios", description="劳模创新工作室 / Model workers' studios")


class StudioPatch(Body):
    """What may change while the studio is not closed; the head is a member of its unit."""

    name = Text(least=1, most=100)
    head_id = Id()
    named_by = Text(least=1, most=100, allow_none=True)


class StudioBody(StudioPatch):
    """A studio of a unit."""

    unit_code = Text(required=True, least=1, most=64)
    name = Text(required=True, least=1, most=100)
    head_id = Id(required=True)
    founded_on = Day(required=True)
    named_by = Text(least=1, most=100, load_default=None, allow_none=True)


class SinceBody(Body):
    """From which day; today without."""

    since_on = Day(load_default=None, allow_none=True)


class StudioView(Body):
    """A studio; `state` holds since `state_since`."""

    id = Id(required=True)
    unit_code = Text(required=True)
    name = Text(required=True)
    head_id = Id(required=True)
    head_name = Text(required=True)
    founded_on = Day(required=True)
    named_by = Text(required=True, allow_none=True)
    state = Text(required=True, choices=tuple(StudioState))
    state_since = Day(required=True)


class StudioQuery(PageQuery):
    """Filters of the list."""

    unit_code = Text(load_default=None, most=64)
    state = Text(load_default=None, choices=tuple(StudioState))


def _shown(studio: Studio) -> dict[str, Any]:
    names = ("id", "name", "head_id", "founded_on", "named_by", "state", "state_since")
    return {
        **{name: getattr(studio, name) for name in names},
        "unit_code": studio.unit.code,
        "head_name": studio.head.name,
    }


@bp.route("", methods=["GET"])
@operation("member.read")
@bp.arguments(StudioQuery, location="query")
@bp.response(200, page_of(StudioView))
def list_studios(desk: Desk[None], query: dict[str, Any]) -> Any:
    """工作室列表 / The studios of your units."""
    part = window(query)
    rows = studios.list_studios(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": [_shown(each) for each in shelf.items], "next": shelf.next}


@bp.route("", methods=["POST"])
@operation("member.register", keyed=True)
@bp.arguments(StudioBody)
@bp.response(201, StudioView)
def found_studio(desk: Desk[None], body: dict[str, Any]) -> Any:
    """登记工作室 / Register a studio."""
    studio = studios.found_studio(desk.session, desk.actor, **body)
    return _shown(studio), 201, created(f"/studios/{studio.id}", studio)


@bp.route("/<uuid:studio_id>", methods=["GET"])
@operation("member.read", load=studios.find_studio)
@bp.response(200, StudioView)
def get_studio(desk: Desk[Studio]) -> Any:
    """工作室 / One studio."""
    return _shown(desk.thing)


@bp.route("/<uuid:studio_id>", methods=["PATCH"])
@operation("member.register", load=studios.kept_studio, conditional=True)
@bp.arguments(StudioPatch)
@bp.response(200, StudioView)
def change_studio(desk: Desk[Studio], body: dict[str, Any]) -> Any:
    """修改工作室 / Change a studio."""
    return _shown(studios.change_studio(desk.session, desk.actor, desk.thing, body))


def _act(name: str) -> Any:
    """The route of one act: locked, keyed, with If-Match, answering with the studio."""

    def wrap(view: Any) -> Any:
        inner = bp.arguments(SinceBody)(bp.response(200, StudioView)(view))
        guarded = operation("member.register", load=studios.kept_studio, keyed=True, conditional=True)(inner)
        return bp.route(f"/<uuid:studio_id>/{name}", methods=["POST"])(guarded)

    return wrap


@_act("suspend")
def suspend(desk: Desk[Studio], body: dict[str, Any]) -> Any:
    """暂停工作室 / Suspend a studio from a day on."""
    return _shown(studios.move_studio(desk.session, desk.actor, desk.thing, "suspend", **body))


@_act("resume")
def resume(desk: Desk[Studio], body: dict[str, Any]) -> Any:
    """恢复工作室 / Resume a suspended studio."""
    return _shown(studios.move_studio(desk.session, desk.actor, desk.thing, "resume", **body))


@_act("close")
def close(desk: Desk[Studio], body: dict[str, Any]) -> Any:
    """撤销工作室 / Close a studio for good."""
    return _shown(studios.move_studio(desk.session, desk.actor, desk.thing, "close", **body))
