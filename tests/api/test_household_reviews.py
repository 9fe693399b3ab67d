"""年度复核: the rules judge the household anew, another person confirms, and the answer can be replayed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.api.test_household_visits import codes
from tests.conftest import At
from tests.driver import Api
from tests.file_life import FACTS, RELATIVE, RICH, opened_file
from tests.story import colleague, done, rows

NOVEMBER = date(2022, 11, 21)


def review(api: Api, path: str, facts: dict[str, Any], on: date = NOVEMBER, by: str = "officer") -> Any:
    return api(by).act(path, "reviews", {"reviewed_on": on.isoformat(), "facts": facts})


def confirm(api: Api, path: str, review_id: str, by: str = "reviewer") -> Any:
    tag = api(by).get(path).headers["ETag"]
    return api(by).post(f"{path}/reviews/{review_id}/confirm", {}, if_match=tag)


@pytest.mark.parametrize(
    ("facts", "found", "result", "after"),
    [
        (FACTS, "deep", "keep", "deep"),  # G06
        (RELATIVE, "relative", "change_class", "relative"),  # G07
        (RICH, "none", "propose_exit", "deep"),
        ({**FACTS, "homes_owned": 2}, "deep", "propose_exit", "deep"),
    ],
)
def test_the_rules_say_what_follows_and_another_person_confirms(
    api: Api, at: At, facts: dict[str, Any], found: str, result: str, after: str
) -> None:
    then = at(NOVEMBER)
    path = opened_file(then, date(2022, 3, 1))
    made = done(review(then, path, facts))
    assert (made["class_before"], made["class_found"], made["result"]) == ("deep", found, result)
    assert done(then("officer").get(path))["hardship_class"] == "deep"
    done(confirm(then, path, made["id"]))
    assert done(then("officer").get(path))["hardship_class"] == after
    again = confirm(then, path, made["id"])
    assert (again.status_code, again.get_json()["params"]["state"]) == (409, "confirmed")


def test_a_review_is_explained_from_what_was_stored_and_hidden_from_the_record(api: Api, at: At) -> None:
    then = at(NOVEMBER)
    path = opened_file(then, date(2022, 3, 1))
    made = done(review(then, path, FACTS))
    told = done(then("reviewer").get(f"{path}/reviews/{made['id']}"))["assessment"]
    assert (told["derived"]["net_income_month"], told["on"]) == ("555.56", "2022-11-21")
    assert then("auditor").get(f"{path}/reviews/{made['id']}").status_code == 403
    assert done(then("auditor").get(f"{path}/reviews"))["items"][0]["result"] == "keep"
    assert rows(then, "SELECT count(*) AS n FROM record_entry WHERE body::text LIKE '%48000.00%'")[0].n == 0


def test_a_missing_fact_is_named_and_leaves_no_review(api: Api, at: At) -> None:
    then = at(NOVEMBER)
    path = opened_file(then, date(2022, 3, 1))
    facts = {name: value for name, value in FACTS.items() if name != "annual_disposable_income"}
    refused = review(then, path, facts)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "not_eligible")
    wanted = {each["fact"] for finding in refused.get_json()["findings"] for each in finding["evidence"]}
    assert "annual_disposable_income" in wanted
    assert done(then("officer").get(f"{path}/reviews"))["items"] == []
    assert codes(review(then, path, {**FACTS, "home": 1})) == [("/facts/home", "unknown_field")]


def test_who_filed_a_review_does_not_confirm_it_and_only_the_last_counts(api: Api, at: At) -> None:
    then = at(NOVEMBER)
    colleague(then, "both", "officer", person=621)
    (account,) = done(then("admin").get("/accounts?username=both"))["items"]
    grant = {"role": "reviewer", "unit_code": "AH", "valid_from": "2020-01-01"}
    done(then("admin").post(f"/accounts/{account['id']}/grants", grant))
    path = opened_file(then, date(2022, 3, 1))
    first = done(review(then, path, FACTS, by="both"))["id"]
    refused = confirm(then, path, first, by="both")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "duty_conflict")
    second = done(review(then, path, RELATIVE))["id"]
    assert confirm(then, path, first).get_json()["params"]["state"] == "superseded"
    assert done(confirm(then, path, second))["confirmed_on"] == "2022-11-21"
    assert then("officer").post(f"{path}/reviews/{second}/confirm", {}, if_match='"1"').status_code == 403


def test_a_review_is_dated_in_this_year(api: Api, at: At) -> None:
    then = at(NOVEMBER)
    path = opened_file(then, date(2021, 3, 1))
    for day in (date(2021, 12, 31), date(2022, 11, 22)):
        assert codes(review(then, path, FACTS, day)) == [("/reviewed_on", "day_outside")]
