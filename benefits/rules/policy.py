"""A dated edition of a programme's rules: criteria, figures, what is given, and who decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from benefits.core.errors import Invalid
from benefits.rules.declaration import Programme
from benefits.rules.facts import Label
from benefits.rules.nodes import Node
from benefits.rules.values import Type


class PolicyInvalid(Invalid):
    """A policy's text is outside the language or incomplete; every fault with its place and reason."""

    code = "policy_invalid"


@dataclass(frozen=True)
class Dated:
    """A figure's value from a day on, until the next one of the same figure.

    `confidence` is H (read in the rule itself), M (second hand) or L; what is L is an example and says so.
    """

    start: date
    value: Any
    source: str
    clause: str
    confidence: Literal["H", "M", "L"]
    example: bool


@dataclass(frozen=True)
class Figure:
    """A named figure with its dated values, the earliest first."""

    name: str
    type: Type
    values: tuple[Dated, ...]

    def on(self, day: date) -> Dated | None:
        """The value in force on `day`; None before the first."""
        return next((dated for dated in reversed(self.values) if dated.start <= day), None)


@dataclass(frozen=True)
class Criterion:
    """One test: where `when` is false it does not apply; `rule` says it in both languages."""

    code: str
    when: Node | None
    expr: Node
    fact: str | None
    clause: str
    rule: Label


@dataclass(frozen=True)
class Ranking:
    """One published criterion by which candidates for scarce places are put in order; what is unknown comes last."""

    code: str
    expr: Node
    high_first: bool
    clause: str
    rule: Label


@dataclass(frozen=True)
class Line:
    """One line of what is given: from which heading, by whom, how much at most."""

    code: str
    title: Label
    when: Node | None
    amount: Node | None
    payer: Node | None


@dataclass(frozen=True)
class Entitlement:
    """What is given where every criterion is met, and the key under which the ledger counts it.

    `once` holds where a person may have one live award only for the same kind, occasion and year.
    """

    form: Node
    amount_max: Node
    payer: Node
    lines: tuple[Line, ...]
    kind: Node
    occasion: Node
    year: Node
    once: Node


@dataclass(frozen=True)
class Step:
    """A band of decision: amounts up to `up_to` yuan (None: any) want so many different reviewers.

    Where `level` is set, one of them decides from above: by a grant over a union at county level or above, or over a
    unit above the one that files. `minutes`: it is decided collectively, and the minutes are named. `clause` says why.
    """

    up_to: Decimal | None
    reviewers: int
    level: Literal["county_and_above", "above_unit"] | None = None
    minutes: bool = False
    clause: str = ""
    confidence: Literal["H", "M", "L"] | None = None
    example: bool = False


# The bands by default (contract §2): up to 5,000 yuan one reviewer, above that two different ones.
DEFAULT_STEPS = (Step(Decimal("5000.00"), 1), Step(None, 2))


@dataclass(frozen=True)
class Edition:
    """A programme's rules from `valid_from` up to and including `valid_to` (None: open-ended)."""

    programme: Programme
    code: str
    valid_from: date
    valid_to: date | None
    source: str
    text: str
    at: Node
    figures: Mapping[str, Figure]
    derived: Mapping[str, Node]
    criteria: tuple[Criterion, ...]
    entitlement: Entitlement
    steps: tuple[Step, ...]
    ranking: tuple[Ranking, ...] = ()

    def covers(self, day: date) -> bool:
        """Whether this edition is in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def figure(self, name: str, day: date) -> Dated | None:
        """The value of a figure on `day` with its source; None where there is none."""
        return self.figures[name].on(day) if name in self.figures else None

    def notice_working_days(self, day: date) -> int:
        """How many full working days a decision is shown in public before it stands; 0 where none is asked."""
        notice = self.figure("notice_working_days", day)
        return notice.value if notice else 0

    def step_for(self, amount: Decimal) -> Step:
        """The band into which a decision over `amount` yuan falls."""
        return next(step for step in self.steps if step.up_to is None or amount <= step.up_to)

    def reviewers_for(self, amount: Decimal) -> int:
        """How many different reviewers a decision over `amount` yuan wants."""
        return self.step_for(amount).reviewers
