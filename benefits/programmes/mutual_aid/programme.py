"""What mutual aid asks and how its awards are counted (domain §6; contract §4)."""

from __future__ import annotations

from decimal import Decimal

from benefits.rules.declaration import Fact, Programme, RecordFact, label

PROGRAMME = Programme(
    code="mutual_aid",
    titles=label("职工互助保障", "Mutual aid"),
    shape="claim",
    facts=(
        Fact(
            "act",
            "text",
            label("事项", "what is asked"),
            choices={
                "enrol": label("参保", "enrolment"),
                "gift": label("赠送参保", "gifted enrolment"),
                "claim": label("理赔", "claim"),
            },
        ),
        Fact(
            "plan",
            "text",
            label("保障计划", "plan"),
            choices={
                "critical_illness": label("在职职工重大疾病互助保障", "critical illness"),
                "women_illness": label("在职女职工特殊疾病互助保障", "women's illnesses"),
                "accident": label("在职职工意外伤害互助保障", "accident"),
                "medical": label("在职职工医疗互助", "medical costs"),
            },
        ),
        Fact("term_start_on", "date", label("保障期起始日期", "first day of the term")),
        Fact(
            "already_enrolled",
            "bool",
            label("同一计划同一期已参保", "enrolled already in this plan and term"),
            none=False,
            source="record",
        ),
        Fact("shares", "integer", label("份数", "shares"), minimum=1, default=1),
        Fact("effective_on", "date", label("保障生效日期", "day on which the cover took effect")),
        Fact("first_enrolment", "bool", label("首次参保", "first enrolment")),
        Fact("diagnosed_on", "date", label("初次确诊日期", "day of the first diagnosis"), sensitive=True),
        Fact(
            "known_before",
            "bool",
            label("参保前已患该病", "the illness was there before the cover"),
            none=False,
            sensitive=True,
        ),
        Fact("discharged_on", "date", label("出院日期", "day of discharge"), sensitive=True),
        Fact("filed_on", "date", label("申请日期", "day of filing")),
        Fact("late_note_on", "date", label("书面说明日期", "day of the written note that it will be late")),
        Fact(
            "personal_part",
            "money",
            label("住院费用个人自付部分（元）", "hospital costs borne by the member (yuan)"),
            none=Decimal("0.00"),
            sensitive=True,
        ),
    ),
    record_facts=(RecordFact("already_enrolled", "count", match=("kind", "occasion", "year"), kinds=("cover",)),),
)
