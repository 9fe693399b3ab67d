"""What the green-travel credit asks and how its awards are counted (domain §8.2)."""

from __future__ import annotations

from datetime import date

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
        Fact("joined_on", "date", label("入会时间", "joined on"), default=date(1900, 1, 1), source="register"),
        # The unit's own dues are asked only where a unit is named: of a member, not of a question in general.
        Fact("unit_named", "bool", label("单位已知", "the unit is named"), default=False, source="register"),
        Fact(
            "unit_dues_paid_through",
            "date",
            label("单位经费缴至", "the unit's dues paid through"),
            source="register",
        ),
        Fact(
            "unit_dues_settled_on",
            "date",
            label("单位经费缴清上年之日", "the unit's dues of the year before settled on"),
            source="register",
        ),
        Fact(
            "card_kind",
            "text",
            label("公交卡种类", "kind of card"),
            choices={
                "registered": label("实名普通卡", "registered card"),
                "electronic": label("电子卡", "electronic card"),
                "student": label("学生卡", "student card"),
                "free": label("免费卡", "free card"),
            },
            default="registered",
            none="registered",
        ),
        Fact("by_proxy", "bool", label("由他人代办", "by proxy"), default=False, none=False),
        Fact(
            "both_identity_cards_seen",
            "bool",
            label("已验双方身份证", "both identity cards were seen"),
            default=False,
            none=False,
        ),
    ),
    record_facts=(RecordFact("taken_this_year", "count"),),
)
