"""Quotas of a round: set by its keeper over the units below, until the places are drawn."""

from __future__ import annotations

import pytest

from tests.driver import Api
from tests.leave import PUBLIC_SOURCE, QUOTAS, lines, opened, put, refused, round_body
from tests.story import done


def test_the_keeper_sets_quotas_and_the_sum_is_shown(api: Api) -> None:
    of = opened(api)
    shown = done(api("officer").get(of))
    assert (shown["quotas"], shown["places"]) == (lines(QUOTAS), 2)
    changed = put(api("officer"), of, "quotas", {"quotas": lines({"AH-D02": 3}), "public_source": PUBLIC_SOURCE})
    assert (done(changed)["quotas"], done(changed)["places"]) == (lines({"AH-D02": 3}), 3)
    listed = [each for each in done(api("officer").get("/rounds"))["items"] if of.endswith(each["id"])]
    assert listed[0]["quotas"] == lines({"AH-D02": 3})


def test_quotas_may_come_with_the_round(api: Api) -> None:
    made = done(api("officer").post("/rounds", round_body(quotas=lines(QUOTAS))))
    assert made["places"] == 2
    assert done(api("officer").get(f"/rounds/{made['id']}/allocation"))["public_source"] is None


def test_a_unit_below_sees_its_quota_and_may_not_add_places(api: Api) -> None:
    of = opened(api)
    assert done(api("officer2").get(of))["quotas"] == lines({"AH-D01": 1})
    more = put(api("officer2"), of, "quotas", {"quotas": lines({"AH-D01": 9})})
    assert (more.status_code, more.get_json()["code"]) == (403, "not_permitted")


@pytest.mark.parametrize(
    ("quotas", "pointer", "code"),
    [
        ([("AH-D01", 1), ("NOPE", 1)], "/quotas/1/unit_code", "unit_unknown"),
        ([("AH-D01", 1), ("AH-D01", 1)], "/quotas/1/unit_code", "quota_overlaps"),
        ([("AH", 5), ("AH-D01", 1)], "/quotas/1/unit_code", "quota_overlaps"),
        ([("AH-D01", -1)], "/quotas/0/places", "out_of_range"),
        ([], "/quotas", "length_refused"),
    ],
)
def test_quotas_that_make_no_sense(api: Api, quotas: list[tuple[str, int]], pointer: str, code: str) -> None:
    of = opened(api, {})
    body = {"quotas": [{"unit_code": unit, "places": places} for unit, places in quotas]}
    faults = put(api("officer"), of, "quotas", body).get_json()["errors"]
    assert (pointer, code) in [(fault["pointer"], fault["code"]) for fault in faults]


def test_only_a_programme_that_ranks_has_scarce_places(api: Api) -> None:
    gift = {"kind": "festival_gift", "occasion": "mid_autumn", "form": "goods"}
    of = opened(api, {}, programme="holiday_visit", facts=gift)
    assert refused(put(api("officer"), of, "quotas", {"quotas": lines(QUOTAS)})) == (422, "round_not_ranked")
    assert api("officer").get(f"{of}/allocation").status_code == 404


def test_a_round_without_the_version_seen(api: Api) -> None:
    of = opened(api)
    body = {"quotas": lines(QUOTAS)}
    assert put(api("officer"), of, "quotas", body, if_match=None).status_code == 428
    assert put(api("officer"), of, "quotas", body, if_match='"99"').status_code == 412
