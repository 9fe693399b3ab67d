"""A sweep sees the books of one instant: an import that runs beside it is wholly in or wholly out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from benefits.access.actors import load_actor
from benefits.catalogue import programmes
from benefits.intake.imports import Taking
from benefits.registry.roster_import import take_members
from models.database import NOBODY, session_for
from models.secrecy import Secrecy
from tests.clock import now
from tests.driver import Api
from tests.story import GIFT, approved, done, identity, member_id, new_fund, rows
from tools.provision import Provisioned

NEW = 7
_COLUMNS = ("姓名", "性别", "证件号码", "出生日期", "单位代码", "用工形式", "会籍状态", "会费缴至")


@pytest.fixture
def engine(committed: Provisioned) -> Iterator[Engine]:
    made = create_engine(committed.app_url, pool_size=8)
    yield made
    made.dispose()


def newcomers() -> Iterator[tuple[int, dict[str, str]]]:
    for place in range(NEW):
        number = identity(700 + 2 * place)
        cells = ("新会员", "女", number, "1980-01-01", "AH-D01", "在编", "在职", "2026-12")
        yield place + 2, dict(zip(_COLUMNS, cells, strict=True))


def swept(api: Api, worker: Callable[[], bool], round_id: str) -> dict[str, Any]:
    job = api("officer").post(f"/rounds/{round_id}/sweep").get_json()["id"]
    assert worker()
    result: dict[str, Any] = done(api("officer").get(f"/jobs/{job}"))["result"]
    return result


def test_a_sweep_beside_an_import_sees_none_of_it_and_afterwards_all(
    committed_api: Api, worker: Callable[[], bool], engine: Engine
) -> None:
    api = committed_api
    dates = {"event_on": "2026-09-25", "opens_on": "2026-09-01", "closes_on": "2026-09-30"}
    body = {"unit_code": "AH", "programme": "holiday_visit", "title": "中秋慰问", "facts": GIFT, **dates}
    round_id = done(api("officer").post("/rounds", body))["id"]
    officer = rows(api, "SELECT id FROM account WHERE username = 'officer'")[0].id
    keys: Secrecy = api.app.config["SECRECY"]
    landed, go_on = threading.Event(), threading.Event()

    def run_import() -> None:
        with session_for(engine, NOBODY, secrecy=keys) as session:
            actor = load_actor(session, officer, now(), "import")
            taking = Taking(newcomers(), True, officer)
            assert all(each.parsed for each in take_members(session, actor, taking))
            landed.set()
            assert go_on.wait(60)

    with ThreadPoolExecutor(1) as pool:
        importing = pool.submit(run_import)
        assert landed.wait(60)
        during = swept(api, worker, round_id)
        go_on.set()
        importing.result(60)
    assert (during["members"], during["eligible"]) == (10, 10)
    after = swept(api, worker, round_id)
    assert (after["members"], after["changed"], after["eligible"]) == (10 + NEW, NEW, 10 + NEW)


def test_what_one_statement_asks_of_the_ledger_is_of_one_instant(committed_api: Api, engine: Engine) -> None:
    """An award that is committed while a statement runs is not half in it: asked twice, it says the same."""
    api = committed_api
    fund = new_fund(api)
    person = rows(api, "SELECT person_id FROM membership WHERE id = :id", id=member_id(api, "D01-001"))[0].person_id
    asked = "entitlement_count(:person, 'hardship', NULL, NULL, NULL, NULL, NULL)"
    begun = threading.Event()

    def ask() -> tuple[int, int]:
        with Session(engine) as session:
            session.execute(text("SELECT 1"))
            begun.set()
            query = f"SELECT {asked} AS first, pg_sleep(4), {asked} AS again"
            row = session.execute(text(query), {"person": person}).one()
            return row.first, row.again

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask)
        assert begun.wait(10)
        threading.Event().wait(0.5)
        approved(api, fund, "D01-001")
        assert asking.result(30) == (0, 0)
    with Session(engine) as session:
        assert session.scalar(text(f"SELECT {asked}"), {"person": person}) == 1


def test_whatever_a_sweep_may_ask_sees_its_own_statements_instant(committed_api: Api) -> None:
    told = {fact.told_by for each in programmes().values() for fact in each.record_facts if fact.told_by}
    asked = told | {"entitlement_sum", "entitlement_count"}
    found = rows(
        committed_api,
        "SELECT proname, provolatile::text AS v FROM pg_proc WHERE proname = ANY(:names)",
        names=list(asked),
    )
    assert {(each.proname, each.v) for each in found} == {(name, "s") for name in asked}
