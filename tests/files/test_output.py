"""Files are written whole or not at all, and secrets for their owner only."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from interrupting import calls, full, interrupted, killed

from acceptance.errors import OutputError, PlanError
from acceptance.files import output
from acceptance.files.output import append, copy, flush, put, put_new, put_new_folder
from acceptance.forms import panel_key
from acceptance.forms.panel_key import Key, PanelClip, PanelItem
from acceptance.model import Plan
from acceptance.report import questionnaire
from acceptance.signing.chains import make_demo_chain


def mode(path: Path) -> int:
    """Return who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def open_to_all() -> Any:
    """Let files be readable by everybody unless the program says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.parametrize("write", [put, put_new, lambda path, _: put_new_folder(path, {})])
@pytest.mark.parametrize("code", [errno.EACCES, errno.ENAMETOOLONG])
def test_a_place_that_cannot_be_looked_at_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Any, code: int
) -> None:
    """As in a folder that may not be searched; Python raises it from ``Path.exists``."""

    def shut(self: Path, **_: object) -> None:
        raise OSError(code, os.strerror(code), str(self))

    monkeypatch.setattr(Path, "is_file", shut)
    monkeypatch.setattr(Path, "exists", shut)
    with pytest.raises(OutputError, match=os.strerror(code)):
        write(tmp_path / "x.pdf", b"x")


def test_the_key_of_a_signer_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    chain = make_demo_chain(tmp_path)
    assert mode(chain.signer) == 0o600
    assert mode(chain.root) == 0o666


def test_the_key_of_a_blind_panel_is_readable_by_its_leader_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questionnaire, "panel", lambda *_: b"%PDF")
    clips = (PanelClip(subject="c", items=(), code="A2"),)
    key = Key(leader="x", seed=1, clips=clips, orders={"R1": ("A2",)})
    questionnaire.write_panel(key, (), Plan(subjects=(), shots=()), tmp_path, "zh")
    assert mode(tmp_path / panel_key.key_name("panel.csv")) == 0o600
    assert mode(tmp_path / "panel.csv") == 0o666


def test_of_two_panels_drawn_up_at_once_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table of one beside the key of the other would give scores to the wrong clips."""
    clips = (PanelClip(subject="c", items=(), code="A2"),)
    keys = [Key(leader="x", seed=n, clips=clips, orders={"R1": ("A2",)}) for n in (1, 2)]
    empty = Plan(subjects=(), shots=())

    def other_first(*_: object) -> bytes:
        monkeypatch.setattr(questionnaire, "panel", lambda *_: b"%PDF")
        questionnaire.write_panel(keys[1], (), empty, tmp_path, "zh")
        return b"%PDF ours"

    monkeypatch.setattr(questionnaire, "panel", other_first)
    with pytest.raises(OutputError, match="already exists"):
        questionnaire.write_panel(keys[0], (), empty, tmp_path, "zh")
    assert b"seed = 2" in (tmp_path / "panel.key.toml").read_bytes()
    assert (tmp_path / "panel.pdf").read_bytes() == b"%PDF"


def test_a_key_with_a_seed_that_none_has_is_no_key(tmp_path: Path) -> None:
    key = Key(leader="x", seed=-1, clips=(), orders={})
    (tmp_path / questionnaire.KEY).write_text(panel_key.dumps(key), "utf-8")
    with pytest.raises(PlanError, match="is not the key of a panel"):
        questionnaire.begun_seed(tmp_path)


