"""The draw of a sample: what follows from a population and a seed alone, so that anybody can work it out again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate
from uuid import UUID

from benefits.casework.place.draw import seed_of, tie_of
from benefits.core.money import FEN, show_yuan
from models.audit_vocabulary import SampleMethod, StrataBy


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the population."""

    id: UUID
    unit_code: str
    programme: str
    amount: Decimal


@dataclass(frozen=True)
class Plan:
    """How to draw: `bands` are the upper bounds of the strata of the amount, growing."""

    method: SampleMethod
    size: int
    seed: str
    strata_by: StrataBy | None = None
    bands: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A drawn row with the reason's code and its figures."""

    item: Item
    reason: str
    figures: Mapping[str, str]
    stratum: str | None = None
    hits: int = 1


@dataclass(frozen=True)
class Stratum:
    """A part of the population and how many of it are drawn."""

    name: str
    rows: int
    total: Decimal
    drawn: int


@dataclass(frozen=True)
class Draw:
    """The drawn rows in the order of the draw; `step` and `first_hit` in yuan, of monetary units only."""

    rows: Sequence[Drawn]
    strata: Sequence[Stratum] = field(default_factory=tuple)
    step: Decimal | None = None
    first_hit: Decimal | None = None


def draw(population: Sequence[Item], plan: Plan) -> Draw:
    """Draw from a population that is not empty.

    A row's ticket is the SHA-256 of the SHA-256 of the seed's text followed by the row's id as 36 characters; rows
    stand in the order of their tickets.
    """
    seed = seed_of(b"", plan.seed)
    ordered = sorted(population, key=lambda item: tie_of(seed, item.id))
    if plan.method == SampleMethod.SIMPLE:
        drawn, rows = min(plan.size, len(ordered)), str(len(ordered))
        return Draw(
            [
                Drawn(item, "rank", {"rank": str(rank), "rows": rows, "drawn": str(drawn)})
                for rank, item in enumerate(ordered[:drawn], 1)
            ]
        )
    if plan.method == SampleMethod.STRATIFIED:
        return _by_strata(ordered, plan)
    return _by_yuan(ordered, plan, int.from_bytes(seed, "big"))


def stratum_of(plan: Plan) -> Callable[[Item], str]:
    """The stratum of a row: its programme, its unit, or the band of its amount such as `1000.00–5000.00`.

    A band reaches from above the one before up to its bound; the last, `5000.00–`, has none.
    """
    if plan.strata_by == StrataBy.PROGRAMME:
        return lambda item: item.programme
    if plan.strata_by == StrataBy.UNIT:
        return lambda item: item.unit_code
    bounds = [Decimal(0), *plan.bands]

    def band(item: Item) -> str:
        at = sum(item.amount > bound for bound in plan.bands)
        upto = show_yuan(plan.bands[at]) if at < len(plan.bands) else ""
        return f"{show_yuan(bounds[at])}–{upto}"

    return band


def shares(rows: Mapping[str, int], size: int) -> dict[str, int]:
    """How many of each stratum are drawn: in proportion to its rows, the rest by largest remainder (then by name)."""
    whole = sum(rows.values())
    size = min(size, whole)
    given = {name: size * count // whole for name, count in rows.items()}
    by_remainder = sorted(rows, key=lambda name: (-(size * rows[name] % whole), name))
    for name in by_remainder[: size - sum(given.values())]:
        given[name] += 1
    return given


def _by_strata(ordered: Sequence[Item], plan: Plan) -> Draw:
    name_of = stratum_of(plan)
    members: dict[str, list[Item]] = {}
    for item in ordered:
        members.setdefault(name_of(item), []).append(item)
    share = shares({name: len(items) for name, items in members.items()}, plan.size)
    strata = [
        Stratum(name, len(members[name]), sum((item.amount for item in members[name]), Decimal(0)), share[name])
        for name in sorted(members)
    ]
    rows = [
        Drawn(item, "stratum_rank", _figures(each, rank), each.name)
        for each in strata
        for rank, item in enumerate(members[each.name][: each.drawn], 1)
    ]
    return Draw(rows, strata)


def _figures(of: Stratum, rank: int) -> dict[str, str]:
    return {"stratum": of.name, "rank": str(rank), "rows": str(of.rows), "drawn": str(of.drawn)}


def _by_yuan(ordered: Sequence[Item], plan: Plan, number: int) -> Draw:
    """Every `step` yuan of the running total hits a row, from a first hit between 0.01 and `step` on.

    `step` is the total divided by the size, down to the fen; the first hit in fen is the seed's SHA-256 as a number,
    modulo the step, and one. A row of at least a step is always hit; one of less in proportion to its amount.
    """
    reached = list(accumulate(int(item.amount / FEN) for item in ordered))
    step = max(reached[-1] // plan.size, 1)
    first = number % step + 1
    rows = []
    for item, upto in zip(ordered, reached, strict=True):
        above = upto - int(item.amount / FEN)
        hits = _points(upto, first, step) - _points(above, first, step)
        if not hits:
            continue
        if upto - above >= step:
            figures = {"amount": show_yuan(item.amount), "interval": _yuan(step), "hits": str(hits)}
            rows.append(Drawn(item, "above_interval", figures, hits=hits))
        else:
            hit = first + _points(above, first, step) * step
            rows.append(Drawn(item, "hit", {"hit": _yuan(hit), "above": _yuan(above), "upto": _yuan(upto)}))
    return Draw(rows, step=step * FEN, first_hit=first * FEN)


def _points(upto: int, first: int, step: int) -> int:
    """How many of first, first + step, … are at most `upto`."""
    return 0 if upto < first else (upto - first) // step + 1


def _yuan(fen: int) -> str:
    return show_yuan(fen * FEN)
