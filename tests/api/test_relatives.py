"""Declared relatives: whose they are, who takes them back, and whom they keep away."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from benefits.access.actors import load_actor
from tests.accounts import ABSENT, made, tag
from tests.clock import now
from tests.driver import Api
from tests.families import prepared_file, seat
from tests.story import account_path, done, identity, new_fund, submitted


def test_one_declares_ones_own_relatives_and_an_admin_takes_them_back(api: Api) -> None:
    path = account_path(api, "reviewer")
    before = tag(api, path)
    declared = {"id_number": identity(103, date(1958, 1, 15)), "relation": "父亲"}
    answer = api("reviewer").post(f"{path}/relatives", declared)

    assert answer.status_code == 201
    assert answer.headers["ETag"] == tag(api, path) != before
    assert declared["id_number"] not in answer.get_data(as_text=True)
    (mine,) = api("reviewer").get(f"{path}/relatives").get_json()["items"]
    assert mine == answer.get_json()
    assert mine["relation"] == "父亲"
    assert api("reviewer").post(f"{path}/relatives", declared).get_json()["code"] == "already_exists"

    one = f"{path}/relatives/{mine['id']}"
    assert api("reviewer").delete(one, if_match=tag(api, path)).status_code == 403
    assert api("admin").delete(one).status_code == 428
    assert api("admin").delete(one, if_match=tag(api, path)).status_code == 204
    assert api("reviewer").get(f"{path}/relatives").get_json()["items"] == []


def test_an_admin_declares_for_others_but_takes_nothing_back_for_themselves(api: Api) -> None:
    relative = {"id_number": identity(601), "relation": "配偶"}
    assert api("admin").post(f"{account_path(api, 'officer2')}/relatives", relative).status_code == 201
    path = account_path(api, "admin")
    one = f"{path}/relatives/" + api("admin").post(f"{path}/relatives", relative).get_json()["id"]
    assert api("admin").delete(one, if_match=tag(api, path)).status_code == 403


def test_others_relatives_are_nobodys_business(api: Api) -> None:
    path, absent = account_path(api, "reviewer"), f"/accounts/{ABSENT}"
    relative = {"id_number": identity(601), "relation": "配偶"}
    for caller in (api("officer"), api("officer2")):
        for there in (path, absent):
            answers = [caller.get(f"{there}/relatives"), caller.post(f"{there}/relatives", relative)]
            assert [answer.get_json()["code"] for answer in answers] == ["not_found"] * 2
    one = api("reviewer").post(f"{path}/relatives", relative).get_json()["id"]
    other = account_path(api, "officer2")
    assert api("admin").delete(f"{other}/relatives/{one}", if_match=tag(api, other)).status_code == 404


def test_what_is_declared_on_either_account_of_a_person_keeps_both_away(api: Api, session: Session) -> None:
    first = account_path(api, "reviewer")
    second = made(api, "reviewers-other", "AH", id_number=identity(202, date(1975, 8, 2)))
    api("reviewers-other").post(f"{second}/relatives", {"id_number": identity(601), "relation": "配偶"})
    api("reviewer").post(f"{first}/relatives", {"id_number": identity(602), "relation": "儿子"})

    by_account = [load_actor(session, UUID(path.rpartition("/")[2]), now(), "test") for path in (first, second)]
    assert len(by_account[0].relatives) == 2
    assert by_account[0].person_id == by_account[1].person_id


def test_who_sits_in_one_hardship_file_with_another_keeps_away_from_their_cases_undeclared(api: Api) -> None:
    new_fund(api)
    case = submitted(api, "D01-001")
    file = prepared_file(api, "D01-001")
    done(seat(api, file, id_number=identity(202, date(1975, 8, 2))))  # the reviewer
    refused = api("reviewer").act(case, "reject", {"reason": "无"})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "own_case")
    done(api("officer").act(file, "drop", {"reason": "误录"}))
    done(api("reviewer").act(case, "reject", {"reason": "无"}))
