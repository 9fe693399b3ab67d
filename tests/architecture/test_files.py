"""Every file of the house is small, named with the field's words, and says what it is for."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
FLOORS = ("api", "benefits", "models", "config", "tools", "tests", "bench")
SOURCES = sorted(
    [HOUSE / "wsgi.py", *(path for floor in FLOORS for path in (HOUSE / floor).rglob("*.py"))],
    key=lambda path: path.relative_to(HOUSE),
)
FORBIDDEN = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "base"}
MOST_LINES = 250
# An auditor is handed this program alone, so its parts cannot lie in files of their own.
ALONE = {"tools/verify.py": 350}


def label(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def test_the_house_was_found() -> None:
    assert len(SOURCES) > 100


@pytest.mark.skipif(not (HOUSE / ".git").exists(), reason="no checkout of git")
def test_the_tree_has_no_links() -> None:
    """A link to an environment, once in the tree, takes the place of the environment wherever it is merged."""
    listed = subprocess.run(["git", "ls-files", "-s"], cwd=HOUSE, capture_output=True, text=True, check=True).stdout
    assert [line for line in listed.splitlines() if line.startswith("120000")] == []


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    purpose = ast.get_docstring(ast.parse(text))
    assert purpose, "a file opens with one sentence that says what it is for"
    assert purpose.split("\n\n")[0].rstrip().endswith((".", "…", "?")), "its first paragraph is a sentence"
    # A migration says what it does to every table at once.
    if "migrations" not in path.parts:
        lines = text.count("\n")
        assert lines <= ALONE.get(label(path), MOST_LINES), f"{lines} lines: what is its second purpose called?"
    assert FORBIDDEN.isdisjoint(path.stem.lower().split("_")), "what is it really called?"


@pytest.mark.parametrize("path", [path for path in SOURCES if "tests" not in path.parts], ids=label)
def test_no_import_hides_inside_a_function(path: Path) -> None:
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    hidden = [
        inner.lineno
        for function in functions
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


@pytest.mark.parametrize("path", [path for path in SOURCES if "tests" in path.parts], ids=label)
def test_a_test_asks_the_tests_for_the_time(path: Path) -> None:
    """What asks the machine passes today and fails with the calendar: see `tests/clock.py`."""
    asked = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "today"}
        and ast.unparse(node.value) in {"date", "datetime"}
    ]
    assert asked == [] or label(path) == "tests/clock.py"
