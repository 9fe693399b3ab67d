"""A returned payment that has no account to go to is given up: its money and its award are free, its case is unpaid."""

from __future__ import annotations

from models.vocabulary import BankOutcome
from tests.api.test_ledger import vouchers
from tests.api.test_reversals import ACCOUNT, acts, awards, fund, money, refused
from tests.bank import bank_says
from tests.driver import Api
from tests.story import approved, balance, books, done, filing, payment, released

__all__ = ["fund", "money"]


def came_back(api: Api, fund: str) -> tuple[str, str]:
    """The paths of a case and of its payment of 2000.00, which the bank returned."""
    case, paid_id = approved(api, fund)
    bank_says(api, released(api, fund, [paid_id]), {1: BankOutcome.RETURNED})
    return case, f"/disbursements/{paid_id}"


def test_a_returned_payment_without_an_account_is_given_up(api: Api, fund: str, money: None) -> None:
    case, place = came_back(api, fund)
    assert balance(api, fund)["reserved"] == "2000.00"
    refused(api("officer").act(place, "abandon", {"reason": "x"}), 403, "not_permitted")
    refused(api("reviewer").act(place, "abandon", {"reason": ""}), 422, "invalid")
    shown = done(api("reviewer").act(place, "abandon", {"reason": "会员已去世，家属未提供账户"}))
    assert shown["state"] == "cancelled"
    assert (balance(api, fund)["reserved"], balance(api, fund)["available"]) == ("0.00", "100000.00")
    assert done(api("officer").get(case))["state"] == "unpaid"
    assert done(api("officer").get(case))["approved_amount"] == "2000.00"
    assert acts(api, case)[-2:] == ["abandon_payment", "abandon"]
    assert awards(api) == [("released", "2000.00")]
    refused(api("reviewer").act(place, "abandon", {"reason": "x"}), 409, "state_forbids", "unpaid")
    refused(api("officer").act(place, "account", ACCOUNT), 409, "state_forbids", "unpaid")
    assert vouchers(api, fund_id=fund) == []


def test_what_is_given_up_is_returned_and_not_repaid(api: Api, fund: str, money: None) -> None:
    _, waiting = approved(api, fund, "D01-002")
    refused(
        api("reviewer").act(f"/disbursements/{waiting}", "abandon", {"reason": "x"}), 409, "state_forbids", "reserved"
    )
    _, place = came_back(api, fund)
    done(api("officer").act(place, "account", ACCOUNT))
    again = done(api("reviewer").act(place, "approve"))["id"]
    refused(api("reviewer").act(place, "abandon", {"reason": "x"}), 409, "already_paid")
    bank_says(api, released(api, fund, [again]), {1: BankOutcome.RETURNED})
    done(api("reviewer").act(f"/disbursements/{again}", "abandon", {"reason": "拒收"}))
    assert balance(api, fund)["reserved"] == "2000.00"  # the other's


def test_the_banks_file_sent_again_after_giving_up_changes_nothing(api: Api, fund: str, money: None) -> None:
    _, paid_id = approved(api, fund)
    batch = released(api, fund, [paid_id])
    bank_says(api, batch, {1: BankOutcome.RETURNED})
    done(api("reviewer").act(f"/disbursements/{paid_id}", "abandon", {"reason": "拒收"}))
    assert [each.verdict for each in bank_says(api, batch, {1: BankOutcome.RETURNED})] == ["known"]
    assert [each.verdict for each in bank_says(api, batch, {1: BankOutcome.PAID})] == ["evidence"]
    assert payment(api, paid_id)["state"] == "cancelled"


def test_a_case_that_is_not_approved_is_not_repaid(api: Api, fund: str, money: None) -> None:
    """`returned` can only be the payment of an approved case; whatever brought it about, it is not repaid otherwise."""
    case, place = came_back(api, fund)
    done(api("officer").act(place, "account", ACCOUNT))
    with books(api) as session:
        session.connection().exec_driver_sql("UPDATE application SET state = 'returned' WHERE state = 'approved'")
    refused(api("reviewer").act(place, "approve"), 409, "state_forbids", "returned")
    with books(api) as session:
        session.connection().exec_driver_sql("UPDATE application SET state = 'approved' WHERE state = 'returned'")
    assert done(api("officer").get(case))["state"] == "approved"


def test_who_was_not_paid_may_file_again(api: Api, fund: str, money: None) -> None:
    _, place = came_back(api, fund)
    done(api("reviewer").act(place, "abandon", {"reason": "拒收"}))
    made = api("officer").post("/applications", filing(api))
    assert made.status_code == 201
