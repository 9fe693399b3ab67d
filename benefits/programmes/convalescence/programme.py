"""What convalescent leave asks and how its awards are counted (domain §5; contract §4)."""

from __future__ import annotations

from decimal import Decimal

from benefits.rules.declaration import Fact, Programme, RecordFact, label

NOTHING = Decimal("0.00")

PROGRAMME = Programme(
    code="convalescence",
    titles=label("疗休养", "Convalescent leave"),
    shape="place",
    facts=(
        Fact("start_on", "date", label("疗休养开始日期", "first day of the leave")),
        Fact("days", "integer", label("天数（含往返）", "days, travel included"), minimum=1),
        Fact("out_of_province", "bool", label("省外", "outside the province")),
        Fact(
            "covered_cost",
            "money",
            label("食宿、保险、活动等费用（元）", "board, lodging, insurance, activities (yuan)"),
            none=NOTHING,
        ),
        Fact("transport_cost", "money", label("往返交通费用（元）", "travel there and back (yuan)"), none=NOTHING),
        Fact(
            "last_leave_ended_on",
            "date",
            label("上次参加本会疗休养的结束日期", "last day of the last leave with this union"),
            source="record",
        ),
        Fact(
            "health_flags",
            "texts",
            label("健康状况声明", "health declaration"),
            choices={
                "hypertension": label("高血压", "hypertension"),
                "heart": label("心脏病", "heart disease"),
                "asthma": label("哮喘", "asthma"),
                "unfit": label("其他不宜长途旅行的情形", "otherwise unfit for a long journey"),
            },
            open_choices=True,
            none=(),
            sensitive=True,
        ),
        Fact(
            "repeat_rule",
            "text",
            label("再次参加的规定", "rule on going again"),
            choices={
                "three_years": label("满三年后可再次参加（2018年通知）", "again after three years (notice of 2018)"),
                "once": label("往年参加过的不再参加（2019年通知）", "never again (notice of 2019)"),
            },
        ),
        Fact("outdoor", "bool", label("室外作业", "works outdoors"), default=None, source="register"),
        Fact(
            "prior_leaves",
            "text",
            label("既往疗休养（时间、地点、组织单位）", "earlier leaves (when, where, with whom)"),
            default=None,
        ),
        Fact(
            "transport_mode",
            "text",
            label("往返交通方式", "way of travelling"),
            choices={
                "train": label("火车", "train"),
                "coach": label("汽车", "coach"),
                "plane": label("飞机", "plane"),
                "own": label("自行前往", "on their own"),
            },
            default=None,
        ),
        Fact(
            "emergency_contact",
            "text",
            label("紧急联系人及电话", "emergency contact and phone"),
            default=None,
            sensitive=True,
        ),
    ),
    record_facts=(RecordFact("last_leave_ended_on", "told", match=(), told_by="last_leave_ended_on"),),
)
