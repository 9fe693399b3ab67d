"""Idempotency-Key: one effect for one key, the first answer for every retry, and nothing of another's."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import uuid4

from tests.driver import Api
from tests.replayed import same
from tests.story import (
    account_path,
    balance,
    colleague,
    done,
    filed,
    filing,
    member_id,
    new_fund,
    rows,
    submitted,
)

PDF = b"%PDF-1.7\n1 0 obj"


def everything(api: Api) -> list[Any]:
    tables = ("application", "act", "assessment", "disbursement", "entitlement", "fund", "payment_batch", "bank_result")
    return [tuple(row) for name in tables for row in rows(api, f"SELECT * FROM {name} ORDER BY id")]


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
