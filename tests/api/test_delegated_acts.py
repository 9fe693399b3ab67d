"""What is done in another's name: shown as 代, bounded by the amount, and counted for both persons."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from tests.driver import Api
from tests.lending import lend, refused
from tests.story import (
    MEDICAL,
    account_path,
    approved,
    colleague,
    done,
    grant,
    identity,
    new_fund,
    prepared,
    rows,
    submitted,
)

OFFICER = identity(201, date(1981, 4, 1))
MEMBER = identity(101, date(1952, 3, 8))  # D01-001


@pytest.fixture
def fund(api: Api) -> str:
    return new_fund(api)


@pytest.fixture(autouse=True)
def deputy(api: Api) -> str:
    return colleague(api, "deputy", "policy_editor", person=620)


def approve(api: Api, path: str, fund: str, by: str = "deputy", **body: object) -> Any:
    return api(by).act(path, "approve", {"fund_id": fund, **body})


def trail(api: Api, path: str, language: str = "en") -> list[dict[str, Any]]:
    acts: list[dict[str, Any]] = done(api("auditor", language=language).get(f"{path}/trail"))["items"]
    return acts


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


def test_it_is_shown_in_whose_name_a_case_was_decided(api: Api, fund: str) -> None:
    path, delegation = submitted(api), lend(api, "deputy")
    done(api("deputy").act(path, "endorse"))
    done(approve(api, path, fund))
    act = trail(api, path)[-1]
    assert (act["act"], act["signed"], act["on_behalf_of"]) == ("approve", "钱同事 (for 何审核)", "何审核")
    assert act["delegation_id"] == delegation.rpartition("/")[2]
    assert [each["signed"] for each in trail(api, path, "zh-CN")][-2:] == ["钱同事（代何审核）"] * 2
    form = api("officer", language="zh-CN").get(f"{path}/form.pdf")
    assert text_of(form.data).count("钱同事（代何审核）") == 4  # two boxes, two lines of the history
    (kept,) = rows(
        api,
        "SELECT a.person_id = d.to_person_id AS doer, a.on_behalf_of = d.from_person_id AS giver FROM act a "
        "JOIN delegation d ON d.id = a.delegation_id WHERE a.act = 'approve'",
    )
    assert tuple(kept) == (True, True)


def test_the_amount_decided_is_bounded(api: Api, fund: str) -> None:
    path = submitted(api, amount="1800.00")
    lend(api, "deputy", amount_limit="1799.99")
    params = refused(approve(api, path, fund), "beyond_delegation")
    assert params == {"limit": "1799.99", "amount": "1800.00"}
    refused(api("deputy").act(path, "endorse"), "beyond_delegation")
    refused(api("deputy").act(path, "reject", {"reason": "x"}), "beyond_delegation")
    shown = done(approve(api, path, fund, amount="1799.99"))
    assert (shown["state"], shown["approved_amount"]) == ("approved", "1799.99")


def test_the_narrowest_delegation_that_reaches_is_used(api: Api, fund: str) -> None:
    colleague(api, "giver", "reviewer", person=625)
    path = submitted(api)
    lend(api, "deputy", by="giver", amount_limit="9000.00")
    lend(api, "deputy", amount_limit="2000.00")
    done(approve(api, path, fund))
    assert trail(api, path)[-1]["on_behalf_of"] == "何审核"


def test_ones_own_grant_comes_first(api: Api, fund: str) -> None:
    path = submitted(api)
    lend(api, "deputy", amount_limit="1.00")
    refused(approve(api, path, fund), "beyond_delegation")
    grant(api, account_path(api, "deputy"), "reviewer")
    done(approve(api, path, fund))
    assert (trail(api, path)[-1]["delegation_id"], trail(api, path)[-1]["signed"]) == (None, "钱同事")


def test_who_filed_does_not_decide_in_anothers_name(api: Api, fund: str) -> None:
    path = submitted(api)
    lend(api, "officer")
    params = refused(approve(api, path, fund, "officer"), "duty_conflict")
    assert (params["held"], params["wanted"]) == ("filed", "decided")


def test_who_filed_has_nobody_decide_in_their_name(api: Api, fund: str) -> None:
    colleague(api, "officer-reviews", "reviewer", person=OFFICER)
    path = submitted(api)
    lend(api, "deputy", by="officer-reviews")
    refused(approve(api, path, fund), "duty_conflict")


def test_two_reviewers_are_two_persons_in_whoevers_name(api: Api, fund: str) -> None:
    """Four eyes: what was decided on behalf of X counts as X's, before and after."""
    colleague(api, "second", "reviewer", person=627)
    lend(api, "deputy", amount_limit="9000.00")
    in_their_name = submitted(api, amount="6000.00")
    assert done(approve(api, in_their_name, fund))["state"] == "under_review"
    refused(approve(api, in_their_name, fund, "reviewer"), "duty_conflict")
    refused(approve(api, in_their_name, fund), "duty_conflict")
    assert done(approve(api, in_their_name, fund, "second"))["state"] == "approved"
    own = submitted(api, "D01-002", "6000.00")
    done(approve(api, own, fund, "reviewer"))
    refused(approve(api, own, fund), "duty_conflict")


