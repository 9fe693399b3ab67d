"""Messages of ISO 20022 as a bank sends them, made by hand: status reports, statements and notifications."""

from __future__ import annotations

_DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = "urn:iso:std:iso:20022:tech:xsd:"


def transaction(identity: str, status: str = "", more: str = "") -> str:
    """One payment of a status report."""
    told = f"<TxSts>{status}</TxSts>" if status else ""
    return f"<TxInfAndSts><OrgnlEndToEndId>{identity}</OrgnlEndToEndId>{told}{more}</TxInfAndSts>"


def because(code: str) -> str:
    """The reason of a rejection."""
    return f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>"


def booked(serial: str, day: str = "2026-11-20") -> str:
    """The bank's serial of a payment that was made."""
    return f"<AccptncDtTm>{day}T10:00:00+08:00</AccptncDtTm><AcctSvcrRef>{serial}</AcctSvcrRef>"


def original(account: str, amount: str) -> str:
    """What was ordered, as a bank may repeat it."""
    return (
        f'<OrgnlTxRef><Amt><InstdAmt Ccy="CNY">{amount}</InstdAmt></Amt>'
        f"<CdtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></CdtrAcct></OrgnlTxRef>"
    )


def pain_002(*transactions: str, version: str = "10", group: str = "", block: str = "") -> bytes:
    """A status report; `group` and `block` are what it says of the whole."""
    return (
        f'{_DECLARED}<Document xmlns="{_SPACE}pain.002.001.{version}"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>RPT-1</MsgId><CreDtTm>2026-11-20T23:30:00Z</CreDtTm></GrpHdr>"
        "<OrgnlGrpInfAndSts><OrgnlMsgId>2026-000001</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        f"{group}</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>2026-000001</OrgnlPmtInfId>{block}"
        f"{''.join(transactions)}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()


def detail(identity: str, amount: str = "", serial: str = "", more: str = "") -> str:
    """One payment of an entry."""
    kept = f"<AcctSvcrRef>{serial}</AcctSvcrRef>" if serial else ""
    paid = f'<Amt Ccy="CNY">{amount}</Amt>' if amount else ""
    return f"<TxDtls><Refs>{kept}<EndToEndId>{identity}</EndToEndId></Refs>{paid}{more}</TxDtls>"


def entry(
    *details: str,
    way: str = "DBIT",
    amount: str = "0.00",
    serial: str = "",
    status: str = "<Sts><Cd>BOOK</Cd></Sts>",
    day: str = "2026-11-20",
) -> str:
    """One entry of an account."""
    kept = f"<AcctSvcrRef>{serial}</AcctSvcrRef>" if serial else ""
    return (
        f'<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd>{status}'
        f"<BookgDt><Dt>{day}</Dt></BookgDt>{kept}<NtryDtls>{''.join(details)}</NtryDtls></Ntry>"
    )


def camt(kind: str, *entries: str, version: str = "08") -> bytes:
    """A statement (`053`) or a notification (`054`)."""
    outer, inner = {"053": ("BkToCstmrStmt", "Stmt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}[kind]
    return (
        f'{_DECLARED}<Document xmlns="{_SPACE}camt.{kind}.001.{version}"><{outer}>'
        f"<GrpHdr><MsgId>A</MsgId></GrpHdr><{inner}><Id>A-1</Id>"
        f"<Acct><Id><Othr><Id>340001</Id></Othr></Id></Acct>{''.join(entries)}</{inner}></{outer}></Document>"
    ).encode()


RETURNED = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
