"""What a case may be filed with: bodies, fields nobody asked for, and amounts outside the grammar."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import text

from tests.driver import Api
from tests.story import LIVING, books, card, done, filed, filing, member_id, new_fund, rows, submitted

GRAMMAR = re.compile(r"(0|[1-9][0-9]{0,11})\.[0-9]{2}", re.ASCII)
# As written in the JSON text itself.
ODD_AMOUNTS = [
    *("2000", "2000.00", "1e3", "1E400", "-1.00", "0.1", "100.005", "1.0000000000000001", "NaN", "Infinity"),
    *("-Infinity", "true", "false", "null", "[]", "{}", '["1.00"]', '{"amount": "1.00"}', "9007199254740993"),
    *('""', '" "', '"1"', '"1."', '".00"', '".5"', '"1.0"', '"1.000"', '"01.00"', '"00.00"', '"+1.00"', '"-1.00"'),
    *('" 1.00"', '"1.00 "', '"1.00\\n"', '"\\n1.00"', '"1.00\\u0000"', '"1,000.00"', '"1 000.00"', '"1_000.00"'),
    *('"1e3"', '"1.00e0"', '"1E2"', '"0x10"', '"NaN"', '"nan"', '"sNaN"', '"Infinity"', '"-0.00"', '"1.00元"'),
    *(
        '"￥1.00"',
        '"¥1.00"',
        '"１.００"',
        '"１００.００"',
        '"1．00"',
        '"1。00"',
        '"١.٠٠"',
        '"१.००"',
        '"²0.00"',
        '"1.0o"',
    ),
    *('"1000000000000.00"', '"9999999999999.99"', '"一百元"', '"1.00\\u200b"', '"\\ufeff1.00"', '"１2.00"', '"1.٠٠"'),
    *('"1.00.00"', '"--1.00"', '"$1.00"', '"1/2"', '"∞"', '"true"', '"null"'),
]
GOOD_AMOUNTS = ["0.00", "0.01", "0.10", "9.99", "10.00", "2000.00", "999999999999.99"]


def post_raw(api: Api, path: str, raw: str, **sent: Any) -> Any:
    return api("officer").call("POST", path, data=raw.encode(), headers={"Content-Type": "application/json"}, **sent)


def raw_filing(api: Api, amount: str) -> str:
    return json.dumps(filing(api, amount="@"), ensure_ascii=False).replace('"@"', amount)


def test_the_odd_amounts_are_odd_enough() -> None:
    assert len(set(ODD_AMOUNTS)) >= 60
    for odd in ODD_AMOUNTS:
        value = json.loads(odd) if odd != "1E400" else None
        assert not (isinstance(value, str) and GRAMMAR.fullmatch(value)), odd


def test_amounts_outside_the_grammar_are_refused_and_nothing_is_written(api: Api) -> None:
    for odd in ODD_AMOUNTS:
        answer = post_raw(api, "/applications", raw_filing(api, odd))
        if odd == "null":  # the one place where no amount may be meant
            assert answer.status_code == 201
            continue
        assert answer.status_code == 422, (odd, answer.get_json())
        (fault,) = answer.get_json()["errors"]
        assert (fault["pointer"], fault["code"]) in {("/amount", "money_malformed"), ("", "json_malformed")}, odd
    assert len(rows(api, "SELECT 1 FROM application")) == 1


def test_odd_amounts_reach_neither_approval_nor_fund(api: Api) -> None:
    path, fund = submitted(api), new_fund(api)
    reviewer, finance = api("reviewer"), api("finance")
    tag = reviewer.get(path).headers["ETag"]
    fund_tag = finance.get(f"/funds/{fund}").headers["ETag"]
    kind = {"Content-Type": "application/json"}
    for odd in ODD_AMOUNTS:
        if odd == "null":
            continue
        body = f'{{"fund_id": "{fund}", "amount": {odd}}}'.encode()
        answer = reviewer.call("POST", f"{path}/approve", data=body, headers=kind, if_match=tag)
        assert answer.status_code == 422, (odd, answer.get_json())
        body = f'{{"reason": "x", "amount": {odd}}}'.encode()
        if odd == '"-1.00"':  # the one field with a sign
            continue
        answer = finance.call("POST", f"/funds/{fund}/adjustments", data=body, headers=kind, if_match=fund_tag)
        assert answer.status_code == 422, (odd, answer.get_json())
    assert done(reviewer.get(path))["state"] == "submitted"


def test_amounts_within_the_grammar_are_kept_to_the_fen(api: Api) -> None:
    for amount in GOOD_AMOUNTS:
        answer = api("officer").post("/applications", filing(api, amount=amount))
        assert (answer.status_code, answer.get_json()["amount"]) == (201, amount)
        assert done(api("officer").get(answer.headers["Location"]))["amount"] == amount
    kept = rows(api, "SELECT sum(amount) AS total FROM application")[0].total
    assert str(kept) == "1000000002020.09"


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"state": "approved"}, "/state", "unknown_field"),
        ({"unit_code": "AH-D02"}, "/unit_code", "unknown_field"),
        ({"person_id": "x"}, "/person_id", "unknown_field"),
        ({"programme": "no_such"}, "/programme", "programme_unknown"),
        ({"programme": 3}, "/programme", "wrong_type"),
        ({"member_id": "7"}, "/member_id", "id_malformed"),
        ({"member_id": "0190a3f0-0000-7000-8000-000000000000"}, "/member_id", "member_unknown"),
        ({"on": "2026-02-30"}, "/on", "date_malformed"),
        ({"on": "01.06.2026"}, "/on", "date_malformed"),
        ({"on": "20260601"}, "/on", "date_malformed"),
        ({"on": "２０２６-06-01"}, "/on", "date_malformed"),
        ({"facts": []}, "/facts", "wrong_type"),
        ({"facts": "x"}, "/facts", "wrong_type"),
        ({"facts": None}, "/facts", "null_forbidden"),
        ({"payee": {"holder": "王", "bank": "行"}}, "/payee/account_number", "required"),
        (
            {"payee": {"holder": "王", "bank": "行", "account_number": "6217990000000001013"}},
            "/payee/account_number",
            "bank_card_checksum",
        ),
        ({"payee": {"holder": "王", "bank": "行", "account_number": card(1), "x": 1}}, "/payee/x", "unknown_field"),
        ({"payee": "6217"}, "/payee", "wrong_type"),
    ],
)
def test_each_fault_is_named_where_it_is(api: Api, change: dict[str, Any], pointer: str, code: str) -> None:
    answer = api("officer").post("/applications", {**filing(api), **change})
    assert answer.status_code == 422, answer.get_json()
    assert [(each["pointer"], each["code"]) for each in answer.get_json()["errors"]] == [(pointer, code)]
    assert all(each["detail"] != each["code"] for each in answer.get_json()["errors"])
    assert rows(api, "SELECT 1 FROM application") == []


def test_all_faults_come_at_once(api: Api) -> None:
    body = {"programme": "hardship", "member_id": "x", "on": "heute", "amount": "1", "more": 1}
    found = api("officer").post("/applications", body).get_json()["errors"]
    assert {each["pointer"] for each in found} == {"/member_id", "/on", "/amount", "/more"}


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("household_size", 0),
        ("household_size", "3"),
        ("household_size", 2.5),
        ("annual_disposable_income", 48000),
        ("annual_disposable_income", "4.8e4"),
        ("owns_business", "no"),
        ("owns_business", 1),
        ("aid_kind", "gambling"),
        ("no_such_fact", 1),
        ("homes_owned", -1),
    ],
)
def test_facts_are_the_programmes_own(api: Api, fact: str, value: object) -> None:
    answer = api("officer").post("/applications", filing(api, facts={**LIVING, fact: value}))
    assert answer.status_code == 422, answer.get_json()
    assert [each["pointer"] for each in answer.get_json()["errors"]] == [f"/facts/{fact}"]


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("[]", 422),
        ("3", 422),
        ('"x"', 422),
        ("null", 422),
        ("{", 422),
        ('{"on": "2026-06-01", "on": "2026-06-02"}', 422),
        ('{"facts": ' + "[" * 40 + "]" * 40 + "}", 422),
        ('{"facts": ' + '{"a":' * 4000 + "1" + "}" * 4000 + "}", 422),
        ("\xff\xfe", 422),
    ],
)
def test_what_is_no_object_is_refused(api: Api, raw: str, status: int) -> None:
    answer = post_raw(api, "/applications", raw)
    assert answer.status_code == status, answer.get_json()
    assert answer.content_type == "application/problem+json"


def test_only_json_is_json(api: Api) -> None:
    body = json.dumps(filing(api)).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml", ""):
        answer = api("officer").call("POST", "/applications", data=body, headers={"Content-Type": kind})
        assert answer.status_code == 415, (kind, answer.get_json())
    broken = b'{"programme": "\xff\xfe"}'
    answer = api("officer").call("POST", "/applications", data=broken, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("reason", [None, "", "   ", "x" * 1001, 7, ["x"], "a\u0000b"])
def test_a_reason_is_a_reason(api: Api, reason: object) -> None:
    path = submitted(api)
    body = {} if reason is None else {"reason": reason}
    for act in ("return", "reject"):
        answer = api("reviewer").act(path, act, body)
        assert answer.status_code == 422, answer.get_json()
        assert [each["pointer"] for each in answer.get_json()["errors"]] == ["/reason"]


def test_the_payee_defaults_to_the_register_and_is_never_shown_whole(api: Api) -> None:
    own = done(api("officer").get(filed(api)))
    assert own["payee"] == {"holder": "王建国", "bank": "徽商银行", "account_number": "****1012"}
    other = {"holder": "王小明", "bank": "中国银行", "account_number": card(7)}
    answer = api("officer").post("/applications", filing(api, payee=other))
    assert answer.get_json()["payee"]["account_number"] == f"****{card(7)[-4:]}"
    assert card(7) not in answer.get_data(as_text=True)
    with_blanks = {**other, "account_number": f"{card(7)[:4]} {card(7)[4:]}"}
    assert api("officer").post("/applications", filing(api, payee=with_blanks)).status_code == 201


def test_neither_facts_nor_account_stand_in_the_tables_in_clear(api: Api) -> None:
    secret = "I21.0-心梗"
    body = filing(api, amount="100.00", programme="holiday_visit")
    body["facts"] = {"kind": "hospital", "event": secret, "form": "bank_transfer"}
    body["payee"] = {"holder": "王小明", "bank": "中国银行", "account_number": card(8)}
    path = f"/applications/{done(api('officer').post('/applications', body))['id']}"
    done(api("officer").act(path, "submit"))
    shown = done(api("reviewer").act(path, "approve", {"fund_id": new_fund(api)}))
    assert shown["facts"]["event"] == secret  # shown to whoever may see it
    tables = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
    accounts = [row.id for row in rows(api, "SELECT id FROM account")]
    words = [secret, secret.encode().hex(), card(8), card(8).encode().hex()]
    for table in {row.name for row in rows(api, tables)}:
        for account_id in accounts:
            with books(api, account_id) as session:
                kept = session.execute(text(f'SELECT t::text AS row FROM "{table}" t')).scalars().all()
            found = [(table, word) for row in kept for word in words if word in row]
            assert not found
            assert kept or table not in {"application", "disbursement", "act"}


def test_a_list_filters_and_pages(api: Api) -> None:
    paths = [filed(api, member) for member in ("D01-001", "D02-001", "D01-002")]
    done(api("officer").act(paths[0], "submit"))
    officer = api("officer")
    first = done(officer.get("/applications?limit=2"))
    rest = done(officer.get(f"/applications?limit=2&after={first['next']}"))
    assert [f"/applications/{each['id']}" for each in first["items"] + rest["items"]] == paths
    assert rest["next"] is None
    for query, wanted in (
        ("state=draft", paths[1:]),
        ("unit_code=AH-D01", [paths[0], paths[2]]),
        (f"member_id={member_id(api, 'D02-001')}", [paths[1]]),
        ("programme=holiday_visit", []),
    ):
        items = done(officer.get(f"/applications?{query}"))["items"]
        assert [f"/applications/{each['id']}" for each in items] == wanted, query
    for query in ("limit=0", "limit=201", "limit=x", "after=%00", "after=zz", "state=none", "q=1", "member_id=1"):
        assert officer.get(f"/applications?{query}").status_code == 422, query
