"""P15: every change of a row is one entry, and every entry of a row is a change; asking for differences is walled."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from models.record import recorded_tables
from models.record_image import row_id
from models.verify_functions import VERIFY_FUNCTIONS
from tests.conftest import as_superuser
from tests.driver import Api
from tests.evidence import paid_case
from tools.provision import Provisioned

QUESTIONS = [signature.replace("table_ text", "'unit'") for signature in VERIFY_FUNCTIONS]


def rows_of(superuser: Connection) -> dict[tuple[str, str], tuple[str, int | None]]:
    """Every recorded row: a digest of all it holds, and its version if it has one."""
    found = {}
    for table in recorded_tables():
        version = "n.version" if "version" in table.columns else "NULL::integer"
        query = f'SELECT {row_id(table, "n")}, md5(n::text), {version} FROM "{table.name}" n'
        found |= {(table.name, row): (digest, count) for row, digest, count in superuser.execute(text(query))}
    return found


def check_every_change(superuser: Connection, before: dict[Any, Any], since: int) -> int:
    after = rows_of(superuser)
    query = "SELECT table_name, row_id, action FROM record_entry WHERE kind = 'change' AND n > :since ORDER BY n"
    entries: dict[tuple[str, str], list[str]] = {}
    for table, row, action in superuser.execute(text(query), {"since": since}):
        entries.setdefault((table, row), []).append(action)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert changed == entries.keys()
    for key, actions in entries.items():
        counted = Counter(actions)
        assert counted["insert"] == (key not in before)
        assert counted["delete"] == (key not in after)
        if key in after and after[key][1] is not None:
            raised = after[key][1] - (before[key][1] if key in before else 1)
            assert counted["update"] == raised, key
    return len(changed)


def test_every_change_of_a_story_is_one_entry(committed_api: Api, committed: Provisioned, superuser_url: str) -> None:
    with as_superuser(superuser_url, committed) as superuser:
        before, since = rows_of(superuser), superuser.scalar(text("SELECT max(n) FROM record_entry"))
        paid_case(committed_api)
        assert check_every_change(superuser, before, since) > 20
        superuser.exec_driver_sql("ALTER TABLE fund DISABLE TRIGGER record_fund_update")
        superuser.exec_driver_sql("UPDATE fund SET name = name || '!'")
        with pytest.raises(AssertionError):
            check_every_change(superuser, before, since)


@pytest.mark.parametrize("question", QUESTIONS)
def test_differences_are_told_over_the_whole_union_alone(connection: Connection, question: str) -> None:
    connection.execute(text("SET LOCAL benefits.scope = '{/AH/AH-D02/}'"))
    with pytest.raises(DBAPIError, match="only over the whole union"), connection.begin_nested():
        connection.execute(text(f"SELECT * FROM {question}"))
    connection.execute(text("SET LOCAL benefits.scope = '{/}'"))
    assert connection.execute(text(f"SELECT * FROM {question}")).all() == []


def test_the_comparison_itself_is_closed_to_the_serving_role(connection: Connection) -> None:
    connection.execute(text("SET LOCAL benefits.scope = '{/}'"))
    with pytest.raises(DBAPIError, match="permission denied"):
        connection.execute(text("SELECT * FROM compare_unit()"))
