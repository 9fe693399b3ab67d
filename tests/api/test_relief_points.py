"""Visit points over HTTP: planned, approved, visited, signed, settled by three people, paid for once."""

from __future__ import annotations

from datetime import date

from tests.driver import Api
from tests.relief import (
    OTHER_PHONE,
    PHONE,
    approved_point,
    plan,
    planned,
    portions,
    signature,
    visit,
    visited,
)
from tests.stock import fault, on_hand, refused, stocked
from tests.story import balance, colleague, done, identity, new_fund, rows


def test_a_visit_is_planned_approved_made_signed_and_settled(api: Api) -> None:
    lot, fund = stocked(api, 300), new_fund(api, "10000.00", unit="AH")
    path = planned(api)
    assert done(api("officer").get(path))["state"] == "planned"
    done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    assert (balance(api, fund)["reserved"], balance(api, fund)["available"]) == ("4000.00", "6000.00")

    there = done(api("officer").act(path, "visit", visit((lot, 40))))
    assert (there["state"], there["temperature"], there["amount"]) == ("visited", "37.2", "3940.00")
    assert on_hand(api, lot) == 260
    done(api("officer").act(path, "put-back", {"goods": portions((lot, 2))}))
    assert on_hand(api, lot) == 262
    signed = done(api("reviewer").act(path, "sign", signature((lot, 38))))
    (given,) = signed["goods"]
    assert (given["issued"], given["returned"], given["signed"], given["amount"]) == (40, 2, 38, "3743.00")
    assert (signed["heads"], signed["members"], signed["non_members"], signed["non_staff"]) == (38, 30, 8, 12)

    settled = done(api("finance").act(path, "settle"))
    assert (settled["state"], settled["settled_amount"], settled["to_reimburse"]) == ("settled", "3743.00", "0.00")
    after = balance(api, fund)
    assert (after["reserved"], after["committed"], after["spent"], after["available"]) == (
        *("0.00", "0.00", "3743.00"),
        "6257.00",
    )
    assert [each["act"] for each in settled["acts"]] == ["plan", "approve", "visit", "put_back", "sign", "settle"]
    assert refused(api("finance").act(path, "settle")) == (409, "state_forbids")
    assert balance(api, fund) == after
    posted = rows(
        api,
        "SELECT l.key, l.debit, l.credit FROM voucher v JOIN voucher_line l ON l.voucher_id = v.id "
        "WHERE v.fund_id = :fund ORDER BY l.serial",
        fund=fund,
    )
    assert [(line.key, f"{line.debit}", f"{line.credit}") for line in posted] == [
        ("RIGHTS.LABOUR_PROTECTION", "3743.00", "0.00"),
        ("BANK", "0.00", "3743.00"),
    ]


def test_a_visit_of_which_everything_came_back_frees_all_its_money(api: Api) -> None:
    lot, fund = stocked(api, 300), new_fund(api, "4000.00", unit="AH")
    path = visited(api, lot, fund=fund)
    done(api("officer").act(path, "put-back", {"goods": portions((lot, 38))}))
    done(api("reviewer").act(path, "sign", signature((lot, 0))))
    assert done(api("finance").act(path, "settle"))["settled_amount"] == "0.00"
    assert (balance(api, fund)["available"], on_hand(api, lot)) == ("4000.00", 300)


def test_the_same_key_settles_once(api: Api) -> None:
    lot, fund = stocked(api, 300), new_fund(api, "10000.00", unit="AH")
    path = visited(api, lot, fund=fund)
    done(api("reviewer").act(path, "sign", signature((lot, 38))))
    tag = api("finance").get(path).headers["ETag"]
    first, again = (api("finance").post(f"{path}/settle", {}, key="once", if_match=tag) for _ in range(2))
    assert first.data == again.data
    assert balance(api, fund)["spent"] == "3743.00"


def test_goods_must_be_signed_or_put_back_to_the_unit_before_the_settlement(api: Api) -> None:
    lot = stocked(api, 300)
    path = visited(api, lot, 38)
    done(api("reviewer").act(path, "sign", signature((lot, 37))))
    answer = api("finance").act(path, "settle")
    assert refused(answer) == (409, "state_forbids")
    params = answer.get_json()["params"]
    assert (params["state"], params["issued"], params["signed"], params["returned"]) == (
        *("goods_unreconciled", "38", "37"),
        "0",
    )
    assert fault(api("reviewer").act(path, "sign", signature((lot, 39))))[2] == "above_drawn"
    assert fault(api("officer").act(path, "put-back", {"goods": portions((lot, 39))}))[2] == "above_drawn"
    done(api("officer").act(path, "put-back", {"goods": portions((lot, 1))}))
    assert done(api("finance").act(path, "settle"))["settled_amount"] == "3644.50"


