"""Runs every test of this folder and ends with one plain line: how many passed, how many failed."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest


class Tally:
    """Counts tests by how they ended, and the planted defects that were noticed."""

    def __init__(self) -> None:
        self.ended: Counter[str] = Counter()
        self.noticed: Counter[bool] = Counter()
        self.how: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test has failed when any part of it has, its fixtures too; a skipped one is neither, and named."""
        if report.skipped:
            self.how.append(f"skipped: {report.nodeid}")
        elif report.when == "call" or report.failed:
            self.ended[report.outcome] += 1
        told = dict(report.user_properties)
        if report.when == "call" and "planted" in told:
            self.noticed[report.passed] += 1
            self.how.append(f"{told['planted']}: {told.get('noticed', 'NOT NOTICED')}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be read has failed."""
        self.ended["failed"] += report.failed


def main() -> int:
    """Run them; whatever is given is pytest's."""
    tally = Tally()
    code = pytest.main(sys.argv[1:] or [str(Path(__file__).parent)], plugins=[tally])
    sys.stdout.write(
        "".join(f"{each[:160]}\n" for each in tally.how)
        + f"{tally.noticed[True]} of {tally.noticed.total()} planted defects noticed\n"
        f"{tally.ended['passed']} passed, {tally.ended['failed']} failed\n"
    )
    return int(code) or int(tally.ended["failed"] > 0)


if __name__ == "__main__":
    sys.exit(main())
