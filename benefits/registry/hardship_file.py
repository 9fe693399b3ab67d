"""What a hardship file holds: its fields as `config/data/hardship_file.toml` declares them, read, sealed and opened."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from benefits.core.code_table import code_table
from benefits.core.errors import Fault
from benefits.core.identity import NotAnIdentity, parse_identity, parse_mobile
from benefits.core.money import parse_yuan
from benefits.registry.file_key import seal, unseal
from models.household import Household

Part = Literal["head", "member"]
_LONGEST, _LARGEST = 200, 9999
_UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Field:
    """A field of the form.

    `starred` is mandatory on paper; `register` is shown from the register or worked out; `private` and `health` only
    to roles that may file or decide; `fact` supplies an assessment.
    """

    name: str
    zh: str
    en: str
    type: Literal["text", "code", "flag", "day", "money", "whole", "identity", "phone"] = "text"
    table: str = ""
    least: int = 0
    starred: bool = False
    register: bool = False
    private: bool = False
    health: bool = False
    fact: bool = False

    def label(self, language: str) -> str:
        """The field's name in `zh-CN` or `en`."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True)
class Evidence:
    """A paper of the evidence pack; `words` tell it by its title; `needed_for` narrows it to kinds of aid."""

    name: str
    zh: str
    en: str
    words: tuple[str, ...]
    needed_for: tuple[str, ...] | None = None


@cache
def _declared() -> dict[str, Any]:
    return tomllib.loads(resources.files("config").joinpath("data", "hardship_file.toml").read_text("utf-8"))


@cache
def form_fields(part: Part) -> tuple[Field, ...]:
    """The fields of the head or of each member, in the printed order."""
    return tuple(Field(**each) for each in _declared()[part])


@cache
def typed_fields(part: Part) -> Mapping[str, Field]:
    """Those that a file itself keeps, by name."""
    return {field.name: field for field in form_fields(part) if not field.register}


@cache
def evidence_pack() -> tuple[Evidence, ...]:
    """The papers that belong to a file (domain §2.5)."""
    return tuple(
        Evidence(
            each["name"],
            each["zh"],
            each["en"],
            tuple(each["words"]),
            tuple(each["needed_for"]) if "needed_for" in each else None,
        )
        for each in _declared()["evidence"]
    )


def read_details(
    part: Part, given: Mapping[str, Any], today: date, *, pointer: str = "/details"
) -> tuple[dict[str, Any], list[Fault]]:
    """What was given, in normal form, and every fault in it; null clears a field and comes back as None."""
    values: dict[str, Any] = {}
    faults = []
    for name, raw in given.items():
        field = typed_fields(part).get(name)
        if field is None:
            faults.append(Fault(f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", "unknown_field"))
            continue
        value = None if raw is None else _READ[field.type](field, raw, today)
        if isinstance(value, _Misread):
            faults.append(Fault(f"{pointer}/{name}", value.code, value.params))
        else:
            values[name] = value
    return values, faults


class _Misread:
    def __init__(self, code: str, **params: object) -> None:
        self.code, self.params = code, params


def _text(_field: Field, raw: object, _today: date) -> object:
    if not isinstance(raw, str):
        return _Misread("wrong_type", expected="string")
    if not 0 < len(raw.strip()) <= _LONGEST:
        return _Misread("length_refused", least=1, most=_LONGEST)
    return _Misread("control_characters") if _UNWRITABLE.search(raw) else raw.strip()


def _code(field: Field, raw: object, _today: date) -> object:
    known = code_table(field.table).labels
    return raw if isinstance(raw, str) and raw in known else _Misread("choice_unknown", choices=[*known])


def _flag(_field: Field, raw: object, _today: date) -> object:
    return raw if isinstance(raw, bool) else _Misread("wrong_type", expected="boolean")


def _day(_field: Field, raw: object, today: date) -> object:
    try:
        day = date.fromisoformat(raw) if isinstance(raw, str) and len(raw) == len("2022-01-01") else None
    except ValueError:
        day = None
    return day.isoformat() if day and day.year >= 1900 and day <= today else _Misread("date_malformed")


def _money(_field: Field, raw: object, _today: date) -> object:
    return raw if parse_yuan(raw) is not None else _Misread("money_malformed")


def _whole(field: Field, raw: object, _today: date) -> object:
    if isinstance(raw, bool) or not isinstance(raw, int):
        return _Misread("wrong_type", expected="integer")
    within = field.least <= raw <= _LARGEST
    return raw if within else _Misread("out_of_range", least=field.least, most=_LARGEST)


def _identity(_field: Field, raw: object, today: date) -> object:
    """Only 18 digits on new files (statement 5)."""
    try:
        if not isinstance(raw, str):
            return _Misread("wrong_type", expected="string")
        return parse_identity(raw, today=today).number
    except NotAnIdentity as fault:
        return _Misread(fault.code)


def _phone(_field: Field, raw: object, _today: date) -> object:
    return (isinstance(raw, str) and parse_mobile(raw)) or _Misread("phone_malformed")


_READ: Mapping[str, Callable[[Field, object, date], object]] = {
    "text": _text,
    "code": _code,
    "flag": _flag,
    "day": _day,
    "money": _money,
    "whole": _whole,
    "identity": _identity,
    "phone": _phone,
}


def seal_details(session: Session, file: Household, row: UUID, details: Mapping[str, Any]) -> bytes:
    """The details of a file or of one of its members as their row keeps them, under the file's own key."""
    return seal(session, file, row, "details", json.dumps(details, ensure_ascii=False, sort_keys=True))


def open_details(session: Session, file: Household, row: UUID, cipher: bytes) -> dict[str, Any]:
    """The reverse; nothing once the file was destroyed."""
    found: dict[str, Any] = json.loads(unseal(session, file, row, "details", cipher) or "{}")
    return found


def merged(kept: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The details after a change: what is absent stays, None clears."""
    return {name: value for name, value in {**kept, **changes}.items() if value is not None}


def unstated(part: Part, details: Mapping[str, Any]) -> list[str]:
    """The starred fields that are not there, in the form's order."""
    return [field.name for field in typed_fields(part).values() if field.starred and field.name not in details]
