"""New editions of the rules: drafted by one policy editor, published by another; what is published never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.access.accounts import account_person
from benefits.access.reach import along
from benefits.core.actor import Actor
from benefits.core.errors import AlreadyExists, DutyConflict, NotFound, StateForbids, invalid
from benefits.rules.policy import Edition
from benefits.rules.policy_text import load_edition
from models.columns import new_id
from models.policy import Policy
from models.unit import Unit
from models.vocabulary import PolicyState


def _visible(actor: Actor) -> Select[Policy]:
    """Shipped editions, and those of units in and above the actor's own."""
    return (
        select(Policy)
        .outerjoin(Unit, Unit.id == Policy.unit_id)
        .where(or_(Policy.unit_id.is_(None), along(actor, "unit.read")))
    )


def find_policy(session: Session, actor: Actor, policy_id: UUID) -> Policy:
    """An edition that the actor may see; raises NotFound."""
    policy = session.scalar(_visible(actor).where(Policy.id == policy_id).execution_options(populate_existing=True))
    if policy is None:
        raise NotFound
    return policy


def lock_policy(session: Session, actor: Actor, policy_id: UUID) -> Policy:
    """The same, held until the transaction ends."""
    policy = find_policy(session, actor, policy_id)
    session.refresh(policy, with_for_update={"key_share": True})
    return policy


def list_policies(
    session: Session, actor: Actor, programme: str, *, after: UUID | None, limit: int, state: str | None
) -> list[Policy]:
    """The editions of a programme in order of creation, one more than `limit` where there are more."""
    query = _visible(actor).where(Policy.programme == programme).order_by(Policy.id).limit(limit + 1)
    if after is not None:
        query = query.where(Policy.id > after)
    if state is not None:
        query = query.where(Policy.state == state)
    return list(session.scalars(query))


def draft_policy(session: Session, actor: Actor, programme: str, content: str) -> Policy:
    """Keep a new edition as a draft of the editor's unit.

    Raises:
        PolicyInvalid: the text is outside the language or incomplete, every fault with its place. AlreadyExists: an
        edition of that name. NotPermitted.
    """
    path, unit_id = desk_of(actor)
    actor.require("policy.edit", path)
    edition = load_edition(content, catalogue.programme(programme))
    _require_new_name(session, programme, edition.code, None)
    policy = Policy(id=new_id(), unit_id=unit_id, programme=programme, written_by=actor.account_id, overrides={})
    _write(policy, edition, content)
    session.add(policy)
    session.flush()
    return policy


def change_draft(session: Session, actor: Actor, policy: Policy, changes: Mapping[str, Any]) -> Policy:
    """Replace a draft's text; whoever changes it becomes its author."""
    _require_draft(policy, "change")
    actor.require("policy.edit", _path(session, policy))
    if "content" in changes:
        edition = load_edition(changes["content"], catalogue.programme(policy.programme))
        _require_new_name(session, policy.programme, edition.code, policy.id)
        _write(policy, edition, changes["content"])
        policy.written_by = actor.account_id
    policy.touched_at = actor.at
    session.flush()
    return policy


def publish(session: Session, actor: Actor, policy: Policy) -> Policy:
    """Put a draft in force from its first day; the edition that ran until then ends on the day before.

    Raises:
        DutyConflict: by its author. StateForbids: it is published. Invalid: another published edition begins on the
        same day, or later within its days.
    """
    _require_draft(policy, "publish")
    actor.require("policy.edit", _path(session, policy))
    if policy.written_by is not None and account_person(session, policy.written_by) == actor.person_id:
        raise DutyConflict(held="written", wanted="published")
    running = session.scalars(
        select(Policy)
        .where(Policy.programme == policy.programme, Policy.state == PolicyState.PUBLISHED)
        .order_by(Policy.valid_from)
        .with_for_update(key_share=True)
    ).all()
    for other in running:
        begins_within = other.valid_from >= policy.valid_from and (
            policy.valid_to is None or other.valid_from <= policy.valid_to
        )
        if begins_within:
            raise invalid("/valid_from", "dates_overlap", edition=other.edition)
        if other.valid_to is None or other.valid_to >= policy.valid_from:
            other.valid_to = policy.valid_from - timedelta(days=1)
    session.flush()
    policy.state, policy.published_by, policy.published_at = PolicyState.PUBLISHED, actor.account_id, actor.at
    session.flush()
    session.info.pop("editions", None)
    return policy


def _write(policy: Policy, edition: Edition, content: str) -> None:
    policy.edition, policy.state, policy.content = edition.code, PolicyState.DRAFT, content
    policy.valid_from, policy.valid_to = edition.valid_from, edition.valid_to
    policy.digest = hashlib.sha256(content.encode()).digest()


def _require_draft(policy: Policy, act: str) -> None:
    if policy.state != PolicyState.DRAFT:
        raise StateForbids(state=policy.state, act=act)


def _require_new_name(session: Session, programme: str, edition: str, own: UUID | None) -> None:
    there = select(Policy.id).where(Policy.programme == programme, Policy.edition == edition)
    found = session.scalar(there)
    if found is not None and found != own:
        raise AlreadyExists(edition=edition)


def desk_of(actor: Actor) -> tuple[str, UUID]:
    """The highest unit for which the actor edits rules."""
    actor.require_somewhere("policy.edit")
    held = [(grant.path, grant.unit_id) for grant in actor.grants if grant.path in actor.paths("policy.edit")]
    return min(held, key=lambda each: len(each[0]))


def _path(session: Session, policy: Policy) -> str:
    """The path of the unit whose rules they are; shipped ones are the root's."""
    found = session.scalar(select(Unit.path).where(Unit.id == policy.unit_id))
    return found or "/"
