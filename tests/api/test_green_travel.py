"""Green travel over HTTP: the unit's dues as the books have them, arrears made up later, one claim over all unions."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.api.test_rounds import swept
from tests.dispatched import Dispatched
from tests.driver import Api
from tests.story import colleague, done, member_id, new_fund, rows, submitted

DAY = "2022-05-20"
TRAVEL: dict[str, Any] = {"programme": "green_travel", "on": DAY, "facts": {}}


def noted(
    api: Api, code: str = "AH-D01", *, by: str = "finance", through: str = "2021-12-31", on: str = "2022-01-10"
) -> Any:
    return api(by).post(f"/units/{code}/dues", {"paid_through": through, "paid_on": on})


def asked(api: Api, on: str = DAY, **facts: Any) -> dict[str, Any]:
    """What would be said of 王建国 of AH-D01."""
    body = {"on": on, "member_id": member_id(api, "D01-001"), "facts": facts}
    answer: dict[str, Any] = done(api("officer").post("/programmes/green_travel/assessments", body))
    return answer


def outcomes(answer: dict[str, Any]) -> dict[str, str]:
    return {each["code"]: each["outcome"] for each in answer["findings"]}


def test_without_a_note_the_units_dues_are_unknown_and_named_as_wanted(api: Api) -> None:
    answer = asked(api)
    assert answer["outcome"] == "undetermined"
    assert outcomes(answer)["unit_dues_paid"] == "unknown"
    refused = api("officer").act(_draft(api), "submit")
    assert (refused.status_code, refused.get_json()["code"]) == (422, "not_eligible")
    assert done(noted(api, through="2021-11-30"))["voided_at"] is None
    assert outcomes(asked(api))["unit_dues_paid"] == "unmet"
    done(noted(api))
    assert asked(api)["outcome"] == "eligible"


def _draft(api: Api) -> str:
    body = {**TRAVEL, "member_id": member_id(api, "D01-001"), "amount": "50.00"}
    return f"/applications/{done(api('officer').post('/applications', body))['id']}"


def test_arrears_made_up_later_pass_from_that_day_on(api: Api) -> None:
    done(noted(api, through="2022-06-30", on="2022-06-15"))
    answer = asked(api)
    (late,) = [each for each in answer["findings"] if each["code"] == "unit_arrears_settled"]
    assert (late["outcome"], late["met_from"], late["value"]) == ("unmet", "2022-06-15", "2022-06-15")
    assert outcomes(answer)["unit_dues_paid"] == "met"
    assert asked(api, "2022-06-15")["outcome"] == "eligible"


def test_a_wrong_note_is_voided_and_stays(api: Api) -> None:
    path = f"/units/AH-D01/dues/{done(noted(api))['id']}"
    assert api("finance").post(f"{path}/void", {"reason": "记错单位"}).status_code == 428
    done(api("finance").act(path, "void", {"reason": "记错单位"}))
    assert asked(api)["outcome"] == "undetermined"
    assert api("finance").act(path, "void", {"reason": "又一次"}).status_code == 409
    (kept,) = done(api("officer2").get("/units/AH-D01/dues"))["items"]
    assert kept["void_reason"] == "记错单位"


def test_dues_are_noted_by_finance_or_an_admin_of_the_unit(api: Api) -> None:
    assert noted(api, by="admin").status_code == 201
    assert noted(api, by="officer").status_code == 403
    ahead = noted(api, on="2099-01-01")
    assert (ahead.status_code, ahead.get_json()["errors"][0]["code"]) == (422, "in_future")
    assert api("finance").post("/units/AH-D01/dues", {"paid_through": "2022", "paid_on": DAY}).status_code == 422
    colleague(api, "finance-d02", "finance", unit="AH-D02", person=602)
    assert noted(api, by="finance-d02").status_code == 404
    assert api("finance-d02").get("/units/AH-D01/dues").status_code == 404
    upper = noted(api, "AH", by="finance-d02")
    assert (upper.status_code, upper.get_json()["code"]) == (403, "not_permitted")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"card_kind": "student"}, "card_allowed"),
        ({"by_proxy": True}, "proxy_papers"),
        ({"joined_on": "2022-05-19"}, "member_at_window_start"),
    ],
)
def test_cards_proxies_and_late_joiners(api: Api, facts: dict[str, Any], code: str) -> None:
    done(noted(api))
    answer = asked(api, **facts)
    assert [each["code"] for each in answer["findings"] if each["outcome"] == "unmet"] == [code]


def test_who_joined_after_the_window_began_waits_for_next_year(api: Api) -> None:
    done(noted(api))
    path = f"/members/{member_id(api, 'D01-001')}"
    etag = api("officer").get(path).headers["ETag"]
    done(api("officer").patch(path, {"joined_on": "2022-06-01"}, if_match=etag))
    late = outcomes(asked(api, "2022-06-10"))
    assert (late["membership_active"], late["member_at_window_start"]) == ("met", "unmet")


def test_one_claim_a_year_over_all_unions(api: Api) -> None:
    her = Dispatched(api)
    for code in ("AH-D01", "AH-D02"):
        done(noted(api, code))
    fund = new_fund(api, unit="AH-D01", name="绿色出行")
    first = submitted(api, amount="50.00", **{**TRAVEL, "member_id": her.here, "facts": {}})
    done(api("reviewer").act(first, "approve", {"fund_id": fund}))
    body = {**TRAVEL, "on": "2022-09-01", "member_id": her.there, "amount": "50.00"}
    again = done(api("officer").post("/applications", body))
    refused = api("officer").act(f"/applications/{again['id']}", "submit")
    unmet = [each["code"] for each in refused.get_json()["findings"] if each["outcome"] == "unmet"]
    assert (refused.status_code, unmet) == (422, ["once_in_period"])


def test_a_sweep_says_of_the_unit_what_a_single_assessment_says(api: Api, session: Session) -> None:
    done(noted(api, "AH-D01"))
    done(noted(api, "AH-D02", through="2022-06-30", on="2022-06-15"))
    dates = {"event_on": DAY, "opens_on": "2022-05-18", "closes_on": "2022-10-31"}
    body = {"unit_code": "AH", "programme": "green_travel", "title": "2022年绿色出行", "facts": {}, **dates}
    opened = done(api("officer").post("/rounds", body))
    result = swept(api, session, opened["id"])
    assert (result["eligible"], result["ineligible"], result["undetermined"]) == (4, 3, 3)
    lines = done(api("officer").get(f"/rounds/{opened['id']}/candidates?limit=200"))["items"]
    for line in lines:
        page = done(api("officer").get(f"/rounds/{opened['id']}/candidates/{line['member_id']}"))
        said = outcomes(page["assessment"])
        for name in ("unmet", "unknown", "not_applicable"):
            assert line[name] == [code for code, outcome in said.items() if outcome == name]
    assert rows(api, "SELECT count(*) AS n FROM candidate")[0].n == 10
