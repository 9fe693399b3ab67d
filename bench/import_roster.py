"""How long a roster takes from the first byte sent over HTTP until it is in the register, and in how much memory."""

from __future__ import annotations

import json
import tempfile
from itertools import chain
from pathlib import Path
from typing import Any

from bench.floor import read_and_copy
from bench.roster import HEADER, UNIT_HEADER, make_rows, make_units, write_expected, write_table
from bench.stand import running, take

SAMPLE = Path(__file__).resolve().parents[2] / "shared" / "data" / "roster-5k"


def _measure(rows: int, units: Path, roster: Path, expected: Path) -> dict[str, Any]:
    """Import units and roster, then the same roster again; the findings' counts must be those expected."""
    wanted = json.loads(expected.read_text("utf-8"))
    with running() as stand:
        _, listed = take(stand, "admin", "units", units)
        first_s, first = take(stand, "officer", "members", roster)
        again_s, again = take(stand, "officer", "members", roster)
        peak_mib = stand.peak_mib.total(), dict(stand.peak_mib)
    sound = all(
        (seen["state"], seen["rows"], seen["accepted"]) == ("done", rows, wanted["accepted"]) for seen in (first, again)
    )
    if not sound:
        raise RuntimeError(f"not as expected: {first} {again}")
    return {
        "value": first_s,
        "baseline": read_and_copy(roster),
        "rows": rows,
        "units": listed["rows"],
        "file_mib": round(roster.stat().st_size / (1 << 20), 1),
        "again_s": round(again_s, 2),
        "peak_mib": peak_mib[0],
        "peak_mib_by_part": peak_mib[1],
    }


def _sample() -> dict[str, Any]:
    """The sample roster if it lies beside the checkout, else one of our own of the same size."""
    if not SAMPLE.exists():
        return _made(5_000)
    return _measure(5_000, SAMPLE / "units.xlsx", SAMPLE / "roster.xlsx", SAMPLE / "roster.expected.json")


def _made(rows: int) -> dict[str, Any]:
    units = list(make_units(max(4, min(250, rows // 3_200))))
    codes = [unit[0] for unit in units if unit[0].count("-") == 2]
    with tempfile.TemporaryDirectory() as folder:
        roster, listed, expected = (Path(folder) / name for name in ("roster.xlsx", "units.xlsx", "expected.json"))
        write_table(listed, "单位", chain([UNIT_HEADER], units))
        cells = ([row.cells[name] for name in HEADER] for row in make_rows(rows, codes))
        write_table(roster, "会员花名册", chain([HEADER], cells))
        write_expected(expected, make_rows(rows, codes))
        return _measure(rows, listed, roster, expected)


MEASURES = {"import_5k": _sample, "import_200k": lambda: _made(200_000)}
