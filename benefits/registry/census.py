"""The yearly census of model workers (调查摸底, domain §8.1): who is to be asked, who still is, and their sheets."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from benefits.access.person import person_key
from benefits.access.reach import within
from benefits.core.actor import Actor
from benefits.core.errors import AlreadyExists, NotFound
from benefits.record.writer import write_entry
from benefits.registry.honour_list import state_on, unit_path
from benefits.registry.members import lock_member
from models.census import CensusSheet
from models.columns import new_id
from models.membership import Honour, Membership
from models.secrecy import secrecy
from models.unit import Unit
from models.vocabulary import HonourState

Asked = tuple[Membership, Unit, CensusSheet | None]


@dataclass(frozen=True)
class Sheet:
    """A sheet with what it says, and its version."""

    row: CensusSheet
    content: Mapping[str, Any]

    @property
    def version(self) -> int:
        """The row's."""
        return self.row.version


@cache
def _terms() -> Mapping[str, Any]:
    """Month and day of the census, and the levels of honours whose holders are asked; dated data with its source."""
    return tomllib.loads(resources.files("config").joinpath("data", "model_worker_census.toml").read_text("utf-8"))


def census_day(year: int) -> date:
    """The day on which the register says whom the census asks."""
    return date(year, _terms()["month"], _terms()["day"])


def list_asked(
    session: Session,
    actor: Actor,
    *,
    year: int,
    unit_code: str | None,
    answered: bool | None,
    after: UUID | None,
    limit: int,
) -> list[Asked]:
    """Whom the census of a year asks, one more than `limit` where there are more; `answered` false: who is missing.

    Asked are members, in service or retained, who hold a valid honour of the census's levels on its day.
    """
    held = exists().where(
        Honour.membership_id == Membership.id,
        Honour.level.in_(_terms()["levels"]),
        (Honour.awarded_on.is_(None)) | (Honour.awarded_on <= census_day(year)),
        state_on(census_day(year)) == HonourState.VALID,
    )
    query = (
        select(Membership, Unit, CensusSheet)
        .join(Unit, Unit.id == Membership.unit_id)
        .outerjoin(CensusSheet, (CensusSheet.membership_id == Membership.id) & (CensusSheet.year == year))
        .where(within(actor, "member.read"), Membership.state != "left", held)
        .order_by(Membership.id)
        .limit(limit + 1)
    )
    if unit_code is not None:
        query = query.where(func.starts_with(Unit.path, unit_path(session, actor, unit_code)))
    if answered is not None:
        query = query.where(CensusSheet.id.is_not(None) if answered else CensusSheet.id.is_(None))
    if after is not None:
        query = query.where(Membership.id > after)
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def add_sheet(session: Session, actor: Actor, member_id: UUID, *, year: int, content: Mapping[str, Any]) -> Sheet:
    """Keep a member's sheet of a year, under the person's key.

    Raises:
        NotFound, NotPermitted, OwnCase. AlreadyExists: there is one; it is changed, not made again.
    """
    member = lock_member(session, actor, member_id)
    actor.require("member.register", member.unit.path)
    actor.require_stranger(member.person_id)
    there = select(CensusSheet.id).where(CensusSheet.membership_id == member.id, CensusSheet.year == year)
    if session.scalar(there):
        raise AlreadyExists
    row = CensusSheet(
        id=new_id(),
        membership_id=member.id,
        unit_id=member.unit_id,
        person_id=member.person_id,
        year=year,
        surveyed_by=actor.account_id,
    )
    _seal(session, row, content)
    session.add(row)
    session.flush()
    return Sheet(row, content)


def find_sheet(session: Session, actor: Actor, sheet_id: UUID) -> Sheet:
    """A sheet of a member whom the actor may see, opened; the reading is recorded. Raises NotFound."""
    row = _find(session, actor, sheet_id)
    write_entry(
        session, kind="reading", action="census.sheet", table="census_sheet", row=row.id, unit_id=row.unit_id, data={}
    )
    sealed = secrecy(session).decrypt(person_key(session, row.person_id), row.id, "census", row.content_cipher)
    return Sheet(row, json.loads(sealed))


def lock_sheet(session: Session, actor: Actor, sheet_id: UUID) -> Sheet:
    """The same, its member locked, for an act of the officer."""
    member = lock_member(session, actor, _find(session, actor, sheet_id).membership_id)
    actor.require("member.register", member.unit.path)
    return find_sheet(session, actor, sheet_id)


def _find(session: Session, actor: Actor, sheet_id: UUID) -> CensusSheet:
    row = session.scalar(
        select(CensusSheet)
        .join(Unit, Unit.id == CensusSheet.unit_id)
        .where(CensusSheet.id == sheet_id, within(actor, "member.read"))
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    return row


def change_sheet(session: Session, actor: Actor, sheet: Sheet, changes: Mapping[str, Any]) -> Sheet:
    """Correct a locked sheet; what is absent stays. Raises OwnCase."""
    actor.require_stranger(sheet.row.person_id)
    content = {**sheet.content, **changes}
    if content != sheet.content:
        _seal(session, sheet.row, content)
        sheet.row.surveyed_by, sheet.row.touched_at = actor.account_id, actor.at
        session.flush()
    return Sheet(sheet.row, content)


def _seal(session: Session, row: CensusSheet, content: Mapping[str, Any]) -> None:
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True)
    row.content_cipher = secrecy(session).encrypt(person_key(session, row.person_id), row.id, "census", plain)
