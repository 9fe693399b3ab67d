"""What holiday visits ask and how their awards are counted (domain §3; contract §4)."""

from __future__ import annotations

from decimal import Decimal

from benefits.rules.declaration import Fact, Programme, RecordFact, label

NOTHING = Decimal("0.00")
# Kinds that can come more than once in a year: each event is counted by itself.
BY_EVENT = ("hospital", "bereavement")
BY_YEAR = ("festival_gift", "birthday", "marriage", "birth", "retirement", "visit")

PROGRAMME = Programme(
    code="holiday_visit",
    titles=label("节日慰问走访", "Holiday gifts and visits"),
    shape="roster",
    facts=(
        Fact(
            "kind",
            "text",
            label("慰问项目", "kind"),
            choices={
                "festival_gift": label("节日慰问品", "festival gift"),
                "birthday": label("生日慰问", "birthday"),
                "marriage": label("结婚慰问", "marriage"),
                "birth": label("生育慰问", "birth"),
                "hospital": label("生病住院慰问", "hospital stay"),
                "bereavement": label("去世慰问", "bereavement"),
                "retirement": label("退休离岗纪念品", "retirement"),
                "visit": label("走访慰问", "visit to a named person"),
            },
        ),
        Fact(
            "occasion",
            "text",
            label("节日或时机", "occasion"),
            choices={
                "new_year": label("新年（元旦）", "New Year"),
                "spring_festival": label("春节", "Spring Festival"),
                "qingming": label("清明节", "Qingming"),
                "labour_day": label("劳动节", "Labour Day"),
                "dragon_boat": label("端午节", "Dragon Boat Festival"),
                "mid_autumn": label("中秋节", "Mid-Autumn Festival"),
                "national_day": label("国庆节", "National Day"),
                "womens_day": label("三八妇女节", "Women's Day"),
                "teachers_day": label("教师节", "Teachers' Day"),
                "nurses_day": label("护士节", "Nurses' Day"),
            },
            open_choices=True,
        ),
        Fact(
            "form",
            "text",
            label("发放形式", "form"),
            choices={
                "goods": label("实物", "goods"),
                "named_shop_voucher": label("指定商店提货凭证", "voucher of a named shop"),
                "cake_voucher": label("蛋糕券", "cake voucher"),
                "cash_voucher": label("代金券", "cash voucher"),
                "cash": label("现金", "cash"),
                "shopping_card": label("购物卡", "shopping card"),
                "bank_transfer": label("银行转账", "bank transfer"),
            },
        ),
        Fact(
            "granted_this_year",
            "money",
            label("本年同类已发放金额（元）", "granted this year for the same kind (yuan)"),
            none=NOTHING,
            period=True,
            source="record",
        ),
        Fact(
            "taken_elsewhere",
            "bool",
            label("已在其他工会享受", "taken at another union"),
            none=False,
            source="record",
        ),
        Fact(
            "deceased",
            "text",
            label("去世人", "who died"),
            choices={"member": label("会员本人", "the member"), "relative": label("直系亲属", "a close relative")},
        ),
        Fact(
            "event",
            "text",
            label("事件（病种代码、亲属等）", "the event (disease code, which relative)"),
            default="",
            none="",
            sensitive=True,
        ),
    ),
    record_facts=(
        RecordFact("granted_this_year", "sum", match=("kind", "year"), kinds=BY_YEAR),
        RecordFact("granted_this_year", "sum", match=("kind", "occasion", "year"), kinds=BY_EVENT),
        RecordFact("taken_elsewhere", "elsewhere", match=("kind", "occasion", "year")),
    ),
)
