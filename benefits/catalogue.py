"""Finds the programmes: each folder that holds a `programme.py` is one; no list of them is kept anywhere."""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benefits.core.errors import NotFound
from benefits.rules.declaration import Programme

SHIPPED = Path(__file__).parent / "programmes"


@dataclass(frozen=True)
class Catalogue:
    """The programmes under some folders, by code."""

    found: Mapping[str, tuple[Programme, Path]]

    @classmethod
    def of(cls, *folders: Path) -> Catalogue:
        """All programmes that lie in `folders`, each in a folder named by its code.

        Raises:
            ValueError: where a folder declares another code than its name, or two the same.
        """
        found: dict[str, tuple[Programme, Path]] = {}
        for declaration in sorted(path for folder in folders for path in folder.glob("*/programme.py")):
            programme = runpy.run_path(str(declaration))["PROGRAMME"]
            if not isinstance(programme, Programme) or programme.code != declaration.parent.name:
                raise ValueError(f"{declaration.parent.name}/programme.py declares no programme of that name")
            if programme.code in found:
                raise ValueError(f"two folders declare the programme {programme.code}")
            found[programme.code] = (programme, declaration.parent)
        return cls(found)

    def programme(self, code: str) -> Programme:
        """The programme of that code.

        Raises:
            NotFound: where there is none.
        """
        return self._at(code)[0]

    def editions(self, code: str) -> list[str]:
        """The texts of the editions that the programme's folder ships (`policy*.toml`), by file name."""
        return [path.read_text(encoding="utf-8") for path in sorted(self._at(code)[1].glob("policy*.toml"))]

    def _at(self, code: str) -> tuple[Programme, Path]:
        if code not in self.found:
            raise NotFound(programme=code)
        return self.found[code]


@cache
def shipped() -> Catalogue:
    """The programmes that come with the house."""
    return Catalogue.of(SHIPPED)


def programmes() -> dict[str, Programme]:
    """Every programme by code."""
    return {code: programme for code, (programme, _) in shipped().found.items()}


def programme(code: str) -> Programme:
    """The programme of that code; raises `NotFound`."""
    return shipped().programme(code)


def shipped_editions(code: str) -> list[str]:
    """The texts of the editions that its folder ships; raises `NotFound`."""
    return shipped().editions(code)
