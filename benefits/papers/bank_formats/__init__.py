"""Finds the forms of the bank file: each file of this folder declares one as `FORMAT`; no list of them is kept."""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from benefits.papers.bank_file import BankFormat

SHIPPED = Path(__file__).parent
FROZEN = "csv"  # the form that a batch is frozen in; the others are written from it


def formats_in(folder: Path) -> Mapping[str, BankFormat]:
    """The forms that a folder declares, by code; raises ValueError where a file declares none, or two the same."""
    found: dict[str, BankFormat] = {}
    for path in sorted(folder.glob("[!_]*.py")):
        form = runpy.run_path(str(path)).get("FORMAT")
        if not isinstance(form, BankFormat):
            raise ValueError(f"{path.name} declares no FORMAT")  # noqa: TRY004 - what a file lacks, not an argument
        if form.code in found:
            raise ValueError(f"two files declare the form {form.code}")
        found[form.code] = form
    return found


@cache
def bank_formats() -> Mapping[str, BankFormat]:
    """The forms that come with the house."""
    return formats_in(SHIPPED)
