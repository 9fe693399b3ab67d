"""Plans of mutual aid as data: each term has a source, and what is only an example says so."""

from __future__ import annotations

from typing import Any

from tests.driver import Api
from tests.story import done


def plan(api: Api, code: str, on: str, language: str = "en") -> dict[str, Any]:
    """The terms of a plan on a day, by their codes."""
    shown = done(api("cashier", language=language).get(f"/mutual-aid/plans/{code}?on={on}"))
    return {term["term"]: term for term in shown["terms"]}


def test_every_term_has_its_source_and_marks_examples(api: Api) -> None:
    items = done(api("auditor").get("/mutual-aid/plans?on=2026-07-01"))["items"]
    assert [each["plan"] for each in items] == ["critical_illness", "women_illness", "accident", "medical"]
    for each in items:
        assert {"premium", "member_part", "term_months", "cycle_start", "age_from", "claim_papers"} <= {
            term["term"] for term in each["terms"]
        }
        for term in each["terms"]:
            assert term["source"]
            assert term["clause"]
            assert term["example"] is (term["confidence"] == "L")


def test_a_term_is_that_of_its_day(api: Api) -> None:
    """§17: the term belongs to the edition's day, never to the plan's name; 25 classes until 2023, then 35 + 25."""
    before, after = plan(api, "critical_illness", "2023-07-01"), plan(api, "critical_illness", "2025-07-01")
    assert (before["term_months"]["value"], after["term_months"]["value"]) == ("36", "12")
    assert (before["disease_list"]["value"], after["disease_list"]["value"]) == ("anhui-25", "35-severe-25-mild")
    assert (before["premium"]["value"], before["member_part"]["example"]) == ("66.00", True)


def test_lists_are_named_in_the_readers_language(api: Api) -> None:
    women = plan(api, "women_illness", "2026-07-01")
    assert len(women["diseases"]["items"]) == 8
    assert {"code": "breast", "label": "breast"} in women["diseases"]["items"]
    chinese = plan(api, "women_illness", "2026-07-01", "zh-CN")
    assert {"code": "breast", "label": "乳腺癌"} in chinese["diseases"]["items"]
    assert {"code": "pathology", "label": "病理或检验报告"} in chinese["claim_papers"]["items"]


def test_an_unknown_plan_or_a_day_without_an_edition_is_not_there(api: Api) -> None:
    assert api("officer").get("/mutual-aid/plans/pension").status_code == 404
    assert api("officer").get("/mutual-aid/plans/medical?on=2021-06-30").status_code == 404
    assert done(api("officer").get("/mutual-aid/plans?on=2021-06-30"))["items"] == []
