"""What else rests while a restored backup is not put right: goods that move the books, and the closing of them."""

from __future__ import annotations

from tests.services.test_restored import House, house, lose
from tests.stock import bought, stocked
from tests.story import done

__all__ = ["house"]  # the fixture


def test_goods_and_the_closing_of_books_rest_too(house: House) -> None:
    """They post vouchers, and a month or year closed over lost entries would stay so."""
    with house.open() as (api, _):
        lot = bought(api)
        spoilt = stocked(api, batch_number="L2")
        done(api("officer").act(spoilt, "adjustments", {"cause": "damaged", "quantity": 2, "reason": "破损"}))
        (asked,) = done(api("auditor").get(f"{spoilt}/adjustments"))["items"]
    lose(house)
    with house.open() as (api, _):
        unit = {"unit_code": "AH", "year": 2025}
        answers = [
            api("reviewer").act(lot, "accept", {"received": 300}),
            api("reviewer").act(spoilt, f"adjustments/{asked['id']}/approve", {}),
            api("finance").post("/ledger/months", {**unit, "month": 6}),
            api("finance").post("/ledger/years", unit),
        ]
        assert [(each.status_code, each.get_json()["code"]) for each in answers] == [(503, "record_restored")] * 4
