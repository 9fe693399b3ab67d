"""Numbers that identify people, accounts and organisations: their own checks, and how they are masked."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Literal

from stdnum import luhn
from stdnum.cn import uscc

from benefits.core.as_typed import tidy_number

_IDENTITY = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
_RETIRED = re.compile(r"\d{15}", re.ASCII)
_CARD = re.compile(r"\d{13,19}", re.ASCII)
_NUMBERS = re.compile(r"(?<![\w])\+?\d(?:[ -]?\d){9,18}[ -]?[\dXx](?![\w])", re.ASCII)
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_FIRST_YEAR = 1900


@dataclass(frozen=True, slots=True)
class Identity:
    """What a resident identity number says: itself in normal form, the day of birth, the sex."""

    number: str
    birth_date: date
    sex: Literal["male", "female"]


class NotAnIdentity(ValueError):  # noqa: N818 - the fact, as everywhere in the house
    """The text is no resident identity number; `code` says why.

    One of `id_retired_15_digits`, `identity_malformed`, `id_checksum`, `id_birth_date_impossible`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_identity(text: str, *, today: date | None = None) -> Identity:
    """Read a resident identity number (GB 11643-1999), forgiving full-width signs, blanks and a lower-case x.

    Any division prefix is accepted: the register of divisions changes, and 340000, 81 and 83 are in use. With `today`,
    a birth after that day is impossible. Raises `NotAnIdentity`.
    """
    number = tidy_number(text).upper()
    if not _IDENTITY.fullmatch(number):
        raise NotAnIdentity("id_retired_15_digits" if _RETIRED.fullmatch(number) else "identity_malformed")
    if (
        _CHECKS[sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True)) % 11]
        != number[17]
    ):
        raise NotAnIdentity("id_checksum")
    try:
        birth_date = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise NotAnIdentity("id_birth_date_impossible") from None
    if birth_date.year < _FIRST_YEAR or (today is not None and birth_date > today):
        raise NotAnIdentity("id_birth_date_impossible")
    return Identity(number, birth_date, "male" if int(number[16]) % 2 else "female")


def parse_card(text: str) -> str | None:
    """The digits of a bank card (ISO/IEC 7812, 13 to 19 digits with a Luhn check), or None."""
    number = tidy_number(text).replace("-", "")
    return number if _CARD.fullmatch(number) and luhn.is_valid(number) else None


def parse_mobile(text: str) -> str | None:
    """The eleven digits of a mainland mobile number, `+86` and hyphens forgiven, or None."""
    number = tidy_number(text).replace("-", "").removeprefix("+86")
    return number if _MOBILE.fullmatch(number) else None


def parse_credit_code(text: str) -> str | None:
    """A unified social credit code (GB 32100-2015) in normal form, or None; I, O, S, V and Z never occur in one."""
    number = tidy_number(text).upper()
    return number if uscc.is_valid(number) else None


def names_a_number(text: str) -> bool:
    """Whether a free text holds a resident identity number, a bank card or a mobile number, however spaced or wide."""
    return any(_is_a_persons(run) for run in _NUMBERS.findall(unicodedata.normalize("NFKC", text)))


def without_numbers(text: str) -> str:
    """A free text that others wrote, each such number in it masked but for its last four signs."""
    if not names_a_number(text):
        return text
    return _NUMBERS.sub(
        lambda found: f"****{found[0][-4:]}" if _is_a_persons(found[0]) else found[0],
        unicodedata.normalize("NFKC", text),
    )


def _is_a_persons(run: str) -> bool:
    digits = tidy_number(run).replace("-", "")
    if parse_mobile(digits) or parse_card(digits):
        return True
    with suppress(NotAnIdentity):
        parse_identity(digits)
        return True
    return False


def mask_identity(number: str) -> str:
    """`340***********0019`: the province and the last four."""
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def mask_name(name: str) -> str:
    """`张**`: the first character, as names are shown in public."""
    return name[:1] + "*" * (len(name) - 1)


def mask_mobile(number: str) -> str:
    """`138****1234`: the carrier and the last four."""
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def mask_account(number: str) -> str:
    """`****1997`: the last four; how long the number is stays untold."""
    return "****" + number[-4:]
