"""Cases that nobody goes on with lapse: drafts of a closed round, and what lay untouched for too long."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from importlib import resources
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from benefits.casework import workflow
from benefits.casework.place.life import OVER
from benefits.casework.policy_book import edition_on
from benefits.core.actor import UNION_ZONE
from benefits.jobs.work import Work
from benefits.money.entitlement import lock_person
from models.application import Application
from models.place import Place
from models.round import Round
from models.vocabulary import ApplicationState as State

KIND = "lapse_cases"


def run_lapse(work: Work) -> None:
    """Lapse every case that is due, each in a transaction of its own: killed on the way, the rest is done later."""
    with work.own_transaction() as (session, at):
        due = list(find_due(session, at))
    lapsed = 0
    for number, (person_id, application_id) in enumerate(due, 1):
        with work.own_transaction() as (session, at):
            lapsed += _lapse_one(session, person_id, application_id, at)
        work.step(number, len(due))
    with work.own_transaction() as (session, _):
        work.finish(session, {"lapsed": lapsed})


def find_due(session: Session, at: datetime) -> Iterator[tuple[UUID, UUID]]:
    """The cases in sight that are due, as person and case, in the order in which they are locked."""
    found = session.execute(_open_cases().order_by(Application.person_id, Application.id))
    for application, closes_on in found:
        if _reason(session, application, closes_on, at):
            yield application.person_id, application.id


def _open_cases() -> Select[Application, date | None]:
    """Cases that may lapse, each with its round's last day; those of rosters and with places end with them."""
    placed = exists().where(Place.application_id == Application.id, Place.state.not_in(OVER))
    return (
        select(Application, Round.closes_on)
        .outerjoin(Round, Round.id == Application.round_id)
        .where(Application.state.in_(workflow.MAY_FOLLOW["lapse"]), Application.roster_id.is_(None), ~placed)
        .execution_options(populate_existing=True)
    )


def _lapse_one(session: Session, person_id: UUID, application_id: UUID, at: datetime) -> bool:
    """Lapse a case if it still is due, now that it is locked."""
    lock_person(session, person_id)
    session.execute(select(Application.id).where(Application.id == application_id).with_for_update(key_share=True))
    found = session.execute(_open_cases().where(Application.id == application_id)).first()
    reason = found and _reason(session, found[0], found[1], at)
    if not found or not reason:
        return False
    workflow.lapse(session, found[0], at, reason)
    return True


def _reason(session: Session, application: Application, closes_on: date | None, at: datetime) -> str:
    """Why a case is due, in both languages; empty where it is not."""
    today = at.astimezone(UNION_ZONE).date()
    if application.state == State.DRAFT and closes_on is not None and closes_on < today:
        return f"批次已于 {closes_on} 截止，未提交 / The round closed on {closes_on} and the case was not handed in"
    patience = _patience(session, application)
    if patience is not None and (at - application.touched_at).days >= patience:
        return f"连续 {patience} 天未办理 / Untouched for {patience} days"
    return ""


def _patience(session: Session, application: Application) -> int | None:
    """After how many days without a change a case of its programme and state lapses; None: never."""
    running = edition_on(session, application.programme, application.event_on)
    figure = running.edition.figure("lapse_after_days", application.event_on) if running else None
    days = _default_days()
    if figure is not None and application.state in days:
        return int(figure.value)
    return days.get(application.state)


@cache
def _default_days() -> Mapping[str, int]:
    """Days by state, from dated data that says where they come from."""
    text = resources.files("config").joinpath("data", "lapse.toml").read_text("utf-8")
    days: dict[str, int] = tomllib.loads(text)["after_days"]
    return days
