"""One row of an import being read: each cell as it was meant, and a finding for each that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from benefits.core.as_typed import read_day, tidy, tidy_name, tidy_number
from benefits.core.code_table import CodeTable
from benefits.intake.workbook import YES_NO
from models.vocabulary import Severity

Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong or odd in one cell, `row` as in the sheet; never the cell's own value."""

    row: int
    column: str
    code: str
    severity: Severity = Severity.ERROR
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked(Generic[Parsed]):
    """A row after its check: what it says if no finding is an error, and every finding by column."""

    row: int
    parsed: Parsed | None
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class RowReader:
    """Reads the cells of one row and gathers what is wrong with them; a blank cell reads as None."""

    row: int
    cells: dict[str, str]
    required: Collection[str]
    findings: list[Finding] = field(default_factory=list)

    def text(self, column: str) -> str | None:
        """Free text, tidied."""
        return self._present(column, tidy(self.cells.get(column, "")))

    def name(self, column: str) -> str | None:
        """A person's name."""
        return self._present(column, tidy_name(self.cells.get(column, "")))

    def number(self, column: str) -> str | None:
        """A number or code typed as text, without blanks."""
        return self._present(column, tidy_number(self.cells.get(column, "")))

    def word(self, column: str, table: CodeTable) -> str | None:
        """The code that a word of a closed list stands for."""
        text = self._present(column, self.cells.get(column, "").strip())
        code = table.read(text) if text else None
        if text and code is None:
            self.fault(column, "code_unknown", choices=table.chinese)
        return code

    def flag(self, column: str) -> bool | None:
        """是 or 否."""
        code = self.word(column, YES_NO)
        return None if code is None else code == "yes"

    def day(self, column: str, read: Callable[[str], date | None] = read_day) -> date | None:
        """A day however written, or what another `read` makes of the cell."""
        text = self._present(column, self.cells.get(column, "").strip())
        day = read(text) if text else None
        if text and day is None:
            self.fault(column, "date_unreadable")
        return day

    def fault(self, column: str, code: str, severity: Severity = Severity.ERROR, **params: object) -> None:
        """Note a finding."""
        self.findings.append(Finding(self.row, column, code, severity, params))

    def _present(self, column: str, text: str) -> str | None:
        if text:
            return text
        if column in self.required:
            self.fault(column, "required_missing")
        return None


def has_error(findings: Collection[Finding]) -> bool:
    """Whether a finding keeps the row out; a warning does not."""
    return any(finding.severity == Severity.ERROR for finding in findings)
