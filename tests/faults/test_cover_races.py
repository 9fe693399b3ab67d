"""Mutual aid, many at once in two processes: one cover a term over all unions, one premium, one benefit a cover."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.faults.test_races import approvals, codes, fund_of
from tests.faults.wire import RemoteApi, at_once
from tests.faults.worlds import REPEATS
from tests.mutual_aid import claim, covered, covers, enrol, enrolment, pool, transfer, worker
from tests.story import colleague, done, rows

_sequences: Iterator[int] = iter(range(402, 900, 2))
_numbers = count(1)


@pytest.mark.parametrize("trial", range(REPEATS))
def test_a_member_of_two_unions_is_covered_once(wire: RemoteApi, trial: int) -> None:
    """Statement 39. Controls: the lock on the person; `uq_entitlement_once` and `uq_cover_once_a_term` behind it."""
    fund, sequence, other = fund_of(wire, "100000.00"), next(_sequences), f"officer-d02-{trial}"
    colleague(wire, other, "officer", unit="AH-D02", person=next(_sequences))
    here, there = worker(wire, sequence), worker(wire, sequence, unit="AH-D02", by=other)
    paths = [enrolment(wire, here) for _ in range(10)] + [enrolment(wire, there, by=other) for _ in range(10)]
    found = codes(approvals(wire, paths, fund))
    assert found["200"] == 1, found
    assert set(found) <= {"200", "not_eligible", "cap_exceeded"}
    assert len(covers(wire, member_id=here)) + len(covers(wire, member_id=there)) == 1


@pytest.mark.parametrize("trial", range(REPEATS))
def test_a_premium_confirmed_many_times_at_once_is_one(wire: RemoteApi, trial: int) -> None:
    """Control: the covers that wait are locked before they are counted."""
    held = pool(wire, name=f"互助金池{next(_numbers)}")
    enrol(wire, enrolment(wire, worker(wire, next(_sequences)), "accident", "2026-07-01"))
    finance = wire("finance")
    bodies = [
        transfer("40.00", held, plan="accident", term_start_on="2026-07-01", bank_serial=f"{trial}-{n}")
        for n in range(10)
    ]
    answers = at_once([finance.prepared("POST", "/mutual-aid/premium-payments", body) for body in bodies])
    assert codes(answers) == {"201": 1, "invalid": 9}
    assert done(finance.get(f"/funds/{held}"))["appropriated"] == "100030.00"


@pytest.mark.parametrize("trial", range(REPEATS))
def test_a_cover_that_ends_with_its_benefit_bears_one(wire: RemoteApi, trial: int) -> None:
    """Statement 42. Control: the lock on the person, under which the cover is looked for anew."""
    held, member = pool(wire, name=f"互助金池{next(_numbers)}"), worker(wire, next(_sequences))
    covered(wire, held, member, "critical_illness", "2022-07-01", "66.00")
    facts = {"plan": "critical_illness", "known_before": False, "diagnosed_on": "2022-08-20"}
    paths = [claim(wire, member, "500.00", "2022-12-01", **facts, disease=f"C{n}") for n in range(10)]
    for path in paths:
        done(wire("officer").act(path, "submit"))
    found = codes(approvals(wire, paths, held))
    assert found == {"200": 1, "not_eligible": 9}
    (row,) = rows(wire, "SELECT sum(amount) AS given FROM entitlement WHERE kind = 'claim' AND state <> 'released'")
    assert row.given == 500 * (trial + 1)
