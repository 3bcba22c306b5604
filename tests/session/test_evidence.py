"""Whatever happens to a sealed folder is named by path.

An independent implementation accepts the seal.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import bagit
import pytest

from acceptance.errors import AcceptanceError, InputError, OutputError, SessionError
from acceptance.model import BottomLine, Plan, Scope, Session, Verdict
from acceptance.session import evidence, log_book
from acceptance.session.evidence import Kind, Problem
from acceptance.session.log_book import LogBook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, B.1


def session(**fields: object) -> Session:
    """Make a session without findings, finished on 2 June 2026."""
    values: dict[str, object] = {
        "id": "X-1",
        "plan": Plan(subjects=(), shots=()),
        "started": "2026-06-01T23:59:00+00:00",
        "finished": "2026-06-02T08:00:00+08:00",
        "operator": "",
        "tool_version": "0.1",
        "hashes": {},
        "shots": (),
        "measurements": (),
        "notes": (),
        "findings": (),
        "bottom_line": BottomLine(verdict=Verdict.PASS, scope=Scope.DEVICE, provisional=False),
        "log": (),
    }
    return Session(**(values | fields))  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Seal a small folder whose names hold spaces and Chinese characters."""
    for path, text in {
        "data/clips/门口 摄像机.mp4": "clip",
        "data/clips/50%.mp4": "other clip",
        "data/plan.toml": "plan",
        "session.json": "{}",
        "report.pdf": "%PDF",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    LogBook(tmp_path).append("take", {"clip": "data/clips/门口 摄像机.mp4"})
    evidence.seal(tmp_path, session())
    return tmp_path


def test_a_hash_is_the_one_of_the_standard(tmp_path: Path) -> None:
    """SHA-256 of "abc" is published."""
    (tmp_path / "abc").write_bytes(b"abc")
    assert evidence.hash_file(tmp_path / "abc") == ABC
    with pytest.raises(InputError, match="cannot be read"):
        evidence.hash_file(tmp_path / "absent")


def test_the_library_of_congress_accepts_the_seal(folder: Path) -> None:
    """bagit-python validates structure, completeness, sizes and hashes."""
    bag = bagit.Bag(str(folder))
    assert bag.validate()
    assert bag.info["External-Identifier"] == "X-1"
    assert bag.info["Bagging-Date"] == "2026-06-02"
    assert bag.info["Payload-Oxum"] == f"{len('clip' + 'other clip' + 'plan')}.3"


def test_sealing_moves_nothing_and_gives_the_same_bytes_again(folder: Path) -> None:
    """A second seal over the same files changes none of them."""
    before = evidence.hash_files(folder)
    evidence.seal(folder, session())
    assert evidence.hash_files(folder) == before
    assert evidence.check(folder) == ()


def test_the_manifests_list_every_file_but_the_last_of_them(folder: Path) -> None:
    """With the hashes that the files have."""
    files = evidence.hash_files(folder)
    del files[evidence.TAG_MANIFEST]
    assert evidence.listed(folder) == files


def test_sealing_again_takes_in_what_was_added(folder: Path) -> None:
    """A report written later, a still and a longer log are sealed with the rest."""
    (folder / "report.html").write_text("<html>")
    (folder / "data" / "still.png").write_text("still")
    LogBook(folder).append("report", {})
    evidence.seal(folder, session())
    assert evidence.check(folder) == ()
    assert bagit.Bag(str(folder)).validate()


def write(path: str, text: str) -> Callable[[Path], object]:
    """Return what writes a text to a path below a folder."""
    return lambda folder: (folder / path).write_text(text, encoding="utf-8")


def flip(path: str, place: int) -> Callable[[Path], object]:
    """Return what flips the highest bit of one byte of a file."""

    def change(folder: Path) -> None:
        data = bytearray((folder / path).read_bytes())
        data[place] ^= 128
        (folder / path).write_bytes(data)

    return change


@pytest.mark.parametrize(
    ("tampering", "problems"),
    [
        (write("data/clips/50%.mp4", "Other clip"), {("changed", "data/clips/50%.mp4")}),
        (write("session.json", "{ }"), {("changed", "session.json")}),
        (write("data/clips/extra.mp4", "x"), {("added", "data/clips/extra.mp4")}),
        (write("extra.txt", "x"), {("added", "extra.txt")}),
        (lambda folder: (folder / "data/plan.toml").unlink(), {("missing", "data/plan.toml")}),
        (lambda folder: (folder / "report.pdf").unlink(), {("missing", "report.pdf")}),
        (
            lambda folder: (folder / "data/plan.toml").rename(folder / "data/Plan.toml"),
            {("missing", "data/plan.toml"), ("added", "data/Plan.toml")},
        ),
        (lambda folder: (folder / "bagit.txt").unlink(), {("missing", "bagit.txt")}),
        (
            lambda folder: (folder / "manifest-sha256.txt").unlink(),
            {("missing", "manifest-sha256.txt")},
        ),
        (
            lambda folder: (folder / "tagmanifest-sha256.txt").unlink(),
            {("missing", "tagmanifest-sha256.txt")},
        ),
        (write("tagmanifest-sha256.txt", "rubbish\n"), {("changed", "tagmanifest-sha256.txt")}),
        (flip("manifest-sha256.txt", 3), {("changed", "manifest-sha256.txt")}),
        (flip("bag-info.txt", 3), {("changed", "bag-info.txt")}),
    ],
)
def test_what_was_changed_is_named(
    folder: Path, tampering: Callable[[Path], object], problems: set[tuple[str, str]]
) -> None:
    """Every kind of change to a sealed folder comes back with its path."""
    tampering(folder)
    assert problems <= {(str(problem.kind), problem.path) for problem in evidence.check(folder)}


def test_a_changed_clip_is_found_even_when_its_manifests_were_changed_too(folder: Path) -> None:
    """The manifests vouch for nothing; the hashes in the signed session do."""
    signed = evidence.hash_files(folder)
    (folder / "data/plan.toml").write_text("another plan")
    evidence.seal(folder, session())
    assert evidence.check(folder) == ()
    (problem,) = (
        item
        for item in evidence.compare(signed, evidence.hash_files(folder))
        if item.path.startswith("data/")
    )
    assert problem == Problem(kind=Kind.CHANGED, path="data/plan.toml")


def test_another_unicode_form_of_a_name_is_no_change() -> None:
    """Some file systems store é as e and an accent."""
    assert evidence.compare({"data/caf\u00e9": ABC}, {"data/cafe\u0301": ABC}) == ()


def test_a_link_to_another_folder_is_refused(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What a link points to could change behind the seal."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    os.symlink(elsewhere, folder / "data" / "link")  # noqa: PTH211 -- reads in the order of ln
    with pytest.raises(InputError, match="link"):
        evidence.check(folder)


def test_a_folder_that_cannot_be_written_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disc leaves the older seal whole and no draft behind."""
    before = evidence.hash_files(folder)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OutputError, match="No space left"):
        evidence.seal(folder, session())
    assert evidence.hash_files(folder) == before


def test_each_log_entry_hashes_the_one_before(folder: Path) -> None:
    """Entries come back as they were written, in a chain that holds."""
    book = LogBook(folder)
    book.append(
        "judge",
        {"packs": "db50_216_2006", "share": 0.5, "again": True},
        when="2026-06-02T08:00:00+08:00",
    )
    first, second = book.read()
    assert first.previous == ""
    assert second.previous == first.sha256
    assert second.details == {"packs": "db50_216_2006", "share": 0.5, "again": True}
    assert log_book.check_chain(book.read()) == ()


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (lambda lines: [lines[0], lines[1].replace("take 2", "take 9"), *lines[2:]], 2),
        (lambda lines: [lines[0], *lines[2:]], 2),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 2),
        (lambda lines: lines[1:], 1),
        (lambda lines: [*lines[:2], lines[1], *lines[2:]], 3),
    ],
)
def test_a_log_that_was_edited_is_named_by_line(
    tmp_path: Path, edit: Callable[[list[str]], list[str]], line: int
) -> None:
    """Edited, removed, swapped, cut at the front, repeated."""
    book = LogBook(tmp_path)
    for number in range(1, 6):
        book.append(f"take {number}", {})
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(edit(path.read_text().splitlines())) + "\n")
    assert log_book.check_chain(book.read())[0] == Problem(
        kind=Kind.CHANGED, path=f"log.jsonl:{line}"
    )


def test_a_line_that_is_no_entry_is_named(tmp_path: Path) -> None:
    """A torn line stops the reading, and no entry is added behind it."""
    book = LogBook(tmp_path)
    book.append("take", {})
    with (tmp_path / "log.jsonl").open("a") as file:
        file.write(json.dumps({"when": "now"}) + "\n")
    for action in (book.read, lambda: book.append("take", {})):
        with pytest.raises(SessionError, match="not a log entry") as caught:
            action()
        assert str(caught.value).startswith(f"{tmp_path / 'log.jsonl'}:2")


def test_a_log_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """The message names the file."""
    with pytest.raises(AcceptanceError, match="cannot be written"):
        LogBook(tmp_path / "absent").append("take", {})


@pytest.mark.parametrize(
    ("manifest", "others"),
    [("manifest-sha256.txt", "data/"), ("tagmanifest-sha256.txt", "")],
)
def test_a_missing_manifest_is_named_alone_and_not_with_all_that_it_listed(
    folder: Path, manifest: str, others: str
) -> None:
    """Without their list, files are neither added nor changed."""
    (folder / manifest).unlink()
    problems = evidence.check(folder)
    assert Problem(kind=Kind.MISSING, path=manifest) in problems
    assert not [one for one in problems if one.kind is Kind.ADDED]
    assert not [one for one in problems if others and one.path.startswith(others)]


@pytest.mark.parametrize(
    ("kind", "words"),
    [(Kind.MISSING, "a missing"), (Kind.ADDED, "a added"), (Kind.CHANGED, "a changed")],
)
def test_a_problem_says_what_became_of_the_file(kind: Kind, words: str) -> None:
    assert str(Problem(kind=kind, path="a")) == words


def test_a_log_entry_has_the_time_it_was_given_or_the_present_with_its_zone(
    tmp_path: Path,
) -> None:
    """What is appended is also returned."""
    given = LogBook(tmp_path).append("take", {}, when="2026-06-02T08:00:00+08:00")
    now = LogBook(tmp_path).append("take", {})
    assert LogBook(tmp_path).read() == (given, now)
    assert given.when == "2026-06-02T08:00:00+08:00"
    assert abs(datetime.now(UTC) - datetime.fromisoformat(now.when)) < timedelta(minutes=1)
    assert datetime.fromisoformat(now.when).microsecond == 0


def test_the_log_is_canonical_json_that_a_person_can_read(tmp_path: Path) -> None:
    """Keys sorted, no blanks, Chinese as it is: the hash of an entry can be taken by hand."""
    LogBook(tmp_path).append("take", {"b": "门口", "a": 1}, when="2026")
    [text] = (tmp_path / "log.jsonl").read_text("utf-8").splitlines()
    content = '{"details":{"a":1,"b":"门口"},"previous":"","what":"take","when":"2026"}'
    digest = hashlib.sha256(content.encode()).hexdigest()
    assert text == content.replace('"what"', f'"sha256":"{digest}","what"')


def test_a_folder_that_cannot_be_written_is_named_with_its_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is read-only refuses the first thing written into it."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.mkdir", refused)
    with pytest.raises(OutputError, match="Permission denied"):
        evidence.seal(tmp_path, session())


def test_of_names_that_are_one_in_form_c_all_but_the_first_are_twins() -> None:
    """A with a ring, composed, decomposed and as the sign of a length; K and the Kelvin sign."""
    ring = ("A\u030a", "\u00c5", "\u212b")
    names = {f"data/{name}": ABC for name in (*ring, "K", "\u212a", "k", "Z")}
    found = evidence.twins(names)
    assert {(one.kind, one.path) for one in found} == {
        (Kind.TWIN, f"data/{name}") for name in ("\u00c5", "\u212b", "\u212a")
    }
    assert str(Problem(kind=Kind.TWIN, path="data/\u212a")) == (
        "data/\u212a ('\\u212a') is the name of another file in another Unicode form"
    )


def test_what_desktops_leave_is_neither_sealed_nor_counted_unless_the_session_lists_it(
    folder: Path,
) -> None:
    left = ("Thumbs.db", "data/.DS_Store", "data/clips/._50%.mp4", "~$report.docx", "~$a.potx",
            "~$图.vsdx", "~$计划.mpp", ".~报表.et", ".~lock.report.odg#", "ehthumbs.db", "Icon\r",
            ".directory", ".sync.ffs_db", "report.pdf:Zone.Identifier")  # fmt: skip
    kept = (
        "thumbs_vista.db.pdf",
        "report.pdf:Zone",
        "~$report.pdf",
        ".~report.html",
        "~$a.csv",
        ".~lock.report.pdf",
        ".~lock.a.doc#",
    )
    for name in (*left, "desktop.ini", *kept):
        (folder / name).write_text("left", encoding="utf-8")
    (folder / kept[-1]).write_text("a page" * 1000, encoding="utf-8")  # a lock is a line
    listing = session(hashes={"desktop.ini": ABC})
    assert evidence.litter(folder, listing) == set(left)
    files = evidence.hash_files(folder)
    assert evidence.hash_session(folder, listing).keys() == files.keys() - set(left)
    assert evidence.sizes(folder) == {
        name: (folder / name).stat().st_size for name in files.keys() - {*left, "desktop.ini"}
    }


def test_litter_that_an_older_version_sealed_may_go_but_not_change(folder: Path) -> None:
    """Beside the payload; a file of the payload may not go, whatever its name."""
    names = ("Thumbs.db", "data/Thumbs.db")
    for name in names:
        (folder / name).write_text("left", encoding="utf-8")
    evidence.seal(folder, session(hashes=dict.fromkeys(names, ABC)))
    assert evidence.check(folder) == ()
    (folder / "Thumbs.db").write_text("more", encoding="utf-8")
    assert evidence.check(folder) == (Problem(kind=Kind.CHANGED, path="Thumbs.db"),)
    for name in names:
        (folder / name).unlink()
    assert evidence.check(folder) == (Problem(kind=Kind.MISSING, path="data/Thumbs.db"),)


def test_a_manifest_is_as_written_to_the_byte_or_it_is_not(folder: Path) -> None:
    """Another order, capitals and other blanks say the same in other bytes."""
    manifest = folder / "manifest-sha256.txt"
    written = manifest.read_text("utf-8")
    assert evidence.is_as_written(manifest)
    lines = written.splitlines(keepends=True)
    others = ("".join(lines[::-1]), written.upper(), written.replace("  ", " *"), written + "\n")
    for other in others:
        manifest.write_text(other, encoding="utf-8")
        assert not evidence.is_as_written(manifest)


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Set the clock by which the log is written."""

    class Clock(datetime):
        @classmethod
        def now(cls, _: object = None) -> datetime:  # type: ignore[override]  # no zone is asked for
            return moment

    monkeypatch.setattr(log_book, "datetime", Clock)


NOON = datetime(2026, 6, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize("seconds", [61, 90])
def test_a_clock_set_back_by_more_than_a_minute_writes_no_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    book = LogBook(tmp_path)
    book.append("started", {}, when=NOON.isoformat())
    at(monkeypatch, NOON - timedelta(seconds=seconds))
    with pytest.raises(OutputError, match="before the last entry"):
        book.append("resumed", {})
    assert len(book.read()) == 1


@pytest.mark.parametrize("seconds", [0, 60])
def test_a_clock_set_back_by_a_minute_is_let_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    book = LogBook(tmp_path)
    book.append("started", {}, when=NOON.isoformat())
    at(monkeypatch, NOON - timedelta(seconds=seconds))
    book.append("resumed", {})
    assert len(book.read()) == 2


def test_the_clock_is_held_against_the_last_entry_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = LogBook(tmp_path)
    for hour in (11, 13, 11):
        book.append("taken", {}, when=NOON.replace(hour=hour).isoformat())
    at(monkeypatch, NOON)
    assert book.append("taken", {}).when == NOON.isoformat(timespec="seconds")


def test_an_entry_for_a_change_follows_the_log_and_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    book = LogBook(tmp_path)
    book.append("started", {})
    before = (tmp_path / log_book.LOG).read_bytes()
    content = book.with_entry("signed", {"report": "report.pdf"})
    assert (tmp_path / log_book.LOG).read_bytes() == before
    assert content.startswith(before)
    (tmp_path / log_book.LOG).write_bytes(content)
    assert [entry.what for entry in book.read()] == ["started", "signed"]
    assert log_book.check_chain(book.read()) == ()


def test_a_log_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / log_book.LOG).mkdir()
    with pytest.raises(SessionError, match="the log cannot be read") as caught:
        LogBook(tmp_path).read()
    assert caught.value.where == str(tmp_path / log_book.LOG)


def test_files_of_another_size_are_those_below_data_that_differ_or_are_not_listed(
    folder: Path,
) -> None:
    """What is listed and not there has no size; what desktops left is no part of the session."""
    sizes = {"data/clips/50%.mp4": 10, "data/plan.toml": 5, "data/gone.mp4": 3}
    (folder / "data" / "Thumbs.db").write_bytes(b"x")
    assert evidence.of_other_size(folder, session(sizes=sizes)) == {
        "data/clips/门口 摄像机.mp4", "data/plan.toml",
    }  # fmt: skip
    assert evidence.of_other_size(folder, session()) == set()
