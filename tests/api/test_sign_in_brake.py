"""The brake on guessing: ten tries at an account, a hundred from a network, a quarter of an hour."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from config.settings import Settings
from tests.driver import Api
from tests.signing_in import sign_in

WRONG = "not-the-Password-2022"
ELSEWHERE = "203.0.113.9"


def test_after_ten_failures_no_password_is_tried_from_there_but_the_owner_elsewhere_gets_in(api: Api) -> None:
    guesses = [sign_in(api, "finance", f"{WRONG}{number}") for number in range(10)]
    right = sign_in(api, "finance")

    assert {answer.status_code for answer in guesses} == {401}
    assert (right.status_code, right.get_json()["code"]) == (429, "too_many")
    assert 0 < int(right.headers["Retry-After"]) <= 900
    assert sign_in(api, "officer").status_code == 200
    assert sign_in(api, "finance", network=ELSEWHERE).status_code == 200


def test_ten_failures_from_many_networks_close_the_account_to_each_of_them(api: Api) -> None:
    for number in range(10):
        assert sign_in(api, "finance", WRONG, network=f"192.0.2.{number}").status_code == 401
    assert {sign_in(api, "finance", network=f"192.0.2.{number}").status_code for number in range(10)} == {429}
    assert sign_in(api, "finance", WRONG, network=ELSEWHERE).status_code == 401
    assert sign_in(api, "finance", WRONG, network=ELSEWHERE).status_code == 429  # one try for a network, not ten


def test_a_customers_ipv6_addresses_count_as_one(api: Api) -> None:
    for number in range(10):
        sign_in(api, "finance", WRONG, network=f"2001:db8:1:2::{number:x}")
    assert sign_in(api, "finance", network="2001:db8:1:2:ffff::1").status_code == 429
    assert sign_in(api, "finance", network="2001:db8:1:3::1").status_code == 200


def test_an_unknown_name_meets_the_brake_as_a_known_one_does(api: Api) -> None:
    answers = [sign_in(api, "no-such-user", WRONG).status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]


def test_a_quarter_of_an_hour_later_the_account_is_open_again(
    api: Api, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        sign_in(api, "finance", WRONG)
    wait = int(sign_in(api, "finance").headers["Retry-After"])
    monkeypatch.setitem(
        api.app.config, "SETTINGS", replace(settings, clock_offset_s=settings.clock_offset_s + wait + 1)
    )
    assert sign_in(api, "finance").status_code == 200


def test_a_success_clears_the_accounts_own_count_and_no_other(api: Api) -> None:
    for username in ["finance", "officer"]:
        for _ in range(9):
            sign_in(api, username, WRONG)
    assert sign_in(api, "finance").status_code == 200

    assert [sign_in(api, "finance", WRONG).status_code for _ in range(2)] == [401, 401]
    assert [sign_in(api, "officer", WRONG).status_code for _ in range(2)] == [401, 429]


def test_a_hundred_failures_close_a_network_for_every_account(api: Api) -> None:
    answers = [sign_in(api, f"guess{number}", WRONG).status_code for number in range(100)]
    assert set(answers) == {401}
    assert sign_in(api, "officer").status_code == 429
    assert sign_in(api, "officer", network=ELSEWHERE).status_code == 200


def test_limits_can_be_switched_off_for_load_tests(
    api: Api, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(api.app.config, "SETTINGS", replace(settings, rate_limits=False))
    assert [sign_in(api, "finance", WRONG).status_code for _ in range(12)] == [401] * 12


def test_twenty_guesses_at_once_are_ten_tries(committed_api: Api) -> None:
    start = Barrier(20)

    def guess(number: int) -> int:
        start.wait()
        return sign_in(committed_api, "finance", f"{WRONG}{number}").status_code

    with ThreadPoolExecutor(20) as guessers:
        assert Counter(guessers.map(guess, range(20))) == {401: 10, 429: 10}
