"""How a measurement grows with its size, as an SVG on two logarithmic scales beside a straight line of equal growth."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from pathlib import Path

Point = tuple[float, float]
_WIDTH, _HEIGHT, _MARGIN = 640, 420, 60


def draw(path: Path, title: str, unit: str, series: dict[str, Sequence[Point]]) -> None:
    """Write the plot: one line a series of (size, seconds), and for each where linear growth would have led."""
    points = [point for line in series.values() for point in line]
    scale = _Scale([x for x, _ in points], [y for _, y in points])
    parts = [_text(_WIDTH / 2, 24, title, "middle"), *scale.grid(unit)]
    for number, (name, line) in enumerate(series.items()):
        colour = ("#1f5a99", "#b4572b", "#3a7d44", "#6b4c9a")[number % 4]
        ordered = sorted(line)
        (first_x, first_y), last_x = ordered[0], ordered[-1][0]
        linear = [(first_x, first_y), (last_x, first_y * last_x / first_x)]
        parts.append(_line(scale, linear, "#999999", dashes="5 4"))
        parts.append(_line(scale, ordered, colour))
        parts += [f'<circle cx="{scale.x(x):.1f}" cy="{scale.y(y):.1f}" r="3.5" fill="{colour}"/>' for x, y in ordered]
        parts.append(_text(_MARGIN + 8, 48 + 16 * number, name, "start", colour))
    path.parent.mkdir(parents=True, exist_ok=True)
    box = f'width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif" font-size="12"'
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {box}>' + "".join(parts) + "</svg>\n", encoding="utf-8")


class _Scale:
    """Sizes and seconds as places on the paper, in whole powers of ten."""

    def __init__(self, sizes: Sequence[float], seconds: Sequence[float]) -> None:
        self._left, self._right = floor(log10(min(sizes))), ceil(log10(max(sizes)))
        self._low, self._high = floor(log10(min(seconds))), ceil(log10(max(seconds)))

    def x(self, size: float) -> float:
        part = (log10(size) - self._left) / max(1, self._right - self._left)
        return _MARGIN + part * (_WIDTH - 2 * _MARGIN)

    def y(self, seconds: float) -> float:
        part = (log10(seconds) - self._low) / max(1, self._high - self._low)
        return _HEIGHT - _MARGIN - part * (_HEIGHT - 2 * _MARGIN)

    def grid(self, unit: str) -> list[str]:
        """Thin lines at the powers of ten, with what they stand for."""
        parts = []
        for power in range(self._left, self._right + 1):
            x = self.x(10.0**power)
            parts.append(f'<path d="M{x:.1f} {_MARGIN}V{_HEIGHT - _MARGIN}" stroke="#dddddd"/>')
            parts.append(_text(x, _HEIGHT - _MARGIN + 18, f"{10**power:,}", "middle"))
        for power in range(self._low, self._high + 1):
            y = self.y(10.0**power)
            parts.append(f'<path d="M{_MARGIN} {y:.1f}H{_WIDTH - _MARGIN}" stroke="#dddddd"/>')
            parts.append(_text(_MARGIN - 6, y + 4, f"{10.0**power:g} s", "end"))
        return [*parts, _text(_WIDTH / 2, _HEIGHT - 16, unit, "middle")]


def _line(scale: _Scale, points: Sequence[Point], colour: str, dashes: str = "none") -> str:
    path = "L".join(f"{scale.x(x):.1f} {scale.y(y):.1f}" for x, y in points)
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.6" stroke-dasharray="{dashes}"/>'


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#222222") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'
