"""Expressions judged in the made-up programme."""

from datetime import date

import pytest
from hypothesis import settings

from benefits.rules.assessment import scene_of
from benefits.rules.declaration import parse_facts
from benefits.rules.evaluate import evaluate
from tests.unit.rules.made_up import PROGRAMME, SPRING_2022, edition_of

# The machine is shared: an example that waits for its turn is not a slow one.
settings.register_profile("shared_machine", deadline=None)
settings.load_profile("shared_machine")


@pytest.fixture(scope="session")
def value_of():
    """The value of one expression (two decimals of a number as a Fraction) for facts as JSON."""

    def value(expr, on=date(2022, 5, 10), **facts):
        edition = edition_of(derived=f'value = "{expr}"')
        scene = scene_of(edition, parse_facts(PROGRAMME, facts), on, SPRING_2022)
        return evaluate(edition.derived["value"], scene)

    return value
