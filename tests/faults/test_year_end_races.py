"""Closing a year while others approve, take back and post: each comes wholly before it or finds the year closed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from benefits.money import fund as funds
from tests.faults.test_races import codes, medical
from tests.faults.wire import Answer, RemoteApi, at_once
from tests.faults.worlds import scaled
from tests.story import balance, books, done, recomputed, rows

# One year after the other, for an earlier one with vouchers is closed first; 结转 stands apart from 2022 on.
YEARS = range(2026 - scaled(2, 4), 2026)
_serials = count(1)


def purse(wire: RemoteApi, unit: str, year: int) -> str:
    body = {"unit_code": unit, "name": f"资金{year}", "year": year, "source": "union_funds", "appropriated": "50000.00"}
    return str(done(wire("finance").post("/funds", body))["id"])


def receipt(wire: RemoteApi, fund: str, on: str) -> Any:
    body = {"fund_id": fund, "amount": "100.00", "received_on": on, "payer": "省总工会"}
    return wire("finance").prepared("POST", "/ledger/receipts", {**body, "bank_serial": f"Y-{next(_serials)}"})


def drawn_up(wire: RemoteApi, unit: str, year: int) -> str:
    return f"/ledger/years/{done(wire('finance').post('/ledger/years', {'unit_code': unit, 'year': year}))['id']}"


def posting(wire: RemoteApi, path: str, by: str = "finance2") -> Any:
    return wire(by).prepared("POST", f"{path}/post", {}, if_match=wire(by).get(path).headers["ETag"])


def close_months(wire: RemoteApi, unit: str, year: int) -> None:
    """Those with vouchers that are open."""
    wanted = rows(
        wire,
        "SELECT DISTINCT extract(month FROM v.posted_on)::int AS month FROM voucher v JOIN unit u ON u.id = v.unit_id "
        "WHERE u.code = :unit AND v.year = :year AND NOT EXISTS (SELECT 1 FROM closed_month c WHERE c.unit_id = u.id "
        "AND c.year = v.year AND c.month = extract(month FROM v.posted_on)) ORDER BY 1",
        unit=unit,
        year=year,
    )
    for row in wanted:
        done(wire("finance").post("/ledger/months", {"unit_code": unit, "year": year, "month": row.month}))


def closed_at_last(wire: RemoteApi, unit: str, year: int, first: Answer, path: str) -> None:
    """Whatever came before it, the year is closed in the end."""
    assert first.code in {"200", "state_forbids", "year_not_ready"}, first.body
    if first.code != "200":
        done(wire("finance").act(path, "drop"))
        close_months(wire, unit, year)
        done(wire("finance2").act(drawn_up(wire, unit, year), "post"))


def standing(wire: RemoteApi, unit: str, on: str) -> dict[str, Decimal]:
    lines = done(wire("finance").get(f"/ledger/trial-balance?unit={unit}&on={on}"))["lines"]
    return {line["account"]: Decimal(line["closing"]) for line in lines}


def test_a_closing_waits_for_who_moves_a_fund_and_then_sees_it(wire: RemoteApi) -> None:
    """Control: the funds held before the figures are taken (`carry_over.lock_funds`)."""
    unit, year = "AH-D01", 2021
    fund = purse(wire, unit, year)
    done(wire("reviewer").act(medical(wire, "D01-001"), "approve", {"fund_id": fund}))
    closing = drawn_up(wire, unit, year)
    send = posting(wire, closing)
    with ThreadPoolExecutor(1) as pool:
        with books(wire) as session:
            funds.release(session, UUID(fund), Decimal("1000.00"))
            answer = pool.submit(send, None)
            time.sleep(1)
            assert not answer.done()
        refused = answer.result()
    assert (refused.code, refused.get_json()["params"]["state"]) == ("state_forbids", "figures_changed")
    assert balance(wire, fund)["available"] == "50000.00"
    with books(wire) as session:
        funds.reserve(session, UUID(fund), Decimal("1000.00"))
    done(wire("finance2").act(closing, "post"))


@pytest.mark.parametrize("year", YEARS)
def test_what_is_carried_is_what_was_there_whoever_approves_or_takes_back(wire: RemoteApi, year: int) -> None:
    """The sums stay exact whichever comes first."""
    unit, fund = "AH-D01", purse(wire, "AH-D01", year)
    paths = [medical(wire, f"D01-00{number}") for number in (1, 2, 3) for _ in range(4)]
    held, asked = paths[:6], paths[6:]
    reviewer = wire("reviewer")
    for path in held:
        done(reviewer.act(path, "approve", {"fund_id": fund}))
    closing = drawn_up(wire, unit, year)
    tag = {path: reviewer.get(path).headers["ETag"] for path in paths}
    back = {"reason": "情况有变"}
    answers = at_once(
        [
            *(reviewer.prepared("POST", f"{each}/return", back, if_match=tag[each]) for each in held),
            posting(wire, closing),
            *(reviewer.prepared("POST", f"{each}/approve", {"fund_id": fund}, if_match=tag[each]) for each in asked),
        ]
    )
    assert set(codes(answers)) <= {"200", "state_forbids", "invalid"}
    closed_at_last(wire, unit, year, answers[len(held)], closing)
    (carried,) = rows(wire, "SELECT * FROM fund_carry WHERE fund_id = :fund", fund=fund)
    old = balance(wire, fund)
    assert old == recomputed(wire, fund)
    assert Decimal(old["appropriated"]) + carried.amount == 50000
    # What was taken back only after the closing waits in the old fund for its own carrying over.
    assert carried.reserved == Decimal(old["reserved"]) + Decimal(old["available"])
    (entry,) = rows(
        wire,
        "SELECT y.figures FROM year_closing y JOIN unit u ON u.id = y.unit_id "
        "WHERE u.code = :unit AND y.year = :year AND y.state = 'posted'",
        unit=unit,
        year=year,
    )
    (of_fund,) = [each for each in entry.figures["funds"] if each["fund_id"] == fund]
    assert Decimal(of_fund["reserved"]) == carried.reserved


@pytest.mark.parametrize("year", YEARS)
def test_nothing_is_posted_into_a_year_beside_its_closing(wire: RemoteApi, year: int) -> None:
    """Control: the counter of the year's vouchers held before the figures are taken (`voucher.hold_numbers`)."""
    unit = "AH-D02"
    later = purse(wire, unit, year + 10)  # no fund that the closing holds
    assert receipt(wire, later, f"{year}-03-01")(None).code == "201"
    close_months(wire, unit, year)
    closing = drawn_up(wire, unit, year)
    # Months without vouchers are open.
    receipts = [receipt(wire, later, f"{year}-{month:02d}-15") for month in range(4, 13)]
    answers = at_once([*receipts[:5], posting(wire, closing), *receipts[5:]])
    assert set(codes(answers)) <= {"200", "201", "state_forbids", "year_not_ready"}
    closed_at_last(wire, unit, year, answers[5], closing)
    assert standing(wire, unit, f"{year}-12-31")["402"] == 0
    numbers = [row.number for row in _vouchers(wire, unit, year)]
    assert numbers == list(range(1, len(numbers) + 1))
    refused = receipt(wire, later, f"{year}-02-01")(None)
    assert (refused.code, refused.get_json()["params"]["state"]) == ("state_forbids", "year_closed")


def test_a_year_is_closed_once_however_many_post_it(wire: RemoteApi) -> None:
    """Control: the closing locked and read anew before its version and state are asked."""
    unit, year = "AH-D03", 2024
    fund = purse(wire, unit, year)
    assert receipt(wire, fund, f"{year}-03-01")(None).code == "201"
    close_months(wire, unit, year)
    closing = drawn_up(wire, unit, year)
    assert codes(at_once([posting(wire, closing) for _ in range(10)])) == {"200": 1, "stale": 9}
    assert [row.kind for row in _vouchers(wire, unit, year)] == ["receipt", "closing"]
    assert len(rows(wire, "SELECT 1 FROM fund_carry WHERE fund_id = :fund", fund=fund)) == 1


def _vouchers(wire: RemoteApi, unit: str, year: int) -> list[Any]:
    return rows(
        wire,
        "SELECT v.kind, v.number FROM voucher v JOIN unit u ON u.id = v.unit_id "
        "WHERE u.code = :unit AND v.year = :year ORDER BY v.number",
        unit=unit,
        year=year,
    )
