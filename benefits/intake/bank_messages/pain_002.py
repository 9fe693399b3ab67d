"""ISO 20022 pain.002, CustomerPaymentStatusReport: what became of each payment of a pain.001, from version 03 on.

A payment is settled with ACSC or ACCC; every other acceptance says that it is on its way. External code list
ExternalPaymentTransactionStatus1Code.
"""

from __future__ import annotations

from collections.abc import Iterator

from benefits.intake.bank_messages._answer import (
    FAILED,
    PAID,
    RUNNING,
    UNSAID,
    account_of,
    amount_of,
    day_of,
    our_number,
    reason_of,
)
from benefits.intake.message_tree import Element, Message, Once

_STATUS = {
    **dict.fromkeys(("ACSC", "ACCC"), PAID),
    **dict.fromkeys(("RJCT", "CANC"), FAILED),
    **dict.fromkeys(("ACCP", "ACTC", "ACSP", "ACFC", "ACWC", "ACWP", "PATC", "PDNG", "RCVD"), RUNNING),
}
_REPORT = "/Document/CstmrPmtStsRpt"
_BLOCK = f"{_REPORT}/OrgnlPmtInfAndSts"
_GROUP = f"{_REPORT}/OrgnlGrpInfAndSts"


def _read(one: Element, once: Once) -> Iterator[tuple[str, ...]]:
    """The row of one transaction."""
    identity = one.first("OrgnlEndToEndId", "OrgnlInstrId")
    batch, serial = our_number(identity) or (identity, "")
    said = _said(one.first("TxSts"), once)
    settled = one.first("FctvIntrBkSttlmDt/Dt", "FctvIntrBkSttlmDt/DtTm", "AccptncDtTm")
    yield (
        batch,
        serial,
        account_of(one, "OrgnlTxRef/CdtrAcct"),
        amount_of(one, "OrgnlTxRef/Amt/InstdAmt", "OrgnlTxRef/IntrBkSttlmAmt"),
        said,
        (reason_of(one, "StsRsnInf") or _why(once) or UNSAID) if said == FAILED else "",
        one.first("AcctSvcrRef", "ClrSysRef"),
        day_of(settled) or _told(once),
        "pain.002",
    )


def _whole(once: Once) -> Iterator[tuple[str, ...]]:
    """A report without transactions answers a batch as a whole: a row without a serial, for a person to look at."""
    number = once.get(f"{_BLOCK}/OrgnlPmtInfId") or once.get(f"{_GROUP}/OrgnlMsgId", "")
    yield (number, "", "", "", _said("", once), _why(once), "", _told(once), "pain.002")


def _said(status: str, once: Once) -> str:
    """A transaction's own status, else its block's, else the group's, in our words; an unknown one as it is."""
    code = status or once.get(f"{_BLOCK}/PmtInfSts") or once.get(f"{_GROUP}/GrpSts", "")
    return _STATUS.get(code, code)


def _why(once: Once) -> str:
    places = [f"{place}/StsRsnInf/{part}" for place in (_BLOCK, _GROUP) for part in ("Rsn/Cd", "Rsn/Prtry", "AddtlInf")]
    return next((once[place] for place in places if place in once), "")


def _told(once: Once) -> str:
    return day_of(once.get(f"{_REPORT}/GrpHdr/CreDtTm", ""))


MESSAGE = Message("pain.002", f"{_BLOCK}/TxInfAndSts", _read, _whole)
