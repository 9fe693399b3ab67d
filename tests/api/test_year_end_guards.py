"""Who may close a year, once; what keeps it from being closed; and that a closed one stays so, whoever writes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from tests.clock import today
from tests.conftest import At
from tests.driver import Api
from tests.story import approved, colleague, done, identity, new_fund, released
from tests.year_end import AFTER, OFFICE, YEAR, a_year, close_months, closed, drawn_up, standing, successor

LAST = date(YEAR, 12, 31)


@pytest.fixture
def fund(api: Api) -> str:
    return new_fund(api)


def test_a_closed_year_is_closed_once_by_two_people_and_takes_nothing_more(api: Api, fund: str, at: At) -> None:
    a_year(api, fund)
    colleague(api, "finance-again", "finance", person=identity(204, date(1983, 1, 3)))  # `finance` once more
    later = at(AFTER)
    close_months(later)
    path = drawn_up(later)
    twice = later("finance2").post("/ledger/years", {"unit_code": OFFICE, "year": YEAR})
    assert (twice.status_code, twice.get_json()["code"]) == (409, "already_exists")
    for same in ("finance", "finance-again"):
        refused = later(same).act(path, "post")
        assert (refused.status_code, refused.get_json()["code"]) == (403, "duty_conflict")
    done(later("finance2").act(path, "post"))
    for act in ("post", "drop"):
        again = later("finance2").act(path, act)
        assert (again.status_code, again.get_json()["params"]["state"]) == (409, "posted")
    again = later("finance2").post("/ledger/years", {"unit_code": OFFICE, "year": YEAR})
    assert (again.status_code, again.get_json()["code"]) == (409, "already_exists")
    late = {"fund_id": successor(later, fund), "amount": "5.00", "payer": "省总工会", "bank_serial": "R-2"}
    refused = later("finance").post("/ledger/receipts", {**late, "received_on": f"{YEAR}-02-01"})
    assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "year_closed")
    body = {"unit_code": OFFICE, "name": "补开的资金", "source": "union_funds", "appropriated": "1.00"}
    for year, status in ((YEAR - 1, 409), (YEAR, 409), (YEAR + 1, 201)):  # nothing is opened that nothing would carry
        assert later("finance").post("/funds", {**body, "year": year}).status_code == status


def test_what_is_open_keeps_the_year_from_being_closed_and_is_named(api: Api, fund: str, at: At) -> None:
    a_year(api, fund)
    _, sent = approved(api, fund, "D01-003", "800.00")
    released(api, fund, [sent])
    lines = [
        {"account": "505", "debit": "3.00", "credit": "0.00"},
        {"account": "102", "debit": "0.00", "credit": "3.00"},
    ]
    by_hand = {"unit_code": OFFICE, "on": today().isoformat(), "reference": "发票 1", "memo": "培训费", "lines": lines}
    proposal = done(api("finance").post("/ledger/proposals", by_hand))["id"]
    running = api("finance").post("/ledger/years", {"unit_code": OFFICE, "year": YEAR})
    assert (running.status_code, running.get_json()["params"]["state"]) == (409, "year_running")
    refused = at(AFTER)("finance").post("/ledger/years", {"unit_code": OFFICE, "year": YEAR})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "year_not_ready")
    assert refused.get_json()["open"] == [
        {"what": "month", "which": f"{YEAR}-{today().month:02d}"},
        {"what": "proposal", "which": proposal},
        {"what": "payment", "which": sent},
    ]


def test_what_is_posted_is_what_was_drawn_up(api: Api, fund: str, at: At) -> None:
    a_year(api, fund)
    later = at(AFTER)
    close_months(later)
    path = drawn_up(later)
    approved(later, fund, "D01-003", "700.00")
    refused = later("finance2").act(path, "post")
    assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "figures_changed")
    done(later("finance").act(path, "drop"))
    done(later("finance2").act(drawn_up(later), "post"))


def test_an_earlier_year_is_closed_first_and_the_chart_of_its_day_holds(api: Api, fund: str, at: At) -> None:
    """In 2021 there was one account for 结余 and none for 结转 (财会〔2009〕7号)."""
    colleague(api, "finance2", "finance", person=602)
    a_year_before = {"fund_id": fund, "amount": "80.00", "payer": "省总工会", "bank_serial": "R-0"}
    done(api("finance").post("/ledger/receipts", {**a_year_before, "received_on": "2021-05-05"}))
    later = at(AFTER)
    refused = later("finance").post("/ledger/years", {"unit_code": OFFICE, "year": YEAR})
    assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "earlier_year_open")
    assert refused.get_json()["params"]["year"] == "2021"
    closed(later, 2021)
    assert standing(later, date(2021, 12, 31)) == {"102": Decimal(80), "402": 0, "E-321": Decimal(-80)}


def test_a_fund_of_another_source_does_not_follow(api: Api, fund: str, at: At) -> None:
    a_year(api, fund)
    other = {"unit_code": OFFICE, "name": "帮扶资金", "year": YEAR + 1, "source": "donation", "appropriated": "1.00"}
    done(api("finance").post("/funds", other))
    later = at(AFTER)
    close_months(later)
    refused = later("finance2").act(drawn_up(later), "post")
    assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "successor_of_other_source")


def test_the_closing_is_finance_s_and_of_their_own_union(api: Api, fund: str, at: At) -> None:
    a_year(api, fund)
    colleague(api, "finance-z", "finance", unit="AH-D02", person=633)
    later = at(AFTER)
    close_months(later)
    path = drawn_up(later)
    body = {"unit_code": OFFICE, "year": YEAR}
    assert later("officer").post("/ledger/years", body).status_code == 403
    assert later("cashier").post("/ledger/years", body).status_code == 403
    assert later("finance-z").post("/ledger/years", body).status_code == 422
    assert later("finance-z").get(path).status_code == 404
    assert done(later("finance-z").get("/ledger/years"))["items"] == []
    assert [each["state"] for each in done(later("auditor").get(f"/ledger/years?year={YEAR}"))["items"]] == ["drawn_up"]
    bad = later("finance").post("/ledger/years", {**body, "month": 3})
    assert (bad.status_code, bad.get_json()["errors"][0]["pointer"]) == (422, "/month")


_LATE = """
    INSERT INTO voucher (id, unit_id, year, number, posted_on, chart, kind, reference, total, posted_by, posted_at)
    SELECT gen_random_uuid(), unit_id, year, 99, posted_on, chart, 'closing', 'x', 1, posted_by, posted_at
    FROM voucher WHERE kind = 'closing'"""
_REOPEN = "UPDATE year_closing SET state = 'dropped', posted_by = NULL, posted_person_id = NULL, posted_at = NULL"


@pytest.mark.parametrize("act", [_LATE, _REOPEN, "UPDATE fund_carry SET amount = 0"])
def test_the_database_keeps_a_closed_year_closed(api: Api, fund: str, at: At, connection: Connection, act: str) -> None:
    a_year(api, fund)
    closed(at(AFTER))
    connection.execute(text("SELECT set_config('benefits.scope', '{/AH/}', true)"))
    with pytest.raises(DBAPIError, match=r"closed|permission"), connection.begin_nested():
        connection.execute(text(act))
