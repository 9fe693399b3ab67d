"""Programmes are found by their folders; a new one needs no other line."""

from datetime import date

import pytest

from benefits.catalogue import SHIPPED, Catalogue, programme, programmes, shipped_editions
from benefits.core.calendar import Calendar
from benefits.core.errors import NotFound
from benefits.rules import nodes
from benefits.rules.assessment import assess
from benefits.rules.declaration import parse_facts
from benefits.rules.policy_text import load_edition

DECLARATION = '''"""Book credit 图书."""

from benefits.rules.declaration import Fact, Programme, label

PROGRAMME = Programme(
    code="book_credit",
    titles=label("图书", "Book credit"),
    shape="roster",
    facts=(Fact("books", "integer", label("册数", "books"), minimum=0),),
)
'''
POLICY = """
programme = "book_credit"
edition = "book_credit-2022"
valid_from = 2022-05-18
source = "made up for a test"
at = "on"

[[figures.per_book]]
from = 2022-05-18
value = 0.50
source = "made up for a test"
confidence = "L"
example = true

[[criteria]]
code = "in_service"
expr = "in_service"
clause = ""
message = { zh-CN = "在职", en = "In service" }

[entitlement]
form = "'money'"
amount_max = "books * per_book"
payer = "'union'"
kind = "'credit'"
occasion = "''"
year = "year(at)"
once = "True"
"""


def test_another_programme_is_one_folder_and_no_other_line(tmp_path):
    folder = tmp_path / "book_credit"
    folder.mkdir()
    (folder / "programme.py").write_text(DECLARATION, encoding="utf-8")
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    catalogue = Catalogue.of(SHIPPED, tmp_path)
    assert catalogue.found.keys() == programmes().keys() | {"book_credit"}
    asked = catalogue.programme("book_credit")
    (text,) = catalogue.editions("book_credit")
    facts = parse_facts(asked, {"in_service": True, "books": 15})
    answer = assess(load_edition(text, asked), facts, on=date(2022, 6, 1), calendar=Calendar({}, frozenset()))
    assert (answer.outcome, str(answer.entitlement.amount_max)) == ("eligible", "7.50")


def test_a_folder_is_named_by_its_programme(tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "programme.py").write_text(DECLARATION, encoding="utf-8")
    with pytest.raises(ValueError, match="other"):
        Catalogue.of(tmp_path)


def test_an_unknown_programme_is_not_found():
    for ask in (programme, shipped_editions):
        with pytest.raises(NotFound):
            ask("no_such")


@pytest.mark.parametrize("code", sorted(programmes()))
def test_every_folder_is_complete_and_its_rules_are_well_put(code):
    folder = SHIPPED / code
    assert {"programme.py", "policy.toml", "cases.toml", "README.md"} <= {path.name for path in folder.iterdir()}
    for text in shipped_editions(code):
        edition = load_edition(text, programme(code))
        for criterion in edition.criteria:
            assert criterion.clause
            # an `and` at the top hides which half failed: two criteria say it better
            assert not (isinstance(criterion.expr, nodes.Logic) and criterion.expr.operator == "and")
        for figure in edition.figures.values():
            for dated in figure.values:
                assert dated.source
                assert dated.example is (dated.confidence == "L")


def test_first_editions_are_in_force_from_the_days_of_the_contract():
    starts = {code: [load_edition(t, programme(code)) for t in shipped_editions(code)] for code in programmes()}
    for code, start in (
        ("holiday_visit", date(2018, 3, 12)),
        ("hardship", date(2020, 1, 1)),
        ("summer_relief", date(2018, 6, 1)),
        ("convalescence", date(2019, 1, 1)),
        ("mutual_aid", date(2021, 7, 1)),
        ("screening", date(2021, 12, 31)),
    ):
        (edition,) = starts[code]
        assert (edition.valid_from, edition.valid_to) == (start, None)
