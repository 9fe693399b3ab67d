"""Runs the measurements whose names begin with what is given, or all of them.

Standard output has one JSON line for each: `name`, `value` and `baseline` in seconds, and `ratio`, how many times
slower than the baseline of the same run (1.0 equal, lower better). What else was seen (rows, memory) goes to standard
error. Measurements that begin with `growth_` and tell their `members` are drawn together in `build/growth.svg`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.plot import draw
from bench.stand import Unavailable

_PLOT = Path.cwd() / "build" / "growth.svg"
Measure = Callable[[], dict[str, Any]]


def measures() -> dict[str, Measure]:
    """Every measurement by name: the `MEASURES` of the modules beside this one."""
    found: dict[str, Measure] = {}
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        found |= getattr(import_module(f"bench.{path.stem}"), "MEASURES", {})
    return found


def main(prefixes: list[str]) -> int:
    """Measure and print; 1 if nothing has such a name."""
    chosen = {
        name: run for name, run in measures().items() if not prefixes or any(name.startswith(p) for p in prefixes)
    }
    grown: dict[str, list[tuple[float, float]]] = {}
    for name, run in chosen.items():
        try:
            seen = run()
        except Unavailable as reason:
            print(f"{name}: {reason}", file=sys.stderr)
            continue
        value, baseline = seen.pop("value"), seen.pop("baseline")
        if name.startswith("growth_") and "members" in seen:
            for series, seconds in ((name.rpartition("_")[0], value), ("plain SQL", baseline)):
                grown.setdefault(series, []).append((seen["members"], seconds))
        line = {"name": name, "value": round(value, 3), "unit": "s", "baseline": round(baseline, 3)}
        print(json.dumps({**line, "ratio": round(value / baseline, 3)}, ensure_ascii=False), flush=True)
        print(json.dumps({"name": name, "cores": os.cpu_count(), **seen}, ensure_ascii=False), file=sys.stderr)
    if grown:
        draw(_PLOT, "Growth, measured (dashed: linear)", "members", grown)
        print(f"growth: {_PLOT.relative_to(Path.cwd())}", file=sys.stderr)
    return 0 if chosen else 1


if __name__ == "__main__":
    sys.exit(main([argument.removeprefix("ONLY=") for argument in sys.argv[1:]]))
