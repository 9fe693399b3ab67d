"""Reads what people type as they meant it: full-width signs, stray blanks, the many ways to write a day."""

from __future__ import annotations

import re
import string
import unicodedata
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

# Digits and letters only: full-width punctuation is ordinary Chinese writing, and NFKC would change rare characters.
_FULL_WIDTH = {0xFEE0 + ord(sign): sign for sign in string.digits + string.ascii_letters}
# Signs without ink that come along when a number is copied from a chat or a web page, and control characters.
_INVISIBLE = dict.fromkeys([*range(0x20), 0x7F, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF])
_BLANKS = {ord(sign): " " for sign in "\t\n\r\u00a0\u3000"}
_TIDY = _INVISIBLE | _BLANKS | _FULL_WIDTH

_DAY = re.compile(
    r"(\d{4}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2}) ?日?(?:[T ] ?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?",
    re.ASCII,
)
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_SERIAL_DAY = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)
_MONTH = re.compile(r"(\d{4}) ?[-/.年] ?(\d{1,2}) ?月?|(\d{4})(\d{2})", re.ASCII)
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


def tidy(text: str) -> str:
    """Text without surrounding blanks and invisible signs, its full-width digits and letters made ordinary."""
    if not text.isascii() or not text.isprintable():
        text = text.translate(_TIDY)
    return text.strip()


def tidy_number(text: str) -> str:
    """A number or code without any blank, all its full-width signs made ordinary."""
    text = tidy(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return "".join(text.split())


def tidy_name(text: str) -> str:
    """A person's name; the blank with which `王　芳` is stretched to three places is no part of it."""
    text = tidy(text)
    return text if text.isascii() else "".join(text.split())


@lru_cache(maxsize=65_536)
def read_day(text: str) -> date | None:
    """The day that `text` writes, or None.

    Read are `2019年5月1日`, `2019-5-1`, `2019/05/01`, `20190501` and an Excel serial of five digits.
    """
    text = unicodedata.normalize("NFKC", tidy(text))
    if found := _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text):
        return _day(*map(int, found.groups()))
    if found := _SERIAL_DAY.fullmatch(text):
        return _EXCEL_DAY_ZERO + timedelta(days=int(found[1]))
    return None


@lru_cache(maxsize=4_096)
def read_last_day(text: str) -> date | None:
    """The last day of the month that `text` writes; a full day stands for itself, the first for its month.

    Excel turns a typed `2022-12` into the day 2022-12-01 that it shows as a month, so a first is read as its month.
    """
    found = _MONTH.fullmatch(unicodedata.normalize("NFKC", tidy(text)))
    if found:
        year, month = (int(part) for part in found.groups() if part is not None)
        first = _day(year, month, 1)
    else:
        first = read_day(text)
    if first is None or first.day != 1:
        return first
    return first.replace(day=monthrange(first.year, first.month)[1])


def _day(year: int, month: int, day: int) -> date | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
