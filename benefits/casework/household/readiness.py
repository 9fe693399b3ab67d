"""What must stand before a hardship file opens, as the edition's figures ask: the visit, the check of means."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from benefits.casework.household.economic_check import last_answer
from benefits.casework.household.figures import figure_if_any
from benefits.casework.household.visit import signed_investigations
from benefits.core.errors import FileNotReady
from models.household import Household
from models.vocabulary import CheckResult


def require_ready(session: Session, household: Household | None, today: date) -> None:
    """Refuse to open a file that lacks what the policy asks (domain §2.6, steps 3 and 4).

    Args:
        household: the prepared file; None: there is none, which will do only where nothing is asked.

    Raises:
        FileNotReady: `missing` names `file`, or `visit` (入户调查, signed in person) and `economic_check`
            (经济状况核对, found consistent).
    """
    visits = figure_if_any(session, "visits_before_activation", today) or 0
    checked = bool(figure_if_any(session, "economic_check_required", today))
    missing = []
    if household is None:
        missing = ["file"] if visits or checked else []
    else:
        if signed_investigations(session, household) < visits:
            missing.append("visit")
        if checked and last_answer(session, household) != CheckResult.CONSISTENT:
            missing.append("economic_check")
    if missing:
        raise FileNotReady(missing=", ".join(missing))
