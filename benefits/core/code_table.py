"""Code tables: the field's closed vocabularies as data with source, read from words, shown in both languages."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from benefits.core.as_typed import tidy_name


@dataclass(frozen=True)
class CodeTable:
    """One vocabulary. `words` maps every accepted way of writing a code; `patterns` catch open-ended families."""

    name: str
    source: str
    confidence: str
    labels: dict[str, dict[str, str]]
    words: dict[str, str]
    patterns: tuple[tuple[re.Pattern[str], str], ...]

    def read(self, text: str) -> str | None:
        """The code that a typed word stands for, or None when the table does not know it."""
        if code := self.words.get(text):
            return code
        word = tidy_name(text)
        if code := self.words.get(word):
            return code
        return next((code for pattern, code in self.patterns if pattern.fullmatch(word)), None)

    @property
    def chinese(self) -> list[str]:
        """The words of the table as sheets have them."""
        return [item["zh"] for item in self.labels.values()]

    def label(self, code: str, language: str) -> str:
        """The word for `code` in `language` (`zh-CN` or `en`); a code that left the table is shown as it is."""
        item = self.labels.get(code)
        return item["en" if language == "en" else "zh"] if item else code


@cache
def code_table(name: str) -> CodeTable:
    """The table in `config/data/{name}.toml`.

    Such a file has `source`, `confidence`, and under `item` the codes with `code`, `zh`, `en`, and where wanted
    `also` (other ways of writing it) and `patterns` (regular expressions over the whole word, tried in order).
    """
    data = tomllib.loads(resources.files("config").joinpath("data", f"{name}.toml").read_text("utf-8"))
    words: dict[str, str] = {}
    for item in data["item"]:
        for word in (item["zh"], *item.get("also", ())):
            if words.setdefault(word, item["code"]) != item["code"]:
                raise ValueError(f"{name}.toml: {word!r} is written for two codes")
    return CodeTable(
        name=name,
        source=data["source"],
        confidence=data["confidence"],
        labels={item["code"]: {"zh": item["zh"], "en": item["en"]} for item in data["item"]},
        words=words,
        patterns=tuple((re.compile(p), item["code"]) for item in data["item"] for p in item.get("patterns", ())),
    )
