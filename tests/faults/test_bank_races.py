"""The bank's answers, brought several times at once by several processes: booked once."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from benefits.access.actors import load_actor
from benefits.intake.row import Checked
from benefits.money.bank_result import book
from config.settings import Settings
from models.database import Scope, session_for
from models.secrecy import Secrecy
from models.vocabulary import BankOutcome
from tests.bank import answers, bank_answers_judged
from tests.clock import now
from tests.faults.test_races import MEMBERS, codes, fund_of
from tests.faults.wire import RemoteApi, at_once
from tests.faults.worlds import REPEATS, World
from tests.story import MEDICAL as AID
from tests.story import (
    approved,
    balance,
    done,
    recomputed,
    released,
    rows,
)


def book_alone(settings: Settings, account_id: UUID, given: list[Checked[Any]], at: float) -> list[str]:
    """Book in a process of its own, at this instant: what the worker does with a result file."""
    engine = create_engine(settings.database_url, poolclass=NullPool)
    keys = Secrecy(settings.master_key, settings.index_key)
    time.sleep(max(0.0, at - time.time()))
    with session_for(engine, Scope(paths=("/AH/",), request_id="race"), secrecy=keys) as session:
        actor = load_actor(session, account_id, now(), "race")
        return [each.verdict for each in book(session, actor, given, None)]


def book_in_threads(*given: Any) -> list[list[str]]:
    """The same four times at once in this process."""
    with ThreadPoolExecutor(4) as pool:
        return [each.result() for each in [pool.submit(book_alone, *given) for _ in range(4)]]


def account_of(wire: RemoteApi, username: str) -> UUID:
    found: UUID = rows(wire, "SELECT id FROM account WHERE username = :u", u=username)[0].id
    return found


@pytest.mark.parametrize("trial", range(REPEATS))
def test_one_result_file_is_booked_once(world: World, trial: int) -> None:
    """Control: cases, fund and payments locked before the answers are held against them (`bank_result.book`)."""
    wire, settings = world.api, world.settings
    fund = fund_of(wire, "100000.00")
    payments = [approved(wire, fund, member, "1000.00", facts=AID)[1] for member in MEMBERS]
    batch = released(wire, fund, payments)
    given = answers(wire, batch, {n: BankOutcome.RETURNED if n % 3 == 0 else BankOutcome.PAID for n in range(1, 10)})
    cashier, start = account_of(wire, "cashier"), time.time() + 3
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        both = [pool.submit(book_in_threads, settings, cashier, given, start) for _ in range(2)]
        verdicts = [Counter(found) for each in both for found in each.result()]
    assert sorted(verdicts, key=lambda found: found["book"]) == [{"known": 9}] * 7 + [{"book": 9}]
    assert balance(wire, fund) == recomputed(wire, fund)
    assert balance(wire, fund)["spent"] == "6000.00"
    assert done(wire("finance").get(batch))["state"] == "settled"


@pytest.mark.parametrize("trial", range(REPEATS))
def test_one_result_file_sent_twice_over_http_is_booked_once(wire: RemoteApi, trial: int) -> None:
    """As the cashier does by clicking twice: two imports, two workers, one booking."""
    fund = fund_of(wire, "100000.00")
    payments = [approved(wire, fund, member, "1000.00", facts=AID)[1] for member in MEMBERS]
    batch = released(wire, fund, payments)
    lines = ["批次号,序号,账号,金额,状态,原因,银行流水号,日期"]
    for each in answers(wire, batch, dict.fromkeys(range(1, 10), BankOutcome.PAID)):
        said = each.parsed
        fields = (said.batch_number, said.serial, said.account_number, said.amount, "成功", "")
        lines.append(",".join(map(str, (*fields, said.bank_serial, said.answered_on))))
    content, cashier = "\r\n".join(lines).encode("utf-8-sig"), wire("cashier")
    form = {"kind": "bank_results", "mode": "apply"}
    started = at_once([cashier.sent_file("/imports", content, **form) for _ in range(4)])
    assert codes(started) == {"202": 4}
    for each in started:
        done_with = finished(wire, f"/imports/{each.get_json()['id']}")
        assert (done_with["state"], done_with["accepted"], done_with["rejected"]) == ("done", 9, 0)
    assert {done(cashier.get(f"/disbursements/{each}"))["state"] for each in payments} == {"paid"}
    assert balance(wire, fund) == recomputed(wire, fund)
    assert balance(wire, fund)["spent"] == "9000.00"


def finished(wire: RemoteApi, path: str) -> Any:
    """A job when it has ended."""
    for _ in range(300):
        shown = done(wire("cashier").get(path))
        if shown["state"] not in {"queued", "running"}:
            return shown
        time.sleep(0.2)
    raise AssertionError(shown)


@pytest.mark.parametrize("trial", range(REPEATS))
def test_acts_on_a_batch_and_on_its_payments_wait_for_each_other_in_one_order(wire: RemoteApi, trial: int) -> None:
    """Control: cases before the fund, in `lock_batch` as in `lock_disbursement`; the other way round they lock up."""
    fund = fund_of(wire, "100000.00")
    payments = [approved(wire, fund, member, "1000.00", facts=AID)[1] for member in MEMBERS]
    batch = released(wire, fund, payments)
    bank_answers_judged(wire, answers(wire, batch, dict.fromkeys(range(1, 10), BankOutcome.UNKNOWN)))
    finance, auditor = wire("finance2"), wire("auditor")
    body = {"outcome": "paid", "reason": "x", "on": "2026-11-01"}
    settle = [
        finance.prepared(
            "POST",
            f"{path}/resolve",
            {**body, "bank_serial": f"D{path[-12:]}"},
            if_match=auditor.get(path).headers["ETag"],
        )
        for path in (f"/disbursements/{each}" for each in payments)
    ]
    tag = auditor.get(batch).headers["ETag"]
    cancel = [finance.prepared("POST", f"{batch}/cancel", {}, if_match=tag) for _ in settle]
    found = codes(at_once([each for pair in zip(settle, cancel, strict=True) for each in pair]))
    assert found["200"] == 9
    assert set(found) <= {"200", "state_forbids", "stale"}
    assert balance(wire, fund) == recomputed(wire, fund)
