"""The draw of a sample: the same from the same, in proportion where it says so, and every yuan with an equal chance."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

import pytest

from benefits.assurance.sampling.draw import Item, Plan, draw, shares
from benefits.assurance.sampling.population import read, written
from models.audit_vocabulary import SampleMethod, StrataBy


def items(*amounts: str, programme: str = "hardship", first: int = 1) -> list[Item]:
    return [Item(UUID(int=n), f"U{n % 3}", programme, Decimal(amount)) for n, amount in enumerate(amounts, first)]


PLAN = Plan(SampleMethod.MONETARY_UNIT, 4, "seed")


@pytest.mark.parametrize("method", [SampleMethod.SIMPLE, SampleMethod.MONETARY_UNIT])
def test_the_order_in_which_rows_are_read_changes_nothing(method: SampleMethod) -> None:
    whole = items(*(f"{n}.50" for n in range(1, 60)))
    plan = Plan(method, 12, "2026-11-20 上证指数 3912.45")
    assert draw(whole, plan) == draw(whole[::-1], plan) == draw(read(written(whole)), plan)
    other = draw(whole, Plan(method, 12, "2026-11-20 上证指数 3912.46"))
    assert {row.item.id for row in other.rows} != {row.item.id for row in draw(whole, plan).rows}


def test_a_ticket_is_worked_out_with_sha_256_alone() -> None:
    whole = items(*["1.00"] * 9)
    seed = sha256(b"a seed").digest()
    by_hand = sorted(whole, key=lambda item: sha256(seed + str(item.id).encode()).hexdigest())[:3]
    assert [row.item for row in draw(whole, Plan(SampleMethod.SIMPLE, 3, "a seed")).rows] == by_hand


def test_every_row_of_a_simple_sample_has_an_equal_chance() -> None:
    whole = items(*["1.00"] * 10)
    seen = Counter(row.item.id for n in range(2000) for row in draw(whole, Plan(SampleMethod.SIMPLE, 3, str(n))).rows)
    assert all(520 < count < 680 for count in seen.values())  # 600 expected, σ = 20


def test_a_row_is_drawn_in_proportion_to_its_yuan_and_a_large_one_always() -> None:
    whole = items("1000.00", "100.00", "200.00", "300.00", "0.00", "400.00")  # 4 hits, 500 yuan apart
    drawn = [draw(whole, Plan(SampleMethod.MONETARY_UNIT, 4, str(n))) for n in range(2000)]
    seen: Counter[Decimal] = Counter(row.item.amount for each in drawn for row in each.rows)
    assert {each.step for each in drawn} == {Decimal("500.00")}
    assert all(sum(row.hits for row in each.rows) == 4 for each in drawn)
    assert (seen[Decimal("1000.00")], seen[Decimal("0.00")]) == (2000, 0)
    for amount, chance in (("100.00", 0.2), ("200.00", 0.4), ("300.00", 0.6), ("400.00", 0.8)):
        assert abs(seen[Decimal(amount)] / 2000 - chance) < 0.05, amount
    large = next(row for row in drawn[0].rows if row.item.amount == 1000)
    assert (large.hits, large.reason) == (2, "above_interval")


def test_every_hit_is_where_its_reason_says() -> None:
    found = draw(items(*(f"{n}.37" for n in range(1, 200))), Plan(SampleMethod.MONETARY_UNIT, 17, "x"))
    assert found.step is not None
    assert found.first_hit is not None
    for row in found.rows:
        if row.reason == "hit":
            hit, above, upto = (Decimal(row.figures[name]) for name in ("hit", "above", "upto"))
            assert above < hit <= upto
            assert upto - above == row.item.amount
            assert (hit - found.first_hit) % found.step == 0


@pytest.mark.parametrize(
    ("rows", "size", "wanted"),
    [
        ({"a": 60, "b": 30, "c": 10}, 10, {"a": 6, "b": 3, "c": 1}),
        ({"a": 5, "b": 5, "c": 5}, 4, {"a": 2, "b": 1, "c": 1}),  # equal remainders: by name
        ({"a": 90, "b": 9, "c": 1}, 10, {"a": 9, "b": 1, "c": 0}),
        ({"a": 2, "b": 1}, 50, {"a": 2, "b": 1}),
    ],
)
def test_strata_share_by_largest_remainder(rows: dict[str, int], size: int, wanted: dict[str, int]) -> None:
    assert shares(rows, size) == wanted


def test_bands_of_amount_end_at_their_bounds() -> None:
    plan = Plan(SampleMethod.STRATIFIED, 4, "x", StrataBy.AMOUNT, (Decimal(1000), Decimal(5000)))
    found = draw(items("1000.00", "1000.01", "5000.00", "5000.01"), plan)
    assert [(each.name, each.rows, each.drawn) for each in found.strata] == [
        ("0.00–1000.00", 1, 1),
        ("1000.00–5000.00", 2, 2),
        ("5000.00–", 1, 1),
    ]
