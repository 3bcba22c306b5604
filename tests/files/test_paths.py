"""Where a name in a file of somebody else leads, and that it leads nowhere else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from acceptance.errors import PackError, PlanError
from acceptance.files import paths

if TYPE_CHECKING:
    from pathlib import Path

SOUND = (
    "a.mp4",
    "a/b c.mp4",
    "北门/门口 1.mp4",
    "./a.mp4",
    "a..b/c.mp4",
    "a/08:30:00.mp4",
    "console.txt",
)
OUTSIDE = (
    "..", "../a", "a/../../b", "a/../b", "/etc/passwd", "//host/share/a", "C:/a", "c:a", "./../a",
    "a/b/../../../../../x",
)  # fmt: skip
NO_PATHS = (
    "..\\a", "C:\\a", "\\\\host\\a", "a\\b", "a\0b", "a\nb", "a\rb", "a\x1b[2Jb", "a\x7f",
    "a\u2028b", "con", "NUL", "nul.txt", "a/AUX", "Com1.mp4", "lpt¹", "prn .x", "conout$", "a./b",
    "a /b", "...", ".. /a", "x" * 256, "监" * 86, "a/" + "b" * 5000,
)  # fmt: skip


def inside(root: Path, name: str) -> Path:
    return paths.inside(root, name, folder="the folder")


@pytest.mark.parametrize("name", SOUND)
def test_a_name_below_the_folder_leads_there(name: str, tmp_path: Path) -> None:
    assert inside(tmp_path, name) == tmp_path / name


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_leads_out_of_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="lies outside the folder; copy it there"):
        inside(tmp_path, name)


@pytest.mark.parametrize("name", NO_PATHS)
def test_a_name_that_some_system_would_misread_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"cannot be the path of a file|lies outside") as refused:
        inside(tmp_path, name)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 400


def test_a_stream_of_a_file_is_no_path_on_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What NTFS keeps behind a colon is in no list of files, and in no hash."""
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(PlanError, match="Windows does not allow the name"):
        inside(tmp_path, "a.mp4:b.mp4")


@pytest.mark.parametrize(
    ("name", "other"), [("Gate", "gATE"), ("e\u0301", "\xc9"), ("s", "\u017f")]
)
def test_names_that_are_one_on_some_system_are_folded_alike(name: str, other: str) -> None:
    assert paths.folded(name) == paths.folded(other)
    assert paths.folded(name) != paths.folded(f"{other}-2")


def test_links_are_followed_before_it_is_decided(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "own").symlink_to(tmp_path / "in" / "there")
    (tmp_path / "in" / "out").symlink_to(tmp_path)
    (tmp_path / "in" / "circle").symlink_to(tmp_path / "in" / "circle")
    assert inside(tmp_path / "in", "own/a")
    for name in ("out", "out/a", "circle/a"):
        with pytest.raises(PlanError, match="lies outside"):
            inside(tmp_path / "in", name)


def test_the_error_is_of_the_kind_and_names_the_place_that_were_asked_for(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"^own\.toml: extends: \.\./a lies outside the shelf"):
        paths.inside(
            tmp_path, "../a", folder="the shelf", where="own.toml: extends", kind=PackError
        )


def test_a_file_whose_name_a_copy_stored_in_another_normal_form_is_found(tmp_path: Path) -> None:
    apart, composed = "stills/Cafe\u0301.jpg", "stills/Caf\u00e9.jpg"
    (tmp_path / "stills").mkdir()
    (tmp_path / apart).write_bytes(b"still")
    assert paths.stored(tmp_path, composed) == apart
    (tmp_path / composed).write_bytes(b"itself")
    assert paths.stored(tmp_path, composed) == composed
    assert paths.stored(tmp_path, "stills/gone.jpg") is None


def test_another_normal_form_that_is_a_link_out_of_the_folder_is_not_followed(
    tmp_path: Path,
) -> None:
    (tmp_path / "session").mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "session" / "Cafe\u0301").symlink_to(tmp_path / "secret")
    assert paths.stored(tmp_path / "session", "Caf\u00e9") is None
