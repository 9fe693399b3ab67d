"""Every refusal has a status and words in both languages, and the two languages say the same things."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from api import problems
from api.language import LANGUAGES, messages
from benefits.core import errors
from benefits.core.errors import Refusal


def subclasses(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


HOUSE = Path(__file__).resolve().parents[2]
REFUSALS = sorted(set(subclasses(Refusal)), key=lambda kind: kind.__qualname__)


def leaves(table: dict[str, Any], at: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        place = f"{at}.{key}" if at else key
        if isinstance(value, dict):
            yield from leaves(value, place)
        else:
            yield place, value


def test_the_refusals_were_found() -> None:
    assert errors.FundExhausted in REFUSALS
    assert len(REFUSALS) >= 20


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__qualname__)
def test_refusal(kind: type[Refusal]) -> None:
    assert any(parent in problems.STATUS for parent in kind.__mro__), "which HTTP status is it?"
    assert "code" in vars(kind), "a refusal has a code of its own"
    for language in LANGUAGES:
        assert messages(language)["problem"][kind.code]["title"], f"no title in {language}"


def test_no_two_refusals_share_a_code() -> None:
    codes = [kind.code for kind in REFUSALS]
    assert sorted(set(codes)) == sorted(codes)


@pytest.mark.parametrize("code", sorted({*problems.HTTP_CODES.values(), "http_error", "internal", "not_ready"}))
def test_code_of_the_server_has_words(code: str) -> None:
    for language in LANGUAGES:
        assert messages(language)["problem"][code]["title"]


def test_both_languages_have_the_same_texts() -> None:
    chinese, english = (dict(leaves(messages(language))) for language in LANGUAGES)
    assert sorted(chinese) == sorted(english)
    for place, text in chinese.items():
        names = [{name for _, name, _, _ in Formatter().parse(one) if name} for one in (text, english[place])]
        assert names[0] == names[1], f"{place} is filled with other names in the other language"
        assert text, place
        assert english[place], place


# Where the code stands among the arguments of what raises or notes a fault.
_CODE_AT = {
    "invalid": 1,
    "Fault": 1,
    "fault": 1,
    "ValidationError": 0,
    "Misread": 0,
    "_Misread": 0,
    "_Unreadable": 0,
    "told": 0,
    "FaultFoundError": 0,
}


def codes_of_faults() -> Iterator[tuple[str, str, set[str] | None]]:
    """Where a fault of input is raised with a code that stands in the source, which, and what fills its message.

    The last is None where that cannot be read off the source.
    """
    for path in sorted(file for floor in ("api", "benefits") for file in (HOUSE / floor).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)):
                continue
            at = _CODE_AT.get(node.func.id if isinstance(node.func, ast.Name) else node.func.attr)
            if at is not None and len(node.args) > at and isinstance(node.args[at], ast.Constant):
                yield f"{path.relative_to(HOUSE)}:{node.lineno}", node.args[at].value, filled(node, node.args[at + 1 :])


def filled(call: ast.Call, further: list[ast.expr]) -> set[str] | None:
    names = {keyword.arg for keyword in call.keywords}
    for each in further:
        if isinstance(each, ast.Dict):
            names |= {key.value if isinstance(key, ast.Constant) else None for key in each.keys}
        elif not isinstance(each, ast.Attribute | ast.Constant):  # a severity, or where in a value it is
            return None
    return None if None in names else {name for name in names if name}


FAULTS = list(codes_of_faults())


def test_the_faults_were_found() -> None:
    assert len(FAULTS) >= 300
    assert len({code for _, code, _ in FAULTS}) >= 100


@pytest.mark.parametrize(("place", "code", "given"), FAULTS, ids=[f"{place}-{code}" for place, code, _ in FAULTS])
def test_fault_has_words_and_what_fills_them(place: str, code: str, given: set[str] | None) -> None:
    for language in LANGUAGES:
        text = messages(language)["fault"].get(code)
        assert text, f"{place}: no words for {code} in {language}"
        wanted = {name for _, name, _, _ in Formatter().parse(text) if name}
        assert given is None or wanted <= given, f"{place}: the words of {code} would show an ellipsis"


def states_that_forbid() -> set[str]:
    """The states that an act on money refuses with, where they stand in the source."""
    found = set()
    for path in sorted((HOUSE / "benefits" / "money").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "StateForbids":
                told = {each.arg: each.value for each in node.keywords}["state"]
                found |= {str(told.value)} if isinstance(told, ast.Constant) else set()
    return found


@pytest.mark.parametrize("state", sorted(states_that_forbid()))
def test_a_state_of_money_says_how_to_put_it_right(state: str) -> None:
    for language in LANGUAGES:
        assert messages(language)["standing"].get(state), f"no words for {state} in {language}"


def standings() -> Iterator[str]:
    """What a `StateForbids` of the source says stands against an act, where it is said there."""
    for path in [*(HOUSE / "benefits").rglob("*.py"), *(HOUSE / "api").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "StateForbids":
                (state,) = (each.value for each in node.keywords if each.arg == "state")
                said = (state.body, state.orelse) if isinstance(state, ast.IfExp) else (state,)
                yield from (each.value for each in said if isinstance(each, ast.Constant))


@pytest.mark.parametrize("state", sorted(set(standings())))
def test_what_stands_against_an_act_has_words(state: str) -> None:
    for language in LANGUAGES:
        assert messages(language)["standing"][state], language
