"""The two papers: what they say, what they hide, and that names survive copying and searching."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from time import sleep

import pytest
from pypdf import PdfReader

from benefits.papers import labels as labels_package
from benefits.papers.application_form import application_form
from benefits.papers.case import Act, ApplicationForm, Document, Fact
from benefits.papers.font import font, printable
from benefits.papers.labels import labels
from benefits.papers.payment_slip import payment_slip
from tests.unit.papers.paper_samples import CASE, RARE, SLIP

LANGUAGES = ("zh-CN", "en")


def pages(pdf: bytes) -> list[str]:
    """The text of each page without line ends and blanks, for a box breaks where it must."""
    return ["".join((page.extract_text() or "").split()) for page in PdfReader(BytesIO(pdf)).pages]


def form_text(form: ApplicationForm, language: str = "zh-CN") -> str:
    return "".join(pages(application_form(form, language)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("draw", [lambda lang: application_form(CASE, lang), lambda lang: payment_slip(SLIP, lang)])
def test_every_font_is_embedded_and_names_beyond_the_first_plane_are_found(
    language: str, draw: Callable[[str], bytes]
) -> None:
    reader = PdfReader(BytesIO(draw(language)))
    for page in reader.pages:
        for one in page["/Resources"]["/Font"].values():
            assert "/FontFile2" in one.get_object()["/FontDescriptor"].get_object()
    text = "".join(page.extract_text() for page in reader.pages)
    assert RARE in text
    assert "汤㛃" in text
    assert "方䶮" in text
    assert reader.trailer["/Root"]["/Lang"] == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_input_gives_the_same_bytes(language: str) -> None:
    first = application_form(CASE, language)
    assert application_form(CASE, language) == first
    assert application_form(replace(CASE, version=8), language) != first


def test_only_one_thread_reads_the_font_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reader has one place in the file; two that move it at once would embed the wrong glyphs."""
    alone = payment_slip(SLIP, "en")
    face = font().face
    subset = face.makeSubset
    inside: list[int] = []
    most = 0

    def makes_subset(codes: list[int]) -> bytes:
        nonlocal most
        inside.append(1)
        most = max(most, len(inside))
        sleep(0.01)
        made: bytes = subset(codes)
        inside.pop()
        return made

    monkeypatch.setattr(face, "makeSubset", makes_subset)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: payment_slip(SLIP, "en"), range(6)))
    assert most == 1
    assert together == [alone] * 6


def test_the_form_says_all_that_was_decided() -> None:
    text = form_text(CASE)
    for said in (
        "安徽省教科文卫体工会",
        "职工帮扶（慰问）申请审批表",
        "编号：AH-3408-01-2022-000017",
        "劳务派遣",
        "心血管内科（二病区）",
        "¥8,000.50",
        "捌仟元伍角整",
        "柒仟贰佰元整",
        "深度困难",
        "¥555.56",
        "不符合",
        "待核实",
        "≤7200.00",
        "家庭经济状况核对授权委托书",
        "签名：李卫东2022年3月14日",
        "同意。批准金额¥7,200.00（柒仟贰佰元整）。按年度上限批准，公示无异议。",
        "2022年3月18日11:00",
        "案件018f2f9e-7a61-7c5a-9a55-3f2f6f1f0a01版本7",
        CASE.digest,
        "打印时间2022年3月20日16:30打印人汤㛃",
        "第1页共2页",
        "第2页共2页",
    ):
        assert said in text, said


def test_the_form_in_english_has_english_labels_and_keeps_what_people_wrote() -> None:
    text = form_text(CASE, "en")
    for said in (
        "ApplicationandApprovalForm",
        "Bornon1987-03-15",
        "notmet",
        "Page1of2",
        "已入户核实。",
        "柒仟贰佰元整",
    ):
        assert said in text, said
    assert "申请人情况" not in text


def test_numbers_of_persons_are_masked_whatever_is_handed_in() -> None:
    text = form_text(CASE) + "".join(pages(payment_slip(SLIP, "zh-CN")))
    assert "340***********0027" in text
    assert "138****1234" in text
    assert text.count("****1997") == 2
    for secret in ("340000198703150027", "19870315", "13812341234", "6217994628194821997", "62179946"):
        assert secret not in text


def test_boxes_stay_empty_for_ink_until_somebody_acted() -> None:
    text = form_text(replace(CASE, acts=(), amount_approved=None, state="draft"))
    assert text.count("签名：＿＿＿＿＿＿＿＿年月日（盖章）") == 3
    assert "尚未审批" in text
    assert "李卫东" not in text


