"""Health says what is wrong and nothing more; measures count by template and never by path."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import make_url

from api.app import create_app
from config.settings import Settings
from models.database import db
from tests.conftest import as_superuser
from tests.driver import Api
from tools.provision import Provisioned

READY = "/api/v1/health/ready"


def asked(settings: Settings, database_url: str) -> tuple[int, dict[str, Any]]:
    """What a server on this database says of its readiness."""
    app = create_app(replace(settings, database_url=database_url))
    try:
        answer = Api(app)(None).get(READY)
        return answer.status_code, answer.get_json()
    finally:
        with app.app_context():
            db.engine.dispose()


def faults(answer: tuple[int, dict[str, Any]]) -> str:
    status, body = answer
    assert (status, body["code"], body["status"]) == (503, "not_ready", 503)
    found: str = body["params"]["faults"]
    return found


def test_alive_and_ready(api: Api) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = api(None).get(path)
        assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_alive_without_a_database(settings: Settings) -> None:
    app = create_app(replace(settings, database_url="postgresql+psycopg2://nobody:secret-word@/x?host=/nowhere"))
    assert Api(app)(None).get("/health/live").status_code == 200


def test_not_ready_without_a_database(settings: Settings) -> None:
    answer = asked(settings, "postgresql+psycopg2://nobody:secret-word@/x?host=/nowhere")
    assert faults(answer) == "database"
    assert "secret-word" not in str(answer)
    assert "nowhere" not in str(answer)


def test_not_ready_at_another_migration(settings: Settings, committed: Provisioned, superuser_url: str) -> None:
    assert asked(settings, committed.app_url)[0] == 200
    with as_superuser(superuser_url, committed) as superuser:
        superuser.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert faults(asked(settings, committed.app_url)) == "migrations"


def test_not_ready_where_acknowledged_work_could_be_lost(
    settings: Settings, committed: Provisioned, superuser_url: str
) -> None:
    with as_superuser(superuser_url, committed) as superuser:
        name = make_url(committed.app_url).database
        superuser.exec_driver_sql(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    assert faults(asked(settings, committed.app_url)) == "synchronous_commit"


def test_not_ready_as_a_superuser(settings: Settings, committed: Provisioned, superuser_url: str) -> None:
    address = make_url(superuser_url).set(database=make_url(committed.app_url).database)
    answer = asked(settings, address.render_as_string(hide_password=False))
    assert "superuser" in faults(answer)
    assert str(address.password) not in str(answer)


def counted(served: Flask, route: str, status: int) -> float:
    with served.test_client() as client, client.get("/metrics") as answer:
        assert answer.content_type.startswith("text/plain")
        text = answer.get_data(as_text=True)
    line = rf'^benefits_request_seconds_count{{(?=.*process="{os.getpid()}")(?=.*route="{re.escape(route)}")'
    found = re.search(rf'{line}(?=.*status="{status}").*}} (\S+)$', text, re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/api/v1/health/live", "/api/v1/health/live", 200),
        ("/api/v1/audit/events/77", "/api/v1/audit/events/<int(max=9223372036854775807):n>", 401),
        ("/api/v1/no/such/place", "none", 404),
    ],
)
def test_requests_are_counted_by_template(served: Flask, path: str, route: str, status: int) -> None:
    before = counted(served, route, status)
    with served.test_client() as client, client.get(path) as answer:
        assert answer.status_code == status
    assert counted(served, route, status) == before + 1
    with served.test_client() as client, client.get("/metrics") as answer:
        assert "/audit/events/77" not in answer.get_data(as_text=True)
