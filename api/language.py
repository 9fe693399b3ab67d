"""The reader's language, and the words for every code."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from flask import has_request_context, request

Language = Literal["zh-CN", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")
_MOST_LISTED = 40
_MESSAGES = Path(__file__).resolve().parent.parent / "config" / "messages"


@cache
def messages(language: Language) -> dict[str, dict[str, Any]]:
    """The texts of one language: `problem.<code>.{title, detail}`, `fault.<code>`, `label.<word>`."""
    return tomllib.loads((_MESSAGES / f"{language}.toml").read_text(encoding="utf-8"))


def reader_language() -> Language:
    """What `Accept-Language` asks for; zh-CN without."""
    if not has_request_context():
        return "zh-CN"
    best = request.accept_languages.best_match(["zh-CN", "zh", "en"], default="zh-CN")
    return "en" if best == "en" else "zh-CN"


class _Params(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def _listed(values: list[object]) -> str:
    return ", ".join([*map(str, values[:_MOST_LISTED]), *(["…"] if len(values) > _MOST_LISTED else [])])


def fill(template: str, params: dict[str, object]) -> str:
    """Fill a text's {names}; one that is not given shows as an ellipsis, as does what a long list has beyond."""
    said = {name: _listed(value) if isinstance(value, list) else value for name, value in params.items()}
    return template.format_map(_Params(said))
