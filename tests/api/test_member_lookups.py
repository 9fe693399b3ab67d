"""Who looked at a member's data: told with name, role, unit, purpose and fields; auditors' looks too."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from pypdf import PdfReader

from tests.api.test_case_documents import PDF, hand_in
from tests.driver import Api
from tests.indicators import hospital
from tests.story import approved, colleague, done, filed, member_id, new_fund, released


def looks(api: Api, member: str, who: str = "officer") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = done(api(who).get(f"/members/{member}/lookups"))["items"]
    return found


def disclosed(api: Api, who: str, member: str, purpose: str = "经审抽查") -> None:
    done(api(who).post(f"/members/{member}/disclosures", {"fields": ["account_number"], "purpose": purpose}, key=None))


def test_a_disclosure_tells_who_in_which_role_and_what_for(api: Api) -> None:
    member = member_id(api, "D01-001")
    assert looks(api, member) == []
    disclosed(api, "auditor", member)
    (look,) = looks(api, member)
    assert (look["name"], look["roles"], look["unit"]) == ("梁经审", ["auditor"], "安徽省教科文卫体工会")
    assert (look["what"], look["fields"], look["purpose"]) == ("member.disclose", ["account_number"], "经审抽查")
    assert look["label"] == "identity, phone or account numbers"
    assert looks(api, member_id(api, "D01-002")) == []


def test_who_looked_is_named_to_an_officer_of_the_unit_below(api: Api) -> None:
    member = member_id(api, "D01-001")
    disclosed(api, "auditor", member)
    assert looks(api, member, "officer2")[0]["name"] == "梁经审"  # whose account and grant lie in the unit above
    colleague(api, "officer-d02", "officer", unit="AH-D02", person=651)
    assert api("officer-d02").get(f"/members/{member}/lookups").status_code == 404
    assert api("cashier").get(f"/members/{member}/lookups").status_code == 403


def test_a_paper_and_health_facts_of_a_case_that_were_read(api: Api) -> None:
    member = member_id(api, "D01-001")
    case = filed(api, **hospital())
    made = done(hand_in(api("officer"), case, PDF))
    before = len(looks(api, member))
    assert api("reviewer").get(f"{case}/documents/{made['id']}").status_code == 200
    assert looks(api, member)[0]["what"] == "document"
    done(api("reviewer").get(case))
    newest = looks(api, member)[0]
    assert (newest["what"], newest["name"], newest["fields"]) == ("case.facts", "何审核", ["event"])
    api("auditor").get(f"{case}/form.pdf")
    found = looks(api, member)
    assert (found[0]["name"], found[0]["what"], len(found) - before) == ("梁经审", "case.facts", 3)


def test_a_case_without_health_facts_leaves_no_look(api: Api) -> None:
    done(api("reviewer").get(filed(api)))
    assert looks(api, member_id(api, "D01-001")) == []


def test_a_bank_file_that_carries_the_account(api: Api) -> None:
    fund = new_fund(api)
    batch = released(api, fund, [approved(api, fund)[1]])
    assert api("cashier").get(f"{batch}/file").status_code == 200
    assert [look["what"] for look in looks(api, member_id(api, "D01-001"))] == ["bank_file"]
    assert looks(api, member_id(api, "D01-002")) == []


def test_looks_are_paged_and_printed_on_the_statement(api: Api) -> None:
    member = member_id(api, "D01-001")
    for number in range(3):
        disclosed(api, "auditor", member, f"核对 {number}")
    first = done(api("officer").get(f"/members/{member}/lookups?limit=2"))
    rest = done(api("officer").get(f"/members/{member}/lookups?limit=2&after={first['next']}"))
    assert [look["purpose"] for look in (*first["items"], *rest["items"])] == ["核对 2", "核对 1", "核对 0"]
    paper = api("officer", language="zh-CN").get(f"/members/{member}/statement.pdf").data
    printed = "".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages)
    assert "梁经审" in printed
    assert "核对 1" in printed
