"""What the packs of a folder depend on: its day and files, and not where it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from acceptance.checks import pack_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """Make a folder of two packs, one of them below, and of something else."""
    below = tmp_path / "packs" / "below"
    below.mkdir(parents=True)
    (below / "b.toml").write_text("b")
    (below.parent / "a.toml").write_text("a")
    (below.parent / "c.txt").write_text("c")
    return below.parent


def test_a_copy_elsewhere_is_the_same_and_what_is_no_pack_does_not_matter(
    folder: Path, tmp_path: Path
) -> None:
    found = pack_folder.look(folder, tmp_path)
    copy = folder.rename(tmp_path / "elsewhere")
    (copy / "c.txt").write_text("other")
    again = pack_folder.look(copy, tmp_path)
    assert found == again is not None
    assert again.folder == copy


def test_content_name_and_number_of_packs_matter(folder: Path, tmp_path: Path) -> None:
    found = [pack_folder.look(folder, tmp_path)]
    (folder / "a.toml").write_text("b")
    found.append(pack_folder.look(folder, tmp_path))
    (folder / "a.toml").rename(folder / "d.toml")
    found.append(pack_folder.look(folder, tmp_path))
    (folder / "e.toml").write_text("e")
    found.append(pack_folder.look(folder, tmp_path))
    assert None not in found
    assert len(set(found)) == 4


def test_the_day_matters(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    today = pack_folder.look(folder, tmp_path)
    monkeypatch.setattr(pack_folder, "today", lambda: "2099-01-01")
    assert pack_folder.look(folder, tmp_path) != today


def test_without_a_folder_the_shipped_packs_are_looked_at_which_are_not_those_of_a_folder(
    folder: Path,
) -> None:
    shipped = pack_folder.look(None, folder)
    assert shipped is not None
    assert shipped.folder is None
    assert len(shipped.state) == 2 + 2 * 2
    own = pack_folder.look(folder, folder / "nowhere")
    assert own is not None
    assert own.state[2:] == shipped.state[2:]
    assert own != shipped


def test_a_link_and_a_file_that_cannot_be_read_leave_it_open(folder: Path, tmp_path: Path) -> None:
    (folder / "link.toml").symlink_to(folder / "a.toml")
    assert pack_folder.look(folder, tmp_path) is None
    (folder / "link.toml").unlink()
    assert pack_folder.look(folder, tmp_path) is not None
    (folder / "e.toml").mkdir()
    assert pack_folder.look(folder, tmp_path) is None
