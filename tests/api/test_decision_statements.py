"""What a decision costs, counted: each thing is asked of the books once, and the answer is what the page then shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.driver import Api
from tests.story import GIFT, HOSPITAL, LIVING, done, new_fund, submitted

_OF_THE_TEST = ("SAVEPOINT", "RELEASE", "ROLLBACK")
VISIT = {"programme": "holiday_visit", "amount": "500.00", "facts": HOSPITAL}


@contextmanager
def _statements() -> Iterator[list[str]]:
    """The statements sent meanwhile, without the savepoints that stand for a test's transactions."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(_OF_THE_TEST):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_a_decision_sends_at_most_27_statements_and_its_page_11(api: Api) -> None:
    fund = new_fund(api)
    first, case = (submitted(api, member, **VISIT) for member in ("D01-001", "D01-002"))
    done(api("reviewer").act(first, "approve", {"fund_id": fund}))  # what a process looks up once is known now
    version = api("reviewer").get(case).headers["ETag"]
    with _statements() as deciding:
        done(api("reviewer").post(f"{case}/approve", {"fund_id": fund}, if_match=version))
    with _statements() as reading:
        done(api("reviewer").get(case))
    assert len(deciding) <= 27, "\n".join(deciding)
    assert len(reading) <= 11, "\n".join(reading)


@pytest.mark.parametrize(
    "filed",
    [VISIT, {"programme": "holiday_visit", "amount": "300.00", "facts": GIFT}, {"amount": "2000.00", "facts": LIVING}],
    ids=["money", "goods", "hardship"],
)
def test_the_answers_to_submit_and_approve_are_to_the_byte_what_the_page_then_shows(
    api: Api, filed: dict[str, Any]
) -> None:
    fund, case = new_fund(api), submitted(api, **filed)
    done(api("reviewer").act(case, "return", {"reason": "再看"}))
    again = api("officer").act(case, "submit")
    assert done(again)["state"] == "submitted"
    assert again.data == api("officer").get(case).data
    approved = api("reviewer").act(case, "approve", {"fund_id": fund})
    assert done(approved)["state"] == "approved"
    assert approved.data == api("reviewer").get(case).data
