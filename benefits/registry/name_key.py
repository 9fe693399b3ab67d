"""The pinyin of a name, for sorting and look-up: the database has no Chinese collation."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from benefits.core.as_typed import tidy_name

BETWEEN = "|"

# Characters that are read differently as surnames (GB/T 28039 and usage); pypinyin gives the common reading.
_SURNAMES = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "翟": "zhai", "区": "ou", "任": "ren",
    "华": "hua", "纪": "ji", "盖": "ge", "缪": "miao", "朴": "piao", "尉": "wei", "冼": "xian", "乐": "yue",
    "覃": "qin", "牟": "mu", "秘": "bi", "种": "chong", "折": "she", "重": "chong", "员": "yun", "召": "shao",
    "黑": "he", "会": "gui", "繁": "po", "眭": "sui", "郇": "xun", "燕": "yan", "葛": "ge", "宁": "ning", "卜": "bu",
    "那": "na", "佴": "nai", "隗": "wei", "谌": "chen", "庾": "yu", "逄": "pang", "郄": "qie", "祭": "zhai", "哈": "ha",
}  # fmt: skip
_COMPOUND = {"尉迟": "yu chi", "万俟": "mo qi", "澹台": "tan tai", "单于": "chan yu", "长孙": "zhang sun"}


@lru_cache(maxsize=65_536)
def name_key(name: str) -> str:
    """Lower-case pinyin of `name`, syllables apart; a character without a reading stays itself.

    First comes the name with its surname read as surnames are, then, where that differs, as the character commonly is,
    so that both are found.
    """
    readings = [
        f"{table[name[:size]]} {_pinyin(name[size:])}"
        for table, size in ((_COMPOUND, 2), (_SURNAMES, 1))
        if name[:size] in table and name[size:]
    ]
    return BETWEEN.join(dict.fromkeys([*readings, _pinyin(name)]))


def search_pattern(query: str) -> str:
    """A LIKE pattern for what was typed of a name's pinyin, with or without blanks, from the surname on."""
    letters = "".join(tidy_name(query).lower().split())
    return letters.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _pinyin(text: str) -> str:
    if text.isascii():
        return text.lower()
    return " ".join(map(_syllable, text))  # sign by sign: a name is no phrase, and each sign is worked out once


@lru_cache(maxsize=16_384)
def _syllable(sign: str) -> str:
    return "".join(lazy_pinyin(sign, style=Style.NORMAL)).lower()
