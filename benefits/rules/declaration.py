"""What a programme's folder declares, and its facts read from JSON and shown in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from benefits.core.errors import Fault, Invalid
from benefits.rules.facts import UNSET, WRITINGS, Fact, Honour, Label, Misread
from benefits.rules.member_facts import MEMBER_FACTS, label

__all__ = [
    "UNSET",
    "Fact",
    "Honour",
    "Label",
    "Programme",
    "RecordFact",
    "facts_schema",
    "label",
    "parse_case_facts",
    "parse_facts",
    "show_facts",
]


@dataclass(frozen=True)
class RecordFact:
    """A fact that the books of all unions supply for a member.

    Most are asked of the entitlement ledger's live awards: `sum` is their amounts, `count` their number (for a flag:
    whether there is any), `elsewhere` whether another unit gave one. Counted are the awards of `programme` (None: the
    programme's own) that share the case's key in each part of `match`. With `kinds` it is asked only where the key's
    kind is among them; one fact may be declared once for each group of kinds. With `household` a sum counts all who
    share a live hardship file with the member.

    `told` is asked of a function of the record role, `told_by(person, day, case to leave out)`; its null is unknown.
    """

    name: str
    measure: Literal["sum", "count", "elsewhere", "told"]
    match: tuple[Literal["kind", "occasion", "year"], ...] = ("kind", "year")
    programme: str | None = None
    kinds: tuple[str, ...] = ()
    told_by: str = ""
    household: bool = False


@dataclass(frozen=True)
class Programme:
    """A welfare programme: its code, its titles in both languages, its shape, and the facts it asks."""

    code: str
    titles: Label
    shape: Literal["claim", "roster", "place"]
    facts: tuple[Fact, ...]
    record_facts: tuple[RecordFact, ...] = ()

    def __post_init__(self) -> None:
        names = [fact.name for fact in MEMBER_FACTS + self.facts]
        if len(set(names)) < len(names):
            raise ValueError(f"programme {self.code}: two facts share a name")
        if not {record.name for record in self.record_facts} <= set(names):
            raise ValueError(f"programme {self.code}: a record fact is not among its facts")
        if any((record.measure == "told") != bool(record.told_by) for record in self.record_facts):
            raise ValueError(f"programme {self.code}: a told record fact, and no other, names who tells it")

    @cached_property
    def all_facts(self) -> Mapping[str, Fact]:
        """By name, those of every programme first."""
        return {fact.name: fact for fact in MEMBER_FACTS + self.facts}


def parse_facts(programme: Programme, json: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as values: absent stays absent (unknown), null becomes None (known: none).

    Raises:
        Invalid: with every fault at once, each pointing to `/facts/<name>`.
    """
    values: dict[str, Any] = {}
    faults = []
    for name, raw in json.items():
        fact = programme.all_facts.get(name)
        if fact is None:
            faults.append(Fault(f"/facts/{_escape(name)}", "unknown_field"))
            continue
        try:
            values[name] = None if raw is None else WRITINGS[fact.type].read(fact, raw)
        except Misread as misread:
            faults.append(Fault(f"/facts/{name}{misread.suffix}", misread.code, misread.params))
    if faults:
        raise Invalid(faults)
    return values


def parse_case_facts(programme: Programme, json: Mapping[str, Any]) -> dict[str, Any]:
    """The same for a case, which everybody on its way reads: it holds no fact that is not to be kept.

    Raises:
        Invalid: as above, or `fact_not_kept`.
    """
    values = parse_facts(programme, json)
    withheld = sorted(name for name in values if not programme.all_facts[name].kept)
    if withheld:
        raise Invalid([Fault(f"/facts/{name}", "fact_not_kept") for name in withheld])
    return values


def show_facts(programme: Programme, values: Mapping[str, Any]) -> dict[str, Any]:
    """The reverse of `parse_facts`, exactly."""
    return {
        name: None if value is None else WRITINGS[programme.all_facts[name].type].show(value)
        for name, value in values.items()
    }


def facts_schema(programme: Programme, language: str) -> dict[str, Any]:
    """JSON Schema of the programme's facts, with titles in `language`; each may be absent or null."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: fact_schema(fact, language) for name, fact in programme.all_facts.items()},
    }


def fact_schema(fact: Fact, language: str) -> dict[str, Any]:
    """JSON Schema of one fact; a closed choice lists each code with its title."""
    schema: dict[str, Any] = dict(WRITINGS[fact.type].schema)
    if fact.minimum is not None:
        schema["minimum"] = fact.minimum
    if fact.open_choices:
        schema["examples"] = list(fact.choices)
    elif fact.choices:
        named: list[dict[str, Any]] = [{"const": code, "title": text[language]} for code, text in fact.choices.items()]
        schema = {"items": {"oneOf": named}, "type": "array"} if fact.type == "texts" else {"oneOf": named}
    shown: dict[str, Any] = {"title": fact.label[language], "anyOf": [schema, {"type": "null"}]}
    if fact.default is not UNSET:
        shown["default"] = None if fact.default is None else WRITINGS[fact.type].show(fact.default)
    return shown


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
