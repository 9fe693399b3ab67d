"""P30: what is erased stands in no dump, the sealed record verifies as before, and too early is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from benefits.assurance.checkpoint import VerifierKey
from benefits.assurance.seal.sealer import SCOPE
from benefits.assurance.verification.check import Means, Report, verify_all
from config.settings import Settings
from models.database import session_for
from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.clock import later, machine_now, today
from tests.driver import Api
from tests.evidence import signed
from tests.faults.canaries import dumped, found_in, words
from tests.sealed import shop_of
from tests.story import HOSPITAL, approved, done, new_fund, released
from tools.provision import Provisioned

ALL = ["id_number", "phone", "account_number"]


def paid_and_left(api: Api, said: dict[str, str]) -> str:
    """The id of a member who was paid once and has left."""
    body = {name: said[name] for name in ("name", "id_number", "phone")} | {"dues_paid_through": "2026-12-31"}
    kept = {"unit_code": "AH-D01", "employment_type": "established", "staff_number": "C-1", **body}
    path = f"/members/{done(api('officer').post('/members', kept))['id']}"
    account = {"holder": said["name"], "account_number": said["card"], "bank": "徽商银行"}
    changed(api, path, {"account": account})
    fund = new_fund(api)
    payment = approved(api, fund, "C-1", "500.00", programme="holiday_visit", facts=HOSPITAL)[1]
    bank_says(api, released(api, fund, [payment]), {1: BankOutcome.PAID})
    changed(api, path, {"state": "left"})
    return path


def changed(api: Api, path: str, change: dict[str, Any]) -> None:
    """Change the member as it is now."""
    done(api("officer").patch(path, change, if_match=api("officer").get(path).headers["ETag"]))


def verified(made: Provisioned, key: VerifierKey) -> Report:
    """The full check by the serving role."""
    engine = create_engine(made.app_url, poolclass=NullPool, isolation_level="REPEATABLE READ")
    with session_for(engine, SCOPE) as session:
        return verify_all(session, Means(keys=[key], app_role=made.roles.app, at=machine_now()))


def refusal(answer: Any) -> tuple[int, str]:
    """Status and code."""
    return answer.status_code, answer.get_json()["code"]


def test_nothing_of_an_erased_person_is_readable_and_the_record_still_verifies(
    committed_api: Api, committed: Provisioned, superuser_url: str, settings: Settings
) -> None:
    said, api = words(), committed_api
    address = make_url(superuser_url).set(database=make_url(committed.owner_url).database)
    here = address.render_as_string(hide_password=False)
    path = paid_and_left(api, said)
    with shop_of(settings, committed) as shop:
        key = VerifierKey.read(signed(shop))
        assert found_in([dumped(here)], said) == {"name"}, "the search finds what is there"

        request = f"/erasures/{done(api('officer').post(f'{path}/erasures', {'origin': 'member'}))['id']}"
        assert refusal(api("reviewer").act(request, "approve")) == (409, "retention_runs")
        asked = {"fields": ALL, "purpose": "核对"}
        assert refusal(api("officer").post(f"{path}/disclosures", asked)) == (409, "state_forbids")

        over = later(api, date(today().year + 31, 1, 1))
        assert done(over("reviewer").act(request, "approve"))["state"] == "done"
        assert found_in([dumped(here)], said) == set()
        signed(shop, minutes=10)
    report = verified(committed, key)
    assert report.ok, [difference.line() for difference in report.differences]
