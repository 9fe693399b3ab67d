"""Every kind of file that can be imported, by the name that the API uses."""

from __future__ import annotations

from benefits.casework.filing import case_import
from benefits.casework.roster import line_import
from benefits.intake.imports import ImportKind
from benefits.money import bank_import
from benefits.registry import calendar_import, honour_import, roster_import, units

KINDS: dict[str, ImportKind] = {
    "calendar": calendar_import.KIND,
    "units": units.KIND,
    "members": roster_import.KIND,
    "bank_results": bank_import.KIND,
    "cases": case_import.KIND,
    "honours": honour_import.KIND,
    "roster_lines": line_import.KIND,
}
