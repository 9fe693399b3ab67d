"""Claims over HTTP: the cover tells since when and for how many shares; a benefit may end it; papers are listed."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import text

from tests.driver import Api
from tests.mutual_aid import TERM, approve, claim, covered, covers, pool, transfer, worker
from tests.story import MEDICAL, books, done, filing, rows

ILL = {"plan": "critical_illness", "known_before": False}


def unmet(answer: Any) -> list[str]:
    assert answer.get_json()["code"] == "not_eligible", answer.get_json()
    return [each["code"] for each in answer.get_json()["findings"] if each["outcome"] == "unmet"]


@pytest.mark.parametrize(
    ("diagnosed", "tier", "most"),
    [("2022-07-20", "none", "0.00"), ("2022-08-20", "reduced", "500.00"), ("2022-11-01", "full", "10000.00")],
)
def test_the_books_tell_the_waiting_and_no_word_against_them_counts(
    api: Api, diagnosed: str, tier: str, most: str
) -> None:
    """G18, with the cover in the books: an officer who states an earlier day and more shares changes nothing."""
    member = worker(api, 302)
    covered(api, pool(api), member, "critical_illness", "2022-07-01", "66.00")
    stated = {"effective_on": "2021-07-01", "first_enrolment": False, "shares": 9}
    path = claim(api, member, "10000.00", "2022-12-01", **ILL, **stated, diagnosed_on=diagnosed)
    shown = done(api("officer").get(path))["assessment"]
    assert shown["derived"]["waiting_tier"] == tier
    if most == "10000.00":
        assert shown["entitlement"]["amount_max"] == most
        done(api("officer").act(path, "submit"))
    else:
        assert unmet(api("officer").act(path, "submit")) == ["amount_within_limit"]


def test_a_benefit_ends_the_cover_and_a_return_opens_it_again(api: Api) -> None:
    """Statement 42: paid, the cover ends; returned, it is in force as before."""
    member, fund = worker(api, 302), pool(api)
    covered(api, fund, member, "critical_illness", "2022-07-01", "66.00")
    path = claim(api, member, "500.00", "2022-12-01", **ILL, diagnosed_on="2022-08-20", disease="C50")
    done(api("officer").act(path, "submit"))
    approve(api, path, fund)
    (cover,) = covers(api)
    assert (cover["state"], cover["ended_reason"], cover["ended_on"]) == ("ended", "claimed_out", "2025-06-30")
    same = claim(api, member, "500.00", "2022-12-01", **ILL, diagnosed_on="2022-08-20", disease="I21")
    assert unmet(api("officer").act(same, "submit")) == ["covered_on_day"]
    later = claim(api, member, "1.00", "2022-12-01", **ILL, diagnosed_on="2022-11-01", effective_on="2022-07-01")
    assert "covered_on_day" in unmet(api("officer").act(later, "submit"))
    done(api("reviewer").act(path, "return", {"reason": "材料有误"}))
    (cover,) = covers(api)
    assert (cover["ended_reason"], cover["ended_on"]) == ("expired", "2025-06-30")
    assert rows(api, "SELECT state FROM cover")[0].state == "in_force"


def test_without_a_cover_on_the_day_nothing_is_claimed(api: Api) -> None:
    """Before it took effect, before its premium was paid, and where the books have it ended."""
    member, fund = worker(api, 302), pool(api)
    covered(api, fund, member, "critical_illness", "2022-07-01", "66.00", effective_on="2022-09-01")
    for diagnosed in ("2022-06-30", "2022-08-31", "2025-07-01"):
        path = claim(api, member, "1.00", "2025-12-01", **ILL, diagnosed_on=diagnosed, effective_on="2022-01-01")
        shown = done(api("officer").get(path))["assessment"]
        outcomes = {each["code"]: each["outcome"] for each in shown["findings"]}
        assert outcomes["covered_on_day"] == "unmet", diagnosed


def test_a_cover_on_paper_from_before_these_books_stands_as_stated(api: Api) -> None:
    """The contract's facts alone; from the day `books_from` on, a cover in the books is wanted."""
    member = worker(api, 302)
    stated = {**ILL, "effective_on": "2022-07-01", "first_enrolment": True}
    path = claim(api, member, "10000.00", "2022-12-01", **stated, diagnosed_on="2022-11-01")
    done(api("officer").act(path, "submit"))
    assert done(api("officer").get(f"/mutual-aid/claims/{path.split('/')[-1]}"))["cover"] is None
    late = claim(api, member, "10000.00", "2027-03-01", **stated, diagnosed_on="2027-02-01")
    assert unmet(api("officer").act(late, "submit")) == ["covered_on_day"]