def test_what_came_before_a_return_or_an_appeal_fills_no_box() -> None:
    at = datetime(2022, 3, 21, 3, 0, tzinfo=UTC)
    returned = form_text(replace(CASE, acts=(*CASE.acts, Act("return", "王秀英", at))))
    assert "签名：李卫东" not in returned
    rejected = (*CASE.acts[:-1], Act("reject", "王秀英", at, "超出限额。"))
    assert "不予批准。超出限额。" in form_text(replace(CASE, acts=rejected))
    appealed = form_text(replace(CASE, acts=(*rejected, Act("appeal", "方䶮", at))))
    assert "不予批准。超出限额。" not in appealed
    assert "申请人对原决定有异议，提请复议。" in appealed


def test_long_lists_flow_over_pages_under_their_head_and_lose_nothing() -> None:
    documents = tuple(Document(f"材料第{number:03}号", "证明", date(2022, 3, 9)) for number in range(1, 121))
    per_page = pages(application_form(replace(CASE, documents=documents), "zh-CN"))
    assert len(per_page) >= 5
    for number, text in enumerate(per_page, start=1):
        assert f"第{number}页共{len(per_page)}页" in text
        if "材料第" in text:
            assert "材料名称" in text
    whole = "".join(per_page)
    assert all(whole.count(document.name) == 1 for document in documents)


def test_a_text_longer_than_a_page_is_continued_to_its_last_character() -> None:
    text = form_text(replace(CASE, facts=(Fact("事由", "困" * 6000 + "终"),)))
    assert text.count("困") >= 6000
    assert text.count("终") == 1


@pytest.mark.timeout(20)
def test_more_signatures_than_a_page_holds_still_come_to_an_end() -> None:
    at = datetime(2022, 3, 14, 3, 0, tzinfo=UTC)
    text = form_text(replace(CASE, acts=[Act("endorse", f"复核{number:03}", at) for number in range(90)]))
    assert "复核089" in text


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("𠮷田", "〔U+20BB7〕田"),  # no glyph in the font
        ("王\u202e小", "王〔U+202E〕小"),  # turns the reading order
        ("王\u0000小", "王〔U+0000〕小"),
        ("葛\U000e0100", "葛〔U+E0100〕"),  # a variant that the font does not know
        ("a\tb\r\nc", "a b\nc"),
        (RARE, RARE),
    ],
)
def test_nothing_is_silently_blank(typed: str, printed: str) -> None:
    assert printable(typed) == printed
    shown = form_text(replace(CASE, applicant=replace(CASE.applicant, name=typed)))
    assert "".join(printed.split()) in shown


def test_the_slip_says_who_paid_whom_what_and_through_whose_hands() -> None:
    only = pages(payment_slip(SLIP, "zh-CN"))
    assert len(only) == 1
    for said in (
        "付款凭单",
        "柒仟贰佰元整",
        "¥7,200.00",
        "财政专项资金",
        "B-2022-0007",
        "AH-3408-01-2022-000017",
        "已付讫",
        "ABC20220319000123",
        "2022年3月19日",
        "方䶮2022年3月9日",
        "陈静",
        "赵国强",
        "孙丽华",
        "领款：",
    ):
        assert said in only[0], said


def test_a_slip_before_payment_has_room_for_every_signature() -> None:
    bare = replace(
        SLIP, state="reserved", prepared_by=None, checked_by=None, released_by=None, paid_on=None, bank_serial=""
    )
    text = "".join(pages(payment_slip(bare, "zh-CN")))
    assert "待付款" in text
    assert all(f"{duty}：" in text for duty in ("制单", "审核", "出纳", "领款"))


def test_both_languages_have_the_same_labels() -> None:
    def keys(table: dict[str, object], path: str = "") -> set[str]:
        return {
            key
            for name, value in table.items()
            for key in (keys(value, f"{path}{name}.") if isinstance(value, dict) else {path + name})
        }

    folder = Path(labels_package.__file__).parent
    read = {file.stem: keys(tomllib.loads(file.read_text("utf-8"))) for file in folder.glob("*.toml")}
    assert read["zh-CN"] == read["en"]
    assert set(read) == set(LANGUAGES)


def test_an_unknown_language_is_refused_and_an_unknown_code_is_shown() -> None:
    assert labels("en").word("state", "new_state") == "new_state"
    with pytest.raises(KeyError):
        labels("fr")
