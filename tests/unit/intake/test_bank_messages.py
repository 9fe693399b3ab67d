"""Banks' messages are read as the same table that a bank's workbook is, and hostile ones are refused at once."""

from __future__ import annotations

import time

import pytest

from benefits.core.code_table import code_table
from benefits.core.errors import Invalid
from benefits.intake.bank_messages import kinds
from benefits.intake.workbook import Limits, read_table
from benefits.money.bank_answer import COLUMNS, check_bank_answers
from tests.bank_messages import RETURNED, because, booked, camt, detail, entry, original, pain_002, transaction

_ASKED = ("批次号", "序号", "状态", "原因", "银行流水号", "日期")
ONE = "2026-000001-1"


def read(content: bytes, name: str = "answer.xml") -> list[tuple[str, ...]]:
    with read_table(content, name, COLUMNS) as table:
        return [tuple(cells[each] for each in _ASKED) for _, cells in table.rows]


def refused(content: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(Invalid) as fault, read_table(content, "answer.xml", COLUMNS, limits) as table:
        list(table.rows)
    return str(fault.value.faults[0].code)


def test_the_kinds_were_found() -> None:
    assert set(kinds()) == {"pain.002", "camt.053", "camt.054"}


@pytest.mark.parametrize(
    ("status", "said"),
    [("ACSC", "成功"), ("ACCC", "成功"), ("ACCP", "处理中"), ("ACSP", "处理中"), ("PDNG", "处理中"), ("RJCT", "失败")],
)
def test_a_status_is_one_of_three(status: str, said: str) -> None:
    assert read(pain_002(transaction(ONE, status, booked("B1"))))[0][2] == said


@pytest.mark.parametrize("version", ["03", "10", "14"])
def test_a_status_report_says_of_each_payment_what_became_of_it(version: str) -> None:
    content = pain_002(
        transaction(ONE, "ACSC", booked("B1")),
        transaction("2026-000001-2", "RJCT", because("AC04")),
        transaction("2026-000001-3", "PDNG"),
        version=version,
    )
    assert read(content) == [
        ("2026-000001", "1", "成功", "", "B1", "2026-11-20"),
        ("2026-000001", "2", "失败", "AC04", "", "2026-11-21"),  # the report's instant, on the union's day
        ("2026-000001", "3", "处理中", "", "", "2026-11-21"),
    ]


def test_what_a_report_says_once_holds_for_every_payment() -> None:
    content = pain_002(transaction(ONE), group=f"<GrpSts>RJCT</GrpSts>{because('AM04')}")
    assert read(content) == [("2026-000001", "1", "失败", "AM04", "", "2026-11-21")]
    mixed = pain_002(
        transaction(ONE, "ACSC", booked("B1")), transaction("2026-000001-2"), block="<PmtInfSts>ACSP</PmtInfSts>"
    )
    assert [row[2] for row in read(mixed)] == ["成功", "处理中"]


def test_a_report_without_payments_waits_for_a_person() -> None:
    content = pain_002(block="<PmtInfSts>RJCT</PmtInfSts>" + because("AM04"))
    with read_table(content, "a.xml", COLUMNS) as table:
        (checked,) = check_bank_answers(table.rows)
    assert checked.parsed is None
    assert [(each.column, each.code) for each in checked.findings] == [("序号", "required_missing")]


def test_the_banks_codes_are_reasons_of_the_table() -> None:
    table = code_table("bank_reason")
    told = {code: table.read(code) for code in ("AC01", "AC04", "AC06", "AM04", "BE01", "MD07", "RC01")}
    assert told == {
        "AC01": "account_unknown",
        "AC04": "account_closed",
        "AC06": "account_frozen",
        "AM04": "funds_short",
        "BE01": "holder_mismatch",
        "MD07": "payee_deceased",
        "RC01": "bank_mismatch",
    }


@pytest.mark.parametrize("kind", ["053", "054"])
@pytest.mark.parametrize(("version", "status"), [("02", "<Sts>BOOK</Sts>"), ("08", "<Sts><Cd>BOOK</Cd></Sts>")])
def test_an_account_shows_debits_and_what_came_back(kind: str, version: str, status: str) -> None:
    content = camt(
        kind,
        entry(detail(ONE), amount="2000.00", serial="S1", status=status),
        entry(detail("2026-000001-2", "10.00"), detail("2026-000001-3", "20.00", "T3"), serial="S2", status=status),
        entry(detail("2026-000001-4", more=RETURNED), way="CRDT", amount="5.00", serial="S4", status=status),
        entry(detail("SALARY-7"), detail("NOTPROVIDED"), amount="9.00", serial="S5", status=status),
        version=version,
    )
    assert read(content) == [
        ("2026-000001", "1", "成功", "", "S1", "2026-11-20"),
        ("2026-000001", "2", "成功", "", "S2-2", "2026-11-20"),
        ("2026-000001", "3", "成功", "", "T3", "2026-11-20"),
        ("2026-000001", "4", "失败", "AC04", "S4", "2026-11-20"),
    ]


def test_an_entry_that_stands_in_two_statements_is_one_and_a_second_debit_is_seen() -> None:
    """The day's statement and the month's in one file; a payment that the bank made twice is no repetition."""
    paid = entry(detail(ONE, "10.00"), amount="10.00", serial="S1")
    back = entry(detail(ONE, more=RETURNED), way="CRDT", amount="10.00", serial="S2")
    content = camt("053", paid, back)
    twice = content.replace(b"</Stmt>", f"</Stmt><Stmt><Id>A-2</Id>{paid}{back}</Stmt>".encode())
    assert read(twice) == read(content) == [("2026-000001", "1", "失败", "AC04", "S2", "2026-11-20")]
    two = entry(detail(ONE, "10.00"), detail(ONE, "10.00"), amount="20.00", serial="S1")
    assert [row[4] for row in read(camt("053", two))] == ["S1-1", "S1-1-2"]
    other = entry(detail(ONE, "10.00"), amount="10.00", serial="S9")
    with read_table(camt("053", paid, other), "a.xml", COLUMNS) as table:
        assert [[each.code for each in row.findings] for row in check_bank_answers(table.rows)] == [
            [],
            ["duplicate_in_file"],
        ]


def test_what_is_not_booked_yet_is_on_its_way_and_what_is_only_told_is_no_answer() -> None:
    content = camt(
        "054",
        entry(detail(ONE), serial="S1", status="<Sts><Cd>PDNG</Cd></Sts>"),
        entry(detail("2026-000001-2"), serial="S2", status="<Sts><Cd>INFO</Cd></Sts>"),
    )
    assert [row[:3] for row in read(content)] == [("2026-000001", "1", "处理中")]


def test_paid_and_come_back_in_one_statement_came_back() -> None:
    content = camt(
        "053",
        entry(detail(ONE), amount="5.00", serial="S1"),
        entry(detail(ONE, more=RETURNED), way="CRDT", amount="5.00", serial="S2"),
    )
    assert read(content) == [("2026-000001", "1", "失败", "AC04", "S2", "2026-11-20")]


def test_a_payment_debited_again_after_it_came_back_is_sure_of_nothing() -> None:
    content = camt(
        "053",
        entry(detail(ONE), amount="5.00", serial="S1"),
        entry(detail(ONE, more=RETURNED), way="CRDT", amount="5.00", serial="S2"),
        entry(detail(ONE), amount="5.00", serial="S3"),
    )
    assert read(content) == [("2026-000001", "1", "处理中", "", "S2", "2026-11-20")]


@pytest.mark.parametrize("true", ["true", "1"])
def test_a_debit_that_reverses_a_credit_is_no_return(true: str) -> None:
    reversing = entry(detail(ONE), amount="5.00", serial="S1").replace("<Sts>", f"<RvslInd>{true}</RvslInd><Sts>")
    assert read(camt("053", reversing))[0][2] == "处理中"
    undone = reversing.replace("DBIT", "CRDT")
    assert read(camt("053", undone))[0][2] == "失败"  # the debit was reversed: the money is back


def test_two_debits_for_one_payment_are_found() -> None:
    content = camt("053", *(entry(detail(ONE), amount="5.00", serial=each) for each in ("S1", "S2")))
    with read_table(content, "a.xml", COLUMNS) as table:
        checked = check_bank_answers(table.rows)
    assert [[each.code for each in row.findings] for row in checked] == [[], ["duplicate_in_file"]]


def test_another_currency_is_no_amount_of_ours() -> None:
    content = pain_002(transaction(ONE, "ACSC", booked("B1") + original("1", "5.00").replace("CNY", "USD")))
    with read_table(content, "a.xml", COLUMNS) as table:
        (checked,) = check_bank_answers(table.rows)
    assert [(each.column, each.code) for each in checked.findings] == [("金额", "money_malformed")]


def test_a_table_may_not_leave_out_what_only_a_message_may() -> None:
    content = "批次号,序号,状态,日期,银行流水号,报文\n2026-000001,1,成功,2026-11-20,B1,pain.002\n".encode()
    with pytest.raises(Invalid) as fault, read_table(content, "a.csv", COLUMNS):
        pass
    assert fault.value.faults[0].code == "column_missing"


def test_a_message_in_a_chinese_encoding_is_read() -> None:
    text = pain_002(transaction(ONE, "RJCT", "<StsRsnInf><AddtlInf>账号已销户</AddtlInf></StsRsnInf>")).decode()
    content = text.replace("UTF-8", "GB18030").encode("gb18030")
    assert read(content)[0][3] == "账号已销户"


_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))


