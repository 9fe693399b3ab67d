"""The sealer: a thread of every worker that seals every second and signs every minute; one of them at a time does."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from benefits.assurance.seal import sealing
from benefits.assurance.seal.tree import SealBrokenError
from benefits.jobs.work import Shop
from models.database import Scope, session_for

_REST_S = 1.0
SCOPE = Scope(paths=("/",), request_id="sealer")

log = logging.getLogger(__name__)


def keep_sealing(shop: Shop, seed: bytes | None) -> None:
    """Seal and sign until `shop.stop` is set; without a key (the signing is another worker's) only seal."""
    while not shop.stop.is_set():
        try:
            waiting = seal_once(shop, seed)
        except SealBrokenError as error:
            log.error("the sealed record is not what was signed: %s", error)  # noqa: TRY400 - it needs no stack
            waiting = False
        except SQLAlchemyError as error:  # the database is away: again in a moment
            log.warning("sealing was interrupted", extra={"fault": type(error).__name__})
            waiting = False
        if not waiting:
            shop.stop.wait(_REST_S)


def seal_once(shop: Shop, seed: bytes | None) -> bool:
    """One transaction of sealing, and one of signing where that is due; whether more entries may wait."""
    with session_for(shop.engine, SCOPE) as session:
        sealed = sealing.seal(session)
    if seed is not None:
        with session_for(shop.engine, SCOPE) as session:
            if sealing.is_due(session, shop.now()):
                sealing.sign(session, seed, shop.now())
    return sealed == sealing.BATCH
