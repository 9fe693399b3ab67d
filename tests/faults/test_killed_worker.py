"""P6: a worker killed at any step while it books the bank's results leaves all of them or none, and no job stuck."""

from __future__ import annotations

import io
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import make_url, text

from models.vocabulary import BankOutcome
from tests.bank import answers
from tests.faults.forked import Forked
from tests.faults.killing import Mortal, kill_below, mortal_world, reached, told
from tests.faults.preparing import Story
from tests.faults.proxy import CutError, Message, Proxy
from tests.faults.worlds import TRIALS, Worlds, environ_of
from tests.story import done, released

HEADER = "批次号,序号,账号,金额,状态,原因,银行流水号,日期"
STUCK_S = 60
NEXT = "SELECT job.id, job.kind"


@dataclass
class Strike:
    """Kills a worker just before one of its steps, counted from the moment in which it takes a job."""

    worker: Forked
    at: int = 0  # 0: never
    steps: list[str] = field(default_factory=list)
    struck: bool = False
    over: bool = False  # it asks for the next job

    def __call__(self, message: Message) -> None:
        """What the line asks of every message."""
        takes = message.statement.startswith("UPDATE job SET")
        self.over = self.over or (bool(self.steps) and message.statement.startswith(NEXT))
        if message.step and (self.steps or takes) and not (self.struck or self.over):
            self.steps.append(message.statement)
            if len(self.steps) == self.at:
                self.struck = True
                kill_below(self.worker)
                raise CutError
        message.send()

    def again(self, at: int) -> None:
        """Count anew; strike there."""
        self.at, self.steps, self.struck, self.over = at, [], False, False


@dataclass
class Office:
    """A cashier who brings results, and the worker that books them."""

    mortal: Mortal
    story: Story
    strike: Strike

    def results(self) -> bytes:
        """What the bank says of a new batch of two payments."""
        fund, api = self.story.fund(), self.story.api
        batch = released(api, fund, [self.story.payable(fund)[1] for _ in range(2)])
        lines = [HEADER]
        for each in answers(api, batch, {1: BankOutcome.PAID, 2: BankOutcome.PAID}):
            said = each.parsed
            lines.append(
                f"{said.batch_number},{said.serial},{said.account_number},{said.amount},成功,,"
                f"{said.bank_serial},{said.answered_on}"
            )
        return "\r\n".join(lines).encode("utf-8-sig")

    def bring(self, content: bytes) -> str:
        """The path of a new import."""
        form = {"kind": "bank_results", "mode": "apply", "file": (io.BytesIO(content), "results.csv")}
        taken = self.story.api("cashier").post("/imports", data=form)
        assert taken.status_code == 202, taken.get_json()
        return f"/imports/{taken.get_json()['id']}"

    def job(self, path: str) -> Any:
        """The import as its page shows it."""
        return done(self.story.api("cashier").get(path))

    def take_up(self) -> None:
        """As if the job's last pulse were long ago, and this its first try."""
        with self.mortal.engine.connect() as connection:
            connection.execute(text("UPDATE job SET attempts = 0, heartbeat_at = '2000-01-01' WHERE state = 'running'"))

    def ended(self, path: str) -> bool:
        """Whether the worker was struck (False) or the job came to its end (True)."""
        began = time.monotonic()
        while not self.strike.struck:
            if self.job(path)["state"] == "done":
                return True
            assert time.monotonic() - began < STUCK_S, f"stuck: {self.job(path)}"
            time.sleep(0.02)
        return False


@contextmanager
def office(worlds: Worlds) -> Iterator[Office]:
    """A world with a worker of its own behind a line of its own."""
    sockets = make_url(worlds.superuser_url).query["host"]
    worker = Forked("worker", mortal=True)
    with mortal_world(worlds) as mortal, Proxy(f"{sockets}/.s.PGSQL.5432").running() as line:
        strike = Strike(worker)
        try:
            with line.troubled(strike):
                worker.start(environ_of(reached(mortal.world.settings, line)))
                yield Office(mortal, Story(mortal.beside), strike)
        finally:
            worker.stop()


def chosen(steps: list[str]) -> list[int]:
    """Around every commit in `make test`, every step in `make faults`."""
    commits = [at for at, said in enumerate(steps, 1) if said == "COMMIT"]
    return sorted({at + by for at in commits for by in (0, 1)}) if TRIALS == 1 else list(range(1, len(steps) + 1))


def test_results_are_booked_once_by_a_worker_killed_at_any_step(worlds: Worlds) -> None:
    """Control: a job's effect and its end in one transaction (`Work.finish`); its pulse, by which it is taken up."""
    with office(worlds) as here:
        mortal, content = here.mortal, here.results()
        before = mortal.rows()
        assert here.ended(here.bring(content))
        effect, steps = mortal.since(before), here.strike.steps
        content, path, waiting = here.results(), "", {}
        before = mortal.rows()
        for at in chosen(steps):
            where = f"killed before step {at} of {len(steps)} ({steps[at - 1]})"
            here.strike.again(at)
            if path:
                here.take_up()
            else:
                path = here.bring(content)
            here.ended(path)
            found = mortal.since(before)
            waiting = waiting or found
            if found == waiting != effect:
                continue
            done_once(here, path, before, effect, where)
            content, path = here.results(), ""
            before = mortal.rows()
        if path:
            done_once(here, path, before, effect, "at last")


def done_once(here: Office, path: str, before: Counter[str], effect: dict[str, int], where: str) -> None:
    """Taken up again it comes to its end, and everything was booked once."""
    here.strike.again(0)
    here.take_up()
    assert here.ended(path)
    found = here.mortal.since(before)
    assert found == effect, f"{where}: {told(found)} instead of {told(effect)}"
    assert here.job(path)["accepted"] == 2
