"""A world for each file, and canaries: the same checks in a world where one control is missing must not pass."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from config.settings import Settings
from tests.faults.own_cluster import Pattern, made_pattern
from tests.faults.planted import DEFECTS
from tests.faults.wire import RemoteApi
from tests.faults.worlds import TRIALS, World, Worlds
from tools.provision import Provisioned


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long form takes its time: a test of it may last two hours."""
    if TRIALS > 1:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.timeout(7200), append=False)


class Canary(Protocol):
    """`canary("key_not_kept", one_key_has_one_effect, tries=3)`: the check must notice the planted defect."""

    def __call__(self, defect: str, check: Callable[[World], object], *, tries: int = 1, workers: int = 0) -> None:
        """Run the check in a world with the defect, up to so many times, until it fails."""


@pytest.fixture(scope="session")
def worlds(superuser_url: str, template: Provisioned, settings: Settings) -> Worlds:
    """Makes further worlds."""
    return Worlds(superuser_url, template, settings)


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Pattern:
    """What every server of the tests' own begins as."""
    return made_pattern(tmp_path_factory.mktemp("pattern"), settings)


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, worlds: Worlds) -> Iterator[World]:
    """Two serving processes and the file's WORKERS, else two, on a database that only this file's races see."""
    with worlds(workers=getattr(request.module, "WORKERS", 2)) as found:
        yield found


@pytest.fixture
def wire(world: World) -> RemoteApi:
    """The served API."""
    return world.api


def asserted_here(error: AssertionError) -> bool:
    """Whether a check of this folder said no, and not a step of the story that leads to it."""
    return Path(traceback.extract_tb(error.__traceback__)[-1].filename).parent == Path(__file__).parent


@pytest.fixture
def canary(worlds: Worlds, record_property: Callable[[str, object], None]) -> Canary:
    """Plants a defect, or several named in one text, and asks a check to notice the last."""

    def sings(defect: str, check: Callable[[World], object], *, tries: int = 1, workers: int = 0) -> None:
        record_property("planted", defect)
        with worlds(*defect.split(), workers=workers) as broken:
            for _ in range(tries):
                try:
                    check(broken)
                except AssertionError as noticed:
                    if not asserted_here(noticed):
                        raise  # a step on the way did not succeed: that shows nothing
                    record_property("noticed", str(noticed).strip().partition("\n")[0])
                    return
        raise AssertionError(f"Nobody noticed that this is missing: {DEFECTS[defect.rsplit(maxsplit=1)[-1]].removes}.")

    return sings
