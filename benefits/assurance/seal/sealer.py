"""The threads of every worker that seal every second, sign every minute, and send copies out; any number may run."""

from __future__ import annotations

import http.client
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.exc import SQLAlchemyError

from benefits.assurance.seal import copies, sealing
from benefits.assurance.seal.places import Places
from benefits.assurance.seal.tree import SealBrokenError
from benefits.assurance.seal.watch import watch_folder
from benefits.jobs.work import Shop
from models.database import Scope, session_for

WATCH_EVERY = timedelta(minutes=1)
_REST_S = 1.0
SCOPE = Scope(paths=("/",), request_id="sealer")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sealer:
    """What a worker seals with. Without a seed (signing is another worker's) it only seals and sends."""

    shop: Shop
    places: Places
    seed: bytes | None

    @property
    def public(self) -> bytes | None:
        """The public half of the key."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw() if self.seed else None


def keep_sealing(sealer: Sealer) -> None:
    """Seal and sign until the shop stops."""
    stop = sealer.shop.stop
    while not stop.is_set():
        more = False
        try:
            more = seal_once(sealer)
        except SealBrokenError as error:
            log.error("the sealed record is not what was signed: %s", error)  # noqa: TRY400 - it needs no stack
        except SQLAlchemyError as error:  # the database is away: again in a moment
            log.warning("sealing was interrupted", extra={"fault": type(error).__name__})
        if not more:
            stop.wait(_REST_S)


def seal_once(sealer: Sealer) -> bool:
    """One transaction of sealing, and where it is due one of signing; whether more entries may wait.

    Nothing is signed over a record that lacks what is held outside.
    """
    shop, places = sealer.shop, sealer.places
    with session_for(shop.engine, SCOPE) as session:
        sealed = sealing.seal(session)
    if sealer.seed is not None:
        with session_for(shop.engine, SCOPE) as session:
            now = shop.now()
            if sealing.is_due(session, now) and watch_folder(session, places, sealer.public, now):
                head = sealing.sign(session, sealer.seed, now)
                if head is not None:
                    copies.queue_copies(session, head, places)
    return sealed == sealing.BATCH


def keep_sending(sealer: Sealer) -> None:
    """Send copies and watch what is held outside, until the shop stops."""
    shop, watched = sealer.shop, None
    while not shop.stop.is_set():
        busy = False
        try:
            if watched is None or shop.now() >= watched + WATCH_EVERY:
                watched = watch_once(sealer)
            busy = send_once(sealer)
        except SealBrokenError as error:
            log.error("a copy could not be proved: %s", error)  # noqa: TRY400 - it needs no stack
        except SQLAlchemyError as error:
            log.warning("sending was interrupted", extra={"fault": type(error).__name__})
        if not busy:
            shop.stop.wait(_REST_S)


def send_once(sealer: Sealer) -> bool:
    """Try one copy that waits; false where none is due."""
    with session_for(sealer.shop.engine, SCOPE) as session:
        return copies.send_one(session, sealer.places, sealer.shop.now())


def watch_once(sealer: Sealer) -> datetime:
    """Compare folder and witness with the record; when that was."""
    now = sealer.shop.now()
    with session_for(sealer.shop.engine, SCOPE) as session:
        watch_folder(session, sealer.places, sealer.public, now)
        if sealer.places.witness_url:
            try:
                copies.probe(session, sealer.places, now)
            except (OSError, http.client.HTTPException) as error:
                log.warning("the witness does not answer", extra={"fault": type(error).__name__})
    return now
