"""The papers of a case: what is taken, how it is kept, who reads it; and the papers that the system prints."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from tests.driver import Api, Caller
from tests.story import LIVING, approved, done, filed, new_fund, released, rows, submitted

PDF = b"%PDF-1.7\n secret diagnosis \n%%EOF"
JPEG = b"\xff\xd8\xff\xe0 secret diagnosis"
PNG = b"\x89PNG\r\n\x1a\n secret diagnosis"


def hand_in(who: Caller, path: str, content: bytes, title: str = "诊断证明", name: str = "x.bin", **more: Any) -> Any:
    form = {"title": title, "file": (BytesIO(content), name), **more}
    return who.post(f"{path}/documents", data=form, if_match=who.get(path).headers["ETag"])


@pytest.mark.parametrize(("content", "kind"), [(PDF, "application/pdf"), (JPEG, "image/jpeg"), (PNG, "image/png")])
def test_a_paper_comes_back_as_it_was_and_lies_encrypted(api: Api, content: bytes, kind: str) -> None:
    path = filed(api)
    made = done(hand_in(api("officer"), path, content, name="改名.exe"))
    assert (made["media_type"], made["size"], made["title"]) == (kind, len(content), "诊断证明")
    assert made["sha256"] == hashlib.sha256(content).hexdigest()
    read = api("reviewer").get(f"{path}/documents/{made['id']}")
    assert (read.status_code, read.get_data(), read.mimetype) == (200, content, kind)
    assert read.headers["Cache-Control"] == "no-store"
    assert read.headers["X-Content-Type-Options"] == "nosniff"
    assert "attachment" in read.headers["Content-Disposition"]
    (row,) = rows(api, "SELECT content FROM document")
    assert b"secret" not in bytes(row.content)
    assert [each["id"] for each in done(api("officer").get(path))["documents"]] == [made["id"]]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"MZ\x90\x00",
        b"PK\x03\x04",
        b"<html><script>",
        b" %PDF-1.7",
        b"\x89PNG",
        b"%PDF",
        b"\xff\xd8",
        b"\x00%PDF-1.7",
    ],
)
def test_nothing_but_pdf_jpeg_and_png(api: Api, content: bytes) -> None:
    path = filed(api)
    answer = hand_in(api("officer"), path, content, name="x.pdf")
    assert answer.status_code == 422, answer.get_json()
    assert [each["code"] for each in answer.get_json()["errors"]] == ["paper_kind_refused"]
    assert rows(api, "SELECT 1 FROM document") == []


def test_a_paper_has_a_size_and_a_title(api: Api) -> None:
    path = filed(api)
    head = b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n--b\r\n'
    head += b'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    big = api("officer").post(
        f"{path}/documents",
        data=head + PDF + b"0" * (10 * 1024 * 1024) + b"\r\n--b--\r\n",
        content_type="multipart/form-data; boundary=b",
        if_match=api("officer").get(path).headers["ETag"],
    )
    assert [each["code"] for each in big.get_json()["errors"]] == ["paper_too_large"]
    for title in ("", "  ", "x" * 101):
        assert hand_in(api("officer"), path, PDF, title=title).status_code == 422, title
    assert hand_in(api("officer"), path, PDF, more="x").status_code == 422
    tag = api("officer").get(path).headers["ETag"]
    assert api("officer").post(f"{path}/documents", data={"title": "x"}, if_match=tag).status_code == 422
    as_json = api("officer").post(f"{path}/documents", {"title": "x", "file": "JVBERi0="}, if_match=tag)
    assert as_json.status_code in {415, 422}
    assert rows(api, "SELECT 1 FROM document") == []


def test_who_reads_is_recorded_and_who_may_not_is_refused(api: Api) -> None:
    path = filed(api)
    place = f"{path}/documents/{done(hand_in(api('officer'), path, PDF))['id']}"
    for who in ("officer", "reviewer", "auditor"):
        assert api(who).get(place).status_code == 200
    for who in ("policy", "medical", "admin"):
        assert api(who).get(place).status_code == 403
    readings = rows(
        api,
        "SELECT a.username FROM record_entry r JOIN account a ON a.id = r.account_id "
        "WHERE r.kind = 'reading' AND r.table_name = 'document' AND r.row_id = :id ORDER BY r.n",
        id=place.rpartition("/")[2],
    )
    assert [row.username for row in readings] == ["officer", "reviewer", "auditor"]


def test_a_paper_taken_out_stays_for_the_auditor(api: Api) -> None:
    path = filed(api)
    place = f"{path}/documents/{done(hand_in(api('officer'), path, PDF))['id']}"
    tag = api("officer").get(path).headers["ETag"]
    assert api("reviewer").delete(place, if_match=tag).status_code == 403
    assert api("officer").delete(place, if_match=tag).status_code == 204
    assert done(api("officer").get(f"{path}/documents"))["items"] == []
    assert api("officer").get(place).status_code == 404
    tag = api("officer").get(path).headers["ETag"]
    assert api("officer").delete(place, if_match=tag).status_code == 404
    (row,) = rows(api, "SELECT removed_at, length(content) AS size FROM document")
    assert row.removed_at is not None
    assert row.size > len(PDF)


def test_papers_are_frozen_once_handed_in(api: Api) -> None:
    path = filed(api)
    place = f"{path}/documents/{done(hand_in(api('officer'), path, PDF))['id']}"
    done(api("officer").act(path, "submit"))
    assert hand_in(api("officer"), path, PNG).status_code == 409
    tag = api("officer").get(path).headers["ETag"]
    assert api("officer").delete(place, if_match=tag).status_code == 409
    done(api("reviewer").act(path, "return", {"reason": "补材料"}))
    assert hand_in(api("officer"), path, PNG).status_code == 201


def test_what_was_seen_covers_the_papers(api: Api) -> None:
    seen = []
    for content in (PDF, PNG):
        path = filed(api)
        hand_in(api("officer"), path, content)
        seen.append(done(api("auditor").get(f"{path}/trail"))["items"][-1]["seen"])
    assert seen[0] != seen[1]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_form_and_slip_come_out_in_every_state(api: Api, language: str) -> None:
    fund = new_fund(api)

    def paper(path: str, who: str = "officer") -> None:
        answer = api(who, language=language).get(path)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), answer.get_data()
        assert answer.get_data().startswith(b"%PDF-")
        assert answer.headers["Cache-Control"] == "no-store"

    paper(f"{filed(api, 'D02-003')}/form.pdf")  # a name beyond the basic plane
    paper(f"{submitted(api, 'D03-002', None)}/form.pdf")
    path, payment = approved(api, fund)
    paper(f"{path}/form.pdf", "auditor")
    paper(f"/disbursements/{payment}/slip.pdf", "finance")
    released(api, fund, [payment])
    paper(f"/disbursements/{payment}/slip.pdf", "cashier")
    paper(f"{path}/form.pdf", "reviewer")
    assert api("admin").get(f"{path}/form.pdf").status_code == 403


def test_the_form_of_a_changed_case_shows_the_change(api: Api) -> None:
    path = submitted(api)
    done(api("reviewer").act(path, "return", {"reason": "补充"}))
    changed = {**LIVING, "annual_rigid_spending": "27000.00"}
    tag = api("officer").get(path).headers["ETag"]
    done(api("officer").patch(path, {"facts": changed}, if_match=tag))
    printed = PdfReader(BytesIO(api("officer").get(f"{path}/form.pdf").get_data()))
    shown = "".join(page.extract_text() for page in printed.pages)
    assert "27,000.00" in shown
    assert "28,000.00" not in shown
