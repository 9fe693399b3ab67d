"""All acts on one fund's money at the same time: nothing locks up, nothing is lost, nothing is paid twice."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from models.vocabulary import BankOutcome
from tests.bank import answers
from tests.faults.test_bank_races import account_of, book_alone
from tests.faults.test_races import MEMBERS, fund_of, medical
from tests.faults.worlds import World, scaled
from tests.story import (
    balance,
    card,
    done,
    recomputed,
    rows,
)

SECONDS = scaled(4, 60)


@dataclass
class Storm:
    """People who do whatever can be done to one fund's money, all at the same time."""

    world: World
    fund: str
    chance: random.Random
    seen: Counter[str] = field(default_factory=Counter)
    faults: list[Any] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def note(self, what: str, answer: Any) -> None:
        self.seen[f"{what} {answer.status_code}"] += 1
        if answer.status_code >= 500:
            self.faults.append((what, answer.get_data(as_text=True)))

    def listed(self, path: str) -> list[Any]:
        answer = self.world.api("auditor").get(path)
        self.note("list", answer)
        return list(answer.get_json()["items"]) if answer.status_code == 200 else []

    def one(self, path: str) -> Any:
        items = self.listed(path)
        return self.chance.choice(items) if items else None

    def prepare(self) -> None:
        waiting = [each["id"] for each in self.listed(f"/disbursements?fund_id={self.fund}&state=reserved")]
        if waiting:
            chosen = self.chance.sample(waiting, min(len(waiting), 3))
            body = {"fund_id": self.fund, "disbursement_ids": chosen}
            self.note("prepare", self.world.api("finance").post("/payment-batches", body))

    def on_batch(self, who: str, act: str, state: str) -> Callable[[], None]:
        def do() -> None:
            found = self.one(f"/payment-batches?fund_id={self.fund}&state={state}")
            if found:
                self.note(act, self.world.api(who).act(f"/payment-batches/{found['id']}", act))

        return do

    def on_case(self, who: str, act: str, state: str) -> Callable[[], None]:
        def do() -> None:
            found = self.one(f"/applications?state={state}&programme=hardship&limit=200")
            if found:
                bodies: dict[str, Any] = {"approve": {"fund_id": self.fund}, "return": {"reason": "x"}}
                self.note(act, self.world.api(who).act(f"/applications/{found['id']}", act, bodies.get(act)))

        return do

    def correct(self) -> None:
        found = self.one(f"/disbursements?fund_id={self.fund}&state=returned")
        if found:
            body = {
                "holder": found["payee"]["holder"],
                "account_number": card(self.chance.randrange(9999)),
                "bank": "行",
            }
            path = f"/disbursements/{found['id']}"
            self.note("correct", self.world.api("officer").act(path, "account", body))
            self.note("repay", self.world.api("reviewer").act(path, "approve"))

    def settle(self) -> None:
        found = self.one(f"/disbursements?fund_id={self.fund}&state=unknown")
        if found:
            body = {"outcome": "returned", "reason": "x", "on": "2026-11-01"}
            self.note("settle", self.world.api("finance2").act(f"/disbursements/{found['id']}", "resolve", body))

    def results(self) -> None:
        found = self.one(f"/payment-batches?fund_id={self.fund}&state=released")
        if found:
            path = f"/payment-batches/{found['id']}"
            outcomes = {n: self.chance.choice(list(BankOutcome)) for n in range(1, found["payments"] + 1)}
            given = answers(self.world.api, path, outcomes)
            cashier = account_of(self.world.api, "cashier")
            self.seen.update(book_alone(self.world.settings, cashier, given, 0))

    def adjust(self) -> None:
        body = {"amount": self.chance.choice(["1.00", "-1.00"]), "reason": "x"}
        self.note("adjust", self.world.api("finance").act(f"/funds/{self.fund}", "adjustments", body))

    def run(self, act: Callable[[], None]) -> None:
        while not self.over.is_set():
            try:
                act()
            except Exception as fault:
                self.faults.append((act, repr(fault)))
                return


def test_crossing_acts_neither_lock_up_nor_lose_a_fen(world: World) -> None:
    """Control: one order of locks for everybody: person, cases by id, fund, batch, payments."""
    wire = world.api
    fund, seed = fund_of(wire, "200000.00"), random.randrange(10**6)
    for member in MEMBERS:
        done(wire("reviewer").act(medical(wire, member), "approve", {"fund_id": fund}))
    storm = Storm(world, fund, random.Random(seed))
    people = [
        *(storm.prepare, storm.prepare, storm.results, storm.correct, storm.settle, storm.adjust),
        *(storm.on_batch("finance", "approve", "prepared"), storm.on_batch("cashier", "release", "approved")),
        *(storm.on_batch("finance", "cancel", "approved"), storm.on_case("reviewer", "return", "approved")),
        *(storm.on_case("officer", "submit", "returned"), storm.on_case("reviewer", "approve", "submitted")),
    ]
    with ThreadPoolExecutor(len(people)) as pool:
        running = [pool.submit(storm.run, act) for act in people]
        started = time.monotonic()
        while time.monotonic() - started < SECONDS or not {"prepare 201", "book"} <= set(storm.seen):
            time.sleep(0.2)
            if storm.faults or time.monotonic() - started > 240 + SECONDS:
                break
        storm.over.set()
        for each in running:
            each.result()

    assert storm.faults == [], (seed, storm.faults[:3])
    assert {"prepare 201", "book"} <= set(storm.seen), (seed, storm.seen)
    assert balance(wire, fund) == recomputed(wire, fund), seed
    twice = rows(
        wire,
        "SELECT application_id FROM disbursement WHERE fund_id = :f AND state = 'paid' "
        "GROUP BY application_id HAVING count(*) > 1",
        f=fund,
    )
    assert twice == []
