"""Batches: frozen files that are paid exactly as approved, or not at all."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from uuid import uuid4
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from sqlalchemy import text

from models.restoration import Restoration
from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.clock import machine_now
from tests.driver import Api
from tests.story import (
    approved,
    balance,
    books,
    card,
    colleague,
    done,
    new_fund,
    payment,
    prepared,
    recomputed,
    released,
    rows,
)

ACCOUNT = {"holder": "王建国", "account_number": card(41), "bank": "徽商银行"}
PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


@pytest.fixture
def fund(api: Api) -> str:
    colleague(api, "finance2", "finance", person=602)
    return new_fund(api)


@pytest.fixture
def money(api: Api, fund: str) -> Iterator[None]:
    """Whatever happened, the fund agrees with its payments."""
    yield
    assert balance(api, fund) == recomputed(api, fund)


def test_the_file_is_frozen_and_adds_up(api: Api, fund: str, money: None) -> None:
    payments = [approved(api, fund, f"D01-00{n}", f"{n}000.05")[1] for n in (3, 1, 2)]
    batch = prepared(api, fund, payments)
    for before in ("approve", "release"):  # what a bank would pay is nobody's before the release
        for who in ("finance", "cashier"):
            early = api(who).get(f"{batch}/file")
            assert (early.status_code, early.get_json()["code"]) == (409, "state_forbids")
        done(api("finance" if before == "approve" else "cashier").act(batch, before))
    answer = api("cashier").get(f"{batch}/file?format=csv")
    shown = done(api("finance").get(batch))
    assert hashlib.sha256(answer.get_data()).hexdigest() == shown["file_sha256"]
    lines = list(csv.DictReader(answer.get_data().decode("utf-8-sig").splitlines()))
    assert [line["户名"] for line in lines] == ["张桂兰", "王建国", "李秀英"]
    assert [line["序号"] for line in lines] == ["1", "2", "3"]
    assert {line["批次号"] for line in lines} == {shown["number"]}
    assert sum(Decimal(line["金额"]) for line in lines) == Decimal(shown["total"]) == Decimal("6000.15")
    assert shown["payments"] == 3
    for who, status in (("officer", 403), ("reviewer", 403), ("auditor", 200), ("finance", 200)):
        assert api(who).get(f"{batch}/file").status_code == status, who
    assert api("cashier").get(f"{batch}/file?format=xml").status_code == 422
    exports = rows(api, "SELECT 1 FROM record_entry WHERE kind = 'export' AND action = 'bank_file'")
    assert len(exports) == 3


def test_no_file_goes_out_while_the_record_is_an_older_one(api: Api) -> None:
    fund = new_fund(api)
    batch = released(api, fund, [approved(api, fund)[1]])
    with books(api) as session:
        session.add(Restoration(generation=0, size=1, held_in="folder", held_size=2, found_at=machine_now()))
    for who in ("finance", "cashier"):
        refused = api(who).get(f"{batch}/file")
        assert (refused.status_code, refused.get_json()["code"]) == (503, "record_restored"), who
    assert api("auditor").get(f"{batch}/file").status_code == 200


def test_every_form_of_the_file_says_what_was_frozen(api: Api, fund: str, money: None) -> None:
    payments = [approved(api, fund, f"D01-00{n}", f"{n}000.05")[1] for n in (3, 1, 2)]
    batch = released(api, fund, payments)
    shown = done(api("finance").get(batch))
    totals, digests = {}, {}
    for form in ("csv", "xlsx", "pain.001"):
        answer = api("cashier").get(f"{batch}/file?format={form}")
        content = answer.get_data()
        digests[form] = answer.headers["X-File-SHA256"]
        assert digests[form] == hashlib.sha256(content).hexdigest()
        if form == "csv":
            amounts = [line["金额"] for line in csv.DictReader(content.decode("utf-8-sig").splitlines())]
        elif form == "xlsx":
            table = list(openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True))
            amounts = [str(row[5]) for row in table[1:]]
        else:
            root = ET.fromstring(content)
            amounts = [each.text or "" for each in root.iter(f"{PAIN}InstdAmt")]
            assert {each.text for each in root.iter(f"{PAIN}CtrlSum")} == {shown["total"]}
        totals[form] = (len(amounts), f"{sum(Decimal(amount) for amount in amounts):.2f}")
    assert set(totals.values()) == {(shown["payments"], shown["total"])}
    assert digests["csv"] == shown["file_sha256"]
    kept = rows(api, "SELECT body -> 'data' AS data FROM record_entry WHERE action = 'bank_file' ORDER BY n")
    assert [(row.data["format"], row.data["digest"]) for row in kept] == list(digests.items())


def test_what_cannot_go_into_a_batch(api: Api, fund: str, money: None) -> None:
    _, first = approved(api, fund)
    _, second = approved(api, fund, "D01-002")
    other_fund = new_fund(api, name="另一笔")
    _, other = approved(api, other_fund, "D01-003")

    def refused(ids: list[str], of: str = fund) -> list[tuple[str, str]]:
        answer = api("finance").post("/payment-batches", {"fund_id": of, "disbursement_ids": ids})
        assert answer.status_code == 422, answer.get_json()
        return [(each["pointer"], each["code"]) for each in answer.get_json()["errors"]]

    assert refused([first, first]) == [("/disbursement_ids", "listed_twice")]
    assert refused([first, str(uuid4()), other]) == [
        ("/disbursement_ids/1", "disbursement_unknown"),
        ("/disbursement_ids/2", "other_fund"),
    ]
    assert refused([first], str(uuid4())) == [("/fund_id", "fund_unknown")]
    assert refused([])[0][0] == "/disbursement_ids"
    assert refused(["x"])[0][0].startswith("/disbursement_ids")
    prepared(api, fund, [first])
    answer = api("finance").post("/payment-batches", {"fund_id": fund, "disbursement_ids": [second, first]})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "state_forbids")
    assert payment(api, second)["state"] == "reserved"


@pytest.mark.parametrize("state", ["prepared", "approved", "released", "settled", "cancelled"])
def test_each_act_on_a_batch_in_each_state(api: Api, fund: str, money: None, state: str) -> None:
    _, paid = approved(api, fund)
    batch = prepared(api, fund, [paid])
    if state == "cancelled":
        done(api("finance").act(batch, "cancel"))
    if state in {"approved", "released", "settled"}:
        done(api("finance").act(batch, "approve"))
    if state in {"released", "settled"}:
        done(api("cashier").act(batch, "release"))
    if state == "settled":
        bank_says(api, batch, {1: BankOutcome.PAID})
    assert done(api("finance").get(batch))["state"] == state
    allowed = {"prepared": {"approve", "cancel"}, "approved": {"release", "cancel"}}.get(state, set())
    before = payment(api, paid)
    for who, act in (("finance2", "approve"), ("cashier", "release"), ("finance2", "cancel")):
        if act not in allowed:
            answer = api(who).act(batch, act)
            assert (answer.status_code, answer.get_json()["code"]) == (409, "state_forbids"), act
            assert payment(api, paid) == before


@pytest.mark.parametrize("when", ["before batching", "prepared", "approved"])
@pytest.mark.parametrize("what", ["payee", "amount", "case"])
def test_what_was_altered_behind_our_back_is_not_paid(api: Api, fund: str, when: str, what: str) -> None:
    """Somebody with the database's password points a payment elsewhere after it was approved."""
    _, victim = approved(api, fund, "D01-001")
    _, accomplice = approved(api, fund, "D01-002")
    steps = {
        "payee": "UPDATE disbursement v SET payee_hash = a.payee_hash, payee_cipher = a.payee_cipher "
        "FROM disbursement a WHERE v.id = :v AND a.id = :a",
        "amount": "UPDATE disbursement SET amount = amount + 1000 WHERE id = :v AND :a <> ''",
        "case": "UPDATE application SET payee_hash = '\\x00' WHERE id = "
        "(SELECT application_id FROM disbursement WHERE id = :v) AND :a <> ''",
    }

    def alter() -> None:
        with books(api) as session:
            query = steps[what].replace(":a <> ''", "true")
            values = {"v": victim, "a": accomplice} if ":a" in query else {"v": victim}
            assert session.execute(text(query), values).rowcount == 1  # type: ignore[attr-defined]

    if when == "before batching":
        alter()
        made = api("finance").post("/payment-batches", {"fund_id": fund, "disbursement_ids": [victim]})
        if what == "payee":  # the other row's ciphertext does not open under this row's name
            assert (made.status_code, made.get_json()["params"]["state"]) == (409, "payee_altered")
            return
        batch = made.headers["Location"]
    else:
        batch = prepared(api, fund, [victim])
    if when == "prepared":
        alter()
    approval = api("finance").act(batch, "approve")
    if when == "approved":
        done(approval)
        alter()
        approval = api("cashier").act(batch, "release")
    assert (approval.status_code, approval.get_json()["code"]) == (409, "state_forbids")
    assert payment(api, victim)["state"] == "batched"


def test_lists_of_payments_and_batches_filter(api: Api, fund: str) -> None:
    path, first = approved(api, fund)
    _, second = approved(api, fund, "D01-002")
    batch = prepared(api, fund, [second])
    finance = api("finance")

    def ids(query: str) -> list[str]:
        return [each["id"] for each in done(finance.get(query))["items"]]

    assert ids(f"/disbursements?application_id={path.rpartition('/')[2]}") == [first]
    assert ids(f"/disbursements?batch_id={batch.rpartition('/')[2]}") == [second]
    assert ids("/disbursements?state=reserved") == [first]
    assert ids(f"/disbursements?fund_id={fund}&limit=1") == [first]
    assert ids("/payment-batches?state=prepared") == [batch.rpartition("/")[2]]
    assert ids("/payment-batches?state=released") == []
    shown = done(finance.get(f"/disbursements/{first}"))
    assert shown["payee"] == {"holder": "王建国", "bank": "徽商银行", "account_number": "****1012"}
