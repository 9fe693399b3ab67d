"""退出: six months above the line and the cause removed, five steps by three persons, nothing paid meanwhile."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.vocabulary import BankOutcome
from tests.api.test_household_visits import codes
from tests.bank import bank_says
from tests.conftest import At
from tests.driver import Api
from tests.families import file_of, prepared_file
from tests.file_life import cause_removed, income, incomes, opened_file, proposed, second_reviewer, visit
from tests.story import approved, colleague, done, new_fund, released, rows

JULY = date(2022, 7, 4)
ABOVE, BELOW = "2400.03", "2399.97"  # of three persons, against the example line of 800.00


def state(api: Api, path: str) -> str:
    return str(done(api("officer").get(path))["state"])


def out(api: Api, path: str) -> Any:
    return api("officer").act(path, "exits", {"reason": "out_of_hardship"})


# statement 30, G17
def test_income_above_the_line_in_five_months_and_below_in_the_sixth_is_no_exit(api: Api, at: At) -> None:
    then = at(JULY)
    path = opened_file(then, date(2021, 3, 1))
    cause_removed(then, path, date(2022, 1, 1))
    *_, june = incomes(then, path, date(2022, 1, 1), [ABOVE] * 5 + [BELOW])
    refused = out(then, path)
    problem = refused.get_json()
    assert (refused.status_code, problem["code"], problem["params"]["cause_removed"]) == (409, "exit_not_due", "True")
    assert [each["above"] for each in problem["months"]] == [True] * 5 + [False]
    assert problem["months"][5] == {
        "month": "2022-06-01", "per_head": "799.99", "line": "800.00", "gap": "0.01", "above": False
    }  # fmt: skip
    assert state(then, path) == "active"
    # The month was wrong: corrected by a row that names it, it is judged anew; exactly the line is not above it.
    exactly = done(income(then, path, date(2022, 6, 1), "2400.00", replaces_id=june))["id"]
    assert out(then, path).get_json()["months"][5]["gap"] == "0.01"
    done(income(then, path, date(2022, 6, 1), ABOVE, replaces_id=exactly))
    shown = done(out(then, path))
    assert [each["per_head"] for each in shown["months"]] == ["800.01"] * 6
    assert (shown["state"], state(then, path)) == ("proposed", "exiting")


def test_the_cause_must_be_marked_removed(api: Api, at: At) -> None:
    then = at(JULY)
    path = opened_file(then, date(2021, 3, 1))
    incomes(then, path, date(2022, 1, 1), [ABOVE] * 6)
    assert out(then, path).get_json()["params"]["cause_removed"] == "False"
    assert codes(then("officer").act(path, "cause", {"removed_on": "2022-08-01"})) == [("/removed_on", "day_outside")]
    cause_removed(then, path, date(2022, 5, 1))
    done(then("officer").act(path, "cause", {"removed_on": None}))
    assert out(then, path).status_code == 409
    cause_removed(then, path, date(2022, 5, 1))
    assert done(out(then, path))["state"] == "proposed"


@pytest.mark.parametrize(
    ("first", "amounts", "missing"),
    [
        (date(2022, 2, 1), [ABOVE] * 5, "2022-01-01"),  # five only
        (date(2021, 7, 1), [ABOVE] * 6, "2022-01-01"),  # six, but too old
    ],
)
def test_six_months_in_a_row_and_fresh(api: Api, at: At, first: date, amounts: list[str], missing: str) -> None:
    then = at(JULY)
    path = opened_file(then, date(2021, 3, 1))
    cause_removed(then, path, date(2022, 1, 1))
    incomes(then, path, first, amounts)
    months = {each["month"]: each for each in out(then, path).get_json()["months"]}
    assert [months[missing][name] for name in ("per_head", "line", "above")] == [None, "800.00", None]
    assert len(months) == 6


def test_a_month_is_recorded_when_it_is_over_once_and_corrected_by_name(api: Api, at: At) -> None:
    then = at(JULY)
    path = opened_file(then, date(2021, 3, 1))
    assert codes(income(then, path, date(2022, 7, 1), ABOVE)) == [("/month", "month_not_over")]
    assert codes(income(then, path, date(2022, 6, 2), ABOVE)) == [("/month", "month_malformed")]
    june = done(income(then, path, date(2022, 6, 1), BELOW))["id"]
    assert codes(income(then, path, date(2022, 6, 1), ABOVE)) == [("/replaces_id", "month_recorded")]
    may = done(income(then, path, date(2022, 5, 1), BELOW))["id"]
    assert codes(income(then, path, date(2022, 6, 1), ABOVE, replaces_id=may)) == [("/replaces_id", "month_recorded")]
    assert codes(income(then, path, date(2022, 4, 1), ABOVE, replaces_id=may)) == [
        ("/replaces_id", "month_not_recorded")
    ]
    done(income(then, path, date(2022, 6, 1), ABOVE, replaces_id=june))
    shown = done(then("officer").get(f"{path}/incomes"))["items"]
    assert [(each["month"], each["above"], each["replaces_id"]) for each in shown] == [
        ("2022-06-01", False, None), ("2022-05-01", False, None), ("2022-06-01", True, june)
    ]  # fmt: skip
    unknown = done(income(then, path, date(2022, 3, 1), ABOVE, division="110000"))
    assert (unknown["line"], unknown["above"]) == (None, None)


# domain §2.3: proposal → the unit's decision → 5 working days → approval above → written notice; then six months
def test_a_file_leaves_step_by_step_by_three_persons(api: Api, at: At) -> None:
    then = at(JULY)
    second_reviewer(then)
    colleague(then, "unit-reviewer", "reviewer", unit="AH-D01", person=612)
    colleague(then, "unit-reviewer2", "reviewer", unit="AH-D01", person=613)
    path = opened_file(then, date(2021, 3, 1))
    cause_removed(then, path, date(2022, 1, 1))
    incomes(then, path, date(2022, 1, 1), [ABOVE] * 6)
    leaving = f"{path}/exits/{done(out(then, path))['id']}"
    assert then("unit-reviewer").act(leaving, "approve").status_code == 409  # not decided yet
    decided = done(then("unit-reviewer").act(leaving, "decide", {"minutes": "校工会〔2022〕8号"}))
    assert (decided["state"], decided["name"], decided["complete_on"]) == ("on_notice", "王**", "2022-07-12")
    assert (decided["posted_on"], decided["working_days"]) == ("2022-07-04", 5)

    early = at(date(2022, 7, 11))
    waits = early("reviewer").act(leaving, "approve")
    assert (waits.status_code, waits.get_json()["params"]["state"]) == (409, "notice_running")
    objected = done(early("officer").act(leaving, "objections", {"reason": "仍有外债"}))
    (objection,) = objected["objections"]

    ready = at(date(2022, 7, 12))
    held = ready("reviewer").act(leaving, "approve")
    assert held.get_json()["params"]["state"] == "objection_open"
    done(ready("unit-reviewer").act(leaving, f"objections/{objection['id']}/resolve", {"resolution": "已核实"}))
    below = ready("unit-reviewer2").act(leaving, "approve")
    assert (below.status_code, below.get_json()["code"]) == (403, "not_permitted")  # a unit above approves
    assert done(ready("reviewer").act(leaving, "approve", {"note": "同意"}))["state"] == "approved"
    assert codes(ready("officer").act(leaving, "notify", {"notified_on": "2022-07-11"})) == [
        ("/notified_on", "day_outside")
    ]
    shown = done(ready("officer").act(leaving, "notify", {"notified_on": "2022-07-12"}))
    assert [each["act"] for each in shown["steps"]] == ["propose", "decide", "object", "resolve", "approve", "notify"]
    closed = done(ready("officer").get(path))
    assert (closed["state"], closed["exited_on"]) == ("exited", "2022-07-12")

    # Poor again: another file, while the old one is followed up.
    prepared_file(ready)
    assert done(visit(ready, path, date(2022, 7, 12), "follow_up"))["purpose"] == "follow_up"
    assert out(ready, path).status_code == 409


def test_nobody_takes_two_sides_of_an_exit(api: Api, at: At) -> None:
    then = at(JULY)
    colleague(then, "both", "officer", person=621)
    account = next(each for each in done(then("admin").get("/accounts?username=both"))["items"])
    grant = {"role": "reviewer", "unit_code": "AH", "valid_from": "2020-01-01"}
    done(then("admin").post(f"/accounts/{account['id']}/grants", grant))
    second_reviewer(then)
    leaving_file = opened_file(then, date(2021, 3, 1))
    body = {"reason": "death", "evidence": "死亡医学证明"}
    made = done(then("both").act(leaving_file, "exits", body))
    leaving = f"{leaving_file}/exits/{made['id']}"
    for act, sent in (("decide", {"minutes": "1"}), ("refuse", {"reason": "1"})):
        refused = then("both").act(leaving, act, sent)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "duty_conflict"), act
    done(then("reviewer").act(leaving, "decide", {"minutes": "1"}))
    later = at(date(2022, 7, 20))
    for who in ("both", "reviewer"):
        assert later(who).act(leaving, "approve").get_json()["code"] == "duty_conflict", who
    assert done(later("reviewer2").act(leaving, "approve"))["state"] == "approved"


def test_each_step_only_from_its_state(api: Api, at: At) -> None:
    then = at(JULY)
    second_reviewer(then)
    leaving = proposed(then, opened_file(then, date(2021, 3, 1)))
    notified = {"notified_on": "2022-07-20"}
    steps: dict[str, tuple[str, dict[str, Any]]] = {
        "decide": ("reviewer", {"minutes": "1"}),
        "approve": ("reviewer2", {}),
        "refuse": ("reviewer2", {"reason": "1"}),
        "objections": ("officer", {"reason": "1"}),
        "notify": ("officer", notified),
        "withdraw": ("officer", {"reason": "1"}),
    }
    walk = [("proposed", {"approve", "objections", "notify"}), ("on_notice", {"decide", "notify"})]
    walk += [("approved", {"decide", "approve", "refuse", "objections"}), ("done", set(steps))]
    for (where, forbidden), forward in zip(walk, (*("decide", "approve", "notify"), None), strict=True):
        now = at(JULY if where == "proposed" else date(2022, 7, 20))
        for act in sorted(forbidden):
            who, body = steps[act]
            answer = now(who).act(leaving, act, body)
            assert (answer.status_code, answer.get_json()["params"]["state"]) == (409, where), (where, act)
        if forward:
            who, body = steps[forward]
            done(now(who).act(leaving, forward, body))


def test_other_reasons_want_evidence_which_is_sealed(api: Api, at: At) -> None:
    then = at(JULY)
    path = opened_file(then, date(2021, 3, 1))
    bare = then("officer").act(path, "exits", {"reason": "refused_verification"})
    assert codes(bare) == [("/evidence", "required")]
    leaving = proposed(then, path, "refused_verification", evidence="三次入户均拒绝")
    assert done(then("reviewer").get(leaving))["evidence"] == "三次入户均拒绝"
    assert done(then("auditor").get(leaving))["evidence"] is None
    assert rows(then, "SELECT count(*) AS n FROM record_entry WHERE body::text LIKE '%拒绝%'")[0].n == 0
    again = then("officer").act(path, "exits", {"reason": "death", "evidence": "x"})
    assert again.get_json()["params"]["state"] == "exiting"


@pytest.mark.parametrize(("act", "who"), [("refuse", "reviewer"), ("withdraw", "officer")])
def test_an_exit_that_is_refused_or_withdrawn_leaves_the_file_open(api: Api, at: At, act: str, who: str) -> None:
    then = at(JULY)
    path = opened_file(then, date(2021, 3, 1))
    leaving = proposed(then, path)
    shown = done(then(who).act(leaving, act, {"reason": "情况有变"}))
    assert (shown["state"], state(then, path)) == ({"refuse": "refused", "withdraw": "withdrawn"}[act], "active")
    assert then(who).act(leaving, act, {"reason": "x"}).status_code == 409
    proposed(then, path)  # and may be proposed again


def test_no_file_leaves_while_a_payment_is_underway(api: Api) -> None:
    fund = new_fund(api)
    _, payment = approved(api, fund, amount="100.00")
    path = f"/households/{file_of(api)['id']}"
    body = {"reason": "transfer", "evidence": "调动函"}
    waits = api("officer").act(path, "exits", body)
    assert (waits.status_code, waits.get_json()["params"]["state"]) == (409, "payments_underway")
    batch = released(api, fund, [payment])
    assert api("officer").act(path, "exits", body).status_code == 409
    bank_says(api, batch, {1: BankOutcome.PAID})
    assert done(api("officer").act(path, "exits", body))["state"] == "proposed"
