"""Why a criterion came out as it did: value, requirement, gap, evidence, words in both languages."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benefits.rules.assessment import assess
from benefits.rules.declaration import parse_facts
from tests.unit.rules.made_up import PROGRAMME, SPRING_2022, criterion, edition_of

ON = date(2022, 5, 10)


def finding(expr, facts, when=None, derived="", **more):
    edition = edition_of(criterion(expr, when=when, **more), derived=derived)
    return assess(edition, parse_facts(PROGRAMME, facts), on=ON, calendar=SPRING_2022).findings[0]


@pytest.mark.parametrize(
    ("expr", "facts", "shown"),
    [
        ("35 <= i <= 64", {"i": 34}, ("i", "34", "35–64", "1")),
        ("35 <= i <= 64", {"i": 70}, ("i", "70", "35–64", "6")),
        ("35 <= i <= 64", {"i": 50}, ("i", "50", "35–64", None)),
        ("35 < i < 64", {"i": 35}, ("i", "35", "> 35, < 64", "1")),
        ("n <= cap", {"n": "2100.50"}, ("n", "2100.50", "≤ 2000.00", "100.50")),
        ("n < 2000", {"n": "2000.00"}, ("n", "2000.00", "< 2000.00", "0.01")),
        ("n < 2000", {"n": "2000.01"}, ("n", "2000.01", "< 2000.00", "0.02")),
        ("n / 3 <= 1", {"n": "3.01"}, ("n", "1.00", "≤ 1.00", "0.01")),
        ("i == 0", {"i": -3}, ("i", "-3", "0", "3")),
        ("i != 4", {"i": 4}, ("i", "4", "≠ 4", None)),
        ("d >= month_start(at)", {"d": "2022-04-30"}, ("d", "2022-04-30", "≥ 2022-05-01", "1")),
        ("at - d >= 36", {"d": "2022-05-01"}, ("d", "9", "≥ 36", "27")),
        ("s == 'a'", {"s": "b"}, ("s", "b", "a", None)),
        ("s in levels", {"s": "z"}, ("s", "z", "a, b", None)),
        ("s not in {'z'}", {"s": "z"}, ("s", "z", "≠ z", None)),
        ("not p", {"p": True}, ("p", "true", "false", None)),
        ("p", {"p": False}, ("p", "false", "true", None)),
        ("True if q else n <= 5", {"q": False, "n": "7.00"}, ("n", "7.00", "≤ 5.00", "2.00")),
        ("p or i > 3 or n > 9", {"p": False, "i": 2, "n": "1.00"}, ("p", "p=false, i=2, n=1.00", None, None)),
        ("any_in(ts, levels)", {"ts": ["y", "x"]}, ("ts", "ts=x, y", None, None)),
    ],
)
def test_the_value_the_requirement_and_the_gap(expr, facts, shown):
    found = finding(expr, facts)
    assert (found.fact, found.value, found.required, found.gap) == shown


def test_a_derived_flag_is_explained_by_what_it_stands_for():
    found = finding("old_enough", {"i": 30}, derived='old_enough = "i >= 35"')
    assert (found.fact, found.value, found.required, found.gap) == ("i", "30", "≥ 35", "5")


def test_steps_are_explained_by_the_branch_taken():
    steps = """fits = [ { when = "s == 'a'", then = "i <= 1" }, { then = "i <= 2" } ]"""
    assert finding("fits", {"s": "a", "i": 5}, derived=steps).gap == "4"
    assert finding("fits", {"s": "b", "i": 5}, derived=steps).gap == "3"


def test_a_criterion_may_name_the_fact_it_is_about():
    assert finding("n + m <= 5", {"n": "1.00", "m": "9.00"}, fact="m").fact == "m"


def test_what_does_not_apply_shows_nothing():
    found = finding("n <= 5", {"n": "7.00", "p": False}, when="p")
    assert (found.outcome, found.value, found.gap) == ("not_applicable", None, None)
    assert finding("n <= 5", {"n": "7.00"}, when="p").outcome == "unknown"


def test_the_words_are_in_the_readers_language():
    unmet = finding("n <= 5", {"n": "7.00"})
    assert unmet.message("zh-CN") == "不符合：规则；现为 7.00；要求 ≤ 5.00；相差 2.00。"
    assert unmet.message("en") == "Not met: The rule; now 7.00; required ≤ 5.00; off by 2.00."
    unknown = finding("n <= m", {})
    assert unknown.message("zh-CN") == "暂不能判断：规则；还需提供：事实n、事实m。"
    assert unknown.message("en") == "Cannot be decided yet: The rule; still wanted: fact n, fact m."
    assert finding("lookup(lines, 'x') > 1", {}).message("en").endswith("no figure or calendar covers it.")
    assert finding("p", {"p": True}).message("en") == "The rule."


@pytest.mark.parametrize(
    ("expr", "facts", "wanted"),
    [
        ("p and q", {"p": True}, ["q"]),
        ("p or q", {"q": False}, ["p"]),
        ("coalesce(i, j) > 1", {}, ["i"]),
        ("n > lookup(lines, s)", {"s": "x", "n": "1.00"}, []),
        ("coalesce(n, lookup(lines, s)) > 1", {"s": "x"}, ["n"]),
        ("i > 1 if p else j > 1", {"p": False, "i": 1}, ["j"]),
        ("i > 1 if p else j > 1", {"i": 1}, ["p", "j"]),
        ("d < at", {"d": None}, ["d"]),
    ],
)
def test_only_what_is_missing_and_matters_is_wanted(expr, facts, wanted):
    assert list(finding(expr, facts).wanted) == wanted


SETTLED = {
    "p": True,
    "q": False,
    "r": True,
    "i": 3,
    "j": -2,
    "n": "5.00",
    "m": "7.50",
    "s": "a",
    "t": "b",
    "d": "2020-02-29",
    "e": "2022-05-01",
}
EXPRESSIONS = [
    "p and (q or i > j)",
    "i > j if p else n > m",
    "known(d) and d < e",
    "coalesce(i, j, 3) > 1 and min(n, m) < 3",
    "years_between(d, at) >= i or s in levels",
    "(n if q else m) / 3 < (i if r else j)",
    "1 < (i if p else j) < n or t == 'b' and not q",
]


@given(st.sampled_from(EXPRESSIONS), st.sets(st.sampled_from(sorted(SETTLED))))
@settings(max_examples=200)
def test_supplying_what_is_wanted_settles_the_finding(expr, missing):
    known = {name: value for name, value in SETTLED.items() if name not in missing}
    found = finding(expr, known)
    if found.outcome == "unknown":
        assert set(found.wanted) <= missing
        assert finding(expr, known | {name: SETTLED[name] for name in found.wanted}).outcome != "unknown"
