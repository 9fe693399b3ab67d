"""Every form of the bank file says the same payments, with the same control totals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from importlib.resources import as_file, files
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
import xmlschema

from benefits.papers.bank_file import COLUMNS, BankBatch, BankLine, bank_file, read_bank_file
from benefits.papers.bank_formats import FROZEN, bank_formats, formats_in

AT = datetime(2026, 11, 20, 9, 30, tzinfo=timezone(timedelta(hours=8)))
BATCH = BankBatch("2026-000007", "安徽省总工会", AT, AT + timedelta(hours=2))
LINES = [
    BankLine(1, "武𬬭毅", "06217994628194821997", "中国农业银行安庆分行", Decimal("2000.00"), "会员福利00000001"),
    BankLine(2, "=cmd & <b>", "6217990000000001019", "", Decimal("0.05"), "会员福利00000002"),
    BankLine(3, "=A1", "6217990000000001027", "徽商银行", Decimal("100.10"), "x" * 200),
]
PAIN = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


def test_the_forms_were_found() -> None:
    assert set(bank_formats()) == {"csv", "xlsx", "pain.001"}
    assert len({form.ending for form in bank_formats().values()}) == 3


def test_the_frozen_form_is_read_back_as_it_was_written() -> None:
    frozen = bank_file(BATCH.number, LINES)
    assert read_bank_file(frozen.content) == LINES
    assert bank_formats()[FROZEN].write(BATCH, read_bank_file(frozen.content)) == frozen.content


@pytest.mark.parametrize("code", sorted(bank_formats()))
def test_a_form_gives_the_same_bytes_for_the_same_batch(code: str) -> None:
    form = bank_formats()[code]
    assert form.write(BATCH, LINES) == form.write(BATCH, LINES)


def test_the_workbook_has_the_columns_and_keeps_account_numbers_as_text() -> None:
    book = openpyxl.load_workbook(BytesIO(bank_formats()["xlsx"].write(BATCH, LINES)))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0] == COLUMNS
    assert rows[1][3] == "06217994628194821997"
    assert sum(Decimal(str(row[5])) for row in rows[1:]) == Decimal("2100.15")


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    """ISO's own schema of pain.001.001.09, as the package `sepaxml` carries it."""
    with as_file(files("sepaxml") / "schemas" / "pain.001.001.09.xsd") as path:
        return xmlschema.XMLSchema(str(path))


def test_pain_001_is_valid_by_its_schema(schema: xmlschema.XMLSchema) -> None:
    longest = BankLine(4, "名" * 200, "6" * 34, "行" * 200, Decimal("999999999999.99"), "x" * 500)
    schema.validate(bank_formats()["pain.001"].write(replace(BATCH, payer="会" * 200), [*LINES, longest]))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("<MsgId>", "<Msg>"),
        ("0.05<", "0.0500001<"),
        ("TRF", "CASH"),
        ('Ccy="CNY"', 'Ccy="Yuan"'),
        ("2026-11-20<", "<"),
    ],
)
def test_the_schema_sees_what_is_wrong(schema: xmlschema.XMLSchema, right: str, wrong: str) -> None:
    content = bank_formats()["pain.001"].write(BATCH, LINES).decode()
    assert right in content
    spoilt = content.replace(right, wrong).replace("</MsgId>", "</Msg>" if wrong == "<Msg>" else "</MsgId>")
    assert not schema.is_valid(spoilt.encode())


def test_pain_001_says_the_same_payments_and_totals() -> None:
    root = ET.fromstring(bank_formats()["pain.001"].write(BATCH, LINES))
    assert root.tag == f"{{{PAIN['p']}}}Document"

    def names(path: str) -> list[str]:
        found = root.find(path, PAIN)
        assert found is not None, path
        return [child.tag.rpartition("}")[2] for child in found]

    assert names("p:CstmrCdtTrfInitn") == ["GrpHdr", "PmtInf"]
    assert names(".//p:GrpHdr") == ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"]
    block = ["PmtInfId", "PmtMtd", "BtchBookg", "NbOfTxs", "CtrlSum", "ReqdExctnDt", "Dbtr", "DbtrAcct", "DbtrAgt"]
    assert names(".//p:PmtInf") == [*block, "ChrgBr", *["CdtTrfTxInf"] * 3]
    first, second, third = root.findall(".//p:CdtTrfTxInf", PAIN)
    transfer = ["PmtId", "Amt", "CdtrAgt", "Cdtr", "CdtrAcct", "RmtInf"]
    assert [child.tag.rpartition("}")[2] for child in first] == transfer
    assert second.find("p:CdtrAgt", PAIN) is None
    assert second.findtext("p:Cdtr/p:Nm", namespaces=PAIN) == "=cmd & <b>"
    assert [one.findtext("p:PmtId/p:EndToEndId", namespaces=PAIN) for one in (first, second, third)] == [
        "2026-000007-1",
        "2026-000007-2",
        "2026-000007-3",
    ]
    assert len(third.findtext("p:RmtInf/p:Ustrd", "", PAIN)) == 140
    amounts = root.findall(".//p:InstdAmt", PAIN)
    assert {amount.get("Ccy") for amount in amounts} == {"CNY"}
    sums = {found.text for found in root.findall(".//p:CtrlSum", PAIN)}
    assert sums == {str(sum(Decimal(amount.text or "") for amount in amounts))} == {"2100.15"}
    assert [found.text for found in root.findall(".//p:NbOfTxs", PAIN)] == ["3", "3"]
    assert root.findtext(".//p:CreDtTm", namespaces=PAIN) == "2026-11-20T09:30:00+08:00"
    assert root.findtext(".//p:ReqdExctnDt/p:Dt", namespaces=PAIN) == "2026-11-20"


def test_what_xml_cannot_hold_is_replaced() -> None:
    odd = BankLine(1, "张\x00三\x0b", "6217990000000001019", "行", Decimal("1.00"), "注")
    root = ET.fromstring(bank_formats()["pain.001"].write(BATCH, [odd]))
    assert root.findtext(".//p:Cdtr/p:Nm", namespaces=PAIN) == "张\ufffd三\ufffd"


def test_a_form_is_one_file_more(tmp_path: Path) -> None:
    text = "from benefits.papers.bank_file import BankFormat\nFORMAT = BankFormat({!r}, 'text/plain', 'txt', None)\n"
    (tmp_path / "a.py").write_text(text.format("house"))
    assert set(formats_in(tmp_path)) == {"house"}
    (tmp_path / "b.py").write_text(text.format("house"))
    with pytest.raises(ValueError, match="two files"):
        formats_in(tmp_path)
    (tmp_path / "b.py").write_text("")
    with pytest.raises(ValueError, match="no FORMAT"):
        formats_in(tmp_path)