def test_the_same_illness_is_not_paid_again_on_renewal(api: Api) -> None:
    """§6.1: already paid disease not covered again on renewal, however it is written."""
    member, fund = worker(api, 302), pool(api)
    covered(api, fund, member, "critical_illness", "2022-07-01", "66.00")
    first = claim(api, member, "400.00", "2022-12-01", **ILL, diagnosed_on="2022-11-01", disease="C50.9")
    done(api("officer").act(first, "submit"))
    approve(api, first, fund)
    renewed = covered(api, fund, member, "critical_illness", "2025-07-01", "66.00")
    assert (renewed["first_enrolment"], renewed["previous_end_on"]) == (False, "2025-06-30")
    again = claim(api, member, "400.00", "2026-02-05", **ILL, diagnosed_on="2025-07-02", disease=" c50.9 ")
    assert unmet(api("officer").act(again, "submit")) == ["not_paid_before"]
    other = claim(api, member, "10000.00", "2026-02-05", **ILL, diagnosed_on="2025-07-02", disease="I21")
    done(api("officer").act(other, "submit"))  # a renewal has no waiting


def test_papers_are_listed_and_their_want_refuses_nothing(api: Api) -> None:
    """§6.3: medical: form, settlement, bank card; from 3,000 yuan the signed application for payment."""
    member, fund = worker(api, 302), pool(api)
    covered(api, fund, member, "medical", TERM, "40.00")
    facts = {"plan": "medical", "discharged_on": "2026-03-02", "filed_on": "2026-03-20", "personal_part": "8000.00"}
    path = claim(api, member, "3000.00", "2026-03-20", **facts)
    page = f"/mutual-aid/claims/{path.split('/')[-1]}"
    officer = api("officer")
    found = {each["paper"]: each["handed_in"] for each in done(officer.get(page))["evidence"]}
    assert found == dict.fromkeys(("claim_form", "settlement", "bank_card", "signed_form"), False)
    added = officer.call(
        "POST",
        f"{path}/documents",
        data={"title": "医保结算单（盖章）", "file": (BytesIO(b"%PDF-1.7 x"), "a.pdf")},
        if_match=officer.get(path).headers["ETag"],
    )
    assert added.status_code == 201, added.get_json()
    done(officer.act(path, "submit"))
    shown = done(officer.get(page))
    assert {each["paper"]: each["handed_in"] for each in shown["evidence"]}["settlement"] is True
    assert shown["cover"]["plan"] == "medical"
    with books(api) as session:  # handed in while the calendar of the year is known
        session.execute(text("UPDATE claim SET handed_in_on = '2026-03-20', decide_by = '2026-05-07'"))
    (due,) = done(api("reviewer").get("/mutual-aid/claims/due"))["items"]
    assert (due["id"], due["decide_by"], due["overdue"]) == (path.split("/")[-1], "2026-05-07", True)
    assert [each["paper"] for each in due["missing"]] == ["claim_form", "bank_card", "signed_form"]
    assert done(api("reviewer").get("/mutual-aid/claims/due?until=2026-05-06"))["items"] == []
    with books(api) as session:
        session.execute(text("UPDATE claim SET decide_by = NULL"))
    assert done(api("reviewer").get("/mutual-aid/claims/due?until=2026-05-06"))["items"] == [due]
    assert done(api("officer2").get("/mutual-aid/claims/due?unit=AH-D01"))["items"][0]["id"] == due["id"]
    approve(api, path, fund)
    assert done(api("reviewer").get("/mutual-aid/claims/due"))["items"] == []
    enrolment_case = covers(api)[0]["application_id"]
    assert officer.get(f"/mutual-aid/claims/{enrolment_case}").status_code == 404