@pytest.mark.parametrize(
    ("before", "inside", "code"),
    [
        (f"<!DOCTYPE Document [{_LAUGHS}]>", "&l9;", "declaration_in_xml"),
        ('<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;", "declaration_in_xml"),
        ('<!DOCTYPE Document SYSTEM "http://localhost:1/evil.dtd">', "", "declaration_in_xml"),
        ("", "&nowhere;", "not_a_message"),
        ("", "<a>" * 1_000 + "</a>" * 1_000, "not_a_message"),
        ("", "<a>" + "9" * 3_000 + "</a>", "cell_too_long"),
        ("", "<unclosed>", "not_a_message"),
    ],
    ids=["laughs", "file", "address", "entity", "deep", "long", "broken"],
)
def test_a_hostile_message_is_refused_quickly(before: str, inside: str, code: str) -> None:
    text = pain_002(transaction(ONE, "ACSC", inside)).decode()
    started = time.monotonic()
    assert refused(text.replace("<Document", f"{before}<Document", 1).encode()) == code
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "content",
    [
        b"<a/>",
        b"<html><body>maintenance</body></html>",
        pain_002(transaction(ONE)).replace(b"pain.002.001.10", b"pain.008.001.02"),
        b"<",
        b"\xef\xbb\xbf  <?xml version='1.0'?>",
    ],
)
def test_another_xml_is_no_message(content: bytes) -> None:
    assert refused(content) == "not_a_message"


def test_a_message_of_too_many_payments_is_refused() -> None:
    content = pain_002(*(transaction(f"2026-000001-{n}", "PDNG") for n in range(1, 50)))
    assert refused(content, Limits(rows=20)) == "too_many_rows"


def test_a_large_message_is_read() -> None:
    """20,000 payments of one batch: in the memory and time that its size allows."""
    report = pain_002(*(transaction(f"2026-000001-{n}", "ACSC", booked(f"B{n}")) for n in range(1, 20_001)))
    assert len(read(report)) == 20_000
    statement = camt("053", entry(*(detail(f"2026-000001-{n}", "5.00") for n in range(1, 20_001)), serial="S"))
    assert read(statement)[-1][4] == "S-20000"
