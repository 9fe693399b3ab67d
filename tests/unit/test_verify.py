"""The stand-alone verifier against packages made by hand: honest ones, broken ones, and a lying server's."""

from __future__ import annotations

import random
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest

from tests.packages import (
    BODIES,
    CASE,
    MINE,
    SIGNER,
    Signer,
    as_lines,
    contents,
    files,
    judged,
    leaf,
    packed,
    root,
    whole,
)
from tools import verify


def found(made: bytes, tmp_path: Path, *more: str, key: str = SIGNER.public) -> list[str]:
    """What the verifier says, run in this process: its lines."""
    path = tmp_path / "package.zip"
    path.write_bytes(made)
    keys = dict([verify.key_of(key)])
    copies = [verify.opened(note.encode(), keys) for note in more]
    with path.open("rb") as file:
        return verify.Check(file, keys, copies).found


def test_an_honest_package_is_ok_for_the_program_alone(tmp_path: Path) -> None:
    assert judged(whole(files()), [SIGNER.public], folder=tmp_path) == (0, ["ok"])
    (tmp_path / "key").write_text(Signer().public + "\n" + SIGNER.public + "\n")
    assert judged(whole(files()), [str(tmp_path / "key")], folder=tmp_path) == (0, ["ok"])


def test_another_key_proves_nothing(tmp_path: Path) -> None:
    status, lines = judged(whole(files()), [Signer().public], folder=tmp_path)
    assert (status, lines[0]) == (1, "failed")
    assert "checkpoints: none of 14 entries is good, so no entry is proven" in lines


@pytest.mark.parametrize("arguments", [[], ["--key=nonsense"], ["--key=a+b+c", "--copy=missing"]])
def test_called_wrongly(tmp_path: Path, arguments: list[str]) -> None:
    status, _ = judged(whole(files()), [], *arguments, folder=tmp_path)
    assert status == 2


def test_no_flipped_bit_is_accepted(tmp_path: Path) -> None:
    """P16: one bit anywhere, in content, headers, directory or manifest."""
    honest, chance = whole(files()), random.Random(16)
    path = tmp_path / "package.zip"
    for _ in range(1000):
        bit = chance.randrange(len(honest) * 8)
        flipped = bytearray(honest)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        assert verify.main([str(path), "--key", SIGNER.public]) == 1, bit
    path.write_bytes(honest)
    assert verify.main([str(path), "--key", SIGNER.public]) == 0


def altered(name: str, old: bytes, new: bytes) -> bytes:
    """A package in which one file says something else, and the manifest of the lying server agrees."""
    made = files()
    assert old in made[name]
    return whole({**made, name: made[name].replace(old, new, 1)})


def test_a_lying_manifest_does_not_help(tmp_path: Path) -> None:
    assert found(altered("rows/application.jsonl", b'"approved_amount": 500', b'"approved_amount": 900'), tmp_path) == [
        f"application {CASE}: approved_amount differ from its last entry (104)"
    ]
    assert found(altered("documents/d1.pdf", b"paper", b"Paper"), tmp_path) == [
        "documents/d1.pdf: the record has another digest of it"
    ]
    (first, *_) = found(
        altered("record/entries.jsonl", b'approved_amount\\": 500', b'approved_amount\\": 900'), tmp_path
    )
    assert first == "entry 104: is not in the log of 14 entries at position 4"
    assert found(
        whole({**files(), "rows/notice.jsonl": as_lines([{"row": "n1", "data": {"id": "n1"}}])}), tmp_path
    ) == ["notice n1: id differ from its last entry (110)"]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("index.en.pdf", b"2000.00", b"9000.00"),
        ("record/entries.jsonl", b'"n": 104', b'"n": 999'),
        ("record/checkpoints.jsonl", b'"proof": []', b'"proof": ["00"]'),
        ("rows/unused.jsonl", b"", b""),
    ],
)
def test_what_no_entry_proves_the_house_has_signed(tmp_path: Path, name: str, old: bytes, new: bytes) -> None:
    """The manifest agrees with what was altered, but only the house can sign it."""
    unsigned = ["manifest.json: is not what a given key has signed in manifest.note"]
    made = {**files(), "index.en.pdf": b"%PDF paid 2000.00"}
    changed = {**made, name: made.get(name, b"").replace(old, new, 1)}
    assert changed != made
    assert found(whole(changed), tmp_path) == []
    assert found(whole(changed, signer=Signer()), tmp_path) == unsigned
    honest = contents(whole(made))
    crossed = {**contents(whole(changed)), "manifest.note": honest["manifest.note"]}
    assert found(packed(crossed), tmp_path) == unsigned
    del crossed["manifest.note"]
    status, lines = judged(packed(crossed), [SIGNER.public], folder=tmp_path)
    assert (status, lines[0]) == (1, "failed")


def test_what_was_asked_is_signed(tmp_path: Path) -> None:
    made, other = whole(files(), subject={"member_id": "m1"}), whole(files(), subject={"member_id": "m2"})
    crossed = {**contents(other), "manifest.note": contents(made)["manifest.note"]}
    assert found(packed(crossed), tmp_path) == ["manifest.json: is not what a given key has signed in manifest.note"]


def test_a_wrong_place_in_the_log_is_found(tmp_path: Path) -> None:
    assert found(altered("record/entries.jsonl", b'"position": 3', b'"position": 11'), tmp_path)
    assert found(altered("record/entries.jsonl", b'"position": 10', b'"position": 26'), tmp_path)


def test_entries_out_of_order_are_found(tmp_path: Path) -> None:
    made = files()
    first, second, *rest = made["record/entries.jsonl"].splitlines(keepends=True)
    swapped = {**made, "record/entries.jsonl": b"".join([second, first, *rest])}
    assert found(whole(swapped), tmp_path) == ["entry 100: stands out of order"]


