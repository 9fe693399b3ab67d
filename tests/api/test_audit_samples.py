"""Samples of the auditor: frozen, published, repeated to the row whatever the books do, examined and projected."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.clock import today
from tests.driver import Api
from tests.story import approved, books, colleague, done, new_fund, released, rows

MEMBERS = {"D01-001": "2000.00", "D01-002": "1500.00", "D01-003": "900.00", "D01-004": "100.00"}


@pytest.fixture
def cases(api: Api) -> list[str]:
    """Four approved cases of AH-D01, the first two paid."""
    fund = new_fund(api)
    made = [approved(api, fund, member, amount) for member, amount in MEMBERS.items()]
    batch = released(api, fund, [payment for _, payment in made[:2]])
    bank_says(api, batch, {1: BankOutcome.PAID, 2: BankOutcome.PAID})
    return [path.rpartition("/")[2] for path, _ in made]


def wanted(**other: object) -> dict[str, Any]:
    year = today().year
    days = {"from": f"{year}-01-01", "until": f"{year}-12-31"}
    return {"population": "cases", "unit_code": "AH", **days, "method": "simple", "size": 2, "seed": "x", **other}


def drawn(api: Api, **other: object) -> dict[str, Any]:
    shown: dict[str, Any] = done(api("auditor").post("/audit/samples", wanted(**other)))
    return shown


def lines(api: Api, sample: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = done(api("auditor").get(f"/audit/samples/{sample['id']}/rows"))["items"]
    return found


def test_anybody_works_out_the_sample_from_the_published_file_and_seed(api: Api, cases: list[str]) -> None:
    answer = api("auditor").post("/audit/samples", wanted(seed=None, size=3))
    sample = answer.get_json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/audit/samples/{sample['id']}")
    assert (sample["rows"], sample["total"], sample["seed_given"]) == (4, "4500.00", False)
    file = api("auditor").get(f"/audit/samples/{sample['id']}/population.csv").data
    assert sha256(file).hexdigest() == sample["digest"]
    population = list(csv.DictReader(io.StringIO(file.decode())))
    assert {row["id"] for row in population} == set(cases)
    seed = sha256(sample["seed"].encode()).digest()
    by_hand = sorted(population, key=lambda row: sha256(seed + row["id"].encode()).hexdigest())[:3]
    assert [row["application_id"] for row in lines(api, sample)] == [row["id"] for row in by_hand]
    assert lines(api, sample)[0]["message"] == "rank 1 in the random order; the first 3 of 4 rows are drawn"
    assert done(api("auditor", language="zh-CN").get(f"/audit/samples/{sample['id']}/rows"))["items"]


def test_seed_and_digest_are_in_the_record_from_the_start(api: Api, cases: list[str]) -> None:
    sample = drawn(api, seed="上证指数 3912.45")
    (entry,) = done(api("auditor").get(f"/audit/events?table=audit_sample&row={sample['id']}"))["items"]
    assert entry["data"]["digest"] == sample["digest"]
    assert (entry["data"]["seed"], entry["action"]) == ("上证指数 3912.45", "insert")


def test_books_that_change_do_not_change_a_frozen_sample(api: Api, cases: list[str]) -> None:
    sample = drawn(api, size=4)
    before = lines(api, sample)
    with books(api) as session:
        session.execute(text("UPDATE application SET approved_amount = 1 WHERE id = :i"), {"i": cases[0]})
    assert lines(api, sample) == before
    again = done(api("auditor").get(f"/audit/samples/{sample['id']}/repetition"))
    assert again == {"digest": sample["digest"], "population_same": True, "rows_same": True, "different": []}
    anew = drawn(api, size=4)
    assert anew["digest"] != sample["digest"]
    assert [row["application_id"] for row in lines(api, anew)] == [row["application_id"] for row in before]


def test_a_repetition_names_the_row_that_was_tampered_with(api: Api, cases: list[str]) -> None:
    sample = drawn(api)
    left_out = next(case for case in cases if case not in {row["application_id"] for row in lines(api, sample)})
    with books(api) as session:
        session.execute(
            text(
                "UPDATE audit_sample_row r SET application_id = a.id, person_id = a.person_id FROM application a "
                "WHERE a.id = :a AND r.sample_id = :s AND r.number = 2"
            ),
            {"a": left_out, "s": sample["id"]},
        )
    again = done(api("auditor").get(f"/audit/samples/{sample['id']}/repetition"))
    assert (again["rows_same"], again["different"]) == (False, [2])


def test_the_drawn_sample_itself_cannot_be_changed_by_the_serving_role(api: Api, cases: list[str]) -> None:
    drawn(api)
    with books(api) as session, pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
        session.execute(text("UPDATE audit_sample SET seed = 'y'"))


def test_filters_bound_the_population(api: Api, cases: list[str]) -> None:
    assert drawn(api, amount_from="900.00", amount_until="1500.00")["rows"] == 2
    assert drawn(api, population="payments")["total"] == "3500.00"
    for other in ({"programme": "screening"}, {"unit_code": "AH-D02"}, {"from": "2019-01-01", "until": "2019-12-31"}):
        refused = api("auditor").post("/audit/samples", wanted(**other))
        assert refused.get_json()["errors"][0]["code"] == "population_empty", other


def test_strata_and_monetary_units(api: Api, cases: list[str]) -> None:
    by_amount = drawn(api, method="stratified", strata_by="amount", bands=["1000.00"], size=2)
    assert by_amount["strata"] == [
        {"name": "0.00–1000.00", "rows": 2, "total": "1000.00", "drawn": 1},
        {"name": "1000.00–", "rows": 2, "total": "3500.00", "drawn": 1},
    ]
    assert [row["stratum"] for row in lines(api, by_amount)] == ["0.00–1000.00", "1000.00–"]
    by_unit = drawn(api, method="stratified", strata_by="unit", size=3)
    assert [(each["name"], each["drawn"]) for each in by_unit["strata"]] == [("AH-D01", 3)]
    money = drawn(api, method="monetary_unit", size=3)
    assert (money["interval"], sum(row["hits"] for row in lines(api, money))) == ("1500.00", 3)
    always = [row["amount"] for row in lines(api, money) if row["reason"] == "above_interval"]
    assert sorted(always) == ["1500.00", "2000.00"]


@pytest.mark.parametrize(
    ("other", "pointer", "code"),
    [
        ({"unit_code": "XX"}, "/unit_code", "unit_unknown"),
        ({"programme": "XX"}, "/programme", "programme_unknown"),
        ({"until": "2020-01-01"}, "/until", "days_out_of_order"),
        ({"amount_from": "2.00", "amount_until": "1.00"}, "/amount_until", "amounts_out_of_order"),
        ({"strata_by": "unit"}, "/strata_by", "strata_of_stratified"),
        ({"method": "stratified"}, "/strata_by", "strata_of_stratified"),
        ({"method": "stratified", "strata_by": "amount"}, "/bands", "bands_of_amount"),
        ({"method": "stratified", "strata_by": "amount", "bands": ["2.00", "1.00"]}, "/bands", "bands_of_amount"),
        ({"method": "best"}, "/method", "choice_unknown"),
        ({"size": 0}, "/size", "out_of_range"),
    ],
)
def test_a_plan_that_is_none(api: Api, other: dict[str, Any], pointer: str, code: str) -> None:
    refused = api("auditor").post("/audit/samples", wanted(**other))
    assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (422, code)
    assert refused.get_json()["errors"][0]["pointer"] == pointer


def test_examinations_add_up_to_an_outcome_and_a_projection(api: Api, cases: list[str]) -> None:
    sample = drawn(api, method="monetary_unit", size=3)  # an interval of 1500 yuan
    path = f"/audit/samples/{sample['id']}"
    found = lines(api, sample)
    small = next(row for row in found if row["reason"] == "hit") if len(found) == 3 else None
    assert done(api("auditor").get(path))["outcome"]["projected_error"] is None
    for row in found:
        said = {"result": "ok"}
        if row is small:
            said = {"result": "exception", "error_amount": "90.00", "note": "票据重复"}
        one = f"{path}/rows/{row['number']}"
        assert done(api("auditor").act(one, "examination", said))["result"] == said["result"]
    shown = done(api("auditor").get(path))["outcome"]
    assert (shown["drawn"], shown["examined"]) == (len(found), len(found))
    if small:
        tainted = Decimal("90.00") / Decimal(small["amount"]) * 1500
        assert (shown["exceptions"], shown["error_amount"]) == (1, "90.00")
        assert shown["projected_error"] == f"{tainted:.2f}"
    else:
        assert shown["projected_error"] == "0.00"


def test_a_simple_sample_projects_its_mean_error(api: Api, cases: list[str]) -> None:
    sample = drawn(api)  # 2 of 4 rows
    path = f"/audit/samples/{sample['id']}"
    wrong = {"result": "exception", "error_amount": "60.00", "note": "多发"}
    done(api("auditor").act(f"{path}/rows/1", "examination", wrong))
    assert done(api("auditor").get(path))["outcome"]["projected_error"] is None
    done(api("auditor").act(f"{path}/rows/2", "examination", {"result": "ok"}))
    assert done(api("auditor").get(path))["outcome"]["projected_error"] == "120.00"
    written = str(rows(api, "SELECT string_agg(body::text, ' ') AS all FROM record_entry")[0].all)
    assert "多发" not in written


def test_what_an_examination_cannot_say(api: Api, cases: list[str]) -> None:
    row = f"/audit/samples/{drawn(api)['id']}/rows/1"
    for said, code in (
        ({"result": "ok", "error_amount": "1.00"}, "error_of_exception"),
        ({"result": "exception", "error_amount": "9999.00", "note": "x"}, "error_above_amount"),
        ({"result": "exception"}, "required"),
        ({"result": "exception", "note": "x", "error_amount": "-1.00"}, "money_malformed"),
    ):
        refused = api("auditor").act(row, "examination", said)
        assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (422, code)
    assert api("auditor").post(f"{row}/examination", {"result": "ok"}).status_code == 428
    assert api("auditor").post(f"{row}/examination", {"result": "ok"}, if_match='"9"').status_code == 412
    assert api("auditor").get(f"/audit/samples/{drawn(api)['id']}/rows/9").status_code == 404


def test_nobody_examines_their_own_case(api: Api, cases: list[str]) -> None:
    sample = drawn(api, amount_from="2000.00", size=1)
    (mine,) = rows(api, "SELECT person_id FROM membership WHERE staff_number = 'D01-001'")
    with books(api) as session:
        session.execute(text("UPDATE account SET person_id = :p WHERE username = 'auditor'"), {"p": mine.person_id})
    refused = api("auditor").act(f"/audit/samples/{sample['id']}/rows/1", "examination", {"result": "ok"})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "own_case")


@pytest.mark.parametrize("shape", ["csv", "jsonl", "xlsx"])
def test_a_sample_as_a_file_is_recorded(api: Api, cases: list[str], shape: str) -> None:
    sample = drawn(api)
    answer = api("auditor").get(f"/audit/samples/{sample['id']}/file?format={shape}")
    assert answer.status_code == 200
    assert (b"rank 1" in answer.data) is (shape != "xlsx")
    (entry,) = done(api("auditor").get("/audit/events?action=audit_sample.rows"))["items"]
    assert (entry["kind"], entry["data"]["rows"], entry["row"]) == ("export", 2, sample["id"])


def test_only_the_units_own_auditors_see_a_sample(api: Api, cases: list[str]) -> None:
    sample = drawn(api)
    colleague(api, "auditor-d01", "auditor", unit="AH-D01", person=611)
    colleague(api, "auditor-d02", "auditor", unit="AH-D02", person=612)
    for who in ("auditor-d01", "auditor-d02"):  # the sample is of the whole union, above them
        for path in ("", "/rows", "/rows/1", "/repetition", "/population.csv", "/file?format=csv"):
            assert api(who).get(f"/audit/samples/{sample['id']}{path}").status_code == 404, path
        assert done(api(who).get("/audit/samples"))["items"] == []
    refused = api("auditor-d02").post("/audit/samples", wanted())
    assert refused.get_json()["errors"][0]["code"] == "unit_unknown"
    own = api("auditor-d01").post("/audit/samples", wanted(unit_code="AH-D01"))
    assert own.status_code == 201
    for who in ("officer", "reviewer", "finance", "cashier", "admin"):
        assert api(who).post("/audit/samples", wanted()).status_code == 403
        assert api(who).get(f"/audit/samples/{sample['id']}").status_code == 403
