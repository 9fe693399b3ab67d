"""The servers and workers of worlds, forked from a process that has loaded all our modules: a start costs no import.

Each is what `make run` starts, granian with its serving processes or a worker, with the defects that are to be planted.
One that is mortal is there again a moment after it was killed: its own process then does nothing but fork it anew.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import IO, NoReturn

from granian.cli import entrypoint

from benefits.jobs.worker import run
from config.settings import CHECKOUT, Settings, load
from models.database import db
from tests.faults.planted import plant
from tools import leash, supervise, worker

_loaded = multiprocessing.get_context("forkserver")
_loaded.set_forkserver_preload(["tests.faults.loaded"])


class Forked(supervise.Child):
    """One such program."""

    def __init__(self, name: str, *arguments: str, mortal: bool = False) -> None:
        """`name` is server, which takes granian's arguments, or worker."""
        super().__init__(name)
        self._arguments, self._mortal = arguments, mortal
        self._fork: multiprocessing.context.ForkServerProcess | None = None

    @property
    def pid(self) -> int:
        """The number of its process; known once it was started."""
        assert self._fork is not None
        assert self._fork.pid is not None
        return self._fork.pid

    def start(self, environ: Mapping[str, str], output: IO[bytes] | None = None) -> None:
        """As a program of its own would be started."""
        said = output and output.name
        self._fork = _loaded.Process(
            target=_become, args=(self.name, self._arguments, dict(environ), said, self._mortal)
        )
        self._fork.start()

    def ended(self) -> bool:
        """Whether it is no longer alive."""
        return self._fork is None or not self._fork.is_alive()

    def stop(self) -> None:
        """End it with all that it started, at once: nothing that serves has anything to put away."""
        if self._fork is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._fork.kill()  # if it had not yet got so far as to have a group
            self._fork.join()


def server(settings: Settings, *, mortal: bool = False) -> Forked:
    """The WSGI server with two serving processes."""
    return Forked("server", *supervise.server(settings)._command[3:], mortal=mortal)  # after `python -m granian`


def _become(role: str, arguments: Sequence[str], environ: Mapping[str, str], said: str | None, mortal: bool) -> None:
    """What the forked process does to the end of its life."""
    os.setsid()
    leash.die_with_parent(signal.SIGTERM, os.getppid())
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(CHECKOUT)
    multiprocessing.set_start_method("fork", force=True)  # what granian asks for
    if said:
        file = os.open(said, os.O_WRONLY | os.O_APPEND)
        os.dup2(file, 1)
        os.dup2(file, 2)
    plant(environ["PLANTED"].split())
    life = _serve(arguments) if role == "server" else _work if not mortal else _work_alone
    if mortal:
        _again_and_again(life)
    life()


def _serve(arguments: Sequence[str]) -> Callable[[], NoReturn]:
    """The application is made here, once, for both of granian's processes."""
    application = import_module("tools.served").app
    with application.app_context(), db.engine.connect():  # SQLAlchemy learns once what server this is
        pass
    with application.app_context():
        db.engine.dispose()
    os.register_at_fork(after_in_child=lambda: leash.die_with_parent(signal.SIGKILL, os.getppid()))

    def serve() -> NoReturn:
        sys.argv = ["granian", *arguments]
        entrypoint()
        os._exit(0)

    return serve


def _work() -> NoReturn:
    os._exit(worker.main())


def _work_alone() -> NoReturn:
    """Jobs only, one after the other, so that every try takes the same steps."""
    settings = load(os.environ)
    run(worker.shop(settings, threading.Event()), worker.handlers(settings.signing_key), threads=1)
    os._exit(0)


def _again_and_again(life: Callable[[], NoReturn]) -> NoReturn:
    """Fork, wait for the child's end, fork again; each child ends with its parent."""
    while True:
        child = os.fork()
        if child == 0:
            leash.die_with_parent(signal.SIGKILL, os.getppid())
            life()
        os.waitpid(child, 0)
