"""What the green-travel credit asks and how its awards are counted (domain §8.2)."""

from __future__ import annotations

from benefits.rules.declaration import Fact, Programme, RecordFact, label

PROGRAMME = Programme(
    code="green_travel",
    titles=label("绿色出行普惠", "Green-travel credit"),
    shape="roster",
    facts=(
        Fact(
            "taken_this_year",
            "bool",
            label("本年已在任一工会领取", "taken this year at any union"),
            default=False,
            none=False,
            period=True,
            source="record",
        ),
    ),
    record_facts=(RecordFact("taken_this_year", "count"),),
)
