"""Files as other file systems keep them: names that differ in case alone, no rights of files."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from acceptance.errors import PlanError
from acceptance.files.output import copy_below, copy_into
from acceptance.footage import container
from acceptance.model import Answer, Plan, Shot, Subject, SubjectKind
from acceptance.session import intake
from acceptance.session.evidence import hash_files

if TYPE_CHECKING:
    from collections.abc import Sequence

CAMERA = Subject(id="cam-1", kind=SubjectKind.FIXED)


def supported_by(*names: str) -> Plan:
    """Answer a question with these files as evidence."""
    answer = Answer(
        subject="cam-1", requirement="x#y", by="王工", when="2026-11-20", yes=True, evidence=names
    )
    return Plan(subjects=(CAMERA,), answers=(answer,))


def written(folder: Path, names: Sequence[str]) -> None:
    """Write files, each with its name in it."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, "utf-8")


@pytest.mark.parametrize(
    ("first", "second"),
    [("IMG_1.jpg", "img_1.JPG"), ("照片/a.jpg", "照片/A.jpg"), ("A/1.jpg", "a/1.jpg")],
)
def test_evidence_of_two_names_that_are_one_elsewhere_is_refused_before_anything_is_measured(
    tmp_path: Path, first: str, second: str
) -> None:
    """On a stick of exFAT the second was written over the first, without a word."""
    written(tmp_path, (first, second))
    with pytest.raises(PlanError, match=f"the same name as {first}"):
        intake.check_there(supported_by(first, second), tmp_path)


def test_evidence_of_other_names_and_one_file_by_two_names_are_taken(tmp_path: Path) -> None:
    """As Windows keeps it: whatever the case that somebody types."""
    written(tmp_path, ("IMG_1.jpg", "IMG_2.jpg", "照片/IMG_1.jpg"))
    (tmp_path / "img_1.jpg").hardlink_to(tmp_path / "IMG_1.jpg")
    names = ("IMG_1.jpg", "IMG_2.jpg", "照片/IMG_1.jpg", "img_1.jpg", "IMG_1.jpg")
    intake.check_there(supported_by(*names), tmp_path)


def test_tables_of_a_shot_that_are_one_elsewhere_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "day_of", lambda _: "2026-11-20")
    written(tmp_path, ("a.mp4", "one/times.csv", "two/Times.CSV"))
    shot = Shot(id="s", subject="cam-1", clip="a.mp4", arrivals="one/times.csv")
    assert intake.take(shot, tmp_path, tmp_path / "bag").arrivals.endswith("/times.csv")
    both = Shot(
        id="s", subject="cam-1", clip="a.mp4", arrivals="one/times.csv", screen_log="two/Times.CSV"
    )
    with pytest.raises(PlanError, match="two files of one shot have this name"):
        intake.take(both, tmp_path, tmp_path / "bag")


def test_files_are_copied_where_their_rights_and_times_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As into a network folder of a desktop (gvfs), which answers: not supported."""

    def refused(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    written(tmp_path, ("old/a.txt", "old/b/c.txt"))
    monkeypatch.setattr(os, "chmod", refused)
    monkeypatch.setattr(os, "utime", refused)
    monkeypatch.setattr(Path, "chmod", refused)
    copy_below(tmp_path / "old", tmp_path / "new")
    assert hash_files(tmp_path / "new") == hash_files(tmp_path / "old")


def test_a_copy_has_its_times_is_read_by_as_few_and_can_be_written_over(tmp_path: Path) -> None:
    """What nobody may write (a pack of a system's own) was copied so, and the next copy failed."""
    source, target = tmp_path / "pack.toml", tmp_path / "copy.toml"
    source.write_bytes(b"x")
    os.utime(source, (1, 1_000_000_000))
    source.chmod(0o400)
    copy_into(source, target)
    status = target.stat()
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert status.st_mtime == 1_000_000_000
