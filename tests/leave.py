"""Steps of a round of convalescent leave that tests walk through: quotas, candidates, the draw, the journey."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from tests.driver import Api
from tests.story import card, done, member_id, new_fund

At = Callable[[date, int], Api]

OPEN = date(2026, 9, 7)
DRAW = date(2026, 9, 21)  # after the last day of applications
NOTICED = date(2026, 10, 15)  # more than five full working days later
BEGINS = date(2026, 11, 2)
BACK = date(2026, 11, 9)
PUBLIC_SOURCE = "中国福利彩票双色球第2026108期红球号码"
PUBLIC_VALUE = "02 07 11 19 23 30"
QUOTAS = {"AH-D01": 1, "AH-D02": 1}
FACTS = {"days": 5, "out_of_province": False, "repeat_rule": "three_years"}
HEALTHY = {"health_flags": [], "last_leave_ended_on": None}
SUPPLIER = {"holder": "黄山疗养服务有限公司", "account_number": card(90), "bank": "工商银行"}
TITLES = {
    "national": "全国劳动模范",
    "provincial": "安徽省劳动模范",
    "provincial_may_day_medal": "安徽省五一劳动奖章",
    "commendation": "全国模范教师",
}
CANDIDATES = ("D01-002", "D01-004", "D02-001", "D02-002", "D02-003")  # frontline, with an honour by `honoured`


def lines(quotas: Mapping[str, int]) -> list[dict[str, object]]:
    return [{"unit_code": code, "places": places} for code, places in quotas.items()]


def round_body(**other: Any) -> dict[str, Any]:
    return {
        "unit_code": "AH",
        "programme": "convalescence",
        "title": "2026年秋季疗休养（黄山）",
        "event_on": BEGINS.isoformat(),
        "opens_on": "2026-09-01",
        "closes_on": "2026-09-20",
        "facts": FACTS,
        **other,
    }


def opened(api: Api, quotas: Mapping[str, int] = QUOTAS, **other: Any) -> str:
    """The path of a new round with quotas."""
    made = done(api("officer").post("/rounds", round_body(**other)))
    path = f"/rounds/{made['id']}"
    if quotas:
        done(put(api("officer"), path, "quotas", {"quotas": lines(quotas), "public_source": PUBLIC_SOURCE}))
    return path


def put(caller: Any, path: str, what: str, body: dict[str, Any], **sent: Any) -> Any:
    """PUT with the version that the round has now."""
    sent.setdefault("if_match", caller.get(path).headers.get("ETag"))
    return caller.call("PUT", f"{path}/{what}", json=body, **sent)


def honoured(api: Api, member: str, level: str = "provincial") -> None:
    """Put an honour into a member's register."""
    body = {"title": TITLES[level], "level": level, "awarded_on": "2015-05-01"}
    answer = api("officer").post(f"/members/{member_id(api, member)}/honours", body)
    assert answer.status_code in {201, 409}, answer.get_json()


def candidate(api: Api, of: str, member: str, level: str = "provincial", **other: Any) -> str:
    """The path of a case handed in for a place."""
    honoured(api, member, level)
    facts = {**HEALTHY, **other.pop("facts", {})}
    by = other.pop("by", "officer")
    body = {
        "programme": "convalescence",
        "member_id": member_id(api, member),
        "on": done(api("officer").get(of))["event_on"],
        "amount": "2300.00",
        "facts": facts,
        "round_id": of.rpartition("/")[2],
        **other,
    }
    path = f"/applications/{done(api(by).post('/applications', body))['id']}"
    done(api(by).act(path, "submit"))
    return path


def drawn(api: Api, of: str, by: str = "reviewer") -> dict[str, Any]:
    """The allocation, made now."""
    tag = api(by).get(of).headers["ETag"]
    made: dict[str, Any] = done(api(by).post(f"{of}/allocation", {"public_value": PUBLIC_VALUE}, if_match=tag))
    return made


def refused(answer: Any) -> tuple[int, str]:
    """Status and code, or the code of the one fault."""
    body = answer.get_json()
    code = body["errors"][0]["code"] if "errors" in body else body["params"].get("state", body["code"])
    return answer.status_code, code


def line_of(allocation: dict[str, Any], case: str) -> dict[str, Any]:
    """A case's line in the order."""
    (line,) = [each for each in allocation["order"] if case.endswith(each["application_id"])]
    return line  # type: ignore[no-any-return]


def place_path(api: Api, case: str, by: str = "officer") -> str:
    """The path of a case's place."""
    items = done(api(by).get("/places?limit=200"))["items"]
    (place,) = [each for each in items if case.endswith(each["application_id"])]
    return f"/places/{place['id']}"


def alone(at: At, member: str = "D01-002", year: int = 2026, **other: Any) -> tuple[str, str]:
    """A round with one candidate, who has a place: the paths of case and place."""
    api = at(OPEN.replace(year=year), 9)
    days = {"event_on": BEGINS, "opens_on": OPEN, "closes_on": DRAW - timedelta(days=1)}
    of = opened(api, **{name: day.replace(year=year).isoformat() for name, day in days.items()})
    case = candidate(api, of, member, **other)
    drawn(at(DRAW.replace(year=year), 9), of)
    return case, place_path(at(DRAW.replace(year=year), 10), case)


def approved(at: At, case: str, fund: str, year: int = 2026) -> None:
    """On notice from the day of the draw, approved after it."""
    done(at(DRAW.replace(year=year), 11)("reviewer").act(case, "endorse"))
    done(at(NOTICED.replace(year=year), 9)("reviewer").act(case, "approve", {"fund_id": fund}))


def returned(
    at: At, api: Api, *, days: int = 5, year: int = 2026, payer: str = "AH", **other: Any
) -> tuple[str, str, str]:
    """One who has come back: the paths of case and place, and the fund."""
    case, place = alone(at, year=year, **other)
    fund = new_fund(api, unit=payer, name=f"疗休养{place}")
    approved(at, case, fund, year)
    insured = {"insurance_number": "PICC-2026-000123", "health_flags": []}
    done(at(NOTICED.replace(year=year), 10)("officer").act(place, "confirm", insured))
    begins = BEGINS.replace(year=year)
    done(at(begins, 8)("officer").act(place, "depart"))
    seen = {"attended_days": days, "ended_on": (begins + timedelta(days=days - 1)).isoformat()}
    done(at(BACK.replace(year=year), 9)("officer").act(place, "return", seen))
    return case, place, fund
