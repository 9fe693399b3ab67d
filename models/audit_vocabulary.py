"""Closed lists of the audit work, as stored; standard library only."""

from __future__ import annotations

from enum import StrEnum


class Population(StrEnum):
    """What a sample is drawn from: payments that the bank made, or cases that were approved."""

    PAYMENTS = "payments"
    CASES = "cases"


class SampleMethod(StrEnum):
    """简单随机、分层、货币单位抽样."""

    SIMPLE = "simple"
    STRATIFIED = "stratified"
    MONETARY_UNIT = "monetary_unit"


class StrataBy(StrEnum):
    """What divides a population into strata."""

    AMOUNT = "amount"
    PROGRAMME = "programme"
    UNIT = "unit"


class ExaminationResult(StrEnum):
    """What the examination of a drawn row came to."""

    OK = "ok"
    EXCEPTION = "exception"


class FindingSubject(StrEnum):
    """What an audit finding is about."""

    UNIT = "unit"
    CASE = "case"
    PAYMENT = "payment"
    SAMPLE_ROW = "sample_row"


class FindingSeverity(StrEnum):
    """一般、较重、严重."""

    MINOR = "minor"
    SERIOUS = "serious"
    GRAVE = "grave"


class FindingState(StrEnum):
    """待整改、已整改待核、退回整改、销号、已回访; overdue is told by the day, not stored."""

    OPEN = "open"
    ANSWERED = "answered"
    RETURNED = "returned"
    CLOSED = "closed"
    REVISITED = "revisited"


class RevisitOutcome(StrEnum):
    """回访: the rectification held, or the fault came back (反弹)."""

    HELD = "held"
    RELAPSED = "relapsed"
