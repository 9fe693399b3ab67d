"""JSON in and out: strict reading (no duplicate keys, NaN or bottomless nesting), exact writing in UTF-8."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import orjson
from flask.json.provider import JSONProvider

DEPTH = 32


class NotJson(ValueError):  # noqa: N818 - a fact about the bytes
    """The bytes are not JSON as we read it; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    "".join(found).encode()  # a name with half a surrogate pair could not be written back in a pointer
    if len(found) < len(pairs):
        raise NotJson("json_duplicate_key")
    return found


def _constant(_name: str) -> NoReturn:
    raise NotJson("json_malformed")


def load(text: str | bytes) -> Any:
    """Read JSON, bytes as UTF-8; raises `NotJson`."""
    try:
        if isinstance(text, bytes):
            text = text.decode()
        value = json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant)
    except NotJson:
        raise
    except RecursionError:
        raise NotJson("json_too_deep") from None
    except ValueError:
        raise NotJson("json_malformed") from None
    if _depth(value) > DEPTH:
        raise NotJson("json_too_deep")
    return value


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level:
        deepest += 1
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    return deepest


def dump(value: Any) -> bytes:
    """Write JSON, keys as they come, dates and ids as strings."""
    return orjson.dumps(value, default=str, option=orjson.OPT_APPEND_NEWLINE)


def canonical(value: Any) -> bytes:
    """One text for one value: sorted keys, no blanks."""
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)


class StrictJson(JSONProvider):
    """Flask's reading and writing of JSON, by these rules."""

    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        """Write `obj`."""
        return dump(obj).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        """Read `s`; raises `NotJson`."""
        return load(s)
