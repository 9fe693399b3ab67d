"""Both executions of the rule language give the same answers: random editions, facts and unknowns."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import Connection

from tests.services.rules.random_search import searched

ROUNDS = 10
EDITIONS = int(os.environ.get("AGREEMENT_EDITIONS", "25"))  # in each round, of forty cases


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_ten_thousand_random_cases(postgresql: Connection, seed: int) -> None:
    found = searched(postgresql, seed, EDITIONS)
    assert not found, f"{len(found)} differences, the first: {found[0]}"
