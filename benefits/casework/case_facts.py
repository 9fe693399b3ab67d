"""The facts that were given with a case: sealed under the person's key, and opened again, for one case or many."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from benefits.access.person import person_key, person_keys
from models import application as rows
from models.secrecy import secrecy


def stored_facts(session: Session, application: rows.Application) -> dict[str, Any]:
    """The facts that were given with a case, as JSON; none once the member was erased."""
    return facts_of_cases(session, [application])[0]


def facts_of_cases(session: Session, applications: Sequence[rows.Application]) -> list[dict[str, Any]]:
    """The same of many cases, in their order."""
    keys, own = person_keys(session, {each.person_id for each in applications}), secrecy(session)
    return [
        json.loads(own.decrypt(keys[each.person_id], each.id, "facts", each.facts_cipher))
        if each.person_id in keys
        else {}
        for each in applications
    ]


def seal_facts(session: Session, person_id: UUID, application_id: UUID, facts: Mapping[str, Any]) -> bytes:
    """The facts of a case as its row keeps them."""
    return seal_with(session, person_key(session, person_id), application_id, facts)


def seal_with(session: Session, key: bytes, application_id: UUID, facts: Mapping[str, Any]) -> bytes:
    """The same with the person's key in hand."""
    plain = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    return secrecy(session).encrypt(key, application_id, "facts", plain)
