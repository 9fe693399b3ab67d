"""Rows of a sheet that name a member by identity number and unit: who is meant, as the importer may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.access.reach import along, within
from benefits.core.actor import Actor
from benefits.core.identity import NotAnIdentity, parse_identity
from benefits.intake.row import RowReader
from benefits.registry.landing import people_by_hash
from models.membership import Membership
from models.secrecy import secrecy
from models.unit import Unit
from models.vocabulary import MembershipState, Severity

COLUMNS = ("证件号码", "单位代码", "姓名")


@dataclass(frozen=True, slots=True)
class Named:
    """The member whom a row means."""

    member_id: UUID
    person_id: UUID
    unit_id: UUID
    unit_code: str
    unit_path: str
    name: str
    state: str


class NamedMembers:
    """Finds the members that rows name, among the units over which the importer holds a permission."""

    def __init__(self, session: Session, actor: Actor, permission: str) -> None:
        self._session, self._actor, self._permission = session, actor, permission
        self._readable = set(session.scalars(select(Unit.code).where(along(actor, "unit.read"))))
        self._own = set(session.scalars(select(Unit.code).where(within(actor, permission))))

    def find(self, readers: Sequence[RowReader]) -> list[Named | None]:
        """The member of each row, or None with a finding.

        Codes: `id_checksum`, `id_retired_15_digits`, `unit_unknown`, `unit_out_of_scope`, `member_unknown` (nobody whom
        the importer may act for), `membership_ambiguous` (of several units, and none is named), `own_case`, and as a
        warning `name_differs`.
        """
        numbers = [self._number(reader) for reader in readers]
        keys = secrecy(self._session)
        hashes = {number: keys.index("id_number", number) for number in numbers if number}
        known = people_by_hash(self._session, list(hashes.values()))
        members: defaultdict[UUID, list[Named]] = defaultdict(list)
        rows = self._session.execute(
            select(Membership, Unit.code, Unit.path)
            .join(Unit, Unit.id == Membership.unit_id)
            .where(Membership.person_id.in_(known.values()), within(self._actor, self._permission))
            .order_by(Membership.id)
        )
        for member, code, path in rows:
            named = Named(member.id, member.person_id, member.unit_id, code, path, member.name, member.state)
            members[member.person_id].append(named)
        return [
            self._of(reader, members[known[hashes[number]]] if number and hashes[number] in known else [], number)
            for reader, number in zip(readers, numbers, strict=True)
        ]

    def _number(self, reader: RowReader) -> str | None:
        text = reader.number("证件号码")
        if text is None:
            return None
        try:
            return parse_identity(text, today=self._actor.today).number
        except NotAnIdentity as fault:
            retired = fault.code == "id_retired_15_digits"
            reader.fault("证件号码", fault.code if retired else "id_checksum")
            return None

    def _of(self, reader: RowReader, members: list[Named], number: str | None) -> Named | None:
        code, name = reader.number("单位代码"), reader.name("姓名")
        if code is not None and code not in self._own:
            reader.fault("单位代码", "unit_out_of_scope" if code in self._readable else "unit_unknown")
            return None
        if number is None:
            return None
        meant = [each for each in members if code is None or each.unit_code == code]
        if code is None and len(meant) > 1:
            meant = [each for each in meant if each.state != MembershipState.LEFT]
        if len(meant) != 1:
            reader.fault(*(("单位代码", "membership_ambiguous") if meant else ("证件号码", "member_unknown")))
            return None
        (found,) = meant
        if found.person_id == self._actor.person_id or found.person_id in self._actor.relatives:
            reader.fault("证件号码", "own_case")
            return None
        if name is not None and name != found.name:
            reader.fault("姓名", "name_differs", Severity.WARNING)
        return found
