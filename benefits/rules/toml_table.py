"""A table of a policy's TOML text, read strictly: every fault is gathered with its place, none stops the rest."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from benefits.core.errors import Fault
from benefits.rules.facts import Label
from benefits.rules.values import FIRST_DAY, LAST_DAY, within

LONGEST_TEXT = 200_000
LONGEST_STRING = 2_000
LARGEST = 10**12
LANGUAGES = ("zh-CN", "en")
_EXACT = re.compile(r"[+-]?[0-9]{1,12}\.[0-9]{1,9}", re.ASCII)
_T = TypeVar("_T")


def _exact(text: str) -> Decimal:
    if not _EXACT.fullmatch(text):
        raise ValueError(f"{text} is not a plain decimal")
    return Decimal(text)


def read_toml(text: str, faults: list[Fault]) -> Table:
    """The top table of `text`; an unreadable text is one fault and an empty table."""
    content: dict[str, Any] = {}
    if len(text) > LONGEST_TEXT:
        faults.append(Fault("", "policy_too_long", {"most": LONGEST_TEXT}))
        return Table("", content, faults)
    try:
        content = tomllib.loads(text, parse_float=_exact)
    except (ValueError, RecursionError) as error:
        faults.append(Fault("", "toml_malformed", {"reason": str(error)}))
    return Table("", content, faults)


class Table:
    """A table at `pointer`; each key that is taken is ticked off, and `done` names those that nobody knows."""

    def __init__(self, pointer: str, content: Mapping[str, Any], faults: list[Fault]) -> None:
        self.pointer, self.content, self.faults = pointer, content, faults
        self.taken: set[str] = set()

    def fault(self, key: str, code: str, **params: object) -> None:
        """Note a fault at `key` of this table."""
        self.faults.append(Fault(f"{self.pointer}/{key}", code, params))

    def raw(self, key: str, *, required: bool = False) -> Any:
        """Whatever stands at `key`, None where nothing does."""
        self.taken.add(key)
        if required and key not in self.content:
            self.fault(key, "required_missing")
        return self.content.get(key)

    def _of(self, kind: type[_T], key: str, required: bool) -> _T | None:
        value = self.raw(key, required=required)
        if value is None:
            return None
        if not isinstance(value, kind) or (isinstance(value, bool | datetime) and kind not in (bool, datetime)):
            self.fault(key, "wrong_type", expected=kind.__name__)
            return None
        return value

    def text(self, key: str, *, required: bool = True, blank: bool = False) -> str:
        """The text at `key`; empty where it is missing."""
        value = self._of(str, key, required) or ""
        if len(value) > LONGEST_STRING:
            self.fault(key, "too_long", most=LONGEST_STRING)
        if key in self.content and value == "" and not blank:
            self.fault(key, "required_missing")
        return value

    def day(self, key: str, *, required: bool = True) -> date | None:
        """The day at `key`, within 1900–2100."""
        value = self._of(date, key, required)
        if value is not None and within(value) is None:
            self.fault(key, "out_of_range", least=FIRST_DAY.isoformat(), most=LAST_DAY.isoformat())
            return None
        return value

    def flag(self, key: str) -> bool:
        """The flag at `key`, false where it is missing."""
        return self._of(bool, key, required=False) or False

    def integer(self, key: str, least: int, most: int) -> int:
        """The required whole number at `key`; `least` where it is at fault."""
        value = self._of(int, key, required=True)
        if value is not None and not least <= value <= most:
            self.fault(key, "out_of_range", least=least, most=most)
            return least
        return least if value is None else value

    def label(self, key: str) -> Label:
        """A text in each language."""
        table = self.table(key)
        label = {language: table.text(language) for language in LANGUAGES}
        table.done()
        return label

    def table(self, key: str, *, required: bool = True) -> Table:
        """The table at `key`; an empty one where it is missing."""
        return Table(f"{self.pointer}/{key}", self._of(dict, key, required) or {}, self.faults)

    def tables(self, key: str, *, required: bool = True) -> list[Table]:
        """The tables listed at `key`."""
        found = []
        for i, item in enumerate(self._of(list, key, required) or []):
            if isinstance(item, dict):
                found.append(Table(f"{self.pointer}/{key}/{i}", item, self.faults))
            else:
                self.fault(f"{key}/{i}", "wrong_type", expected="table")
        return found

    def done(self) -> None:
        """Name every key that was not asked for."""
        for key in self.content.keys() - self.taken:
            self.fault(key, "unknown_field")
