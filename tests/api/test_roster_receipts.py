"""Goods are handed out by real name: signed for once, by the member or a named proxy, and closed only when all is."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.driver import Api
from tests.rosters import approved, drawn, frozen, line_of, lines, receipt, signed_by_all
from tests.stock import on_hand, stocked
from tests.story import balance, colleague, done, new_fund, recomputed, rows

PROXY = {"name": "孙同事", "relation": "同事", "authorisation": "授权书 2026-3 号"}


def test_a_line_is_signed_for_once(api: Api) -> None:
    path, _ = approved(api)
    line = line_of(api, path, "D01-001")
    signed = done(api("officer").act(line, "receipt", receipt()))
    assert (signed["state"], signed["signed_by"], signed["proxy"]) == ("issued", "self", None)
    again = api("officer").act(line, "receipt", receipt())
    assert (again.status_code, again.get_json()["params"]["state"]) == (409, "issued")
    stale = api("officer").post(f"{line}/receipt", receipt(), if_match='"1"')
    assert stale.status_code == 412
    trail = done(api("auditor").get(f"/applications/{signed['application_id']}/trail"))["items"]
    assert [act["act"] for act in trail] == ["file", "submit", "approve", "receive"]


def test_a_proxy_is_named_and_kept_secret(api: Api) -> None:
    """Statement 18: a proxy's signature stands with the authorisation."""
    path, _ = approved(api)
    line = line_of(api, path, "D01-001")
    for body in (receipt(signed_by="proxy"), receipt(proxy=PROXY)):
        refused = api("officer").act(line, "receipt", body)
        assert refused.get_json()["errors"] == [
            {**refused.get_json()["errors"][0], "pointer": "/proxy", "code": "proxy_with_proxy_only"}
        ]
    signed = done(api("officer").act(line, "receipt", receipt(signed_by="proxy", proxy=PROXY)))
    assert signed["proxy"] == PROXY
    assert done(api("auditor").get(line))["proxy"] == PROXY
    kept = "".join(row.body for row in rows(api, "SELECT body::text AS body FROM record_entry"))
    assert "孙同事" not in kept
    assert "授权书" not in kept


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"received_on": "2099-01-01", "signed_by": "self"}, "/received_on", "in_the_future"),
        ({"received_on": "2026-09-20", "signed_by": "cousin"}, "/signed_by", "choice_unknown"),
        ({"signed_by": "self"}, "/received_on", "required"),
        (receipt(paid="yes"), "/paid", "unknown_field"),
    ],
)
def test_a_receipt_that_cannot_be_is_refused_with_its_place(api: Api, body: object, pointer: str, code: str) -> None:
    path, _ = approved(api)
    answer = api("officer").act(line_of(api, path, "D01-001"), "receipt", body)
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, pointer)
    assert answer.get_json()["errors"][0]["code"] == code


def test_nothing_is_signed_for_before_the_approval(api: Api) -> None:
    path = frozen(api)
    refused = api("officer").act(line_of(api, path, "D01-001"), "receipt", receipt())
    assert refused.get_json()["params"]["state"] == "frozen"


def test_a_wrong_receipt_is_taken_back_with_a_reason_until_the_close(api: Api) -> None:
    path, _ = approved(api)
    line = line_of(api, path, "D01-001")
    done(api("officer").act(line, "receipt", receipt(signed_by="proxy", proxy=PROXY)))
    assert api("officer").act(line, "void", {}).status_code == 422
    voided = done(api("officer").act(line, "void", {"reason": "签错行"}))
    assert (voided["state"], voided["received_on"], voided["proxy"]) == ("listed", None, None)
    signed_by_all(api, path)
    done(api("finance").act(path, "close"))
    refused = api("officer").act(line, "void", {"reason": "x"})
    assert refused.get_json()["params"]["state"] == "closed"


def test_a_list_with_an_open_line_is_not_closed(api: Api) -> None:
    """Statement 18: without signature, or a reason why it was not fetched, there is no close."""
    path, fund = approved(api)
    for staff in ("D01-001", "D01-002"):
        done(api("officer").act(line_of(api, path, staff), "receipt", receipt()))
    done(api("officer").act(line_of(api, path, "D01-003"), "unclaimed", {"reason": "长期外出，联系三次未取"}))
    refused = api("finance").act(path, "close").get_json()
    assert (refused["params"]["state"], refused["params"]["open"]) == ("lines_open", "1")
    done(api("officer").act(line_of(api, path, "D01-004"), "receipt", receipt()))
    closed = done(api("finance").act(path, "close"))
    assert (closed["totals"]["issued"]["lines"], closed["totals"]["unclaimed"]["lines"]) == (3, 1)
    parts = balance(api, fund)
    assert (parts["reserved"], parts["spent"], parts["available"]) == ("0.00", "360.00", "99640.00")
    assert parts == recomputed(api, fund)
    (gone,) = lines(api, path, "unclaimed")
    assert gone["case_state"] == "lapsed"
    sheet = load_workbook(BytesIO(api("finance").get(f"{path}/sheet.xlsx").data))["Roster"]
    assert [sheet.cell(sheet.max_row, column).value for column in (9, 11)] == [6, 360]  # what was given
    states = rows(api, "SELECT state, count(*) AS n FROM entitlement GROUP BY 1 ORDER BY 1")
    assert [(row.state, row.n) for row in states] == [("granted", 3), ("released", 1)]
    assert api("finance").act(path, "close").get_json()["params"]["state"] == "closed"


