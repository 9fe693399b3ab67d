"""ISO 20022 pain.001.001.09, CustomerCreditTransferInitiation: one payment information block with every transfer.

Our books do not hold the union's own bank account: the debtor's account and agent say NOTPROVIDED, as the standard's
users write what the channel knows by itself. Texts longer than the message allows are cut to its length. Tests hold it
against ISO's own schema of this version.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from xml.etree import ElementTree as ET

from benefits.core.money import NOTHING
from benefits.papers.bank_file import BankBatch, BankFormat, BankLine

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_NAME = 140  # Max140Text: names and remittance text
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNSAID = "NOTPROVIDED"


def _write(batch: BankBatch, lines: Sequence[BankLine]) -> bytes:
    document = ET.Element("Document", xmlns=NAMESPACE)
    message = ET.SubElement(document, "CstmrCdtTrfInitn")
    count, total = str(len(lines)), f"{sum((line.amount for line in lines), NOTHING):.2f}"
    header = ET.SubElement(message, "GrpHdr")
    _put(header, "MsgId", batch.number)
    _put(header, "CreDtTm", batch.built_at.isoformat(timespec="seconds"))
    _put(header, "NbOfTxs", count)
    _put(header, "CtrlSum", total)
    _put(header, "InitgPty/Nm", batch.payer[:_NAME])
    block = ET.SubElement(message, "PmtInf")
    _put(block, "PmtInfId", batch.number)
    _put(block, "PmtMtd", "TRF")
    _put(block, "BtchBookg", "true")
    _put(block, "NbOfTxs", count)
    _put(block, "CtrlSum", total)
    _put(block, "ReqdExctnDt/Dt", f"{batch.approved_at:%Y-%m-%d}")
    _put(block, "Dbtr/Nm", batch.payer[:_NAME])
    _put(block, "DbtrAcct/Id/Othr/Id", _UNSAID)
    _put(block, "DbtrAgt/FinInstnId/Othr/Id", _UNSAID)
    _put(block, "ChrgBr", "DEBT")
    for line in lines:
        _transfer(block, batch.number, line)
    content: bytes = ET.tostring(document, encoding="UTF-8", xml_declaration=True)
    return content


def _transfer(block: ET.Element, number: str, line: BankLine) -> None:
    one = ET.SubElement(block, "CdtTrfTxInf")
    identity = ET.SubElement(one, "PmtId")
    _put(identity, "InstrId", f"{number}-{line.serial}")
    _put(identity, "EndToEndId", f"{number}-{line.serial}")
    _amount(ET.SubElement(one, "Amt"), line.amount)
    if line.bank:
        _put(one, "CdtrAgt/FinInstnId/Nm", line.bank[:_NAME])
    _put(one, "Cdtr/Nm", line.holder[:_NAME])
    _put(one, "CdtrAcct/Id/Othr/Id", line.account_number)
    _put(one, "RmtInf/Ustrd", line.remark[:_NAME])


def _amount(parent: ET.Element, amount: Decimal) -> None:
    ET.SubElement(parent, "InstdAmt", Ccy="CNY").text = f"{amount:.2f}"


def _put(parent: ET.Element, path: str, text: str) -> None:
    """A text below `parent`, each step of the path an element of its own."""
    at = parent
    for step in path.split("/"):
        at = ET.SubElement(at, step)
    at.text = _NOT_XML.sub("\ufffd", text)


FORMAT = BankFormat("pain.001", "application/xml; charset=utf-8", "xml", _write)
