"""The server, or a worker, of `make run`, there again a moment after it was killed.

This process has loaded the application and does nothing but fork: the child becomes granian with its own serving
processes (`server` and granian's arguments), or does jobs (`worker`). A kill then costs a fork instead of a start.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from importlib import import_module

from granian.cli import entrypoint

from benefits.jobs.worker import run
from config.settings import load
from models.database import db
from tests.faults.planted import plant
from tools import leash
from tools.worker import HANDLERS, shop


def main(arguments: list[str]) -> None:
    """Fork, wait for the child's end, fork again; each child ends with its parent."""
    role, *rest = arguments
    plant(os.environ["PLANTED"].split())
    application = import_module("tools.served").app
    with application.app_context(), db.engine.connect():  # SQLAlchemy learns once what server this is
        pass
    with application.app_context():
        db.engine.dispose()
    os.register_at_fork(after_in_child=lambda: leash.die_with_parent(signal.SIGKILL, os.getppid()))
    while True:
        child = os.fork()
        if child == 0:
            if role == "worker":
                run(shop(load(os.environ), threading.Event()), HANDLERS, threads=1)
            sys.argv = ["granian", *rest]
            entrypoint()
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