def test_three_people_by_person_plan_and_visit_check_and_settle(api: Api) -> None:
    planner, checker = identity(201, date(1981, 4, 1)), identity(202, date(1975, 8, 2))  # `officer` and `reviewer`
    colleague(api, "also-reviewer", "reviewer", person=planner)
    colleague(api, "also-finance", "finance", person=planner)
    colleague(api, "finance-of-reviewer", "finance", person=checker)
    colleague(api, "officer-of-reviewer", "officer", person=checker)
    lot, fund = stocked(api, 300), new_fund(api, unit="AH")
    path = planned(api)
    assert refused(api("also-reviewer").act(path, "approve", {"fund_id": fund})) == (403, "duty_conflict")
    done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    assert refused(api("officer-of-reviewer").act(path, "visit", visit((lot, 38)))) == (403, "duty_conflict")
    done(api("officer").act(path, "visit", visit((lot, 38))))
    assert refused(api("also-reviewer").act(path, "sign", signature((lot, 38)))) == (403, "duty_conflict")
    done(api("reviewer").act(path, "sign", signature((lot, 38))))
    for username in ("also-finance", "finance-of-reviewer"):
        assert refused(api(username).act(path, "settle")) == (403, "duty_conflict")
    assert refused(api("officer").act(path, "settle")) == (403, "not_permitted")
    done(api("finance").act(path, "settle"))


def test_acts_follow_their_states_and_ask_for_the_version_seen(api: Api) -> None:
    lot = stocked(api, 300)
    path = planned(api)
    for by, act, body in (
        ("officer", "visit", visit((lot, 1))),
        ("officer", "put-back", {"goods": portions((lot, 1))}),
        ("reviewer", "sign", signature((lot, 1))),
        ("finance", "settle", {}),
    ):
        assert refused(api(by).act(path, act, body)) == (409, "state_forbids")
    stale = api("officer").get(path).headers["ETag"]
    changed = api("officer").patch(path, {"budget": "3900.00", "contact_phone": OTHER_PHONE}, if_match=stale)
    assert done(changed)["contact_phone"] == "138****0456"
    fund = {"fund_id": new_fund(api, unit="AH")}
    assert refused(api("reviewer").post(f"{path}/approve", fund, if_match=stale)) == (412, "stale")
    assert refused(api("reviewer").post(f"{path}/approve", fund)) == (428, "precondition_required")
    done(api("reviewer").act(path, "approve", fund))
    tag = api("officer").get(path).headers["ETag"]
    assert refused(api("officer").patch(path, {"budget": "1.00"}, if_match=tag)) == (409, "state_forbids")


def test_a_cancelled_visit_gives_its_money_back(api: Api) -> None:
    fund = new_fund(api, "4000.00", unit="AH")
    path = approved_point(api, fund)
    waits = planned(api, budget="0.01")
    assert refused(api("reviewer").act(waits, "approve", {"fund_id": fund})) == (409, "fund_exhausted")
    assert done(api("officer").act(path, "cancel", {"reason": "暴雨"}))["state"] == "cancelled"
    assert balance(api, fund)["available"] == "4000.00"
    done(api("reviewer").act(waits, "approve", {"fund_id": fund}))
    assert refused(api("officer").act(path, "cancel", {"reason": "x"})) == (409, "state_forbids")


def test_other_unions_and_roles_find_nothing_or_may_not(api: Api) -> None:
    lot = stocked(api, 300)
    of_above, own = visited(api, lot), planned(api, unit_code="AH-D01")
    below = api("officer2")
    assert [each["id"] for each in done(below.get("/relief-points"))["items"]] == [own.rsplit("/", 1)[1]]
    for answer in (
        below.get(of_above),
        below.get(f"{of_above}/sheet.pdf"),
        below.post(f"{of_above}/disclosures", {"purpose": "x"}),
        below.post(f"{of_above}/put-back", {"goods": portions((lot, 1))}, if_match='"1"'),
        below.patch(of_above, {"name": "x"}, if_match='"1"'),
    ):
        assert refused(answer) == (404, "not_found")
    assert fault(below.post("/relief-points", plan()))[2] == "unit_unknown"
    for username in ("cashier", "policy", "medical", "admin"):
        assert refused(api(username).get(own)) == (403, "not_permitted")
    assert refused(api("auditor").post("/relief-points", plan())) == (403, "not_permitted")
    assert done(api("auditor").get(of_above))["state"] == "visited"


def test_phones_and_the_signer_are_masked_recorded_when_shown_and_nowhere_in_the_record(api: Api) -> None:
    lot = stocked(api, 300)
    path = visited(api, lot)
    page = done(api("reviewer").act(path, "sign", signature((lot, 38))))
    assert (page["contact_phone"], page["recipient_phone"], page["recipient"]) == (
        *("139****0123", "138****0456"),
        "鲍师傅",
    )
    assert refused(api("finance").post(f"{path}/disclosures", {"purpose": "x"})) == (403, "not_permitted")
    shown = api("officer").post(f"{path}/disclosures", {"purpose": "核对送达时间"}, key=None)
    assert done(shown) == {"contact_phone": PHONE, "recipient_phone": OTHER_PHONE}
    bodies = rows(api, "SELECT kind, body::text AS body FROM record_entry")
    assert any(row.kind == "disclosure" and "核对送达时间" in row.body for row in bodies)
    for secret in (PHONE, OTHER_PHONE, "鲍师傅"):
        assert not any(secret in row.body for row in bodies)
        kept = "SELECT count(*) AS n FROM relief_point p WHERE p::text LIKE :s"
        assert rows(api, kept, s=f"%{secret}%")[0].n == 0
