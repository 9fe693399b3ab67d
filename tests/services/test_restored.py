"""A backup comes back: the record knows, money rests, reading goes on, two persons put it right, money moves again."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from api.app import create_app
from benefits.assurance import checkpoint, merkle
from benefits.assurance.checkpoint import VerifierKey
from benefits.assurance.seal import copies
from benefits.assurance.seal.places import Places
from benefits.assurance.seal.sealer import Sealer, seal_once, watch_once
from benefits.assurance.seal.tree import tree_of
from benefits.jobs.work import Shop
from config.settings import Mode, Settings
from models.database import db
from models.restoration import Restoration
from models.seal import RecordCheckpoint, RecordKey, RecordLog
from tests.clock import machine_now
from tests.conftest import as_superuser
from tests.driver import Api
from tests.sealed import SEED, session_of, signed, write
from tests.story import colleague, new_fund
from tools import worker
from tools.provision import Provisioned, clone
from tools.verify_record import check


@dataclass
class House:
    """A running house whose database can be taken away and an older copy put in its place."""

    superuser_url: str
    made: Provisioned
    settings: Settings
    places: Places

    @contextmanager
    def open(self) -> Iterator[tuple[Api, Shop]]:
        """The house as its processes start: API and worker, connected anew."""
        app = create_app(self.settings)
        shop = worker.shop(self.settings, threading.Event())
        try:
            yield Api(app), shop
        finally:
            shop.engine.dispose()
            with app.app_context():
                db.engine.dispose()

    def backup(self) -> str:
        """A copy of the database as it is; its name."""
        name = "benefits_backup_" + secrets.token_hex(4)
        clone(self.superuser_url, self.made, name)
        return name

    def restore(self, name: str) -> None:
        """Throw the database away and put the copy in its place."""
        own = make_url(self.made.app_url).database
        engine = create_engine(self.superuser_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as superuser:
            superuser.exec_driver_sql(f'DROP DATABASE "{own}" WITH (FORCE)')
            superuser.exec_driver_sql(f'ALTER DATABASE "{name}" RENAME TO "{own}"')

    def sealer(self, shop: Shop) -> Sealer:
        return Sealer(shop, self.places, SEED)


@pytest.fixture
def house(superuser_url: str, committed: Provisioned, settings: Settings, tmp_path: Path) -> House:
    own = replace(settings, database_url=committed.app_url, checkpoint_dir=tmp_path / "checkpoints")
    return House(superuser_url, committed, own, Places.of(own))


def send_all(house: House, shop: Shop) -> None:
    while True:
        with session_of(shop) as session:
            if not copies.send_one(session, house.places, machine_now()):
                return


def fund_body(name: str) -> dict[str, Any]:
    return {"unit_code": "AH-D01", "name": name, "year": 2026, "source": "union_funds", "appropriated": "1000.00"}


def lose(house: House, entries: int = 20) -> tuple[RecordCheckpoint, RecordCheckpoint]:
    """Sign, back up, write on, sign and send, then bring the backup back; the heads before and after the backup."""
    with house.open() as (api, shop):
        colleague(api, "auditor2", "auditor", person=888)
        before = signed(shop, house.places)
        send_all(house, shop)
    name = house.backup()
    with house.open() as (api, shop):
        new_fund(api, name="丢失的资金")
        after = signed(shop, house.places, entries)
        send_all(house, shop)
    house.restore(name)
    return before, after


def money(api: Api) -> Any:
    return api("finance").post("/funds", fund_body(f"资金 {secrets.token_hex(3)}"))


def test_money_rests_until_two_persons_put_it_right(house: House) -> None:
    before, after = lose(house)
    with house.open() as (api, shop):
        refused = money(api)  # before any worker has looked: the serving process sees the folder itself
        assert (refused.status_code, refused.get_json()["code"]) == (503, "record_restored")
        assert "Retry-After" not in refused.headers
        assert api("auditor").get("/funds").status_code == 200
        assert api("officer").get("/members").status_code == 200
        assert api(None).get("/health/ready").status_code == 200
        assert "benefits_money_rests 1.0" in api(None).get("/metrics").get_data(as_text=True)
        assert api("auditor").get("/audit/checkpoints").get_json()["money"] == "rests"
        write(shop, 30)  # other work goes on, past what was lost
        seal_once(house.sealer(shop))
        watch_once(house.sealer(shop))
        (found,) = api("auditor").get("/audit/restorations").get_json()["items"]
        assert (found["state"], found["size"], found["held_size"]) == ("found", before.size, after.size)
        assert found["held_note"] == after.note
        with session_of(shop) as session:
            assert {row.size for row in session.query(RecordCheckpoint)} == {before.size}  # nothing is signed over it
        assert money(api).status_code == 503
        put_right(api, found["id"])
        assert money(api).status_code == 201
        write(shop, 3)
        seal_once(house.sealer(shop))
        check_carried_on(shop, before, after)
        report = check(house.made, [], {"mine": after.note}, SEED)  # it counts the copies of what was lost
        assert (report.ok, report.counts["copies_lost"]) == (True, 1), report.differences
        send_all(house, shop)
        watch_once(house.sealer(shop))
        assert len(api("auditor").get("/audit/restorations").get_json()["items"]) == 1
        assert money(api).status_code == 201
    with house.open() as (api, _):
        assert money(api).status_code == 201


def put_right(api: Api, found: str) -> None:
    path = f"/audit/restorations/{found}"
    body = {"reason": "磁盘故障后恢复昨夜备份", "lost": ["资金“丢失的资金” 100000.00 元：已按拨款文件重新登记"]}

    def version() -> str:
        return str(api("auditor").get(path).headers["ETag"])

    early = api("auditor2").post(f"{path}/release", {}, if_match=version())
    assert (early.status_code, early.get_json()["code"]) == (409, "state_forbids")
    for who in ("officer", "finance", "admin"):
        assert api(who).post(f"{path}/record", body, if_match=version()).status_code == 403
    assert api("auditor").post(f"{path}/record", {**body, "reason": ""}, if_match=version()).status_code == 422
    recorded = api("auditor").post(f"{path}/record", body, if_match=version())
    assert (recorded.status_code, recorded.get_json()["state"]) == (200, "recorded")
    assert money(api).status_code == 503
    assert api("finance").post(f"{path}/release", {}, if_match=version()).status_code == 403
    same = api("auditor").post(f"{path}/release", {}, if_match=version())
    assert (same.status_code, same.get_json()["code"]) == (403, "duty_conflict")
    assert api("auditor2").post(f"{path}/release", {}, if_match='"77"').status_code == 412
    released = api("auditor2").post(f"{path}/release", {}, if_match=version())
    assert (released.status_code, released.get_json()["state"]) == (200, "released")
    assert api("auditor2").post(f"{path}/release", {}, if_match=version()).status_code == 409


def check_carried_on(shop: Shop, before: RecordCheckpoint, after: RecordCheckpoint) -> None:
    """The next head has a further name, says what it carries on, and grew from what both have in common."""
    with session_of(shop) as session:
        first, second = session.query(RecordLog).order_by(RecordLog.generation)
        assert second.origin.startswith(f"{first.origin}/")
        newest = session.query(RecordCheckpoint).order_by(RecordCheckpoint.size.desc()).first()
        assert newest is not None
        head = checkpoint.opened(newest.note, [VerifierKey.read(row.verifier) for row in session.query(RecordKey)])
        assert head.origin == second.origin
        assert f"continues {first.origin} {before.size}" in head.further
        proof = merkle.consistency(tree_of(session), before.size, newest.size)
        assert merkle.grown(before.size, newest.size, proof, before.root, newest.root)
        assert newest.note != after.note


def test_without_copies_outside_nobody_would_know(house: House) -> None:
    lose(house)
    for path in sorted(house.places.folder.glob("*/*")):
        path.unlink()
    with house.open() as (api, shop):
        watch_once(house.sealer(shop))
        assert money(api).status_code == 201


def test_a_tree_that_was_made_anew_is_seen(house: House) -> None:
    """The tail altered and hashed again by whoever rules the database: the copy outside has another root."""
    with house.open() as (api, shop):
        head = signed(shop, house.places)
        send_all(house, shop)
        with as_superuser(house.superuser_url, house.made) as superuser:
            superuser.execute(
                text("UPDATE record_seal SET leaf = sha256('other') WHERE position = :last"), {"last": head.size - 1}
            )
        refused = money(api)
        assert (refused.status_code, refused.get_json()["code"]) == (503, "record_restored")
        watch_once(house.sealer(shop))
        with session_of(shop) as session:
            (found,) = session.query(Restoration)
            assert (found.held_in, found.held_size) == ("folder", head.size)


def test_a_checkpoint_of_another_key_is_none_of_ours(house: House) -> None:
    with house.open() as (api, shop):
        head = signed(shop, house.places)
        send_all(house, shop)
        (latest,) = house.places.folder.glob("*/latest.txt")
        text_, _ = checkpoint.parted(head.note)
        forged = replace(checkpoint.read(text_), size=head.size + 1000)
        latest.write_text(forged.signed_by(checkpoint.Signer.of(forged.origin, bytes(range(1, 33)))), encoding="utf-8")
        assert money(api).status_code == 201


def test_a_database_that_is_another_one_is_seen_in_production_alone(house: House, superuser_url: str) -> None:
    """In a trial several databases may share a folder; in production there is no other record under the same key."""
    with house.open() as (_, shop):
        signed(shop, house.places)
        send_all(house, shop)
        with as_superuser(superuser_url, house.made) as superuser:
            superuser.execute(text("TRUNCATE record_log, record_key, record_checkpoint, record_copy CASCADE"))
        signed(shop)  # begins a record of another name
        watch_once(house.sealer(shop))
        with session_of(shop) as session:
            assert session.query(Restoration).count() == 0
        watch_once(replace(house.sealer(shop), places=replace(house.places, strict=True)))
        with session_of(shop) as session:
            assert session.query(Restoration).count() == 1
    assert Places.of(replace(house.settings, mode=Mode.PRODUCTION)).strict


def test_a_route_without_the_guard_would_pay(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(house)
    monkeypatch.setattr("api.guard.require_money_may_move", lambda _session: None)
    with house.open() as (api, _):
        assert money(api).status_code == 201
