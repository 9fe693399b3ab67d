"""Risk indicators on decisions: at which hour, by whom how often, one case cut into several."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from tests.conftest import At
from tests.driver import Api
from tests.indicators import YEAR, hits, of_kind
from tests.story import (
    approved,
    books,
    colleague,
    done,
    new_fund,
    submitted,
)

AGAIN = """
WITH again AS (
    INSERT INTO application (id, programme, kind, unit_id, membership_id, person_id, state, event_on, amount,
                             approved_amount, facts_cipher, payee_named, submission, filed_by)
    SELECT gen_random_uuid(), programme, kind, unit_id, membership_id, person_id, state, event_on + :days, 4900, 4900,
           facts_cipher, false, 1, filed_by
    FROM application WHERE id = :i RETURNING id, unit_id),
seen AS (
    INSERT INTO assessment (id, application_id, unit_id, policy_id, event_on, outcome, content_cipher, content_hash)
    SELECT gen_random_uuid(), again.id, s.unit_id, policy_id, event_on, outcome, content_cipher, content_hash
    FROM assessment s, again WHERE s.id = (SELECT assessment_id FROM application WHERE id = :i)
    RETURNING id, application_id)
SELECT id, application_id FROM seen
"""


@pytest.mark.parametrize(
    ("day", "hour", "kinds"),
    [
        (date(2026, 3, 4), 10, []),
        (date(2026, 3, 4), 6, ["odd_hours"]),
        (date(2026, 3, 4), 7, []),
        (date(2026, 3, 4), 20, ["odd_hours"]),
        (date(2026, 3, 7), 10, ["rest_day"]),  # a Saturday
        (date(2026, 2, 17), 10, ["rest_day"]),  # Spring Festival, a Tuesday
        (date(2026, 2, 14), 10, []),  # a Saturday worked for it
        (date(2026, 3, 8), 22, ["odd_hours", "rest_day"]),
    ],
)
def test_decisions_outside_working_hours(at: At, day: date, hour: int, kinds: list[str]) -> None:
    api = at(day, hour)
    approved(api, new_fund(api), on="2026-01-10")
    found = [hit for hit in hits(api, **{"from": "2026-01-01", "until": "2026-12-31"}) if "who" in hit["figures"]]
    assert [(hit["kind"], hit["figures"]["who"], hit["figures"]["cases"]) for hit in found] == [
        (kind, "何审核", "1") for kind in kinds
    ]


def test_one_reviewers_unusual_share_of_approvals(api: Api) -> None:
    fund = new_fund(api)
    colleague(api, "reviewer2", "reviewer", person=641)
    case = submitted(api)
    done(api("reviewer2").act(case, "approve", {"fund_id": fund}))
    approved(api, fund, "D01-002")
    act = (
        "INSERT INTO act (id, application_id, unit_id, act, duty, from_state, to_state, submission, account_id, "
        "person_id, seen_hash, acted_at) SELECT gen_random_uuid(), application_id, unit_id, act, duty, from_state, "
        "to_state, submission + n, account_id, person_id, seen_hash, acted_at FROM act, generate_series(1, :n) n "
        "WHERE act = 'approve' AND account_id = (SELECT id FROM account WHERE username = 'reviewer')"
    )
    with books(api) as session:
        session.execute(text(act), {"n": 7})
    assert of_kind(api, "approval_share") == []  # 9 approvals in all: fewer than 10
    with books(api) as session:
        session.execute(text(act.replace("submission + n", "submission + 20")), {"n": 1})
    (hit,) = of_kind(api, "approval_share")
    figures = hit["figures"]
    assert (figures["who"], figures["peers"], figures["mean"]) == ("何审核", "2", "50.0")
    assert float(figures["share"]) >= 80


@pytest.mark.parametrize(("days", "found"), [(30, 1), (31, 0)])
def test_a_case_cut_into_several_below_a_band(api: Api, days: int, found: int) -> None:
    case = approved(api, new_fund(api), amount="4500.00", on=f"{YEAR}-06-01")[0][-36:]
    assert of_kind(api, "split_case") == []
    with books(api) as session:
        made = session.execute(text(AGAIN), {"i": case, "days": days}).one()
        session.execute(text("UPDATE application SET assessment_id = :id WHERE id = :application_id"), made._asdict())
    hit = of_kind(api, "split_case")
    assert len(hit) == found
    if hit:
        wanted = {"days": "30", "cases": "2", "band": "5000.00", "total": "9400.00"}
        assert (hit[0]["figures"], hit[0]["application_ids"][0]) == (wanted, case)
