"""The whole answer: outcome, entitlement, derived values, the ledger's key, and the same bytes for ever."""

import json
from datetime import date
from decimal import Decimal

import pytest

from benefits.catalogue import programme, shipped_editions
from benefits.rules.assessment import assess, canonical, ledger_key, no_policy, to_json
from benefits.rules.declaration import parse_facts
from benefits.rules.policy_text import load_edition
from tests.unit.rules.made_up import PROGRAMME, SPRING_2022, criterion, edition_of

ON = date(2022, 5, 10)


def answer(*criteria, facts, on=ON, **more):
    return assess(edition_of(*criteria, **more), parse_facts(PROGRAMME, facts), on=on, calendar=SPRING_2022)


TWO = (criterion("p", code="one"), criterion("q", code="two"))


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"p": True, "q": True}, "eligible"),
        ({"p": True}, "undetermined"),
        ({"p": False}, "ineligible"),
        ({"p": False, "q": False}, "ineligible"),
        ({}, "undetermined"),
    ],
)
def test_unmet_refuses_unknown_never_does(facts, outcome):
    assessment = answer(*TWO, facts=facts)
    assert assessment.outcome == outcome
    assert len(assessment.findings) == 2
    assert (assessment.entitlement is not None) is (outcome == "eligible")


def test_the_entitlement_stands_where_only_the_amount_is_too_much():
    limit = criterion("amount <= cap", code="amount_within_limit", when="known(amount)")
    assert answer(*TWO, limit, facts={"p": True, "q": True, "amount": "2000.01"}).entitlement.amount_max == 2000
    for facts in ({"p": False, "q": True, "amount": "2000.01"}, {"p": True, "amount": "2000.01"}):
        assert answer(*TWO, limit, facts=facts).entitlement is None


def test_a_limit_is_never_rounded_up():
    edition = edition_of(*TWO)
    text = edition.text.replace('amount_max = "cap"', 'amount_max = "cap / 3"')
    facts = parse_facts(PROGRAMME, {"p": True, "q": True})
    given = assess(load_edition(text, PROGRAMME), facts, on=ON, calendar=SPRING_2022).entitlement
    assert given.amount_max == Decimal("666.66")


def test_derived_values_as_the_contract_writes_them():
    derived = 'net = "(n - m) / 12"\nflag = "i > 1"\nday = "add_months(d, 1)"\nword = "s"\ncount = "i * 2"\nlost = "j"'
    facts = {"n": "100.00", "m": "200.01", "i": 2, "d": "2022-01-31", "s": "中", "birth_date": "1987-03-15"}
    assert answer(*TWO, facts=facts, derived=derived).derived == {
        "age": 35,
        "net": "-8.33",
        "flag": True,
        "day": "2022-02-28",
        "word": "中",
        "count": 4,
    }


def test_the_shape_of_the_contract():
    shown = to_json(answer(*TWO, facts={"p": True}), "en")
    assert shown.keys() == {"programme", "on", "policy", "outcome", "findings", "derived", "entitlement"}
    assert shown["policy"] == {"edition": "made_up-1", "source": "a source"}
    assert shown["findings"][0] == {
        "code": "one",
        "outcome": "met",
        "fact": "p",
        "value": "true",
        "required": "true",
        "gap": None,
        "met_from": None,
        "clause": "§1",
        "message": "The rule.",
    }
    assert shown["findings"][1]["evidence"] == [{"fact": "q", "label": "fact q"}]
    json.dumps(shown)


def test_a_day_without_an_edition_is_refused_and_never_guessed():
    for assessment in (no_policy(PROGRAMME, date(1999, 12, 31)), answer(*TWO, facts={}, on=date(1999, 12, 31))):
        shown = to_json(assessment, "zh-CN")
        assert (shown["outcome"], shown["policy"], shown["entitlement"]) == ("ineligible", None, None)
        assert [(f["code"], f["outcome"]) for f in shown["findings"]] == [("policy_in_force", "unmet")]
        canonical(assessment)


