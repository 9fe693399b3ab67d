"""One household, one file, with two processes at once: whoever is entered in two files at one moment sits in one."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from tests.clock import today
from tests.families import SPOUSE, born
from tests.faults.test_races import codes, fund_of
from tests.faults.wire import RemoteApi, at_once
from tests.faults.worlds import REPEATS
from tests.story import MEDICAL, card, done, identity, rows

_numbers = count(300)


def newcomer(wire: RemoteApi) -> tuple[str, str]:
    """The membership's id and the identity number of somebody who has no file yet."""
    sequence = next(_numbers)
    number, account = identity(sequence, born(40)), {"account_number": card(sequence), "bank": "徽商银行"}
    body = {"unit_code": "AH-D01", "name": "新会员", "id_number": number, "employment_type": "contract"}
    body |= {"account": {"holder": "新会员", **account}, "dues_paid_through": f"{today().year}-12-31"}
    return str(done(wire("officer").post("/members", body))["id"]), number


def draft(wire: RemoteApi, member: str) -> str:
    """The path of a new draft file."""
    return f"/households/{done(wire('officer').post('/households', {'member_id': member}))['id']}"


def seating(wire: RemoteApi, path: str, id_number: str) -> Any:
    """The request that enters somebody in a file."""
    officer = wire("officer")
    body = {"relation": "80", "details": {**SPOUSE, "id_number": id_number}}
    return officer.prepared("POST", f"{path}/members", body, if_match=officer.get(path).headers["ETag"])


@pytest.mark.parametrize("trial", range(REPEATS))
def test_nobody_is_seated_in_two_files_at_once(wire: RemoteApi, trial: int) -> None:
    """Control: the index `uq_household_member_one_file`. Statement 23."""
    paths = [draft(wire, newcomer(wire)[0]) for _ in range(10)]
    number = identity(next(_numbers), born(40))
    assert codes(at_once([seating(wire, path, number) for path in paths])) == {"201": 1, "household_filed": 9}


def handed_in(wire: RemoteApi, member: str) -> str:
    """The path of a case of aid without a yearly cap."""
    filing = {"programme": "hardship", "member_id": member, "on": f"{today().year}-06-01", "amount": "100.00"}
    path = f"/applications/{done(wire('officer').post('/applications', {**filing, 'facts': MEDICAL}))['id']}"
    done(wire("officer").act(path, "submit"))
    return path


@pytest.mark.parametrize("trial", range(REPEATS))
def test_a_file_is_not_opened_for_who_is_entered_in_another_at_that_moment(wire: RemoteApi, trial: int) -> None:
    """Control: the same. Approvals open the members' own files while other files' officer enters them there."""
    fund, requests, husbands = fund_of(wire, "100000.00"), [], []
    for _ in range(8):
        husband, number = newcomer(wire)
        case, path = handed_in(wire, husband), draft(wire, newcomer(wire)[0])
        tag = wire("reviewer").get(case).headers["ETag"]
        requests.append(wire("reviewer").prepared("POST", f"{case}/approve", {"fund_id": fund}, if_match=tag))
        requests.append(seating(wire, path, number))
        husbands.append(husband)
    answers = at_once(requests)
    codes(answers)
    for place, husband in enumerate(husbands):
        pair = codes(answers[2 * place : 2 * place + 2])
        assert pair in ({"200": 1, "household_filed": 1}, {"201": 1, "household_filed": 1})
        (held,) = rows(
            wire,
            "SELECT count(*) AS n FROM household_member s JOIN person p ON p.id_hash = s.identity_hash "
            "JOIN membership m ON m.person_id = p.id WHERE m.id = :member AND s.left_on IS NULL",
            member=husband,
        )
        assert held.n == 1


@pytest.mark.parametrize("trial", range(REPEATS))
def test_a_head_has_one_file_however_often_it_is_prepared(wire: RemoteApi, trial: int) -> None:
    """Control: the lock on the person and the question after it; behind them the index."""
    body = {"member_id": newcomer(wire)[0]}
    answers = at_once([wire("officer").prepared("POST", "/households", body) for _ in range(20)])
    assert codes(answers) == {"201": 1, "household_filed": 19}
