"""The bands of decision of an edition, read from its TOML text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from benefits.rules.figure_text import CONFIDENCES
from benefits.rules.policy import DEFAULT_STEPS, Step
from benefits.rules.toml_table import Table

_LEVELS: dict[str, Any] = {level: level for level in ("county_and_above", "above_unit")}


def read_steps(tables: list[Table]) -> tuple[Step, ...]:
    """Bands of growing amounts; the last has no bound, so that every amount has its reviewers."""
    steps: list[Step] = []
    for i, table in enumerate(tables):
        step = _step(table)
        last = i == len(tables) - 1
        grows = step.up_to is not None and (not steps or (steps[-1].up_to or step.up_to) < step.up_to)
        if ("up_to" in table.content) if last else not grows:
            table.fault("up_to", "bands_malformed")
        steps.append(step)
    return tuple(steps) or DEFAULT_STEPS


def _step(table: Table) -> Step:
    bound = table.raw("up_to")
    level, minutes = table.text("level", required=False), table.flag("minutes")
    more = bool(level) or minutes
    # More than a number of reviewers is asked of people by a rule, which they can read.
    clause, confidence = table.text("clause", required=more), table.text("confidence", required=more)
    example = table.flag("example")
    if level and level not in _LEVELS:
        table.fault("level", "choice_unknown", choices=list(_LEVELS))
    if confidence and confidence not in CONFIDENCES:
        table.fault("confidence", "choice_unknown", choices=list(CONFIDENCES))
    if confidence == "L" and not example:
        table.fault("example", "example_unmarked")
    step = Step(
        up_to=bound if isinstance(bound, Decimal) else None,
        reviewers=table.integer("reviewers", 1, 5),
        level=_LEVELS.get(level),
        minutes=minutes,
        clause=clause,
        confidence=CONFIDENCES.get(confidence),
        example=example,
    )
    table.done()
    return step
