"""One process that does queued jobs until it is told to stop; any number may run, on any host."""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import create_engine

import models.tables  # noqa: F401 - every table must be known before the first query
from benefits.access.actors import load_actor
from benefits.assurance import record_export
from benefits.assurance.checkpoint import CheckpointError
from benefits.assurance.evidence import job as evidence
from benefits.assurance.seal.places import Places
from benefits.assurance.seal.sealer import Sealer, keep_sealing, keep_sending
from benefits.assurance.verification import job as verification
from benefits.casework import lapse, replay, simulation, sweep
from benefits.casework.report import snapshot
from benefits.import_kinds import KINDS
from benefits.intake import imports
from benefits.jobs import retention
from benefits.jobs.work import Shop
from benefits.jobs.worker import Handler, run
from benefits.money import file_age
from config import logging
from config.settings import Settings, SettingsError, load
from models.database import REACHING
from models.secrecy import Secrecy

HANDLERS: dict[str, Handler] = {  # kind of job → what does it, in every worker
    file_age.KIND: file_age.destroy_bank_files,
    verification.KIND: verification.run_verification,
    imports.JOB_KIND: partial(imports.run_import, kinds=KINDS),
    lapse.KIND: lapse.run_lapse,
    retention.KIND: retention.forget_files,
    record_export.KIND: record_export.run_export,
    replay.KIND: replay.run_replay,
    snapshot.KIND: snapshot.run_snapshot,
    simulation.KIND: simulation.run_simulation,
    sweep.KIND: sweep.run_sweep,
}
DAILY = (file_age.KIND, lapse.KIND, retention.KIND)  # what the house does for itself


def main() -> int:
    """Work with the settings of the environment, whose DATABASE_URL is the serving role's."""
    try:
        settings = load(os.environ)
        places = Places.of(settings)
    except (SettingsError, CheckpointError) as error:
        print(f"worker: {error}", file=sys.stderr)
        return 1
    logging.configure()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    work = shop(settings, stop)
    sealer = Sealer(work, places, settings.signing_key)
    sealing = [threading.Thread(target=each, args=(sealer,)) for each in (keep_sealing, keep_sending)]
    for each in sealing:
        each.start()
    run(work, handlers(settings.signing_key), daily=DAILY)
    for each in sealing:
        each.join()
    return 0


def handlers(seed: bytes | None) -> dict[str, Handler]:
    """What a worker does: only one that has the key that seals the record makes evidence packages, which it signs."""
    return HANDLERS if seed is None else {**HANDLERS, evidence.KIND: partial(evidence.run_package, seed=seed)}


def shop(settings: Settings, stop: threading.Event) -> Shop:
    """What the jobs are done with; `stop` ends the work between two steps of a job."""
    offset = timedelta(seconds=settings.clock_offset_s)
    return Shop(
        engine=create_engine(
            settings.database_url, pool_pre_ping=True, hide_parameters=True, connect_args={**REACHING}
        ),
        secrecy=Secrecy(settings.master_key, settings.index_key),
        load_actor=load_actor,
        now=lambda: datetime.now(UTC) + offset,
        stop=stop,
        files_kept=timedelta(days=settings.files_kept_days),
    )


if __name__ == "__main__":
    sys.exit(main())
