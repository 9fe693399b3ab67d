"""Takes a bank's result file in: each answer held against the books and, if told to, booked."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.intake.imports import ImportKind, Taking
from benefits.intake.row import Checked
from benefits.money.bank_answer import COLUMNS, BankAnswer, check_bank_answers
from benefits.money.bank_judgement import judge
from benefits.money.bank_result import book
from benefits.record.restored import require_whole


def take_bank_results(session: Session, actor: Actor, taking: Taking) -> Iterator[Checked[BankAnswer]]:
    """Check and judge every answer; the same file booked twice books once.

    Raises:
        RecordRestored: to be booked, while the record is found to be an older one.
    """
    if taking.apply:
        require_whole(session)
    checked = check_bank_answers(taking.rows)
    judged = book(session, actor, checked, taking.import_id) if taking.apply else judge(session, actor, checked)
    for each in judged:
        yield Checked(each.row, None if each.verdict == "refused" else each.answer, each.findings)


KIND = ImportKind(COLUMNS, "import.bank_result", take_bank_results)
