"""What is outside the rule language is refused, with its place, however it is written."""

import pytest

from benefits.rules.nodes import Reference
from benefits.rules.parse import Unreadable, parse
from benefits.rules.policy_text import _AT
from benefits.rules.values import Type

NAMES = {
    "i": Reference(Type.INTEGER, "fact", "i"),
    "n": Reference(Type.NUMBER, "fact", "n"),
    "p": Reference(Type.BOOL, "fact", "p"),
    "s": Reference(Type.TEXT, "fact", "s"),
    "d": Reference(Type.DATE, "fact", "d"),
    "ts": Reference(Type.TEXTS, "fact", "ts"),
    "cap": Reference(Type.NUMBER, "figure", "cap"),
    "waiting": Reference(Type.TIERS, "figure", "waiting"),
    "at": _AT,
}


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("i <", "syntax", 4),
        ("p and wrong", "name_unknown", 7),
        ("p and\n  wrong", "name_unknown", 9),
        ("  wrong", "name_unknown", 3),
        ("s == '中' and wrong", "name_unknown", 14),
        ("ｐ", "name_unknown", 1),
        ("i < 's'", "type_mismatch", 5),
        ("i and p", "type_mismatch", 1),
        ("not i", "type_mismatch", 5),
        ("d < 3", "type_mismatch", 5),
        ("p < p", "not_comparable", 1),
        ("s < s", "not_comparable", 1),
        ("ts == ts", "not_comparable", 1),
        ("d + n", "type_mismatch", 5),
        ("d * 2", "type_mismatch", 1),
        ("i in ts", "set_not_constant", 6),
        ("s in {s, 'a'}", "set_not_constant", 6),
        ("s in {1, 'a'}", "set_not_constant", 6),
        ("tier(i, waiting if p else waiting)", "set_not_constant", 9),
        ("s in {1}", "type_mismatch", 1),
        ("i in {1} in {2}", "outside_language", 1),
        ("open('x')", "function_unknown", 1),
        ("d.year", "outside_language", 1),
        ("s[0]", "outside_language", 1),
        ("f'{s}'", "outside_language", 1),
        ("lambda: i", "outside_language", 1),
        ("[x for x in ts]", "outside_language", 1),
        ("i is i", "outside_language", 1),
        ("i ** 2", "outside_language", 1),
        ("i // 2", "outside_language", 1),
        ("(i := 2)", "outside_language", 2),
        ("p # and not p", "outside_language", 3),
        ("i < 1e3", "literal_malformed", 5),
        ("i < 1_000", "literal_malformed", 5),
        ("i < 0x10", "literal_malformed", 5),
        ("i < 2j", "literal_malformed", 5),
        ("s == 'a' 'b'", "literal_malformed", 6),
        ("s == '\\x41'", "literal_malformed", 6),
        ("s == b'a'", "literal_malformed", 6),
        ("i < None", "literal_malformed", 5),
        ("year(d, d)", "arguments_miscounted", 1),
        ("year()", "arguments_miscounted", 1),
        ("min(i)", "arguments_miscounted", 1),
        ("known()", "arguments_miscounted", 1),
        ("year(i)", "type_mismatch", 6),
        ("year(day=d)", "function_unknown", 1),
        ("none(i + 1)", "not_a_fact", 6),
        ("round(n, i)", "literal_malformed", 10),
        ("tier(i, cap)", "type_mismatch", 9),
        ("waiting < 1", "type_mismatch", 11),
        ("1 if i else 2", "type_mismatch", 6),
        ("1 if p else 's'", "type_mismatch", 13),
        ("min(d, i)", "type_mismatch", 8),
        ("min(s, s)", "type_mismatch", 5),
        ("texts(s, i)", "type_mismatch", 10),
        ("texts()", "arguments_miscounted", 1),
        ("not " * 30 + "p", "expression_too_deep", 97),
        ("(" * 300 + "p" + ")" * 300, "syntax", 201),
        ("p or " * 210 + "p", "expression_too_long", 1000),
        ("p", "ok", 0),
    ],
)
def test_what_is_outside_the_language_is_refused_with_its_place(text, code, column):
    if code == "ok":
        assert parse(text, NAMES) == NAMES["p"]
        return
    with pytest.raises(Unreadable) as refused:
        parse(text, NAMES)
    assert (refused.value.code, refused.value.column) == (code, column)


@pytest.mark.parametrize("text", ["not " * 240 + "p", "-" * 900 + "i", "((((" * 45 + "i", "i" + "+i" * 499, "p\x00"])
def test_hostile_texts_are_refused_and_nothing_breaks(text):
    with pytest.raises(Unreadable):
        parse(text, NAMES)
