"""What a message says of one payment, as a row of the bank's result table, and how ISO 20022 writes its parts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from benefits.intake.message_tree import Element

COLUMNS = ("批次号", "序号", "账号", "金额", "状态", "原因", "银行流水号", "日期", "报文")
PAID, FAILED, RUNNING = "成功", "失败", "处理中"
UNSAID = "未说明原因"
_OURS = re.compile(r"(\d{4}-\d{6,})-([1-9]\d{0,5})")  # as bank_formats/pain_001.py writes them
_UNION_TIME = timezone(timedelta(hours=8))  # Asia/Shanghai; the reading process has no table of zones


def our_number(text: str) -> tuple[str, str] | None:
    """Batch number and serial of an end-to-end or instruction id that we gave; None for another's."""
    found = _OURS.fullmatch(text)
    return (found[1], found[2]) if found else None


def amount_of(element: Element, *paths: str) -> str:
    """The first amount at one of these paths; another currency than yuan stays before it, to be found wrong."""
    for path in paths:
        for found in element.each(path):
            currency = found.attributes.get("Ccy", "CNY")
            return found.text if currency == "CNY" else f"{currency} {found.text}"
    return ""


def account_of(element: Element, path: str) -> str:
    """The account number at this path, whichever scheme it is written in; empty where the message does not tell."""
    found = element.first(f"{path}/Id/Othr/Id", f"{path}/Id/IBAN")
    return "" if found == "NOTPROVIDED" else found


def day_of(text: str) -> str:
    """The union's day of an ISO day or instant; anything else stays as it is, to be found wrong."""
    if len(text) <= len("2026-11-20"):
        return text
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{instant.astimezone(_UNION_TIME) if instant.tzinfo else instant:%Y-%m-%d}"


def reason_of(element: Element, path: str) -> str:
    """The reason's ISO code (`AC04`: the table bank_reason knows them), or the bank's own words."""
    return element.first(f"{path}/Rsn/Cd", f"{path}/Rsn/Prtry", f"{path}/AddtlInf")
