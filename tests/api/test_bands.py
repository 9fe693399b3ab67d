"""Decisions by amount: how many reviewers, from which level of the tree, and with a meeting's minutes."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from benefits import catalogue
from tests.clock import today
from tests.driver import Api
from tests.lending import lend, refused
from tests.rosters import frozen
from tests.story import MEDICAL, colleague, done, new_fund, submitted

HEAD = 'clause = "某省办法第九条"\nconfidence = "L"\nexample = true\n'
BANDS = f"""
[[steps]]
up_to = 2000.00
reviewers = 1

[[steps]]
up_to = 8000.00
reviewers = 2
level = "above_unit"
{HEAD}
[[steps]]
up_to = 20000.00
reviewers = 1
level = "county_and_above"
{HEAD}
[[steps]]
reviewers = 2
minutes = true
{HEAD}"""


def _shipped(programme: str) -> str:
    """The last edition without its bands, which come last; nobody waits for a notice or a visit."""
    text = catalogue.shipped_editions(programme)[-1].split("[[steps]]")[0]
    for figure in ("notice_working_days", "visits_before_activation"):
        text = re.sub(rf"(\[\[figures\.{figure}\]\]\nfrom = \S+\nvalue = )\d+", r"\g<1>0", text)
    return text


def in_force(api: Api, bands: str, programme: str = "hardship") -> None:
    """The shipped rules with these bands, drafted by one editor and published by another, from this year on."""
    shipped = _shipped(programme)
    lines = shipped.splitlines()
    code = next(line for line in lines if line.startswith("edition = "))
    begins = next(line for line in lines if line.startswith("valid_from = "))
    text = shipped.replace(code, 'edition = "bands"').replace(begins, f"valid_from = {today().year}-01-01", 1)
    drafted = done(api("policy").post(f"/programmes/{programme}/policies", {"content": text + bands}))
    colleague(api, "policy2", "policy_editor", person=640)
    done(api("policy2").act(f"/policies/{drafted['id']}", "publication"))


def approve(api: Api, path: str, fund: str, by: str, **body: object) -> Any:
    return api(by).act(path, "approve", {"fund_id": fund, **body})


@pytest.fixture
def fund(api: Api) -> str:
    in_force(api, BANDS)
    colleague(api, "low", "reviewer", unit="AH-D01", person=641)
    colleague(api, "low2", "reviewer", unit="AH-D01", person=642)
    return new_fund(api)


def case(api: Api, amount: str) -> str:
    return submitted(api, amount=amount, facts=MEDICAL)


def test_a_small_amount_is_decided_in_the_unit(api: Api, fund: str) -> None:
    assert done(approve(api, case(api, "2000.00"), fund, "low"))["state"] == "approved"


@pytest.mark.parametrize("order", [("low", "reviewer"), ("reviewer", "low")])
def test_one_of_two_decides_from_above_in_whichever_order(api: Api, fund: str, order: tuple[str, str]) -> None:
    path = case(api, "2000.01")
    assert done(approve(api, path, fund, order[0]))["state"] == "under_review"
    assert done(approve(api, path, fund, order[1]))["state"] == "approved"


def test_two_of_the_unit_are_not_enough(api: Api, fund: str) -> None:
    path = case(api, "8000.00")
    done(approve(api, path, fund, "low"))
    params = refused(approve(api, path, fund, "low2"), "level_too_low")
    assert params == {"level": "above_unit", "above": "2000.00", "amount": "8000.00", "clause": "某省办法第九条"}
    chinese = api("low2", language="zh-CN").act(path, "approve", {"fund_id": fund}).get_json()
    assert "某省办法第九条" in chinese["detail"]
    assert done(approve(api, path, fund, "reviewer"))["state"] == "approved"


def test_a_level_is_asked_of_a_single_reviewer_too(api: Api, fund: str) -> None:
    path = case(api, "9000.00")
    refused(approve(api, path, fund, "low"), "level_too_low")
    assert done(approve(api, path, fund, "reviewer"))["state"] == "approved"


def test_what_was_lent_has_the_level_over_which_it_was_lent(api: Api, fund: str) -> None:
    colleague(api, "deputy", "policy_editor", person=620)
    path = case(api, "9000.00")
    narrow = lend(api, "deputy", unit_code="AH-D01", amount_limit="9000.00")
    refused(approve(api, path, fund, "deputy"), "level_too_low")
    done(api("reviewer").act(narrow, "revoke"))
    lend(api, "deputy", amount_limit="9000.00")
    assert done(approve(api, path, fund, "deputy"))["state"] == "approved"


def test_a_collective_decision_names_its_minutes(api: Api, fund: str) -> None:
    path = case(api, "20000.01")
    done(approve(api, path, fund, "low"))
    answer = approve(api, path, fund, "low2")
    assert answer.status_code == 422, answer.get_json()
    (fault,) = answer.get_json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/minutes", "minutes_required")
    assert "20000.00" in fault["detail"]
    assert "某省办法第九条" in fault["detail"]
    shown = done(approve(api, path, fund, "low2", minutes="常委会〔2026〕8号纪要"))
    assert shown["state"] == "approved"
    acts = done(api("auditor").get(f"{path}/trail"))["items"]
    assert [act["minutes"] for act in acts if act["act"] == "approve"] == [None, "常委会〔2026〕8号纪要"]
    form = PdfReader(BytesIO(api("officer", language="zh-CN").get(f"{path}/form.pdf").data))
    assert "会议纪要：常委会〔2026〕8号纪要" in "".join(page.extract_text() for page in form.pages)


def test_the_bands_of_the_contract_stay_where_none_are_given(api: Api) -> None:
    colleague(api, "low", "reviewer", unit="AH-D01", person=641)
    colleague(api, "low2", "reviewer", unit="AH-D01", person=642)
    fund = new_fund(api)
    assert done(approve(api, case(api, "5000.00"), fund, "low"))["state"] == "approved"
    path = submitted(api, "D01-002", "5000.01", facts=MEDICAL)
    assert done(approve(api, path, fund, "low"))["state"] == "under_review"
    assert done(approve(api, path, fund, "low2"))["state"] == "approved"


def test_a_roster_is_judged_by_its_total(api: Api) -> None:
    """Four lines of 1,500 yuan each: 6,000 together, so one of two decides from above, and the meeting is named."""
    both = BANDS.replace('level = "above_unit"', 'level = "above_unit"\nminutes = true')
    in_force(api, both, "holiday_visit")
    for name, person in (("low", 641), ("low2", 642)):
        colleague(api, name, "reviewer", unit="AH-D01", person=person)
    fund, path = new_fund(api), frozen(api, item=None, amount="1500.00")
    assert done(approve(api, path, fund, "low"))["state"] == "frozen"
    refused(approve(api, path, fund, "low2", minutes="纪要3号"), "level_too_low")
    assert approve(api, path, fund, "reviewer").get_json()["errors"][0]["code"] == "minutes_required"
    assert done(approve(api, path, fund, "reviewer", minutes="纪要3号"))["state"] == "approved"


@pytest.mark.parametrize(
    ("band", "fault"),
    [
        ('reviewers = 1\nlevel = "province"\n' + HEAD, ("/steps/0/level", "choice_unknown")),
        ('reviewers = 1\nlevel = "above_unit"', ("/steps/0/clause", "required_missing")),
        ("reviewers = 1\nminutes = true", ("/steps/0/confidence", "required_missing")),
        ('reviewers = 1\nminutes = "yes"', ("/steps/0/minutes", "wrong_type")),
        ('reviewers = 1\nminutes = true\nclause = "x"\nconfidence = "L"', ("/steps/0/example", "example_unmarked")),
        ('reviewers = 1\nminutes = true\nclause = "x"\nconfidence = "Z"', ("/steps/0/confidence", "choice_unknown")),
        ("reviewers = 1\nchair = true", ("/steps/0/chair", "unknown_field")),
    ],
)
def test_a_draft_with_a_band_that_nobody_can_follow_is_refused(api: Api, band: str, fault: tuple[str, str]) -> None:
    answer = api("policy").post(
        "/programmes/hardship/policies", {"content": f"{_shipped('hardship')}\n[[steps]]\n{band}\n"}
    )
    assert answer.status_code == 422, answer.get_json()
    assert fault in [(each["pointer"].removeprefix("/content"), each["code"]) for each in answer.get_json()["errors"]]
