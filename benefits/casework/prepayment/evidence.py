"""What the books hold about the payees of chosen payments, such as those of a batch, each asked once for all of them.

Only rows of the units at a path (a batch's: its fund's) are read, so that whoever may act there finds the same; what
must look past the walls is asked of the record role's functions, which answer with a number or a truth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, LargeBinary, Row, Text, Uuid, cast, func, literal, select
from sqlalchemy.orm import Session

from models.application import Act, Application, Assessment
from models.entitlement import Entitlement
from models.membership import Membership
from models.money import Disbursement
from models.unit import Unit
from models.vocabulary import DisbursementState, EntitlementState


@dataclass(frozen=True)
class Due:
    """A chosen payment with what its member's register and its case say."""

    payment: Disbursement
    member: str
    register_hash: bytes | None
    register_last4: str | None
    policy_id: UUID | None


@dataclass(frozen=True)
class Paid:
    """A payment that a person got: to which account, and when."""

    hash: bytes
    last4: str
    id: UUID
    batch_id: UUID | None
    settled_on: date | None

    def came_before(self, payment: Disbursement) -> bool:
        """Whether it was paid, in another file, before this payment was."""
        if self.batch_id == payment.batch_id:
            return False
        if self.settled_on is None or payment.settled_on is None:
            return True
        return (self.settled_on, self.id) < (payment.settled_on, payment.id)


@dataclass(frozen=True)
class Officer:
    """Who filed or decided: the persons close to them, themselves too, and the accounts that are theirs."""

    close: frozenset[UUID]
    accounts: frozenset[bytes | None]


@dataclass(frozen=True)
class Evidence:
    """All of it: payments in the file's order, what their persons were paid, and who acted on their cases."""

    dues: Sequence[Due]
    paid: Mapping[UUID, Sequence[Paid]]
    people_of: Mapping[bytes, int]
    acted: Mapping[UUID, frozenset[UUID]]
    officers: Mapping[UUID, Officer]
    elsewhere: frozenset[UUID]


def gather(session: Session, chosen: ColumnElement[bool], path: str) -> Evidence:
    """What the check of the chosen payments rests on, in as many questions for one payment as for thousands."""
    dues = _dues(session, chosen)
    acted = _acted(session, chosen)
    people = sorted({person for persons in acted.values() for person in persons})
    return Evidence(
        dues=dues,
        paid=_paid(session, chosen, path),
        people_of=_people_of(session, sorted({due.payment.payee_hash for due in dues})),
        acted=acted,
        officers=_officers(session, path, people),
        elsewhere=_elsewhere(session, chosen),
    )


def _dues(session: Session, chosen: ColumnElement[bool]) -> list[Due]:
    rows = session.execute(
        select(Disbursement, Membership.name, Membership.account_hash, Membership.account_last4, Assessment.policy_id)
        .join(Application, Application.id == Disbursement.application_id)
        .join(Membership, Membership.id == Application.membership_id)
        .outerjoin(Assessment, Assessment.id == Application.assessment_id)
        .where(chosen)
        .order_by(Disbursement.serial, Disbursement.id)
    )
    return [Due(*row) for row in rows]


def _paid(session: Session, chosen: ColumnElement[bool], path: str) -> dict[UUID, list[Paid]]:
    rows = session.execute(
        select(
            Disbursement.person_id,
            Disbursement.payee_hash,
            Disbursement.payee_last4,
            Disbursement.id,
            Disbursement.batch_id,
            Disbursement.settled_on,
        )
        .join(Unit, Unit.id == Disbursement.unit_id)
        .where(
            Disbursement.person_id.in_(select(Disbursement.person_id).where(chosen)),
            Disbursement.state == DisbursementState.PAID,
            func.starts_with(Unit.path, path),
        )
        .order_by(Disbursement.settled_on, Disbursement.id)
    )
    paid: defaultdict[UUID, list[Paid]] = defaultdict(list)
    for person_id, account, last4, payment_id, batch_id, settled_on in rows:
        paid[person_id].append(Paid(account, last4, payment_id, batch_id, settled_on))
    return paid


def _people_of(session: Session, accounts: Sequence[bytes]) -> dict[bytes, int]:
    counted = session.scalars(select(func.account_people(cast(accounts, ARRAY(LargeBinary))))).one()
    return dict(zip(accounts, counted, strict=True))


def _acted(session: Session, chosen: ColumnElement[bool]) -> dict[UUID, frozenset[UUID]]:
    """Case → the persons who filed or decided it, or in whose name it was done."""
    rows = session.execute(
        select(Act.application_id, Act.person_id, Act.on_behalf_of)
        .distinct()
        .join(Disbursement, Disbursement.application_id == Act.application_id)
        .where(chosen, Act.duty.in_(("filed", "decided")), Act.person_id.is_not(None))
    )
    acted: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for row in rows:
        acted[row.application_id] |= {row.person_id, row.on_behalf_of} - {None}
    return {case: frozenset(persons) for case, persons in acted.items()}


def _officers(session: Session, path: str, people: Sequence[UUID]) -> dict[UUID, Officer]:
    each = func.unnest(cast(people, ARRAY(Uuid))).column_valued("person")
    circle = func.household_people(func.array_append(func.relatives_of(each), each))
    close: list[Row[UUID, list[str]]] = list(session.execute(select(each, cast(circle, ARRAY(Text)))))
    inside = func.starts_with(Unit.path, path)
    own = select(Membership.person_id, Membership.account_hash).join(Unit, Unit.id == Membership.unit_id)
    got = select(Disbursement.person_id, Disbursement.payee_hash).join(Unit, Unit.id == Disbursement.unit_id)
    accounts: defaultdict[UUID, set[bytes | None]] = defaultdict(set)
    for query in (
        own.where(Membership.person_id.in_(people), Membership.account_hash.is_not(None), inside),
        got.where(Disbursement.person_id.in_(people), inside),
    ):
        for person_id, account in session.execute(query):
            accounts[person_id].add(account)
    return {
        person: Officer(frozenset({person, *map(UUID, persons)}), frozenset(accounts[person]))
        for person, persons in close
    }


def _elsewhere(session: Session, chosen: ColumnElement[bool]) -> frozenset[UUID]:
    """Payments whose person has a live award of the same programme, kind and year in another unit."""
    count = func.entitlement_count(
        Entitlement.person_id,
        Entitlement.programme,
        Entitlement.kind,
        literal(None),
        Entitlement.year,
        Entitlement.application_id,
        Entitlement.unit_id,
    )
    return frozenset(
        session.scalars(
            select(Disbursement.id)
            .join(Entitlement, Entitlement.application_id == Disbursement.application_id)
            .where(chosen, Entitlement.state != EntitlementState.RELEASED, count > 0)
        )
    )