def test_a_claim_is_filed_within_thirty_working_days_or_announced(api: Api) -> None:
    """G14 and statement 43: discharged 2022-01-20, in time on 03-08, late on 03-09 but for a note dated by then."""
    member, fund = worker(api, 302), pool(api)
    covered(api, fund, member, "medical", "2022-01-01", "40.00")
    facts = {"plan": "medical", "discharged_on": "2022-01-20", "personal_part": "4000.00"}
    officer = api("officer")

    def handed(filed: str, note: str | None) -> Any:
        path = claim(api, member, "1.00", filed, **facts, filed_on=filed, late_note_on=note)
        assert done(officer.get(f"/mutual-aid/claims/{path.split('/')[-1]}"))["filing_deadline"] == "2022-03-08"
        return officer.act(path, "submit")

    assert handed("2022-03-08", None).status_code == 200
    assert unmet(handed("2022-03-09", None)) == ["filed_in_time"]
    assert handed("2022-03-09", "2022-03-08").status_code == 200
    assert unmet(handed("2022-03-20", "2022-03-09")) == ["filed_in_time"]


def test_an_accidents_benefit_is_the_plans_most_in_all(api: Api) -> None:
    """§6.1 C: up to 20,000 by grade of disability; disability and death are not both given in full."""
    member, fund = worker(api, 302), pool(api)
    covered(api, fund, member, "accident", "2026-07-01", "40.00")
    hurt = {"plan": "accident", "accident_on": "2026-08-01"}
    first = claim(api, member, "2000.00", "2026-10-08", **hurt, accident_outcome="disability", disability_grade=10)
    done(api("officer").act(first, "submit"))
    approve(api, first, fund)
    died = claim(api, member, "18000.01", "2026-11-02", **hurt, accident_outcome="death")
    assert unmet(api("officer").act(died, "submit")) == ["amount_within_limit"]
    treated = claim(api, member, "5400.01", "2026-11-02", **hurt, accident_outcome="treatment", hospital_days=200)
    assert unmet(api("officer").act(treated, "submit")) == ["amount_within_limit"]  # 180 days at most


def test_what_mutual_aid_gave_lowers_the_hardship_aid(api: Api) -> None:
    """Statements 25 and 45, G12: 120,000 less 70,000, 15,000, 5,000 and 10,000 of mutual aid leaves 20,000."""
    member, fund = worker(api, 302), pool(api)
    covered(api, fund, member, "medical", "2026-01-01", "40.00")
    facts = {"plan": "medical", "discharged_on": "2026-03-02", "filed_on": "2026-03-20", "personal_part": "20000.00"}
    for amount in ("5000.00", "5000.00"):
        path = claim(api, member, amount, "2026-03-20", **facts)
        done(api("officer").act(path, "submit"))
        approve(api, path, fund)
    bill = {
        **MEDICAL,
        "medical_total": "120000.00",
        "medical_basic_insurance": "70000.00",
        "medical_catastrophic_insurance": "15000.00",
        "medical_other_insurance": "5000.00",
        "mutual_aid_received": "0.00",
    }
    body = {**filing(api, amount="25000.00"), "member_id": member, "facts": bill}
    made = done(api("officer").post("/applications", body))
    assert made["assessment"]["entitlement"]["amount_max"] == "20000.00"
    assert unmet(api("officer").act(f"/applications/{made['id']}", "submit")) == ["amount_within_limit"]
    about = {"membership_active": True, "in_service": True, "employment_type": "established", "union_kind": "primary"}
    asked = {"on": body["on"], "facts": {**bill, **about, "dues_paid_through": "2026-12-31", "amount": "25000.00"}}
    alone = done(api("officer").post("/programmes/hardship/assessments", asked))
    assert alone["entitlement"]["amount_max"] == "30000.00"  # without a member everything is as given


def test_no_health_data_leaves_the_case(api: Api) -> None:
    """§6.3: neither the lists nor the record know the illness."""
    member, fund = worker(api, 302), pool(api)
    covered(api, fund, member, "critical_illness", "2022-07-01", "66.00")
    path = claim(api, member, "500.00", "2022-12-01", **ILL, diagnosed_on="2022-08-20", disease="罕见病XYZ")
    done(api("officer").act(path, "submit"))
    assert "XYZ" not in api("reviewer").get("/mutual-aid/claims/due").get_data(as_text=True)
    (held,) = rows(api, "SELECT count(*) AS n FROM record_entry WHERE body::text LIKE '%XYZ%'")
    assert held.n == 0
    assert api("finance").post("/mutual-aid/premium-payments", transfer("1.00", None)).status_code == 422
