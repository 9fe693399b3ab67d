"""Copies of checkpoints reach a folder, a letter and a witness; each is tried until it is there; a fork is refused."""

from __future__ import annotations

import base64
import email
import email.policy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import text

from benefits.assurance import checkpoint, merkle
from benefits.assurance.checkpoint import COSIGNATURE, Checkpoint, Signer, VerifierKey
from benefits.assurance.seal import copies
from benefits.assurance.seal.places import Places
from benefits.assurance.seal.witness import add_checkpoint
from benefits.jobs.work import Shop
from config.settings import Settings
from models.restoration import Restoration
from models.seal import CopyKind, CopyState, RecordCheckpoint, RecordCopy
from tests.clock import machine_now
from tests.sealed import SEED, session_of, shop_of, signed
from tools.provision import Provisioned
from tools.witness import Witness, handler, seed_in

NAME = "union-benefits/test/0123456789ab"
LOG = Signer.of(NAME, SEED)
LEAVES = [merkle.leaf_hash(str(number).encode()) for number in range(40)]
NODE = merkle.nodes_of(LEAVES)


@pytest.fixture
def shop(settings: Settings, committed: Provisioned) -> Iterator[Shop]:
    with shop_of(settings, committed) as made:
        yield made


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    signer = Signer.of("witness.example/upper", seed_in(tmp_path / "witness"), COSIGNATURE)
    return Witness(signer, [LOG.verifier], tmp_path / "witness")


