"""A member of two unions, as a dispatched worker is: 李秀英 at AH-D01, registered again at AH-D02."""

from __future__ import annotations

from typing import Any

from tests.driver import Api
from tests.story import colleague, done, member_id, new_fund, submitted

GIFT = {"kind": "festival_gift", "form": "goods"}


class Dispatched:
    """Her two memberships: `here` at AH-D01, where `officer2` sees, and `there` at AH-D02."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.here = member_id(api, "D01-002")
        asked = {"fields": ["id_number"], "purpose": "核对"}
        self.number = str(done(api("officer").post(f"/members/{self.here}/disclosures", asked))["id_number"])
        colleague(api, "officer-d02", "officer", unit="AH-D02", person=601)
        again = {"unit_code": "AH-D02", "name": "李秀英", "employment_type": "dispatched"}
        again |= {"id_number": self.number, "dues_paid_through": "2026-12-31"}
        self.there = str(done(api("officer-d02").post("/members", again))["id"])
        self._funds = {self.here: new_fund(api, unit="AH-D01"), self.there: new_fund(api, unit="AH-D02")}

    def asks(self, member: str, facts: dict[str, Any], amount: str, on: str = "2026-02-17") -> str:
        """Hand in a case of holiday visits by one of her memberships; its path."""
        about = {"programme": "holiday_visit", "member_id": member, "facts": facts, "on": on}
        return submitted(self._api, amount=amount, **about)

    def gets(self, member: str, facts: dict[str, Any], amount: str, on: str = "2026-02-17") -> str:
        """The same, approved from that union's own fund."""
        path = self.asks(member, facts, amount, on)
        done(self._api("reviewer").act(path, "approve", {"fund_id": self._funds[member]}))
        return path

    def gets_gifts_at_both(self) -> None:
        """800 yuan for the Spring Festival here, 600 for the Dragon Boat Festival there."""
        self.gets(self.here, {**GIFT, "occasion": "spring_festival"}, "800.00")
        self.gets(self.there, {**GIFT, "occasion": "dragon_boat"}, "600.00", "2026-06-19")
