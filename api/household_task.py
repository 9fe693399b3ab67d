"""`/households/tasks`: the work list over hardship files and members' dues."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Flag, Id, Text, Whole
from api.guard import Desk, operation
from api.language import messages, reader_language
from api.paging import PageQuery, page, page_of, window
from benefits.casework.household.due import KINDS
from benefits.casework.household.work_list import list_tasks

bp = Blueprint("household_task", __name__, url_prefix="/households", description="待办 / Work list")


class TaskView(Body):
    """One thing to do about a file, or (`dues_unpaid`) about a member; `overdue` when its day is past."""

    kind = Text(required=True, choices=KINDS)
    title = Text(required=True)
    household_id = Id(required=True, allow_none=True)
    number = Whole(required=True, allow_none=True)
    member_id = Id(required=True)
    unit_code = Text(required=True)
    due_on = Day(required=True, allow_none=True)
    overdue = Flag(required=True)


class TaskQuery(PageQuery):
    """Filters; visits to come are listed only up to `due_before`."""

    kind = Text(load_default=None, choices=KINDS)
    due_before = Day(load_default=None)
    unit = Text(load_default=None, most=64)


@bp.route("/tasks", methods=["GET"])
@operation("household.read")
@bp.arguments(TaskQuery, location="query")
@bp.response(200, page_of(TaskView))
def tasks(desk: Desk[None], query: dict[str, Any]) -> Any:
    """待办清单 / What is due: reviews, visits, paper copies, possible exits, follow-ups, gaps, unpaid dues."""
    part = window(query)
    query["unit_code"] = query.pop("unit")
    shelf = page(list_tasks(desk.session, desk.actor, after=part.after, limit=part.limit, **query), part.limit)
    titles, today = messages(reader_language())["task"], desk.actor.today
    items = [
        {
            **vars(each),
            "title": titles[each.kind],
            "overdue": each.due_on is not None and each.due_on < today,
        }
        for each in shelf.items
    ]
    return {"items": items, "next": shelf.next}
