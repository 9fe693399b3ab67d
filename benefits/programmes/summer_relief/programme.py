"""What summer relief asks and how its awards are counted (domain §4; contract §4)."""

from __future__ import annotations

from decimal import Decimal

from benefits.rules.declaration import Fact, Programme, RecordFact, label

PROGRAMME = Programme(
    code="summer_relief",
    titles=label("送清凉", "Summer relief"),
    shape="roster",
    facts=(
        Fact(
            "kind",
            "text",
            label("项目", "kind"),
            choices={
                "relief_goods": label("送清凉物资", "relief goods"),
                "heat_allowance": label("高温津贴", "heat allowance"),
            },
        ),
        Fact("outdoor", "bool", label("室外作业", "works outdoors"), source="register"),
        Fact("max_temperature", "decimal", label("当日最高气温（℃）", "highest temperature of the day (°C)")),
        Fact(
            "indoor_temperature",
            "decimal",
            label("采取措施后的室内工作场所温度（℃）", "indoor workplace after measures (°C)"),
        ),
        Fact(
            "granted_this_season",
            "money",
            label("本季已领取金额（元）", "granted this season (yuan)"),
            none=Decimal("0.00"),
            period=True,
            source="record",
        ),
    ),
    record_facts=(RecordFact("granted_this_season", "sum", kinds=("relief_goods",)),),
)