def test_a_number_that_nothing_proves_does_not_make_an_older_image_the_last(tmp_path: Path) -> None:
    bodies = [*BODIES[:9], BODIES[9].replace("08:00:08", "08:00:09"), *BODIES[10:]]
    made = files(bodies)
    older = made["record/entries.jsonl"].replace(b'"n": 109', b'"n": 999')
    shown = as_lines([{"row": "n1", "data": {"id": "n1"}}])
    assert found(whole({**made, "record/entries.jsonl": older, "rows/notice.jsonl": shown}), tmp_path) == [
        "notice n1: id differ from its last entry (110)"
    ]


def test_what_is_withheld_is_found_as_far_as_a_package_can_tell(tmp_path: Path) -> None:
    middle = [at for at in MINE if at != 2]
    assert found(whole(files(mine=middle)), tmp_path) == [
        f"application {CASE}: entries are left out between its versions"
    ]
    # The last entry of a row can be withheld: only the server, or a package of everything, knows that there is one.
    assert found(whole(files(mine=[at for at in MINE if at != 10])), tmp_path) == []
    # But then other rows must agree with the older image too, and what stands on the entry is not shown without it.
    assert found(whole(files(mine=[at for at in MINE if at != 12])), tmp_path) == [
        f"application {CASE}: no act is shown that made it approved",
        "disbursement p1: no approval of its case is shown",
    ]
    assert found(whole(files(mine=[at for at in MINE if at != 5])), tmp_path) == [
        "bank_result b1: its payment is not shown as answered"
    ]
    assert found(whole(files(mine=[at for at in MINE if at != 4])), tmp_path) == [
        f"application {CASE}: payments of 500 are more than was approved"
    ]


def test_another_cases_entries_are_found(tmp_path: Path) -> None:
    assert found(whole(files(), cases=["c2"]), tmp_path) == [
        "manifest.json: the cases of the record are others than it says"
    ]


def test_a_row_or_paper_that_is_not_shown_is_found(tmp_path: Path) -> None:
    made = files()
    assert found(whole({name: made[name] for name in made if name != "rows/voucher.jsonl"}), tmp_path) == [
        "voucher v1: is not shown, but the entries have it"
    ]
    without = {name: made[name] for name in made if name != "documents/d1.pdf"}
    assert found(whole(without), tmp_path) == ["document d1: its content is missing"]
    assert found(whole(without, withheld=[{"table": "document", "row": "d1"}]), tmp_path) == []


def test_a_manifest_says_only_what_the_package_bears_out(tmp_path: Path) -> None:
    assert found(whole(files(), origin="example.org/other"), tmp_path) == [
        "checkpoints: none of 14 entries is good, so no entry is proven"
    ]
    made = files()
    assert found(whole(made, withheld=[{"table": "document", "row": "d9"}]), tmp_path) == [
        "withheld: no entry tells of document d9"
    ]
    twice = {**made, "rows/voucher.jsonl": made["rows/voucher.jsonl"] * 2}
    assert found(whole(twice), tmp_path) == ["voucher v1: is shown twice"]


def test_sums_are_checked(tmp_path: Path) -> None:
    for at, old, new, told in (
        (5, '"amount": 500', '"amount": 500.01', "payments of 500.01 are more than was approved"),
        (7, '"debit": 500', '"debit": 499.99', "do not add up to 500 on both sides"),
    ):
        bodies = [each.replace(old, new) if place == at else each for place, each in enumerate(BODIES)]
        (line,) = found(whole(files(bodies)), tmp_path)
        assert told in line


def test_a_forked_log_is_found_by_a_copy_kept_outside(tmp_path: Path) -> None:
    honest = SIGNER.note(7, root([leaf(each) for each in BODIES[:7]]))
    assert found(whole(files()), tmp_path, honest) == []
    forked = [each.replace("draft", "DRAFT") for each in BODIES]
    assert found(whole(files(forked)), tmp_path, honest) == [
        "copy: the checkpoint of 7 entries is another than the package's"
    ]
    unknown = SIGNER.note(8, root([leaf(each) for each in BODIES[:8]]))
    assert found(whole(files()), tmp_path, unknown) == ["copy: the checkpoint of 8 entries is not in the package"]


def test_a_log_that_does_not_begin_with_its_checkpoint_is_found(tmp_path: Path) -> None:
    made, forked = files(), files([each.replace("draft", "DRAFT") for each in BODIES])
    first, *_ = forked["record/checkpoints.jsonl"].splitlines(keepends=True)
    _, *rest = made["record/checkpoints.jsonl"].splitlines(keepends=True)
    assert found(whole({**made, "record/checkpoints.jsonl": b"".join([first, *rest])}), tmp_path) == [
        "checkpoints: the log of 7 entries does not begin with that of 4"
    ]


def test_a_number_too_large_for_any_book_stops_nothing(tmp_path: Path) -> None:
    bodies = [each.replace('"amount": 500', '"amount": 1e300') for each in BODIES]
    assert any("more than was approved" in line for line in found(whole(files(bodies)), tmp_path))


def test_other_readers_see_the_same_members(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(whole(files()))
    with ZipFile(path) as archive, path.open("rb") as file:
        mine = verify.members(file)
        assert archive.testzip() is None
        assert [info.filename for info in archive.infolist()] == list(mine)
        for name in mine:
            assert b"".join(verify.chunks(file, *mine[name])) == archive.read(name)
    assert ZipInfo("x").date_time == (1980, 1, 1, 0, 0, 0)
