"""Idempotency-Key: one effect for one key, the first answer for every retry, and nothing of another's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from tests.driver import Api
from tests.story import (
    account_path,
    approved,
    balance,
    colleague,
    done,
    filed,
    filing,
    grant,
    member_id,
    new_fund,
    rows,
    submitted,
)

PDF = b"%PDF-1.7\n1 0 obj"


def same(first: Any, again: Any) -> None:
    assert again.status_code == first.status_code
    assert again.get_data() == first.get_data()
    for name in ("ETag", "Location", "Content-Type", "Cache-Control"):
        assert again.headers.get(name) == first.headers.get(name), name


def everything(api: Api) -> list[Any]:
    tables = ("application", "act", "assessment", "disbursement", "entitlement", "fund", "payment_batch", "bank_result")
    return [tuple(row) for name in tables for row in rows(api, f"SELECT * FROM {name} ORDER BY id")]


@contextmanager
def later(api: Api, days: float) -> Iterator[None]:
    """The application's clock shifted; sign-ins end in the meantime."""
    settings = api.app.config["SETTINGS"]
    api.app.config["SETTINGS"] = replace(settings, clock_offset_s=int(days * 86400))
    try:
        yield
    finally:
        api.app.config["SETTINGS"] = settings


def test_a_key_is_required_wherever_something_is_made_or_done(api: Api) -> None:
    path, payment = approved(api, new_fund(api))
    routes = [
        ("officer", "/applications"),
        ("officer", f"{path}/submit"),
        ("officer", f"{path}/withdraw"),
        ("officer", f"{path}/appeal"),
        ("officer", f"{path}/documents"),
        ("reviewer", f"{path}/endorse"),
        ("reviewer", f"{path}/approve"),
        ("reviewer", f"{path}/return"),
        ("reviewer", f"{path}/reject"),
        ("finance", "/funds"),
        ("finance", "/payment-batches"),
        ("officer", f"/disbursements/{payment}/account"),
        ("reviewer", f"/disbursements/{payment}/approve"),
        ("finance", f"/disbursements/{payment}/resolve"),
        ("admin", "/accounts"),
    ]
    for who, route in routes:
        answer = api(who).post(route, {}, key=None, if_match='"0"')
        assert (answer.status_code, answer.get_json()["code"]) == (400, "key_missing"), route


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 201, "a\tb", "\x7f"])
def test_a_key_is_visible_ascii(api: Api, key: str) -> None:
    answer = api("officer").post("/applications", filing(api), key=key)
    assert answer.status_code in {400, 422}
    assert rows(api, "SELECT 1 FROM application") == []


def test_a_retry_reads_the_first_answer_and_changes_nothing(api: Api) -> None:
    fund, keys = new_fund(api), [str(uuid4()) for _ in range(5)]
    body = filing(api)
    first = api("officer").post("/applications", body, key=keys[0])
    path = first.headers["Location"]
    tag = first.headers["ETag"]
    handed_in = api("officer").post(f"{path}/submit", key=keys[1], if_match=tag)
    tag_then = handed_in.headers["ETag"]
    decided = api("reviewer").post(f"{path}/approve", {"fund_id": fund}, key=keys[2], if_match=tag_then)
    paid = {"fund_id": fund, "disbursement_ids": [decided.get_json()["disbursements"][0]["id"]]}
    batch = api("finance").post("/payment-batches", paid, key=keys[3])
    place = batch.headers["Location"]
    signed = api("finance").post(f"{place}/approve", key=keys[4], if_match=batch.headers["ETag"])
    done(api("cashier").act(place, "release"))
    before = everything(api)
    money = balance(api, fund)

    same(first, api("officer").post("/applications", body, key=keys[0]))
    same(first, api("officer", language="zh-CN").post("/applications", body, key=keys[0]))
    same(handed_in, api("officer").post(f"{path}/submit", key=keys[1], if_match=tag))
    same(handed_in, api("officer").post(f"{path}/submit", key=keys[1], if_match='"999"'))
    same(handed_in, api("officer").post(f"{path}/submit", key=keys[1]))
    same(decided, api("reviewer").post(f"{path}/approve", {"fund_id": fund}, key=keys[2], if_match=tag_then))
    same(batch, api("finance").post("/payment-batches", paid, key=keys[3]))
    same(signed, api("finance").post(f"{place}/approve", key=keys[4], if_match=batch.headers["ETag"]))

    assert everything(api) == before  # no version either: nobody's If-Match went stale by a retry
    assert balance(api, fund) == money


