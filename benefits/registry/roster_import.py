"""Takes a member roster in: each row checked against the register as the importer may see it, the good ones landed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.access.reach import along, within
from benefits.core.actor import Actor
from benefits.intake.imports import ImportKind, Taking
from benefits.intake.row import Checked
from benefits.registry.landing import land, people_by_hash
from benefits.registry.roster import COLUMNS, RosterContext, RosterMember, check_roster
from models.membership import Membership
from models.secrecy import secrecy
from models.unit import Unit
from models.vocabulary import MembershipState

_CHUNK = 1_000


def take_members(session: Session, actor: Actor, taking: Taking) -> Iterator[Checked[RosterMember]]:
    """Check a roster and, if told to, land its good rows; any number of rows in constant memory."""
    readable = set(session.scalars(select(Unit.code).where(along(actor, "unit.read"))))
    fileable = session.execute(select(Unit.code, Unit.id).where(within(actor, KIND.permission)))
    units = {row.code: row.id for row in fileable}
    context = RosterContext(actor.today, readable, units.keys(), _registered_elsewhere(session, actor))
    waiting: list[RosterMember] = []
    for checked in check_roster(taking.rows, context):
        if taking.apply and checked.parsed:
            waiting.append(checked.parsed)
        if len(waiting) == _CHUNK:
            land(session, actor, waiting, units)
            waiting = []
        yield checked
    land(session, actor, waiting, units)


def _registered_elsewhere(
    session: Session, actor: Actor
) -> Callable[[Sequence[tuple[str, str]]], Collection[tuple[str, str]]]:
    keys = secrecy(session)

    def ask(pairs: Sequence[tuple[str, str]]) -> Collection[tuple[str, str]]:
        hashes = {number: keys.index("id_number", number) for number, _ in pairs}
        people = people_by_hash(session, list(hashes.values()))
        if not people:
            return ()
        units: defaultdict[UUID, dict[str, bool]] = defaultdict(dict)  # person → unit → lives there
        for person_id, code, state in session.execute(
            select(Membership.person_id, Unit.code, Membership.state)
            .join(Unit, Unit.id == Membership.unit_id)
            .where(Membership.person_id.in_(people.values()), within(actor, "member.read"))
        ):
            units[person_id][code] = state != MembershipState.LEFT
        elsewhere = set()
        for number, unit_code in pairs:
            person = people.get(hashes[number])
            if person and unit_code not in units[person] and any(units[person].values()):
                elsewhere.add((number, unit_code))
        return elsewhere

    return ask


KIND = ImportKind(COLUMNS, "import.member", take_members)
