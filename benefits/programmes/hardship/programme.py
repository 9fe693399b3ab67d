"""What hardship assistance asks and how its awards are counted (domain §2; contract §4)."""

from __future__ import annotations

from decimal import Decimal

from benefits.rules.declaration import Fact, Programme, RecordFact, label

NOTHING = Decimal("0.00")
AID_KINDS = {
    "living": label("生活救助", "living aid"),
    "medical": label("医疗救助", "medical aid"),
    "education": label("助学救助", "education aid"),
    "accident": label("意外致困救助", "accident aid"),
}
STUDENT_LEVELS = {
    "preschool": label("学前教育", "preschool"),
    "compulsory": label("义务教育", "compulsory education"),
    "senior": label("高中阶段", "senior secondary"),
    "higher": label("高等教育", "higher education"),
}


def _yuan(name: str, chinese: str, english: str) -> Fact:
    """An amount of the household's, where a stated none is nothing."""
    return Fact(name, "money", label(f"{chinese}（元）", f"{english} (yuan)"), none=NOTHING)


PROGRAMME = Programme(
    code="hardship",
    titles=label("困难职工帮扶", "Hardship assistance"),
    shape="claim",
    facts=(
        Fact("aid_kind", "text", label("救助项目", "kind of aid"), choices=AID_KINDS),
        Fact("household_size", "integer", label("家庭人口", "persons in the household"), minimum=1),
        _yuan("annual_disposable_income", "家庭年可支配收入", "disposable income of the household in a year"),
        _yuan("annual_rigid_spending", "家庭年刚性支出", "unavoidable spending of the household in a year"),
        Fact("subsistence_line_month", "money", label("当地月低保标准（元）", "monthly subsistence line (yuan)")),
        Fact("income_gate", "money", label("上年度全省人均可支配收入（元）", "income gate per person (yuan)")),
        Fact("accidental_event", "bool", label("突发意外或重大疾病", "sudden event or major illness")),
        Fact(
            "household_already_filed",
            "bool",
            label("家庭成员已在其他有效档案中", "a member of the household is in another active file"),
            none=False,
            source="record",
        ),
        Fact("homes_owned", "integer", label("自有住房套数", "homes owned"), minimum=0, none=0),
        Fact("owns_business", "bool", label("经商办企业或雇工", "owns a business"), none=False),
        Fact("high_fee_school", "bool", label("子女就读高收费学校", "child at a high-fee school"), none=False),
        Fact("non_work_vehicle", "bool", label("拥有非经营性机动车", "vehicle not used for work"), none=False),
        Fact(
            "living_aid_this_year",
            "money",
            label("本年已得生活救助（元）", "living aid this year (yuan)"),
            none=NOTHING,
            period=True,
            source="record",
        ),
        _yuan("medical_total", "医疗费用总额", "medical bill"),
        _yuan("medical_basic_insurance", "基本医保支付", "paid by basic insurance"),
        _yuan("medical_catastrophic_insurance", "大病保险支付", "paid by catastrophic insurance"),
        _yuan("medical_other_insurance", "其他补充保险支付", "paid by other insurance"),
        Fact(
            "mutual_aid_received",
            "money",
            label("职工互助保障支付（元）", "paid by mutual aid (yuan)"),
            none=NOTHING,
            source="record",
        ),
        Fact("student_level", "text", label("子女就学阶段", "level of the student"), choices=STUDENT_LEVELS),
        Fact(
            "education_aid_this_school_year",
            "money",
            label("该学生本学年已得助学救助（元）", "education aid to this student this school year (yuan)"),
            none=NOTHING,
            period=True,
            source="record",
        ),
        Fact(
            "division",
            "text",
            label("户籍或居住地行政区划代码", "administrative division code"),
            default="340000",
        ),
        Fact("student", "text", label("学生（序号或学籍号）", "which student"), default="1", sensitive=True),
    ),
    record_facts=(
        RecordFact("household_already_filed", "told", match=(), told_by="household_filed_elsewhere"),
        RecordFact("living_aid_this_year", "sum", match=("kind", "year"), kinds=("living",), household=True),
        RecordFact("education_aid_this_school_year", "sum", match=("kind", "occasion", "year"), kinds=("education",)),
        # Claims of the twelve months up to the day; what is stated can only raise it (domain §15, statement 45).
        RecordFact("mutual_aid_received", "told", told_by="mutual_aid_paid", kinds=("medical",)),
    ),
)
