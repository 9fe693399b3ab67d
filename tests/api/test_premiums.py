"""Premiums over HTTP: a unit's one transfer for all, never returned; participation beside the rule; the register."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from openpyxl import load_workbook

from tests.clock import today
from tests.driver import Api
from tests.mutual_aid import TERM, approve, covered, covers, enrol, enrolment, faults, pool, transfer, worker
from tests.story import balance, done, new_fund, rows


def test_the_unit_pays_all_in_one_transfer_and_members_money_is_held_for_the_plan(api: Api) -> None:
    """§6.2 H: one transfer by the unit; §9.2: members' own premiums are no income."""
    fund, held = new_fund(api), pool(api)
    for sequence in (302, 304, 305):
        approve(api, enrolment(api, worker(api, sequence)), fund)
    finance = api("finance")
    path = "/mutual-aid/premium-payments"
    assert faults(finance.post(path, transfer("40.00", held))) == [("/amount", "premium_total")]
    assert faults(finance.post(path, transfer("120.00", held, payer="individual"))) == [
        ("/payer", "individual_transfer")
    ]
    assert faults(finance.post(path, transfer("120.00", None))) == [("/pool_fund_id", "pool_fund_wanted")]
    assert faults(finance.post(path, transfer("120.00", fund))) == [("/pool_fund_id", "not_members_pool")]
    assert faults(finance.post(path, transfer("120.00", held, plan="accident"))) == [
        ("/term_start_on", "no_cover_waits")
    ]
    paid = finance.post(path, transfer("120.00", held))
    assert paid.status_code == 201, paid.get_json()
    body = paid.get_json()
    assert (body["covers"], body["members_part"], body["unit_part"]) == (3, "60.00", "60.00")
    assert {cover["state"] for cover in covers(api)} == {"in_force"}
    assert {cover["premium_payment_id"] for cover in covers(api)} == {body["id"]}
    assert done(finance.get(f"/funds/{held}"))["appropriated"] == "100060.00"
    assert done(api("auditor").get(f"{path}/{body['id']}")) == body
    assert done(api("auditor").get(f"{path}?unit=AH-D01"))["items"] == [body]
    assert faults(finance.post(path, transfer("120.00", held, bank_serial="2"))) == [
        ("/term_start_on", "no_cover_waits")
    ]


def test_a_premium_that_was_paid_is_never_returned(api: Api) -> None:
    """§6.1: premiums are never returned, so a paid enrolment cannot be taken back; an unpaid one can, and be redone."""
    fund, member, other = pool(api), worker(api, 302), worker(api, 304)
    cover = covered(api, fund, member, "medical", TERM, "40.00")
    path = f"/applications/{cover['application_id']}"
    refused = api("reviewer").act(path, "return", {"reason": "误录"})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "premium_kept")
    assert "概不退还" in refused.get_json()["params"]["clause"]
    unpaid = enrolment(api, other)
    enrol(api, unpaid)
    done(api("reviewer").act(unpaid, "return", {"reason": "误录"}))
    assert [each["member_id"] for each in covers(api)] == [member]
    done(api("officer").act(unpaid, "submit"))
    enrol(api, unpaid)
    assert {each["member_id"] for each in covers(api)} == {member, other}


def test_participation_is_shown_beside_what_the_plan_wants(api: Api) -> None:
    """§6.1: women only for the women's plan; a unit below the bound enrols all (another province's, so an example)."""
    fund = new_fund(api)
    approve(api, enrolment(api, worker(api, 302), "women_illness", "2026-07-01", amount="25.00"), fund)
    worker(api, 303)
    asked = "/mutual-aid/participation?unit=AH&plan={}&term_start_on={}"
    lines = done(api("officer").get(asked.format("women_illness", "2026-07-01")))["items"]
    (line,) = [each for each in lines if each["unit_code"] == "AH-D01"]
    women = rows(
        api,
        "SELECT count(*) AS n FROM membership m JOIN person p ON p.id = m.person_id JOIN unit u ON u.id = m.unit_id "
        "WHERE u.code = 'AH-D01' AND p.sex = 'female' AND m.in_service",
    )[0].n
    assert (line["group"], line["covered"], line["ratio"]) == (women, 1, f"{1 / women:.4f}")
    assert (line["wanted"], line["met"], line["example"]) == ("1.0000", False, True)
    voluntary = done(api("officer").get(asked.format("medical", TERM)))["items"]
    assert {each["wanted"] for each in voluntary} == {None}
    assert [each["unit_code"] for each in done(api("officer2").get(asked.format("medical", TERM)))["items"]] == [
        "AH-D01"
    ]
    assert faults(api("officer").get("/mutual-aid/participation?unit=XX&plan=medical&term_start_on=2026-01-01")) == [
        ("/unit", "unit_unknown")
    ]


