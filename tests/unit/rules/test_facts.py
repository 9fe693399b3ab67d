"""Facts read from JSON and shown in it: exactly, with every fault at once."""

import re
from datetime import date
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benefits.catalogue import programme, programmes
from benefits.core.errors import Invalid
from benefits.core.money import GRAMMAR
from benefits.rules.declaration import Fact, Honour, Programme, facts_schema, label, parse_facts, show_facts
from benefits.rules.facts import DECIMAL, HONOUR_LEVELS

EVERY = Programme(
    code="every",
    titles=label("全", "every"),
    shape="claim",
    facts=(
        Fact("temperature", "decimal", label("温度", "temperature")),
        Fact("count", "integer", label("数", "count"), minimum=1),
        Fact("choice", "text", label("选", "choice"), choices={"a": label("甲", "A"), "b": label("乙", "B")}),
        Fact("open", "text", label("开", "open"), choices={"a": label("甲", "A")}, open_choices=True),
        Fact("several", "texts", label("多", "several"), choices={"a": label("甲", "A"), "b": label("乙", "B")}),
        Fact("types", "integers", label("型", "types")),
        Fact("settled", "text", label("定", "settled"), default="x"),
    ),
)
TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=200)
VALID = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.none() | st.from_regex(re.compile(DECIMAL, re.ASCII), fullmatch=True),
        "count": st.none() | st.integers(1, 10**9),
        "choice": st.none() | st.sampled_from("ab"),
        "open": st.none() | TEXT,
        "several": st.none() | st.lists(st.sampled_from("ab"), max_size=5),
        "types": st.none() | st.lists(st.integers(-99, 99), max_size=5),
        "amount": st.none() | st.from_regex(re.compile(GRAMMAR, re.ASCII), fullmatch=True),
        "birth_date": st.none() | st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(date.isoformat),
        "in_service": st.none() | st.booleans(),
        "honours": st.none()
        | st.lists(
            st.fixed_dictionaries(
                {"level": st.sampled_from(HONOUR_LEVELS), "valid": st.booleans()}, optional={"title": TEXT}
            ),
            max_size=3,
        ),
    },
)


@given(VALID)
@settings(max_examples=40)
def test_what_is_read_is_shown_again_exactly_and_fits_the_schema(json):
    assert show_facts(EVERY, parse_facts(EVERY, json)) == json
    for language in ("zh-CN", "en"):
        jsonschema.validate(json, facts_schema(EVERY, language))


def test_values_are_exact():
    values = parse_facts(EVERY, {"amount": "0.10", "temperature": "35.0", "birth_date": "2000-02-29", "count": None})
    assert values == {
        "amount": Decimal("0.10"),
        "temperature": Decimal("35.0"),
        "birth_date": date(2000, 2, 29),
        "count": None,
    }
    honours = parse_facts(EVERY, {"honours": [{"title": "全国劳动模范", "level": "national", "valid": True}]})[
        "honours"
    ]
    assert honours == (Honour("全国劳动模范", "national", valid=True),)


