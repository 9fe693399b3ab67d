"""What the record costs whoever writes: the same mixed load with its triggers and sealing, and without."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from bench.decided import Send, asked, by_clients, file_cases, fresh, open_fund
from bench.stand import Stand, running
from tools.keys import passwords
from tools.postgres import embedded
from tools.provision import provision

_CLIENTS, _BLOCK, _BLOCKS = 8, 120, 4
_TRIGGERS = text(
    "SELECT c.relname AS on_table, t.tgname AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    r"WHERE t.tgname LIKE 'record\_%' AND NOT t.tgisinternal ORDER BY 1, 2"
)


def _switch(connection: Connection, way: str) -> None:
    """Every trigger of the record on (ENABLE) or off (DISABLE); with nothing to seal the sealer sleeps too."""
    for trigger in connection.execute(_TRIGGERS).all():
        connection.exec_driver_sql(f'ALTER TABLE "{trigger.on_table}" {way} TRIGGER "{trigger.name}"')


def _works(stand: Stand, cases: Sequence[str], fund: str) -> list[Send]:
    """Pieces of a client's work: a case handed in, decided, and its member's post changed; three writes each."""
    by = {who: {"Authorization": stand.signed_in(who).headers["Authorization"]} for who in ("officer", "reviewer")}

    def write(caller: requests.Session, who: str, path: str, body: dict[str, str], tag: str) -> requests.Response:
        headers = {**by[who], **fresh(), "If-Match": tag}
        send = caller.patch if path.startswith("/members/") else caller.post
        return send(f"{stand.url}{path}", json=body, headers=headers, timeout=60)

    def work(caller: requests.Session, case: str) -> requests.Response:
        url = f"/applications/{case}"
        shown = caller.get(f"{stand.url}{url}", headers=by["officer"], timeout=60)
        handed = write(caller, "officer", f"{url}/submit", {}, shown.headers["ETag"])
        asked(write(caller, "reviewer", f"{url}/approve", {"fund_id": fund}, handed.headers["ETag"]))
        member = f"/members/{shown.json()['member_id']}"
        tag = caller.get(f"{stand.url}{member}", headers=by["officer"], timeout=60).headers["ETag"]
        return write(caller, "officer", member, {"post": "组长"}, tag)

    return [lambda caller, case=case: work(caller, case) for case in cases]


def _cost() -> dict[str, Any]:
    """Blocks of work in turn with the record and without, so that a growing database favours neither."""
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder) / "pg") as superuser:
        made = provision(superuser, "benefits", passwords(Path(folder)))
        given = {"DATABASE_URL": made.app_url, "DATABASE_OWNER_URL": made.owner_url}
        engine = create_engine(
            make_url(superuser).set(database="benefits"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        with running(given) as stand, engine.connect() as connection:
            cases, fund = file_cases(stand, _BLOCK * (2 * _BLOCKS + 1), hand_in=False), open_fund(stand)
            work = _works(stand, cases, fund)
            _run(work[:_BLOCK])
            seconds = {"ENABLE": 0.0, "DISABLE": 0.0}
            for number in range(2 * _BLOCKS):
                way = "DISABLE" if number % 4 in {0, 3} else "ENABLE"
                _switch(connection, way)
                seconds[way] += _run(work[_BLOCK * (number + 1) : _BLOCK * (number + 2)])
            _switch(connection, "ENABLE")
            entries = connection.exec_driver_sql("SELECT count(*) FROM record_entry").scalar_one()
    pieces = _BLOCK * _BLOCKS
    return {
        "value": seconds["ENABLE"] / pieces,
        "baseline": seconds["DISABLE"] / pieces,
        "clients": _CLIENTS,
        "pieces_of_three_writes": pieces,
        "entries": entries,
    }


def _run(work: Sequence[Send]) -> float:
    return by_clients(work, _CLIENTS, requests.Session)


MEASURES = {"record_write_cost": _cost}
