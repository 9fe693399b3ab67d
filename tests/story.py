"""Steps of the story that many tests walk through: people, funds, cases and batches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from stdnum import luhn

from benefits.core.identity import NotAnIdentity, parse_identity
from models.database import Scope, db, session_for
from models.policy import Policy
from tests.clock import today
from tests.driver import PASSWORD, Api

LIVING = {
    "aid_kind": "living",
    "household_size": 3,
    "annual_disposable_income": "48000.00",
    "annual_rigid_spending": "28000.00",
    "subsistence_line_month": "800.00",
    "accidental_event": False,
    "household_already_filed": False,
    "homes_owned": 1,
    "owns_business": False,
    "high_fee_school": False,
    "non_work_vehicle": False,
}
MEDICAL = {**LIVING, "aid_kind": "medical", "medical_total": "90000.00"} | {
    f"medical_{part}_insurance": "0.00" for part in ("basic", "catastrophic", "other")
}
MEDICAL["mutual_aid_received"] = "0.00"
GIFT = {"kind": "festival_gift", "occasion": "mid_autumn", "form": "goods"}
HOSPITAL = {"kind": "hospital", "event": "I21", "form": "bank_transfer"}


def identity(sequence: int, born: date = date(1980, 1, 1)) -> str:
    """An identity number that is issued to nobody."""
    for check in "0123456789X":
        try:
            return parse_identity(f"340000{born:%Y%m%d}{sequence:03d}{check}").number
        except NotAnIdentity:
            continue
    raise AssertionError


def card(sequence: int) -> str:
    """A bank card number that is issued to nobody."""
    stem = f"622848{sequence:012d}"
    return stem + luhn.calc_check_digit(stem)


@contextmanager
def books(api: Api, account_id: UUID | None = None) -> Iterator[Session]:
    """A session of the serving role over the whole union, and over what belongs to an account alone."""
    with api.app.app_context():
        keys = api.app.config["SECRECY"]
        scope = Scope(account_id=account_id, paths=("/AH/",), request_id="test")
        with session_for(db.engine, scope, secrecy=keys) as session:
            yield session


def rows(api: Api, query: str, **values: object) -> list[Any]:
    """What the books hold."""
    with books(api) as session:
        return list(session.execute(text(query), values))


def member_id(api: Api, staff_number: str) -> str:
    """The id of a member of the demonstration union."""
    return str(rows(api, "SELECT id FROM membership WHERE staff_number = :s", s=staff_number)[0].id)


def colleague(api: Api, username: str, role: str, *, unit: str = "AH", person: str | int) -> str:
    """Another account with a role; `person` is a sequence number or an identity number. Returns the account's path."""
    number = identity(person) if isinstance(person, int) else person
    body = {"username": username, "password": PASSWORD, "name": "钱同事", "id_number": number, "unit_code": unit}
    made = api("admin").post("/accounts", body)
    assert made.status_code == 201, made.get_json()
    path = f"/accounts/{made.get_json()['id']}"
    grant(api, path, role, unit)
    return path


def grant(api: Api, account: str, role: str, unit: str = "AH") -> None:
    """Give an account one more role."""
    given = api("admin").post(f"{account}/grants", {"role": role, "unit_code": unit, "valid_from": "2020-01-01"})
    assert given.status_code == 201, given.get_json()


def account_path(api: Api, username: str) -> str:
    """The path of an account."""
    (found,) = api("admin").get(f"/accounts?username={username}").get_json()["items"]
    return f"/accounts/{found['id']}"


def new_fund(
    api: Api,
    appropriated: str = "100000.00",
    *,
    unit: str = "AH-D01",
    name: str = "帮扶资金",
    year: int | None = None,
) -> str:
    """The id of a new fund, of this year unless told otherwise."""
    of = {"unit_code": unit, "name": name, "year": year or today().year}
    body = {**of, "source": "union_funds", "appropriated": appropriated}
    made = api("finance").post("/funds", body)
    assert made.status_code == 201, made.get_json()
    return str(made.get_json()["id"])


def balance(api: Api, fund_id: str) -> dict[str, str]:
    """The five amounts of a fund."""
    shown = api("finance").get(f"/funds/{fund_id}").get_json()
    return {part: shown[part] for part in ("appropriated", "reserved", "committed", "spent", "available")}


def filing(api: Api, member: str = "D01-001", amount: str | None = "2000.00", **other: object) -> dict[str, Any]:
    """The body of an application for living aid; `other` replaces."""
    return {
        "programme": "hardship",
        "member_id": member_id(api, member),
        "on": f"{today().year}-06-01",
        "amount": amount,
        "facts": LIVING,
        **other,
    }


def filed(api: Api, member: str = "D01-001", amount: str | None = "2000.00", **other: object) -> str:
    """The path of a new draft."""
    by = str(other.pop("by", "officer"))
    made = api(by).post("/applications", filing(api, member, amount, **other))
    assert made.status_code == 201, made.get_json()
    return f"/applications/{made.get_json()['id']}"


