"""Visits, checks of means and what must stand before a file opens."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.clock import today
from tests.driver import Api
from tests.families import number_of, prepared_file, seated
from tests.file_life import FACTS, opened_file, proposed, visit
from tests.story import books, colleague, done, grant, hardship_figures, member_id, new_fund, rows, submitted

FOUND = "母亲患尿毒症，每周透析三次"


def codes(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.get_json()
    return [(each["pointer"], each["code"]) for each in answer.get_json()["errors"]]


def test_a_visit_is_kept_sealed_and_read_by_those_who_file_or_decide(api: Api) -> None:
    path = prepared_file(api)
    tag = api("officer").get(path).headers["ETag"]
    made = visit(api, path, today(), "investigation")
    assert (made.status_code, made.get_json()["found"]) == (201, None)
    assert made.headers["ETag"] == api("officer").get(path).headers["ETag"] != tag
    for reader, found in (("officer", FOUND), ("reviewer", FOUND), ("auditor", None)):
        (line,) = done(api(reader).get(f"{path}/visits"))["items"]
        assert (line["found"], line["visitors"], line["signed_in_person"]) == (found, ["方经办", "刘干事"], True)
    assert rows(api, "SELECT count(*) AS n FROM record_entry WHERE action = 'household.read'")[0].n == 2
    assert rows(api, "SELECT count(*) AS n FROM record_entry WHERE body::text LIKE '%透析%'")[0].n == 0
    assert rows(api, "SELECT count(*) AS n FROM record_entry WHERE body::text LIKE '%刘干事%'")[0].n == 0
    assert api("finance").get(f"{path}/visits").status_code == 403


def test_two_go_not_tomorrow_and_follow_up_belongs_to_a_closed_file(api: Api) -> None:
    path = opened_file(api, today())
    assert codes(visit(api, path, today(), visitors=["方经办"])) == [("/visitors", "visitors_too_few")]
    assert codes(visit(api, path, today(), visitors=["方经办", "方经办"])) == [("/visitors", "visitors_too_few")]
    assert codes(visit(api, path, today() + timedelta(days=1))) == [("/visited_on", "day_outside")]
    refused = visit(api, path, today(), "follow_up")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "state_forbids")
    assert codes(visit(api, path, today(), "tea")) == [("/purpose", "choice_unknown")]
    assert api("officer").post(f"{path}/visits", {}).status_code == 428
    assert api("reviewer").act(path, "visits", {}).status_code == 403


def test_another_unions_officer_finds_nothing(api: Api) -> None:
    path = opened_file(api, today())
    colleague(api, "officer-d02", "officer", unit="AH-D02", person=601)
    for part in ("visits", "checks", "incomes", "reviews", "exits", "paper-tasks", "transfers", "destruction"):
        assert api("officer-d02").get(f"{path}/{part}").status_code == 404, part
    for act in ("visits", "checks", "incomes", "reviews", "exits", "cause", "paper-done", "transfer", "destruction"):
        assert api("officer-d02").post(f"{path}/{act}", {}, if_match='"1"').status_code == 404, act


def test_nobody_acts_on_their_own_file(api: Api) -> None:
    path = opened_file(api, today())
    number = number_of(api, "D01-001")
    account = colleague(api, "self", "officer", person=number)
    grant(api, account, "reviewer")
    day = today().isoformat()
    bodies: dict[str, Any] = {
        "visits": {
            "purpose": "half_yearly", "visited_on": day, "visitors": ["甲", "乙"], "found": "x",
            "signed_in_person": True,
        },
        "checks": {
            "reference": "x", "sent_on": day,
            "authorisations": [{"household_member_id": head_seat(api, path), "signed_on": day}],
        },
        "incomes": {"month": "2022-01-01", "income": "1.00", "persons": 1},
        "cause": {"removed_on": day},
        "reviews": {"reviewed_on": day, "facts": FACTS},
        "exits": {"reason": "death", "evidence": "x"},
        "paper-done": {"done_on": day},
        "transfer": {"member_id": member_id(api, "D01-001"), "reason": "x"},
        "hold": {"reason": "x"},
        "destruction": {"reason": "x"},
    }  # fmt: skip
    for act, body in bodies.items():
        refused = api("self").act(path, act, body)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "own_case"), act
    leaving = proposed(api, path)
    steps = {"decide": {"minutes": "x"}, "refuse": {"reason": "x"}, "withdraw": {"reason": "x"}, "approve": {}}
    for act, body in {**steps, "objections": {"reason": "x"}, "notify": {"notified_on": day}}.items():
        assert api("self").act(leaving, act, body).get_json()["code"] == "own_case", act


def sent(api: Api, path: str, seats: list[str], on: date, signed_on: date | None = None) -> Any:
    signed = [{"household_member_id": seat, "signed_on": (signed_on or on).isoformat()} for seat in seats]
    body = {"reference": "核〔2026〕17号", "sent_on": on.isoformat(), "authorisations": signed}
    return api("officer").act(path, "checks", body)


def head_seat(api: Api, path: str) -> str:
    query = "SELECT id FROM household_member WHERE relation = '01' AND household_id = :id"
    return str(rows(api, query, id=path.rpartition("/")[2])[0].id)


def test_every_grown_up_signs_before_the_means_are_checked(api: Api) -> None:
    path = prepared_file(api)
    head, wife = head_seat(api, path), seated(api, path)
    child = seated(api, path, "20", name="王小宝", id_number=None, birth_date="2015-05-05", consent=today().isoformat())
    assert codes(sent(api, path, [head], today())) == [("/authorisations", "authorisation_missing")]
    assert wife in sent(api, path, [head], today()).get_json()["errors"][0]["detail"]
    tomorrow = today() + timedelta(days=1)
    assert codes(sent(api, path, [head, wife], tomorrow)) == [("/sent_on", "day_outside")]
    assert [code for _, code in codes(sent(api, path, [head, wife], today(), tomorrow))] == ["day_outside"] * 2
    assert codes(sent(api, path, [head, wife, head], today())) == [
        ("/authorisations/2/household_member_id", "seat_unknown")
    ]
    made = done(sent(api, path, [head, wife, child], today()))
    assert (made["result"], len(made["authorisations"])) == (None, 3)
    answer = {"answered_on": today().isoformat(), "result": "inconsistent", "note": "另有存款"}
    done(
        api("officer").post(
            f"{path}/checks/{made['id']}/answer", answer, if_match=api("officer").get(path).headers["ETag"]
        )
    )
    (shown,) = done(api("officer").get(f"{path}/checks"))["items"]
    assert (shown["result"], shown["note"]) == ("inconsistent", "另有存款")
    assert done(api("auditor").get(f"{path}/checks"))["items"][0]["note"] is None
    again = api("officer").post(
        f"{path}/checks/{made['id']}/answer", answer, if_match=api("officer").get(path).headers["ETag"]
    )
    assert (again.status_code, again.get_json()["params"]["state"]) == (409, "answered")


# domain §2.6, steps 3 and 4: off in the demonstration, so that the contract's cases need no file
@pytest.mark.parametrize(
    ("asked", "wanting"),
    [
        ({"visits_before_activation": 1}, "visit"),
        ({"economic_check_required": True}, "economic_check"),
        ({"visits_before_activation": 1, "economic_check_required": True}, "visit, economic_check"),
    ],
)
def test_a_file_opens_only_with_what_the_policy_asks(api: Api, asked: dict[str, Any], wanting: str) -> None:
    hardship_figures(api, **asked)
    fund, path = new_fund(api), prepared_file(api)
    case = submitted(api)
    refused = api("reviewer").act(case, "approve", {"fund_id": fund})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "file_not_ready")
    assert refused.get_json()["params"]["missing"] == wanting
    done(visit(api, path, today(), "investigation", signed_in_person=False))
    done(visit(api, path, today()))  # neither signed nor an investigation
    assert api("reviewer").act(case, "approve", {"fund_id": fund}).status_code == 409
    done(visit(api, path, today(), "investigation"))
    made = done(sent(api, path, [head_seat(api, path)], today()))
    answer = {"answered_on": today().isoformat(), "result": "consistent"}
    tag = api("officer").get(path).headers["ETag"]
    done(api("officer").post(f"{path}/checks/{made['id']}/answer", answer, if_match=tag))
    done(api("reviewer").act(case, "approve", {"fund_id": fund}))
    assert done(api("officer").get(path))["state"] == "active"


def test_a_case_without_a_prepared_file_is_refused_where_the_policy_asks_for_a_visit(api: Api) -> None:
    hardship_figures(api, visits_before_activation=1)
    refused = api("reviewer").act(submitted(api), "approve", {"fund_id": new_fund(api)})
    assert refused.get_json()["params"]["missing"] == "file"


def test_the_shipped_edition_asks_for_a_signed_visit(api: Api) -> None:
    with books(api) as session:
        content = session.execute(text("SELECT content FROM policy WHERE edition = 'hardship-2020'")).scalar_one()
    assert "[[figures.visits_before_activation]]\nfrom = 2020-01-01\nvalue = 1\n" in content
