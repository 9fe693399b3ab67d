"""What a sample is drawn from, frozen: the rows of one instant as a file whose digest the record keeps."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from benefits.assurance.sampling.draw import Item
from benefits.core.errors import invalid
from benefits.core.money import show_yuan
from models.application import Application
from models.audit_vocabulary import Population
from models.money import Disbursement
from models.unit import Unit
from models.vocabulary import ApplicationState, DisbursementState

MOST_ROWS = 500_000
_COLUMNS = ("id", "unit_code", "programme", "amount")
_PAID = (DisbursementState.PAID, DisbursementState.REVERSED)  # reversed in the books: the bank had paid it


@dataclass(frozen=True)
class Filters:
    """Which rows: days inclusive (payments: settled, cases: the event's), bounds of the amount inclusive, in yuan."""

    from_on: date
    until_on: date
    programme: str | None = None
    amount_from: Decimal | None = None
    amount_until: Decimal | None = None

    def stored(self) -> dict[str, str]:
        """As JSON keeps them; absent ones are left out."""
        return {name: str(value) for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Frozen:
    """A population of one instant and its file: CSV in UTF-8, in the order of the ids."""

    items: Sequence[Item]
    file: str

    @property
    def total(self) -> Decimal:
        """The sum of the amounts, in yuan."""
        return sum((item.amount for item in self.items), Decimal("0.00"))

    @property
    def digest(self) -> bytes:
        """SHA-256 of the file."""
        return hashlib.sha256(self.file.encode()).digest()


def freeze(session: Session, population: Population, top: Unit, filters: Filters) -> Frozen:
    """The population of a unit and those below it, read by one statement.

    Raises:
        Invalid: nothing is in it, or more than `MOST_ROWS`.
    """
    query = _payments(filters) if population == Population.PAYMENTS else _cases(filters)
    found = session.execute(query.where(func.starts_with(Unit.path, top.path)).limit(MOST_ROWS + 1)).all()
    if not found:
        raise invalid("/population", "population_empty")
    if len(found) > MOST_ROWS:
        raise invalid("/population", "population_too_large", most=MOST_ROWS)
    items = [Item(*row) for row in found]
    return Frozen(items, written(items))


def written(items: Sequence[Item]) -> str:
    """The file of a population."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(_COLUMNS)
    lines.writerows((item.id, item.unit_code, item.programme, show_yuan(item.amount)) for item in items)
    return text.getvalue()


def read(file: str) -> list[Item]:
    """The rows of a population's file."""
    lines: Iterator[Mapping[str, Any]] = csv.DictReader(io.StringIO(file))
    return [Item(UUID(row["id"]), row["unit_code"], row["programme"], Decimal(row["amount"])) for row in lines]


def _payments(filters: Filters) -> Select[UUID, str, str, Decimal]:
    return (
        select(Disbursement.id, Unit.code, Application.programme, Disbursement.amount)
        .join(Application, Application.id == Disbursement.application_id)
        .join(Unit, Unit.id == Disbursement.unit_id)
        .where(Disbursement.state.in_(_PAID), *_wanted(filters, Disbursement.settled_on, Disbursement.amount))
        .order_by(Disbursement.id)
    )


def _cases(filters: Filters) -> Select[UUID, str, str, Decimal]:
    amount = func.coalesce(Application.approved_amount, 0)
    return (
        select(Application.id, Unit.code, Application.programme, amount)
        .join(Unit, Unit.id == Application.unit_id)
        .where(Application.state == ApplicationState.APPROVED, *_wanted(filters, Application.event_on, amount))
        .order_by(Application.id)
    )


def _wanted(
    filters: Filters, day: InstrumentedAttribute[Any], amount: ColumnElement[Any] | InstrumentedAttribute[Any]
) -> Iterator[ColumnElement[bool]]:
    yield day.between(filters.from_on, filters.until_on)
    if filters.programme is not None:
        yield Application.programme == filters.programme
    if filters.amount_from is not None:
        yield amount >= filters.amount_from
    if filters.amount_until is not None:
        yield amount <= filters.amount_until
