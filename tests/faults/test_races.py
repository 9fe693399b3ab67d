"""Many at once, in two processes: nothing is decided, paid or counted twice, and nobody gets a server error."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count, product
from uuid import uuid4

import pytest

from tests.faults.wire import Answer, RemoteApi, at_once
from tests.faults.worlds import REPEATS
from tests.story import (
    GIFT,
    MEDICAL,
    approved,
    balance,
    done,
    filing,
    new_fund,
    recomputed,
    rows,
    submitted,
)

MEMBERS = [f"D0{unit}-00{number}" for number, unit in product((1, 2, 3), (1, 2, 3))]
_numbers = count(1)
_years: Iterator[tuple[str, int]] = iter(product(MEMBERS, (2022, 2023, 2024)))  # caps are asked of a person's year


def codes(answers: Sequence[Answer]) -> Counter[str]:
    """How often each code came; a server error fails at once."""
    assert all(answer.status_code < 500 for answer in answers), [answer.body for answer in answers]
    return Counter(answer.code for answer in answers)


def fund_of(wire: RemoteApi, appropriated: str, unit: str = "AH") -> str:
    return new_fund(wire, appropriated, unit=unit, name=f"资金{next(_numbers)}")


def medical(wire: RemoteApi, member: str, amount: str = "1000.00") -> str:
    """A case of aid without a yearly cap."""
    return submitted(wire, member, amount, facts=MEDICAL)


def approvals(wire: RemoteApi, paths: Sequence[str], fund: str, by: str = "reviewer") -> list[Answer]:
    """All of them approved in one moment, each with the version it has now."""
    reviewer = wire(by)
    tags = [reviewer.get(path).headers["ETag"] for path in paths]
    return at_once(
        [
            reviewer.prepared("POST", f"{path}/approve", {"fund_id": fund}, if_match=tag)
            for path, tag in zip(paths, tags, strict=True)
        ]
    )


def test_both_processes_serve(wire: RemoteApi) -> None:
    """With one process that does one thing after the other, the races below would prove nothing."""
    probe = wire("officer")
    seen: set[str] = set()
    for _ in range(5):
        for answer in at_once([probe.prepared("GET", "/metrics") for _ in range(20)]):
            seen |= set(re.findall(r'process="(\d+)"', answer.get_data(as_text=True)))
    assert len(seen) == 2


@pytest.mark.parametrize("trial", range(REPEATS))
def test_a_members_last_600_yuan_are_given_once(wire: RemoteApi, trial: int) -> None:
    """Control: the lock on the person (`entitlement.lock_person`)."""
    member, year = next(_years)
    unit = f"AH-{member[:3]}"
    fund = fund_of(wire, "100000.00", unit)
    gift = {"programme": "holiday_visit", "facts": GIFT, "on": f"{year}-03-01"}
    first = submitted(wire, member, "1400.00", **gift)
    done(wire("reviewer").act(first, "approve", {"fund_id": fund}))
    paths = [submitted(wire, member, "600.00", **gift) for _ in range(20)]
    assert codes(approvals(wire, paths, fund)) == {"200": 1, "cap_exceeded": 19}
    (row,) = rows(
        wire,
        "SELECT sum(e.amount) AS total FROM entitlement e JOIN application a ON a.id = e.application_id "
        "JOIN membership m ON m.id = a.membership_id "
        "WHERE m.staff_number = :m AND e.year = :y AND e.state <> 'released' AND e.kind = 'festival_gift'",
        m=member,
        y=year,
    )
    assert row.total == 2000
    assert balance(wire, fund) == recomputed(wire, fund)


@pytest.mark.parametrize("trial", range(REPEATS))
def test_a_fund_is_spent_to_the_end_and_no_further(wire: RemoteApi, trial: int) -> None:
    """Control: the conditional update (`fund._move`)."""
    fund = fund_of(wire, "7999.99")
    paths = [medical(wire, member) for member in MEMBERS + MEMBERS]
    assert codes(approvals(wire, paths, fund)) == {"200": 7, "fund_exhausted": 11}
    assert balance(wire, fund) == recomputed(wire, fund)
    assert balance(wire, fund)["available"] == "999.99"


@pytest.mark.parametrize("trial", range(REPEATS))
def test_one_case_is_approved_once(wire: RemoteApi, trial: int) -> None:
    """Control: the case locked and read anew before its version and state are asked."""
    fund = fund_of(wire, "100000.00")
    path = medical(wire, MEMBERS[trial % 9])
    found = codes(approvals(wire, [path] * 20, fund))
    assert found["200"] == 1
    assert set(found) <= {"200", "stale"}
    assert len(done(wire("officer").get(path))["disbursements"]) == 1
    assert balance(wire, fund) == recomputed(wire, fund)


@pytest.mark.parametrize("trial", range(REPEATS))
def test_one_key_has_one_effect(wire: RemoteApi, trial: int) -> None:
    """Control: the lock on the key (`idempotency.Kept.of_request`), where no lock on a thing stands before it."""
    body, key = filing(wire, MEMBERS[trial % 9]), str(uuid4())
    (before,) = rows(wire, "SELECT count(*) AS n FROM application")
    officer = wire("officer")
    answers = at_once([officer.prepared("POST", "/applications", body, key=key) for _ in range(20)])
    assert set(codes(answers)) <= {"201", "key_in_use"}
    replayed = officer.post("/applications", body, key=key)
    assert {answer.body for answer in answers if answer.status_code == 201} == {replayed.body}
    assert rows(wire, "SELECT count(*) AS n FROM application")[0].n == before.n + 1

    path, fund, key = f"/applications/{replayed.get_json()['id']}", fund_of(wire, "100000.00"), str(uuid4())
    done(officer.act(path, "submit"))
    reviewer = wire("reviewer")
    tag = reviewer.get(path).headers["ETag"]
    approve = [
        reviewer.prepared("POST", f"{path}/approve", {"fund_id": fund, "amount": "10.00"}, key=key, if_match=tag)
        for _ in range(20)
    ]
    answers = at_once(approve)
    assert set(codes(answers)) <= {"200", "key_in_use"}
    assert len({(answer.body, answer.headers["ETag"]) for answer in answers if answer.status_code == 200}) == 1
    assert balance(wire, fund)["reserved"] == "10.00"


@pytest.mark.parametrize("trial", range(REPEATS))
def test_two_reviewers_at_once_are_two_and_one_twice_is_one(wire: RemoteApi, trial: int) -> None:
    """Control: the lock on the case, the duty check by person, and `uq_act_one_approval_per_person` behind both."""
    fund = fund_of(wire, "100000.00")
    path = medical(wire, MEMBERS[trial % 9], "6000.00")

    def all_at_once(*who: str) -> list[Answer]:
        tag = wire("officer").get(path).headers["ETag"]
        return at_once(
            [wire(each).prepared("POST", f"{path}/approve", {"fund_id": fund}, if_match=tag) for each in who]
        )

    for _ in range(3):  # later rounds see the newest version, so only the person stands in the way
        codes(all_at_once(*["reviewer", "reviewer-again"] * 10))
        assert done(wire("officer").get(path))["state"] == "under_review"
    items = done(wire("auditor").get(f"{path}/trail"))["items"]
    assert [each["act"] for each in items].count("approve") == 1

    other = medical(wire, MEMBERS[trial % 9], "6000.00")
    path = other
    for _ in range(2):
        codes(all_at_once(*["reviewer", "reviewer2"] * 5))
    assert done(wire("officer").get(path))["state"] == "approved"
    assert balance(wire, fund)["reserved"] == "6000.00"


@pytest.mark.parametrize("trial", range(REPEATS))
def test_a_batch_prepared_twice_is_one_batch(wire: RemoteApi, trial: int) -> None:
    """Control: the payments locked and their state asked after that."""
    fund = fund_of(wire, "100000.00")
    payments = [approved(wire, fund, member, "1000.00", facts=MEDICAL)[1] for member in MEMBERS[:6]]
    finance = wire("finance")
    orders = [payments, payments[::-1], payments[:3], payments[3:], payments[2:4]] * 2
    answers = at_once(
        [finance.prepared("POST", "/payment-batches", {"fund_id": fund, "disbursement_ids": each}) for each in orders]
    )
    assert set(codes(answers)) <= {"201", "state_forbids"}
    made = [answer.get_json() for answer in answers if answer.status_code == 201]
    in_batches = rows(wire, "SELECT id FROM disbursement WHERE batch_id IS NOT NULL AND fund_id = :f", f=fund)
    assert sum(each["payments"] for each in made) == len(in_batches) >= 2
    assert balance(wire, fund) == recomputed(wire, fund)

    batch = f"/payment-batches/{made[0]['id']}"
    tag = finance.get(batch).headers["ETag"]
    answers = at_once([finance.prepared("POST", f"{batch}/approve", {}, if_match=tag) for _ in range(10)])
    assert codes(answers) == {"200": 1, "stale": 9}
    cashier = wire("cashier")
    tag = cashier.get(batch).headers["ETag"]
    race = [cashier.prepared("POST", f"{batch}/release", {}, if_match=tag) for _ in range(5)]
    race += [finance.prepared("POST", f"{batch}/cancel", {}, if_match=tag) for _ in range(5)]
    assert codes(at_once(race)) == {"200": 1, "stale": 9}
    assert balance(wire, fund) == recomputed(wire, fund)


@pytest.mark.parametrize("trial", range(REPEATS))
def test_a_case_goes_back_or_into_a_batch_but_not_both(wire: RemoteApi, trial: int) -> None:
    """Control: whoever moves a payment locks its case first."""
    fund = fund_of(wire, "100000.00")
    cases = [approved(wire, fund, member, "1000.00", facts=MEDICAL) for member in MEMBERS[:5]]
    finance, reviewer = wire("finance"), wire("reviewer")
    requests = []
    for path, paid in cases:
        tag = reviewer.get(path).headers["ETag"]
        body = {"fund_id": fund, "disbursement_ids": [paid]}
        requests.append(reviewer.prepared("POST", f"{path}/return", {"reason": "x"}, if_match=tag))
        requests.append(finance.prepared("POST", "/payment-batches", body))
    answers = at_once(requests)
    assert set(codes(answers)) <= {"200", "201", "stale", "state_forbids"}
    for place, (path, _) in enumerate(cases):
        back, batched = (answer.status_code < 300 for answer in answers[2 * place : 2 * place + 2])
        assert back != batched
        (each,) = done(reviewer.get(path))["disbursements"]
        assert each["state"] == ("cancelled" if back else "batched")
    assert balance(wire, fund) == recomputed(wire, fund)


def test_of_three_acts_on_one_version_one_happens(wire: RemoteApi) -> None:
    """Approved, returned or withdrawn: what was decided is what was seen."""
    fund = fund_of(wire, "100000.00")
    for trial in range(5 * REPEATS):
        path = medical(wire, MEMBERS[trial % 9])
        tag = wire("officer").get(path).headers["ETag"]
        approve = wire("reviewer").prepared("POST", f"{path}/approve", {"fund_id": fund}, if_match=tag)
        back = wire("reviewer2").prepared("POST", f"{path}/return", {"reason": "x"}, if_match=tag)
        taken = wire("officer").prepared("POST", f"{path}/withdraw", {"reason": "x"}, if_match=tag)
        found = codes(at_once([approve, back, taken]))
        assert found == {"200": 1, "stale": 2}
    assert balance(wire, fund) == recomputed(wire, fund)
