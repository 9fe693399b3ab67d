"""Another union's cases and money look exactly like none: every route, every id in it, lists, counts and bodies."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from models.vocabulary import BankOutcome
from tests.bank import answers, bank_answers_judged, bank_says
from tests.driver import Api, Caller
from tests.story import (
    approved,
    card,
    colleague,
    done,
    filed,
    filing,
    grant,
    member_id,
    new_fund,
    notice_days,
    released,
    rows,
    submitted,
)

NOUNS = ("applications", "disbursements", "payment-batches", "funds", "notices")
ROLES = ("officer", "reviewer", "finance", "cashier", "auditor")
# Bodies that get as far as they can.
BODIES: dict[str, dict[str, Any]] = {
    "return": {"reason": "x"},
    "reject": {"reason": "x"},
    "withdraw": {"reason": "x"},
    "appeal": {"reason": "x"},
    "adjustments": {"amount": "1.00", "reason": "x"},
    "account": {"holder": "x", "account_number": card(1), "bank": "x"},
    "objections": {"reason": "x"},
    "resolve": {"outcome": "paid", "reason": "x", "on": "2026-01-01"},
}


@dataclass
class Theirs:
    """What AH-D02 has, by the name that ids have in routes."""

    ids: dict[str, str] = field(default_factory=dict)

    def path(self, rule: str, *, of_nobody: bool) -> str:
        return re.sub(r"<uuid:(\w+)>", lambda m: str(uuid4()) if of_nobody else self.ids[m[1]], rule)


@pytest.fixture
def theirs(api: Api) -> Theirs:
    fund = new_fund(api, unit="AH-D02", name="医院帮扶")
    draft = filed(api, "D02-002")
    form = {"title": "证明", "file": (BytesIO(b"%PDF-1.4"), "a.pdf")}
    paper = done(api("officer").act(draft, "documents", data=form))
    _, payment = approved(api, fund, "D02-001")
    batch = released(api, fund, [payment])
    notice_days(api, 1)
    done(api("reviewer").act(submitted(api, "D02-003"), "endorse"))
    notice = f"/notices/{done(api('officer').get('/notices'))['items'][0]['id']}"
    objected = done(api("officer").act(notice, "objections", {"reason": "有异议"}))
    notice_days(api, 0)
    return Theirs(
        {
            "application_id": draft.rpartition("/")[2],
            "document_id": paper["id"],
            "disbursement_id": payment,
            "batch_id": batch.rpartition("/")[2],
            "fund_id": fund,
            "notice_id": notice.rpartition("/")[2],
            "objection_id": objected["objections"][0]["id"],
        }
    )


@pytest.fixture
def ours(api: Api) -> dict[str, Caller]:
    """Everybody of AH-D01."""
    for number, role in enumerate(ROLES, start=801):
        colleague(api, f"d01-{role}", role, unit="AH-D01", person=number)
    return {role: api(f"d01-{role}") for role in ROLES}


def seen(answer: Any) -> tuple[Any, ...]:
    body = answer.get_json() if "json" in (answer.content_type or "") else answer.get_data()
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name not in {"request_id", "instance"}}
    headers = {name: value for name, value in answer.headers.items() if name not in {"X-Request-Id", "Date"}}
    if isinstance(body, dict):
        headers.pop("Content-Length", None)
    return answer.status_code, body, headers


def routes(api: Api) -> list[tuple[str, str]]:
    return [
        (method, rule.rule)
        for rule in api.app.url_map.iter_rules()
        if rule.rule.split("/")[3:4] and rule.rule.split("/")[3] in NOUNS and "<uuid:" in rule.rule
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def test_every_route_answers_for_theirs_as_for_none(api: Api, theirs: Theirs, ours: dict[str, Caller]) -> None:
    found, tried = set(), routes(api)
    assert len(tried) > 25
    before = rows(api, "SELECT count(*) AS acts, max(acted_at) AS last FROM act")
    for method, rule in tried:
        body = BODIES.get(rule.rpartition("/")[2], {})
        for role, caller in ours.items():
            sent: dict[str, Any] = {"if_match": '"1"', "key": str(uuid4())}
            if method != "GET":
                sent["json"] = body
            here = caller.call(method, theirs.path(rule, of_nobody=False), **sent)
            sent["key"] = str(uuid4())
            nowhere = caller.call(method, theirs.path(rule, of_nobody=True), **sent)
            assert seen(here) == seen(nowhere), (role, method, rule)
            assert here.status_code in {403, 404}, (role, method, rule)
            found.add((method, rule, here.status_code))
    for method, rule in tried:
        assert (method, rule, 404) in found, (method, rule)  # somebody of ours may do it, on what is ours
    assert rows(api, "SELECT count(*) AS acts, max(acted_at) AS last FROM act") == before


def test_their_paper_under_our_case_is_none(api: Api, theirs: Theirs, ours: dict[str, Caller]) -> None:
    own = filed(api, by="officer2")
    tag = ours["officer"].get(own).headers["ETag"]
    for method in ("GET", "DELETE"):
        pair = [
            ours["officer"].call(method, f"{own}/documents/{each}", if_match=tag)
            for each in (theirs.ids["document_id"], str(uuid4()))
        ]
        assert seen(pair[0]) == seen(pair[1])
        assert pair[0].status_code == 404


def test_lists_and_counts_show_nothing_of_theirs(api: Api, theirs: Theirs, ours: dict[str, Caller]) -> None:
    own = filed(api, by="officer2")
    for role, caller in ours.items():
        for path in ("/applications", "/disbursements", "/payment-batches", "/notices"):
            items = done(caller.get(path))["items"]
            assert [each["id"] for each in items] == ([own.rpartition("/")[2]] if path == "/applications" else []), role
        assert done(caller.get("/funds"))["items"] == []
        for path in (
            "/applications?unit_code=AH-D02",
            f"/applications?member_id={member_id(api, 'D02-001')}",
            f"/disbursements?application_id={theirs.ids['application_id']}",
            f"/disbursements?fund_id={theirs.ids['fund_id']}",
            f"/disbursements?batch_id={theirs.ids['batch_id']}",
            f"/payment-batches?fund_id={theirs.ids['fund_id']}",
            "/funds?unit_code=AH-D02",
        ):
            unknown = re.sub(r"=[0-9a-f-]{36}", f"={uuid4()}", path).replace("AH-D02", "AH-D99")
            assert seen(caller.get(path)) == seen(caller.get(unknown)), (role, path)
            assert done(caller.get(path))["items"] == []


def test_a_cursor_of_theirs_opens_nothing(api: Api, theirs: Theirs) -> None:
    filed(api, "D02-001")
    cursor = done(api("officer").get("/applications?limit=1"))["next"]
    assert cursor
    assert done(api("officer2").get(f"/applications?after={cursor}"))["items"] == []


def test_their_ids_in_bodies_are_unknown_ids(api: Api, theirs: Theirs, ours: dict[str, Caller]) -> None:
    fund = new_fund(api)
    own, own_payment = approved(api, fund)
    waiting = submitted(api, "D01-002")
    _, their_reserved = approved(api, theirs.ids["fund_id"], "D02-002")

    def refusal(answer: Any) -> Any:
        assert answer.status_code == 422, answer.get_json()
        return seen(answer)

    officer, reviewer, finance = ours["officer"], ours["reviewer"], ours["finance"]
    body = filing(api)
    assert refusal(officer.post("/applications", {**body, "member_id": member_id(api, "D02-001")})) == refusal(
        officer.post("/applications", {**body, "member_id": str(uuid4())})
    )
    assert refusal(reviewer.act(waiting, "approve", {"fund_id": theirs.ids["fund_id"]})) == refusal(
        reviewer.act(waiting, "approve", {"fund_id": str(uuid4())})
    )
    assert refusal(finance.post("/payment-batches", batch_of(fund, own_payment, their_reserved))) == refusal(
        finance.post("/payment-batches", batch_of(fund, own_payment, str(uuid4())))
    )
    assert refusal(finance.post("/payment-batches", batch_of(theirs.ids["fund_id"], own_payment))) == refusal(
        finance.post("/payment-batches", batch_of(str(uuid4()), own_payment))
    )
    new = {"name": "x", "year": 2026, "source": "donation", "appropriated": "1.00"}
    assert refusal(finance.post("/funds", {**new, "unit_code": "AH-D02"})) == refusal(
        finance.post("/funds", {**new, "unit_code": "AH-D99"})
    )
    assert done(officer.get(own))["disbursements"][0]["state"] == "reserved"


def batch_of(fund: str, *payments: str) -> dict[str, Any]:
    return {"fund_id": fund, "disbursement_ids": list(payments)}


def test_a_role_there_that_reads_no_cases_opens_none(api: Api, theirs: Theirs) -> None:
    """Row-level security shows an admin of AH-D02 its rows; each permission is asked where it is held."""
    account = colleague(api, "two-hats", "finance", unit="AH-D01", person=820)
    grant(api, account, "officer", "AH-D01")
    grant(api, account, "admin", "AH-D02")
    caller, fund = api("two-hats"), new_fund(api)
    _, own = approved(api, fund)
    _, their_reserved = approved(api, theirs.ids["fund_id"], "D02-002")
    for noun, name in (
        *(("applications", "application_id"), ("disbursements", "disbursement_id"), ("funds", "fund_id")),
        *(("payment-batches", "batch_id"), ("notices", "notice_id")),
    ):
        assert seen(caller.get(f"/{noun}/{theirs.ids[name]}")) == seen(caller.get(f"/{noun}/{uuid4()}")), noun
        assert theirs.ids[name] not in caller.get(f"/{noun}").get_data(as_text=True)
    body = filing(api)
    pairs = [
        caller.post("/applications", {**body, "member_id": each}) for each in (member_id(api, "D02-001"), str(uuid4()))
    ]
    pairs += [caller.post("/payment-batches", batch_of(fund, own, each)) for each in (their_reserved, str(uuid4()))]
    pairs += [caller.post("/payment-batches", batch_of(each, own)) for each in (theirs.ids["fund_id"], str(uuid4()))]
    assert [answer.status_code for answer in pairs] == [422] * 6
    for one, other in zip(pairs[::2], pairs[1::2], strict=True):
        assert seen(one) == seen(other)


def test_their_batch_takes_no_results_from_us(api: Api, theirs: Theirs, ours: dict[str, Caller]) -> None:
    batch = f"/payment-batches/{theirs.ids['batch_id']}"
    given = answers(api, batch, {1: BankOutcome.PAID})
    judged = bank_answers_judged(api, given, by="d01-cashier")
    assert [[finding.code for finding in each.findings] for each in judged] == [["batch_unknown"]]
    assert done(api("finance").get(f"/disbursements/{theirs.ids['disbursement_id']}"))["state"] == "released"
    assert [each.verdict for each in bank_says(api, batch, {1: BankOutcome.PAID})] == ["book"]
