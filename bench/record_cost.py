"""What the record costs whoever writes: the same mixed load with its triggers and sealing, and without."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import requests
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from bench.decided import Send, asked, by_clients, file_cases, fresh, open_fund
from bench.stand import Stand, running
from tools.keys import passwords
from tools.postgres import embedded
from tools.provision import provision

_CLIENTS, _BLOCK, _BLOCKS = 8, 64, 8
_FIRST = 16  # pieces after a switch that are not counted: every connection plans its statements anew
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
    """Blocks of work in turn with the record and without, so that a growing database favours neither.

    The medians are compared, because one block may meet what else the machine does; processor time tells the same of
    a machine that is never quiet.
    """
    whole = _FIRST + _BLOCK
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder) / "pg") as superuser:
        made = provision(superuser, "benefits", passwords(Path(folder)))
        given = {"DATABASE_URL": made.app_url, "DATABASE_OWNER_URL": made.owner_url}
        engine = create_engine(
            make_url(superuser).set(database="benefits"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        with running(given) as stand, engine.connect() as connection:
            cases, fund = file_cases(stand, whole * (2 * _BLOCKS + 1), hand_in=False), open_fund(stand)
            work = _works(stand, cases, fund)
            _run(work[:whole])
            seconds: dict[str, list[float]] = {"ENABLE": [], "DISABLE": []}
            processor = {"ENABLE": 0.0, "DISABLE": 0.0}
            for number in range(1, 2 * _BLOCKS + 1):
                way = "DISABLE" if number % 4 in {0, 1} else "ENABLE"
                _switch(connection, way)
                block = work[whole * number : whole * (number + 1)]
                _run(block[:_FIRST])
                before = _processor_s()
                seconds[way].append(_run(block[_FIRST:]))
                processor[way] += _processor_s() - before
            _switch(connection, "ENABLE")
            entries = connection.exec_driver_sql("SELECT count(*) FROM record_entry").scalar_one()
    return {
        "value": median(seconds["ENABLE"]) / _BLOCK,
        "baseline": median(seconds["DISABLE"]) / _BLOCK,
        "clients": _CLIENTS,
        "pieces_of_three_writes": _BLOCK * _BLOCKS,
        "blocks_s": {way: [round(each, 2) for each in taken] for way, taken in seconds.items()},
        "processor_s": {way: round(taken, 2) for way, taken in processor.items()},
        "processor_ratio": round(processor["ENABLE"] / processor["DISABLE"], 3),
        "entries": entries,
    }


def _processor_s() -> float:
    """What server, worker and database have used so far: all that this process started and that still runs."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            used = process.cpu_times()
        except psutil.Error:  # it has just ended
            continue
        total += used.user + used.system
    return total


def _run(work: Sequence[Send]) -> float:
    return by_clients(work, _CLIENTS, requests.Session)


MEASURES = {"record_write_cost": _cost}
