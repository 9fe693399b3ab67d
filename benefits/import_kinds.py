"""Every kind of file that can be imported, by the name that the API uses."""

from __future__ import annotations

from benefits.intake.imports import ImportKind
from benefits.registry import roster_import, units

KINDS: dict[str, ImportKind] = {
    "units": units.KIND,
    "members": roster_import.KIND,
}