def test_spelling_of_the_json_is_no_other_request(api: Api) -> None:
    key, fund = str(uuid4()), new_fund(api)
    path = submitted(api)
    tag = api("reviewer").get(path).headers["ETag"]
    kind = {"Content-Type": "application/json"}
    spellings = [
        f'{{"fund_id": "{fund}", "note": "同意"}}',
        f'{{"note":"\\u540c\\u610f",\n "fund_id":"{fund}"}}',
    ]
    answers = [
        api("reviewer").call("POST", f"{path}/approve", key=key, data=raw.encode(), headers=kind, if_match=tag)
        for raw in spellings
    ]
    assert answers[0].status_code == 200
    same(*answers)


def test_the_same_key_for_another_request_is_refused(api: Api) -> None:
    key, body = str(uuid4()), filing(api)
    first = api("officer").post("/applications", body, key=key)
    others: list[dict[str, Any]] = [
        {"amount": "2000.01"},
        {"amount": None},
        {"on": "2026-06-02"},
        {"member_id": member_id(api, "D02-001")},
        {"facts": {**body["facts"], "household_size": 4}},
        {"programme": "holiday_visit"},
        {"payee": None},
        {"nonsense": True},
    ]
    for change in others:
        answer = api("officer").post("/applications", {**body, **change}, key=key)
        assert (answer.status_code, answer.get_json()["code"]) == (422, "key_reused"), change
        assert first.get_json()["id"] not in answer.get_data(as_text=True)
    queried = api("officer").post("/applications?x=1", body, key=key)
    assert (queried.status_code, queried.get_json()["code"]) == (422, "key_reused")
    assert len(rows(api, "SELECT 1 FROM application")) == 1


def test_a_key_is_one_operations(api: Api) -> None:
    """Operation = method and route template: another case under the same template is another request."""
    key = str(uuid4())
    paths = [filed(api), filed(api)]
    assert api("officer").act(paths[0], "submit", key=key).status_code == 200
    answer = api("officer").act(paths[1], "submit", key=key)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "key_reused")
    # another template: a key of its own
    assert api("officer").act(paths[0], "withdraw", {"reason": "x"}, key=key).status_code == 200
    assert done(api("officer").get(paths[1]))["state"] == "draft"


def test_another_accounts_key_is_another_key(api: Api) -> None:
    colleague(api, "officer3", "officer", person=701)
    key, body = str(uuid4()), filing(api)
    answers = [api(who).post("/applications", body, key=key) for who in ("officer", "officer3")]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_json()["id"] != answers[1].get_json()["id"]


def test_only_a_success_binds_a_key(api: Api) -> None:
    key = str(uuid4())
    refused = api("officer").post("/applications", filing(api, amount="1"), key=key)
    assert refused.status_code == 422
    assert api("officer").post("/applications", filing(api, amount="1.00"), key=key).status_code == 201

    key, small = str(uuid4()), new_fund(api, "10.00", name="小额")
    path = submitted(api)
    tag = api("reviewer").get(path).headers["ETag"]
    body = {"fund_id": small}
    assert api("reviewer").post(f"{path}/approve", body, key=key, if_match=tag).status_code == 409
    done(api("finance").act(f"/funds/{small}", "adjustments", {"amount": "9000.00", "reason": "追加"}))
    assert api("reviewer").post(f"{path}/approve", body, key=key, if_match=tag).status_code == 200


def test_order_of_checks(api: Api) -> None:
    """Who, permission, visibility, key, If-Match, act: each asked only when all before it are answered."""
    path = submitted(api, "D02-001")
    submit, absent = f"{path}/submit", "/applications/0190a3f0-0000-7000-8000-000000000000/submit"
    tag = api("officer").get(path).headers["ETag"]
    for wanted, answer in {
        "not_signed_in": api(None).post(submit, {}, key=None),
        "not_permitted": api("reviewer").post(absent, {}, key=None),
        "not_found": api("officer2").post(submit, {"x": 1}, key=None),
        "key_missing": api("officer").post(submit, {"x": 1}, key=None),
        "precondition_required": api("officer").post(submit, {"x": 1}),
        "stale": api("officer").post(submit, {"x": 1}, if_match='"0"'),
        "invalid": api("officer").post(submit, {"x": 1}, if_match=tag),
        "state_forbids": api("officer").post(submit, {}, if_match=tag),
    }.items():
        assert answer.get_json()["code"] == wanted


def test_a_used_key_does_not_open_what_is_closed_now(api: Api) -> None:
    """Permission as of now and visibility come before the key."""
    account = colleague(api, "helper", "officer", person=702, unit="AH-D01")
    key, body = str(uuid4()), filing(api)
    path = api("helper").post("/applications", body, key=key).headers["Location"]
    tag = api("helper").get(path).headers["ETag"]
    key2 = str(uuid4())
    assert api("helper").post(f"{path}/submit", key=key2, if_match=tag).status_code == 200
    grants = done(api("admin").get(f"{account}/grants"))["items"]
    for each in grants:
        version = api("admin").get(account).headers["ETag"]
        assert api("admin").delete(f"{account}/grants/{each['id']}", if_match=version).status_code == 204
    assert api("helper").post("/applications", body, key=key).status_code == 403
    grant(api, account, "officer", "AH-D02")
    assert api("helper").post(f"{path}/submit", key=key2, if_match=tag).status_code == 404


