"""The answer to "would this be granted, and why": its parts, its words in both languages, and its JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from benefits.core.money import show_yuan
from benefits.rules.facts import Label

Outcome = Literal["eligible", "ineligible", "undetermined"]


@dataclass(frozen=True)
class Finding:
    """One criterion's answer. `rule` says the criterion, `wanted` maps each fact still needed to its label."""

    code: str
    outcome: Literal["met", "unmet", "unknown", "not_applicable"]
    clause: str
    rule: Label
    fact: str | None = None
    value: str | None = None
    required: str | None = None
    gap: str | None = None
    met_from: date | None = None
    wanted: Mapping[str, Label] = field(default_factory=dict)

    def message(self, language: str) -> str:
        """The finding as a sentence in `language` (`zh-CN` or `en`)."""
        words = _WORDS[language]
        said = [words[self.outcome].format(rule=self.rule[language])]
        if self.outcome == "unknown":
            labels = words["and"].join(label[language] for label in self.wanted.values())
            said.append(words["wanted" if labels else "no_figure"].format(wanted=labels))
        if self.outcome == "unmet":
            shown = {"value": self.value, "required": self.required, "gap": self.gap, "met_from": self.met_from}
            said += [words[name].format(shown) for name, part in shown.items() if part is not None]
        return words["stop"].join(said) + words["end"]


@dataclass(frozen=True)
class LedgerKey:
    """Under which kind, occasion and year an award is counted, and whether it may be there only once.

    A part is None where the facts do not say. `sensitive` marks an occasion that names a disease or a child: the
    ledger keeps a keyed digest of it.
    """

    kind: str | None
    occasion: str | None
    year: int | None
    once: bool | None
    sensitive: bool


@dataclass(frozen=True)
class GivenLine:
    """One line of what is given: heading, at most how much, by whom."""

    code: str
    title: Label
    amount: Decimal | None
    payer: str | None


@dataclass(frozen=True)
class Given:
    """What is given at most, in what form, by whom."""

    form: str | None
    amount_max: Decimal
    payer: str | None
    lines: tuple[GivenLine, ...]


@dataclass(frozen=True)
class Assessment:
    """The whole answer. `edition` and `source` are None where no edition covers the day.

    `derived` holds what is known of the derived values, as JSON writes it; `figures` each figure that the answer
    rested on, with its value, first day, source, confidence and whether it is an example.
    """

    programme: str
    on: date
    edition: str | None
    source: str | None
    outcome: Outcome
    findings: tuple[Finding, ...]
    derived: Mapping[str, Any]
    entitlement: Given | None
    key: LedgerKey | None
    figures: Mapping[str, Mapping[str, Any]]

    @property
    def unmet(self) -> tuple[Finding, ...]:
        """The findings that refuse."""
        return tuple(finding for finding in self.findings if finding.outcome == "unmet")


_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh-CN": {
        "met": "{rule}",
        "unmet": "不符合：{rule}",
        "unknown": "暂不能判断：{rule}",
        "not_applicable": "不适用：{rule}",
        "wanted": "还需提供：{wanted}",
        "no_figure": "缺少可用的标准或日历",
        "value": "现为 {0[value]}",
        "required": "要求 {0[required]}",
        "gap": "相差 {0[gap]}",
        "met_from": "自 {0[met_from]} 起符合",
        "and": "、",
        "stop": "；",
        "end": "。",
    },
    "en": {
        "met": "{rule}",
        "unmet": "Not met: {rule}",
        "unknown": "Cannot be decided yet: {rule}",
        "not_applicable": "Does not apply: {rule}",
        "wanted": "still wanted: {wanted}",
        "no_figure": "no figure or calendar covers it",
        "value": "now {0[value]}",
        "required": "required {0[required]}",
        "gap": "off by {0[gap]}",
        "met_from": "met from {0[met_from]}",
        "and": ", ",
        "stop": "; ",
        "end": ".",
    },
}


def explained(finding: Finding, language: str) -> dict[str, Any]:
    """One finding as contract §4 writes it, its message in `language`; an unknown one lists its `evidence`."""
    shown = _finding(finding) | {"message": finding.message(language)}
    if finding.outcome == "unknown":
        shown["evidence"] = [{"fact": name, "label": text[language]} for name, text in finding.wanted.items()]
    return shown


def to_json(assessment: Assessment, language: str) -> dict[str, Any]:
    """The answer as contract §4 writes it, messages in `language`; an unknown finding lists its `evidence`."""
    policy = {"edition": assessment.edition, "source": assessment.source} if assessment.edition else None
    return {
        "programme": assessment.programme,
        "on": assessment.on.isoformat(),
        "policy": policy,
        "outcome": assessment.outcome,
        "findings": [explained(finding, language) for finding in assessment.findings],
        "derived": dict(assessment.derived),
        "entitlement": _given(assessment.entitlement, language),
    }


def canonical(assessment: Assessment) -> bytes:
    """The whole answer without words as UTF-8 JSON with sorted keys: the same case gives the same bytes for ever."""
    key = assessment.key
    content = {
        "programme": assessment.programme,
        "on": assessment.on.isoformat(),
        "edition": assessment.edition,
        "outcome": assessment.outcome,
        "findings": [_finding(finding) | {"wanted": list(finding.wanted)} for finding in assessment.findings],
        "derived": dict(assessment.derived),
        "entitlement": _given(assessment.entitlement, None),
        "key": None if key is None else [key.kind, key.occasion, key.year, key.once],
        "figures": {name: dict(figure) for name, figure in assessment.figures.items()},
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "outcome": finding.outcome,
        "fact": finding.fact,
        "value": finding.value,
        "required": finding.required,
        "gap": finding.gap,
        "met_from": finding.met_from.isoformat() if finding.met_from else None,
        "clause": finding.clause,
    }


def _given(given: Given | None, language: str | None) -> dict[str, Any] | None:
    if given is None:
        return None
    lines = []
    for line in given.lines:
        amount = None if line.amount is None else show_yuan(line.amount)
        shown = {"code": line.code, "amount": amount, "payer": line.payer}
        lines.append(shown | ({"title": line.title[language]} if language else {}))
    return {
        "form": given.form,
        "amount_max": show_yuan(given.amount_max),
        "payer": given.payer,
        "lines": lines,
    }
