"""Who has a place may be approved; what falls free goes to the next who waits, and at the end to the pool."""

from __future__ import annotations

import pytest

from tests.driver import Api
from tests.leave import (
    BEGINS,
    DRAW,
    FACTS,
    HEALTHY,
    NOTICED,
    OPEN,
    At,
    approved,
    candidate,
    drawn,
    honoured,
    line_of,
    opened,
    place_path,
    refused,
)
from tests.story import balance, done, filing, new_fund


def contested(at: At) -> tuple[str, list[str]]:
    """A round with one place for three candidates of a unit, drawn: its path and the cases in their order."""
    api = at(OPEN, 9)
    of = opened(api, {"AH-D02": 1})
    cases = [candidate(api, of, member) for member in ("D02-001", "D02-002", "D02-003")]
    made = drawn(at(DRAW, 9), of)
    return of, sorted(cases, key=lambda case: line_of(made, case)["rank"])


def states(api: Api, of: str) -> list[str]:
    return [each["state"] for each in done(api("officer").get(f"{of}/allocation"))["order"]]


def pool(api: Api, of: str) -> int:
    left: int = done(api("officer").get(f"{of}/allocation"))["pool"]
    return left


# Approval


def test_only_a_case_with_a_place_goes_on_notice_and_is_approved(at: At) -> None:
    """Statement 38: the participants are shown in public, for five working days, and nobody else is."""
    _, (first, second, _) = contested(at)
    reviewer = at(DRAW, 11)("reviewer")
    fund = new_fund(at(DRAW, 11), unit="AH")
    assert refused(reviewer.act(second, "endorse")) == (409, "no_place")
    assert refused(reviewer.act(second, "approve", {"fund_id": fund})) == (409, "no_place")
    assert refused(reviewer.act(first, "approve", {"fund_id": fund})) == (409, "submitted")
    assert done(reviewer.act(first, "endorse"))["state"] == "on_notice"
    (notice,) = done(reviewer.get("/notices?running=true"))["items"]
    assert (notice["name"][1:], notice["working_days"]) in {("**", 5), ("*", 5)}
    assert refused(reviewer.act(first, "approve", {"fund_id": fund})) == (409, "notice_running")
    shown = done(at(NOTICED, 9)("reviewer").act(first, "approve", {"fund_id": fund}))
    assert (shown["state"], shown["disbursements"]) == ("approved", [])


def test_before_the_draw_nobody_has_a_place(at: At) -> None:
    api = at(OPEN, 9)
    case = candidate(api, opened(api), "D01-002")
    assert refused(api("reviewer").act(case, "endorse")) == (409, "no_place")


@pytest.mark.parametrize("in_round", [True, False])
def test_without_quotas_a_leave_is_approved_as_ever(at: At, in_round: bool) -> None:
    api = at(OPEN, 9)
    honoured(api, "D01-002")
    of = opened(api, {}).rpartition("/")[2] if in_round else None
    facts = {**FACTS, **HEALTHY}
    body = filing(api, "D01-002", "2300.00", programme="convalescence", on=BEGINS.isoformat(), facts=facts)
    path = f"/applications/{done(api('officer').post('/applications', {**body, 'round_id': of}))['id']}"
    done(api("officer").act(path, "submit"))
    shown = done(api("reviewer").act(path, "approve", {"fund_id": new_fund(api, unit="AH")}))
    assert shown["state"] == "approved"


# What falls free


def test_a_declined_place_goes_to_the_next_and_at_the_end_to_the_pool(at: At) -> None:
    of, cases = contested(at)
    then = at(DRAW, 10)
    assert states(then, of) == ["held", "waiting", "waiting"]
    for number, case in enumerate(cases):
        shown = done(then("officer").act(place_path(then, case), "decline", {"reason": "家中有事"}))
        assert (shown["state"], shown["reason"]) == ("declined", "家中有事")
        left = ["held", "waiting"][: 2 - number]
        assert states(then, of) == ["declined"] * (number + 1) + left
    assert pool(then, of) == 1
    again = then("officer").act(place_path(then, cases[0]), "decline", {"reason": "再次"})
    assert refused(again) == (409, "declined")


def test_giving_up_the_wait_frees_no_place(at: At) -> None:
    of, cases = contested(at)
    then = at(DRAW, 10)
    done(then("officer").act(place_path(then, cases[1]), "decline", {"reason": "不再等候"}))
    assert (states(then, of), pool(then, of)) == (["held", "declined", "waiting"], 0)


@pytest.mark.parametrize("act", ["reject", "withdraw"])
def test_a_case_that_ends_frees_its_place(at: At, act: str) -> None:
    of, cases = contested(at)
    then = at(DRAW, 10)
    by = "reviewer" if act == "reject" else "officer"
    done(then(by).act(cases[0], act, {"reason": "不再参加"}))
    assert states(then, of) == ["released", "held", "waiting"]


def test_a_return_after_approval_releases_money_and_place_together(at: At) -> None:
    of, cases = contested(at)
    fund = new_fund(at(DRAW, 10), unit="AH")
    approved(at, cases[0], fund)
    then = at(NOTICED, 11)
    assert balance(then, fund)["reserved"] == "2300.00"
    officer_first = then("officer").act(place_path(then, cases[0]), "decline", {"reason": "生病"})
    assert refused(officer_first) == (409, "approved")
    done(then("reviewer").act(cases[0], "return", {"reason": "本人放弃"}))
    assert balance(then, fund)["reserved"] == "0.00"
    assert states(then, of) == ["released", "held", "waiting"]


def test_too_late_for_another_it_lapses(at: At) -> None:
    of, cases = contested(at)
    then = at(BEGINS, 9)
    done(then("officer").act(place_path(then, cases[0]), "decline", {"reason": "误了车"}))
    assert (states(then, of), pool(then, of)) == (["declined", "waiting", "waiting"], 1)


def test_who_may_decline(at: At) -> None:
    _, cases = contested(at)
    then = at(DRAW, 10)
    path = place_path(then, cases[0])
    assert then("officer2").get(path).status_code == 404
    assert then("officer2").act(path, "decline", {"reason": "不是我的"}, if_match='"1"').status_code == 404
    assert then("reviewer").act(path, "decline", {"reason": "不"}).status_code == 403
    assert then("officer").act(path, "decline", {}).status_code == 422
    assert then("officer").act(path, "decline", {"reason": "不"}, if_match=None).status_code == 428
    assert then("officer").act(path, "decline", {"reason": "不"}, if_match='"99"').status_code == 412
    assert then("officer").act(path, "decline", {"reason": "不"}, key=None).status_code == 400


def test_an_officer_of_a_unit_declines_and_the_next_of_the_unit_is_offered_it(at: At) -> None:
    api = at(OPEN, 9)
    of = opened(api)
    made_of = [candidate(api, of, member) for member in ("D01-002", "D01-004")]
    made = drawn(at(DRAW, 9), of)
    first, second = sorted(made_of, key=lambda case: line_of(made, case)["rank"])
    then = at(DRAW, 10)
    tag = then("officer2").get(place_path(then, first)).headers["ETag"]
    done(then("officer2").act(place_path(then, first), "decline", {"reason": "家中有事"}, if_match=tag))
    assert done(then("officer2").get(place_path(then, second)))["state"] == "held"
