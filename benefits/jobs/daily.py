"""The house's own work: queued once a day for each root union by whichever worker comes first."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from benefits.core.actor import UNION_ZONE
from benefits.jobs.work import Shop
from models.columns import new_id
from models.database import Scope, session_for
from models.job import Job
from models.unit import Unit
from models.vocabulary import JobState

_REST_S = 30.0

log = logging.getLogger(__name__)


def keep_daily(shop: Shop, kinds: Collection[str]) -> None:
    """Queue the day's work as soon as the union's day begins, until `shop.stop` is set."""
    queued: date | None = None
    while not shop.stop.is_set():
        today = shop.now().astimezone(UNION_ZONE).date()
        if today != queued:
            try:
                queue_daily(shop, kinds, today)
                queued = today
            except SQLAlchemyError as error:  # the database is away: again in a moment
                log.warning("the day's work could not be queued", extra={"fault": type(error).__name__})
        shop.stop.wait(_REST_S)


def queue_daily(shop: Shop, kinds: Collection[str], day: date) -> int:
    """Queue what is not queued yet of a day, and tell how much that was.

    However many workers ask at once, `uq_job_daily` lets one job of a kind in for a root and a day.
    """
    with session_for(shop.engine, Scope(paths=("/",), request_id=f"daily-{day}")) as session:
        roots = session.scalars(select(Unit.id).where(Unit.parent_id.is_(None)).order_by(Unit.id)).all()
        rows = [
            {
                "id": new_id(),
                "kind": kind,
                "state": JobState.QUEUED,
                "unit_id": root,
                "request_id": f"daily-{day}",
                "params": {"day": day.isoformat()},
            }
            for root in roots
            for kind in sorted(kinds)
        ]
        if not rows:
            return 0
        made = session.scalars(insert(Job).values(rows).on_conflict_do_nothing().returning(Job.id))
        return len(made.all())
