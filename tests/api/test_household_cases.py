"""先建档、后帮扶: cases and files hold each other up; payees are of the file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from benefits.access.actors import load_actor
from benefits.casework.household import state
from benefits.casework.household.file import find_household
from benefits.core.errors import StateForbids
from models.vocabulary import HouseholdState
from tests.api.test_case_documents import PDF, hand_in
from tests.api.test_households import patched
from tests.clock import today
from tests.driver import Api
from tests.families import HEAD, born, file_of, prepared_file, seated
from tests.story import (
    LIVING,
    MEDICAL,
    approved,
    books,
    card,
    done,
    filed,
    identity,
    member_id,
    new_fund,
    rows,
    submitted,
)


def change(api: Api, statement: str) -> None:
    """What another room of the house will do."""
    with books(api) as session:
        session.execute(text(statement))


# statement 27, first half; domain §2.6.6
def test_an_approval_opens_the_prepared_file(api: Api) -> None:
    prepared_file(api)
    path = submitted(api)
    assert file_of(api)["state"] == "draft"
    done(api("reviewer").act(path, "approve", {"fund_id": new_fund(api)}))
    opened = file_of(api)
    assert (opened["state"], opened["hardship_class"]) == ("active", "deep")  # statement 20, G06
    assert (opened["opened_on"], path) == (today().isoformat(), f"/applications/{opened['application_id']}")


def test_an_approval_without_a_file_opens_one_from_the_case_that_is_to_be_completed(api: Api) -> None:
    approved(api, new_fund(api))
    opened = file_of(api)
    assert (opened["state"], opened["complete"], opened["main_cause"]) == ("active", False, None)
    assert opened["details"] | {"household_size": 3, "annual_disposable_income": "48000.00"} == opened["details"]
    incomplete = done(api("officer").get("/households?incomplete=true&state=active&hardship_class=deep"))["items"]
    assert [line["id"] for line in incomplete] == [opened["id"]]
    done(patched(api, f"/households/{opened['id']}", {"main_cause": "9", "details": HEAD}))
    assert file_of(api)["details"]["industry"] == "education"


def test_a_return_makes_it_a_draft_again_unless_another_approved_case_stands_on_it(api: Api) -> None:
    fund = new_fund(api)
    first, _ = approved(api, fund, amount="100.00")
    second, _ = approved(api, fund, amount="100.00", facts=MEDICAL)
    done(api("reviewer").act(first, "return", {"reason": "复核"}))
    kept = file_of(api)
    assert (kept["state"], f"/applications/{kept['application_id']}") == ("active", second)
    done(api("reviewer").act(second, "return", {"reason": "复核"}))
    back = file_of(api)
    assert (back["state"], back["application_id"], back["opened_on"]) == ("draft", None, None)
    done(api("officer").act(first, "submit"))
    done(api("reviewer").act(first, "approve", {"fund_id": fund}))
    assert file_of(api)["state"] == "active"


def test_a_file_on_its_way_out_takes_no_new_case(api: Api) -> None:
    approved(api, new_fund(api), amount="100.00")
    waiting = submitted(api, amount="100.00", facts=MEDICAL)
    change(api, "UPDATE household SET state = 'exiting'")
    refused = api("reviewer").act(waiting, "approve", {"fund_id": new_fund(api, name="另一资金")})
    assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "household_exiting")


def test_the_files_facts_stand_in_where_the_officer_gave_none(api: Api) -> None:
    file = {"annual_disposable_income": "48000.00", "annual_rigid_spending": "28000.00", "homes_owned": 1}
    file |= {"owns_business": False, "high_fee_school": False, "non_work_vehicle": False, "household_size": 3}
    prepared_file(api, details={**HEAD, **file})
    bare = {"aid_kind": "living", "subsistence_line_month": "800.00", "accidental_event": False, "household_size": 4}
    path = submitted(api, facts=bare)
    shown = done(api("officer").get(path))
    assert set(shown["assessment"]["from_file"]) == {*file, "division"} - {"household_size"}
    assert shown["assessment"]["derived"]["net_income_month"] == "416.67"  # among the four that the officer gave
    asked = {"on": f"{today().year}-06-01", "facts": bare, "member_id": member_id(api, "D01-001")}
    assert done(api("officer").post("/programmes/hardship/assessments", asked))["outcome"] == "eligible"
    assert api("officer").get(f"{path}/form.pdf").status_code == 200


def to(holder: str) -> dict[str, Any]:
    return {"holder": holder, "account_number": card(77), "bank": "徽商银行"}


# statement 27, the payee
def test_aid_is_paid_to_the_head_a_grown_student_or_with_proof_a_guardian(api: Api) -> None:
    path = prepared_file(api, details=HEAD)
    seated(api, path, "20", name="王大学", id_number=identity(830, born(19)))
    seated(api, path, "10", name="赵春梅")
    education = {**LIVING, "aid_kind": "education", "student_level": "higher"}

    def handed_in(holder: str, facts: dict[str, Any]) -> Any:
        return api("officer").act(filed(api, amount="100.00", facts=facts, payee=to(holder)), "submit")

    assert handed_in("王大学", education).status_code == 200
    for holder, facts in (("王大学", LIVING), ("赵春梅", education), ("张三", education), ("赵春梅", LIVING)):
        refused = handed_in(holder, facts).get_json()
        assert [(each["pointer"], each["code"]) for each in refused["errors"]] == [("/payee/holder", "payee_not_head")]
    seated(api, path, "30", name="王少年", id_number=identity(831, born(16)))
    assert handed_in("赵春梅", education).status_code == 422  # no proof yet
    case = filed(api, amount="100.00", facts=education, payee=to("赵春梅"))
    done(hand_in(api("officer"), case, PDF, title="监护关系证明"))
    done(api("officer").act(case, "submit"))


# statement 27: the file stays active from the approval until the bank has answered
def test_a_file_with_payments_underway_does_not_close(api: Api, session: Session) -> None:
    path, _ = approved(api, new_fund(api))
    account = rows(api, "SELECT id FROM account WHERE username = 'officer'")[0].id
    actor = load_actor(session, account, rows(api, "SELECT now() AS at")[0].at, "test")
    file = find_household(session, actor, UUID(file_of(api)["id"]))
    with pytest.raises(StateForbids) as refused:
        state.move(session, actor, file, "change", HouseholdState.EXITING)
    assert refused.value.params == {"state": "payments_underway", "act": "change"}
    done(api("reviewer").act(path, "return", {"reason": "复核"}))
    assert state.payments_underway(session, file) == 0
