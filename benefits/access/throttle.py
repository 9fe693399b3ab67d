"""The brake on guessing: failures counted by user name and by network over a quarter of an hour, in the database.

Once ten tries at an account have failed, only a network from which none of them came may still try: a guesser gets ten,
and the account's owner elsewhere is not locked out. A hundred failures of one network close it for everybody's account.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from benefits.core.errors import TooMany
from models.account import SignInFailure
from models.secrecy import secrecy

WINDOW = timedelta(minutes=15)
PER_ACCOUNT, PER_NETWORK = 10, 100


@dataclass(frozen=True)
class Attempt:
    """A try at the password of `username`, from `network`, at an instant; `limited` unless RATE_LIMITS is off."""

    username: str
    network: str
    at: datetime
    request_id: str
    limited: bool


def require_room(session: Session, attempt: Attempt) -> None:
    """Let the try go on, alone at this user name until the transaction ends, so that no two count as one.

    Raises:
        TooMany: with the seconds after which the next try may fit.
    """
    if not attempt.limited:
        return
    name, network = _hashes(session, attempt)
    session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(name[:8], "big", signed=True))))
    here = SignInFailure.network_hash == network
    tenth = _failure(session, attempt, PER_ACCOUNT, SignInFailure.username_hash == name)
    own = tenth and _failure(session, attempt, 1, SignInFailure.username_hash == name, here)
    full = (own and tenth) or _failure(session, attempt, PER_NETWORK, here)
    if full:
        raise TooMany(retry_after_seconds=max(1, math.ceil((full + WINDOW - attempt.at).total_seconds())))


def count(session: Session, attempt: Attempt) -> None:
    """Add a failure; what is older than the window goes."""
    if not attempt.limited:
        return
    name, network = _hashes(session, attempt)
    session.execute(delete(SignInFailure).where(SignInFailure.failed_at <= attempt.at - WINDOW))
    session.add(SignInFailure(username_hash=name, network_hash=network, failed_at=attempt.at))
    session.flush()


def forget(session: Session, attempt: Attempt) -> None:
    """Clear the account's failures after a success; other accounts' failures from the same network stay."""
    session.execute(delete(SignInFailure).where(SignInFailure.username_hash == _hashes(session, attempt)[0]))


def network_mark(session: Session, attempt: Attempt) -> str:
    """The network as the record shows it: equal for equal networks, telling nothing else."""
    return _hashes(session, attempt)[1].hex()


def _hashes(session: Session, attempt: Attempt) -> tuple[bytes, bytes]:
    keys = secrecy(session)
    return keys.index("sign_in_username", attempt.username), keys.index("sign_in_network", attempt.network)


def _failure(session: Session, attempt: Attempt, nth: int, *whose: ColumnElement[bool]) -> datetime | None:
    """When the nth failure, counted back from now, was; None where there are fewer in the window."""
    return session.scalar(
        select(SignInFailure.failed_at)
        .where(SignInFailure.failed_at > attempt.at - WINDOW, *whose)
        .order_by(SignInFailure.failed_at.desc())
        .offset(nth - 1)
        .limit(1)
    )
