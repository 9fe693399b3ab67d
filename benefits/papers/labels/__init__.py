"""The words printed on papers and how values are written out, in both languages."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from benefits.core.code_table import code_table

_CODE_TABLES = {"sex", "employment_type", "membership_state"}
_CHINA = timezone(timedelta(hours=8), "UTC+8")  # no summer time since 1991; needs no zone files on the host


class Labels:
    """The labels of one language; unknown languages raise KeyError."""

    def __init__(self, language: str, texts: dict[str, Any]) -> None:
        self.language = language
        self._texts = texts
        self._style: dict[str, str] = texts["style"]
        self.colon = self._style["colon"]
        self.gap = self._style["gap"]  # between sentences

    def part(self, paper: str) -> dict[str, str]:
        """All labels of one paper: `form` or `slip`."""
        return dict(self._texts[paper])

    def word(self, kind: str, code: str | None) -> str:
        """What people say for a code, for example `sex`, `female`; an unknown code is shown as it is."""
        if not code:
            return ""
        if kind in _CODE_TABLES:
            return code_table(kind).label(code, self.language)
        words: dict[str, str] = self._texts["word"][kind]
        return words.get(code, code)

    def day(self, on: date | None) -> str:
        """A date as it is written: 2022年3月8日."""
        return self._style["date"].format(y=on.year, m=on.month, d=on.day) if on else ""

    def instant(self, at: datetime | None) -> str:
        """An aware instant in China's time, to the minute."""
        if at is None:
            return ""
        there = at.astimezone(_CHINA)
        return self._style["instant"].format(y=there.year, m=there.month, d=there.day, time=f"{there:%H:%M}")

    def day_of(self, at: datetime) -> str:
        """The day of an aware instant in China."""
        return self.day(at.astimezone(_CHINA).date())

    def yuan(self, amount: Decimal | None) -> str:
        """An amount in figures: ¥2,000.00."""
        return "" if amount is None else f"{'-' if amount < 0 else ''}¥{abs(amount):,.2f}"

    def value(self, value: object) -> str:
        """Any plain value as a person reads it; None is "none"."""
        match value:
            case None:
                return self._style["none"]
            case bool():
                return self._style["yes" if value else "no"]
            case datetime():
                return self.instant(value if value.tzinfo else value.replace(tzinfo=UTC))
            case date():
                return self.day(value)
            case Decimal():
                return f"{value:,f}"
            case list() | tuple() | set() | frozenset():
                return self._style["list"].join(self.value(item) for item in value) or self._style["none"]
            case dict():
                return self._style["list"].join(f"{key}{self.colon}{self.value(item)}" for key, item in value.items())
            case _:
                return str(value)


@cache
def labels(language: str) -> Labels:
    """The labels of `zh-CN` or `en`."""
    known = {file.stem: file for file in Path(__file__).parent.glob("*.toml")}
    return Labels(language, tomllib.loads(known[language].read_text(encoding="utf-8")))
