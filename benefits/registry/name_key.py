"""The pinyin of a name, for sorting and look-up: the database has no Chinese collation."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin


@lru_cache(maxsize=65536)
def name_key(name: str) -> str:
    """Lower-case pinyin of `name`, syllables apart; a character without a reading stays itself."""
    return " ".join(lazy_pinyin(name, style=Style.NORMAL)).lower()