@pytest.mark.parametrize(
    ("name", "raw", "pointer", "code"),
    [
        ("no_such", 1, "/facts/no_such", "unknown_field"),
        ("a/b~c", 1, "/facts/a~1b~0c", "unknown_field"),
        *(
            ("amount", raw, "/facts/amount", "money_malformed")
            for raw in (
                "1",
                "1.0",
                "01.00",
                "-1.00",
                "+1.00",
                "1e2",
                "１.00",
                "NaN",
                1,
                1.0,
                " 1.00",
                "1.00\n",
                True,
                [],
            )
        ),
        *(("temperature", raw, "/facts/temperature", "decimal_malformed") for raw in ("35,0", 35.0, "1e1", "٣", "-")),
        *(
            ("birth_date", raw, "/facts/birth_date", "date_malformed")
            for raw in ("2022-02-30", "20220301", "2022-3-1", "2022-03-01T00:00", 5, "２022-03-01", "2022-W01-1")
        ),
        ("birth_date", "1899-12-31", "/facts/birth_date", "date_malformed"),
        ("birth_date", "2101-01-01", "/facts/birth_date", "date_malformed"),
        *(("count", raw, "/facts/count", "wrong_type") for raw in (True, "1", 1.0, [1])),
        *(("count", raw, "/facts/count", "out_of_range") for raw in (0, 10**9 + 1)),
        *(("in_service", raw, "/facts/in_service", "wrong_type") for raw in (1, "true", "")),
        ("choice", "c", "/facts/choice", "choice_unknown"),
        ("choice", 1, "/facts/choice", "wrong_type"),
        ("open", "x" * 201, "/facts/open", "too_long"),
        ("open", "a\x00", "/facts/open", "text_malformed"),
        ("open", "\ud800", "/facts/open", "text_malformed"),
        ("several", ["a", "c"], "/facts/several/1", "choice_unknown"),
        ("several", "a", "/facts/several", "wrong_type"),
        ("types", [1, "2"], "/facts/types/1", "wrong_type"),
        ("types", [0] * 101, "/facts/types", "too_long"),
        ("honours", [{"level": "national"}], "/facts/honours/0/valid", "required_missing"),
        ("honours", [{"level": "king", "valid": True}], "/facts/honours/0/level", "choice_unknown"),
        ("honours", [{"level": "unit", "valid": 1}], "/facts/honours/0/valid", "wrong_type"),
        ("honours", [{"level": "unit", "valid": True, "x": 1}], "/facts/honours/0/x", "unknown_field"),
        ("honours", ["unit"], "/facts/honours/0", "wrong_type"),
    ],
)
def test_what_is_not_the_facts_is_refused(name, raw, pointer, code):
    with pytest.raises(Invalid) as refused:
        parse_facts(EVERY, {name: raw})
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [(pointer, code)]


def test_all_faults_come_at_once():
    with pytest.raises(Invalid) as refused:
        parse_facts(EVERY, {"amount": "1", "choice": "c", "no_such": 1, "count": 2})
    assert {fault.pointer for fault in refused.value.faults} == {"/facts/amount", "/facts/choice", "/facts/no_such"}


def test_rare_characters_are_text():
    assert parse_facts(EVERY, {"open": "𠮷\u3000㙓\U00030000"})["open"] == "𠮷\u3000㙓\U00030000"


def test_the_schema_has_labels_choices_and_defaults_in_the_readers_language():
    chinese, english = (facts_schema(EVERY, language)["properties"] for language in ("zh-CN", "en"))
    assert (chinese["choice"]["title"], english["choice"]["title"]) == ("选", "choice")
    assert english["choice"]["anyOf"][0]["oneOf"][1] == {"const": "b", "title": "B"}
    assert english["settled"]["default"] == "x"


def test_every_shipped_fact_speaks_both_languages():
    for shipped in programmes().values():
        labels = [shipped.titles, *(fact.label for fact in shipped.all_facts.values())]
        labels += [text for fact in shipped.all_facts.values() for text in fact.choices.values()]
        assert all(text["zh-CN"] and text["en"] for text in labels)


def test_the_facts_of_the_contract_are_all_there():
    hardship = """aid_kind household_size annual_disposable_income annual_rigid_spending subsistence_line_month
        income_gate accidental_event household_already_filed homes_owned owns_business high_fee_school non_work_vehicle
        living_aid_this_year medical_total medical_basic_insurance medical_catastrophic_insurance
        medical_other_insurance mutual_aid_received student_level education_aid_this_school_year"""
    visits = "kind occasion form granted_this_year taken_elsewhere deceased"
    everywhere = """membership_active in_service employment_type dues_paid_through union_kind sex birth_date honours
        frontline amount"""
    for code, names in (("hardship", hardship), ("holiday_visit", visits)):
        assert {*names.split(), *everywhere.split()} <= programme(code).all_facts.keys()


def test_a_programme_cannot_declare_a_name_twice():
    with pytest.raises(ValueError, match="share a name"):
        Programme("x", label("x", "x"), "claim", (Fact("amount", "money", label("x", "x")),))
