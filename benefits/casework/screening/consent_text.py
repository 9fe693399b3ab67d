"""The texts that a woman consents to: dated data in both languages, each bound to a consent by its digest."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class ConsentText:
    """One edition of one text; `words` by language. It is in force from `since` until a newer one of its purpose."""

    purpose: str
    version: str
    since: date
    clause: str
    words: Mapping[str, str]

    def digest(self, language: str) -> bytes:
        """SHA-256 of the text as she read it."""
        return hashlib.sha256(self.words[language].encode()).digest()


@cache
def consent_texts() -> tuple[ConsentText, ...]:
    """Every text, the newest of each purpose first."""
    data = tomllib.loads(resources.files("config").joinpath("data", "screening_consent.toml").read_text("utf-8"))
    texts = [
        ConsentText(
            purpose=item["purpose"],
            version=item["version"],
            since=item["from"],
            clause=item["clause"],
            words={language: item[language].strip() for language in ("zh-CN", "en")},
        )
        for item in data["text"]
    ]
    return tuple(sorted(texts, key=lambda text: (text.purpose, -text.since.toordinal())))


def texts_on(on: date) -> list[ConsentText]:
    """The texts in force on a day, at most one for each purpose."""
    found: dict[str, ConsentText] = {}
    for text in consent_texts():
        if text.since <= on:
            found.setdefault(text.purpose, text)
    return list(found.values())


def clause_of(purpose: str) -> str:
    """The article of the law that asks for this consent."""
    return next(text.clause for text in consent_texts() if text.purpose == purpose)
