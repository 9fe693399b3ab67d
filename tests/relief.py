"""Visit points of summer relief, for the tests of visits, settlements and the season."""

from __future__ import annotations

from typing import Any

from tests.clock import today
from tests.driver import Api
from tests.stock import id_of
from tests.story import done, new_fund

YEAR = today().year
PLANNED, VISITED, SIGNED = f"{YEAR}-07-12", f"{YEAR}-07-14", f"{YEAR}-07-15"
PHONE, OTHER_PHONE = "13955100123", "13866700456"


def plan(**other: object) -> dict[str, Any]:
    """The body of a planned visit; `other` replaces."""
    return {
        "unit_code": "AH",
        "visited_unit_code": "AH-D01",
        "planned_on": PLANNED,
        "name": "翡翠湖校区保卫处",
        "address": "合肥市经开区丹霞路 485 号",
        "leader": "陈主席",
        "contact_phone": PHONE,
        "planned_heads": 40,
        "budget": "4000.00",
        **other,
    }


def planned(api: Api, **other: object) -> str:
    """The path of a planned visit."""
    return f"/relief-points/{done(api('officer').post('/relief-points', plan(**other)))['id']}"


def approved_point(api: Api, fund: str | None = None, **other: object) -> str:
    """The path of an approved visit; its budget is reserved."""
    path = planned(api, **other)
    done(api("reviewer").act(path, "approve", {"fund_id": fund or new_fund(api, unit="AH")}))
    return path


def visit(*goods: tuple[str, int], **other: object) -> dict[str, Any]:
    """The body of a visit with goods, each the path of a lot and a quantity."""
    return {
        "visited_on": VISITED,
        "temperature": "37.2",
        "temperature_source": "合肥市气象台",
        "heads": 38,
        "members": 30,
        "non_members": 8,
        "non_staff": 12,
        "goods": portions(*goods),
        **other,
    }


def portions(*goods: tuple[str, int]) -> list[dict[str, object]]:
    """So many of each lot."""
    return [{"lot_id": str(id_of(lot)), "quantity": quantity} for lot, quantity in goods]


def signature(*goods: tuple[str, int], **other: object) -> dict[str, Any]:
    """The body of a signature."""
    return {
        "recipient": "鲍师傅",
        "recipient_phone": OTHER_PHONE,
        "signed_on": SIGNED,
        "goods": portions(*goods),
        "document_sha256": "ab" * 32,
        **other,
    }


def visited(api: Api, lot: str, quantity: int = 38, fund: str | None = None, **other: object) -> str:
    """The path of a visit that was made."""
    path = approved_point(api, fund, **other)
    done(api("officer").act(path, "visit", visit((lot, quantity))))
    return path
