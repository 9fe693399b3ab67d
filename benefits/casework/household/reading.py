"""What a reader is shown of a hardship file: numbers masked, private things and health by role and recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from benefits.casework.household.file import details_of
from benefits.casework.household.seat import Seated, members_of
from benefits.core.actor import Actor
from benefits.core.errors import NotFound
from benefits.core.identity import mask_identity, mask_mobile
from benefits.record.writer import write_entry
from benefits.registry.hardship_file import Part, typed_fields
from models.household import Household, HouseholdMember

DISCLOSABLE = ("id_number", "phone")
_MASKS = {"identity": mask_identity, "phone": mask_mobile}


@dataclass(frozen=True)
class SeatedView:
    """A member of the household as the reader may see them."""

    row: HouseholdMember
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """A file as the reader may see it; `withheld` are the names of fields that are kept from them."""

    details: Mapping[str, Any]
    members: Sequence[SeatedView]
    withheld: Sequence[str]


def may_see_private(actor: Actor, household: Household) -> bool:
    """Whether the actor may file or decide there, and so may see health and private things."""
    return actor.may("household.private", household.unit.path)


def read_household(session: Session, actor: Actor, household: Household, *, private: bool = True) -> Reading:
    """The file for this reader. Health that is shown is recorded as a disclosure (个人信息保护法 arts 28, 51).

    Args:
        private: False for answers that are kept for retries: they carry neither health nor private things.
    """
    open_to = private and may_see_private(actor, household)
    withheld: set[str] = set()
    details = _shown("head", details_of(session, household), open_to, withheld)
    seats = members_of(session, household)
    members = [SeatedView(each.row, _member(each, open_to, withheld)) for each in seats if not each.is_head]
    health = {f"/{name}" for name in details if typed_fields("head")[name].health} | {
        f"/members/{each.row.id}/{name}"
        for each in members
        for name in each.details
        if typed_fields("member")[name].health
    }
    if health:
        _record(session, household, "household.read", {"fields": sorted(health)})
    return Reading(details, members, sorted(withheld))


def disclose_member(
    session: Session, actor: Actor, household: Household, member_id: UUID, fields: Sequence[str], purpose: str
) -> dict[str, str | None]:
    """Numbers of a person of the household in the clear, for a recorded purpose.

    Raises:
        NotPermitted: no role of the actor there may see them. NotFound: nobody of that id sits in the file.
    """
    actor.require("household.private", household.unit.path)
    found = next((each for each in members_of(session, household) if each.row.id == member_id), None)
    if found is None or found.is_head:
        raise NotFound
    data = {"fields": [f"/members/{member_id}/{name}" for name in sorted(set(fields))], "purpose": purpose}
    _record(session, household, "household.disclose", data)
    return {name: found.details.get(name) for name in fields}


def _shown(part: Part, details: Mapping[str, Any], open_to: bool, withheld: set[str]) -> dict[str, Any]:
    shown = {}
    for name, field in typed_fields(part).items():
        if name not in details:
            continue
        if (field.private or field.health) and not open_to:
            withheld.add(name)
            continue
        mask = _MASKS.get(field.type)
        shown[name] = mask(details[name]) if mask else details[name]
    return shown


def _member(seated: Seated, open_to: bool, withheld: set[str]) -> dict[str, Any]:
    shown = _shown("member", seated.details, open_to, withheld)
    if seated.row.minor and not open_to and "name" in shown:
        shown["name"] = shown["name"][0] + "*" * (len(shown["name"]) - 1)
    return shown


def _record(session: Session, household: Household, action: str, data: dict[str, Any]) -> None:
    write_entry(
        session,
        kind="disclosure",
        action=action,
        table="household",
        row=household.id,
        unit_id=household.unit_id,
        data=data,
    )
