"""The facts that every programme accepts, used or not (contract §4, row "all")."""

from __future__ import annotations

from benefits.rules.facts import Fact, Label


def label(chinese: str, english: str) -> Label:
    """A label in both languages."""
    return {"zh-CN": chinese, "en": english}


MEMBER_FACTS: tuple[Fact, ...] = (
    Fact("membership_active", "bool", label("会籍有效", "membership active"), source="register"),
    Fact("in_service", "bool", label("在职", "in service"), source="register"),
    Fact(
        "employment_type",
        "text",
        label("用工形式", "type of employment"),
        choices={
            "established": label("在编", "established staff"),
            "contract": label("合同制", "contract"),
            "off_establishment": label("编外", "off-establishment"),
            "dispatched": label("劳务派遣", "dispatched"),
            "temporary": label("临时", "temporary"),
        },
        open_choices=True,
        source="register",
    ),
    Fact("dues_paid_through", "date", label("会费缴至", "dues paid through"), source="register"),
    Fact(
        "union_kind",
        "text",
        label("列支工会类别", "kind of the paying union"),
        choices={
            "primary": label("基层工会", "primary union"),
            "county_and_above": label("县级以上工会", "union at county level or above"),
        },
        source="register",
    ),
    Fact(
        "sex",
        "text",
        label("性别", "sex"),
        choices={"male": label("男", "male"), "female": label("女", "female")},
        source="register",
    ),
    Fact("birth_date", "date", label("出生日期", "birth date"), source="register"),
    Fact("honours", "honours", label("荣誉", "honours"), none=(), source="register"),
    Fact("frontline", "bool", label("一线职工", "frontline worker"), source="register"),
    Fact("amount", "money", label("申请金额（元）", "amount asked (yuan)")),
)
