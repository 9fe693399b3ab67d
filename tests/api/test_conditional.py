"""If-Match: an act or an edit names the version it saw; a version counts all that the page shows."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.driver import Api
from tests.story import (
    approved,
    card,
    done,
    filed,
    new_fund,
    notice_days,
    prepared,
    released,
    rows,
    submitted,
)

ACCOUNT = {"holder": "王建国", "account_number": card(31), "bank": "徽商银行"}


def things(api: Api) -> list[tuple[str, str, str, str, dict[str, Any]]]:
    """One act or edit on each kind of thing that has a state: who, method, the thing, the route, the body."""
    draft = filed(api)
    fund = new_fund(api)
    _, first = approved(api, fund, "D01-002")
    _, second = approved(api, fund, "D01-003")
    batch = prepared(api, fund, [second])
    sent = released(api, fund, [first])
    bank_says(api, sent, {1: BankOutcome.RETURNED})
    notice_days(api, 1)
    on_notice = submitted(api, "D02-001")
    done(api("reviewer").act(on_notice, "endorse"))
    notice = f"/notices/{done(api('officer').get('/notices'))['items'][0]['id']}"
    fund_path, payment = f"/funds/{fund}", f"/disbursements/{first}"
    return [
        ("officer", "PATCH", draft, draft, {"amount": "100.00"}),
        ("officer", "POST", draft, f"{draft}/submit", {}),
        ("finance", "POST", batch, f"{batch}/approve", {}),
        ("finance", "POST", fund_path, f"{fund_path}/adjustments", {"amount": "-1.00", "reason": "核减"}),
        ("officer", "POST", payment, f"{payment}/account", ACCOUNT),
        ("officer", "POST", notice, f"{notice}/objections", {"reason": "有异议"}),
    ]


def test_without_or_with_another_version_nothing_happens(api: Api) -> None:
    for who, method, thing, route, body in things(api):
        tag = api(who).get(thing).headers["ETag"]
        number = int(tag.strip('"'))
        before = api(who).get(thing).get_data()
        missing = api(who).call(method, route, json=body)
        assert (missing.status_code, missing.get_json()["code"]) == (428, "precondition_required"), route
        wrong = ["*", f"W/{tag}", f'"{number - 1}"', f'"{number + 1}"', str(number), '""', "", f'{tag}, "7"', "' '"]
        for each in wrong:
            answer = api(who).call(method, route, json=body, if_match=each)
            assert (answer.status_code, answer.get_json()["code"]) == (412, "stale"), (route, each)
        assert api(who).get(thing).get_data() == before, route
        right = api(who).call(method, route, json=body, if_match=tag)
        assert right.status_code in {200, 201}, (route, right.get_json())
        assert api(who).get(thing).headers["ETag"] != tag, route
        again = api(who).call(method, route, json=body, if_match=tag)
        assert again.status_code == 412, route


def test_the_answer_of_an_act_carries_the_version_to_go_on_with(api: Api) -> None:
    path = filed(api)
    officer, reviewer = api("officer"), api("reviewer")
    tag = officer.patch(path, {"amount": "1000.00"}, if_match=officer.get(path).headers["ETag"]).headers["ETag"]
    assert officer.get(path).headers["ETag"] == tag
    tag = officer.post(f"{path}/submit", if_match=tag).headers["ETag"]
    assert officer.get(path).headers["ETag"] == tag
    fund = new_fund(api)
    answer = reviewer.post(f"{path}/approve", {"fund_id": fund}, if_match=tag)
    assert reviewer.get(path).headers["ETag"] == answer.headers["ETag"]
    body = {"fund_id": fund, "disbursement_ids": [answer.get_json()["disbursements"][0]["id"]]}
    made = api("finance").post("/payment-batches", body)
    place = made.headers["Location"]
    signed = api("finance").post(f"{place}/approve", if_match=made.headers["ETag"])
    done(api("cashier").post(f"{place}/release", if_match=signed.headers["ETag"]))
    shown = api("finance").get(f"/funds/{fund}").headers["ETag"]
    more = api("finance").post(f"/funds/{fund}/adjustments", {"amount": "1.00", "reason": "x"}, if_match=shown)
    assert api("finance").get(f"/funds/{fund}").headers["ETag"] == more.headers["ETag"] != shown


def test_a_cases_version_counts_its_papers(api: Api) -> None:
    path = filed(api)
    officer = api("officer")
    tags = [officer.get(path).headers["ETag"]]
    form = {"title": "证明", "file": (BytesIO(b"%PDF-1.4"), "a.pdf")}
    added = officer.post(f"{path}/documents", data=form, if_match=tags[-1])
    tags.append(added.headers["ETag"])
    assert officer.get(path).headers["ETag"] == tags[-1]
    paper = added.headers["Location"]
    assert officer.delete(paper).status_code == 428
    assert officer.delete(paper, if_match=tags[0]).status_code == 412
    assert officer.delete(paper, if_match=tags[-1]).status_code == 204
    tags.append(officer.get(path).headers["ETag"])
    assert len(set(tags)) == 3
    assert officer.post(f"{path}/submit", if_match=tags[1]).status_code == 412
    assert officer.post(f"{path}/submit", if_match=tags[2]).status_code == 200


def test_a_cases_version_counts_objections_and_payments(api: Api) -> None:
    fund = new_fund(api)
    notice_days(api, 1)
    path = submitted(api)
    done(api("reviewer").act(path, "endorse"))
    notice = f"/notices/{done(api('officer').get('/notices'))['items'][0]['id']}"
    seen = [api("reviewer").get(path).headers["ETag"]]
    shown = done(api("officer").act(notice, "objections", {"reason": "有异议"}))
    seen.append(api("reviewer").get(path).headers["ETag"])
    resolve = f"objections/{shown['objections'][0]['id']}/resolve"
    done(api("reviewer").act(notice, resolve, {"resolution": "不成立"}))
    seen.append(api("reviewer").get(path).headers["ETag"])
    rows_of_notice = rows(api, "SELECT version FROM notice")
    assert rows_of_notice[0].version >= 3
    notice_days(api, 0)
    done(api("reviewer").act(path, "return", {"reason": "改"}))
    done(api("officer").act(path, "submit"))
    payment = done(api("reviewer").act(path, "approve", {"fund_id": fund}))["disbursements"][0]["id"]
    seen.append(api("reviewer").get(path).headers["ETag"])
    batch = prepared(api, fund, [payment])
    seen.append(api("reviewer").get(path).headers["ETag"])
    done(api("finance").act(batch, "approve"))
    done(api("cashier").act(batch, "release"))
    seen.append(api("reviewer").get(path).headers["ETag"])
    bank_says(api, batch, {1: BankOutcome.RETURNED})
    seen.append(api("reviewer").get(path).headers["ETag"])
    done(api("officer").act(f"/disbursements/{payment}", "account", ACCOUNT))
    seen.append(api("reviewer").get(path).headers["ETag"])
    done(api("reviewer").act(f"/disbursements/{payment}", "approve"))
    seen.append(api("reviewer").get(path).headers["ETag"])
    assert len(set(seen)) == len(seen)
    for old in seen[:-1]:
        answer = api("reviewer").post(f"{path}/return", {"reason": "x"}, if_match=old)
        assert answer.status_code == 412


@pytest.mark.parametrize("edit_first", [True, False])
def test_an_edit_and_a_decision_do_not_pass_each_other(api: Api, edit_first: bool) -> None:
    """What the reviewer saw is what is decided: whoever comes second is told."""
    path, fund = submitted(api), new_fund(api)
    seen = api("reviewer").get(path).headers["ETag"]
    if edit_first:
        done(api("reviewer").act(path, "return", {"reason": "改"}))
        officer_saw = api("officer").get(path).headers["ETag"]
        done(api("officer").patch(path, {"amount": "9000.00"}, if_match=officer_saw))
        done(api("officer").act(path, "submit"))
        answer = api("reviewer").post(f"{path}/approve", {"fund_id": fund}, if_match=seen)
    else:
        done(api("reviewer").post(f"{path}/approve", {"fund_id": fund}, if_match=seen))
        answer = api("officer").patch(path, {"amount": "9000.00"}, if_match=seen)
    assert answer.status_code == 412
