"""Evidence packages: what is in them, for whom, and that the stand-alone verifier agrees."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from benefits.assurance.evidence import job as evidence
from benefits.jobs.work import Shop
from benefits.jobs.worker import work_once
from config.settings import Settings
from tests import leave
from tests.clock import today
from tests.conftest import as_superuser
from tests.driver import Api
from tests.evidence import PDF, package, paid_case, signed
from tests.packages import SIGNER, assert_sound, contents, judged, packed, with_manifest
from tests.story import approved, colleague, done, filed, member_id, new_fund, rows
from tools import worker as tool
from tools.provision import Provisioned

Work = Callable[[], bool]


@pytest.fixture
def shop(settings: Settings, committed: Provisioned) -> Iterator[Shop]:
    made = tool.shop(replace(settings, database_url=committed.app_url), threading.Event())
    yield made
    made.engine.dispose()


def test_a_paid_case_is_proven_offline(committed_api: Api, worker: Work, shop: Shop, tmp_path: Path) -> None:
    api, case = committed_api, paid_case(committed_api).rpartition("/")[2]
    key = signed(shop)
    result, content = package(api, worker, {"subject": {"application_id": case}, "papers": True})
    assert_sound(judged(content, [key], folder=tmp_path))
    files = contents(content)
    tables = {name[5:-6] for name in files if name.startswith("rows/")}
    assert {"act", "application", "assessment", "bank_result", "disbursement", "document", "entitlement"} <= tables
    assert {"payment_batch", "policy", "voucher", "voucher_line"} <= tables
    assert files["index.zh-CN.pdf"].startswith(b"%PDF")
    assert PDF in files.values()
    (policy,) = (name for name in files if name.startswith("policies/"))
    assert b"[programme]" in files[policy] or b"edition" in files[policy]
    said = [json.loads(files[name]) for name in files if name.startswith("assessments/")]
    assert {one["answer"]["outcome"] for one in said} == {"eligible"}
    assert result["sha256"] == hashlib.sha256(content).hexdigest()
    assert (result["cases"], result["files"]) == (1, len(files))
    assert len(rows(api, "SELECT n FROM record_entry WHERE kind = 'reading' AND action = 'document'")) == 1
    (made,) = rows(api, "SELECT body ->> 'data' AS data FROM record_entry WHERE action = :kind", kind=evidence.KIND)
    assert json.loads(made.data)["sha256"] == result["sha256"]


def test_one_snapshot_gives_the_same_bytes(committed_api: Api, worker: Work, shop: Shop) -> None:
    case = paid_case(committed_api).rpartition("/")[2]
    signed(shop)
    first, second = (package(committed_api, worker, {"subject": {"application_id": case}})[1] for _ in range(2))
    assert first == second


def test_without_the_papers_their_digests_are_there(
    committed_api: Api, worker: Work, shop: Shop, tmp_path: Path
) -> None:
    case = paid_case(committed_api).rpartition("/")[2]
    key = signed(shop)
    _, content = package(committed_api, worker, {"subject": {"application_id": case}})
    files = contents(content)
    assert PDF not in files.values()
    assert hashlib.sha256(PDF).hexdigest().encode() in files["rows/document.jsonl"]
    assert [one["table"] for one in json.loads(files["manifest.json"])["withheld"]] == ["document"]
    assert_sound(judged(content, [key], folder=tmp_path))
    assert rows(committed_api, "SELECT n FROM record_entry WHERE kind = 'reading' AND action = 'document'") == []


@pytest.mark.parametrize("way", ["member_id", "application_ids", "period"])
def test_other_subjects(committed_api: Api, worker: Work, shop: Shop, tmp_path: Path, way: str) -> None:
    api, paths = committed_api, [paid_case(committed_api), filed(committed_api, "D01-002")]
    cases = [path.rpartition("/")[2] for path in paths]
    subject: dict[str, Any] = {
        "member_id": {"member_id": member_id(api, "D01-001")},
        "application_ids": {"application_ids": cases},
        "period": {"from": "2020-01-01T00:00:00+08:00", "until": "2090-01-01T00:00:00+08:00"},
    }[way]
    key = signed(shop)
    _, content = package(api, worker, {"subject": subject})
    files = contents(content)
    assert json.loads(files["manifest.json"])["cases"] == sorted(cases[:1] if way == "member_id" else cases)
    assert ("rows/membership.jsonl" in files) == (way == "member_id")
    assert_sound(judged(content, [key], folder=tmp_path))


def test_the_cases_of_a_round(committed_api: Api, worker: Work, shop: Shop, tmp_path: Path) -> None:
    api, day = committed_api, today()
    days = {"opens_on": f"{day}", "closes_on": f"{day + timedelta(9)}", "event_on": f"{day + timedelta(30)}"}
    of = leave.opened(api, **days)
    cases = [leave.candidate(api, of, member).rpartition("/")[2] for member in ("D01-002", "D01-004")]
    filed(api, "D01-003")
    key = signed(shop)
    _, content = package(api, worker, {"subject": {"round_id": of.rpartition("/")[2]}})
    files = contents(content)
    assert json.loads(files["manifest.json"])["cases"] == sorted(cases)
    assert of.rpartition("/")[2].encode() in files["rows/round.jsonl"]
    assert_sound(judged(content, [key], folder=tmp_path))


def sampled(api: Api, population: str, size: int, by: str = "auditor", unit: str = "AH") -> dict[str, Any]:
    body = {"population": population, "unit_code": unit, "method": "simple", "size": size, "seed": "3912.45"}
    days = {"from": f"{today().year}-01-01", "until": f"{today().year}-12-31"}
    drawn: dict[str, Any] = done(api(by).post("/audit/samples", {**body, **days}))
    return drawn


@pytest.mark.parametrize(("population", "drawn_from"), [("payments", 2), ("cases", 3)])
def test_a_sample_with_what_it_was_drawn_from(
    committed_api: Api, worker: Work, shop: Shop, tmp_path: Path, population: str, drawn_from: int
) -> None:
    api = committed_api
    paid = [paid_case(api, member).rpartition("/")[2] for member in ("D01-002", "D01-004")]
    case = approved(api, new_fund(api), "D01-003", "10.00")[0].rpartition("/")[2]
    sample = sampled(api, population, 2)
    sampled(api, population, 1)  # another, whose own record is not in the package
    key = signed(shop)
    _, content = package(api, worker, {"subject": {"sample_id": sample["id"]}})
    assert_sound(judged(content, [key], folder=tmp_path))
    files = contents(content)
    (row,) = map(json.loads, files["rows/audit_sample.jsonl"].splitlines())
    assert (row["row"], row["data"]["seed"], row["data"]["digest"]) == (sample["id"], "3912.45", sample["digest"])
    population_file = files[f"samples/{sample['id']}.csv"].decode()
    assert hashlib.sha256(population_file.encode()).hexdigest() == sample["digest"]
    ids = [line.partition(",")[0] for line in population_file.splitlines()[1:]]
    assert len(ids) == drawn_from
    seed = hashlib.sha256(b"3912.45").digest()
    by_hand = sorted(ids, key=lambda one: hashlib.sha256(seed + one.encode()).digest())[:2]
    kept = [json.loads(line)["data"] for line in files["rows/audit_sample_row.jsonl"].splitlines()]
    kept = sorted((one for one in kept if one["sample_id"] == sample["id"]), key=lambda one: one["number"])
    assert [one["disbursement_id"] or one["application_id"] for one in kept] == by_hand
    assert {one["reason"] for one in kept} == {"rank"}
    cases = json.loads(files["manifest.json"])["cases"]
    assert cases == sorted(one["application_id"] for one in kept)
    assert set(cases) <= {*paid, case}
    files[f"samples/{sample['id']}.csv"] += b"\n"
    manifest = {name: told for name, told in json.loads(files["manifest.json"]).items() if name != "files"}
    status, said = judged(packed(with_manifest(files, **manifest)), [key, SIGNER.public], folder=tmp_path)
    assert (status, said[1:]) == (1, [f"samples/{sample['id']}.csv: the record has another digest of it"])


def test_a_sample_out_of_sight_is_none(api: Api) -> None:
    approved(api, new_fund(api), "D01-001", "10.00")
    sample = sampled(api, "cases", 1)
    body = {"format": "package", "subject": {"sample_id": sample["id"]}}
    assert api("auditor").post("/audit/exports", body).status_code == 202
    assert api("officer").post("/audit/exports", body).status_code == 403
    for unit in ("AH-D01", "AH-D02"):  # whose case it is, but not whose sample; and another union
        colleague(api, f"auditor-{unit}", "auditor", unit=unit, person=870 + int(unit[-1]))
        for unseen in (sample["id"], str(uuid4())):
            refused = api(f"auditor-{unit}").post("/audit/exports", {**body, "subject": {"sample_id": unseen}})
            assert refused.status_code == 422
            assert refused.get_json()["errors"][0]["code"] == "no_such_cases"


def test_a_checkpoint_kept_outside_is_proven_to_be_the_beginning(
    committed_api: Api, worker: Work, shop: Shop, tmp_path: Path
) -> None:
    key = signed(shop)
    (early,) = rows(committed_api, "SELECT size, note FROM record_checkpoint")
    copy = tmp_path / "copy"
    copy.write_text(early.note)
    case = paid_case(committed_api).rpartition("/")[2]
    signed(shop, minutes=10)
    _, content = package(committed_api, worker, {"subject": {"application_id": case}, "held": [early.size]})
    assert_sound(judged(content, [key], f"--copy={copy}", folder=tmp_path))
    _, content = package(committed_api, worker, {"subject": {"application_id": case}})
    status, said = judged(content, [key], f"--copy={copy}", folder=tmp_path)
    assert (status, said[1:]) == (1, [f"copy: the checkpoint of {early.size} entries is not in the package"])


def test_a_row_altered_past_the_triggers_fails_the_package(
    committed_api: Api, worker: Work, shop: Shop, tmp_path: Path, committed: Provisioned, superuser_url: str
) -> None:
    """The package shows the books as they stand; the record says what they should be."""
    case = paid_case(committed_api).rpartition("/")[2]
    key = signed(shop)
    with as_superuser(superuser_url, committed) as superuser:
        superuser.execute(text("SET session_replication_role = replica"))
        superuser.execute(text("UPDATE disbursement SET amount = 1999.99"))
    _, content = package(committed_api, worker, {"subject": {"application_id": case}})
    status, (first, *differences) = judged(content, [key], folder=tmp_path)
    assert (status, first) == (1, "failed")
    (told,) = differences
    assert told.startswith("disbursement ")
    assert ": amount differ from its last entry (" in told


def test_a_package_waits_until_all_of_it_is_sealed(
    committed_api: Api, worker: Work, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "LONGEST_WAIT_S", 0.0)
    case = paid_case(committed_api).rpartition("/")[2]
    job = committed_api("auditor").post("/audit/exports", {"format": "package", "subject": {"application_id": case}})
    assert worker()
    ended = committed_api("auditor").get(job.headers["Location"]).get_json()
    assert (ended["state"], ended["result"]["code"]) == ("failed", "not_sealed_in_time")


def test_a_worker_without_the_key_leaves_packages_to_others(committed_api: Api, worker: Work, shop: Shop) -> None:
    case = paid_case(committed_api).rpartition("/")[2]
    signed(shop)
    job = committed_api("auditor").post("/audit/exports", {"format": "package", "subject": {"application_id": case}})
    assert not work_once(shop, tool.handlers(None))
    assert committed_api("auditor").get(job.headers["Location"]).get_json()["state"] == "queued"
    assert worker()
    assert committed_api("auditor").get(job.headers["Location"]).get_json()["state"] == "done"
