"""The sign-off sheet of a visit point (送清凉物资签收单) as paper."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework.relief.given import Given, given_at
from benefits.casework.relief.point import opened
from benefits.core.actor import Actor
from benefits.papers.relief_sheet import Goods, SignOffSheet, sign_off_sheet
from models.account import Account
from models.relief_point import ReliefAct, ReliefPoint


def print_sheet(session: Session, actor: Actor, point: ReliefPoint, language: str) -> bytes:
    """The sheet as PDF: with blank lines before the visit, then with what was left there; the phone is masked."""
    given = given_at(session, [point.id]).get(point.id, [])
    handler = session.scalar(
        select(Account.name)
        .join(ReliefAct, ReliefAct.account_id == Account.id)
        .where(ReliefAct.point_id == point.id, ReliefAct.act.in_(("plan", "visit")))
        .order_by(ReliefAct.id.desc())
        .limit(1)
    )
    same = ("name", "address", "planned_on", "visited_on", "temperature", "leader", "signed_on", "version")
    heads = ("heads", "members", "non_members", "non_staff")
    return sign_off_sheet(
        SignOffSheet(
            point_id=str(point.id),
            union_name=point.unit.name,
            visited_unit=point.visited_unit.name,
            **{name: getattr(point, name) for name in (*same, *heads)},
            temperature_source=point.temperature_source or "",
            goods=[_line(each) for each in given if each.left_there],
            recipient=opened(session, point, "recipient") or "",
            recipient_phone=opened(session, point, "recipient_phone") or "",
            handler=handler or "",
            document_sha256=point.document_digest.hex() if point.document_digest else "",
            printed_at=actor.at,
            printed_by=actor.name,
        ),
        language,
    )


def _line(each: Given) -> Goods:
    lot = each.lot
    return Goods(
        article=lot.name,
        specification=lot.specification or "",
        batch_number=lot.batch_number or "",
        good_until=lot.expires_on,
        quantity=each.left_there,
        measure=lot.measure,
        unit_price=lot.unit_price,
        amount=each.amount,
    )
