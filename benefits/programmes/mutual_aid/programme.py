"""What mutual aid asks and how its awards are counted (domain §6; contract §4)."""

from __future__ import annotations

from decimal import Decimal

from benefits.rules.declaration import Fact, Programme, RecordFact, label

NOTHING = Decimal("0.00")


def _stay(name: str, chinese: str, english: str) -> Fact:
    """A sum of the hospital's settlement, kept as filed; no rule reads it."""
    return Fact(
        name, "money", label(f"{chinese}（元）", f"{english} (yuan)"), default=None, none=NOTHING, sensitive=True
    )


# Beyond the contract's table: what an enrolment's register and a claim's form hold, and what the books say of a claim.
_ENROLMENT = (
    Fact("basic_insurance", "bool", label("已参加职工基本医保", "in the basic medical insurance"), default=None),
    Fact(
        "health_declared",
        "bool",
        label("健康告知：健康、能正常工作", "declared healthy and able to work"),
        default=None,
    ),
    Fact("member_confirmed", "bool", label("本人确认", "confirmed by the member"), default=None),
    Fact("previous_end_on", "date", label("上期保障止期", "last day of the cover before"), default=None),
    Fact("beneficiary", "text", label("受益人", "beneficiary"), default=None, sensitive=True),
)
_CLAIM = (
    Fact("covered", "bool", label("出险当日在保障期内", "a cover holds on that day"), default=True, source="record"),
    Fact(
        "paid_before",
        "bool",
        label("该病已给付过互助金", "a benefit was given for this illness already"),
        default=False,
        sensitive=True,
        source="record",
    ),
    Fact(
        "paid_this_cover",
        "money",
        label("本期已给付互助金（元）", "given on this cover already (yuan)"),
        default=NOTHING,
        source="record",
    ),
    Fact("disease", "text", label("病种或 ICD 编码", "illness or ICD code"), default=None, sensitive=True),
    Fact("in_situ", "bool", label("原位癌", "carcinoma in situ"), default=False, sensitive=True),
    Fact("accident_on", "date", label("意外发生日期", "day of the accident"), default=None, sensitive=True),
    Fact(
        "accident_outcome",
        "text",
        label("意外后果", "outcome of the accident"),
        choices={
            "unspecified": label("未区分", "not told apart"),
            "disability": label("伤残", "disability"),
            "treatment": label("住院治疗", "hospital treatment"),
            "death": label("身故", "death"),
        },
        default="unspecified",
        sensitive=True,
    ),
    Fact(
        "disability_grade",
        "integer",
        label("伤残等级（1—10）", "grade of disability (1–10)"),
        minimum=1,
        default=None,
        sensitive=True,
    ),
    Fact("hospital", "text", label("医院名称与等级", "hospital and its level"), default=None, sensitive=True),
    Fact("admitted_on", "date", label("入院日期", "day of admission"), default=None, sensitive=True),
    Fact("hospital_days", "integer", label("住院天数", "days in hospital"), minimum=0, default=0, sensitive=True),
    _stay("total_cost", "医疗总费用", "total cost"),
    _stay("basic_paid", "统筹支付", "paid by the basic insurance"),
    _stay("catastrophic_paid", "大病支付", "paid by the catastrophic insurance"),
    _stay("other_paid", "其他补充支付", "paid by other insurance"),
    _stay("own_expense", "个人自费", "outside the insurance"),
)
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
            none=NOTHING,
            sensitive=True,
        ),
        *_ENROLMENT,
        *_CLAIM,
    ),
    # What the covers say of a claim is told by benefits/casework/cover/told.py.
    record_facts=(
        RecordFact("already_enrolled", "count", match=("kind", "occasion", "year"), kinds=("cover", "top_up")),
    ),
)
