"""Households for tests: files prepared for members, with families that no office knows."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.clock import today
from tests.driver import Api
from tests.story import done, identity, member_id

HEAD: dict[str, Any] = {
    "health": "diabetes",
    "work_status": "at_post",
    "model_worker": "other",
    "housing": "commercial",
    "industry": "education",
    "marital_status": "20",
    "registration": "urban",
    "address": "合肥市某路一号",
    "single_parent": False,
    "own_income_month": "3000.00",
    "other_income_year": "0.00",
    "annual_income": "48000.00",
    "household_size": 2,
    "division": "340100",
    "insurance": "employee",
}
SPOUSE: dict[str, Any] = {
    "name": "赵春梅",
    "ethnicity": "01",
    "income_month": "1000.00",
    "model_worker": "other",
    "health": "cancer",
    "illness": "乳腺癌术后",
    "insurance": "resident",
    "registration": "urban",
    "standing": "无业",
}


def number_of(api: Api, staff_number: str) -> str:
    """A member's identity number."""
    path = f"/members/{member_id(api, staff_number)}/disclosures"
    return str(done(api("officer").post(path, {"fields": ["id_number"], "purpose": "核对"}))["id_number"])


def born(years_ago: int) -> date:
    """A birthday that many years ago, long enough before today's day."""
    return date(today().year - years_ago, 1, 1)


def prepared_file(api: Api, member: str = "D01-001", *, by: str = "officer", **given: Any) -> str:
    """The path of a draft file."""
    made = api(by).post("/households", {"member_id": member_id(api, member), **given})
    assert made.status_code == 201, made.get_json()
    return f"/households/{made.get_json()['id']}"


def seat(api: Api, path: str, relation: str = "10", *, by: str = "officer", **given: Any) -> Any:
    """The answer to entering a person; by default a wife with a number of her own."""
    consent = {"guardian_consented_on": given.pop("consent")} if "consent" in given else {}
    details = {**SPOUSE, "id_number": identity(820, date(1982, 3, 4)), **given}
    body = {"relation": relation, "details": {key: value for key, value in details.items() if value is not None}}
    return api(by).act(path, "members", {**body, **consent})


def seated(api: Api, path: str, relation: str = "10", *, by: str = "officer", **given: Any) -> str:
    """The id of a person entered."""
    return str(done(seat(api, path, relation, by=by, **given))["id"])


def file_of(api: Api, member: str = "D01-001") -> dict[str, Any]:
    """The live file of a member, as its page shows it."""
    found = done(api("officer").get(f"/households?member_id={member_id(api, member)}"))["items"]
    (line,) = [each for each in found if each["state"] not in {"dropped", "exited"}]
    shown: dict[str, Any] = done(api("officer").get(f"/households/{line['id']}"))
    return shown
