"""Reasons that belong to nobody's key name no person's number, and enter the record as digests."""

from __future__ import annotations

import hashlib

import pytest

from tests import relief, rosters
from tests.api.test_goods_account import adjust
from tests.driver import Api
from tests.stock import fault, stocked
from tests.story import card, identity, rows

NAMED = f"本人 {identity(77)} 重复申领"
PHONED, CARDED = "联系 13955100123 后取消", f"退至 {card(41)}"


@pytest.mark.parametrize("reason", [NAMED, PHONED, CARDED])
def test_a_reason_that_names_a_number_is_refused(api: Api, reason: str) -> None:
    """Control: `require_plain`. Decision 0015."""
    lot, point, roster = stocked(api), relief.planned(api), rosters.drawn(api)
    asked = api("officer").act(lot, "adjustments", {"cause": "damaged", "quantity": 1, "reason": reason})
    assert fault(asked) == (422, "/reason", "names_a_number")
    for path, act in ((point, "cancel"), (roster, "cancel")):
        assert fault(api("officer").act(path, act, {"reason": reason})) == (422, "/reason", "names_a_number"), path
    correction, tag = adjust(api, lot, cause="damaged", quantity=1), api("reviewer").get(lot).headers["ETag"]
    decided = api("reviewer").post(f"{correction}/approve", {"note": reason}, if_match=tag)
    assert fault(decided) == (422, "/note", "names_a_number")


def test_the_record_holds_a_digest_of_the_reason_and_not_the_reason(api: Api) -> None:
    """A name may stand in it all the same."""
    said = "张三家属代为放弃"
    lot = stocked(api)
    assert (
        api("officer").act(lot, "adjustments", {"cause": "damaged", "quantity": 1, "reason": said}).status_code == 201
    )
    for path in (relief.planned(api), rosters.drawn(api)):
        assert api("officer").act(path, "cancel", {"reason": said}).status_code == 200
    digest = hashlib.sha256(said.encode()).hexdigest()
    query = "SELECT table_name, body::text AS body FROM record_entry WHERE body::text LIKE :word"
    assert rows(api, query, word=f"%{said}%") == []
    assert {row.table_name for row in rows(api, query, word=f"%{digest}%")} == {
        "goods_adjustment",
        "relief_act",
        "roster",
    }
