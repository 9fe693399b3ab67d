"""What a hot day asks of the employer (work limits, the allowance), and that the union never pays the allowance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from benefits.casework.assessment import assess_freely
from benefits.core.errors import NotEligible
from benefits.rules.answer import Assessment

_PROGRAMME = "summer_relief"
_ALLOWANCE = "heat_allowance"
_REFUSES = "employer_pays"


@dataclass(frozen=True)
class HeatDuty:
    """Of outdoor work on one day; all None where no edition covers it. `allowance_min_day` in yuan a head."""

    work_limit: str | None
    allowance_due: bool | None
    allowance_min_day: Decimal | None
    payer: str | None
    edition: str | None


def heat_duty(session: Session, day: date, max_temperature: Decimal) -> HeatDuty:
    """The duties on a day of this highest temperature, by the edition in force on it (statements 32 and 33)."""
    answer = _asked(session, day, _ALLOWANCE, max_temperature)
    if answer.edition is None:
        return HeatDuty(None, None, None, None, None)
    least = answer.derived.get("allowance_min_day")
    return HeatDuty(
        work_limit=answer.derived.get("work_limit"),
        allowance_due=answer.derived.get("allowance_due"),
        allowance_min_day=None if least is None else Decimal(least),
        payer="employer" if _refused(answer) else "union",
        edition=answer.edition,
    )


def require_union_pays(session: Session, day: date, kind: str) -> None:
    """Refuse what is the employer's to pay.

    Raises:
        NotEligible: with `employer_pays` unmet (安监总安健〔2012〕89号第十七条, statement 32, case G32).
    """
    answer = _asked(session, day, kind, None)
    if refused := _refused(answer):
        raise NotEligible(refused, outcome=answer.outcome)


def _refused(answer: Assessment) -> list[object]:
    return [finding for finding in answer.unmet if finding.code == _REFUSES]


def _asked(session: Session, day: date, kind: str, max_temperature: Decimal | None) -> Assessment:
    facts: dict[str, object] = {"kind": kind, "outdoor": True}
    if max_temperature is not None:
        facts["max_temperature"] = f"{max_temperature:.1f}"
    return assess_freely(session, _PROGRAMME, day, facts, None).assessment
