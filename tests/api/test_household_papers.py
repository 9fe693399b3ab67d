"""What a file gives out: its aid record over the whole household, its printed form, and a notice that names nobody."""

from __future__ import annotations

import json
from io import BytesIO

from pypdf import PdfReader

from tests.api.test_case_documents import PDF, hand_in
from tests.api.test_case_notice import At, posted_on
from tests.api.test_household_cases import change
from tests.api.test_households import patched
from tests.api.test_one_household import hold_wife, in_d02
from tests.clock import today
from tests.driver import Api
from tests.families import HEAD, born, file_of, number_of, prepared_file, seated
from tests.story import approved, card, done, filed, identity, new_fund, released, rows


def printed(api: Api, path: str, by: str = "officer", language: str = "zh-CN") -> str:
    answer = api(by, language=language).get(f"{path}/file.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), answer.get_data()
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.get_data())).pages)


def readings(api: Api) -> int:
    return int(rows(api, "SELECT count(*) AS n FROM record_entry WHERE action = 'household.read'")[0].n)


def test_the_aid_record_tells_of_the_whole_household_and_of_others_only_a_sum(api: Api) -> None:
    in_d02(api)
    fund = new_fund(api, unit="AH")
    approved(api, fund, "D02-001", "500.00")  # the wife's, before she sat in her husband's file
    change(api, "UPDATE household SET state = 'exited', exited_on = current_date")
    path = hold_wife(api)
    case, payment = approved(api, fund, amount="300.00")
    released(api, fund, [payment])
    record = done(api("officer").get(f"{path}/aid"))
    assert [(line["amount"], line["unit_code"], line["state"]) for line in record["items"]] == [
        ("500.00", "AH-D02", "reserved"),
        ("300.00", "AH-D01", "reserved"),
    ]
    assert [line["payment"] for line in record["items"]] == ["reserved", "released"]
    assert {line["source"] for line in record["items"]} == {"union_funds"}
    assert f"/applications/{record['items'][1]['application_id']}" == case
    assert (record["elsewhere"], record["next"]) == ("0.00", None)
    narrow = done(api("officer2").get(f"{path}/aid"))  # sees AH-D01 only
    assert ([line["amount"] for line in narrow["items"]], narrow["elsewhere"]) == (["300.00"], "500.00")
    assert api("officer-d02").get(f"{path}/aid").status_code == 404


def test_the_printed_form_has_every_field_and_what_is_missing_of_the_evidence(api: Api) -> None:
    path = prepared_file(api, details=HEAD, main_cause="6", second_causes=["9"], contact="刘干事")
    child = identity(840, born(9))
    seated(api, path, "20", name="王小小", id_number=child, consent=today().isoformat())
    case = filed(api, amount="300.00")
    done(hand_in(api("officer"), case, PDF, title="户口本复印件"))
    done(api("officer").act(case, "submit"))
    done(api("reviewer").act(case, "approve", {"fund_id": new_fund(api)}))
    before = readings(api)
    text = printed(api, path)
    for said in ("困难职工档案表", "职工编号*", "深度困难", "患重特大疾病", "子女上学", "刘干事", "糖尿病", "王小小"):
        assert said in text
    for said in ("家庭月人均收入*", "¥2,000.00", "户口本复印件", "缺", "¥300.00", "生活救助", "公示结果"):
        assert said in text
    for secret in (child, number_of(api, "D01-001"), card(1)):
        assert secret not in text
    kept_back = printed(api, path, by="auditor")
    assert "王**" in kept_back
    assert "（不予显示）" in kept_back
    for secret in ("糖尿病", "王小小", "合肥市某路", "乳腺癌"):
        assert secret not in kept_back
    english = printed(api, path, language="en")
    assert "Hardship File" in english
    assert "deep hardship" in english
    assert readings(api) - before == 2  # the two that showed health


def test_the_fields_are_told_with_their_codes(api: Api) -> None:
    form = done(api("officer", language="zh-CN").get("/households/form"))
    health = next(field for field in form["head"] if field["name"] == "health")
    assert (health["label"], health["starred"], len(health["codes"])) == ("健康状况", True, 20)
    disability = next(field for field in form["head"] if field["name"] == "disability")
    assert len(disability["codes"]) == 28
    assert "name" not in {field["name"] for field in form["head"]}


# statement 31
def test_a_notice_tells_nothing_of_the_file(api: Api, at: At) -> None:
    path = prepared_file(api, details={**HEAD, "other_contact": "0551-60000000"}, main_cause="6", contact="刘干事")
    child = identity(841, born(9))
    seated(api, path, "20", name="王小小", id_number=child, phone="13855552222", consent=today().isoformat())
    _, notice = posted_on(api, at, today(), 5)
    shown = json.dumps(done(at(today(), 11)("officer", language="zh-CN").get(notice)), ensure_ascii=False)
    own = number_of(api, "D01-001")
    for secret in (child, own, own[-4:], "13855552222", "王小小", "赵春梅", "diabetes", "糖尿病", "cancer", "乳腺癌"):
        assert secret not in shown
    for secret in ("合肥市某路", "0551-60000000", card(1)[-4:], "王建国", "患重特大疾病"):
        assert secret not in shown


def test_an_aid_that_was_taken_back_stays_in_the_record_and_counts_nothing(api: Api) -> None:
    case, _ = approved(api, new_fund(api))
    done(api("reviewer").act(case, "return", {"reason": "复核"}))
    path = f"/households/{file_of(api)['id']}"
    record = done(api("officer").get(f"{path}/aid"))
    assert [(line["state"], line["payment"]) for line in record["items"]] == [("released", "cancelled")]
    assert record["elsewhere"] == "0.00"
    assert patched(api, path, {"contact": "李干事"}).status_code == 200