@pytest.mark.parametrize("fault", ["full", "kill"])
def test_a_panel_interrupted_at_any_call_is_finished_by_the_next_of_its_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Its table comes last; one that is there is never written over."""
    monkeypatch.setattr(questionnaire, "panel", lambda *_: b"%PDF")
    (tmp_path / "a.mp4").write_bytes(b"film")
    items = (PanelItem(text="x", requirements=("p#r",)),)
    clips = (PanelClip(subject="c", items=items, code="A2", files=("a.mp4", "none.mp4")),)
    key = Key(leader="x", seed=7, clips=clips, orders={"R1": ("A2",)})

    def act(name: object) -> list[tuple[str, str]]:
        folder, empty = tmp_path / f"{name}", Plan(subjects=(), shots=())
        return questionnaire.write_panel(key, (), empty, folder, "zh", tmp_path)

    for at in range(len(calls(lambda: act("counted")))):
        if fault == "kill":
            assert killed(partial(act, at), at)
        else:
            with contextlib.suppress(OutputError), interrupted(at, full):
                act(at)
        if not (tmp_path / f"{at}" / "panel.csv").exists():
            assert questionnaire.begun_seed(tmp_path / f"{at}") in {None, 7}
            assert act(at) == [("A2", "none.mp4")]
        assert [path.read_bytes() for path in tmp_path.glob(f"{at}/clips/A2-1.mp4")] == [b"film"]
        with pytest.raises(OutputError, match="already exists"):
            act(at)


def test_a_secret_is_never_readable_by_others_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    write = os.write

    def watched(handle: int, content: bytes) -> int:
        seen.append(stat.S_IMODE(os.fstat(handle).st_mode))
        return write(handle, content)

    monkeypatch.setattr(os, "write", watched)
    put(tmp_path / "key.p12", b"new", secret=True)
    assert seen == [0o600]
    assert [path.name for path in tmp_path.iterdir()] == ["key.p12"]


@pytest.mark.parametrize("content", [b"new", b""])
def test_a_fault_at_any_call_leaves_the_older_file_or_the_new_one_and_no_draft(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"old")
    for at in range(len(calls(lambda: put(path, content)))):
        path.write_bytes(b"old")
        try:
            with interrupted(at, full):
                put(path, content)
        except OutputError:
            assert path.read_bytes() in {b"old", content}
        else:
            assert path.read_bytes() == content
        for draft in tmp_path.glob(".*.part"):  # where removing it was the fault
            draft.unlink()


Act = Callable[["Path"], None]
NEW: dict[str, Act] = {
    "a file": lambda place: put_new(place / "new", b"content" * 99),
    "a file where there are no links": lambda place: put_new(place / "new", b"content" * 99),
    "a folder": lambda place: put_new_folder(place / "new", {"a": b"A" * 99, "b": b"B"}),
    "a copy": lambda place: copy(Path(__file__), place / "new"),
}


def no_links(*_: object) -> None:
    """Say what a file system without hard links says."""
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


@pytest.fixture(params=NEW)
def new(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Act:
    """Return each way to write what is not there yet."""
    if "no links" in request.param:
        monkeypatch.setattr(os, "link", no_links)
    return NEW[request.param]


def seen(place: Path) -> dict[str, bytes]:
    """Return what somebody who looks sees: all but drafts."""
    files = {path.relative_to(place): path for path in place.rglob("*") if path.is_file()}
    return {str(name): path.read_bytes() for name, path in files.items() if str(name)[0] != "."}


def test_of_what_is_new_there_is_all_or_nothing_wherever_it_is_killed(
    tmp_path: Path, new: Act
) -> None:
    """Half a table, or half of its files, would be taken for the table."""
    count, after, met = len(calls(lambda: new(tmp_path))), seen(tmp_path), set()
    assert count > 3
    for at in range(count):
        place = tmp_path / f"{at}"
        place.mkdir()
        assert killed(partial(new, place), at)
        assert seen(place) in ({}, after), at
        met.add(bool(seen(place)))
        if not seen(place):
            new(place)
        assert seen(place) == after
    assert met == {False, True}


def test_of_what_is_new_a_full_disc_leaves_nothing_but_the_whole(tmp_path: Path, new: Act) -> None:
    count, after = len(calls(lambda: new(tmp_path))), seen(tmp_path)
    for at in range(count):
        place = tmp_path / f"{at}"
        place.mkdir()
        with contextlib.suppress(OutputError), interrupted(at, full):
            new(place)
        assert seen(place) in ({}, after), at
        assert seen(place) == after or not list(place.iterdir())


def test_what_somebody_else_put_there_meanwhile_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, real = set[Path](), output.require_new

    def look(path: Path) -> None:
        """See nothing at first: it comes after that."""
        if path in looked:
            real(path)
        looked.add(path)

    monkeypatch.setattr(output, "require_new", look)
    (tmp_path / "plan.toml").write_bytes(b"theirs")
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "a.csv").write_bytes(b"theirs")
    with pytest.raises(OutputError, match="already exists"):
        put_new(tmp_path / "plan.toml", b"ours")
    with pytest.raises(OutputError, match="already exists"):
        put_new_folder(tmp_path / "tables", {"a.csv": b"ours"})
    assert set(seen(tmp_path).values()) == {b"theirs"}
    assert not list(tmp_path.glob(".*"))


def test_a_file_called_like_a_draft_stays(tmp_path: Path) -> None:
    """It was removed: ``out.json.part`` may be anybody's."""
    (tmp_path / "out.json.part").write_bytes(b"precious")
    put(tmp_path / "out.json", b"{}")
    assert (tmp_path / "out.json.part").read_bytes() == b"precious"


def test_a_name_as_long_as_names_may_be_is_written(tmp_path: Path) -> None:
    put(tmp_path / ("n" * 255), b"x")
    assert [len(path.name) for path in tmp_path.iterdir()] == [255]


