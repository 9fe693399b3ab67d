"""Accounts made, found and granted by an admin, for the tests of who may do what with them."""

from __future__ import annotations

from typing import Any

from tests.driver import PASSWORD, Api
from tests.story import identity

ABSENT = "0190a3f0-0000-7000-8000-000000000000"


def body(username: str, unit_code: str = "AH-D01", sequence: int = 501, **other: object) -> dict[str, object]:
    return {
        "username": username,
        "password": PASSWORD,
        "name": "钱新任",
        "id_number": identity(sequence),
        "unit_code": unit_code,
        **other,
    }


def made(api: Api, *args: Any, **kwargs: Any) -> str:
    """The path of a new account."""
    answer = api("admin").post("/accounts", body(*args, **kwargs))
    assert answer.status_code == 201, answer.get_json()
    return "/accounts/" + answer.get_json()["id"]


def tag(api: Api, path: str) -> str:
    return api("admin").get(path).headers["ETag"]


def give(api: Api, path: str, role: str, unit_code: str, *, by: str = "admin", **other: object) -> Any:
    return api(by).post(f"{path}/grants", {"role": role, "unit_code": unit_code, "valid_from": "2020-01-01", **other})
