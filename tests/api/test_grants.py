"""Grants: given, listed, revoked, counted from the next request on, and never to oneself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.accounts import give, made, tag
from tests.clock import today
from tests.driver import Api
from tests.story import account_path, identity


def test_a_grant_is_given_listed_and_revoked_and_counts_from_the_next_request_on(api: Api) -> None:
    path = account_path(api, "cashier")
    before = tag(api, path)
    answer = give(api, path, "auditor", "AH-D02")

    held = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["ETag"] == tag(api, path) != before
    assert api("admin").get(answer.headers["Location"]).get_json() == held
    assert held["valid_from"] == "2020-01-01"
    assert held["valid_until"] is held["revoked_at"] is None
    assert [grant["unit_code"] for grant in api("cashier").get("/me").get_json()["grants"]] == ["AH", "AH-D02"]
    assert api("cashier").get("/accounts").status_code == 200

    one = f"{path}/grants/{held['id']}"
    assert api("admin").delete(one).status_code == 428
    assert api("admin").delete(one, if_match=before).status_code == 412
    assert api("admin").delete(one, if_match=tag(api, path)).status_code == 204
    assert api("cashier").get("/accounts").status_code == 403
    assert api("admin").delete(one, if_match=tag(api, path)).get_json()["code"] == "state_forbids"
    listed = {item["id"]: item["revoked_at"] for item in api("admin").get(f"{path}/grants").get_json()["items"]}
    assert listed[held["id"]] is not None


def test_a_grant_holds_on_its_days_only(api: Api) -> None:
    path = account_path(api, "cashier")
    day = timedelta(days=1)
    for days in [
        {"valid_from": "2020-01-01", "valid_until": str(today() - 2 * day)},
        {"valid_from": str(today() + 2 * day)},
    ]:
        assert give(api, path, "auditor", "AH", **days).status_code == 201
    assert api("cashier").get("/accounts").status_code == 403
    give(api, path, "auditor", "AH", valid_from=str(today() - 2 * day), valid_until=str(today() + 2 * day))
    assert api("cashier").get("/accounts").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        ({"role": "root"}, "/role", "choice_unknown"),
        ({"valid_from": "2022-02-30"}, "/valid_from", "date_malformed"),
        ({"valid_until": "2019-12-31"}, "/valid_until", "days_out_of_order"),
        ({"unit_code": "AH-D99"}, "/unit_code", "unit_unknown"),
    ],
)
def test_what_cannot_be_a_grant_is_refused_by_field(api: Api, wrong: dict[str, str], pointer: str, code: str) -> None:
    path = account_path(api, "cashier")
    grant = {"role": "auditor", "unit_code": "AH", "valid_from": "2020-01-01", **wrong}
    answer = api("admin").post(f"{path}/grants", grant)
    assert [(fault["pointer"], fault["code"]) for fault in answer.get_json()["errors"]] == [(pointer, code)]


def test_nobody_grants_to_themselves_by_whatever_account(api: Api) -> None:
    second = made(api, "admins-other", "AH", id_number=identity(205, date(1988, 3, 8)))
    for path in (account_path(api, "admin"), second):
        answer = give(api, path, "finance", "AH")
        assert (answer.status_code, answer.get_json()["code"]) == (403, "not_permitted")
        reset = api("admin").patch(path, {"password": "amber kettle seventeen"}, if_match=tag(api, path))
        assert reset.status_code == 403
    assert [grant["role"] for grant in api("admin").get("/me").get_json()["grants"]] == ["admin"]
    assert api("admins-other").get("/me").get_json()["grants"] == []
