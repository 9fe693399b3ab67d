"""What a bank says of a released batch, and its answers booked as a job books them."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from benefits.access.actors import load_actor
from benefits.intake.row import Checked
from benefits.money.bank_answer import BankAnswer
from benefits.money.bank_judgement import Judged
from benefits.money.bank_result import book
from models.vocabulary import BankOutcome
from tests.clock import machine_now, today
from tests.driver import Api
from tests.story import books, card, rows


def answers(api: Api, batch: str, outcomes: dict[int, BankOutcome], day: date | None = None) -> list[Checked[Any]]:
    """What a bank answers of a batch's payments, by serial number."""
    with books(api) as session:
        number = session.execute(
            text("SELECT number FROM payment_batch WHERE id = :id"), {"id": batch.rpartition("/")[2]}
        ).scalar_one()
        content = session.execute(
            text("SELECT serial, amount, id FROM disbursement WHERE batch_id = :id ORDER BY serial"),
            {"id": batch.rpartition("/")[2]},
        ).all()
    accounts = _accounts(api, batch)
    return [
        Checked(
            row.serial + 1,
            BankAnswer(
                number,
                row.serial,
                accounts.get(row.serial, card(1)),
                row.amount,
                outcomes[row.serial],
                None if outcomes[row.serial] == BankOutcome.PAID else "户名不符",
                f"B{row.id.hex[-12:]}" if outcomes[row.serial] == BankOutcome.PAID else None,
                day or today(),
            ),
            (),
        )
        for row in content
        if row.serial in outcomes
    ]


def _accounts(api: Api, batch: str) -> dict[int, str]:
    """Serial number → account number, as the bank reads them in the file; none before it is released."""
    file = api("cashier").get(f"{batch}/file")
    lines = file.get_data().decode("utf-8-sig").splitlines() if file.status_code == 200 else []
    read = csv.DictReader(lines)
    return {int(line["序号"]): line["账号"] for line in read if (line["序号"] or "").isdigit()}


def bank_says(api: Api, batch: str, outcomes: dict[int, BankOutcome], by: str = "cashier") -> list[Judged]:
    """Book the bank's answer as a job of this account does."""
    return bank_answers_judged(api, answers(api, batch, outcomes), by)


def bank_answers_judged(api: Api, given: list[Checked[Any]], by: str = "cashier") -> list[Judged]:
    """Book these rows for this account."""
    account_id = rows(api, "SELECT id FROM account WHERE username = :u", u=by)[0].id
    offset = timedelta(seconds=api.app.config["SETTINGS"].clock_offset_s)
    with books(api) as session:
        actor = load_actor(session, account_id, machine_now() + offset, "test-results")
        return book(session, actor, given, None)
