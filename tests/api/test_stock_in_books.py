"""库存物品 in the books: every move of goods posts its voucher, and the balance is always the goods account's value."""

from __future__ import annotations

from decimal import Decimal

from benefits.money.goods.lot import find_lot
from benefits.money.goods.stock import draw, put_back
from tests.api.test_goods_account import adjust, decide
from tests.clock import today
from tests.driver import Api
from tests.relief import visited
from tests.stock import a_roster, acting, id_of, stocked
from tests.story import done, rows

STOCK, FUND = "E-121", "E-301"


def in_books(api: Api) -> tuple[Decimal, Decimal]:
    """What 库存物品 and 资产基金 stand at."""
    lines = done(api("finance").get(f"/ledger/trial-balance?unit=AH&on={today()}"))["lines"]
    standing = {line["account"]: Decimal(line["closing"]) for line in lines}
    return standing.get(STOCK, Decimal(0)), standing.get(FUND, Decimal(0))


def on_shelves(api: Api) -> Decimal:
    """What the goods account says is left, at cost."""
    page = done(api("finance").get("/goods/account?unit=AH"))
    assert page["reconciled"]
    return sum((Decimal(line["amount"]) for line in page["lines"] if line["unit_code"] == "AH"), Decimal(0))


def test_the_stock_in_the_books_is_the_stock_on_the_shelves_after_every_act(api: Api) -> None:
    def agree(worth: str) -> None:
        assert in_books(api) == (Decimal(worth), -Decimal(worth))
        assert on_shelves(api) == Decimal(worth)

    lot = stocked(api, 300)  # 98.50 yuan each
    agree("29550.00")
    other = stocked(api, 40, name="毛巾", invoice_number="2", unit_price="10.00", quantity=40)
    agree("29950.00")
    roster = a_roster(api)
    with acting(api) as (session, actor):
        draw(session, actor, find_lot(session, actor, id_of(lot)), 250, roster_id=roster)
    agree("5325.00")
    with acting(api) as (session, actor):
        put_back(session, actor, find_lot(session, actor, id_of(lot)), 30, roster_id=roster)
    agree("8280.00")
    for cause, worth in (("damaged", "7984.50"), ("to_supplier", "7689.00")):
        done(decide(api, adjust(api, lot, cause=cause, quantity=3)))
        agree(worth)
    done(decide(api, adjust(api, lot, cause="stocktake", counted=75)))  # one more than the books said
    agree("7787.50")
    done(decide(api, adjust(api, other, cause="stocktake", counted=40)))  # as the books said: nothing moves
    visited(api, other, 10)
    agree("7687.50")


def test_every_move_names_the_voucher_that_posts_its_worth(api: Api) -> None:
    lot = stocked(api, 300)
    done(decide(api, adjust(api, lot, cause="damaged", quantity=7)))
    stocked(api, 5, name="捐赠物资", invoice_number="3", unit_price="0.00")
    moves = rows(
        api,
        "SELECT m.kind, l.unit_price, m.quantity * l.unit_price AS worth, v.kind AS posted, "
        "(SELECT sum(n.debit - n.credit) FROM voucher_line n "
        "WHERE n.voucher_id = v.id AND n.key = 'GOODS.STOCK') AS booked "
        "FROM goods_move m JOIN goods_lot l ON l.id = m.lot_id "
        "LEFT JOIN voucher v ON v.id = m.voucher_id ORDER BY m.id",
    )
    assert [(each.kind, each.posted) for each in moves] == [
        ("received", "stock"),
        ("written_off", "stock"),
        ("received", None),  # what cost nothing is not posted
    ]
    assert all(each.booked == each.worth for each in moves if each.posted)


def test_a_visit_posts_what_was_given_and_what_was_spent_side_by_side(api: Api) -> None:
    """Spending on goods is an expense when they are given; the stock entries stand beside it."""
    lot = stocked(api, 300)
    path = visited(api, lot, 38)
    kinds = [each["kind"] for each in done(api("finance").get("/ledger/vouchers?unit_code=AH"))["items"]]
    assert kinds == ["stock", "stock"]
    by_hand = done(api("finance").get("/ledger/vouchers?unit_code=AH&kind=stock"))["items"][0]
    refused = api("finance").post(f"/ledger/vouchers/{by_hand['id']}/reversals", {"reason": "x"})
    assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "stock")
    assert done(api("officer").get(path))["state"] == "visited"
