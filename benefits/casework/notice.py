"""公示: a case is shown in public for working days before it is approved; an open objection holds it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from benefits.access.reach import within
from benefits.casework.workflow import advance
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, StateForbids
from benefits.core.identity import mask_name
from benefits.money.disbursement import touch_cases
from benefits.money.duty import require_duty
from benefits.registry.official_calendar import calendar
from benefits.rules.answer import Assessment
from models.application import Application
from models.columns import new_id
from models.notice import Notice, Objection
from models.unit import Unit
from models.vocabulary import ApplicationState


def post_notice(session: Session, actor: Actor, application: Application, days: int, answer: Assessment) -> Notice:
    """Show a case from today on; it may be approved on the day after `days` full working days (statement 28).

    Raises:
        StateForbids: the official calendar does not reach that far.
    """
    last = calendar(session).working_days_after(actor.today, days)
    if last is None:
        raise StateForbids(state="calendar_missing", act="endorse")
    notice = Notice(
        id=new_id(),
        application_id=application.id,
        unit_id=application.unit_id,
        submission=application.submission,
        shown_name=mask_name(application.membership.name),
        shown_kind=(answer.key.kind if answer.key else None) or application.programme,
        shown_amount=application.amount,
        posted_on=actor.today,
        working_days=days,
        complete_on=last + timedelta(days=1),
    )
    session.add(notice)
    session.flush()
    return notice


def require_complete(session: Session, actor: Actor, application: Application) -> None:
    """Refuse with `StateForbids` while the case's notice runs or an objection to it is open."""
    if application.state != ApplicationState.ON_NOTICE:
        return
    notice = _open_notice(session, application)
    if notice is None or actor.today < notice.complete_on:
        raise StateForbids(state="notice_running", act="approve", complete_on=notice.complete_on if notice else "")
    unresolved = select(func.count()).where(Objection.notice_id == notice.id, Objection.resolved_at.is_(None))
    if session.scalars(unresolved).one():
        raise StateForbids(state="objection_open", act="approve")


def close_notice(session: Session, actor: Actor, application: Application) -> None:
    """Take the case's notice down."""
    notice = _open_notice(session, application)
    if notice is not None:
        notice.closed_at = actor.at
        session.flush()


def _open_notice(session: Session, application: Application) -> Notice | None:
    return session.scalar(
        select(Notice)
        .where(Notice.application_id == application.id, Notice.closed_at.is_(None))
        .order_by(Notice.id.desc())
        .limit(1)
    )


def _visible(actor: Actor) -> Select[Notice]:
    return select(Notice).join(Unit, Unit.id == Notice.unit_id).where(within(actor, "case.read"))


def find_notice(session: Session, actor: Actor, notice_id: UUID) -> Notice:
    """A notice that the actor may see; raises NotFound."""
    notice = session.scalar(_visible(actor).where(Notice.id == notice_id).execution_options(populate_existing=True))
    if notice is None:
        raise NotFound
    return notice


def lock_notice(session: Session, actor: Actor, notice_id: UUID) -> Notice:
    """The same for an act: its case first, then the notice."""
    notice = find_notice(session, actor, notice_id)
    touch_cases(session, actor, [notice.application_id])
    session.refresh(notice, with_for_update={"key_share": True})
    return notice


def list_notices(
    session: Session, actor: Actor, *, after: UUID | None, limit: int, running: bool | None
) -> list[Notice]:
    """Notices in order of posting, one more than `limit` where there are more."""
    query = _visible(actor).order_by(Notice.id).limit(limit + 1)
    if after is not None:
        query = query.where(Notice.id > after)
    if running is not None:
        query = query.where(Notice.closed_at.is_(None) if running else Notice.closed_at.is_not(None))
    return list(session.scalars(query))


def object_to(session: Session, actor: Actor, notice: Notice, reason: str) -> Objection:
    """Take down an objection that somebody raised to a running notice; until it is resolved it holds the case."""
    actor.require("case.file", _path(session, notice))
    require_duty(session, actor, [notice.application_id], "filed")
    if notice.closed_at is not None:
        raise StateForbids(state="closed", act="object")
    objection = Objection(
        id=new_id(),
        notice_id=notice.id,
        application_id=notice.application_id,
        unit_id=notice.unit_id,
        reason=reason,
        raised_by=actor.account_id,
    )
    session.add(objection)
    _keep_act(session, actor, notice, "object", reason)
    return objection


def resolve_objection(session: Session, actor: Actor, notice: Notice, objection_id: UUID, resolution: str) -> Objection:
    """A reviewer, not whoever took it down, answers an objection; a founded one is followed by return or reject."""
    actor = actor.signing("case.decide", _path(session, notice), notice.shown_amount)
    require_duty(session, actor, [notice.application_id], "decided")
    objection = session.scalar(select(Objection).where(Objection.id == objection_id, Objection.notice_id == notice.id))
    if objection is None:
        raise NotFound
    if objection.resolved_at is not None:
        raise StateForbids(state="resolved", act="resolve")
    objection.resolution, objection.resolved_by, objection.resolved_at = resolution, actor.account_id, actor.at
    _keep_act(session, actor, notice, "resolve_objection", resolution)
    return objection


def objections_of(session: Session, notice_id: UUID) -> list[Objection]:
    """Every objection to a notice, the oldest first."""
    return list(session.scalars(select(Objection).where(Objection.notice_id == notice_id).order_by(Objection.id)))


def _keep_act(session: Session, actor: Actor, notice: Notice, act: str, note: str) -> None:
    """Both the notice and the case show another objection now; the case stays where it is."""
    notice.touched_at = actor.at
    application = session.get_one(Application, notice.application_id)
    advance(session, actor, application, act, ApplicationState(application.state), note=note)


def _path(session: Session, notice: Notice) -> str:
    return session.scalars(select(Unit.path).where(Unit.id == notice.unit_id)).one()
