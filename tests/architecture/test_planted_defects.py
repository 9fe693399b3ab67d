"""Every planted defect is asked for by a test that must notice it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.faults.planted import DEFECTS

FAULTS = Path(__file__).resolve().parents[1] / "faults"


def test_every_planted_defect_has_a_canary() -> None:
    asked = set(re.findall(r"[a-z_]+", " ".join(path.read_text(encoding="utf-8") for path in FAULTS.glob("test_*.py"))))
    assert sorted(set(DEFECTS) - asked) == []
