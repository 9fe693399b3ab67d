"""Checkpoints of the sealed record: signed heads, proofs under them, and what they do not cover yet."""

from __future__ import annotations

import base64
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from api.arguments import Blueprint
from api.audit import load_event
from api.download import FILE, download
from api.fields import Body, Instant, Items, Part, QueryWhole, Text, Whole
from api.guard import Desk, operation
from api.language import reader_language
from api.paging import PageQuery, page, page_of, window
from api.standstill import money_moves
from benefits.assurance.seal import proof, slip
from benefits.core.actor import Actor
from benefits.record.reader import PERMISSION, Event
from models.seal import CopyKind, CopyState, RecordCheckpoint, RecordCopy, RecordKey

bp = Blueprint("checkpoint", __name__, url_prefix="/audit", description="检查点 / Signed heads of the sealed record")

_BIG = 2**63 - 1
_HASH = {"description": "32 bytes, base64"}


class CopyView(Body):
    """One copy outside."""

    place = Text(required=True, choices=tuple(CopyKind))
    state = Text(required=True, choices=tuple(CopyState))
    tries = Whole(required=True)
    sent_at = Instant(required=True, allow_none=True)
    answer = Text(
        required=True,
        allow_none=True,
        metadata={"description": "where it lies, or the witness's signature lines; or why it failed"},
    )


class CheckpointView(Body):
    """A head: `note` is the signed text as it went out (C2SP tlog-checkpoint)."""

    size = Whole(required=True, most=_BIG, metadata={"description": "entries under it"})
    root = Text(required=True, metadata=_HASH)
    signed_at = Instant(required=True)
    note = Text(required=True)


class CheckpointCopiesView(CheckpointView):
    """A head, with its copies."""

    copies = Items(Part(CopyView), required=True)


class WindowView(Body):
    """What no head covers yet: there an alteration by whoever rules the database would not be seen."""

    sealed = Whole(required=True, most=_BIG, metadata={"description": "entries sealed, signed or not"})
    entries = Whole(required=True, most=_BIG, metadata={"description": "entries that no head covers"})
    since = Instant(required=True, allow_none=True, metadata={"description": "when the oldest of them was made"})


class KeyView(Body):
    """A public key as verifiers take it: name, id and key."""

    verifier = Text(required=True)
    since_at = Instant(required=True)


class CheckpointPage(page_of(CheckpointView)):  # type: ignore[misc]
    """A page of heads, with every key that signed them and the blind window of this instant."""

    keys = Items(Part(KeyView), required=True)
    blind_window = Part(WindowView, required=True)
    money = Text(required=True, choices=("moves", "rests"), metadata={"description": "rests: a backup was restored"})


class GrowthQuery(Body):
    """From which head."""

    from_size = QueryWhole(required=True, least=0, most=_BIG, data_key="from")


class GrowthView(Body):
    """RFC 6962 §2.1.2: the second head only added to the first."""

    first = Part(CheckpointView, required=True, data_key="from")
    second = Part(CheckpointView, required=True, data_key="to")
    proof = Items(Text(metadata=_HASH), required=True)


class InclusionQuery(Body):
    """Under which head; the newest unless given."""

    size = QueryWhole(least=1, most=_BIG)


class InclusionView(Body):
    """RFC 6962 §2.1.1: SHA-256 of 0x00 and `body` is `leaf`, and `proof` leads from there to the head's root."""

    n = Whole(required=True, most=_BIG)
    position = Whole(required=True, most=_BIG)
    leaf = Text(required=True, metadata=_HASH)
    body = Text(required=True, metadata={"description": "the entry's exact text"})
    proof = Items(Text(metadata=_HASH), required=True)
    checkpoint = Part(CheckpointView, required=True)


def load_checkpoint(session: Session, _actor: Actor, size: int) -> RecordCheckpoint:
    """The head that a path names."""
    return proof.find_checkpoint(session, size)


@bp.route("/checkpoints")
@operation(PERMISSION)
@bp.arguments(PageQuery, location="query")
@bp.response(200, CheckpointPage)
def list_checkpoints(desk: Desk[None], query: dict[str, Any]) -> dict[str, Any]:
    """检查点 / Signed heads, greatest first; the keys; and what is not covered yet."""
    part = window(query)
    after = None if part.after is None else part.after.int
    rows = page(proof.list_checkpoints(desk.session, after, part.limit + 1), part.limit, key=lambda row: row.size)
    return {
        "items": [shown(row) for row in rows.items],
        "next": rows.next,
        "keys": [_key(each) for each in proof.verifier_keys(desk.session)],
        "blind_window": proof.blind_window(desk.session),
        "money": "moves" if money_moves(desk.session) else "rests",
    }


@bp.route(f"/checkpoints/<int(max={_BIG}):size>")
@operation(PERMISSION, load=load_checkpoint)
@bp.response(200, CheckpointCopiesView)
def get_checkpoint(desk: Desk[RecordCheckpoint]) -> dict[str, Any]:
    """一个检查点 / One head, and where its copies went."""
    return {**shown(desk.thing), "copies": [_copy(each) for each in proof.copies_of(desk.session, desk.thing.size)]}


@bp.route(f"/checkpoints/<int(max={_BIG}):size>/proof")
@operation(PERMISSION, load=load_checkpoint)
@bp.arguments(GrowthQuery, location="query")
@bp.response(200, GrowthView)
def prove_growth(desk: Desk[RecordCheckpoint], query: dict[str, Any]) -> dict[str, Any]:
    """一致性证明 / That this head only added to an earlier one."""
    found = proof.prove_growth(desk.session, query["from_size"], desk.thing)
    return {"first": shown(found.first), "second": shown(found.second), "proof": _texts(found.proof)}


@bp.route(f"/checkpoints/<int(max={_BIG}):size>/slip.pdf")
@operation(PERMISSION, load=load_checkpoint)
@bp.response(200, FILE, content_type="application/pdf")
def checkpoint_slip(desk: Desk[RecordCheckpoint]) -> Response:
    """检查点凭条（PDF） / The head on paper, with a QR code: the simplest copy outside."""
    content = slip.print_checkpoint(desk.session, desk.actor, desk.thing, reader_language())
    return download(content, "application/pdf", f"checkpoint-{desk.thing.size}.pdf")


@bp.route(f"/events/<int(max={_BIG}):n>/proof")
@operation(PERMISSION, load=load_event)
@bp.arguments(InclusionQuery, location="query")
@bp.response(200, InclusionView)
def prove_event(desk: Desk[Event], query: dict[str, Any]) -> dict[str, Any]:
    """包含证明 / That this entry is in the record under a signed head."""
    found = proof.prove_entry(desk.session, desk.thing.n, desk.actor.at, query.get("size"))
    return {
        "n": found.n,
        "position": found.position,
        "leaf": _text(found.leaf),
        "body": found.body,
        "proof": _texts(found.proof),
        "checkpoint": shown(found.checkpoint),
    }


def shown(row: RecordCheckpoint) -> dict[str, Any]:
    """A head as it is answered."""
    return {"size": row.size, "root": _text(row.root), "signed_at": row.signed_at, "note": row.note}


def _copy(row: RecordCopy) -> dict[str, Any]:
    return {
        "place": row.kind,
        "state": row.state,
        "tries": row.tries,
        "sent_at": row.sent_at,
        "answer": row.answer,
    }


def _key(row: RecordKey) -> dict[str, Any]:
    return {"verifier": row.verifier, "since_at": row.since_at}


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _texts(hashes: list[bytes]) -> list[str]:
    return [_text(each) for each in hashes]
