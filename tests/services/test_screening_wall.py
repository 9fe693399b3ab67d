"""The clinical store asks for the medical role besides the unit: raw SQL of an officer's session sees no row."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text

from models.database import Scope
from models.walls import WALLS
from tests.services import walls
from tests.services.walls import BEHIND_WALL, Border

STORE = "screening_detail"


@pytest.fixture
def border(superuser_connection: Connection, app_role: str) -> Border:
    return walls.build(superuser_connection, app_role)


def officer_of(border: Border) -> Scope:
    """Our unit's scope without the medical role."""
    return Scope(border.ours.scope.account_id, "request-of-a-test", border.ours.scope.paths)


def count(border: Border, scope: Scope) -> int:
    with border.as_app(scope) as app:
        return int(app.scalar(text(f"SELECT count(*) FROM {STORE}")) or 0)


def test_an_officers_session_sees_no_row_of_the_clinical_store(border: Border) -> None:
    assert count(border, officer_of(border)) == 0
    assert count(border, border.ours.scope) == 1


def test_the_medical_role_over_another_unit_opens_nothing(border: Border) -> None:
    ours, theirs = border.ours.scope, border.theirs.scope
    assert count(border, Scope(ours.account_id, "", ours.paths, medical=theirs.paths)) == 0
    assert count(border, Scope(ours.account_id, "", (), medical=ours.paths)) == 0


def test_an_officers_session_writes_nothing_into_it(border: Border) -> None:
    ours = border.ours
    side = walls.Side(officer_of(border), ours.unit_id, ours.rows)
    narrowed = Border(border.connection, border.app_role, side, border.theirs)
    assert walls.try_insert(narrowed, STORE, side) == BEHIND_WALL


def test_with_a_wall_of_the_unit_alone_the_officer_would_see_it(border: Border) -> None:
    of_the_unit = WALLS["screening_result"][0]
    border.connection.execute(text(f"ALTER POLICY wall ON {STORE} USING ({of_the_unit}) WITH CHECK ({of_the_unit})"))
    with pytest.raises(AssertionError):
        test_an_officers_session_sees_no_row_of_the_clinical_store(border)
    with pytest.raises(AssertionError):
        test_an_officers_session_writes_nothing_into_it(border)
