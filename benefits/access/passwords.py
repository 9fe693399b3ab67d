"""Passwords: Argon2id, as OWASP's floor asks (trust.md M7: 20 ms a check), and which ones are too easy to take."""

from __future__ import annotations

import secrets
from string import digits, punctuation

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from benefits.core.errors import invalid

_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
LEAST, MOST = 8, 128

# What people type along: the digits, the alphabet, the rows of a keyboard and its slanted columns.
_WALKS = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujmikolp",
)
_WORDS = frozenset(
    (
        *("password", "passwd", "pass", "admin", "administrator", "root", "user", "test", "guest", "login", "welcome"),
        *("letmein", "iloveyou", "woaini", "mima", "qwerty", "abc", "aa", "aaa", "qq", "monkey", "dragon", "master"),
        *("superman", "sunshine", "princess", "football", "baseball", "shadow", "secret", "changeme", "default"),
        *("union", "gonghui", "huiyuan", "anhui", "hefei", "beijing", "zhongguo", "china", "jiaokewenweiti"),
    )
)
_LOOKALIKE = str.maketrans("01345@$!", "oieasasi")


def hash_password(password: str) -> str:
    """The text to store for a password."""
    return _HASHER.hash(password)


# What the password of an unknown user is checked against, so that the answer takes the same time.
NOBODYS = hash_password(secrets.token_hex())


def password_fits(stored: str, password: str) -> bool:
    """Whether `password` is the one behind the stored text."""
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def hashed_otherwise(stored: str) -> bool:
    """Whether the stored text was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def require_sound(password: str, username: str, pointer: str) -> None:
    """Refuse a new password that is shorter than 8 or longer than 128 characters, or that everybody would guess.

    Raises:
        Invalid: at `pointer`, `length_refused` or `password_common`.
    """
    if not LEAST <= len(password) <= MOST:
        raise invalid(pointer, "length_refused", least=LEAST, most=MOST)
    if _is_common(password.casefold(), username.casefold()):
        raise invalid(pointer, "password_common")


def _is_common(plain: str, username: str) -> bool:
    if plain.isdigit() and len(plain) < 12:
        return True  # a birthday, a telephone number
    if any(plain == plain[:length] * (len(plain) // length) for length in range(1, 5) if len(plain) % length == 0):
        return True  # one short piece over and over
    letters = "".join(filter(str.isalnum, plain))
    if any(letters in walk or letters in walk[::-1] for walk in _WALKS):
        return True
    bare = plain.strip(digits + punctuation + " ")
    cores = {letters, *("".join(filter(str.isalpha, core)) for core in (bare, bare.translate(_LOOKALIKE)))}
    return bool(cores & (_WORDS | {username, username[::-1]}))