def test_two_who_write_a_file_at_once_never_make_half_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other begins and ends while this one has written half."""
    path, write, begun = tmp_path / "out.json", os.write, False

    def halting(handle: int, content: memoryview) -> int:
        nonlocal begun
        if begun:
            return write(handle, content)
        begun = True
        half = write(handle, content[: len(content) // 2])
        put(path, b"theirs")
        assert path.read_bytes() == b"theirs"
        return half

    monkeypatch.setattr(os, "write", halting)
    put(path, b"ours, and whole")
    assert path.read_bytes() == b"ours, and whole"


def test_what_interrupts_writing_by_way_of_a_link_leaves_the_older_file_whole(
    tmp_path: Path,
) -> None:
    target, link = tmp_path / "there" / "real.json", tmp_path / "out.json"
    target.parent.mkdir()
    link.symlink_to(target)
    put(link, b"first")
    assert target.read_bytes() == b"first"
    for at in range(len(calls(lambda: put(link, b"first")))):
        with contextlib.suppress(OutputError), interrupted(at, full):
            put(link, b"other")
        assert target.read_bytes() in {b"first", b"other"}
        put(link, b"first")
    assert link.is_symlink()


TWICE = """
import os, pathlib
from acceptance.files.output import put
put(pathlib.Path({!r}), b"hello")
os.write(1, b"!")
"""


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no such links here")
@pytest.mark.parametrize("name", ["/dev/stdout", "/proc/self/fd/1", "out.json"])
def test_what_is_open_behind_a_link_of_the_system_is_written_to(tmp_path: Path, name: str) -> None:
    """It was replaced, and lost where its name was: of a file that has none, beside it."""
    link = tmp_path / "out.json"
    link.symlink_to("/dev/stdout")
    code = TWICE.format(str(link) if name == link.name else name)
    for gone in (True, False):
        with (tmp_path / "log").open("w+b") as log:
            if gone:
                (tmp_path / "log").unlink()
            subprocess.run([sys.executable, "-c", code], stdout=log, check=True)
            log.seek(0)
            assert log.read() == b"!ello"  # each has its own place in the file
        assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "out.json"][gone:]
    assert link.is_symlink()


def test_a_file_in_a_folder_where_nothing_may_be_put_is_written_by_way_of_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, link = tmp_path / "closed" / "real.json", tmp_path / "out.json"
    target.parent.mkdir()
    target.write_bytes(b"a longer one")
    link.symlink_to(target)
    before, access = target.stat().st_ino, os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: Path(path) != target.parent and access(path, mode)
    )
    put(link, b"new")
    assert (target.read_bytes(), target.stat().st_ino) == (b"new", before)
    assert [path.name for path in target.parent.iterdir()] == ["real.json"]


def without_links(monkeypatch: pytest.MonkeyPatch, cause: str) -> None:
    def cannot(*_: object) -> None:
        raise OSError(getattr(errno, cause), cause)

    monkeypatch.setattr(os, "link", cannot)


@pytest.mark.parametrize("cause", ["EPERM", "EINVAL", "EACCES", "EXDEV", "ENOTSUP"])
def test_a_file_system_without_links_is_used_whatever_it_calls_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cause: str
) -> None:
    """EINVAL by Windows on FAT, EACCES and EXDEV by file systems of users."""
    without_links(monkeypatch, cause)
    put_new(tmp_path / "plan.toml", b"new")
    assert seen(tmp_path) == {"plan.toml": b"new"}
    with pytest.raises(OutputError):
        put_new(tmp_path / "plan.toml", b"other")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"new"]


@pytest.mark.parametrize("cause", ["EEXIST", "ENOSPC", "EDQUOT"])
def test_a_full_disc_or_a_file_of_somebody_else_is_no_lack_of_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cause: str
) -> None:
    without_links(monkeypatch, cause)
    with pytest.raises(OutputError):
        put_new(tmp_path / "plan.toml", b"new")
    assert not list(tmp_path.iterdir())


def test_a_line_that_a_full_disc_interrupts_is_taken_back(tmp_path: Path) -> None:
    """The next line would be glued to its half, and both be lost."""
    path = tmp_path / "batch.jsonl"
    append(path, b"first\n")
    for at in range(len(calls(lambda: append(tmp_path / "other", b"second\n")))):
        with pytest.raises(OSError, match="No space"), interrupted(at, full):
            append(path, b"second\n")
        assert path.read_bytes() == b"first\n"


def test_a_file_system_that_cannot_flush_folders_is_used_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def cannot(folder: int) -> None:
        asked.append(folder)
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", cannot)
    flush(tmp_path)
    assert len(asked) == 1
