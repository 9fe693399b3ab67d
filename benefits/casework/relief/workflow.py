"""The life of a visit point: which act may follow which state, and who may do it after what they did before."""

from __future__ import annotations

from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import DutyConflict, StateForbids
from benefits.core.plain_text import require_plain
from models.goods_vocabulary import ReliefState as State
from models.relief_point import ReliefAct, ReliefPoint

MAY_FOLLOW = MappingProxyType(
    {
        "change": frozenset({State.PLANNED}),
        "approve": frozenset({State.PLANNED}),
        "visit": frozenset({State.APPROVED}),
        "put_back": frozenset({State.VISITED, State.SIGNED}),
        "sign": frozenset({State.VISITED, State.SIGNED}),
        "settle": frozenset({State.SIGNED}),
        "cancel": frozenset({State.PLANNED, State.APPROVED}),
    }
)
# Who plans and visits, who approves and signs off, and who settles are three different people.
_DUTY = MappingProxyType(
    {
        "plan": "planned",
        "change": "planned",
        "visit": "planned",
        "put_back": "planned",
        "cancel": "planned",
        "approve": "checked",
        "sign": "checked",
        "settle": "settled",
    }
)


def require(session: Session, actor: Actor, point: ReliefPoint, permission: str, act: str) -> None:
    """Refuse an act that the actor, the state of the point or what this person did before does not allow.

    Raises:
        NotPermitted, StateForbids. DutyConflict: the actor's person had another part in this visit.
    """
    actor.require(permission, point.unit.path)
    if point.state not in MAY_FOLLOW[act]:
        raise StateForbids(state=point.state, act=act)
    others = [name for name, duty in _DUTY.items() if duty != _DUTY[act]]
    held = session.scalar(
        select(ReliefAct.act)
        .where(ReliefAct.point_id == point.id, ReliefAct.person_id == actor.person_id, ReliefAct.act.in_(others))
        .limit(1)
    )
    if held is not None:
        raise DutyConflict(point_id=point.id, held=_DUTY[held], wanted=_DUTY[act])


def advance(
    session: Session, actor: Actor, point: ReliefPoint, act: str, to: State, *, note: str | None = None
) -> None:
    """Move a point and keep the row of the act; nothing else moves it."""
    point.state, point.touched_at = to, actor.at
    session.add(
        ReliefAct(
            point_id=point.id,
            unit_id=point.unit_id,
            act=act,
            to_state=to,
            account_id=actor.account_id,
            person_id=actor.person_id,
            note=note and require_plain("/reason", note),
        )
    )
    session.flush()


def acts_of(session: Session, point: ReliefPoint) -> list[ReliefAct]:
    """Every act on a point, the oldest first."""
    return list(session.scalars(select(ReliefAct).where(ReliefAct.point_id == point.id).order_by(ReliefAct.id)))
