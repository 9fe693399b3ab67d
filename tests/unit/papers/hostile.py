"""Texts that a spreadsheet could take for something else; each must come back as it was."""

from __future__ import annotations

_OPENERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫")
_PAYLOADS = (
    "1+1",
    "cmd|' /C calc'!A0",
    'HYPERLINK("http://x.invalid","点我")',
    "SUM(A1:A9)",
    "WEBSERVICE(A1)",
    "",
    "'",
    '"',
    '",=1+1',
    "\r\n=1+1",
)

# 176 that must be guarded: each opener before each payload, and behind an apostrophe.
GUARDED = tuple(dict.fromkeys(f"{opener}{payload}" for opener in _OPENERS for payload in _PAYLOADS)) + tuple(
    f"'{opener}1" for opener in _OPENERS
)
HARMLESS = (
    "",
    "武𬬭毅",
    "'",
    "'abc",
    "''",
    " =1",
    "340000198703150027",
    "6217994628194821997",
    "000123",
    "1E5",
    "2022-03-08",
    "TRUE",
    "#REF!",
    "http://x.invalid/",
    "mailto:a@b.invalid",
    "_x0041_",
    "a_x000D_b",
    "<b>&amp;</b>",
    "]]>",
    "a\tb\r\nc\nd",
    "\x01\x1f\x7f",
    "{=1+1}",
    "％＝１",
    "甲\u3000乙",
    "  blanks  ",
    "x" * 32_000,
)
HOSTILE = GUARDED + HARMLESS
