"""Samples: drawn once from a frozen population, kept for good, worked out again from what was frozen."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from benefits import catalogue
from benefits.access.reach import within
from benefits.assurance.sampling.draw import Draw, Drawn, Plan, draw
from benefits.assurance.sampling.population import Filters, freeze, read
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, invalid
from benefits.core.money import show_yuan
from models.application import Application
from models.audit_sample import AuditSample, AuditSampleRow
from models.audit_vocabulary import Population, SampleMethod, StrataBy
from models.columns import new_id
from models.money import Disbursement
from models.unit import Unit

PERMISSION = "audit.work"


@dataclass(frozen=True)
class Repetition:
    """The draw worked out again: whether the file is the frozen one, and which rows come out otherwise."""

    digest: bytes
    population_same: bool
    different: Sequence[int]


def _visible(actor: Actor) -> Select[AuditSample]:
    query = select(AuditSample).join(AuditSample.unit).options(contains_eager(AuditSample.unit))
    return query.where(within(actor, PERMISSION))


def find_sample(session: Session, actor: Actor, sample_id: UUID) -> AuditSample:
    """A sample of a unit where the actor audits; raises NotFound."""
    found = session.scalar(_visible(actor).where(AuditSample.id == sample_id))
    if found is None:
        raise NotFound
    return found


def drawn_cases(actor: Actor, sample_id: UUID) -> Select[UUID]:
    """The cases of a sample's rows, each once; none where `find_sample` finds none."""
    query = select(AuditSampleRow.application_id).join(AuditSample, AuditSample.id == AuditSampleRow.sample_id)
    seen = query.join(AuditSample.unit).where(AuditSample.id == sample_id, within(actor, PERMISSION))
    return seen.distinct()


def list_samples(session: Session, actor: Actor, *, after: UUID | None, limit: int) -> list[AuditSample]:
    """Samples in order of their drawing, one more than `limit` where there are more."""
    query = _visible(actor).order_by(AuditSample.id).limit(limit + 1)
    return list(session.scalars(query if after is None else query.where(AuditSample.id > after)))


def list_rows(session: Session, sample: AuditSample, *, after: UUID | None, limit: int | None) -> list[AuditSampleRow]:
    """The drawn rows in the order of the draw, one more than `limit` where there are more."""
    query = select(AuditSampleRow).where(AuditSampleRow.sample_id == sample.id).order_by(AuditSampleRow.id)
    query = query.options(joinedload(AuditSampleRow.unit))
    if after is not None:
        query = query.where(AuditSampleRow.id > after)
    return list(session.scalars(query if limit is None else query.limit(limit + 1)))


def draw_sample(
    session: Session,
    actor: Actor,
    *,
    population: Population,
    unit_code: str,
    filters: Filters,
    method: SampleMethod,
    size: int,
    strata_by: StrataBy | None,
    bands: Sequence[Decimal],
    seed: str | None,
) -> AuditSample:
    """Freeze a population and draw from it; without a seed one is drawn after the freezing.

    Raises:
        Invalid: unknown unit or programme, days or bounds out of order, strata that do not fit the method, a population
            that is empty, too large, or without money where money is drawn. NotPermitted.
    """
    top = session.scalar(select(Unit).where(Unit.code == unit_code, within(actor, "unit.read")))
    if top is None:
        raise invalid("/unit_code", "unit_unknown")
    actor.require(PERMISSION, top.path)
    _require_sound(filters, method, strata_by, bands)
    frozen = freeze(session, population, top, filters)
    if method == SampleMethod.MONETARY_UNIT and not frozen.total:
        raise invalid("/method", "population_without_money")
    plan = Plan(method, size, seed or secrets.token_hex(16), strata_by, tuple(bands))
    drawn = draw(frozen.items, plan)
    sample = AuditSample(
        id=new_id(),
        unit_id=top.id,
        population=population,
        filters=filters.stored(),
        **_as_kept(plan),
        seed_given=seed is not None,
        rows=len(frozen.items),
        total=frozen.total,
        digest=frozen.digest,
        population_file=frozen.file,
        strata=[{**asdict(each), "total": show_yuan(each.total)} for each in drawn.strata],
        step=drawn.step,
        first_hit=drawn.first_hit,
        drawn_by=actor.account_id,
    )
    session.add(sample)
    session.flush()
    session.add_all(_rows(session, sample, drawn))
    session.flush()
    return find_sample(session, actor, sample.id)


