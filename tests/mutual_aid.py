"""Steps of mutual aid that several tests walk through: members of an age to enrol, enrolments, premiums, claims."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from tests.driver import Api
from tests.story import card, done, identity, new_fund, submitted

TERM = "2026-01-01"


def worker(
    api: Api, sequence: int, *, unit: str = "AH-D01", born: date = date(1985, 5, 20), by: str = "officer"
) -> str:
    """A new member in service (an even sequence is a woman); the id of the membership."""
    body = {
        "unit_code": unit,
        "name": "丁小满",
        "id_number": identity(sequence, born),
        "employment_type": "established",
        "dues_paid_through": "2026-12-31",
        "account": {"holder": "丁小满", "account_number": card(sequence), "bank": "徽商银行"},
    }
    return str(done(api(by).post("/members", body))["id"])


def pool(api: Api, name: str = "互助金池", source: str = "members_pool", unit: str = "AH") -> str:
    """The id of a fund that holds what members paid."""
    body = {"unit_code": unit, "name": name, "year": 2026, "source": source, "appropriated": "100000.00"}
    return str(done(api("finance").post("/funds", body))["id"])


def enrolment(api: Api, member: str, plan: str = "medical", term: str = TERM, **other: Any) -> str:
    """The path of an enrolment that was handed in; `amount` and `on` may be said, the rest are facts."""
    amount, on, by = other.pop("amount", "40.00"), other.pop("on", term), other.pop("by", "officer")
    facts = {"act": "enrol", "plan": plan, "term_start_on": term, **other}
    return submitted(api, amount=amount, programme="mutual_aid", member_id=member, on=on, facts=facts, by=by)


def approve(api: Api, path: str, fund: str, **other: Any) -> dict[str, Any]:
    """The case, approved."""
    shown: dict[str, Any] = done(api("reviewer").act(path, "approve", {"fund_id": fund, **other}))
    return shown


def enrol(api: Api, path: str) -> dict[str, Any]:
    """The enrolment, approved on union funds; the pool pays benefits only."""
    return approve(api, path, new_fund(api, unit="AH", name=f"参保经费 {path[-12:]} {uuid4().hex[:6]}"))


def covers(api: Api, **wanted: str) -> list[dict[str, Any]]:
    """The covers in the union's sight, filtered."""
    query = "&".join(f"{name}={value}" for name, value in {"limit": "200", **wanted}.items())
    items: list[dict[str, Any]] = done(api("auditor").get(f"/mutual-aid/covers?{query}"))["items"]
    return items


def transfer(amount: str, pool_fund_id: str | None, **other: Any) -> dict[str, Any]:
    """The body of a unit's transfer."""
    return {
        "unit_code": "AH-D01",
        "plan": "medical",
        "term_start_on": TERM,
        "payer": "unit",
        "amount": amount,
        "paid_on": "2026-01-05",
        "bank_serial": "B-20260105-1",
        "pool_fund_id": pool_fund_id,
        **other,
    }


def covered(api: Api, fund: str, member: str, plan: str, term: str, due: str, **facts: Any) -> dict[str, Any]:
    """A cover in force: enrolled, approved on union funds, and its premium of `due` yuan confirmed into the pool."""
    enrol(api, enrolment(api, member, plan, term, amount="1.00", **facts))
    body = transfer(due, fund, plan=plan, term_start_on=term, bank_serial=f"{plan} {term} {member}")
    done(api("finance").post("/mutual-aid/premium-payments", body))
    (cover,) = covers(api, member_id=member, plan=plan, term_start_on=term)
    return cover


def claim(api: Api, member: str, amount: str, on: str, **facts: Any) -> str:
    """The path of a claim, as a draft."""
    facts = {"act": "claim", **facts}
    body = {"programme": "mutual_aid", "member_id": member, "on": on, "amount": amount, "facts": facts}
    return f"/applications/{done(api('officer').post('/applications', body))['id']}"


def faults(answer: Any) -> list[tuple[str, str]]:
    """Where a refused request was at fault, and how."""
    assert answer.status_code == 422, answer.get_json()
    return [(fault["pointer"], fault["code"]) for fault in answer.get_json()["errors"]]
