"""Who may ask for an evidence package, and of what."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.driver import Api
from tests.story import colleague, filed


def test_who_may_have_one(api: Api) -> None:
    case = filed(api).rpartition("/")[2]
    body = {"format": "package", "subject": {"application_id": case}}
    assert api("officer").post("/audit/exports", body).status_code == 403
    assert api("auditor").post("/audit/exports", body).status_code == 202
    colleague(api, "auditor-d02", "auditor", unit="AH-D02", person=871)
    for unseen in (case, str(uuid4())):
        refused = api("auditor-d02").post("/audit/exports", {**body, "subject": {"application_id": unseen}})
        assert refused.status_code == 422
        assert [(each["pointer"], each["code"]) for each in refused.get_json()["errors"]] == [
            ("/subject", "no_such_cases")
        ]


@pytest.mark.parametrize(
    "body",
    [
        {"format": "package"},
        {"format": "package", "subject": {}},
        {"format": "package", "subject": {"from": "2026-01-01T00:00:00+08:00"}},
        {"format": "package", "subject": {"application_id": str(uuid4()), "member_id": str(uuid4())}},
        {"format": "package", "subject": {"application_id": str(uuid4())}, "kind": "change"},
        {"format": "csv", "subject": {"application_id": str(uuid4())}},
        {"format": "csv", "papers": True},
    ],
)
def test_what_is_no_package(api: Api, body: dict[str, Any]) -> None:
    refused = api("auditor").post("/audit/exports", body)
    assert refused.status_code == 422
    assert all(each["pointer"].startswith("/subject") for each in refused.get_json()["errors"])
