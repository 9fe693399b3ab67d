"""What is paid is, to the byte, what each reviewer approved, whatever was done to the rows since (trust T2, P21)."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import text

from tests.driver import Api
from tests.story import MEDICAL, approved, books, colleague, done, new_fund, prepared, rows, submitted

PAPER = b"%PDF-1.4 discharge summary"
# What somebody with the database's password might do to a case that was approved.
ALTERED = {
    "facts": "UPDATE application SET facts_cipher = facts_cipher || '\\x00' WHERE id = :case",
    "day": "UPDATE application SET event_on = event_on + 1 WHERE id = :case",
    "asked": "UPDATE application SET amount = amount + 1 WHERE id = :case",
    "holder": "UPDATE application SET payee_holder = payee_holder || 'x' WHERE id = :case",
    "paper": "UPDATE document SET removed_at = now() WHERE application_id = :case",
    "submission": "UPDATE application SET submission = submission + 1 WHERE id = :case",
    "more": "UPDATE application SET approved_amount = approved_amount + 1 WHERE id = :case",
}


@pytest.fixture
def fund(api: Api) -> str:
    return new_fund(api)


def with_paper(api: Api, fund: str) -> tuple[str, str]:
    """A case approved with a paper, and its payment."""
    path = submitted(api)
    done(api("reviewer").act(path, "return", {"reason": "补材料"}))
    sent = {"data": {"title": "出院小结", "file": (BytesIO(PAPER), "a.pdf")}}
    tag = api("officer").get(path).headers["ETag"]
    done(api("officer").post(f"{path}/documents", if_match=tag, **sent))
    done(api("officer").act(path, "submit"))
    shown = done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    return path, str(shown["disbursements"][0]["id"])


@pytest.mark.parametrize("what", ALTERED)
@pytest.mark.parametrize("when", ["approve", "release"])
def test_a_case_altered_after_its_approval_is_not_paid(api: Api, fund: str, what: str, when: str) -> None:
    path, paid = with_paper(api, fund)
    batch = prepared(api, fund, [paid])
    if when == "release":
        done(api("finance").act(batch, "approve"))
    with books(api) as session:
        changed = {"case": path.rpartition("/")[2]}
        assert session.execute(text(ALTERED[what]), changed).rowcount == 1  # type: ignore[attr-defined]
        if what == "more":
            ours = "UPDATE disbursement SET amount = amount + 1 WHERE application_id = :case"
            session.execute(text(ours), changed)
    answer = api("finance" if when == "approve" else "cashier").act(batch, when)
    assert (answer.status_code, answer.get_json()["params"]["state"]) == (409, "altered_since_approval")


def test_each_of_two_reviewers_is_held_to_what_they_saw(api: Api, fund: str) -> None:
    """Each had an assessment of their own before them; both are named by their acts and both hold."""
    colleague(api, "second", "reviewer", person=627)
    path = submitted(api, amount="6000.00", facts=MEDICAL)
    done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    paid = done(api("second").act(path, "approve", {"fund_id": fund}))["disbursements"][0]["id"]
    kept = rows(api, "SELECT DISTINCT assessment_id FROM act WHERE act = 'approve'")
    assert len(kept) == 2
    batch = prepared(api, fund, [paid])
    done(api("finance").act(batch, "approve"))
    assert done(api("cashier").act(batch, "release"))["state"] == "released"


def test_an_edit_voids_what_was_approved(api: Api, fund: str) -> None:
    colleague(api, "second", "reviewer", person=627)
    path = submitted(api, amount="6000.00", facts=MEDICAL)
    done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    done(api("second").act(path, "return", {"reason": "金额有误"}))
    tag = api("officer").get(path).headers["ETag"]
    done(api("officer").patch(path, {"amount": "5500.00"}, if_match=tag))
    done(api("officer").act(path, "submit"))
    assert done(api("second").act(path, "approve", {"fund_id": fund}))["state"] == "under_review"


def test_nothing_of_it_stands_in_the_way_of_payment(api: Api, fund: str) -> None:
    batch = prepared(api, fund, [approved(api, fund, member)[1] for member in ("D01-001", "D01-002")])
    done(api("finance").act(batch, "approve"))
    assert done(api("cashier").act(batch, "release"))["state"] == "released"
