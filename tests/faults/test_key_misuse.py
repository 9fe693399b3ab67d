"""P5: a key used for anything but its own request does nothing and tells nothing: no effect, no other's answer."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from tests.faults.conftest import Canary
from tests.faults.deeds import KINDS, Deed
from tests.faults.every_route import path_of, ways
from tests.faults.wire import Answer, RemoteApi
from tests.faults.worlds import World, scaled
from tests.story import colleague

WORKERS = 0
OTHERS = ("officer", "officer2", "reviewer", "finance", "finance2", "cashier", "auditor", "admin", "finance-d02")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_NOTHING = "01a20000-0000-7000-8000-000000000000"
_RECORDS = ("record_", "log_", "checkpoint", "alembic")  # where refusals are written down


@dataclass(frozen=True)
class Misuse:
    """A request under a key that belongs to another; `own` when its account and operation are the key's."""

    what: str
    method: str
    deed: Deed
    own: bool

    def sent(self, wire: RemoteApi) -> Answer:
        deed = self.deed
        caller = wire(deed.who)
        send = caller.prepared("POST", deed.path, deed.body, key=deed.key, if_match=deed.if_match)
        if self.method != "POST":
            body, headers = b"{}", caller._headers(deed.key, "application/json")
            send = caller._sending(self.method, deed.path, body, headers)
        return send(None)


def misuses(wire: RemoteApi, done: Deed, undone: Deed, chance: random.Random) -> Iterator[Misuse]:
    """Everything that can be tried with the key of a deed; `undone` is another like it, ready to be done."""
    yield Misuse("resource", "POST", replace(undone, key=done.key), own=True)
    yield Misuse("path", "POST", replace(done, path=f"{done.path}?x={chance.randint(1, 99)}"), own=True)
    for name in done.body:
        other = f"{chance.randint(1, 999)}.{chance.randint(10, 99)}"
        yield Misuse(f"other {name}", "POST", replace(done, body={**done.body, name: other}), own=True)
    for who in OTHERS:
        if who != done.who and not (who.startswith("officer") and done.path == "/applications"):
            yield Misuse(f"user {who}", "POST", replace(done, who=who), own=False)
    for method in ("PUT", "PATCH", "DELETE"):
        yield Misuse(method, method, done, own=False)
    known = {"other": chance.choice([*_UUID.findall(f"{done.path} {done.body} {done.values}"), _NOTHING])}
    for way in ways(wire.app):
        path = path_of(way, known)
        if way.keyed and path != f"/api/v1{done.path}":
            yield Misuse(f"route {way.rule}", "POST", replace(done, path=path, if_match=None), own=False)


def contents(world: World) -> dict[str, str]:
    """A digest of every table that says what is, as a superuser reads it."""
    engine = create_engine(world.superuser_url, poolclass=NullPool)
    with engine.connect() as connection:
        names = (
            connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars().all()
        )
        digest = "SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM \"{}\" t"
        return {
            name: connection.exec_driver_sql(digest.format(name)).scalar_one()
            for name in sorted(names)
            if not name.startswith(_RECORDS)
        }


def nothing_comes_of_it(world: World, many: int = 300, seed: int = 5) -> int:
    """Keys are used once, then misused in every way that a matrix of accounts, routes, methods and bodies gives."""
    wire, chance = world.api, random.Random(seed)
    if wire("admin").get("/accounts?username=finance-d02").get_json()["items"] == []:
        colleague(wire, "finance-d02", "finance", unit="AH-D02", person=chance.randrange(700, 900, 2))
    for who in OTHERS:
        wire(who)
    tried: list[Misuse] = []
    first: list[Answer] = []
    while len(tried) < many:
        for kind in KINDS:
            deed, undone = kind(wire), kind(wire)
            first.append(deed.request(wire)(None))
            assert first[-1].status_code < 300, first[-1].body
            found = list(misuses(wire, deed, undone, chance))
            own = [each for each in found if each.own]
            rest = [each for each in found if not each.own]
            tried += own + chance.sample(rest, min(len(rest), max(20, many // len(KINDS))))
    secret = set(_UUID.findall(" ".join(answer.get_data(as_text=True) for answer in first)))
    chance.shuffle(tried)  # so that one key is seldom in use by two
    before = contents(world)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda each: each.sent(wire), tried))
    for misuse, answer in zip(tried, answers, strict=True):
        assert 400 <= answer.status_code < 500, (seed, misuse, answer.status_code, answer.body)
        assert not misuse.own or answer.code in {"key_reused", "key_in_use"}, (seed, misuse, answer.body)
        said = set(_UUID.findall(answer.get_data(as_text=True))) & secret
        assert said <= set(_UUID.findall(f"{misuse.deed.path} {misuse.deed.body}")), (seed, misuse, answer.body)
    after = contents(world)
    assert [name for name in before if after[name] != before[name]] == [], seed
    return len(tried)


@pytest.mark.timeout(1800)
def test_a_misused_key_does_and_tells_nothing(world: World) -> None:
    assert nothing_comes_of_it(world, scaled(400, 10_000)) >= scaled(400, 10_000)


@pytest.mark.parametrize("defect", ["key_for_any_request", "key_of_everybody"])
def test_a_key_that_is_not_bound_is_noticed(canary: Canary, defect: str) -> None:
    canary(defect, nothing_comes_of_it)
