"""A defect in how a person's room is kept from being taken twice."""

from __future__ import annotations

from benefits.casework import application
from benefits.money import entitlement
from tests.faults.planted.defect import Defect


def _person_not_locked() -> None:
    application.lock_people_of = entitlement.lock_people = lambda *_: None


DEFECTS = {
    "person_not_locked": Defect("the lock on a person while their room is asked and taken", _person_not_locked),
}
