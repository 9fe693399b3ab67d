"""一户一档: one household has one file over all unions, and its aid is counted as a whole."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.api.test_household_cases import change
from tests.api.test_rounds import opened as opened_round
from tests.api.test_rounds import swept
from tests.clock import today
from tests.driver import Api
from tests.families import HEAD, number_of, prepared_file, seat, seated
from tests.story import LIVING, MEDICAL, approved, colleague, done, filed, member_id, new_fund, submitted


def hold_wife(api: Api) -> str:
    """The path of D01-001's draft in which D02-001, a member of another union, sits as the wife."""
    path = prepared_file(api, details=HEAD)
    seated(api, path, id_number=number_of(api, "D02-001"), name="吴玉珍")
    return path


def in_d02(api: Api) -> None:
    """An officer and a fund of another union."""
    colleague(api, "officer-d02", "officer", unit="AH-D02", person=601)


# statement 23
def test_who_sits_in_a_live_file_gets_no_second_one_in_any_union(api: Api) -> None:
    in_d02(api)
    path = hold_wife(api)
    again = api("officer").post("/households", {"member_id": member_id(api, "D01-001")})
    assert (again.status_code, again.get_json()["code"]) == (409, "household_filed")
    hers = api("officer-d02").post("/households", {"member_id": member_id(api, "D02-001")})
    assert (hers.status_code, hers.get_json()["code"], hers.get_json()["params"]) == (409, "household_filed", {})
    theirs = prepared_file(api, "D02-002", by="officer-d02")
    for number in (number_of(api, "D01-001"), number_of(api, "D02-001")):  # its head, its member
        assert seat(api, theirs, "80", by="officer-d02", id_number=number).get_json()["code"] == "household_filed"
    own = seat(api, path, "80", id_number=number_of(api, "D01-001"))
    assert [each["code"] for each in own.get_json()["errors"]] == ["is_the_head"]
    (wife,) = done(api("officer").get(path))["members"]
    tag = api("officer").get(path).headers["ETag"]
    assert api("officer").delete(f"{path}/members/{wife['id']}", if_match=tag).status_code == 204
    prepared_file(api, "D02-001", by="officer-d02")
    done(api("officer").act(path, "drop", {"reason": "撤回"}))
    seated(api, theirs, "80", by="officer-d02", id_number=number_of(api, "D01-001"))


# G11
def test_the_husband_of_a_filed_wife_is_refused(api: Api) -> None:
    hold_wife(api)
    fund = new_fund(api, unit="AH")
    hers = filed(api, "D02-001", facts={k: v for k, v in LIVING.items() if k != "household_already_filed"})
    in_draft = api("officer").act(hers, "submit")
    assert (in_draft.status_code, in_draft.get_json()["code"]) == (409, "household_filed")
    approved(api, fund)  # the husband's file is open now
    refused = api("officer").act(hers, "submit")
    assert (refused.status_code, refused.get_json()["code"]) == (422, "not_eligible")
    unmet = [each["code"] for each in refused.get_json()["findings"] if each["outcome"] == "unmet"]
    assert unmet == ["household_not_filed"]
    argued = filed(api, "D02-001", facts={**LIVING, "household_already_filed": False})
    assert api("officer").act(argued, "submit").status_code == 422
    asked = {"on": f"{today().year}-06-01", "facts": {"aid_kind": "living"}, "member_id": member_id(api, "D02-001")}
    answer = done(api("officer").post("/programmes/hardship/assessments", asked))
    found = {each["code"]: each["outcome"] for each in answer["findings"]}
    assert found["household_not_filed"] == "unmet"
    of_nobody = {"on": asked["on"], "facts": asked["facts"]}
    without = done(api("officer").post("/programmes/hardship/assessments", of_nobody))
    assert {each["code"]: each["outcome"] for each in without["findings"]}["household_not_filed"] == "unknown"


# statement 24
def test_living_aid_of_a_year_counts_the_whole_household_in_every_union(api: Api) -> None:
    fund = new_fund(api, unit="AH")
    approved(api, fund, "D02-001", "5000.00")  # the wife had aid of her own, in her union
    change(api, "UPDATE household SET state = 'exited', exited_on = current_date")
    hold_wife(api)
    refused = api("officer").act(filed(api, amount="4600.01"), "submit")
    (limit,) = [each for each in refused.get_json()["findings"] if each["outcome"] == "unmet"]
    assert (limit["code"], limit["required"]) == ("amount_within_limit", "≤ 4600.00")
    submitted(api, amount="4600.00")
    submitted(api, "D01-002", "9600.00")  # another household has all of its own


# G12, statement 25
def test_medical_aid_is_at_most_what_is_left_of_the_bill(api: Api) -> None:
    bill = {"medical_total": "120000.00", "medical_basic_insurance": "70000.00", "mutual_aid_received": "10000.00"}
    bill |= {"medical_catastrophic_insurance": "15000.00", "medical_other_insurance": "5000.00"}
    refused = api("officer").act(filed(api, amount="25000.00", facts={**MEDICAL, **bill}), "submit")
    assert [each["code"] for each in refused.get_json()["findings"] if each["outcome"] == "unmet"] == [
        "amount_within_limit"
    ]
    submitted(api, amount="20000.00", facts={**MEDICAL, **bill})


# G16, statement 26
def test_education_aid_is_counted_for_each_student_and_school_year(api: Api) -> None:
    fund = new_fund(api)
    university = {**LIVING, "aid_kind": "education", "student_level": "higher", "student": "2022340001"}
    path = submitted(api, amount="8000.00", facts=university)
    colleague(api, "reviewer2", "reviewer", person=771)
    for reviewer in ("reviewer", "reviewer2"):
        done(api(reviewer).act(path, "approve", {"fund_id": fund}))
    more = api("officer").act(filed(api, amount="0.01", facts=university), "submit")
    assert [each["code"] for each in more.get_json()["findings"] if each["outcome"] == "unmet"] == [
        "amount_within_limit"
    ]
    submitted(api, amount="8000.00", facts={**university, "student": "2022340002"})
    primary = {**university, "student": "3", "student_level": "compulsory"}
    refused = api("officer").act(filed(api, amount="1000.00", facts=primary), "submit")
    assert [each["code"] for each in refused.get_json()["findings"] if each["outcome"] == "unmet"] == [
        "student_level_covered"
    ]


def test_a_sweep_says_who_sits_in_anothers_file_as_a_single_assessment_does(api: Api, session: Session) -> None:
    hold_wife(api)
    approved(api, new_fund(api))
    of = opened_round(api, programme="hardship", event_on="2026-09-25", facts={"aid_kind": "living"})
    swept(api, session, of["id"])
    lines = done(api("officer").get(f"/rounds/{of['id']}/candidates?limit=200"))["items"]
    unmet = {line["member_id"]: line["unmet"] for line in lines if "household_not_filed" in line["unmet"]}
    assert unmet == {member_id(api, "D02-001"): ["household_not_filed"]}
    assert not any("household_not_filed" in line["unknown"] for line in lines)
