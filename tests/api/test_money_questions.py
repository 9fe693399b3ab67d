"""A batch is built, checked, approved, released and booked with as many statements for many payments as for few."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from benefits.access.actors import load_actor
from benefits.casework.prepayment.release import approve_checked, release_checked
from benefits.casework.seen import seen_with
from benefits.intake.row import Checked
from benefits.money.bank_answer import BankAnswer
from benefits.money.bank_result import book
from benefits.money.batch import lock_batch, prepare_batch
from benefits.money.disbursement import make_disbursements
from benefits.money.payee import Payee, seal_payee
from models.application import Act, Application
from models.columns import new_id
from models.entitlement import Entitlement
from models.vocabulary import BankOutcome
from tests.clock import now, today
from tests.driver import Api
from tests.story import approved, books, card, new_fund, rows

ACCOUNT = Payee("王建国", card(41), "徽商银行")
OWN = {"id", "number", "version", "touched_at", "created_at", "payee_cipher", "payee_hash", "assessment_id"}


def many(session: Session, like: UUID, fund: UUID, count: int) -> list[UUID]:
    """So many approved cases of one member, each with its payment of 10.00."""
    first = session.get_one(Application, like)
    shared = {
        name: getattr(first, name) for name in (each.name for each in Application.__table__.columns) if name not in OWN
    }
    cases = []
    for _ in range(count):
        case_id = new_id()
        sealed = seal_payee(session, first.person_id, case_id, ACCOUNT).columns()
        amounts = {"approved_amount": Decimal("10.00"), "amount": Decimal("10.00")}
        cases.append(Application(id=case_id, **{**shared, **amounts, **sealed}))
    session.add_all(cases)
    session.flush()
    signed = session.scalars(select(Act).where(Act.application_id == like, Act.act == "approve")).one()
    kept = {
        name: getattr(signed, name) for name in ("act", "duty", "from_state", "to_state", "account_id", "person_id")
    }
    session.add_all(
        Act(
            **kept,
            application_id=case.id,
            unit_id=case.unit_id,
            submission=case.submission,
            amount=case.approved_amount,
            seen_hash=seen,
        )
        for case, seen in zip(cases, seen_with(session, [(case, None) for case in cases]), strict=True)
    )
    session.add_all(
        Entitlement(
            person_id=case.person_id,
            unit_id=case.unit_id,
            application_id=case.id,
            programme=case.programme,
            kind="living",
            occasion="",
            year=today().year,
            amount=Decimal("10.00"),
            once=False,
            state="reserved",
            event_on=case.event_on,
        )
        for case in cases
    )
    session.execute(text("UPDATE fund SET reserved = reserved + :sum WHERE id = :id"), {"sum": 10 * count, "id": fund})
    make_disbursements(session, fund, [(case, Decimal("10.00")) for case in cases])
    found = session.execute(
        text("SELECT id FROM disbursement WHERE application_id = ANY (:cases)"), {"cases": [case.id for case in cases]}
    )
    return [row.id for row in found]


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that reach the server, each row of a repeated one by itself."""
    said: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, executemany: bool) -> None:
        said.extend([statement] * (len(parameters) if executemany and not isinstance(parameters, dict) else 1))

    event.listen(session.get_bind(), "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", note)


@pytest.mark.parametrize("step", ["build", "approve", "release", "book"])
def test_a_batch_asks_no_more_for_many_payments_than_for_few(api: Api, step: str) -> None:
    fund = new_fund(api)
    path, _ = approved(api, fund)
    accounts = {row.username: row.id for row in rows(api, "SELECT id, username FROM account")}
    asked: dict[int, list[str]] = {}
    for count in (10, 100):
        with books(api) as session:
            ids = many(session, UUID(path.rpartition("/")[2]), UUID(fund), count)
        for name, who in (("build", "finance"), ("approve", "finance"), ("release", "cashier"), ("book", "cashier")):
            with books(api) as session:
                actor = load_actor(session, accounts[who], now(), "test")
                with counted(session) as said:
                    if name == "build":
                        batch = prepare_batch(session, actor, fund_id=UUID(fund), disbursement_ids=ids)
                        batch_id, number = batch.id, batch.number
                    elif name == "book":
                        book(session, actor, told(number, count), None)
                    else:
                        locked = lock_batch(session, actor, batch_id)
                        if name == "approve":
                            approve_checked(session, actor, locked, seen=None)
                        else:
                            release_checked(session, actor, locked)
                    session.flush()
            if name == step:
                asked[count] = list(said)
    assert len(asked[100]) <= len(asked[10]) + 5, sorted(set(asked[100]), key=asked[100].count)[-2:]


def told(number: str, count: int) -> list[Checked[BankAnswer]]:
    ten = Decimal("10.00")
    return [
        Checked(n + 1, BankAnswer(number, n, card(41), ten, BankOutcome.PAID, None, f"{number}-{n}", today()), ())
        for n in range(1, count + 1)
    ]
