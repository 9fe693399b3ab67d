"""The auditor's filters: of the record, of cases and of payments, by programme, amount, days and units."""

from __future__ import annotations

from tests.driver import Api
from tests.indicators import YEAR, hospital, paid
from tests.story import approved, done, new_fund, submitted


def count(api: Api, path: str) -> int:
    return len(done(api("auditor").get(path))["items"])


def test_the_record_by_programme_and_amount(api: Api) -> None:
    submitted(api)  # 2000 yuan
    submitted(api, "D01-002", "600.00", **{name: value for name, value in hospital().items() if name != "amount"})
    entries = done(api("auditor").get("/audit/events?programme=holiday_visit&table=application&kind=change"))["items"]
    assert {each["data"]["programme"] for each in entries} == {"holiday_visit"}
    both = "/audit/events?table=application&action=insert"
    assert count(api, both) == 2
    for bounds, found in (
        ("amount_from=600.00&amount_until=600.00", 1),
        ("amount_from=600.01&amount_until=2000.00", 1),
        ("amount_from=2000.01", 0),
        ("amount_until=2000.00", 2),
        ("amount_until=599.99", 0),
    ):
        assert count(api, f"{both}&{bounds}") == found, bounds
    refused = api("auditor").get("/audit/events?amount_from=1e3")
    assert refused.get_json()["errors"][0]["code"] == "money_malformed"


def test_cases_by_unit_tree_days_and_amount(api: Api) -> None:
    submitted(api)
    submitted(api, "D02-001", "900.00", on=f"{YEAR}-07-01")
    for query, found in (
        ("below=AH", 2),
        ("below=AH-D02", 1),
        ("below=XX", 0),
        (f"from={YEAR}-06-02", 1),
        (f"until={YEAR}-06-01", 1),
        ("amount_from=900.00&amount_until=1999.99", 1),
        ("programme=screening", 0),
    ):
        assert count(api, f"/applications?{query}") == found, query


def test_payments_by_programme_unit_tree_days_and_amount(api: Api) -> None:
    fund = new_fund(api)
    paid(api, fund, approved(api, fund)[1])
    approved(api, fund, "D01-002", "700.00")
    for query, found in (
        ("programme=hardship", 2),
        ("programme=screening", 0),
        ("below=AH", 2),
        ("below=AH-D02", 0),
        (f"from={YEAR}-01-01&until={YEAR}-12-31", 1),  # only what was settled
        ("amount_until=700.00", 1),
        ("amount_from=700.01", 1),
    ):
        assert count(api, f"/disbursements?{query}") == found, query
