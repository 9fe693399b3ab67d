"""What a policy's text must be before it can come into force: every fault is found, with its place."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from benefits.core.errors import Invalid
from benefits.rules.policy import PolicyInvalid
from benefits.rules.policy_text import load_edition
from tests.unit.rules.made_up import FIGURE, PROGRAMME, criterion, edition_of, edition_text


def faults(text, **more):
    with pytest.raises(PolicyInvalid) as refused:
        load_edition(text, PROGRAMME, **more)
    return {(fault.pointer, fault.code) for fault in refused.value.faults}


def figure(value, name="f", start="2000-01-01", more=FIGURE):
    return f"[[figures.{name}]]\nfrom = {start}\nvalue = {value}\n{more}\n"


def with_figures(*figures):
    return edition_text(criterion("p")).replace("[derived]", "\n".join(figures) + "\n[derived]")


def test_the_made_up_edition_is_sound():
    edition = edition_of(criterion("p and cap > 1"))
    assert (edition.code, edition.valid_from, edition.valid_to) == ("made_up-1", date(2000, 1, 1), date(2099, 12, 31))
    assert edition.figure("cap", date(2019, 12, 31)).value == 1500
    assert edition.figure("cap", date(1999, 12, 31)) is None
    assert edition.figure("no_such", date(2020, 1, 1)) is None
    assert edition.covers(date(2099, 12, 31))
    assert not edition.covers(date(2100, 1, 1))
    assert not edition.covers(date(1999, 12, 31))


def test_all_faults_come_at_once_each_with_its_place():
    text = edition_text(
        criterion("no_such_fact"),
        criterion("n", code="not_a_flag"),
        criterion("p and", code="cut_off"),
        criterion("p", code="twice"),
        criterion("p", code="twice", fact="nobody"),
        derived='later = "sooner + 1"\nsooner = "i"',
    )
    assert faults(text) == {
        ("/criteria/0/expr", "name_unknown"),
        ("/criteria/1/expr", "type_mismatch"),
        ("/criteria/2/expr", "syntax"),
        ("/criteria/4/code", "code_duplicate"),
        ("/criteria/4/fact", "name_unknown"),
        ("/derived/later", "name_unknown"),
    }


def test_a_fault_names_the_column_and_the_name():
    with pytest.raises(Invalid) as refused:
        edition_of(criterion("p and no_such_fact"))
    assert refused.value.code == "policy_invalid"
    (fault,) = refused.value.faults
    assert fault.params == {"column": 7, "name": "no_such_fact"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('edition = "made_up-1"\n', ""), ("/edition", "required_missing")),
        (('edition = "made_up-1"', "edition = 1"), ("/edition", "wrong_type")),
        (('programme = "made_up"', 'programme = "other"'), ("/programme", "programme_mismatch")),
        (("valid_to = 2099-12-31", "valid_to = 1999-12-31"), ("/valid_to", "dates_reversed")),
        (("valid_to = 2099-12-31", "valid_to = 2199-12-31"), ("/valid_to", "out_of_range")),
        (("valid_from = 2000-01-01", "valid_from = 2000-01-01T00:00:00"), ("/valid_from", "wrong_type")),
        (("valid_from = 2000-01-01", "valid_from = 1999-12-31"), ("/figures/cap", "figure_uncovered")),
        (
            ("from = 2020-01-01\nvalue = 2000.00", "from = 2000-01-01\nvalue = 2000.00"),
            ("/figures/cap/1/from", "dates_overlap"),
        ),
        (("value = 2000.00", "value = 'much'"), ("/figures/cap/1/value", "type_mismatch")),
        (("[entitlement]", "[entitlement]\nbribe = 1"), ("/entitlement/bribe", "unknown_field")),
        (('amount_max = "cap"', 'amount_max = "p"'), ("/entitlement/amount_max", "type_mismatch")),
        (('year = "year(at)"', 'year = "i if given_this_year > 0 else 1"'), ("/entitlement/year", "key_reads_record")),
        (('at = "on"', 'at = "i"'), ("/at", "type_mismatch")),
        (('at = "on"', 'at = "cap"'), ("/at", "name_unknown")),
        ((', en = "The rule" }', " }"), ("/criteria/0/message/en", "required_missing")),
        (('clause = "§1"', "clause = 1"), ("/criteria/0/clause", "wrong_type")),
    ],
)
def test_one_change_one_fault(change, expected):
    text = edition_text(criterion("p"))
    old, new = change
    assert old in text
    assert expected in faults(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('clause = "1"\nconfidence = "H"', ("source", "required_missing")),
        ('source = ""\nconfidence = "H"', ("source", "required_missing")),
        ('source = "x"', ("confidence", "required_missing")),
        ('source = "x"\nconfidence = "X"', ("confidence", "choice_unknown")),
        ('source = "x"\nconfidence = "L"', ("example", "example_unmarked")),
        ('source = "x"\nconfidence = "H"\nnote = "y"', ("note", "unknown_field")),
    ],
)
def test_no_figure_without_its_source_and_confidence(more, expected):
    pointer, code = expected
    assert (f"/figures/f/0/{pointer}", code) in faults(with_figures(figure("1.00", more=more)))


@pytest.mark.parametrize(
    "value",
    [
        "[]",
        "{}",
        '[1, "a"]',
        "[{ up_to = 5, value = 1 }, { up_to = 5, value = 2 }]",
        "[{ value = 1 }, { up_to = 5, value = 2 }]",
        "[{ up_to = 5 }]",
        '{ a = "b" }',
        "1999999999999",
        "2000-01-01T00:00:00",
        '""',
        "[[1]]",
    ],
)
def test_a_figure_is_a_number_a_flag_a_text_a_day_a_set_or_a_table(value):
    assert ("/figures/f/0/value", "figure_malformed") in faults(with_figures(figure(value)))


@pytest.mark.parametrize("value", ["1e3", "nan", "inf", "1_000.5", "0.1234567890"])
def test_a_number_is_plain_digits(value):
    assert {code for _, code in faults(with_figures(figure(value)))} == {"toml_malformed"}


@pytest.mark.parametrize("name", ["n", "at", "on", "year", "none", "coalesce"])
def test_a_name_is_taken_once(name):
    assert (f"/figures/{name}", "name_taken") in faults(with_figures(figure("1", name=name)))


@pytest.mark.parametrize("text", ["", "= 1", "a = " + "[" * 5000, "x" * 300_000, 'programme = "made_up"\n' * 2])
def test_a_text_that_is_no_policy(text):
    assert faults(text)


def test_whole_and_broken_numbers_of_one_figure_are_numbers():
    edition = load_edition(with_figures(figure("1"), figure("1.50", start="2020-01-01")), PROGRAMME)
    assert edition.figure("f", date(2020, 1, 1)).value == Fraction(3, 2)


def test_a_demonstrations_figure_is_marked():
    text = with_figures(figure("5", name="notice_working_days"))
    shipped = load_edition(text, PROGRAMME)
    shown = load_edition(text, PROGRAMME, overrides={"notice_working_days": 0})
    day = date(2022, 5, 1)
    assert (shipped.notice_working_days(day), shown.notice_working_days(day)) == (5, 0)
    dated = shown.figure("notice_working_days", day)
    assert (dated.source, dated.confidence, dated.example) == ("demonstration", "L", True)
    assert ("/figures/notice_working_days", "override_mismatch") in faults(
        text, overrides={"notice_working_days": "no"}
    )
    assert ("/figures/nothing", "override_mismatch") in faults(text, overrides={"nothing": 1})


def test_bands_of_decision():
    edition = edition_of(criterion("p"))
    assert [edition.reviewers_for(Decimal(a)) for a in ("0.00", "5000.00", "5000.01")] == [1, 1, 2]
    tail = "[[steps]]\nup_to = 100.00\nreviewers = 2\n[[steps]]\nreviewers = 3\n"
    edition = edition_of(criterion("p"), tail=tail)
    assert [edition.reviewers_for(Decimal(a)) for a in ("100.00", "100.01")] == [2, 3]
    for wrong in ("[[steps]]\nup_to = 100.00\nreviewers = 2", "[[steps]]\nreviewers = 1\n[[steps]]\nreviewers = 2"):
        assert {code for _, code in faults(edition_text(criterion("p"), tail=wrong))} == {"bands_malformed"}