def test_the_same_case_gives_the_same_bytes():
    facts = {"q": True, "p": True, "ts": ["b", "a", "c"], "n": "1.00"}
    rules = (criterion("any_in(ts, levels) and n < cap", code="sets"), *TWO)
    first = canonical(answer(*rules, facts=facts))
    assert canonical(answer(*rules, facts=dict(reversed(facts.items())))) == first
    content = json.loads(first)
    assert content["figures"]["cap"]["value"] == "2000.00"
    assert content["figures"]["levels"]["source"] == "a source"
    assert "message" not in first.decode()
    assert canonical(answer(*rules, facts=facts | {"n": "1.01"})) != first


def test_a_derived_list_keeps_its_order_and_a_set_is_sorted():
    assert answer(
        *TWO, facts={"p": True, "ts": ["b", "a"]}, derived="listed = \"texts('z', 'a' if p else '')\"\nset = \"ts\""
    ).derived == {"listed": ["z", "a"], "set": ["a", "b"]}


def test_a_flag_that_the_ledger_counted_is_a_flag():
    counted = assess(edition_of(criterion("not p")), {"p": 2}, on=ON, calendar=SPRING_2022)
    assert (counted.outcome, counted.findings[0].value) == ("ineligible", "true")


def test_figures_that_played_no_part_are_not_named():
    assert set(answer(criterion("p or n < cap"), facts={"p": False, "n": "1.00"}).figures) == {"cap"}
    assert "waiting" not in answer(criterion("p or n < cap"), facts={"p": False, "n": "1.00"}).figures


def test_only_valid_honours_count():
    honour = {"title": "全国劳动模范", "level": "national", "valid": True}
    rule = criterion("any_in(honours, ts)")
    assert answer(rule, facts={"honours": [honour], "ts": ["national"]}).outcome == "eligible"
    assert answer(rule, facts={"honours": [honour | {"valid": False}], "ts": ["national"]}).outcome == "ineligible"
    assert answer(rule, facts={"honours": None, "ts": ["national"]}).outcome == "ineligible"
    assert answer(rule, facts={"ts": ["national"]}).outcome == "undetermined"


def key(code, on, facts):
    asked = programme(code)
    (text,) = shipped_editions(code)
    return ledger_key(load_edition(text, asked), parse_facts(asked, facts), on=on, calendar=SPRING_2022)


@pytest.mark.parametrize(
    ("code", "on", "facts", "expected"),
    [
        (
            "holiday_visit",
            ON,
            {"kind": "festival_gift", "occasion": "qingming"},
            ("festival_gift", "qingming", 2022, False, False),
        ),
        ("holiday_visit", ON, {"kind": "birthday", "occasion": "qingming"}, ("birthday", "", 2022, True, False)),
        ("holiday_visit", ON, {"kind": "hospital"}, ("hospital", "", 2022, False, True)),
        ("holiday_visit", ON, {"kind": "hospital", "event": "I21"}, ("hospital", "I21", 2022, True, True)),
        ("holiday_visit", ON, {"kind": "visit"}, ("visit", "", 2022, False, False)),
        ("holiday_visit", ON, {}, (None, None, 2022, None, True)),
        ("hardship", ON, {"aid_kind": "living"}, ("living", "", 2022, False, False)),
        ("hardship", date(2022, 8, 31), {"aid_kind": "education"}, ("education", "1", 2021, False, True)),
        (
            "hardship",
            date(2022, 9, 1),
            {"aid_kind": "education", "student": "2"},
            ("education", "2", 2022, False, True),
        ),
    ],
)
def test_the_ledgers_key_is_known_before_the_ledger_is_asked(code, on, facts, expected):
    found = key(code, on, facts)
    assert (found.kind, found.occasion, found.year, found.once, found.sensitive) == expected
