"""What the guides tell people to type is there: routes, the headers they need, refusals by name, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from api.language import messages

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "guides"
ENGLISH = sorted(path for path in GUIDES.glob("*.md") if not path.name.endswith(".zh-CN.md"))
ALL = sorted(GUIDES.glob("*.md"))
SOME_ID = str(UUID(int=0))
COUNTED = {"N", "SIZE"}  # what the path names by a number: an entry, a checkpoint
PREFIX = "/api/v1"

_BLOCK = re.compile(r"^```\w*\n.*?^```$", re.MULTILINE | re.DOTALL)
_TARGET = re.compile(r"\$API(/[^\s\"|)]*)|http://127\.0\.0\.1:8000(/[^\s\"|)]*)")
_MENTION = re.compile(r"`(GET|POST|PATCH|DELETE) (/[^`]+)`")
# The first cell of a table's row, as far as it consists of codes.
_CODES = re.compile(r"^\| ((?:`[a-z][a-z0-9_]*`(?:, |、)?)+) \|", re.MULTILINE)
# First cells of other tables: filters of the record and roles.
_NO_CODES = {
    *("who", "kind", "action", "table", "row", "unit_code", "application_id", "member_id", "request_id", "from"),
    *("programme", "amount_from", "amount_until"),
    *("until", "officer", "reviewer", "finance", "cashier", "auditor", "policy_editor", "screening_medical", "admin"),
}


def name(path: Path) -> str:
    return path.name


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def commands(text: str) -> Iterator[tuple[str, str, str]]:
    """Every curl command: its method, its path with the shell's variables filled, and the whole of it."""
    for block in _BLOCK.findall(text):
        for command in re.findall(r"\bcurl -[^\n]*", block.replace("\\\n", " ")):
            target = _TARGET.search(command)
            assert target, command
            path = PREFIX + target[1] if target[1] else target[2]
            given = re.search(r" -X ([A-Z]+)", command)
            method = given[1] if given else "POST" if re.search(r" -[dF] ", command) else "GET"
            yield method, re.sub(r"\$(\w+)", _filled, path.split("?")[0]), command


def _filled(variable: re.Match[str]) -> str:
    return "1" if variable[1] in COUNTED else SOME_ID


def codes(text: str) -> set[str]:
    return {code for cell in _CODES.findall(text) for code in re.findall(r"\w+", cell)}


def test_the_guides_were_found() -> None:
    assert [path.name for path in ENGLISH] == ["administrator.md", "auditor.md", "clerk.md", "officer.md"]
    assert sum(len(list(commands(text_of(path)))) for path in ENGLISH) > 100


@pytest.mark.parametrize("path", ALL, ids=name)
def test_every_command_meets_a_route_and_brings_what_it_needs(served: Flask, path: Path) -> None:
    urls = served.url_map.bind("localhost")
    for method, place, command in commands(text_of(path)):
        endpoint, _ = urls.match(place, method)
        guard = served.view_functions[endpoint].operation  # type: ignore[attr-defined]
        assert ("Bearer" in command) != guard.public, command
        assert ("Idempotency-Key" in command) == guard.keyed, command
        assert ("If-Match" in command) == guard.conditional, command


@pytest.mark.parametrize("path", ALL, ids=name)
def test_every_route_named_in_passing_exists(served: Flask, path: Path) -> None:
    urls = served.url_map.bind("localhost")
    for method, place in _MENTION.findall(text_of(path)):
        urls.match(PREFIX + re.sub(r"\{\w+\}", SOME_ID, place.split("?")[0]), method)


@pytest.mark.parametrize("path", ALL, ids=name)
def test_every_code_in_a_table_has_words(path: Path) -> None:
    words = messages("en")
    known = words["problem"].keys() | words["fault"].keys()
    found = codes(text_of(path)) - _NO_CODES
    assert len(found) > 5
    assert found <= known


@pytest.mark.parametrize("path", ENGLISH, ids=name)
def test_both_languages_say_the_same(path: Path) -> None:
    english, chinese = text_of(path), text_of(path.with_suffix(".zh-CN.md"))
    assert _BLOCK.findall(english) == _BLOCK.findall(chinese)
    assert codes(english) - _NO_CODES == codes(chinese) - _NO_CODES
    statuses = re.compile(r"^→ `\d{3}`", re.MULTILINE)
    assert statuses.findall(english) == statuses.findall(chinese)
