"""What a programme adds to the acts on its cases: what must stand first, what an approval brings, what a return takes.

A programme without its own records adds nothing. One that keeps files, covers or appointments names its three
functions here; the acts themselves (`benefits.casework.decision`) know no programme.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy.orm import Session

from benefits.casework.assessment import Judgement
from benefits.core.actor import Actor
from models.application import Application

Before = Callable[[Session, Actor, Application, Judgement], None]
After = Callable[[Session, Actor, Application], None]


def _asks_nothing(session: Session, actor: Actor, application: Application, judgement: Judgement) -> None:
    """No further condition."""


def _leaves_nothing(session: Session, actor: Actor, application: Application) -> None:
    """No further effect."""


@dataclass(frozen=True)
class Consequence:
    """One programme's part in the acts on its cases.

    `require` runs before a case is submitted and before every approval, with what the rules said, and refuses by
    raising; `approved` runs once, after the deciding approval has reserved money and award; `taken_back` after the
    return of an approved case has released them.
    """

    require: Before = _asks_nothing
    approved: Before = _asks_nothing
    taken_back: After = _leaves_nothing


_NONE = Consequence()
_OF: Mapping[str, Consequence] = MappingProxyType({})


def consequence_of(programme: str) -> Consequence:
    """What a programme adds, by its code."""
    return _OF.get(programme, _NONE)
