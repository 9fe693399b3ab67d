"""The acts that move goods, and so the books' stock: what must stand before each, and the request itself."""

from __future__ import annotations

from collections.abc import Callable

from tests import relief, rosters
from tests.clock import today
from tests.faults.killing import Asked
from tests.faults.preparing import Story
from tests.stock import bought, id_of, stocked
from tests.story import done

VISIT = {"facts": {"kind": "visit", "occasion": "labour_day", "form": "goods"}, "item": None, "amount": "10.00"}


def _lot(story: Story, **other: object) -> str:
    return stocked(story.api, 40, batch_number=f"L{next(story.numbers)}", **other)


def accept_lot(story: Story) -> Asked:
    """What was bought is counted and taken into stock."""
    path = bought(story.api, batch_number=f"L{next(story.numbers)}")
    return Asked("reviewer", f"{path}/accept", {"received": 40, "accepted_on": f"{today().year}-06-02"}, of=path)


def approve_adjustment(story: Story) -> Asked:
    """What was spoilt leaves the stock."""
    path = _lot(story)
    body = {"cause": "damaged", "quantity": 2, "reason": "运输破损"}
    made = done(story.api("officer").act(path, "adjustments", body))
    return Asked("reviewer", f"{path}/adjustments/{made['id']}/approve", {}, of=path)


def draw_for_roster(story: Story) -> Asked:
    """Goods leave the stock for a roster."""
    lot, (path, _) = _lot(story, unit_code="AH-D01"), rosters.approved(story.api, story.fund("AH-D01"), **VISIT)
    return Asked("officer", f"{path}/draw", {"lot_id": str(id_of(lot)), "quantity": 10}, of=path)


def put_back_from_roster(story: Story) -> Asked:
    """What was not given out comes back."""
    drawn = draw_for_roster(story)
    done(story.api(drawn.who).act(drawn.of or "", "draw", drawn.body))
    return Asked(drawn.who, f"{drawn.of}/put-back", {**drawn.body, "quantity": 3}, of=drawn.of)


def make_visit(story: Story) -> Asked:
    """Goods leave the stock for a visit point."""
    lot, path = _lot(story), relief.approved_point(story.api, story.fund())
    return Asked("officer", f"{path}/visit", relief.visit((lot, 38)), of=path)


def put_back_from_visit(story: Story) -> Asked:
    """What was brought and not given comes back."""
    lot, path = _lot(story), relief.approved_point(story.api, story.fund())
    done(story.api("officer").act(path, "visit", relief.visit((lot, 38))))
    return Asked("officer", f"{path}/put-back", {"goods": relief.portions((lot, 2))}, of=path)


GOODS_ACTS: dict[str, Callable[[Story], Asked]] = {  # route → the request
    "/goods/{}/accept": accept_lot,
    "/goods/{}/adjustments/{}/approve": approve_adjustment,
    "/relief-points/{}/put-back": put_back_from_visit,
    "/relief-points/{}/visit": make_visit,
    "/rosters/{}/draw": draw_for_roster,
    "/rosters/{}/put-back": put_back_from_roster,
}
