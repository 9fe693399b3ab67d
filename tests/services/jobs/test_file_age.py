"""What went to the bank and what it answered is kept for its years, held for audit and law, and then destroyed."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from benefits.core.actor import UNION_ZONE
from benefits.jobs.work import Shop
from models.restoration import Restoration
from models.vocabulary import BankOutcome
from tests.api.test_audit_samples import drawn
from tests.bank import answers
from tests.clock import machine_now, now, recorded_on, today
from tests.conftest import as_superuser
from tests.driver import Api
from tests.findings import opened
from tests.services.jobs.test_daily import ROSTER, Clock, a_day, clock, older, serving
from tests.story import approved, books, done, new_fund, released, rows
from tools.provision import Provisioned

__all__ = ["clock", "serving"]  # the fixtures
COLUMNS = "批次号,序号,账号,金额,状态,原因,银行流水号,日期"
TOO_EARLY = "UPDATE payment_batch SET key_wrapped = NULL, file = NULL, destroyed_at = now() + interval '29 years'"


def paid(api: Api, serving: Shop, clock: Clock) -> tuple[str, str, str]:
    """A batch that the bank paid, the import of its answer, and the one case: their paths, and the case's id."""
    fund = new_fund(api)
    case, payment = approved(api, fund)
    batch = released(api, fund, [payment])
    (said,) = (each.parsed for each in answers(api, batch, {1: BankOutcome.PAID}))
    line = f"{said.batch_number},1,{said.account_number},{said.amount},成功,,{said.bank_serial},{today()}"
    form = {"kind": "bank_results", "mode": "apply", "file": (io.BytesIO(f"{COLUMNS}\n{line}\n".encode()), "r.csv")}
    answer = api("cashier").post("/imports", data=form).get_json()
    clock.ahead = machine_now() - now()  # of what age a file is the database says
    a_day(serving)
    assert done(api("finance").get(batch))["state"] == "settled"
    return batch, answer["id"], case.rpartition("/")[2]


def on(serving: Shop, clock: Clock, day: date) -> dict[str, Any]:
    """The house's work of a day; what it said of the bank's files."""
    clock.ahead = datetime(day.year, day.month, day.day, 9, tzinfo=UNION_ZONE) - now()
    a_day(serving)
    with serving.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL benefits.worker = 'on'")
        ended = "SELECT result FROM job WHERE kind = 'destroy_bank_files' AND params ->> 'day' = :day"
        return dict(connection.execute(text(ended), {"day": day.isoformat()}).scalars().one())


def file_of(api: Api, batch: str) -> tuple[int, str]:
    answer = api("finance").get(f"{batch}/file")
    return answer.status_code, "" if answer.status_code == 200 else answer.get_json()["params"]["state"]


def test_a_frozen_file_goes_after_thirty_years_and_its_digest_and_totals_stay(
    committed_api: Api, serving: Shop, clock: Clock, superuser_url: str, committed: Provisioned
) -> None:
    api, year = committed_api, recorded_on().year
    batch, _, _ = paid(api, serving, clock)
    before = done(api("finance").get(batch))
    with books(api) as session, pytest.raises(IntegrityError, match="kept_thirty_years"), session.begin_nested():
        session.execute(text(TOO_EARLY))
    assert on(serving, clock, date(year + 30, 12, 31)) == {"batches": 0, "held": 0, "answers": 0}
    assert file_of(api, batch) == (200, "")
    assert on(serving, clock, date(year + 31, 1, 1))["batches"] == 1
    assert file_of(api, batch) == (409, "destroyed")
    after = done(api("finance").get(batch))
    assert {name: after[name] for name in ("total", "payments", "state")} == {
        name: before[name] for name in ("total", "payments", "state")
    }
    (row,) = rows(api, "SELECT key_wrapped, file, encode(file_digest, 'hex') AS digest FROM payment_batch")
    assert (row.key_wrapped, row.file) == (None, None)
    (entry,) = rows(api, "SELECT body::jsonb -> 'data' AS said FROM record_entry WHERE action = 'destroy_bank_files'")
    assert entry.said == {
        "digest": row.digest,
        "payments": 1,
        "total": before["total"],
        "kept_until": f"{year + 30}-12-31",
    }
    with as_superuser(superuser_url, committed) as superuser:
        assert superuser.execute(text("SELECT * FROM compare_payment_batch()")).all() == []
    assert on(serving, clock, date(year + 31, 1, 2))["batches"] == 0


LIFTED = {
    "finding": "UPDATE audit_finding SET state = 'closed', closed_on = now()",
    "sample": "UPDATE audit_sample_row SET result = 'ok', error_amount = 0, examined_at = now(),"
    " examined_by = (SELECT drawn_by FROM audit_sample)",
    "hold": "UPDATE household SET held_for = NULL",
    "restoration": "",
}


@pytest.mark.parametrize("why", LIFTED)
def test_nothing_goes_that_audit_or_law_still_needs(committed_api: Api, serving: Shop, clock: Clock, why: str) -> None:
    """Controls: `case_held`, and `is_restored`."""
    api, year = committed_api, recorded_on().year
    batch, sent, case = paid(api, serving, clock)
    with books(api) as session:
        if why == "hold":
            session.execute(text("UPDATE household SET held_for = '诉讼未结', held_at = now(), held_by = opened_by"))
        if why == "restoration":
            session.add(Restoration(generation=0, size=1, held_in="folder", held_size=2, found_at=machine_now()))
    if why == "finding":
        opened(api, application_id=case)
    if why == "sample":
        drawn(api, size=1)
    older(serving, 366 * 11)
    held = on(serving, clock, date(year + 31, 1, 1))
    assert held == {"batches": 0, "held": 0 if why == "restoration" else 1, "answers": 0}
    assert kept_answer(api, sent)
    if why == "restoration":
        return
    assert file_of(api, batch) == (200, "")
    with books(api) as session:
        session.execute(text(LIFTED[why]))
    assert on(serving, clock, date(year + 31, 1, 2)) == {"batches": 1, "held": 0, "answers": 1}
    assert not kept_answer(api, sent)


def kept_answer(api: Api, sent: str) -> bool:
    query = """SELECT i.key_wrapped IS NOT NULL AS key, count(p.part) > 0 AS content, i.digest FROM "import" i
               LEFT JOIN import_part p ON p.import_id = i.id WHERE i.id = :id GROUP BY i.id"""
    (row,) = rows(api, query, id=sent)
    assert (row.key, bool(row.digest)) == (row.content, True)
    return bool(row.key)


def test_the_banks_answers_are_kept_longer_than_other_files(committed_api: Api, serving: Shop, clock: Clock) -> None:
    """Ten years as bank statements (令第79号); a workbook of members goes with its key after `FILES_KEPT_DAYS`."""
    api = committed_api
    _, sent, _ = paid(api, serving, clock)
    form = {"file": (io.BytesIO(ROSTER), "roster.csv"), "kind": "members", "mode": "check"}
    other = api("officer").post("/imports", data=form).get_json()["id"]
    a_day(serving)
    older(serving, 120)
    assert on(serving, clock, date(recorded_on().year + 1, 2, 1))["answers"] == 0
    assert kept_answer(api, sent)
    assert not kept_answer(api, other)
    older(serving, 366 * 11)
    assert on(serving, clock, date(recorded_on().year + 1, 2, 2))["answers"] == 1
    assert not kept_answer(api, sent)
    assert api("cashier").get(f"/imports/{sent}/workbook.xlsx").status_code == 404