def test_two_givers_of_one_deputy_are_one_reviewer(api: Api, fund: str) -> None:
    colleague(api, "giver", "reviewer", person=625)
    lend(api, "deputy", amount_limit="9000.00")
    path = submitted(api, amount="6000.00")
    done(approve(api, path, fund))
    lend(api, "deputy", by="giver", amount_limit="8000.00")  # narrower, so the next act is in this name
    refused(approve(api, path, fund), "duty_conflict")


def test_who_lent_the_decision_pays_nothing_of_it(api: Api, fund: str) -> None:
    lend(api, "deputy")
    path = submitted(api)
    paid = done(approve(api, path, fund))["disbursements"][0]["id"]
    batch = prepared(api, fund, [paid])
    for who in ("reviewer", "deputy"):
        grant(api, account_path(api, who), "finance")
        refused(api(who).act(batch, "approve"), "duty_conflict")
    done(api("finance").act(batch, "approve"))


def test_an_appeal_is_decided_by_others_than_before(api: Api, fund: str) -> None:
    lend(api, "deputy")
    path = submitted(api)
    done(api("deputy").act(path, "reject", {"reason": "材料不足"}))
    done(api("officer").act(path, "appeal", {"reason": "已补"}))
    for who in ("deputy", "reviewer"):
        refused(approve(api, path, fund, who), "duty_conflict")


def test_the_givers_relatives_are_kept_away_from_too(api: Api, fund: str) -> None:
    lend(api, "deputy")
    path = submitted(api)
    own = account_path(api, "reviewer")
    done(api("reviewer").post(f"{own}/relatives", {"id_number": MEMBER, "relation": "岳父"}))
    refused(approve(api, path, fund), "own_case")


def test_nobody_decides_in_the_name_of_whom_the_case_is_for(api: Api, fund: str) -> None:
    colleague(api, "member-reviews", "reviewer", person=MEMBER)
    path = submitted(api)
    lend(api, "deputy", by="member-reviews")
    refused(approve(api, path, fund), "own_case")


def test_batches_are_approved_and_released_in_anothers_name(api: Api, fund: str) -> None:
    colleague(api, "deputy2", "policy_editor", person=628)
    paying = lend(api, "deputy", by="finance", role="finance", amount_limit="2000.00")
    sending = lend(api, "deputy2", by="cashier", role="cashier", amount_limit="2000.00")
    _, paid = approved(api, fund)
    batch = prepared(api, fund, [paid])
    refused(api("deputy").act(batch, "cancel"), "not_permitted")  # approving is lent, not the rest
    shown = done(api("deputy").act(batch, "approve"))
    assert shown["approved_under"] == paying.rpartition("/")[2]
    shown = done(api("deputy2").act(batch, "release"))
    assert (shown["released_under"], shown["state"]) == (sending.rpartition("/")[2], "released")
    slip = text_of(api("finance", language="zh-CN").get(f"/disbursements/{paid}/slip.pdf").data)
    assert "钱同事（代高财务）" in slip
    assert "钱同事（代林出纳）" in slip


def test_a_batch_counts_with_its_total(api: Api, fund: str) -> None:
    lend(api, "deputy", by="finance", role="finance", amount_limit="3999.99")
    payments = [approved(api, fund, member)[1] for member in ("D01-001", "D01-002")]
    batch = prepared(api, fund, payments)
    assert refused(api("deputy").act(batch, "approve"), "beyond_delegation")["amount"] == "4000.00"
    lend(api, "deputy", by="cashier", role="cashier", amount_limit="3999.99")
    done(api("finance").act(batch, "approve"))
    refused(api("deputy").act(batch, "release"), "beyond_delegation")


def test_one_pays_and_releases_nothing_twice_in_two_names(api: Api, fund: str) -> None:
    lend(api, "deputy", by="finance", role="finance")
    lend(api, "deputy", by="cashier", role="cashier")
    _, paid = approved(api, fund)
    batch = prepared(api, fund, [paid])
    done(api("deputy").act(batch, "approve"))
    refused(api("deputy").act(batch, "release"), "duty_conflict")
    refused(api("deputy").act(batch, "release"), "duty_conflict")


def test_medical_aid_too(api: Api, fund: str) -> None:
    lend(api, "deputy", amount_limit="30000.00")
    path = submitted(api, amount="20000.00", facts=MEDICAL)
    assert done(approve(api, path, fund))["state"] == "under_review"
