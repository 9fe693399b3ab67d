"""Breaking text into lines the Chinese way: anywhere between characters, but never before ）or after （."""

from __future__ import annotations

import re
from collections.abc import Iterator

from benefits.papers.font import printable, width

_NOT_FIRST = frozenset("，。、；：！？）】》〉」』〕］｝％％…—～·”’,.;:!?)]}%")
_NOT_LAST = frozenset("（【《〈「『〔［｛“‘￥＄([{¥$#№")
# A run of letters and digits stays together; every other character stands alone.
_TOKEN = re.compile(r"[0-9A-Za-z_@#&/\\+\-*.:=~'\u00c0-\u024f]+|.", re.DOTALL)


def broken(text: str, room: float, size: float) -> tuple[str, ...]:
    """`text` as printable lines, none wider than `room` points; at least one, LF begins a new one."""
    return tuple(line for part in printable(text).split("\n") for line in _wrapped(part, room, size))


def _wrapped(text: str, room: float, size: float) -> Iterator[str]:
    line = ""
    for cluster in _clusters(text):
        if width((line + cluster).rstrip(" "), size) <= room:
            line += cluster
            continue
        if line.strip(" "):
            yield line.rstrip(" ")
        line = cluster.lstrip(" ")
        while width(line, size) > room and len(line) > 1:  # wider than a whole line
            cut = _cut(line, room, size)
            yield line[:cut]
            line = line[cut:]
    yield line.rstrip(" ")


def _cut(line: str, room: float, size: float) -> int:
    """How many characters of a cluster fit; one less where a closing sign would otherwise begin the next line."""
    fits = max(1, next(n for n in range(1, len(line) + 1) if width(line[:n], size) > room) - 1)
    alone = fits > 1 and line[fits] in _NOT_FIRST and line[fits - 1] not in _NOT_FIRST
    return fits - 1 if alone else fits


def _clusters(text: str) -> Iterator[str]:
    """The pieces between which a line may end."""
    cluster = ""
    for token in _TOKEN.findall(text):
        if cluster and token[0] not in _NOT_FIRST and cluster[-1] not in _NOT_LAST:
            yield cluster
            cluster = ""
        cluster += token
    if cluster:
        yield cluster
