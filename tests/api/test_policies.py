"""Editions over HTTP: drafted by one, published by another, never changed after, with every fault of a text told."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from benefits import catalogue
from tests.driver import PASSWORD, Api

SHIPPED = catalogue.shipped_editions("holiday_visit")[0]


def edition(name: str, valid_from: str, cap: str = "2500.00") -> str:
    """The shipped rules from another day on, with one more figure of the festival cap."""
    figure = (
        "[[figures.festival_cap]]\nfrom = 2027-01-01\n"
        f'value = {cap}\nsource = "测试"\nclause = "测试"\nconfidence = "L"\nexample = true\n\n[[figures.birthday_cap]]'
    )
    body = SHIPPED.replace('edition = "holiday_visit-2018"', f'edition = "{name}"')
    return body.replace("valid_from = 2018-03-12", f"valid_from = {valid_from}").replace(
        "[[figures.birthday_cap]]", figure, 1
    )


@pytest.fixture
def editor2(api: Api) -> str:
    """A second policy editor, another person."""
    made = api("admin").post(
        "/accounts",
        {
            "username": "policy2",
            "password": PASSWORD,
            "name": "政策二",
            "id_number": "340000198703150027",
            "unit_code": "AH",
        },
    )
    assert made.status_code == 201, made.get_json()
    path = f"/accounts/{made.get_json()['id']}"
    grant = {"role": "policy_editor", "unit_code": "AH", "valid_from": "2020-01-01"}
    etag = api("admin").get(path).headers["ETag"]
    assert api("admin").post(f"{path}/grants", grant, if_match=etag).status_code == 201
    return "policy2"


def cap_on(api: Api, day: str) -> str:
    answer = api("policy").post(
        "/programmes/holiday_visit/assessments",
        {"on": day, "facts": {"kind": "festival_gift", "granted_this_year": "0.00"}},
    )
    cap: str = answer.get_json()["derived"]["cap_year"]
    return cap


def test_an_edition_is_drafted_published_by_another_and_takes_over_on_its_day(api: Api, editor2: str) -> None:
    drafted = api("policy").post(
        "/programmes/holiday_visit/policies", {"content": edition("holiday-2027", "2027-01-01")}
    )
    assert drafted.status_code == 201, drafted.get_json()
    path = f"/policies/{drafted.get_json()['id']}"
    assert cap_on(api, "2027-02-01") == "2200.00"  # a draft decides nothing

    own = api("policy").act(path, "publication")
    assert (own.status_code, own.get_json()["code"]) == (403, "duty_conflict")
    assert api("officer").act(path, "publication", if_match='"1"').status_code == 403

    published = api(editor2).act(path, "publication")
    assert published.status_code == 200, published.get_json()
    assert published.get_json()["state"] == "published"
    assert cap_on(api, "2026-12-31") == "2200.00"
    assert cap_on(api, "2027-01-01") == "2500.00"
    listed = api("policy").get("/programmes/holiday_visit/policies").get_json()["items"]
    assert [(row["edition"], row["valid_to"]) for row in listed] == [
        ("holiday_visit-2018", "2026-12-31"),
        ("holiday-2027", None),
    ]
    assert api(editor2).act(path, "publication").status_code == 409
    changed = api("policy").patch(
        path,
        {"content": edition("holiday-2027", "2027-01-01", "9.00")},
        if_match=api("policy").get(path).headers["ETag"],
    )
    assert (changed.status_code, changed.get_json()["code"]) == (409, "state_forbids")


def test_editions_of_one_day_do_not_stand_side_by_side(api: Api, editor2: str) -> None:
    for name, status in (("holiday-a", 200), ("holiday-b", 422)):
        content = edition(name, "2027-01-01")
        drafted = api("policy").post("/programmes/holiday_visit/policies", {"content": content}).get_json()
        published = api(editor2).act(f"/policies/{drafted['id']}", "publication")
        assert published.status_code == status, published.get_json()
    assert published.get_json()["errors"][0]["code"] == "dates_overlap"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('year = "year(at)"', 'year = "yeer(at)"', "function_unknown"),
        ('amount_max = "limit"', 'amount_max = "limitt"', "name_unknown"),
        ('source = "皖工发〔2025〕18号"', "", "required_missing"),
        ('amount_max = "limit"', "amount_max = \"'text'\"", "type_mismatch"),
        ('year = "year(at)"', 'year = "__import__(\\"os\\")"', "function_unknown"),
    ],
)
def test_a_faulty_text_is_refused_with_the_place_and_nothing_is_kept(api: Api, old: str, new: str, code: str) -> None:
    text_ = edition("holiday-bad", "2027-01-01")
    assert old in text_
    refused = api("policy").post("/programmes/holiday_visit/policies", {"content": text_.replace(old, new, 1)})
    assert refused.status_code == 422, refused.get_json()
    body = refused.get_json()
    assert body["code"] == "policy_invalid"
    assert code in {fault["code"] for fault in body["errors"]}
    assert all(fault["pointer"] for fault in body["errors"])
    assert len(api("policy").get("/programmes/holiday_visit/policies").get_json()["items"]) == 1


def test_only_policy_editors_draft(api: Api) -> None:
    for role in ("officer", "reviewer", "finance", "auditor", "admin"):
        refused = api(role).post("/programmes/holiday_visit/policies", {"content": edition("x", "2027-01-01")})
        assert refused.status_code == 403
    assert api("policy").get(f"/policies/{uuid4()}").status_code == 404


def test_a_published_edition_cannot_be_altered_in_the_database(session: Session) -> None:
    with pytest.raises(DBAPIError, match="never changes"), session.begin_nested():
        session.execute(text("UPDATE policy SET content = content || ' ' WHERE state = 'published'"))


def test_the_shipped_text_lies_where_the_catalogue_says() -> None:
    assert Path(catalogue.SHIPPED / "holiday_visit" / "policy.toml").read_text(encoding="utf-8") == SHIPPED
