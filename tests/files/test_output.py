"""Files are written whole or not at all, and secrets for their owner only."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Any

import pytest
from interrupting import calls, full, interrupted

from acceptance.errors import OutputError
from acceptance.files.output import flush, put, put_new
from acceptance.forms import panel_key
from acceptance.forms.panel_key import Key, PanelClip
from acceptance.model import Plan
from acceptance.report import questionnaire
from acceptance.signing.chains import make_demo_chain

if TYPE_CHECKING:
    from pathlib import Path


def mode(path: Path) -> int:
    """Return who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def open_to_all() -> Any:
    """Let files be readable by everybody unless the program says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


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


def test_a_secret_is_never_readable_by_others_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where an older draft, open to all, was left by a kill."""
    (tmp_path / "key.p12.part").write_bytes(b"old")
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
        (tmp_path / "report.pdf.part").unlink(missing_ok=True)  # where removing it was the fault


def test_of_a_new_file_that_a_full_disc_interrupts_nothing_is_left(tmp_path: Path) -> None:
    for at in range(2):
        with pytest.raises(OutputError, match="No space left"), interrupted(at + 1, full):
            put_new(tmp_path / "plan.toml", b"plan")
        assert not list(tmp_path.iterdir())


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
