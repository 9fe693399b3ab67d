"""Whether a retry was given the first answer."""

from __future__ import annotations

from typing import Any


def same(first: Any, again: Any) -> None:
    assert again.status_code == first.status_code
    assert again.get_data() == first.get_data()
    for name in ("ETag", "Location", "Content-Type", "Cache-Control"):
        assert again.headers.get(name) == first.headers.get(name), name
