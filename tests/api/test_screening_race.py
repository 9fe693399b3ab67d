"""A consent withdrawn while a result is being typed: who comes second meets what the first one did."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from benefits.access.actors import load_actor
from benefits.casework.screening.appointment import lock_appointment
from benefits.casework.screening.consent import consents_of, withdraw_consent
from models.account import Account
from tests.clock import today
from tests.driver import Api
from tests.screened import CLEAR, attended
from tests.story import rows


def waiting(session: Session) -> bool:
    """Whether another session waits for a lock; what is read of it is not kept from one look to the next."""
    session.execute(text("SELECT pg_stat_clear_snapshot()"))
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    return bool(session.scalar(text(query)))


def test_no_code_is_kept_after_a_consent_that_was_withdrawn_meanwhile(
    committed_api: Api, committed_session: Session
) -> None:
    path = attended(committed_api)
    appointment_id = UUID(path.rpartition("/")[2])
    body = {"appointment_id": str(appointment_id), "codes": CLEAR}
    medical = committed_api("medical")
    officer = committed_session.scalars(select(Account.id).where(Account.username == "officer")).one()
    actor = load_actor(committed_session, officer, committed_session.scalars(text("SELECT now()")).one(), "race")
    appointment = lock_appointment(committed_session, actor, appointment_id)
    with ThreadPoolExecutor(1) as other:
        answer = other.submit(medical.post, "/screening/results", body)
        until = monotonic() + 20
        while not answer.done() and not waiting(committed_session) and monotonic() < until:
            sleep(0.02)
        for consent in consents_of(committed_session, [appointment_id]):
            if consent.purpose == "clinical_detail":
                withdraw_consent(committed_session, actor, appointment, consent.id, on=today())
        committed_session.commit()
        assert answer.result(30).get_json()["code"] == "consent_missing"
    assert rows(committed_api, "SELECT id FROM screening_result") == []
