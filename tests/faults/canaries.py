"""Canary values that must not be found again: made afresh for each world, and looked for in every usual form."""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
from collections.abc import Iterable
from datetime import date
from urllib.parse import quote

from tests.story import card, identity
from tools.binaries import binaries_of

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_BORN = date(1986, 7, 8)


def words() -> dict[str, str]:
    """What is told to the house: name of the thing → a value that occurs nowhere else."""
    born = _BORN.replace(year=1960 + secrets.randbelow(30))
    return {
        "name": _signs("申"),
        "id_number": identity(secrets.randbelow(900) + 10, born),
        "phone": f"139{secrets.randbelow(10**8):08d}",
        "card": card(secrets.randbelow(9000) + 1000),
        "password": f"Canary-{secrets.token_hex(6)}",
        "child": _signs("童"),
        "child_id_number": identity(secrets.randbelow(900) + 10, born.replace(year=born.year + 24)),
        "address": "合肥市" + _signs("路"),
        "diagnosis": "乳腺癌" + _signs("术"),
        "note": "外祖母患" + _signs("癌"),
    }


def _signs(first: str) -> str:
    return first + "".join(chr(0x4E00 + secrets.randbelow(0x5000)) for _ in range(4))


def forms(word: str) -> set[bytes]:
    """The word plain, full width, as JSON and a URL write it, in hex, and within base64 at each of three places."""
    plain = word.encode()
    found = {plain, word.translate(_WIDE).encode(), json.dumps(word).strip('"').encode(), quote(word).encode()}
    found.add(json.dumps(json.dumps(word)).strip('\\"').encode())
    found |= {plain.hex().encode(), plain.hex().upper().encode(), word.encode("utf-16-le")}
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + plain)
        found.add(coded[(0, 2, 3)[before] : -4])
    return found


def found_in(content: Iterable[bytes], told: dict[str, str]) -> set[str]:
    """Names of the canaries of which some form is in one of these contents."""
    looked_for = {name: forms(word) for name, word in told.items()}
    return {name for each in content for name, shapes in looked_for.items() if any(shape in each for shape in shapes)}


def dumped(address: str) -> bytes:
    """All of a database as a backup has it; `address` is a superuser's."""
    command = [binaries_of(None) / "pg_dump", "--inserts", "--dbname", address.replace("+psycopg2", "", 1)]
    return subprocess.run(command, check=True, capture_output=True).stdout
