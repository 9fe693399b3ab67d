"""Refusals for the sake of the sealed record: it is an older one than is known, or it does not prove this yet."""

from __future__ import annotations

from benefits.core.errors import Refusal


class RecordRestored(Refusal):
    """The record is older than a checkpoint held outside; no money moves until auditors have put that right."""

    code = "record_restored"


class NotYetSealed(Refusal):
    """The entry is too new for a proof: it waits `waited_s` seconds; a checkpoint is due every `due_s`."""

    code = "not_yet_sealed"
