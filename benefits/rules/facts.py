"""One fact that a programme may ask: its type, its label, and how it is written in JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Literal

from benefits.core.money import GRAMMAR, parse_yuan, show_yuan
from benefits.rules.values import Type, within

Label = Mapping[str, str]
FactType = Literal["money", "decimal", "integer", "bool", "text", "date", "texts", "integers", "honours"]

HONOUR_LEVELS = ("national", "provincial", "provincial_may_day_medal", "municipal", "unit", "commendation")
DECIMAL = r"^-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
LARGEST = 10**9
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL keeps neither NUL nor a lone surrogate
LONGEST_TEXT = 200
LONGEST_LIST = 100


class Unset(Enum):
    """The mark of a fact without a default."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET


@dataclass(frozen=True)
class Fact:
    """What a programme may ask.

    `choices` maps each code to its label; with `open_choices` other codes are accepted too. `default` is
    used where the fact is absent, `none` where it is stated to be none (JSON null) and that means a value,
    such as no money. `source` says who supplies it when a member is named: the register, the entitlement
    record, or the asker. `period` marks a fact that holds for a year only, so that no first passing day can
    be worked out from it. One that is not `kept` may be asked about, and no case ever holds it.
    """

    name: str
    type: FactType
    label: Label
    choices: Mapping[str, Label] = field(default_factory=dict)
    open_choices: bool = False
    default: object = UNSET
    none: object = UNSET
    minimum: int | None = None
    sensitive: bool = False
    period: bool = False
    source: Literal["given", "register", "record"] = "given"
    kept: bool = True


@dataclass(frozen=True)
class Honour:
    """An honour of a member as seen on a day: `valid` is false once it is revoked."""

    title: str | None
    level: str
    valid: bool


class Misread(Exception):  # noqa: N818 - a fault in what was sent, gathered by the caller
    """A JSON value that is not the fact's; `suffix` points further into it."""

    def __init__(self, code: str, suffix: str = "", **params: object) -> None:
        super().__init__(code)
        self.code, self.suffix, self.params = code, suffix, params


def _money(_: Fact, raw: object) -> Decimal:
    amount = parse_yuan(raw)
    if amount is None:
        raise Misread("money_malformed")
    return amount


def _decimal(_: Fact, raw: object) -> Decimal:
    if not isinstance(raw, str) or not re.fullmatch(DECIMAL.strip("^$"), raw, re.ASCII):
        raise Misread("decimal_malformed")
    return Decimal(raw)


def _integer(fact: Fact, raw: object) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise Misread("wrong_type", expected="integer")
    least = -LARGEST if fact.minimum is None else fact.minimum
    if not least <= raw <= LARGEST:
        raise Misread("out_of_range", least=least, most=LARGEST)
    return raw


def _bool(_: Fact, raw: object) -> bool:
    if not isinstance(raw, bool):
        raise Misread("wrong_type", expected="boolean")
    return raw


def _text(fact: Fact, raw: object) -> str:
    if not isinstance(raw, str):
        raise Misread("wrong_type", expected="string")
    if len(raw) > LONGEST_TEXT:
        raise Misread("too_long", most=LONGEST_TEXT)
    if _UNSTORABLE.search(raw):
        raise Misread("text_malformed")
    if fact.choices and not fact.open_choices and raw not in fact.choices:
        raise Misread("choice_unknown", choices=list(fact.choices))
    return raw


def _date(_: Fact, raw: object) -> date:
    if not isinstance(raw, str) or not re.fullmatch(DAY.strip("^$"), raw, re.ASCII):
        raise Misread("date_malformed")
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        raise Misread("date_malformed") from None
    if within(day) is None:
        raise Misread("date_malformed")
    return day


def _each(read: Callable[[Fact, object], Any]) -> Callable[[Fact, object], Any]:
    def read_list(fact: Fact, raw: object) -> tuple[Any, ...]:
        if not isinstance(raw, list):
            raise Misread("wrong_type", expected="array")
        if len(raw) > LONGEST_LIST:
            raise Misread("too_long", most=LONGEST_LIST)
        items = []
        for i, item in enumerate(raw):
            try:
                items.append(read(fact, item))
            except Misread as misread:
                raise Misread(misread.code, f"/{i}{misread.suffix}", **misread.params) from None
        return tuple(items)

    return read_list


def _honour(fact: Fact, raw: object) -> Honour:
    if not isinstance(raw, dict):
        raise Misread("wrong_type", expected="object")
    if unknown := sorted(raw.keys() - {"title", "level", "valid"}):
        raise Misread("unknown_field", f"/{unknown[0]}")
    for needed in ("level", "valid"):
        if needed not in raw:
            raise Misread("required_missing", f"/{needed}")
    if raw["level"] not in HONOUR_LEVELS:
        raise Misread("choice_unknown", "/level", choices=list(HONOUR_LEVELS))
    if not isinstance(raw["valid"], bool):
        raise Misread("wrong_type", "/valid", expected="boolean")
    title = raw.get("title")
    return Honour(None if title is None else _text(fact, title), raw["level"], raw["valid"])


def _show_honour(honour: Honour) -> dict[str, object]:
    named = {} if honour.title is None else {"title": honour.title}
    return {**named, "level": honour.level, "valid": honour.valid}


_TEXT_SCHEMA = {"type": "string", "maxLength": LONGEST_TEXT}
_HONOUR_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["level", "valid"],
    "properties": {
        "title": {"type": ["string", "null"], "maxLength": LONGEST_TEXT},
        "level": {"enum": list(HONOUR_LEVELS)},
        "valid": {"type": "boolean"},
    },
}


@dataclass(frozen=True)
class Writing:
    """How values of one type are read from JSON, shown and described in it; `type` is theirs in a rule."""

    type: Type
    read: Callable[[Fact, object], Any]
    show: Callable[[Any], object]
    schema: Mapping[str, object]


def _list_schema(items: Mapping[str, object]) -> dict[str, object]:
    return {"type": "array", "maxItems": LONGEST_LIST, "items": items}


WRITINGS: Mapping[str, Writing] = {
    "money": Writing(Type.NUMBER, _money, show_yuan, {"type": "string", "pattern": GRAMMAR}),
    "decimal": Writing(Type.NUMBER, _decimal, lambda v: format(v, "f"), {"type": "string", "pattern": DECIMAL}),
    "integer": Writing(Type.INTEGER, _integer, int, {"type": "integer", "maximum": LARGEST}),
    "bool": Writing(Type.BOOL, _bool, bool, {"type": "boolean"}),
    "text": Writing(Type.TEXT, _text, str, _TEXT_SCHEMA),
    "date": Writing(Type.DATE, _date, date.isoformat, {"type": "string", "format": "date", "pattern": DAY}),
    "texts": Writing(Type.TEXTS, _each(_text), list, _list_schema({"type": "string", "maxLength": LONGEST_TEXT})),
    "integers": Writing(Type.NUMBERS, _each(_integer), list, _list_schema({"type": "integer"})),
    "honours": Writing(
        Type.TEXTS, _each(_honour), lambda v: [_show_honour(h) for h in v], _list_schema(_HONOUR_SCHEMA)
    ),
}
