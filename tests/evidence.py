"""Evidence packages as the house makes them: a story told over HTTP, sealed and signed, packed by a worker."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from benefits.assurance.seal import sealing
from benefits.jobs.work import Shop
from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.clock import machine_now
from tests.driver import Api
from tests.sealed import SEED, seal_all, session_of
from tests.story import done, filed, new_fund, released

PDF = b"%PDF-1.7 a paper of the case"


def paid_case(api: Api, member: str = "D01-001") -> str:
    """The path of a case with a paper, approved, paid and booked."""
    fund, path = new_fund(api, name=f"帮扶资金{member}"), filed(api, member)
    form = {"title": "收入证明", "file": (io.BytesIO(PDF), "a.pdf")}
    done(api("officer").post(f"{path}/documents", data=form, if_match=api("officer").get(path).headers["ETag"]))
    done(api("officer").act(path, "submit"))
    shown = done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    batch = released(api, fund, [shown["disbursements"][0]["id"]])
    bank_says(api, batch, {1: BankOutcome.PAID})
    return path


def signed(shop: Shop, minutes: int = 5) -> str:
    """Seal all that waits and sign it; gives the public key."""
    seal_all(shop)
    with session_of(shop) as session:
        sealing.sign(session, SEED, machine_now() + timedelta(minutes=minutes))
        return str(session.scalars(text("SELECT verifier FROM record_key")).one())


def package(
    api: Api, worker: Callable[[], bool], body: dict[str, Any], *, by: str = "auditor"
) -> tuple[dict[str, Any], bytes]:
    """The result and the file of a package."""
    job = api(by).post("/audit/exports", {"format": "package", **body})
    assert job.status_code == 202, job.get_json()
    while worker():
        pass
    ended = api(by).get(job.headers["Location"]).get_json()
    assert ended["state"] == "done", ended
    return ended["result"], api(by).get(f"/audit/exports/{ended['id']}/file").get_data()
