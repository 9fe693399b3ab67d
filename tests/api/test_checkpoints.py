"""The auditor's proofs: heads, what lies between two of them, where an entry stands, and what is not covered yet."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from benefits.assurance import checkpoint, merkle
from benefits.assurance.checkpoint import VerifierKey
from benefits.assurance.seal import copies
from benefits.assurance.seal.places import Places
from benefits.jobs.work import Shop
from config.settings import Settings
from models.seal import RecordCheckpoint
from tests.clock import machine_now
from tests.driver import Api
from tests.sealed import session_of, shop_of, signed, write
from tests.story import colleague
from tools.provision import Provisioned


@pytest.fixture
def shop(settings: Settings, committed: Provisioned) -> Iterator[Shop]:
    with shop_of(settings, committed) as opened:
        yield opened


@pytest.fixture
def heads(shop: Shop) -> list[RecordCheckpoint]:
    """Two heads, three hundred entries apart."""
    return [signed(shop), signed(shop, entries=300)]


def raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def page(api: Api) -> dict[str, Any]:
    found: dict[str, Any] = api("auditor").get("/audit/checkpoints").get_json()
    return found


def test_heads_are_listed_with_keys_and_the_blind_window(
    committed_api: Api, shop: Shop, heads: list[RecordCheckpoint]
) -> None:
    whole = page(committed_api)
    assert [item["size"] for item in whole["items"]] == [heads[1].size, heads[0].size]
    assert whole["next"] is None
    assert whole["money"] == "moves"
    keys = [VerifierKey.read(each["verifier"]) for each in whole["keys"]]
    for item in whole["items"]:
        head = checkpoint.opened(item["note"], keys)
        assert (head.size, head.root) == (item["size"], raw(item["root"]))
    before = whole["blind_window"]
    write(shop, 5)
    after = page(committed_api)["blind_window"]
    assert after["entries"] >= before["entries"] + 5
    assert after["sealed"] == before["sealed"] == heads[1].size
    assert datetime.fromisoformat(after["since"]) < machine_now()
    first = committed_api("auditor").get("/audit/checkpoints?limit=1").get_json()
    second = committed_api("auditor").get(f"/audit/checkpoints?limit=1&after={first['next']}").get_json()
    assert [item["size"] for item in second["items"]] == [heads[0].size]


def test_growth_between_two_heads_is_proved(committed_api: Api, heads: list[RecordCheckpoint]) -> None:
    first, second = heads
    shown = committed_api("auditor").get(f"/audit/checkpoints/{second.size}/proof?from={first.size}").get_json()
    proof = [raw(step) for step in shown["proof"]]
    assert merkle.grown(first.size, second.size, proof, raw(shown["from"]["root"]), raw(shown["to"]["root"]))
    assert not merkle.grown(first.size, second.size, proof[:-1], raw(shown["from"]["root"]), raw(shown["to"]["root"]))


def test_an_entry_is_proved_under_either_head(committed_api: Api, heads: list[RecordCheckpoint]) -> None:
    auditor = committed_api("auditor")
    event = auditor.get("/audit/events?order=oldest&limit=1").get_json()["items"][0]
    for query, size in (("", heads[1].size), (f"?size={heads[0].size}", heads[0].size)):
        shown = auditor.get(f"/audit/events/{event['n']}/proof{query}").get_json()
        assert shown["checkpoint"]["size"] == size
        leaf = merkle.leaf_hash(shown["body"].encode())
        assert leaf == raw(shown["leaf"])
        proof = [raw(step) for step in shown["proof"]]
        assert merkle.inside(leaf, shown["position"], size, proof, raw(shown["checkpoint"]["root"]))
        other = merkle.leaf_hash(shown["body"].replace("insert", "update").encode())
        assert not merkle.inside(other, shown["position"], size, proof, raw(shown["checkpoint"]["root"]))


def test_an_entry_that_is_too_new_says_how_long(committed_api: Api, shop: Shop) -> None:
    auditor = committed_api("auditor")
    newest = auditor.get("/audit/events?limit=1").get_json()["items"][0]["n"]
    answer = auditor.get(f"/audit/events/{newest}/proof")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not_yet_sealed")
    assert answer.get_json()["params"]["due_s"] == "60"
    first, second = signed(shop), signed(shop)
    assert auditor.get(f"/audit/events/{newest}/proof").status_code == 200
    newest = auditor.get("/audit/events?kind=reading&limit=1").get_json()["items"][0]["n"]
    early = auditor.get(f"/audit/events/{newest}/proof?size={first.size}")
    assert early.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in early.get_json()["errors"]] == [
        ("/size", "checkpoint_too_old")
    ]
    assert auditor.get(f"/audit/events/{newest}/proof?size={second.size}").status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/audit/checkpoints/999999", 404, None),
        ("/audit/checkpoints/99999999999999999999", 404, None),
        ("/audit/checkpoints/{size}/proof", 422, "/from required"),
        ("/audit/checkpoints/{size}/proof?from=1", 422, "/from checkpoint_unknown"),
        ("/audit/checkpoints/{first}/proof?from={size}", 422, "/from checkpoint_too_new"),
        ("/audit/checkpoints/{size}/proof?from=x", 422, "/from wrong_type"),
        ("/audit/events/1/proof?size=7", 422, "/size checkpoint_unknown"),
        ("/audit/events/999999/proof", 404, None),
    ],
)
def test_what_is_not_there(
    committed_api: Api, heads: list[RecordCheckpoint], path: str, status: int, code: str | None
) -> None:
    answer = committed_api("auditor").get(path.format(first=heads[0].size, size=heads[1].size))
    assert answer.status_code == status
    if code:
        (fault,) = answer.get_json()["errors"]
        assert f"{fault['pointer']} {fault['code']}" == code


def test_heads_are_for_auditors(committed_api: Api, heads: list[RecordCheckpoint]) -> None:
    size = heads[0].size
    for path in ("", f"/{size}", f"/{size}/proof?from={size}", f"/{size}/slip.pdf"):
        for who in ("officer", "finance", "admin"):
            assert committed_api(who).get(f"/audit/checkpoints{path}").status_code == 403


def test_a_proof_is_for_who_may_read_the_entry(committed_api: Api, heads: list[RecordCheckpoint]) -> None:
    colleague(committed_api, "auditor-d02", "auditor", unit="AH-D02", person=777)
    elsewhere = committed_api("auditor").get("/audit/events?unit_code=AH-D01&order=oldest").get_json()["items"][0]["n"]
    assert committed_api("auditor").get(f"/audit/events/{elsewhere}/proof").status_code == 200
    assert committed_api("auditor-d02").get(f"/audit/events/{elsewhere}/proof").status_code == 404


def test_copies_and_slip(committed_api: Api, shop: Shop, tmp_path: Path) -> None:
    places = Places(folder=tmp_path)
    head = signed(shop, places)
    auditor = committed_api("auditor")
    assert auditor.get(f"/audit/checkpoints/{head.size}").get_json()["copies"][0]["state"] == "waiting"
    with session_of(shop) as session:
        assert copies.send_one(session, places, machine_now())
    (copy,) = auditor.get(f"/audit/checkpoints/{head.size}").get_json()["copies"]
    assert (copy["place"], copy["state"], copy["tries"]) == ("folder", "sent", 1)
    for language in ("zh-CN", "en"):
        paper = committed_api("auditor", language=language).get(f"/audit/checkpoints/{head.size}/slip.pdf")
        assert (paper.status_code, paper.content_type) == (200, "application/pdf")
        assert paper.data.startswith(b"%PDF")


def test_measures_tell_the_blind_window(committed_api: Api, shop: Shop) -> None:
    signed(shop)
    write(shop, 4)
    as_recorded = replace(committed_api.app.config["SETTINGS"], clock_offset_s=0)
    committed_api.app.config["SETTINGS"] = as_recorded  # seconds are told by the clock of the record
    told = committed_api(None).get("/metrics").get_data(as_text=True)
    values = dict(line.split(" ") for line in told.splitlines() if line.startswith("benefits_") and "{" not in line)
    assert float(values["benefits_record_unproved_entries"]) >= 4
    assert float(values["benefits_record_unproved_seconds"]) >= 0
    assert float(values["benefits_money_rests"]) == 0
