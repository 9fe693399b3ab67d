"""先建档、后帮扶: an approved hardship case opens its household's file, and is paid to those of the file only."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from benefits.casework.assessment import Judgement
from benefits.casework.document import documents_of
from benefits.casework.household import state
from benefits.casework.household.file import enter, refresh
from benefits.casework.household.readiness import require_ready
from benefits.casework.household.seat import Seated, members_of
from benefits.core.actor import Actor
from benefits.core.errors import HouseholdFiled, StateForbids, invalid
from benefits.core.money import show_yuan
from benefits.registry.hardship_file import merged, seal_details, typed_fields
from benefits.rules.values import years_between
from models.application import Application
from models.household import Household
from models.membership import Membership
from models.vocabulary import LIVE_HOUSEHOLD_STATES, ApplicationState, HouseholdState

_OF_AGE = 18
_CHILDREN = frozenset({"20", "30", "40"})  # GB/T 4761: sons, daughters, grandchildren
_GUARDIANSHIP = ("监护", "guardian")


def require_fileable(session: Session, actor: Actor, application: Application, judgement: Judgement) -> None:
    """Before a hardship case is submitted and at each approval; the household's persons are locked.

    Raises:
        HouseholdFiled: the member sits in another's live file (statement 23, 总工办〔2016〕36号).
        FileNotReady: at an approval, the file lacks what the policy wants before it opens.
        StateForbids: the member's own file is on its way out, or is a draft of another unit.
        Invalid: the payee is neither the head, nor a grown-up student, nor for a minor a member of the household
            with proof of guardianship among the papers (statement 27).
    """
    seated, headed = session.execute(
        select(func.household_of(application.person_id), func.household_headed(application.person_id))
    ).one()
    if seated is not None and headed is None:
        raise HouseholdFiled
    household = _lock_own(session, application)
    if headed == HouseholdState.EXITING:
        raise StateForbids(state="household_exiting", act="approve")
    if headed == HouseholdState.DRAFT and (household is None or household.unit_id != application.unit_id):
        raise StateForbids(state="household_elsewhere", act="approve")
    if headed != HouseholdState.ACTIVE and application.state not in {ApplicationState.DRAFT, ApplicationState.RETURNED}:
        require_ready(session, household, actor.today)
    _require_payee(session, actor, application, household, application.payee_holder, judgement)


def open_file(session: Session, actor: Actor, application: Application, judgement: Judgement) -> None:
    """The case is approved: its household's file is open from now on, a prepared one or one made from the case."""
    household = _lock_own(session, application)
    found = judgement.assessment.derived.get("hardship_class")
    if household is None:
        if session.scalars(select(func.household_headed(application.person_id))).one() is not None:
            return  # open at another unit of the head's, out of sight: the aid counts there all the same
        household = enter(session, actor, session.get_one(Membership, application.membership_id))
        stated = _from_case(judgement)
        household.details_cipher = seal_details(session, household, household.id, stated)
    household.hardship_class = found
    if household.state == HouseholdState.DRAFT:
        household.application_id = application.id
        household.opened_on, household.opened_by = actor.today, actor.account_id
        state.move(session, actor, household, "open", HouseholdState.ACTIVE)
    refresh(session, actor, household, "open")


def put_back(session: Session, actor: Actor, application: Application) -> None:
    """The approval is taken back: a file that stood on it alone is a draft again, else it stands on another case."""
    household = _lock_own(session, application)
    if household is None or household.application_id != application.id:
        return
    another = session.scalar(
        select(Application.id)
        .where(
            Application.person_id == application.person_id,
            Application.unit_id == household.unit_id,
            Application.programme == application.programme,
            Application.state == ApplicationState.APPROVED,
            Application.id != application.id,
        )
        .order_by(Application.id)
        .limit(1)
    )
    household.application_id = another
    if another is None:
        household.opened_on = household.opened_by = None
        state.move(session, actor, household, "put_back", HouseholdState.DRAFT)
    household.touched_at = actor.at
    session.flush()


def _own(application: Application) -> Select[Household]:
    """The live file in sight of which the case's member is the head."""
    return select(Household).where(
        Household.person_id == application.person_id, Household.state.in_(LIVE_HOUSEHOLD_STATES)
    )


def _lock_own(session: Session, application: Application) -> Household | None:
    return session.scalar(_own(application).with_for_update(key_share=True).execution_options(populate_existing=True))


def _from_case(judgement: Judgement) -> dict[str, Any]:
    """What the case's facts say of a file's fields; the rest is to be completed."""
    known = {
        name: judgement.facts[name]
        for name, field in typed_fields("head").items()
        if field.fact and judgement.facts.get(name) is not None
    }
    return merged(
        {}, {name: show_yuan(value) if isinstance(value, Decimal) else value for name, value in known.items()}
    )


def _require_payee(
    session: Session,
    actor: Actor,
    application: Application,
    household: Household | None,
    holder: str | None,
    judgement: Judgement,
) -> None:
    if holder is None or holder == session.get_one(Membership, application.membership_id).name:
        return
    student = judgement.facts.get("aid_kind") == "education"
    family = [each for each in members_of(session, household) if not each.is_head] if household and student else []
    minors = [each for each in family if not _of_age(each, actor.today)]
    for each in family:
        if each.details["name"] != holder or each in minors:
            continue
        if each.row.relation in _CHILDREN or (minors and _guardianship_proved(session, application)):
            return
    raise invalid("/payee/holder", "payee_not_head")


def _of_age(seated: Seated, today: date) -> bool:
    return years_between(date.fromisoformat(seated.details["birth_date"]), today) >= _OF_AGE


def _guardianship_proved(session: Session, application: Application) -> bool:
    return any(word in each.title.lower() for each in documents_of(session, application.id) for word in _GUARDIANSHIP)
