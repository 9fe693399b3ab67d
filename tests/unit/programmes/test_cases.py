"""Every programme's worked cases, run from its folder."""

import tomllib

import chinese_calendar
import pytest

from benefits.catalogue import SHIPPED, programme, programmes, shipped_editions
from benefits.core.calendar import Calendar
from benefits.rules.assessment import assess, no_policy, to_json
from benefits.rules.declaration import parse_facts
from benefits.rules.policy_text import load_edition

HOLIDAYS, MADE_UP = chinese_calendar.constants.holidays, chinese_calendar.constants.workdays
CALENDAR = Calendar(
    dict.fromkeys(HOLIDAYS, False) | dict.fromkeys(MADE_UP, True), frozenset({day.year for day in HOLIDAYS})
)


def worked_cases():
    for code in programmes():
        cases = tomllib.loads((SHIPPED / code / "cases.toml").read_text(encoding="utf-8"))
        for case in cases["case"]:
            yield pytest.param(code, cases["base"], case, id=f"{code}: {case['name']}")


def judge(code, json, on, overrides=None):
    asked = programme(code)
    editions = [load_edition(text, asked, overrides=overrides) for text in shipped_editions(code)]
    edition = next((edition for edition in editions if edition.covers(on)), None)
    facts = parse_facts(asked, json)
    return assess(edition, facts, on=on, calendar=CALENDAR) if edition else no_policy(asked, on)


@pytest.mark.parametrize(("code", "base", "case"), list(worked_cases()))
def test_the_worked_case_comes_out_as_its_source_says(code, base, case):
    stated = base | case["facts"] | dict.fromkeys(case.get("none", ()))
    json = {name: value for name, value in stated.items() if name not in case.get("without", ())}
    answer = to_json(judge(code, json, case["on"], case.get("overrides")), "zh-CN")
    outcomes = {finding["code"]: finding["outcome"] for finding in answer["findings"]}
    assert answer["outcome"] == case["outcome"], outcomes
    assert outcomes | case.get("findings", {}) == outcomes
    assert answer["derived"] | case.get("derived", {}) == answer["derived"]
    for finding in answer["findings"]:
        shown = {name: str(text) for name, text in case.get("shown", {}).get(finding["code"], {}).items()}
        assert finding | shown == finding
    assert not set(case.get("lacks", ())) & answer["derived"].keys()
    if "amount_max" in case:
        assert answer["entitlement"]["amount_max"] == case["amount_max"]
    if case["outcome"] != "undetermined":
        assert "unknown" not in outcomes.values()
    assert case["source"]
