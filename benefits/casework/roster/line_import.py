"""Takes lines of rosters in: members put on lists that are still drawn up, or their pieces and amounts changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from benefits.access.reach import within
from benefits.casework import workflow
from benefits.casework.roster.drawing import MOST_LINES
from benefits.casework.roster.entering import OWN_CASE, Joining, amount_of, enter
from benefits.casework.roster.line_rows import AMOUNT, COLUMNS, QUANTITY, ROSTER, LineRow, read_line
from benefits.casework.roster.shelf import Carried, carried, hold_rosters
from benefits.core.actor import Actor
from benefits.intake.imports import ImportKind, Taking
from benefits.intake.row import Checked, RowReader
from benefits.money.duty import require_duty
from models.application import Application
from models.membership import Membership
from models.person import Person
from models.roster import Roster
from models.roster_vocabulary import RosterState
from models.secrecy import secrecy
from models.unit import Unit
from models.vocabulary import OVER, ApplicationState, MembershipState

Sought = dict[str, list[tuple[Membership, str]]]  # by identity hash or staff number: who, and the unit's path


@dataclass(frozen=True)
class _Wish:
    """A good row: on which roster, who."""

    row: LineRow
    roster: Roster
    member: Membership


def take_lines(session: Session, actor: Actor, taking: Taking) -> Iterator[Checked[LineRow]]:
    """Check every row and, if told to, land the good ones; the same file again changes nothing.

    Codes beside those of `read_line`: `roster_unknown`, `member_unknown`, `member_ambiguous`, `own_case`,
    `duplicate_in_file`, `case_in_round`, `roster_too_long`, `no_item`, `amount_differs`.
    """
    readers = [RowReader(row, cells, (ROSTER,)) for row, cells in taking.rows]
    read = [(reader, read_line(reader)) for reader in readers]
    rosters = _rosters(session, actor, {row.roster_number for _, row in read if row}, hold=taking.apply)
    sought = _sought(session, actor, [row for _, row in read if row])
    lines = {roster.id: carried(session, roster) for roster in rosters.values()}
    listed = {roster_id: {each.line.person_id: each for each in there} for roster_id, there in lines.items()}
    busy = _busy(session, rosters.values())
    room = {roster_id: MOST_LINES - len(lines) for roster_id, lines in listed.items()}
    seen: set[tuple[UUID, UUID]] = set()
    wishes: defaultdict[UUID, list[_Wish]] = defaultdict(list)
    checked = []
    for reader, row in read:
        wish = _wish(actor, reader, row, rosters, sought) if row else None
        if wish and not reader.findings:
            _find_place(reader, wish, seen, room, listed[wish.roster.id], busy)
        good = wish is not None and not reader.findings
        if wish and good:
            wishes[wish.roster.id].append(wish)
        checked.append(Checked(reader.row, row if good else None, tuple(reader.findings)))
    if taking.apply:
        for roster_id, wanted in wishes.items():
            _land(session, actor, wanted[0].roster, wanted, listed[roster_id])
    yield from checked


def _rosters(session: Session, actor: Actor, numbers: Collection[str], *, hold: bool) -> dict[str, Roster]:
    """The rosters with these numbers that the actor may change now; held, if lines are to land."""
    query = (
        select(Roster)
        .join(Roster.unit)
        .options(contains_eager(Roster.unit))
        .where(Roster.number.in_(numbers), within(actor, "case.file"))
        .execution_options(populate_existing=True)
    )
    if hold:
        hold_rosters(session, [roster.id for roster in session.scalars(query)])
    return {roster.number: roster for roster in session.scalars(query) if roster.state == RosterState.DRAWN_UP}


def _sought(session: Session, actor: Actor, rows: Sequence[LineRow]) -> Sought:
    """Whoever is named, among the members for whom the actor may file and who have not left."""
    keys = secrecy(session)
    hashes = {keys.index("id_number", row.identity): row.identity for row in rows if row.identity}
    staff = {row.staff_number for row in rows if row.staff_number and not row.identity}
    query = (
        select(Membership, Unit.path, Person.id_hash)
        .join(Unit, Unit.id == Membership.unit_id)
        .join(Person, Person.id == Membership.person_id)
        .where(within(actor, "case.file"), Membership.state != MembershipState.LEFT)
    )
    found: Sought = defaultdict(list)
    for member, path, id_hash in session.execute(query.where(Person.id_hash.in_(hashes))):
        found[str(hashes[bytes(id_hash)])].append((member, path))
    for member, path, _ in session.execute(query.where(Membership.staff_number.in_(staff))):
        found[str(member.staff_number)].append((member, path))
    return found


def _busy(session: Session, rosters: Collection[Roster]) -> set[tuple[UUID | None, UUID]]:
    """Which members have a live case in the rounds of these rosters."""
    rounds = [roster.round_id for roster in rosters if roster.round_id]
    query = select(Application.round_id, Application.membership_id)
    rows = session.execute(query.where(Application.round_id.in_(rounds), Application.state.not_in(OVER)))
    return {(row.round_id, row.membership_id) for row in rows}


def _wish(actor: Actor, reader: RowReader, row: LineRow, rosters: dict[str, Roster], sought: Sought) -> _Wish | None:
    roster = rosters.get(row.roster_number)
    if roster is None:
        reader.fault(ROSTER, "roster_unknown")
        return None
    known = sought.get(row.identity or row.staff_number or "", [])
    members = [member for member, path in known if path.startswith(roster.unit.path)]
    if len(members) != 1:
        reader.fault(row.named_in, "member_ambiguous" if members else "member_unknown")
        return None
    if members[0].person_id in {actor.person_id, *actor.relatives}:
        reader.fault(row.named_in, OWN_CASE)
    if roster.item_price is None and row.quantity:
        reader.fault(QUANTITY, "no_item")
    if roster.item_price is not None and row.amount not in {None, amount_of(roster, row.quantity, None)}:
        reader.fault(AMOUNT, "amount_differs")
    return _Wish(row, roster, members[0])


def _find_place(
    reader: RowReader,
    wish: _Wish,
    seen: set[tuple[UUID, UUID]],
    room: dict[UUID, int],
    listed: dict[UUID, Carried],
    busy: set[tuple[UUID | None, UUID]],
) -> None:
    """A place on the roster: one a person, and no more than it holds."""
    roster_id, person_id = wish.roster.id, wish.member.person_id
    if (roster_id, person_id) in seen:
        reader.fault(wish.row.named_in, "duplicate_in_file")
    elif person_id not in listed and (wish.roster.round_id, wish.member.id) in busy:
        reader.fault(wish.row.named_in, "case_in_round")
    elif person_id not in listed:
        room[roster_id] -= 1
        if room[roster_id] < 0:
            reader.fault(ROSTER, "roster_too_long", most=MOST_LINES)
    seen.add((roster_id, person_id))


def _land(session: Session, actor: Actor, roster: Roster, wanted: Sequence[_Wish], listed: dict[UUID, Carried]) -> None:
    new = [each for each in wanted if each.member.person_id not in listed]
    enter(session, actor, roster, [Joining(each.member, each.row.amount, each.row.quantity) for each in new])
    changed = []
    for each in wanted:
        there = listed.get(each.member.person_id)
        if there and _change(roster, each.row, there):
            there.line.touched_at = actor.at
            changed.append(there.case)
    require_duty(session, actor, [case.id for case in changed], "filed")
    moves = [workflow.Move(case, ApplicationState(case.state)) for case in changed]
    workflow.advance_all(session, actor, "change", moves)


def _change(roster: Roster, row: LineRow, there: Carried) -> bool:
    """Write what the row says and the line does not; whether there was anything."""
    quantity = row.quantity or there.line.quantity
    amount = amount_of(roster, quantity, row.amount or there.case.amount)
    if (quantity, amount) == (there.line.quantity, there.case.amount):
        return False
    there.line.quantity, there.case.amount = quantity, amount
    return True


KIND = ImportKind(COLUMNS, "import.roster_line", take_lines)
