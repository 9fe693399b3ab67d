"""A batch of payments from "build" to its file, and from the bank's results to booked, against plain SQL and COPY."""

from __future__ import annotations

import csv
import io
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from bench.decided import AMOUNT, approve_all, asked, file_sheets, fresh, listed, open_fund
from bench.stand import Stand, running, take
from tools.postgres import embedded

_CLIENTS = 8
_RESULT = ("批次号", "序号", "账号", "金额", "状态", "原因", "银行流水号", "日期")
# The same payments as bare rows: a batch made, its file written, the bank's answers copied in and joined.
_BARE = """
CREATE TABLE payment (id bigint PRIMARY KEY, holder text, account text, amount numeric(14, 2), state text, batch int);
INSERT INTO payment SELECT n, 'holder ' || n, lpad(n::text, 19, '6'), 500, 'reserved', NULL
FROM generate_series(1, {payments}) AS n
"""


def _batch(stand: Stand, fund: str, payments: Sequence[str]) -> tuple[float, float]:
    """Seconds from build to the file in hand, and from the results sent to all of them booked."""
    finance, cashier = stand.signed_in("finance"), stand.signed_in("cashier")
    begun = time.monotonic()
    body = {"fund_id": fund, "disbursement_ids": payments}
    made = asked(finance.post(f"{stand.url}/payment-batches", json=body, headers=fresh(), timeout=300))
    url = f"{stand.url}/payment-batches/{made['id']}"
    _act(finance, url, "approve")
    _act(cashier, url, "release")
    file = cashier.get(f"{url}/file", timeout=300)
    file.raise_for_status()
    built_s = time.monotonic() - begun
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.csv"
        results.write_bytes(_paid(file.content.decode("utf-8-sig")))
        booked_s, seen = take(stand, "cashier", "bank_results", results)
    if (seen["state"], seen["accepted"]) != ("done", len(payments)):
        raise RuntimeError(f"not as expected: {seen}")
    return built_s, booked_s


def _act(caller: requests.Session, url: str, act: str) -> None:
    tag = caller.get(url, timeout=60).headers["ETag"]
    asked(caller.post(f"{url}/{act}", json={}, headers={**fresh(), "If-Match": tag}, timeout=300))


def _paid(file: str) -> bytes:
    """The bank's answer: everything paid."""
    out, today = io.StringIO(), date.today().isoformat()  # noqa: DTZ011 - the bank's day
    write = csv.writer(out)
    write.writerow(_RESULT)
    for line in csv.DictReader(io.StringIO(file)):
        if (line["序号"] or "").isdigit():
            serial = f"B{line['批次号']}{line['序号']}"
            write.writerow([line["批次号"], line["序号"], line["账号"], line["金额"], "成功", "", serial, today])
    return out.getvalue().encode("utf-8-sig")


def _bare(payments: int) -> float:
    """Seconds of the same in bare SQL."""
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder)) as url:
        connection = create_engine(url, poolclass=NullPool).raw_connection()
        with connection.cursor() as cursor:
            cursor.execute(_BARE.format(payments=payments))
            connection.commit()
            begun, file = time.monotonic(), io.StringIO()
            cursor.execute("UPDATE payment SET state = 'released', batch = 1")
            cursor.copy_expert("COPY (SELECT id, holder, account, amount FROM payment) TO STDOUT WITH CSV", file)
            connection.commit()
            lines = [line.split(",") for line in file.getvalue().splitlines()]
            answers = io.StringIO("".join(f"{line[0]},B{line[0]}\n" for line in lines))
            cursor.execute("CREATE TABLE answer (payment_id bigint, serial text)")
            cursor.copy_expert("COPY answer FROM STDIN WITH CSV", answers)
            cursor.execute("UPDATE payment p SET state = 'paid' FROM answer a WHERE a.payment_id = p.id")
            connection.commit()
            seconds = time.monotonic() - begun
        connection.close()
    return seconds


def _reserve(stand: Stand, fund: str, payments: int) -> None:
    """So many payments, each of a case of its own; the cases of a sheet are approved while the next one is taken."""
    with ThreadPoolExecutor(1) as pool:
        sheets = [
            pool.submit(approve_all, stand, [(case, fund) for case in sheet], _CLIENTS)
            for sheet in file_sheets(stand, payments)
        ]
    for sheet in sheets:
        sheet.result()


def _measure(payments: int, before: int = 0) -> dict[str, Any]:
    """A batch of so many payments, in a union that has paid `before` others."""
    with running() as stand:
        fund = open_fund(stand)
        _reserve(stand, fund, before + payments)
        waiting = [each["id"] for each in listed(stand, "finance", f"/disbursements?fund_id={fund}&state=reserved")]
        if before:
            _batch(stand, fund, waiting[:before])
        stand.peak_mib.clear()
        built_s, booked_s = _batch(stand, fund, waiting[before:])
        peak = stand.peak_mib
        spent = asked(stand.signed_in("finance").get(f"{stand.url}/funds/{fund}", timeout=30))["spent"]
    if spent != f"{(before + payments) * float(AMOUNT):.2f}":
        raise RuntimeError(f"the fund says {spent}")
    return {
        "value": built_s + booked_s,
        "baseline": _bare(payments),
        "payments": payments,
        "before": before,
        "build_to_file_s": round(built_s, 2),
        "results_to_booked_s": round(booked_s, 2),
        "peak_mib": peak.total(),
        "peak_mib_by_part": dict(peak),
    }


MEASURES = {
    "batch_10k": lambda: _measure(10_000),
    "growth_batch_1k_after_1k": lambda: {**_measure(1_000, before=1_000), "members": 1_000},
    "growth_batch_1k_after_9k": lambda: {**_measure(1_000, before=9_000), "members": 9_000},
}