def _as_kept(plan: Plan) -> dict[str, object]:
    """How the sample is drawn, as its row keeps it."""
    return {
        "method": plan.method,
        "size": plan.size,
        "strata_by": plan.strata_by,
        "bands": [show_yuan(band) for band in plan.bands],
        "seed": plan.seed,
    }


def _require_sound(
    filters: Filters, method: SampleMethod, strata_by: StrataBy | None, bands: Sequence[Decimal]
) -> None:
    if filters.until_on < filters.from_on:
        raise invalid("/until", "days_out_of_order")
    if filters.programme is not None and filters.programme not in catalogue.programmes():
        raise invalid("/programme", "programme_unknown")
    least, most = filters.amount_from, filters.amount_until
    if least is not None and most is not None and least > most:
        raise invalid("/amount_until", "amounts_out_of_order")
    if (strata_by is None) == (method == SampleMethod.STRATIFIED):
        raise invalid("/strata_by", "strata_of_stratified")
    if bool(bands) != (strata_by == StrataBy.AMOUNT) or sorted(set(bands)) != list(bands):
        raise invalid("/bands", "bands_of_amount")


def _rows(session: Session, sample: AuditSample, drawn: Draw) -> list[AuditSampleRow]:
    ids = [each.item.id for each in drawn.rows]
    case = (Application.id, Application.unit_id, Application.person_id)
    if sample.population == Population.PAYMENTS:
        query = select(Disbursement.id, *case).join(Application, Application.id == Disbursement.application_id)
        found = session.execute(query.where(Disbursement.id.in_(ids)))
    else:
        found = session.execute(select(Application.id, *case).where(Application.id.in_(ids)))
    of = {key: anchor for key, *anchor in found}
    return [_row(sample, number, each, *of[each.item.id]) for number, each in enumerate(drawn.rows, 1)]


def _row(
    sample: AuditSample, number: int, drawn: Drawn, application_id: UUID, unit_id: UUID, person_id: UUID
) -> AuditSampleRow:
    return AuditSampleRow(
        id=new_id(),
        sample_id=sample.id,
        number=number,
        application_id=application_id,
        unit_id=unit_id,
        person_id=person_id,
        disbursement_id=drawn.item.id if sample.population == Population.PAYMENTS else None,
        programme=drawn.item.programme,
        amount=drawn.item.amount,
        stratum=drawn.stratum,
        hits=drawn.hits,
        reason=drawn.reason,
        figures=dict(drawn.figures),
    )


def plan_of(sample: AuditSample) -> Plan:
    """How a sample was drawn."""
    strata_by = StrataBy(sample.strata_by) if sample.strata_by else None
    return Plan(SampleMethod(sample.method), sample.size, sample.seed, strata_by, tuple(map(Decimal, sample.bands)))


def repeat(session: Session, sample: AuditSample) -> Repetition:
    """Draw again from the frozen population by the published seed, and compare with what is kept."""
    file = sample.population_file
    digest = sha256(file.encode()).digest()
    again = draw(read(file), plan_of(sample)).rows
    kept = list_rows(session, sample, after=None, limit=None)
    now = {number: (each.item.id, each.hits, each.item.amount) for number, each in enumerate(again, 1)}
    then = {row.number: (row.disbursement_id or row.application_id, row.hits, row.amount) for row in kept}
    different = sorted(number for number in now.keys() | then.keys() if now.get(number) != then.get(number))
    return Repetition(digest, digest == sample.digest, different)
