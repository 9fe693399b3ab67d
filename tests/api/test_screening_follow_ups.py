"""追访 over HTTP: by when, tried how often, examined again, closed with evidence, given up, taken up again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from tests.clock import today
from tests.driver import Api
from tests.screened import CLEAR, attended, disclosed, entries, follow_ups, result_of
from tests.story import books, done, rows

TODAY = today().isoformat()
UNEASY = {**CLEAR, "bi_rads_left": "0"}


def opened(api: Api, codes: dict[str, Any] | None = None) -> tuple[str, str]:
    """The paths of a follow-up and its result."""
    result = result_of(api, attended(api), UNEASY if codes is None else codes)
    return f"/screening/follow-ups/{follow_ups(api, result)[0]['id']}", result


def tried(api: Api, path: str, reached: bool = False, way: str = "phone", by: str = "officer") -> Any:
    return api(by).act(path, "attempts", {"on": TODAY, "way": way, "reached": reached})


def close(api: Api, path: str, outcome: str, evidence: str, **other: Any) -> Any:
    body = {"outcome": outcome, "evidence": evidence, "on": TODAY, **other}
    return api("medical").act(path, "close", body)


def test_the_days_come_from_the_figures_of_the_rules(api: Api) -> None:
    path, _ = opened(api)
    shown = done(api("officer").get(path))
    for day, after in (("inform_by", 10), ("examine_by", 30), ("close_by", 90)):
        assert shown[day] == (today() + timedelta(days=after)).isoformat()
    assert not shown["overdue"]
    assert "step" not in shown
    assert "codes" not in shown


def test_she_is_informed_examined_and_the_result_is_closed(api: Api) -> None:
    path, result = opened(api)
    assert done(tried(api, path))["state"] == "open"
    told = done(tried(api, path, reached=True, way="letter"))
    assert (told["state"], told["informed_on"], told["informed_how"], len(told["attempts"])) == (
        "informed",
        TODAY,
        "letter",
        2,
    )
    assert close(api, path, "cleared", "medical_report").get_json()["params"]["state"] == "informed"
    seen = done(
        api("medical").act(path, "examine", {"on": TODAY, "institution": "省肿瘤医院", "codes": {"bi_rads_left": "2"}})
    )
    assert (seen["state"], seen["examined_on"]) == ("examined", TODAY)
    assert "institution" not in seen
    assert close(api, path, "cleared", "signed_refusal").get_json()["errors"][0]["code"] == "evidence_does_not_fit"
    ended = done(close(api, path, "cleared", "medical_report", finding="纤维腺瘤，定期复查"))
    assert (ended["state"], ended["ended"], ended["evidence"]) == ("closed", "completed", "medical_report")
    assert done(api("officer").get(result))["result_class"] == "closed"
    (one,) = disclosed(api, result)["follow_ups"]
    assert (one["step"], one["closure"]["outcome"]) == ("mammography", "cleared")
    assert one["examination"]["institution"] == "省肿瘤医院"
    assert tried(api, path).get_json()["code"] == "state_forbids"


def test_a_further_step_is_followed_up_too(api: Api) -> None:
    path, result = opened(api)
    done(api("medical").act(path, "examine", {"on": TODAY, "codes": {"bi_rads_left": "4B"}}))
    assert [each["step"] for each in disclosed(api, result)["follow_ups"]] == ["mammography", "pathology"]
    done(close(api, path, "cleared", "medical_report"))
    assert done(api("officer").get(result))["result_class"] == "needs_follow_up"


def test_she_is_given_up_after_three_attempts_in_vain(api: Api) -> None:
    path, result = opened(api)
    for made in range(3):
        refused = close(api, path, "lost", "attempts")
        assert (refused.status_code, refused.get_json()["params"]["made"]) == (409, str(made))
        done(tried(api, path))
    assert done(close(api, path, "lost", "attempts"))["ended"] == "lost"
    assert done(api("officer").get(result))["result_class"] == "closed"
    again = done(api("medical").act(path, "reopen"))
    assert (again["state"], again["reopened"], again["closed_on"], again["ended"]) == ("open", 1, None, None)
    assert done(api("officer").get(result))["result_class"] == "needs_follow_up"


def test_what_she_refuses_is_declined(api: Api) -> None:
    path, result = opened(api)
    done(close(api, path, "declined", "signed_refusal"))
    assert done(api("officer").get(result))["result_class"] == "declined"
    assert api("medical").act(path, "examine", {"on": TODAY}).get_json()["code"] == "state_forbids"


def test_a_finding_needs_her_separate_consent(api: Api) -> None:
    result = result_of(api, attended(api, detail=False), result_class="needs_follow_up")
    path = f"/screening/follow-ups/{follow_ups(api, result)[0]['id']}"
    refused = api("medical").act(path, "examine", {"on": TODAY, "institution": "省肿瘤医院"})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "consent_missing")
    done(api("medical").act(path, "examine", {"on": TODAY}))
    assert close(api, path, "treated", "medical_report", finding="x").get_json()["code"] == "consent_missing"
    done(close(api, path, "treated", "medical_report"))
    assert disclosed(api, result)["follow_ups"][0]["closure"] is None


def test_the_overdue_are_listed(api: Api) -> None:
    path, _ = opened(api)
    assert done(api("officer").get("/screening/follow-ups?overdue=true"))["items"] == []
    with books(api) as session:
        session.execute(rewound())
    (late,) = done(api("officer").get("/screening/follow-ups?overdue=true"))["items"]
    assert (late["id"], late["overdue"]) == (path.rpartition("/")[2], True)
    assert done(api("officer").get("/screening/follow-ups?overdue=false"))["items"] == []


def rewound() -> Any:
    """Everything opened twenty days earlier."""
    return text(
        "UPDATE screening_follow_up SET opened_on = opened_on - 20, inform_by = inform_by - 20, "
        "examine_by = examine_by - 20, close_by = close_by - 20"
    )


def test_an_officer_tries_to_reach_her_and_decides_nothing(api: Api) -> None:
    path, _ = opened(api)
    assert api("officer").act(path, "examine", {"on": TODAY}).status_code == 403
    assert api("officer").act(path, "close", {}).status_code == 403
    assert api("officer").act(path, "reopen").status_code == 403
    for username in ("reviewer", "auditor"):
        assert tried(api, path, by=username).status_code == 403
    assert api("officer2").get(path).status_code == 404
    early = api("officer").act(path, "attempts", {"on": "2026-01-01", "way": "phone", "reached": True})
    assert early.get_json()["errors"][0]["pointer"] == "/on"


def test_the_notice_is_neutral_and_its_printing_recorded(api: Api) -> None:
    path, _ = opened(api)
    for language in ("zh-CN", "en"):
        printed = api("officer", language=language).get(f"{path}/letter.pdf?phone=0551-62999800")
        assert (printed.status_code, printed.content_type) == (200, "application/pdf")
        assert printed.data.startswith(b"%PDF")
    assert api("reviewer").get(f"{path}/letter.pdf").status_code == 403
    assert [body["data"]["roles"] for body in entries(api, "screening.letter")] == [["officer"], ["officer"]]
    (row,) = rows(api, "SELECT count(*) AS n FROM record_entry WHERE action = 'screening.letter' AND kind = 'reading'")
    assert row.n == 2
