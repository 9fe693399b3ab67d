"""Would this be granted, and why: one case judged by an edition, every criterion explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from benefits.core.calendar import Calendar
from benefits.rules.answer import (
    Assessment,
    Finding,
    Given,
    GivenLine,
    LedgerKey,
    Outcome,
    canonical,
    to_json,
)
from benefits.rules.declaration import Programme
from benefits.rules.evaluate import Scene, evaluate
from benefits.rules.explanation import evidence, explain, reached
from benefits.rules.facts import UNSET, Fact
from benefits.rules.first_day import first_passing_day
from benefits.rules.member_facts import label
from benefits.rules.nodes import Node, facts_read
from benefits.rules.policy import Criterion, Edition, Line
from benefits.rules.values import Type, down_to_fen, show

__all__ = [
    "Assessment",
    "Finding",
    "Given",
    "LedgerKey",
    "assess",
    "canonical",
    "ledger_key",
    "no_policy",
    "scene_of",
    "to_json",
]

# The one criterion that leaves the entitlement standing: only the amount asked is too much (contract §4).
AMOUNT = "amount_within_limit"


def assess(edition: Edition, facts: Mapping[str, Any], *, on: date, calendar: Calendar) -> Assessment:
    """Judge one case by `edition` on the event's day; `facts` as `parse_facts` gives them."""
    if not edition.covers(on):
        return no_policy(edition.programme, on)
    scene = scene_of(edition, facts, on, calendar)
    findings = tuple(_finding(criterion, edition, scene) for criterion in edition.criteria)
    outcomes = {finding.outcome for finding in findings}
    refused = {finding.code for finding in findings if finding.outcome == "unmet"}
    outcome: Outcome = "eligible"
    if refused:
        outcome = "ineligible"
    elif "unknown" in outcomes:
        outcome = "undetermined"
    given = _given(edition, scene) if refused <= {AMOUNT} and "unknown" not in outcomes else None
    derived = {
        name: _as_json(value, node.type)
        for name, node in edition.derived.items()
        if (value := evaluate(node, scene)) is not None
    }
    return Assessment(
        programme=edition.programme.code,
        on=on,
        edition=edition.code,
        source=edition.source,
        outcome=outcome,
        findings=findings,
        derived=derived,
        entitlement=given,
        key=_key(edition, scene),
        figures=_figures_read(edition, scene),
    )


def ledger_key(edition: Edition, facts: Mapping[str, Any], *, on: date, calendar: Calendar) -> LedgerKey:
    """The key of a case before the ledger is asked; no fact of the record enters it."""
    return _key(edition, scene_of(edition, facts, on, calendar))


def no_policy(programme: Programme, on: date) -> Assessment:
    """The answer for a day that no edition covers: never a guess (domain, statement 13)."""
    finding = Finding(
        code="policy_in_force",
        outcome="unmet",
        clause="",
        rule=label("当日有生效的政策版本", "An edition of the policy is in force on that day"),
        fact="on",
        value=on.isoformat(),
    )
    return Assessment(programme.code, on, None, None, "ineligible", (finding,), {}, None, None, {})


def scene_of(edition: Edition, facts: Mapping[str, Any], on: date, calendar: Calendar) -> Scene:
    """One case as the language sees it: defaults and stated nones put in, figures of the event's day looked up."""
    known: dict[str, Any] = {}
    nones = set()
    for name, fact in edition.programme.all_facts.items():
        value = facts.get(name, fact.default)
        if value is None and fact.none is not UNSET:
            value = fact.none
        if value is None:
            nones.add(name)
        elif value is not UNSET:
            known[name] = _in_language(fact, value)
    scene = Scene(known, frozenset(nones), edition.derived, calendar, {"on": on, "at": None})
    at = evaluate(edition.at, scene)
    dated = {name: figure.on(at) for name, figure in edition.figures.items()} if at else {}
    scene.days = {"on": on, "at": at}
    scene.figures = {name: figure.value for name, figure in dated.items() if figure}
    return scene