def test_a_members_page_and_the_register_show_the_covers(api: Api) -> None:
    """§6.2: the register's fields, masked; totals and the participation ratio."""
    fund, member = pool(api), worker(api, 302)
    said = {"health_declared": True, "member_confirmed": True, "basic_insurance": True, "beneficiary": "王受益人"}
    cover = covered(api, fund, member, "medical", TERM, "40.00", **said)
    enrol(api, enrolment(api, worker(api, 305), on="2026-05-04"))
    assert done(api("officer").get(f"/members/{member}/benefits"))["covers"] == [cover]
    asked = f"?unit=AH-D01&plan=medical&term_start_on={TERM}"
    answer = api("officer").get(f"/mutual-aid/register.xlsx{asked}")
    sheets = load_workbook(BytesIO(answer.get_data()))
    people, totals, changes = (list(sheets[name].values) for name in ("Participants", "Totals", "Changes"))
    assert [row[1] for row in people[1:]] == ["丁小满", "丁小满"]
    line = dict(zip(people[0], people[1], strict=True))
    assert line["Identity number"].startswith("340***********302")
    assert line["Account"].startswith("****")
    assert (line["Premium"], line["Member"], line["Declared healthy"], line["Beneficiary"]) == (60, 20, "yes", "named")
    assert dict(totals)["Premium"] == 120
    assert [row[3] for row in changes[1:]] == ["joined"]
    paper = api("officer").get(f"/mutual-aid/register.pdf{asked}")
    assert (paper.status_code, paper.get_data()[:5]) == (200, b"%PDF-")
    (kept,) = rows(api, "SELECT count(*) AS n FROM record_entry WHERE action = 'cover_register'")
    assert kept.n == 2
    assert "王受益人" not in str(people)
    nobody = api("officer").get("/mutual-aid/register.pdf?unit=AH-D02&plan=medical&term_start_on=2026-01-01")
    assert faults(nobody) == [("/term_start_on", "nobody_covered")]
    theirs = api("officer2").get("/mutual-aid/register.pdf?unit=AH-D02&plan=medical&term_start_on=2026-01-01")
    assert faults(theirs) == [("/unit", "unit_unknown")]


def test_a_transfer_that_is_still_to_come_covers_nobody(api: Api) -> None:
    fund, held = new_fund(api), pool(api)
    approve(api, enrolment(api, worker(api, 302)), fund)
    tomorrow = (today() + timedelta(days=1)).isoformat()
    refused = api("finance").post("/mutual-aid/premium-payments", transfer("40.00", held, paid_on=tomorrow))
    assert faults(refused) == [("/paid_on", "in_the_future")]
    assert {cover["state"] for cover in covers(api)} == {"pending"}


def test_who_left_before_the_premium_was_paid_is_taken_back_and_frees_the_money(api: Api) -> None:
    fund, member = new_fund(api), worker(api, 302)
    path = enrolment(api, member)
    approve(api, path, fund)
    (cover,) = covers(api, member_id=member)
    left = {"on": "2026-03-01", "reason": "transfer"}
    done(api("officer").act(f"/mutual-aid/covers/{cover['id']}", "leave", left))
    assert balance(api, fund)["reserved"] != "0.00"
    done(api("reviewer").act(path, "return", {"reason": "未缴费即调离"}))
    assert balance(api, fund)["reserved"] == "0.00"
    assert covers(api, member_id=member) == []


def test_what_members_paid_is_owed_to_them_in_the_books(api: Api) -> None:
    """§9.2: members' own 互助费 are held for the plan, no income; a bank serial is booked once."""
    held = pool(api)
    covered(api, held, worker(api, 302), "medical", TERM, "40.00")
    (voucher,) = done(api("finance").get(f"/ledger/vouchers?fund_id={held}"))["items"]
    lines = done(api("finance").get(f"/ledger/vouchers/{voucher['id']}"))["lines"]
    assert [(line["key"], line["debit"], line["credit"]) for line in lines] == [
        ("BANK", "20.00", "0.00"),
        ("INCOME.MEMBERS_POOL", "0.00", "20.00"),
    ]
    assert lines[1]["account"] == "E-221"