def done(answer: Any) -> Any:
    """The JSON of an answer that must be a success."""
    assert answer.status_code in {200, 201}, answer.get_json()
    return answer.get_json()


def submitted(api: Api, member: str = "D01-001", amount: str | None = "2000.00", **other: object) -> str:
    """The path of a case that was handed in."""
    path = filed(api, member, amount, **other)
    done(api(str(other.get("by", "officer"))).act(path, "submit"))
    return path


def approved(
    api: Api, fund_id: str, member: str = "D01-001", amount: str | None = "2000.00", **other: object
) -> tuple[str, str]:
    """The path of an approved case, and the id of its payment."""
    path = submitted(api, member, amount, **other)
    shown = done(api("reviewer").act(path, "approve", {"fund_id": fund_id}))
    return path, str(shown["disbursements"][0]["id"])


def prepared(api: Api, fund_id: str, payments: list[str]) -> str:
    """The path of a new batch."""
    made = done(api("finance").post("/payment-batches", {"fund_id": fund_id, "disbursement_ids": payments}))
    return f"/payment-batches/{made['id']}"


def released(api: Api, fund_id: str, payments: list[str]) -> str:
    """The path of a batch that went to the bank."""
    path = prepared(api, fund_id, payments)
    done(api("finance").act(path, "approve"))
    done(api("cashier").act(path, "release"))
    return path


def payment(api: Api, payment_id: str) -> dict[str, Any]:
    """A payment as its page shows it."""
    shown: dict[str, Any] = done(api("finance").get(f"/disbursements/{payment_id}"))
    return shown


def notice_days(api: Api, days: int) -> None:
    """Hardship's rules ask for a notice of so many working days."""
    hardship_figures(api, notice_working_days=days)


def hardship_figures(api: Api, **figures: object) -> None:
    """Put hardship's rules in force anew, a year later than before, with other figures."""
    with api.app.app_context(), session_for(db.engine, Scope(paths=("/",), request_id="test")) as session:
        of_hardship = select(Policy).where(Policy.programme == "hardship", Policy.valid_to.is_(None))
        running = session.scalars(of_hardship).one()
        begins = running.valid_from.replace(year=running.valid_from.year + 1)
        running.valid_to = begins - timedelta(days=1)
        session.flush()
        kept = {name: getattr(running, name) for name in ("programme", "state", "content", "digest")}
        overrides = {**running.overrides, **figures}
        session.add(Policy(**kept, edition=f"hardship-{begins.year}", valid_from=begins, overrides=overrides))


def recomputed(api: Api, fund_id: str) -> dict[str, str]:
    """The five amounts of a fund as its payments, awards in kind and adjustments add up to."""
    (row,) = rows(
        api,
        """
        WITH held AS (
            SELECT amount, CASE WHEN state IN ('reserved', 'returned') THEN 'reserved'
                                WHEN state IN ('batched', 'released', 'unknown') THEN 'committed'
                                WHEN state IN ('paid', 'reversed') THEN 'spent' END AS part
            FROM disbursement d
            WHERE fund_id = :fund AND NOT EXISTS (SELECT 1 FROM disbursement r WHERE r.replaces_id = d.id)
            UNION ALL  -- of what was taken back, what the bank or the debtor brought
            SELECT -CASE WHEN v.receivable_id IS NULL THEN v.amount ELSE o.received END, 'spent'
            FROM reversal v JOIN disbursement d ON d.id = v.disbursement_id
            LEFT JOIN receivable o ON o.id = v.receivable_id
            WHERE d.fund_id = :fund
            UNION ALL
            SELECT approved_amount, (SELECT CASE e.state WHEN 'granted' THEN 'spent' ELSE 'reserved' END
                                     FROM entitlement e WHERE e.application_id = a.id AND e.state <> 'released')
            FROM application a
            WHERE fund_id = :fund AND state = 'approved'
              AND NOT EXISTS (SELECT 1 FROM disbursement d WHERE d.application_id = a.id AND d.state <> 'cancelled'))
        SELECT f.appropriated,
               coalesce((SELECT sum(amount) FROM held WHERE part = 'reserved'), 0) AS reserved,
               coalesce((SELECT sum(amount) FROM held WHERE part = 'committed'), 0) AS committed,
               coalesce((SELECT sum(amount) FROM held WHERE part = 'spent'), 0) AS spent
        FROM fund f WHERE f.id = :fund""",
        fund=fund_id,
    )
    parts = {name: Decimal(getattr(row, name)) for name in ("appropriated", "reserved", "committed", "spent")}
    left = parts["appropriated"] - parts["reserved"] - parts["committed"] - parts["spent"]
    return {name: f"{amount:.2f}" for name, amount in {**parts, "available": left}.items()}
