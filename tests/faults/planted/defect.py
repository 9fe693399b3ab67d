"""What a planted defect is: one control taken out of our modules in the serving process, or out of the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Defect:
    """One control removed; the production code has no switch for it."""

    removes: str
    patch: Callable[[], None] | None = None  # run in each serving process and worker before the application is made
    sql: str = ""  # run by a superuser in the world's own database before anything serves it