def test_papers_are_compared_by_fields_and_content(api: Api) -> None:
    path, key = filed(api), str(uuid4())
    tag = api("officer").get(path).headers["ETag"]

    def hand_in(content: bytes = PDF, title: str = "诊断证明", name: str = "a.pdf", **more: str) -> Any:
        form = {"title": title, "file": (BytesIO(content), name), **more}
        return api("officer").post(f"{path}/documents", data=form, key=key, if_match=tag)

    first = hand_in()
    assert first.status_code == 201, first.get_json()
    same(first, hand_in())
    same(first, hand_in(name="other name.pdf"))
    for other in ({"content": PDF + b" "}, {"title": "收入证明"}, {"more": "x"}):
        answer = hand_in(**other)  # type: ignore[arg-type]
        assert (answer.status_code, answer.get_json()["code"]) == (422, "key_reused"), other
    assert len(done(api("officer").get(f"{path}/documents"))["items"]) == 1


@pytest.mark.parametrize("days", [25 / 24, 31, 400])
def test_a_key_that_moved_money_never_expires(api: Api, days: float) -> None:
    fund, key = new_fund(api), str(uuid4())
    path = submitted(api)
    tag = api("reviewer").get(path).headers["ETag"]
    first = api("reviewer").post(f"{path}/approve", {"fund_id": fund}, key=key, if_match=tag)
    assert first.status_code == 200
    with later(api, days):
        again = Api(api.app)("reviewer").post(f"{path}/approve", {"fund_id": fund}, key=key, if_match=tag)
    same(first, again)
    assert balance(api, fund)["reserved"] == "2000.00"
    assert len(rows(api, "SELECT 1 FROM disbursement")) == 1


def test_other_keys_live_thirty_days(api: Api) -> None:
    key, body = str(uuid4()), filing(api)
    first = api("officer").post("/applications", body, key=key)
    with later(api, 29.9):
        same(first, Api(api.app)("officer").post("/applications", body, key=key))
    with later(api, 30.1):
        new = Api(api.app)("officer").post("/applications", body, key=key)
        assert (new.status_code, new.get_json()["id"] != first.get_json()["id"]) == (201, True)
        same(new, Api(api.app)("officer").post("/applications", body, key=key))


def test_where_nothing_is_made_a_key_is_ignored(api: Api) -> None:
    key = str(uuid4())
    question = {"on": "2026-06-01", "facts": {}}
    for _ in range(2):
        assert api("officer").post("/programmes/hardship/assessments", question, key=key).status_code == 200
    other = {"on": "2026-06-02", "facts": {}}
    assert api("officer").post("/programmes/hardship/assessments", other, key=key).status_code == 200
    assert api("officer").post("/programmes/hardship/assessments", other, key=None).status_code == 200


def test_keys_misused_at_random_touch_nothing(api: Api) -> None:
    """Other amounts, paths, accounts and routes under used keys: no effect and nothing of the first answer."""
    fund, key = new_fund(api), str(uuid4())
    path = submitted(api)
    tag = api("reviewer").get(path).headers["ETag"]
    first = api("reviewer").post(f"{path}/approve", {"fund_id": fund}, key=key, if_match=tag)
    payment = first.get_json()["disbursements"][0]["id"]
    colleague(api, "reviewer2", "reviewer", person=703)
    acts = [tuple(row) for row in rows(api, "SELECT * FROM act ORDER BY id")]
    other = submitted(api, "D01-002", amount="1.00")
    acts += [tuple(row) for row in rows(api, "SELECT * FROM act ORDER BY id")][len(acts) :]
    for who in ("reviewer", "reviewer2", "officer2"):
        for target in (path, other, "/applications/0190a3f0-0000-7000-8000-000000000000"):
            for body in (
                {"fund_id": fund, "amount": "1.00"},
                {"fund_id": str(uuid4())},
                {"fund_id": fund, "note": "x"},
            ):
                answer = api(who).post(f"{target}/approve", body, key=key, if_match='"0"')
                assert 400 <= answer.status_code < 500, answer.get_json()
                assert payment not in answer.get_data(as_text=True)
    assert [tuple(row) for row in rows(api, "SELECT * FROM act ORDER BY id")] == acts
    assert len(rows(api, "SELECT 1 FROM disbursement")) == 1
    assert account_path(api, "reviewer2")
