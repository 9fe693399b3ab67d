"""Hot days over HTTP: what each asks of the employer, whose word stands, and what a case takes from them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.clock import today
from tests.driver import Api
from tests.relief import YEAR, approved_point, visit
from tests.stock import fault, refused, stocked
from tests.story import done, filed

DAYS = [("34.9", "none", False), ("35.0", "rotate", True), ("36.9", "rotate", True)]
DAYS += [("37.0", "six_hours", True), ("39.9", "six_hours", True), ("40.0", "stop", True)]


def heat(**other: object) -> dict[str, Any]:
    """The body of a day; `other` replaces."""
    return {
        "unit_code": "AH",
        "division_code": "340100",
        "day": f"{YEAR}-07-14",
        "max_temperature": "37.5",
        "source": "合肥市气象台",
        **other,
    }


def entered(api: Api, by: str = "officer", **other: object) -> str:
    """The path of a day that was entered."""
    return f"/heat-days/{done(api(by).post('/heat-days', heat(**other)))['id']}"


def test_each_day_says_work_limit_and_allowance_at_the_thresholds(api: Api) -> None:
    """Statements 32 and 33: 35.0, 37.0 and 40.0 belong to the stricter side; the employer pays, 15 yuan at least."""
    for number, (temperature, _, _) in enumerate(DAYS, start=1):
        entered(api, day=f"{YEAR}-07-{number:02d}", max_temperature=temperature)
    entered(api, day=f"{YEAR}-07-20", division_code="341800")
    entered(api, day=f"{YEAR}-08-01")
    path = f"/heat-days?division=340100&from={YEAR}-07-01&to={YEAR}-07-31"
    items = done(api("auditor").get(path))["items"]
    assert [(each["max_temperature"], each["work_limit"], each["allowance_due"]) for each in items] == DAYS
    assert {(each["allowance_min_day"], each["payer"], each["unit_code"]) for each in items} == {
        ("15.00", "employer", "AH")
    }
    assert {each["edition"] for each in items} == {"summer_relief-2018"}


def test_a_day_of_october_is_due_as_well_and_one_before_the_rules_says_nothing(api: Api) -> None:
    """The list of months June to September is not an Anhui rule (domain §4.1)."""
    october = done(api("officer").get(entered(api, day=f"{YEAR - 1}-10-02", max_temperature="35.5")))
    assert (october["allowance_due"], october["work_limit"]) == (True, "rotate")
    before = done(api("officer").get(entered(api, day="2018-05-31")))
    assert (before["allowance_due"], before["work_limit"], before["payer"], before["edition"]) == (None,) * 4


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"unit_code": "AH-X"}, "/unit_code", "unit_unknown"),
        ({"division_code": "999999"}, "/division_code", "code_unknown"),
        ({"day": str(today() + timedelta(days=1))}, "/day", "in_the_future"),
        ({"max_temperature": 37.5}, "/max_temperature", "degrees_malformed"),
        ({"max_temperature": "37"}, "/max_temperature", "degrees_malformed"),
        ({"max_temperature": "60.1"}, "/max_temperature", "degrees_malformed"),
        ({"source": ""}, "/source", "length_refused"),
    ],
)
def test_a_day_that_cannot_be_is_refused_at_its_place(
    api: Api, body: dict[str, object], pointer: str, code: str
) -> None:
    assert fault(api("officer").post("/heat-days", heat(**body))) == (422, pointer, code)


def test_a_day_is_entered_once_and_corrected_by_who_keeps_it(api: Api) -> None:
    path = entered(api)
    assert refused(api("officer").post("/heat-days", heat())) == (409, "already_exists")
    tag = api("officer").get(path).headers["ETag"]
    corrected = done(api("officer").patch(path, {"max_temperature": "40.0"}, if_match=tag))
    assert (corrected["max_temperature"], corrected["work_limit"]) == ("40.0", "stop")
    assert refused(api("officer").patch(path, {"source": "x"}, if_match=tag)) == (412, "stale")
    assert refused(api("officer2").patch(path, {"source": "x"}, if_match=tag)) == (403, "not_permitted")
    assert refused(api("cashier").get(path)) == (403, "not_permitted")
    assert refused(api("auditor").post("/heat-days", heat())) == (403, "not_permitted")


def test_units_below_see_the_days_of_those_above_and_not_those_beside(api: Api) -> None:
    above, own = entered(api), entered(api, by="officer2", unit_code="AH-D01", max_temperature="36.0")
    beside = entered(api, unit_code="AH-D02")
    assert api("officer2").get(above).status_code == api("officer2").get(own).status_code == 200
    assert refused(api("officer2").get(beside)) == (404, "not_found")
    assert fault(api("officer2").post("/heat-days", heat(unit_code="AH-D02")))[2] == "unit_unknown"


def case_of(api: Api, **facts: object) -> dict[str, Any]:
    """What a case of relief goods for an outdoor guard of D01 derives."""
    given = {"kind": "relief_goods", "granted_this_season": "0.00", **facts}
    path = filed(api, "D01-004", "100.00", programme="summer_relief", on=f"{YEAR}-07-14", facts=given)
    derived: dict[str, Any] = done(api("officer").get(path))["assessment"]["derived"]
    return derived


def test_a_case_takes_the_temperature_of_its_day_from_the_register_the_highest_units_word_stands(api: Api) -> None:
    assert "work_limit" not in case_of(api)
    assert case_of(api, max_temperature="40.0")["work_limit"] == "stop"
    entered(api, max_temperature="37.0")
    entered(api, by="officer2", unit_code="AH-D01", max_temperature="36.0")
    entered(api, unit_code="AH-D02", max_temperature="41.0")
    entered(api, division_code="341800", max_temperature="41.0")
    assert case_of(api)["work_limit"] == "six_hours"
    assert case_of(api, max_temperature="30.0")["work_limit"] == "six_hours"  # the register's word stands in a case


def test_a_visit_takes_its_temperature_from_the_register_too(api: Api) -> None:
    entered(api, max_temperature="38.1")
    path, lot = approved_point(api), stocked(api)
    body = visit((lot, 1), temperature=None, temperature_source=None)
    there = done(api("officer").act(path, "visit", body))
    assert (there["temperature"], there["temperature_source"]) == ("38.1", "合肥市气象台")
