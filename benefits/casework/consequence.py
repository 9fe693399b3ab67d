"""What a programme adds to the acts on its cases: what must stand first, what an approval brings, what a return takes.

A programme without its own records adds nothing. One that keeps files, covers, places or appointments names its
functions here; the acts themselves (`benefits.casework.decision`) know no programme.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy.orm import Session

from benefits.casework.assessment import Judgement
from benefits.casework.cover import consequence as cover
from benefits.casework.household.opening import open_file, put_back, require_fileable
from benefits.casework.place import gate as place
from benefits.casework.screening import invitation as screening
from benefits.core.actor import Actor
from models.application import Application

Before = Callable[[Session, Actor, Application, Judgement], None]
After = Callable[[Session, Actor, Application], None]


def _asks_nothing(session: Session, actor: Actor, application: Application, judgement: Judgement) -> None:
    """No further condition."""


def _leaves_nothing(session: Session, actor: Actor, application: Application) -> None:
    """No further effect."""


def _as_the_edition_says(_session: Session, application: Application, judgement: Judgement) -> int:
    """The days of the edition's figure `notice_working_days`."""
    return judgement.running.edition.notice_working_days(application.event_on) if judgement.running else 0


def _with_the_approval(_session: Session, _application: Application) -> bool:
    """Nothing more is to happen before finance may book it."""
    return True


def _at_once(_session: Session, _application: Application) -> bool:
    """Paid with the approval."""
    return False


@dataclass(frozen=True)
class Consequence:
    """One programme's part in the acts on its cases.

    `require` runs before a case is submitted and before every approval, with what the rules said, and refuses by
    raising; `submitted` runs after a case was handed in; `approved` once, after the deciding approval has reserved
    money and award; `taken_back` before the return of an approved case releases them (what is the programme's is locked
    before the fund); `ended` when a case is rejected or withdrawn. `notice_days` says how many working days an endorsed
    case is shown in public (0: not at all), `paid_later` whether the payment waits for what the programme settles,
    `given` whether what was approved in kind has been given, so that finance may book it.
    """

    require: Before = _asks_nothing
    submitted: Before = _asks_nothing
    approved: Before = _asks_nothing
    taken_back: After = _leaves_nothing
    ended: After = _leaves_nothing
    notice_days: Callable[[Session, Application, Judgement], int] = _as_the_edition_says
    paid_later: Callable[[Session, Application], bool] = _at_once
    given: Callable[[Session, Application], bool] = _with_the_approval


_NONE = Consequence()
_OF: Mapping[str, Consequence] = MappingProxyType(
    {
        "convalescence": Consequence(
            require=place.require_place,
            taken_back=place.free_place,
            ended=place.free_place,
            notice_days=place.notice_days,
            paid_later=place.paid_later,
        ),
        "mutual_aid": Consequence(
            require=cover.require,
            submitted=cover.submitted,
            approved=cover.approved,
            taken_back=cover.taken_back,
            given=cover.given,
            notice_days=cover.notice_days,
        ),
        "hardship": Consequence(require=require_fileable, approved=open_file, taken_back=put_back),
        "screening": Consequence(
            require=screening.require_invitation,
            approved=screening.invite,
            taken_back=screening.take_invitation_back,
            given=screening.was_examined,
        ),
    }
)


def consequence_of(programme: str) -> Consequence:
    """What a programme adds, by its code."""
    return _OF.get(programme, _NONE)
