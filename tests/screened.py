"""Steps of women's screening that tests walk through: a teacher in the hills, her invitation, consents, examination."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from tests.driver import Api
from tests.story import done, identity, new_fund, rows

CLEAR = {"tbs": "NILM", "hpv_types": [], "bi_rads_left": "1", "bi_rads_right": "2"}
EVENT = "2026-06-01"


def teacher(api: Api, sequence: int = 620, born: date = date(1985, 5, 20), unit: str = "AH-D03") -> str:
    """The id of a woman who teaches at the front line in a remote unit of basic education."""
    body = {
        "unit_code": unit,
        "id_number": identity(sequence, born),
        "name": f"许教师{sequence}",
        "employment_type": "established",
        "frontline": True,
        "dues_paid_through": "2026-12-31",
        "phone": "13900001234",
    }
    return str(done(api("officer").post("/members", body))["id"])


def round_of(api: Api, event_on: str = EVENT) -> tuple[str, str]:
    """A round of the province that is open today, paid by the province; the ids of round and fund."""
    fund = new_fund(api, unit="AH", name=f"两癌筛查 {uuid4()}")
    body = {
        "unit_code": "AH",
        "programme": "screening",
        "title": "两癌筛查",
        "event_on": event_on,
        "opens_on": "2020-01-01",
        "closes_on": "2099-12-31",
        "facts": {"act": "invite"},
        "fund_id": fund,
    }
    return str(done(api("officer").post("/rounds", body))["id"]), fund


def case_of(
    api: Api, member: str, of: tuple[str, str], event_on: str = EVENT, last_normal_on: str | None = None
) -> str:
    """The path of a submitted invitation."""
    body = {
        "programme": "screening",
        "member_id": member,
        "on": event_on,
        "amount": "520.00",
        "round_id": of[0],
        "facts": {"act": "invite", "last_normal_on": last_normal_on},
    }
    path = f"/applications/{done(api('officer').post('/applications', body))['id']}"
    done(api("officer").act(path, "submit"))
    return path


def invited(api: Api, sequence: int = 620, of: tuple[str, str] | None = None, **other: Any) -> str:
    """The path of a new appointment."""
    born = other.pop("born", date(1985, 5, 20))
    member = teacher(api, sequence, born)
    of = of or round_of(api, other.get("event_on", EVENT))
    path = case_of(api, member, of, **other)
    done(api("reviewer").act(path, "approve", {"fund_id": of[1]}))
    (found,) = done(api("officer").get(f"/screening/appointments?member_id={member}"))["items"]
    return f"/screening/appointments/{found['id']}"


def consent(api: Api, path: str, purpose: str = "taking_part", signed_on: str = EVENT) -> str:
    """The id of a new consent."""
    body = {"purpose": purpose, "text_version": "2021-12", "signed_on": signed_on, "signed_how": "paper"}
    given = done(api("officer").act(path, "consents", body))["consents"]
    return str(next(each["id"] for each in given if each["purpose"] == purpose and not each["withdrawn_on"]))


def attended(api: Api, sequence: int = 620, *, detail: bool = True, on: str = EVENT, **other: Any) -> str:
    """The path of an appointment to which she came, with her separate consent unless told otherwise."""
    parts = other.pop("parts", "both")
    path = invited(api, sequence, **other)
    consent(api, path)
    if detail:
        consent(api, path, "clinical_detail")
    done(api("officer").act(path, "book", {"institution": "安庆市妇幼保健院", "on": on}))
    done(api("officer").act(path, "attend", {"parts": parts}))
    return path


def result_of(api: Api, path: str, codes: dict[str, Any] | None = None, **other: Any) -> str:
    """The path of the result of an appointment."""
    body = {"appointment_id": path.rpartition("/")[2], **({"codes": codes} if codes is not None else {}), **other}
    return f"/screening/results/{done(api('medical').post('/screening/results', body))['id']}"


def follow_ups(api: Api, result: str) -> list[dict[str, Any]]:
    """The follow-ups of a result as an officer sees them."""
    found = done(api("officer").get(f"/screening/follow-ups?result_id={result.rpartition('/')[2]}"))
    items: list[dict[str, Any]] = found["items"]
    return items


def disclosed(api: Api, result: str, purpose: str = "核对下一步检查") -> dict[str, Any]:
    """What the medical role reads of a result."""
    shown: dict[str, Any] = done(api("medical").post(f"{result}/disclosures", {"purpose": purpose}, key=None))
    return shown


def entries(api: Api, action: str) -> list[Any]:
    """The bodies of the record's entries of an action."""
    return [row.body for row in rows(api, "SELECT body FROM record_entry WHERE action = :a ORDER BY n", a=action)]
