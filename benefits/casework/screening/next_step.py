"""What a result asks for next: the rules' own words on the codes, both breasts, and the days within which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from benefits.casework.assessment import assess_freely
from benefits.casework.policy_book import edition_on
from benefits.core.errors import invalid

PROGRAMME = "screening"
CERVICAL_CODES = ("tbs", "hpv_types", "visible_lesion", "colposcopy", "cervical_pathology")
BREAST_CODES = ("bi_rads_left", "bi_rads_right", "breast_pathology")
_BY_URGENCY = ("pathology", "colposcopy", "mammography", "recall", "routine")
_OF_THE_CERVIX = ("hpv_types", "tbs", "visible_lesion", "colposcopy")


def steps_of(session: Session, codes: Mapping[str, Any], on: date) -> tuple[str, ...]:
    """Every next step, the most urgent first (statement 47, G30); empty where the codes decide none.

    The rules know one BI-RADS: each breast is asked of by itself.

    Raises:
        Invalid: no edition of the rules is in force on that day.
    """
    steps: set[str] = set()
    for side in _sides(codes):
        facts = {name: codes[name] for name in _OF_THE_CERVIX if codes.get(name) is not None}
        judgement = assess_freely(session, PROGRAMME, on, {"act": "result", **facts, **side}, None)
        if judgement.running is None:
            raise invalid("/codes", "no_policy_in_force")
        steps.update(judgement.assessment.derived.get("steps") or ())
    if len(steps) > 1:
        steps.discard("routine")
    return tuple(step for step in _BY_URGENCY if step in steps)


def _sides(codes: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    found = [codes[name] for name in ("bi_rads_left", "bi_rads_right") if codes.get(name) is not None]
    yield from ({"bi_rads": code} for code in found)
    if not found:
        yield {}


def figure(session: Session, name: str, on: date) -> int:
    """A figure of the screening rules on a day.

    Raises:
        Invalid: no edition is in force then, or it has no such figure.
    """
    running = edition_on(session, PROGRAMME, on)
    dated = running.edition.figure(name, on) if running else None
    if dated is None:
        raise invalid("", "no_policy_in_force")
    return int(dated.value)


def due_days(session: Session, on: date) -> dict[str, date]:
    """The days by which she is to be told, examined again, and done with, counted from `on`."""
    days = {"inform_by": "inform_days", "examine_by": "examine_days", "close_by": "close_days"}
    return {column: on + timedelta(days=figure(session, name, on)) for column, name in days.items()}
