"""The running editions of the rules, kept in the database."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.registry.official_calendar import add_shipped_years
from benefits.rules.policy import Edition
from benefits.rules.policy_text import load_edition
from models.policy import Policy
from models.vocabulary import PolicyState

_EDITION = select(Policy.id, Policy.programme, Policy.content, Policy.overrides)


@dataclass(frozen=True)
class Running:
    """An edition in force, and the row that holds it."""

    policy_id: UUID
    edition: Edition


def load_shipped(session: Session, overrides: Mapping[str, Mapping[str, Any]]) -> None:
    """Put the programmes' first editions and the calendar's years into the books, as far as they are missing.

    Args:
        overrides: per programme the figures that a demonstration replaces, marked as examples there.
    """
    for code, programme in catalogue.programmes().items():
        for text in catalogue.shipped_editions(code):
            own = dict(overrides.get(code, {}))
            edition = load_edition(text, programme, overrides=own)
            known = select(Policy.id).where(Policy.programme == code, Policy.edition == edition.code)
            if session.scalar(known) is None:
                session.add(
                    Policy(
                        programme=code,
                        edition=edition.code,
                        state=PolicyState.PUBLISHED,
                        valid_from=edition.valid_from,
                        valid_to=edition.valid_to,
                        content=text,
                        overrides=own,
                        digest=hashlib.sha256(text.encode()).digest(),
                    )
                )
    session.flush()
    add_shipped_years(session)


def edition_on(session: Session, programme: str, on: date) -> Running | None:
    """The published edition of a programme that is in force on a day; None where none is. Looked up once a session."""
    known: dict[tuple[str, date], Running | None] = session.info.setdefault("editions", {})
    if (programme, on) not in known:
        known[programme, on] = _edition_on(session, programme, on)
    return known[programme, on]


def _edition_on(session: Session, programme: str, on: date) -> Running | None:
    row = session.execute(
        _EDITION.where(
            Policy.programme == programme,
            Policy.state == PolicyState.PUBLISHED,
            Policy.valid_from <= on,
            (Policy.valid_to.is_(None)) | (Policy.valid_to >= on),
        )
    ).one_or_none()
    return None if row is None else _running(row)


def edition_by_id(session: Session, policy_id: UUID) -> Running:
    """The edition in a row, whatever the day: how a past decision is looked at again."""
    return _running(session.execute(_EDITION.where(Policy.id == policy_id)).one())


def _running(row: Row[Any]) -> Running:
    return Running(row.id, _parsed(row.programme, row.content, tuple(sorted(row.overrides.items()))))


@lru_cache(maxsize=64)
def _parsed(programme: str, content: str, overrides: tuple[tuple[str, Any], ...]) -> Edition:
    """The parse is kept: the text is its own key, so another text is another edition."""
    return load_edition(content, catalogue.programme(programme), overrides=dict(overrides))