@contextmanager
def served(witness: Witness) -> Iterator[str]:
    """The address of a witness."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(witness)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def send_all(shop: Shop, places: Places, at: datetime | None = None) -> None:
    while True:
        with session_of(shop) as session:
            if not copies.send_one(session, places, at or machine_now()):
                return


def copy_of(shop: Shop, head: RecordCheckpoint, kind: CopyKind) -> RecordCopy:
    with session_of(shop) as session:
        return session.get_one(RecordCopy, (head.size, kind))


def head_at(size: int, node: merkle.Node = NODE) -> str:
    return Checkpoint(NAME, size, merkle.root(node, size)).signed_by(LOG)


def request(old: int, size: int, node: merkle.Node = NODE) -> str:
    steps = [base64.b64encode(step).decode() for step in merkle.consistency(node, old, size)]
    return "\n".join([f"old {old}", *steps, "", head_at(size, node)])


def test_folder_and_letter(shop: Shop, tmp_path: Path) -> None:
    places = Places(folder=tmp_path / "copies", mail_to="audit@upper.example", mail_folder=tmp_path / "mail")
    first = signed(shop, places)
    second = signed(shop, places)
    send_all(shop, places)
    (shelf,) = places.folder.iterdir()
    assert sorted(path.name for path in shelf.iterdir()) == [
        f"{first.size:012d}.txt",
        f"{second.size:012d}.txt",
        "latest.txt",
    ]
    assert (shelf / "latest.txt").read_text(encoding="utf-8") == second.note
    sent = copy_of(shop, second, CopyKind.FOLDER)
    assert (sent.state, sent.tries, sent.answer) == ("sent", 1, f"{shelf.name}/{second.size:012d}.txt")
    (letter,) = (tmp_path / "mail").iterdir()  # one an hour
    parsed = email.message_from_bytes(letter.read_bytes(), policy=email.policy.default)
    assert parsed["To"] == "audit@upper.example"
    assert first.note in parsed.get_content()


def test_a_copy_is_tried_until_it_is_there(shop: Shop, tmp_path: Path) -> None:
    blocked = tmp_path / "copies"
    blocked.write_text("a file where the folder should be", encoding="utf-8")
    places, now = Places(folder=blocked), machine_now()
    head = signed(shop, places)
    send_all(shop, places, now)
    failed = copy_of(shop, head, CopyKind.FOLDER)
    assert (failed.state, failed.tries, failed.sent_at) == ("waiting", 1, None)
    assert failed.answer
    blocked.unlink()
    send_all(shop, places, now + timedelta(seconds=2))
    assert copy_of(shop, head, CopyKind.FOLDER).state == "waiting"  # it rests between two tries
    send_all(shop, places, now + timedelta(seconds=60))
    assert copy_of(shop, head, CopyKind.FOLDER).state == "sent"


def test_another_checkpoint_of_the_same_size_is_not_overwritten(shop: Shop, tmp_path: Path) -> None:
    places = Places(folder=tmp_path)
    head = signed(shop, places)
    send_all(shop, places)
    (shelf,) = tmp_path.iterdir()
    other = (shelf / f"{head.size:012d}.txt").read_text(encoding="utf-8").replace("time 20", "time 19")
    (shelf / f"{head.size:012d}.txt").write_text(other, encoding="utf-8")
    with session_of(shop) as session:
        session.execute(text("UPDATE record_copy SET state = 'waiting', sent_at = NULL, tried_at = NULL"))
    send_all(shop, places)
    assert copy_of(shop, head, CopyKind.FOLDER).state == "refused"
    assert (shelf / f"{head.size:012d}.txt").read_text(encoding="utf-8") == other


def test_a_witness_cosigns_what_grew(shop: Shop, tmp_path: Path, witness: Witness) -> None:
    first = signed(shop)
    origin = checkpoint.read(checkpoint.parted(first.note)[0]).origin
    witness = replace(witness, logs=[Signer.of(origin, SEED).verifier])
    with served(witness) as address:
        key = VerifierKey.read(witness.signer.verifier.text)
        places = Places(folder=tmp_path, witness_url=address, witness_key=key)
        heads = [signed(shop, places, entries=300) for _ in range(3)]
        send_all(shop, places)
        for head in heads:
            sent = copy_of(shop, head, CopyKind.WITNESS)
            assert sent.state == "sent"
            (line,) = checkpoint.signature_lines(sent.answer or "")
            assert key.signed(checkpoint.parted(head.note)[0], line)
        # the outbox forgot: the witness tells what it holds, and the proof is made from there
        with session_of(shop) as session:
            session.execute(text("UPDATE record_copy SET state = 'waiting', sent_at = NULL, tried_at = NULL"))
        later = signed(shop, places)
        send_all(shop, places)
        assert copy_of(shop, later, CopyKind.WITNESS).state == "sent"
        assert copy_of(shop, heads[0], CopyKind.WITNESS).state == "refused"  # it holds a later one
        with session_of(shop) as session:
            copies.probe(session, places, machine_now())
            assert session.query(Restoration).count() == 0


def test_a_witness_that_holds_more_or_other_than_the_record_stops_the_money(
    shop: Shop, tmp_path: Path, witness: Witness
) -> None:
    first = signed(shop)
    origin = checkpoint.read(checkpoint.parted(first.note)[0]).origin
    log = Signer.of(origin, SEED)
    witness = replace(witness, logs=[log.verifier])
    leaves = [merkle.leaf_hash(bytes([n % 251])) for n in range(first.size + 500)]
    ahead = Checkpoint(origin, len(leaves), merkle.root(merkle.nodes_of(leaves), len(leaves)))
    assert witness.add_checkpoint(f"old 0\n\n{ahead.signed_by(log)}", 1).status == 200
    with served(witness) as address:
        places = Places(folder=tmp_path, witness_url=address)
        head = signed(shop, places)
        send_all(shop, places)
    refused = copy_of(shop, head, CopyKind.WITNESS)
    assert (refused.state, refused.answer) == (CopyState.REFUSED, f"409 {len(leaves)}\n")
    with session_of(shop) as session:
        (found,) = session.query(Restoration)
        assert (found.state, found.held_in, found.held_size) == ("found", "witness", len(leaves))


def test_the_witness_refuses_as_the_page_says(witness: Witness) -> None:
    assert witness.add_checkpoint(request(0, 10), 7).status == 200
    assert witness.add_checkpoint(request(10, 30), 7).status == 200
    assert witness.add_checkpoint(request(30, 30), 7).status == 200
    stale = witness.add_checkpoint(request(10, 35), 7)
    assert (stale.status, stale.text, stale.kind) == (409, "30\n", "text/x.tlog.size")
    fork = merkle.nodes_of([merkle.leaf_hash(b"fork"), *LEAVES[1:]])
    assert witness.add_checkpoint(request(30, 35, fork), 7).status == 422
    assert witness.add_checkpoint(request(30, 30, fork), 7).status == 409
    assert witness.add_checkpoint(request(30, 35).replace("old 30", "old 36"), 7).status == 400
    assert witness.add_checkpoint(request(30, 35).replace("old 30", "old 030"), 7).status == 400
    assert witness.add_checkpoint(request(30, 35).replace(f"\n\n{NAME}", f"\n\n{NAME}x"), 7).status == 404
    assert witness.add_checkpoint(request(30, 35).replace("\n35\n", "\n36\n"), 7).status == 403
    assert witness.add_checkpoint(request(30, 35), 7).status == 200
    with served(witness) as address:
        assert add_checkpoint(address, 35, [], head_at(35)).status == 200
        assert add_checkpoint(f"{address}/else", 0, [], head_at(35)).held_size == 35
        assert add_checkpoint(address, 0, [], "x" * 70_000).status == 413


def test_a_witness_without_its_check_would_cosign_a_fork(witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    assert witness.add_checkpoint(request(0, 10), 7).status == 200
    fork = merkle.nodes_of([merkle.leaf_hash(b"fork"), *LEAVES[1:]])
    monkeypatch.setattr(merkle, "grown", lambda *_: True)
    assert witness.add_checkpoint(request(10, 20, fork), 7).status == 200


def test_a_witness_that_begins_again_remembers(witness: Witness) -> None:
    assert witness.add_checkpoint(request(0, 10), 7).status == 200
    again = Witness(Signer.of(witness.signer.name, seed_in(witness.folder), COSIGNATURE), witness.logs, witness.folder)
    assert again.signer.verifier == witness.signer.verifier
    assert again.add_checkpoint(request(0, 12), 7).text == "10\n"
