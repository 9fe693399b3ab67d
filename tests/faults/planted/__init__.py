"""Every planted defect by name; a test of a promise must fail in a world with the one that it is named for."""

from __future__ import annotations

from collections.abc import Iterable

from tests.faults.planted import booking, database, fund, key, leak, ledger, payment, person, reversal, signing
from tests.faults.planted.defect import Defect

_PARTS = (booking, database, fund, key, leak, ledger, payment, person, reversal, signing)
DEFECTS: dict[str, Defect] = {name: defect for part in _PARTS for name, defect in part.DEFECTS.items()}


def plant(names: Iterable[str]) -> None:
    """Take these controls out of this process."""
    for name in names:
        patch = DEFECTS[name].patch
        if patch is not None:
            patch()


def statements(names: Iterable[str]) -> list[str]:
    """What takes these controls out of a database."""
    return [DEFECTS[name].sql for name in names if DEFECTS[name].sql]
