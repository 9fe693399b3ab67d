"""What a visit point may not be: the employer's allowance, beyond the cap or the budget, goods of others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.clock import today
from tests.driver import Api
from tests.relief import (
    YEAR,
    approved_point,
    plan,
    planned,
    signature,
    visit,
)
from tests.stock import bought, fault, on_hand, refused, stocked
from tests.story import balance, done, filed, new_fund


def finding(answer: Any) -> dict[str, Any]:
    assert refused(answer) == (422, "not_eligible")
    (found,) = answer.get_json()["findings"]
    return dict(found)


def test_the_union_does_not_pay_the_heat_allowance(api: Api) -> None:
    """Statement 32, case G32: outdoor, 35.0 °C, a working day of July in Hefei; the union is asked to pay 15 yuan."""
    heat = {"unit_code": "AH", "division_code": "340100", "day": f"{YEAR}-07-13", "source": "合肥市气象台"}
    day = done(api("officer").post("/heat-days", {**heat, "max_temperature": "35.0"}))
    assert (day["allowance_due"], day["allowance_min_day"], day["payer"]) == (True, "15.00", "employer")

    asked = plan(kind="heat_allowance", planned_on=f"{YEAR}-07-13", budget="15.00", planned_heads=1)
    unmet = finding(api("officer").post("/relief-points", asked))
    assert (unmet["code"], unmet["outcome"]) == ("employer_pays", "unmet")
    assert "皖人社秘〔2018〕272号" in unmet["clause"]
    assert done(api("officer").get("/relief-points"))["items"] == []

    case = filed(
        api,
        "D01-004",
        "15.00",
        programme="summer_relief",
        on=f"{YEAR}-07-13",
        facts={"kind": "heat_allowance", "granted_this_season": "0.00"},
    )
    answer = api("officer").act(case, "submit")
    assert refused(answer) == (422, "not_eligible")
    assert [each["code"] for each in answer.get_json()["findings"] if each["outcome"] == "unmet"] == ["employer_pays"]
    derived = done(api("officer").get(case))["assessment"]["derived"]  # the register of hot days told the temperature
    assert (derived["allowance_due"], derived["allowance_min_day"], derived["work_limit"]) == (True, "15.00", "rotate")


def test_goods_beyond_the_cap_per_head_are_refused_with_limit_value_gap_and_clause(api: Api) -> None:
    """The cap (200.00, an example) is met at 200.00 and not at a fen more."""
    lot = stocked(api, 300, unit_price="200.00")
    path = approved_point(api, budget="8000.00", planned_heads=40)
    over = finding(api("officer").act(path, "visit", visit((lot, 39))))
    assert (over["code"], over["value"], over["required"]) == ("cooling_per_head_cap", "205.27", "≤ 200.00")
    assert (over["gap"], over["clause"]) == ("5.27", "送清凉每人每次")
    assert on_hand(api, lot) == 300
    done(api("officer").act(path, "visit", visit((lot, 38))))
    planning = api("officer").post("/relief-points", plan(planned_heads=3, budget="600.01"))
    assert finding(planning)["value"] == "200.01"
    planned(api, planned_heads=3, budget="600.00")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"unit_code": "AH-X"}, "/unit_code", "unit_unknown"),
        ({"visited_unit_code": "AH-X"}, "/visited_unit_code", "unit_unknown"),
        ({"unit_code": "AH-D01", "visited_unit_code": "AH-D02"}, "/visited_unit_code", "unit_unknown"),
        ({"contact_phone": "12345"}, "/contact_phone", "phone_malformed"),
        ({"kind": "cash"}, "/kind", "choice_unknown"),
        ({"budget": "0"}, "/budget", "money_malformed"),
        ({"planned_heads": 0}, "/planned_heads", "out_of_range"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_its_place(
    api: Api, body: dict[str, object], pointer: str, code: str
) -> None:
    assert fault(api("officer").post("/relief-points", plan(**body))) == (422, pointer, code)


def test_a_visit_that_cannot_be_is_refused_at_its_place(api: Api) -> None:
    lot, other_unit = stocked(api, 300), stocked(api, 10, unit_code="AH-D01")
    bought_there = stocked(api, 10, batch_number="V", purchased_by="visited_unit", visited_unit_code="AH-D02")
    of_other_fund = stocked(api, 10, batch_number="F", fund_id=new_fund(api, unit="AH", name="另一资金"))
    path = approved_point(api)

    def enter(*goods: tuple[str, int], **other: object) -> Any:
        return fault(api("officer").act(path, "visit", visit(*goods, **other)))

    assert enter((lot, 1), visited_on=str(today() + timedelta(days=1))) == (422, "/visited_on", "in_the_future")
    assert enter((lot, 1), members=31) == (422, "/heads", "heads_do_not_add_up")
    assert enter((lot, 1), non_staff=39) == (422, "/non_staff", "out_of_range")
    assert enter((lot, 1), temperature="37") == (422, "/temperature", "degrees_malformed")
    assert enter((lot, 1), temperature=None) == (422, "/temperature", "required")
    assert enter((lot, 1), temperature_source=None) == (422, "/temperature_source", "required")
    assert enter((lot, 41)) == (422, "/goods", "above_budget")
    assert enter((f"/goods/{uuid4()}", 1)) == (422, "/goods/0/lot_id", "lot_unknown")
    assert enter((other_unit, 1)) == (422, "/goods/0/lot_id", "lot_unknown")
    assert enter((lot, 1), (lot, 1)) == (422, "/goods/1/lot_id", "lot_listed_twice")
    assert enter((bought_there, 1)) == (422, "/goods/0/lot_id", "lot_of_other_buyer")
    assert enter((of_other_fund, 1)) == (422, "/goods/0/lot_id", "lot_of_other_fund")
    assert enter((lot, 0)) == (422, "/quantity", "out_of_range")
    unaccepted = bought(api, batch_number="U")
    assert refused(api("officer").act(path, "visit", visit((unaccepted, 1)))) == (409, "state_forbids")
    expired = stocked(api, 300, batch_number="E", expires_on=f"{YEAR}-07-13")
    answer = api("officer").act(path, "visit", visit((expired, 1)))
    assert answer.get_json()["params"]["state"] == "expired"
    few = stocked(api, 3, batch_number="W")
    assert refused(api("officer").act(path, "visit", visit((few, 4)))) == (409, "stock_short")
    assert done(api("officer").get(path))["state"] == "approved"


def test_what_the_visited_unit_bought_is_reimbursed_out_of_the_settlement(api: Api) -> None:
    """Domain §4.2: the visited unit buys on behalf, the union reimburses."""
    own, theirs = (
        stocked(api, 300),
        stocked(
            api,
            50,
            name="绿豆汤",
            batch_number=None,
            unit_price="6.00",
            purchased_by="visited_unit",
            visited_unit_code="AH-D01",
        ),
    )
    fund = new_fund(api, unit="AH")
    path = approved_point(api, fund)
    done(api("officer").act(path, "visit", visit((own, 10), (theirs, 38))))
    done(api("reviewer").act(path, "sign", signature((own, 10), (theirs, 38))))
    settled = done(api("finance").act(path, "settle"))
    assert (settled["settled_amount"], settled["to_reimburse"]) == ("1213.00", "228.00")
    assert balance(api, fund)["spent"] == "1213.00"
