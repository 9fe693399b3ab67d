"""What each member was given in a year, programme by programme; identity numbers masked."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.casework.report.by_programme import kind_code, kind_words, programme_words
from benefits.casework.report.frame import Asked, Column, Report, Row
from benefits.core.actor import Actor
from benefits.core.identity import mask_identity
from benefits.rules.declaration import label
from models.application import Application
from models.entitlement import Entitlement
from models.membership import Membership
from models.person import Person
from models.secrecy import secrecy
from models.unit import Unit
from models.vocabulary import EntitlementState

_CHUNK = 500


def _rows(session: Session, actor: Actor, asked: Asked) -> Iterator[Row]:
    """Live awards that units in sight gave; what others gave a member is not told here."""
    found = session.execute(
        select(
            Unit.code,
            Membership.staff_number,
            Membership.name,
            Membership.person_id,
            Person.id_cipher,
            Person.key_wrapped,
            Entitlement.programme,
            Entitlement.kind,
            func.count().label("awards"),
            func.sum(Entitlement.amount).label("amount"),
        )
        .join(Application, Application.id == Entitlement.application_id)
        .join(Membership, Membership.id == Application.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .join(Unit, Unit.id == Entitlement.unit_id)
        .where(asked.covers(actor), Entitlement.year == asked.year, Entitlement.state != EntitlementState.RELEASED)
        .group_by(Unit.code, Unit.path, Membership.id, Person.id, Entitlement.programme, Entitlement.kind)
        .order_by(Unit.path, Membership.id, Entitlement.programme, Entitlement.kind)
        .execution_options(yield_per=_CHUNK)
    )
    keys = secrecy(session)
    for row in found:
        number = None
        if row.key_wrapped is not None:  # else the person was erased
            key = keys.unwrap(bytes(row.key_wrapped), row.person_id)
            number = mask_identity(keys.decrypt(key, row.person_id, "id_number", row.id_cipher).decode())
        kind = kind_code(row.programme, row.kind)
        yield (row.code, row.staff_number, row.name, number, row.programme, kind, row.awards, row.amount)


BY_MEMBER = Report(
    "benefits-by-member",
    label("会员福利明细表", "Benefits by member"),
    (
        Column("unit_code", label("单位代码", "Unit"), share=3.4),
        Column("staff_number", label("工号", "Staff number"), share=3),
        Column("name", label("姓名", "Name"), share=3),
        Column("id_number", label("证件号码", "Identity number"), share=5),
        Column("programme", label("项目", "Programme"), share=5, words=programme_words),
        Column("kind", label("类别", "Kind"), share=4, words=kind_words),
        Column("awards", label("次数", "Awards"), "count", summed=True, share=2),
        Column("amount", label("金额", "Amount"), "yuan", summed=True, share=4),
    ),
    _rows,
    personal=True,
)
