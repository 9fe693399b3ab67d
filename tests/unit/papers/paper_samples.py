"""One case and one payment with all that a paper can show, rare names included."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from benefits.papers.case import Act, Applicant, ApplicationForm, Document, Fact, Finding, Household, Payee
from benefits.papers.payment_slip import Hand, PaymentSlip

RARE = "武𬬭毅"  # beyond U+FFFF, from the sample roster
PRINTED = datetime(2022, 3, 20, 8, 30, tzinfo=UTC)

CASE = ApplicationForm(
    case_id="018f2f9e-7a61-7c5a-9a55-3f2f6f1f0a01",
    case_number="AH-3408-01-2022-000017",
    version=7,
    digest="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    union_name="安徽省教科文卫体工会",
    programme="困难职工帮扶",
    kind="生活救助",
    event_on=date(2022, 3, 8),
    applicant=Applicant(
        name=RARE,
        sex="female",
        birth_on=date(1987, 3, 15),
        identity_number="340000198703150027",
        phone="13812341234",
        unit="安庆市第一人民医院工会委员会",
        department="心血管内科（二病区）",
        post="护理员",
        employment_type="dispatched",
        membership_state="active",
    ),
    amount_asked=Decimal("8000.50"),
    amount_approved=Decimal("7200.00"),
    printed_at=PRINTED,
    printed_by="汤㛃",
    state="approved",
    filed_on=date(2022, 3, 9),
    policy="困难职工帮扶 2020 年版（总工发〔2015〕20号；安庆市总工会 2025-07-14）",
    fund="2022年度困难职工帮扶资金（财政专项资金）",
    household=Household(
        size=3,
        annual_disposable_income=Decimal("48000.00"),
        annual_rigid_spending=Decimal("28000.00"),
        net_income_month=Decimal("555.56"),
        subsistence_line_month=Decimal("800.00"),
        hardship_class="deep",
        cause="患重特大疾病",
    ),
    facts=(
        Fact("救助类别", "生活救助"),
        Fact("家庭已建档", False),
        Fact("住房套数", 1),
        Fact("经营实体或雇用他人", False),
        Fact("本年已领生活救助", Decimal("0.00")),
        Fact("荣誉称号", ["全国教科文卫体系统先进工作者", "省五一劳动奖章"]),
    ),
    findings=(
        Finding("会员资格有效", "met", "在职会员", "申请之日会籍有效", "《工会会员会籍管理办法》第四条"),
        Finding("家庭人均可支配收入低于上年全省平均", "met", "16000.00", "＜ 30904.00", "皖工发〔2025〕18号"),
        Finding("困难类别符合帮扶条件", "met", "深度困难", "深度困难、相对困难或意外致困", "总工办〔2016〕36号"),
        Finding(
            "无排除情形（两套以上住房、经商雇工、高收费择校、非营生机动车）",
            "met",
            "无",
            "均无",
            "郑州铁路职院办法第四条",
        ),
        Finding(
            "申请金额在限额以内",
            "unmet",
            "8000.50",
            "≤ 7200.00",
            "《中央财政专项帮扶资金使用管理办法》第五条（一）",
        ),
        Finding("经济状况核对", "unknown", "", "民政核对结果", ""),
    ),
    documents=(
        Document("困难职工帮扶申请书（本人签名）", "申请书", date(2022, 3, 9)),
        Document("家庭经济状况核对授权委托书", "授权书", date(2022, 3, 9), "全家签名"),
        Document("出院小结及费用清单", "医疗证明", date(2022, 3, 10), "复印件，原件已核"),
    ),
    payee=Payee(RARE, "中国农业银行安庆分行", "6217994628194821997"),
    acts=(
        Act("submit", "方䶮", datetime(2022, 3, 8, 1, 0, tzinfo=UTC)),
        Act(
            "return",
            "李卫东",
            datetime(2022, 3, 8, 9, 12, tzinfo=UTC),
            "缺家庭经济状况核对授权委托书，请补齐。",
        ),
        Act("submit", "方䶮", datetime(2022, 3, 9, 2, 5, tzinfo=UTC), "授权委托书已补。"),
        Act("endorse", "李卫东", datetime(2022, 3, 14, 7, 40, tzinfo=UTC), "已入户核实。"),
        Act("approve", "王秀英", datetime(2022, 3, 18, 3, 0, tzinfo=UTC), "按年度上限批准，公示无异议。"),
    ),
)

SLIP = PaymentSlip(
    payment_id="018f2f9e-8b10-7d3e-8a11-0c0d3a1b5e77",
    slip_number="AH-2022-000045",
    version=4,
    digest="2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    payer="安徽省教科文卫体工会",
    fund="2022年度困难职工帮扶资金",
    source="treasury_earmarked",
    payee=RARE,
    bank="中国农业银行安庆分行",
    account_number="6217994628194821997",
    amount=Decimal("7200.00"),
    purpose="困难职工帮扶（生活救助）：2022年3月8日申请，按年度上限批准",
    case_number="AH-3408-01-2022-000017",
    state="paid",
    printed_at=PRINTED,
    printed_by="汤㛃",
    slip_on=date(2022, 3, 18),
    batch_number="B-2022-0007",
    filed_by=Hand("方䶮", datetime(2022, 3, 9, 2, 5, tzinfo=UTC)),
    decided_by=Hand("王秀英", datetime(2022, 3, 18, 3, 0, tzinfo=UTC)),
    prepared_by=Hand("陈静", datetime(2022, 3, 18, 5, 0, tzinfo=UTC)),
    checked_by=Hand("赵国强", datetime(2022, 3, 18, 6, 0, tzinfo=UTC)),
    released_by=Hand("孙丽华", datetime(2022, 3, 19, 1, 0, tzinfo=UTC)),
    bank_serial="ABC20220319000123",
    paid_on=date(2022, 3, 19),
)