def _in_language(fact: Fact, value: Any) -> Any:
    """A fact's value as rules compute with it: exact fractions, sets, and the levels of honours still valid."""
    match fact.type:
        case "bool":
            return bool(value)  # the ledger counts: any is true
        case "money" | "decimal":
            return Fraction(value)
        case "texts" | "integers":
            return frozenset(value)
        case "honours":
            return frozenset(honour.level for honour in value if honour.valid)
    return value


def _finding(criterion: Criterion, edition: Edition, scene: Scene) -> Finding:
    applies = True if criterion.when is None else evaluate(criterion.when, scene)
    if applies is False:
        return Finding(criterion.code, "not_applicable", criterion.clause, criterion.rule, criterion.fact)
    holds = evaluate(criterion.expr, scene) if applies else None
    shown = explain(criterion.expr, scene)
    met = Finding(
        criterion.code,
        "met",
        criterion.clause,
        criterion.rule,
        criterion.fact or shown.fact,
        shown.value,
        shown.required,
    )
    if holds:
        return met
    if holds is None:
        names = evidence(criterion.when, scene) + evidence(criterion.expr, scene)
        wanted = {name: edition.programme.all_facts[name].label for name in names}
        return replace(met, outcome="unknown", wanted=wanted)
    day = first_passing_day(criterion, edition.programme, scene, edition.valid_to)
    return replace(met, outcome="unmet", gap=shown.gap, met_from=day)


def _given(edition: Edition, scene: Scene) -> Given | None:
    rule = edition.entitlement
    limit = evaluate(rule.amount_max, scene)
    if limit is None:
        return None
    lines = tuple(_given_line(line, scene) for line in rule.lines if line.when is None or evaluate(line.when, scene))
    return Given(evaluate(rule.form, scene), down_to_fen(limit), evaluate(rule.payer, scene), lines)


def _given_line(line: Line, scene: Scene) -> GivenLine:
    amount, payer = _optional(line.amount, scene), _optional(line.payer, scene)
    return GivenLine(line.code, line.title, None if amount is None else down_to_fen(amount), payer)


def _optional(node: Node | None, scene: Scene) -> Any:
    return None if node is None else evaluate(node, scene)


def _key(edition: Edition, scene: Scene) -> LedgerKey:
    rule = edition.entitlement
    read = facts_read(reached(rule.occasion, scene), edition.derived)
    return LedgerKey(
        kind=evaluate(rule.kind, scene),
        occasion=evaluate(rule.occasion, scene),
        year=evaluate(rule.year, scene),
        once=evaluate(rule.once, scene),
        sensitive=any(edition.programme.all_facts[name].sensitive for name in read),
    )


def _figures_read(edition: Edition, scene: Scene) -> dict[str, Mapping[str, Any]]:
    at = scene.days["at"]
    read: dict[str, Mapping[str, Any]] = {}
    for name in sorted(scene.figures_read):
        dated = edition.figures[name].on(at) if at else None
        if dated:
            read[name] = {
                "value": _show_figure(dated.value, edition.figures[name].type),
                "from": dated.start.isoformat(),
                "source": dated.source,
                "clause": dated.clause,
                "confidence": dated.confidence,
                "example": dated.example,
            }
    return read


def _show_figure(value: Any, kind: Type) -> str:
    if kind in (Type.TIERS, Type.TABLE):
        rows = sorted(value.items()) if kind is Type.TABLE else value
        return ", ".join(f"{key}: {show(number, Type.NUMBER)}" for key, number in rows)
    return show(value, kind)


def _as_json(value: Any, kind: Type) -> Any:
    """A derived value as the contract writes it: whole numbers and flags as such, texts as a list, the rest as text."""
    if kind is Type.TEXTS:
        return list(value) if isinstance(value, tuple) else sorted(value)
    return value if kind in (Type.INTEGER, Type.BOOL) else show(value, kind)
