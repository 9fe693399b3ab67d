"""Properties that hold for every expression: Kleene's algebra, and that knowing more never contradicts."""

from datetime import date
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from benefits.rules import nodes
from benefits.rules.evaluate import Scene, evaluate
from benefits.rules.nodes import Reference
from benefits.rules.parse import parse
from benefits.rules.values import Type, add_months, add_years, months_between, round_half_away, years_between
from tests.unit.rules.made_up import PROGRAMME, SPRING_2022

NAMES = {
    **{name: Reference(Type.BOOL, "fact", name) for name in "pqr"},
    **{name: Reference(Type.INTEGER, "fact", name) for name in "ij"},
    **{name: Reference(Type.DATE, "fact", name) for name in "de"},
}
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def scene(facts):
    return Scene(facts, frozenset(), {}, SPRING_2022, {})


numbers = st.recursive(
    st.sampled_from(["i", "j", "0", "1", "2.5", "7"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(st.sampled_from("pq"), inner, inner).map(lambda t: f"({t[1]} if {t[0]} else {t[2]})"),
    ),
    max_leaves=4,
)
comparisons = st.tuples(numbers, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers).map(" ".join)
day_comparisons = st.sampled_from(
    ["d < e", "years_between(d, e) >= i", "months_between(d, e) < j", "add_months(d, i) <= e", "e - d > i", "d + i < e"]
)
flags = st.recursive(
    st.one_of(st.sampled_from("pqr"), comparisons.map("({})".format), day_comparisons.map("({})".format)),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda items: f"({' and '.join(items)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda items: f"({' or '.join(items)})"),
        inner.map("(not {})".format),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[1]} if {t[0]} else {t[2]})"),
    ),
    max_leaves=6,
)
all_facts = st.fixed_dictionaries(
    {**{name: st.booleans() for name in "pqr"}, **{name: st.integers(-40, 40) for name in "ij"}, "d": DAYS, "e": DAYS}
)
unknown = st.sets(st.sampled_from("pqrijde"))


@given(flags, all_facts, unknown)
def test_learning_an_unknown_fact_never_turns_an_answer_round(text, facts, missing):
    tree = parse(text, NAMES)
    before = evaluate(tree, scene({name: value for name, value in facts.items() if name not in missing}))
    after = evaluate(tree, scene(facts))
    assert before is None or before is after


@given(flags, flags, all_facts, unknown)
def test_de_morgan_and_double_negation(one, other, facts, missing):
    case = scene({name: value for name, value in facts.items() if name not in missing})

    def value(text):
        return evaluate(parse(text, NAMES), case)

    if len(one) + len(other) < 400:
        assert value(f"not ({one} and {other})") is value(f"(not {one}) or (not {other})")
        assert value(f"not ({one} or {other})") is value(f"(not {one}) and (not {other})")
        assert value(f"not (not {one})") is value(one)
        assert value(f"{one} and {other}") is value(f"{other} and {one}")


@given(flags, all_facts, unknown)
def test_and_is_the_least_and_or_the_greatest_of_three_ordered_values(text, facts, missing):
    case = scene({name: value for name, value in facts.items() if name not in missing})
    rank = {False: 0, None: 1, True: 2}
    tree = parse(text, NAMES)
    for node in nodes.walk(tree, {}):
        if isinstance(node, nodes.Logic):
            ranks = [rank[evaluate(item, case)] for item in node.items]
            assert rank[evaluate(node, case)] == (min(ranks) if node.operator == "and" else max(ranks))


@given(DAYS, DAYS)
def test_the_months_between_two_days_are_the_most_that_fit(start, end):
    for between, add in ((months_between, add_months), (years_between, add_years)):
        n = between(start, end)
        reached, past = add(start, n), add(start, n + 1)
        assert reached is None or reached <= end
        assert past is None or past > end


@given(st.fractions(), st.integers(0, 6))
def test_rounding_is_symmetric_and_never_off_by_more_than_half(x, places):
    rounded = round_half_away(x, places)
    assert rounded == -round_half_away(-x, places)
    assert abs(rounded - x) * 10**places <= Fraction(1, 2)
    assert (rounded * 10**places).denominator == 1


@given(all_facts, unknown)
@settings(max_examples=50)
def test_exact_thirds(facts, missing):
    case = scene({name: value for name, value in facts.items() if name not in missing})
    expected = None if "i" in missing else True
    assert evaluate(parse("i / 3 / 7 * 3 * 7 == i", NAMES), case) is expected


def test_the_made_up_programme_asks_what_these_tests_use():
    assert set("pqrijde") <= PROGRAMME.all_facts.keys()
