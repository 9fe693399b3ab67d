"""Giving a duty to another for some days: who may, to whom, how long, who sees it, and when it ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.clock import today
from tests.driver import Api
from tests.lending import faults, lend, lending, refused
from tests.story import account_path, colleague, done, grant, identity, new_fund, rows, submitted

REVIEWER = identity(202, date(1975, 8, 2))


@pytest.fixture
def fund(api: Api) -> str:
    return new_fund(api)


@pytest.fixture(autouse=True)
def deputy(api: Api) -> str:
    """Somebody of the same union who decides nothing of their own."""
    return colleague(api, "deputy", "policy_editor", person=620)


def approve(api: Api, path: str, fund: str, by: str = "deputy", **body: object) -> Any:
    return api(by).act(path, "approve", {"fund_id": fund, **body})


def test_a_delegation_says_who_lends_what_to_whom(api: Api) -> None:
    path = lend(api, "deputy")
    shown = done(api("deputy").get(path))
    assert (shown["from_name"], shown["to_name"], shown["role"]) == ("何审核", "钱同事", "reviewer")
    assert (shown["unit_code"], shown["amount_limit"], shown["state"]) == ("AH", "5000.00", "in_force")
    (held,) = [each for each in done(api("deputy").get("/me"))["grants"] if each["on_behalf_of"]]
    assert (held["on_behalf_of"], held["amount_limit"]) == ("何审核", "5000.00")
    assert "case.decide" in held["permissions"]
    assert "member.disclose" not in held["permissions"]
    for who in ("reviewer", "deputy", "admin", "auditor"):
        assert [each["id"] for each in done(api(who).get("/delegations"))["items"]] == [shown["id"]], who


def test_what_is_lent_is_the_signature_and_what_must_be_read_for_it(api: Api, fund: str) -> None:
    path = submitted(api)
    assert api("deputy").get(path).status_code == 403
    lend(api, "deputy")
    assert api("deputy").get(path).status_code == 200
    assert api("deputy").get("/members").status_code == 403
    done(approve(api, path, fund))


def test_only_ones_own_duty_is_lent(api: Api) -> None:
    refused(api("officer").post("/delegations", lending("deputy")), "not_permitted")
    refused(api("finance").post("/delegations", lending("deputy", role="reviewer")), "not_permitted")
    below = colleague(api, "reviewer-d01", "reviewer", unit="AH-D01", person=621)
    assert below
    assert faults(api("reviewer-d01").post("/delegations", lending("deputy"))) == {"/unit_code": "unit_unknown"}
    assert faults(api("reviewer").post("/delegations", lending("deputy", role="officer"))) == {
        "/role": "choice_unknown"
    }


def test_nothing_is_lent_further(api: Api) -> None:
    lend(api, "deputy")
    colleague(api, "third", "policy_editor", person=622)
    refused(api("deputy").post("/delegations", lending("third")), "not_permitted")
    grant(api, account_path(api, "deputy"), "finance")  # may lend something now, but not what was lent
    refused(api("deputy").post("/delegations", lending("third")), "not_permitted")


def test_nobody_lends_to_themselves_or_a_relative(api: Api) -> None:
    colleague(api, "reviewer-too", "officer", person=REVIEWER)
    assert faults(api("reviewer").post("/delegations", lending("reviewer"))) == {"/to_username": "delegate_is_self"}
    assert faults(api("reviewer").post("/delegations", lending("reviewer-too"))) == {"/to_username": "delegate_is_self"}
    own = account_path(api, "deputy")
    done(api("deputy").post(f"{own}/relatives", {"id_number": REVIEWER, "relation": "配偶"}))
    assert faults(api("reviewer").post("/delegations", lending("deputy"))) == {"/to_username": "delegate_is_relative"}


def test_another_unions_account_is_as_one_that_does_not_exist(api: Api) -> None:
    colleague(api, "reviewer-d01", "reviewer", unit="AH-D01", person=621)
    colleague(api, "clerk-d01", "officer", unit="AH-D01", person=623)
    colleague(api, "clerk-d02", "officer", unit="AH-D02", person=624)
    below = lending("clerk-d02", unit_code="AH-D01")
    assert faults(api("reviewer-d01").post("/delegations", below)) == {"/to_username": "delegate_unknown"}
    nobody = {**below, "to_username": "nobody-at-all"}
    assert faults(api("reviewer-d01").post("/delegations", nobody)) == {"/to_username": "delegate_unknown"}
    path = lend(api, "clerk-d01", by="reviewer-d01", unit_code="AH-D01")
    grant(api, account_path(api, "clerk-d02"), "admin", "AH-D02")
    for other in ("clerk-d02", "officer2"):
        assert api(other).get(path).status_code == 404
        assert done(api(other).get("/delegations"))["items"] == []
        answer = api(other).post(f"{path}/revoke", if_match='"1"')
        assert answer.status_code == 404, answer.get_json()


def test_every_fault_is_told_at_once(api: Api) -> None:
    wrong = lending("deputy", amount_limit="0.00", valid_from="2020-01-01", valid_until="2019-01-01")
    assert faults(api("reviewer").post("/delegations", wrong)) == {
        "/amount_limit": "out_of_range",
        "/valid_from": "day_passed",
        "/valid_until": "days_out_of_order",
    }
    last = today() + timedelta(days=182)
    assert faults(
        api("reviewer").post("/delegations", lending("deputy", valid_until=f"{last + timedelta(days=1)}"))
    ) == {"/valid_until": "delegation_too_long"}
    lend(api, "deputy", valid_until=f"{last}")
    for name in ("valid_from", "valid_until", "amount_limit", "reason"):
        body = {key: value for key, value in lending("deputy").items() if key != name}
        assert f"/{name}" in faults(api("reviewer").post("/delegations", body))


def test_it_holds_on_its_days_only(api: Api, fund: str) -> None:
    path = submitted(api)
    tomorrow = today() + timedelta(days=1)
    coming = lend(api, "deputy", valid_from=f"{tomorrow}", valid_until=f"{tomorrow}")
    assert done(api("reviewer").get(coming))["state"] == "coming"
    refused(api("deputy").post(f"{path}/approve", {"fund_id": fund}, if_match='"1"'), "not_permitted")
    lend(api, "deputy", valid_until=f"{today()}")
    done(approve(api, path, fund))


def test_it_is_over_after_its_last_day(api: Api, at: Any) -> None:
    path = lend(api, "deputy", valid_until=f"{today()}")
    later = at(today() + timedelta(days=1))
    assert done(later("deputy").get(path))["state"] == "over"
    assert [each for each in done(later("deputy").get("/me"))["grants"] if each["on_behalf_of"]] == []
    answer = later("reviewer").act(path, "revoke")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "state_forbids")


def test_a_revoked_one_is_gone_with_the_next_request(api: Api, fund: str) -> None:
    path, case = lend(api, "deputy"), submitted(api)
    assert api("deputy").get(case).status_code == 200
    refused(api("deputy").act(path, "revoke"), "not_permitted")
    assert api("reviewer").post(f"{path}/revoke").status_code == 428
    assert api("reviewer").post(f"{path}/revoke", if_match='"7"').status_code == 412
    assert done(api("reviewer").act(path, "revoke"))["state"] == "revoked"
    refused(api("deputy").post(f"{case}/approve", {"fund_id": fund}, if_match='"1"'), "not_permitted")
    assert api("reviewer").act(path, "revoke").status_code == 409


def test_an_admin_of_the_unit_may_revoke(api: Api) -> None:
    path = lend(api, "deputy")
    assert done(api("admin").act(path, "revoke"))["revoked_at"]


def test_it_ends_with_the_givers_own_grant(api: Api, fund: str) -> None:
    giver = colleague(api, "giver", "reviewer", person=625)
    path, case = lend(api, "deputy", by="giver"), submitted(api)
    (own,) = done(api("admin").get(f"{giver}/grants"))["items"]
    tag = api("admin").get(giver).headers["ETag"]
    assert api("deputy").get(case).status_code == 200
    assert api("admin").delete(f"{giver}/grants/{own['id']}", if_match=tag).status_code == 204
    refused(api("deputy").post(f"{case}/approve", {"fund_id": fund}, if_match='"1"'), "not_permitted")
    assert done(api("deputy").get(path))["state"] == "ended"
    grant(api, giver, "reviewer", "AH-D02")  # the duty elsewhere does not bring it back
    assert done(api("deputy").get(path))["state"] == "ended"
    grant(api, giver, "reviewer")
    assert done(api("deputy").get(path))["state"] == "in_force"


def test_it_ends_with_the_givers_account(api: Api, fund: str) -> None:
    giver = colleague(api, "giver", "reviewer", person=625)
    path, case = lend(api, "deputy", by="giver"), submitted(api)
    done(api("admin").patch(giver, {"enabled": False}, if_match=api("admin").get(giver).headers["ETag"]))
    refused(api("deputy").post(f"{case}/approve", {"fund_id": fund}, if_match='"1"'), "not_permitted")
    assert done(api("deputy").get("/delegations?in_force=false"))["items"][0]["state"] == "ended"
    assert path


def test_it_reaches_no_further_than_its_unit(api: Api, fund: str) -> None:
    colleague(api, "clerk-d02", "policy_editor", unit="AH-D02", person=626)
    here, there = submitted(api, "D01-001"), submitted(api, "D02-001")
    lend(api, "clerk-d02", unit_code="AH-D02")
    assert api("clerk-d02").get(here).status_code == 404
    assert api("clerk-d02").get(there).status_code == 200
    assert approve(api, here, fund, "clerk-d02").status_code in {404, 428}


def test_the_record_tells_who_gave_and_revoked(api: Api) -> None:
    path = lend(api, "deputy")
    done(api("reviewer").act(path, "revoke"))
    kept = rows(api, "SELECT body FROM record_entry WHERE table_name = 'delegation' ORDER BY n")
    assert [entry.body["action"].lower() for entry in kept] == ["insert", "update"]