def test_goods_come_from_the_unions_own_lots_and_from_the_lists_own_fund(api: Api) -> None:
    path, _ = approved(api)
    above = stocked(api, received=20, quantity=20)
    bought = {"unit_code": "AH-D01", "invoice_number": "2", "fund_id": new_fund(api, name="另一资金")}
    for lot, code in ((above, "lot_unknown"), (stocked(api, received=20, quantity=20, **bought), "lot_of_other_fund")):
        refused = api("officer").act(path, "draw", {"lot_id": lot.rpartition("/")[2], "quantity": 1})
        assert [(each["pointer"], each["code"]) for each in refused.get_json()["errors"]] == [("/lot_id", code)]


def test_what_was_drawn_from_stock_was_signed_for_or_put_back(api: Api) -> None:
    """Statement 18: received less signed for is what is in stock again."""
    path, _ = approved(api)
    lot = stocked(api, received=20, quantity=20, unit_code="AH-D01", name="大米")
    pieces = {"lot_id": lot.rpartition("/")[2], "quantity": 8}
    shown = done(api("officer").act(path, "draw", pieces))
    assert (shown["drawn"], on_hand(api, lot)) == ([pieces], 12)
    short = api("officer").act(path, "draw", {**pieces, "quantity": 13})
    assert (short.status_code, short.get_json()["code"]) == (409, "stock_short")
    gone = {**pieces, "lot_id": path[9:]}
    assert api("officer").act(path, "draw", gone).get_json()["errors"][0]["code"] == "lot_unknown"
    assert api("reviewer").act(path, "return", {"reason": "x"}).get_json()["params"]["state"] == "goods_drawn"
    for staff in ("D01-001", "D01-002", "D01-003"):
        done(api("officer").act(line_of(api, path, staff), "receipt", receipt()))
    done(api("officer").act(line_of(api, path, "D01-004"), "unclaimed", {"reason": "外出"}))
    refused = api("finance").act(path, "close").get_json()["params"]
    assert (refused["state"], refused["drawn"], refused["signed"]) == ("stock_open", "8", "6")
    above = api("officer").act(path, "put-back", {**pieces, "quantity": 9})
    assert above.get_json()["errors"][0]["code"] == "above_drawn"
    done(api("officer").act(path, "put-back", {**pieces, "quantity": 2}))
    assert done(api("finance").act(path, "close"))["state"] == "closed"
    assert on_hand(api, lot) == 14


def test_whoever_filed_or_decided_does_not_close(api: Api) -> None:
    path, _ = approved(api)
    signed_by_all(api, path)
    for username in ("officer", "reviewer"):
        account = f"/accounts/{rows(api, 'SELECT id FROM account WHERE username = :u', u=username)[0].id}"
        role = {"role": "finance", "unit_code": "AH", "valid_from": "2020-01-01"}
        done(api("admin").post(f"{account}/grants", role))
        refused = api(username).act(path, "close")
        assert (refused.status_code, refused.get_json()["code"]) == (403, "duty_conflict")
    assert api("cashier").act(path, "close").status_code == 403
    done(api("finance").act(path, "close"))


def test_whoever_decided_signs_nothing_out_and_whoever_filed_approves_nothing(api: Api) -> None:
    path = frozen(api)
    account = f"/accounts/{rows(api, 'SELECT id FROM account WHERE username = :u', u='officer')[0].id}"
    done(api("admin").post(f"{account}/grants", {"role": "reviewer", "unit_code": "AH", "valid_from": "2020-01-01"}))
    fund = approved(api, cut_off_on="2026-01-01")[1]
    refused = api("officer").act(path, "approve", {"fund_id": fund})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "duty_conflict")


def test_the_sheet_is_printed_and_exported_and_each_time_recorded(api: Api) -> None:
    path, _ = approved(api)
    done(api("officer").act(line_of(api, path, "D01-001"), "receipt", receipt()))
    done(api("officer").act(line_of(api, path, "D01-002"), "receipt", receipt(signed_by="proxy", proxy=PROXY)))
    paper = api("officer").get(f"{path}/sheet.pdf")
    assert (paper.status_code, paper.content_type) == (200, "application/pdf")
    text = "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(paper.data)).pages)
    for said in ("王建国", "D01-001", "festivalgift·Mid-AutumnFestival", "大米东北长粒香5kg", "孙同事(同事)", "何审核"):
        assert said in text, said
    book = load_workbook(BytesIO(api("finance").get(f"{path}/sheet.xlsx").data))
    assert book["Roster"].max_row == 6
    found = rows(api, "SELECT row_id FROM record_entry WHERE kind = 'export' AND action = 'roster_sheet'")
    assert [row.row_id for row in found] == [path[9:]] * 2


def test_another_unions_roster_is_not_there(api: Api) -> None:
    colleague(api, "officer-d02", "officer", unit="AH-D02", person=601)
    path, _ = approved(api)
    line = line_of(api, path, "D01-001")
    theirs = api("officer-d02")
    for address in (path, line, f"{path}/lines", f"{path}/sheet.pdf", f"{path}/sheet.xlsx"):
        assert theirs.get(address).status_code == 404
    assert theirs.post(f"{path}/cancel", {"reason": "x"}, if_match='"1"').status_code == 404
    assert theirs.post(f"{line}/receipt", receipt(), if_match='"1"').status_code == 404
    assert done(theirs.get("/rosters"))["items"] == []


def test_each_act_wants_its_role(api: Api) -> None:
    path = drawn(api)
    for who, act, body in (
        ("auditor", "freeze", {}),
        ("reviewer", "freeze", {}),
        ("officer", "approve", {"fund_id": path[9:]}),
        ("officer", "return", {"reason": "x"}),
        ("officer", "close", {}),
    ):
        assert api(who).act(path, act, body).status_code == 403, (who, act)
