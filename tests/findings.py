"""Findings opened, answered and closed, for the tests of what may be done about them."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

from tests.clock import today
from tests.driver import Api, Caller
from tests.story import account_path, done

PDF = b"%PDF-1.7\n secret evidence \n%%EOF"


def account_id(api: Api, username: str) -> str:
    return account_path(api, username).rpartition("/")[2]


def finding_body(api: Api, **other: object) -> dict[str, Any]:
    about = {} if any(name.endswith("_id") and name != "responsible_id" for name in other) else {"unit_code": "AH-D01"}
    return {
        **about,
        "description": "发放签收单缺页，王建国领取两次",
        "clause": "工会经费审查条例",
        "severity": "serious",
        "responsible_id": account_id(api, "officer"),
        "due_on": str(today() + timedelta(days=30)),
        **other,
    }


def opened(api: Api, **other: object) -> str:
    made = done(api("auditor").post("/audit/findings", finding_body(api, **other)))
    return f"/audit/findings/{made['id']}"


def answered(api: Api, **other: object) -> str:
    path = opened(api, **other)
    done(api("officer").act(path, "answer", {"rectification": "已追回"}))
    return path


def closed(api: Api, by: str) -> str:
    path = answered(api)
    done(api(by).act(path, "close", {"note": "已核实"}))
    return path


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def evidence(who: Caller, path: str, content: bytes = PDF) -> Any:
    form = {"title": "缴款凭证", "file": (BytesIO(content), "x.bin")}
    return who.post(f"{path}/documents", data=form, if_match=who.get(path).headers["ETag"])
