"""The plans of mutual aid as data: every term of each, as the edition of a day has it, with source and confidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.casework.policy_book import edition_on
from benefits.core.code_table import code_table
from benefits.core.errors import NotFound
from benefits.rules.policy import Dated, Edition
from benefits.rules.values import Type, show

PROGRAMME = "mutual_aid"
TERMS = code_table("mutual_aid_term")
_WORDS = {
    **dict.fromkeys(("claim_papers", "disability_papers", "death_papers", "enrolment_papers"), "mutual_aid_paper"),
    "diseases": "female_cancer",
    "gift_levels": "honour_level",
}
_EVERY = {
    "premium": "share_price",
    "member_part": "member_part",
    "upper_part": "upper_part",
    "age_from": "age_from",
    "age_to": "age_to",
    "joiner_pays_whole": "joiner_pays_whole",
    "leaver_cover_ends": "leaver_ends_plans",
    "refund_never": "refund_never",
    "decision_working_days": "decision_working_days",
    "signed_form_from": "signed_form_from",
    "enrolment_papers": "enrolment_papers",
    "books_from": "books_from",
}
_WAITING = {
    "waiting_none_days": "waiting_none_days",
    "waiting_reduced_days": "waiting_reduced_days",
    "renewal_days": "renewal_days",
    "prior_illness_plans": "prior_illness_plans",
    "gift_levels": "gift_levels",
    "gift_tops_up": "gift_tops_up",
    "claim_papers": "illness_papers",
}
_REPORTED = {
    "cycle_start": "organiser_cycle",
    "report_days": "report_days",
    "report_papers_days": "report_papers_days",
}
# plan -> term -> the figure that holds it.
FIGURES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "critical_illness": {
            **_EVERY,
            **_WAITING,
            **_REPORTED,
            "term_months": "critical_term_months",
            "benefit_reduced": "critical_reduced",
            "benefit_per_share": "critical_full",
            "claim_ends_cover": "critical_claim_ends",
            "disease_list": "critical_disease_list",
            "disease_classes": "critical_disease_classes",
        },
        "women_illness": {
            **_EVERY,
            **_WAITING,
            **_REPORTED,
            "term_months": "women_term_months",
            "benefit_reduced": "women_reduced",
            "benefit_full": "women_full",
            "benefit_in_situ": "women_in_situ",
            "claim_ends_cover": "women_claim_ends",
            "group_ratio": "women_group_ratio",
            "group_all_below": "women_group_all_below",
            "disease_list": "women_disease_list",
            "diseases": "women_diseases",
        },
        "accident": {
            **_EVERY,
            **_REPORTED,
            "term_months": "year_term_months",
            "benefit_full": "accident_full",
            "benefit_disability": "accident_disability_rate",
            "benefit_treatment_day": "accident_day",
            "benefit_most_days": "accident_most_days",
            "group_ratio": "accident_group_ratio",
            "group_all_below": "accident_group_all_below",
            "claim_papers": "accident_papers",
            "disability_papers": "accident_disability_papers",
            "death_papers": "accident_death_papers",
        },
        "medical": {
            **_EVERY,
            "term_months": "year_term_months",
            "cycle_start": "medical_cycle",
            "benefit_rate": "medical_rate",
            "benefit_nursing_day": "nursing_day",
            "filing_working_days": "filing_working_days",
            "year_end": "year_end",
            "claim_papers": "medical_papers",
        },
    }
)


@dataclass(frozen=True)
class PlanTerm:
    """One term of a plan: its code in the table `mutual_aid_term`, its value, and the dated figure that says so.

    `value` is text; a set is a list of codes in `words`, the code table that names them (None: plans).
    """

    code: str
    value: str | list[str]
    words: str | None
    figure: Dated


@dataclass(frozen=True)
class Plan:
    """A plan as it stood on a day."""

    code: str
    title: Mapping[str, str]
    edition: str
    terms: tuple[PlanTerm, ...]

    def term(self, code: str) -> Dated | None:
        """The figure of a term; None where the plan has none."""
        return next((each.figure for each in self.terms if each.code == code), None)


def plan_on(session: Session, code: str, on: date) -> Plan:
    """A plan by the edition in force on a day; raises NotFound where there is no such plan, or no edition."""
    running = edition_on(session, PROGRAMME, on)
    if code not in FIGURES or running is None:
        raise NotFound
    edition = running.edition
    titles = catalogue.programme(PROGRAMME).all_facts["plan"].choices[code]
    return Plan(code, titles, edition.code, tuple(_terms(edition, code, on)))


def plans_on(session: Session, on: date) -> list[Plan]:
    """All plans of a day; none where no edition is in force."""
    return [plan_on(session, code, on) for code in FIGURES] if edition_on(session, PROGRAMME, on) else []


def _terms(edition: Edition, plan: str, on: date) -> Iterator[PlanTerm]:
    """A plan's terms in the order of the code table."""
    figures = FIGURES[plan]
    for code in TERMS.labels:
        dated = edition.figure(figures[code], on) if code in figures else None
        if dated is not None:
            yield PlanTerm(
                code, _shown(dated.value, edition.figures[figures[code]].type, plan), _WORDS.get(code), dated
            )


def _shown(value: Any, kind: Type, plan: str) -> str | list[str]:
    if kind is Type.TEXTS:
        return sorted(value)
    if kind is Type.TABLE and plan in value:
        return show(Fraction(value[plan]), Type.NUMBER)
    if kind is Type.TABLE:
        rows = sorted(value.items(), key=lambda row: (len(row[0]), row[0]))
        return ", ".join(f"{key}: {show(rate, Type.NUMBER)}" for key, rate in rows)
    return show(value, kind)
