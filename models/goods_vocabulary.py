"""Closed lists of goods and of the visits that bring them (送清凉), as stored; standard library only."""

from __future__ import annotations

from enum import StrEnum


class GoodsState(StrEnum):
    """A lot is in stock once another person than its buyer has accepted it (验收)."""

    REGISTERED = "registered"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


class GoodsBuyer(StrEnum):
    """Who paid the supplier: the union, or the unit that is visited and then reimbursed."""

    THIS_UNION = "this_union"
    VISITED_UNIT = "visited_unit"


class GoodsMoveKind(StrEnum):
    """入库, 发放, 退回, 报损, 退供应商, 盘点差异."""

    RECEIVED = "received"
    ISSUED = "issued"
    RETURNED = "returned"
    WRITTEN_OFF = "written_off"
    SENT_BACK = "sent_back"
    COUNTED = "counted"


class GoodsAdjustmentCause(StrEnum):
    """Why stock changes without a recipient: 损坏, 过期, 退供应商, 盘点."""

    DAMAGED = "damaged"
    EXPIRED = "expired"
    TO_SUPPLIER = "to_supplier"
    STOCKTAKE = "stocktake"


class GoodsAdjustmentState(StrEnum):
    """Asked by one person, decided by another."""

    ASKED = "asked"
    APPROVED = "approved"
    REJECTED = "rejected"


class ReliefState(StrEnum):
    """A visit point's life; `benefits.casework.relief.workflow` says which act leads where."""

    PLANNED = "planned"
    APPROVED = "approved"
    VISITED = "visited"
    SIGNED = "signed"
    SETTLED = "settled"
    CANCELLED = "cancelled"
