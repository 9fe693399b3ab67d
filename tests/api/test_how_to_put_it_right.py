"""A refusal of input says in both languages what would have been taken instead."""

from __future__ import annotations

import pytest

from tests.driver import Api
from tests.story import done, identity

ACCOUNT = {
    "unit_code": "AH-D01",
    "name": "张三",
    "username": "newcomer",
    "password": "a long enough word",
    "id_number": identity(501),
}


def details(api: Api, username: str, method: str, path: str, body: object = None) -> list[tuple[str, str]]:
    """By language the words of each fault in what was sent, the pointers beside them."""
    told = []
    for language in ("zh-CN", "en"):
        answer = api(username, language=language).call(method, path, **({} if body is None else {"json": body}))
        assert answer.status_code == 422, answer.get_json()
        told.append([(fault["pointer"], fault["detail"]) for fault in answer.get_json()["errors"]])
    assert [at for at, _ in told[0]] == [at for at, _ in told[1]]
    assert told[0] != told[1]
    return [(at, f"{said} {dict(told[1])[at]}") for at, said in told[0]]


@pytest.mark.parametrize(
    ("query", "pointer", "told"),
    [
        ("limit=0", "/limit", ("1", "200")),
        ("limit=many", "/limit", ("integer",)),
        ("order=sideways", "/order", ("newest", "oldest")),
        ("from=2026-01-01", "/from", ("RFC 3339",)),
        ("application_id=7", "/application_id", ("UUID",)),
        ("limit=3&limit=4", "/limit", ("string",)),
    ],
)
def test_of_a_query(api: Api, query: str, pointer: str, told: tuple[str, ...]) -> None:
    ((at, said),) = details(api, "auditor", "GET", f"/audit/events?{query}")
    assert at == pointer
    for part in told:
        assert said.count(part) >= 2, said


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": 7}, ("string",)),
        ({"name": ""}, ("1", "100")),
        ({"password": "short7!"}, ("8", "128")),
    ],
)
def test_of_a_field(api: Api, wrong: dict[str, object], told: tuple[str, ...]) -> None:
    ((_, said),) = [
        each
        for each in details(api, "admin", "POST", "/accounts", ACCOUNT | wrong)
        if each[0] in {f"/{name}" for name in wrong}
    ]
    for part in told:
        assert said.count(part) >= 2, said


def test_of_a_table_of_the_union(api: Api) -> None:
    ((_, said),) = details(
        api,
        "admin",
        "POST",
        "/units",
        {"code": "AH-X01", "parent_code": "AH", "name": "试验", "unit_kind": "火星", "union_kind": "primary"},
    )
    assert said.count("university") >= 2, said


def test_of_an_adjustment_by_nothing(api: Api) -> None:
    fund = done(
        api("finance").post(
            "/funds",
            {"unit_code": "AH-D01", "name": "慰问", "year": 2026, "source": "union_funds", "appropriated": "100.00"},
        )
    )
    tag = api("finance").get(f"/funds/{fund['id']}").headers["ETag"]
    refused = api("finance").post(f"/funds/{fund['id']}/adjustments", {"amount": "0.00", "reason": "x"}, if_match=tag)
    ((fault),) = refused.get_json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/amount", "nothing_adjusted")
    assert "0.00" in fault["detail"]
