"""Exports of the record: three formats of one selection agree to the row, whatever is written meanwhile."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from benefits.access.actors import load_actor
from benefits.assurance import record_export
from benefits.assurance.record_export import KIND, find_export, repeat_export, run_export, start_export
from benefits.core.actor import Actor
from benefits.core.errors import Invalid, NotFound, StateForbids
from benefits.jobs.files import file_parts
from benefits.jobs.work import Shop
from benefits.jobs.worker import work_once
from benefits.papers.cells import cell_text, unguarded
from benefits.papers.export import control_digest
from benefits.record.reader import Selection, list_events
from benefits.record.writer import write_entry
from config.settings import Settings
from models.database import NOBODY, Scope, session_for
from models.secrecy import Secrecy
from tests.clock import now
from tools import worker
from tools.provision import Provisioned

MANY = 1000


@pytest.fixture
def shop(settings: Settings, committed: Provisioned) -> Iterator[Shop]:
    made = worker.shop(replace(settings, database_url=committed.app_url), threading.Event())
    yield made
    made.engine.dispose()


@pytest.fixture
def desk(settings: Settings, committed: Provisioned) -> Iterator[tuple[Session, Actor]]:
    """The auditor of the whole union, each act committed by the test."""
    engine = create_engine(committed.app_url, poolclass=NullPool)
    keys = Secrecy(settings.master_key, settings.index_key)
    with Session(engine, expire_on_commit=False, info={"scope": NOBODY, "secrecy": keys}) as session:
        yield session, signed_in(session, "auditor")


def signed_in(session: Session, username: str) -> Actor:
    account_id: UUID = session.execute(text("SELECT account_by_username(:name)"), {"name": username}).scalar_one()
    return load_actor(session, account_id, now(), "request-of-auditor")


def finish(session: Session, actor: Actor, shop: Shop, export_id: UUID) -> tuple[dict[str, Any], bytes]:
    """The result and the file of an export, once a worker has made it."""
    session.commit()
    assert work_once(shop, {KIND: run_export})
    job = find_export(session, actor, export_id)
    assert job.result is not None
    return job.result, b"".join(file_parts(session, export_id))


def rows_in(shape: str, content: bytes) -> list[list[str]]:
    """What a reader of the file sees, header first, as the texts that CSV shows."""
    if shape == "jsonl":
        lines = [json.loads(line) for line in content.decode().splitlines()]
        return [list(lines[0]), *([cell_text(value) for value in line.values()] for line in lines)]
    if shape == "csv":
        found = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        return [[unguarded(cell) for cell in row] for row in found]
    sheets = load_workbook(io.BytesIO(content), read_only=True).worksheets
    return [[unguarded(cell_text(cell)) for cell in row] for sheet in sheets for row in sheet.values]


def test_three_formats_of_one_selection_agree_to_the_row(desk: tuple[Session, Actor], shop: Shop) -> None:
    session, actor = desk
    first = start_export(session, actor, "jsonl", Selection())
    files = {"jsonl": finish(session, actor, shop, first.id)}
    for shape in ("csv", "xlsx"):
        again = repeat_export(session, actor, shape, first.id)  # type: ignore[arg-type]
        files[shape] = finish(session, actor, shop, again.id)
    tables = {shape: rows_in(shape, content) for shape, (_, content) in files.items()}
    assert tables["jsonl"] == tables["csv"] == tables["xlsx"]
    header, *rows = tables["csv"]
    assert len(rows) > 50
    for result, content in files.values():
        assert result["rows"] == len(rows)
        assert result["digest"] == control_digest(header, rows)
        assert result["sha256"] == hashlib.sha256(content).hexdigest()


def test_the_same_selection_is_printed_with_its_count_and_digest(desk: tuple[Session, Actor], shop: Shop) -> None:
    session, actor = desk
    first = start_export(session, actor, "jsonl", Selection(table="unit"))
    listed, _ = finish(session, actor, shop, first.id)
    printed, content = finish(session, actor, shop, repeat_export(session, actor, "pdf", first.id).id)
    assert (printed["rows"], printed["digest"]) == (listed["rows"], listed["digest"])
    paper = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    assert listed["digest"] in paper
    assert "AH-D01" in paper


def test_more_than_paper_takes_is_refused_and_not_cut(
    desk: tuple[Session, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_export, "MOST_PRINTED", 3)
    session, actor = desk
    with pytest.raises(Invalid) as refused:
        start_export(session, actor, "pdf", Selection(table="unit"))
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/format", "too_many_to_print")]


def test_export_holds_what_was_complete_when_it_was_asked(desk: tuple[Session, Actor], shop: Shop) -> None:
    session, actor = desk
    wanted = Selection(kind="reading")
    late = create_engine(shop.engine.url, poolclass=NullPool)
    with Session(late, info={"scope": Scope(paths=("/AH/",))}) as other:
        write_entry(other, kind="reading", action="numbered_first", unit_id=actor.unit_id)
        write_entry(session, kind="reading", action="complete", unit_id=actor.unit_id)
        session.commit()
        first = start_export(session, actor, "jsonl", wanted)
        session.commit()
        other.commit()
    write_entry(session, kind="reading", action="later", unit_id=actor.unit_id)
    assert [line["action"] for line in lines(finish(session, actor, shop, first.id))] == ["complete"]
    again = repeat_export(session, actor, "jsonl", first.id)
    assert [line["action"] for line in lines(finish(session, actor, shop, again.id))] == ["complete"]
    anew = start_export(session, actor, "jsonl", wanted)
    assert [line["action"] for line in lines(finish(session, actor, shop, anew.id))] == [
        "numbered_first",
        "complete",
        "later",
    ]


def lines(finished: tuple[dict[str, Any], bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in finished[1].decode().splitlines()]


def test_the_export_itself_is_recorded(desk: tuple[Session, Actor], shop: Shop) -> None:
    session, actor = desk
    job = start_export(session, actor, "csv", Selection(table="unit", unit_code="AH-D01"))
    result, _ = finish(session, actor, shop, job.id)
    (entry,) = list_events(session, actor, Selection(kind="export"), oldest_first=False, after=None, limit=2)
    assert entry.account is not None
    assert (entry.account.username, entry.request_id, entry.row) == ("auditor", "request-of-auditor", str(job.id))
    assert entry.data["selection"] == {"table": "unit", "unit_code": "AH-D01"}
    assert (entry.data["rows"], entry.data["digest"]) == (result["rows"], result["digest"])
    assert result["rows"] == 1


def test_export_is_its_accounts_own(desk: tuple[Session, Actor], shop: Shop) -> None:
    session, actor = desk
    job = start_export(session, actor, "csv", Selection())
    with pytest.raises(StateForbids):
        find_export(session, actor, job.id)
    finish(session, actor, shop, job.id)
    with session_for(shop.engine, NOBODY) as other:
        stranger = signed_in(other, "officer")
        with pytest.raises(NotFound):
            find_export(other, stranger, job.id)
        with pytest.raises(NotFound):
            file_parts(other, job.id)


def test_export_is_out_of_reach_when_the_grant_ends(desk: tuple[Session, Actor], shop: Shop) -> None:
    session, actor = desk
    job = start_export(session, actor, "csv", Selection())
    finish(session, actor, shop, job.id)
    session.execute(text("UPDATE account_grant SET revoked_at = now() WHERE role = 'auditor'"))
    with pytest.raises(NotFound):
        find_export(session, signed_in(session, "auditor"), job.id)


def test_a_long_record_is_in_several_parts(desk: tuple[Session, Actor], shop: Shop) -> None:
    session, actor = desk
    for number in range(MANY):
        write_entry(session, kind="reading", action="x", unit_id=actor.unit_id, data={"number": number})
    with shop.engine.begin() as later:  # a transaction that begins after ours and ends before it
        later.execute(text("SELECT pg_current_xact_id()"))
    job = start_export(session, actor, "jsonl", Selection(kind="reading"))
    assert lines(finish(session, actor, shop, job.id)) == []  # not complete when it was asked
    job = start_export(session, actor, "jsonl", Selection(kind="reading"))
    result, content = finish(session, actor, shop, job.id)
    assert result["rows"] == MANY
    assert [line["data"]["number"] for line in lines((result, content))] == list(range(MANY))
    assert len(list(file_parts(session, job.id))) > 1
