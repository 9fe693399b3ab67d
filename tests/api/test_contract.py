"""Small print of the contract's first section, as somebody with only the contract in hand would try it."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest

from tests.driver import Api
from tests.story import account_path, colleague, filed, identity, member_id, new_fund


@pytest.mark.parametrize(("method", "path"), [("PUT", "/members"), ("GET", "/auth/tokens"), ("POST", "/me")])
def test_a_method_not_allowed_names_those_that_are(api: Api, method: str, path: str) -> None:
    answer = api("officer").call(method, path)
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert answer.get_json()["code"] == "method_not_allowed"
    assert answer.headers["Allow"]


@pytest.mark.parametrize(
    "body",
    [b'{"\\ud800":1}', '{"id_number":"1"}'.encode("utf-16"), '{"id_number":"张"}'.encode("gb18030"), b"  "],
    ids=["half a character as a name", "UTF-16", "GB18030", "blanks"],
)
def test_what_is_no_json_in_utf8_is_refused(api: Api, body: bytes) -> None:
    answer = api("officer").post("/members/searches", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert [fault["code"] for fault in answer.get_json()["errors"]] == ["json_malformed"]


@pytest.mark.parametrize("declared", [True, False], ids=["length declared", "chunked"])
@pytest.mark.parametrize("token", ["officer", None])
def test_a_body_too_large_is_refused_and_read_to_its_end(api: Api, declared: bool, token: str | None) -> None:
    body = io.BytesIO(b'{"id_number":"' + b"1" * 3_000_000 + b'"}')
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = api(token).call(
        "POST",
        "/members/searches",
        input_stream=body,
        content_type="application/json",
        environ_overrides={} if declared else chunked,
    )
    assert (answer.status_code, answer.mimetype) == (413 if token else 401, "application/problem+json")
    assert body.read() == b""


@pytest.mark.parametrize(
    "query", ["limit=%2B5", "limit=1_0", "limit=%EF%BC%95", "limit=1&limit=2", "limit=", "limit=201"]
)
def test_limit_is_written_one_way(api: Api, query: str) -> None:
    answer = api("officer").get(f"/members?{query}")
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == ["/limit"]


def test_queries_that_a_route_does_not_know_are_refused(api: Api) -> None:
    officer = api("officer")
    case = filed(api)
    for path in ("/me", "/programmes", "/programmes/hardship", case, f"{case}/trail", f"{case}/documents", "/units/AH"):
        answer = officer.get(f"{path}?nope=1")
        assert answer.status_code == 422, path
        assert [(fault["pointer"], fault["code"]) for fault in answer.get_json()["errors"]] == [
            ("/nope", "unknown_field")
        ]
        assert officer.get(path).status_code == 200


def test_every_list_goes_by_pages(api: Api) -> None:
    officer = api("officer")
    case = filed(api)
    assert officer.act(case, "submit").status_code == 200
    for path in ("/programmes", f"{case}/trail"):
        whole = officer.get(path).get_json()
        assert whole["next"] is None
        walked, place = [], f"{path}?limit=1"
        while place:
            part = officer.get(place).get_json()
            assert len(part["items"]) == 1
            walked += part["items"]
            place = f"{path}?limit=1&after={part['next']}" if part["next"] else ""
        assert walked == whole["items"]
        assert len(walked) > 1


def test_where_a_new_thing_stands_it_can_be_read(api: Api) -> None:
    admin, path = api("admin"), account_path(api, "reviewer")
    made = admin.post(f"{path}/relatives", {"id_number": identity(7), "relation": "spouse"})
    assert made.status_code == 201
    found = admin.get(made.headers["Location"])
    assert (found.get_json(), found.headers["ETag"]) == (made.get_json(), made.headers["ETag"])
    assert api("reviewer").get(made.headers["Location"]).status_code == 200
    assert api("officer").get(made.headers["Location"]).status_code == 404
    assert admin.get(f"{path}/relatives/{uuid4()}").status_code == 404


def test_given_facts_stand_before_the_register_and_are_marked(api: Api) -> None:
    facts = {"kind": "festival_gift", "occasion": "mid_autumn", "form": "goods", "membership_active": False}
    body = {"on": "2026-09-25", "member_id": member_id(api, "D01-001"), "facts": facts}
    answer = api("officer").post("/programmes/holiday_visit/assessments", body, key=None).get_json()
    assert answer["given"] == sorted(facts)
    assert [f["outcome"] for f in answer["findings"] if f["code"] == "membership_active"] == ["unmet"]
    assert [f["outcome"] for f in answer["findings"] if f["code"] == "in_service"] == ["met"]


def test_missing_columns_are_named_in_plain_words(api: Api) -> None:
    form = {"kind": "members", "mode": "check", "file": (io.BytesIO("姓名,性别\n王芳,女\n".encode()), "a.csv")}
    answer = api("officer").post("/imports", data=form)
    assert answer.status_code == 422
    (fault,) = answer.get_json()["errors"]
    assert fault["detail"] == "Columns are missing: 证件号码, 出生日期, 单位代码, 用工形式, 会籍状态."


def test_permission_comes_before_key_and_version(api: Api) -> None:
    fund = new_fund(api, unit="AH")
    colleague(api, "below", "finance", unit="AH-D02", person=41)
    below = api("below")
    assert below.get(f"/funds/{fund}").get_json()["available"] is None
    answer = below.post(f"/funds/{fund}/adjustments", {"amount": "1.00", "reason": "x"}, key=None)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "not_permitted")
