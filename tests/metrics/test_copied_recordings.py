"""Recordings that are copies of each other are told by their bytes, not by size and length."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import av
import pytest

from acceptance.metrics import recordings as metric
from acceptance.model import Note, Recordings
from acceptance.recorder import copies
from acceptance.recorder.recordings import TimeEvidence, ordered, placed, scan

if TYPE_CHECKING:
    from pathlib import Path

CHINA = timezone(timedelta(hours=8))
START = datetime(2026, 11, 1, tzinfo=CHINA).timestamp()
NOW, HOUR = START + 25 * 86400.0, 3600.0
KEPT = Recordings(id="kept", subject="recorder", source="folder")


def copied(folder: Path, contents: list[bytes]) -> list[int]:
    """Lay files into a folder; return the places of those that are copies."""
    files = [folder / f"{number}.mp4" for number in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    sizes = [len(content) for content in contents]
    return sorted(copies.among(sizes, files))


def film(number: int, size: int) -> bytes:
    """Return a film of so many bytes, each number another one."""
    return number.to_bytes(4, "big") * (size // 4) + bytes(size % 4)


def test_recordings_of_a_constant_rate_are_no_copies(tmp_path: Path) -> None:
    """Ten days of hours, all of one length, and of one size or two."""
    sizes = [188 * 50 if number % 3 else 188 * 51 for number in range(240)]
    assert copied(tmp_path, [film(*each) for each in enumerate(sizes)]) == []


def test_a_film_laid_down_again_and_again_is_told(tmp_path: Path) -> None:
    honest = [film(number, 9_401) for number in range(1, 20)]
    assert copied(tmp_path, [*honest, *[film(0, 9_401)] * 5]) == [20, 21, 22, 23]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (film(1, 9_401), film(1, 9_402)),
        (film(1, 8_192), film(1, 8_192)),
        (b"", b""),
    ],
    ids=["other sizes", "blocks set up beforehand", "empty"],
)
def test_what_proves_no_copy_is_not_told(tmp_path: Path, first: bytes, second: bytes) -> None:
    assert copied(tmp_path, [first, second]) == []


def test_only_so_many_files_are_opened_and_those_of_the_usual_size_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [film(number // 2, 5_001 + number // 2) for number in range(6)]
    monkeypatch.setattr(copies, "MOST", 3)
    assert copied(tmp_path, [*pairs, *[film(9, 9_401)] * 3]) == [7, 8]


def film_of_a_tiny_picture(path: Path) -> None:
    """Write a film of a picture in whose container there are few bytes."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "yuv420p"
        container.mux(stream.encode(av.VideoFrame(16, 16, "yuv420p")))
        container.mux(stream.encode(None))


def test_a_folder_is_searched_for_copies_and_a_file_that_is_gone_is_none(tmp_path: Path) -> None:
    film_of_a_tiny_picture(tmp_path / "ch01_20261105080000.mp4")
    for hour in (9, 10):
        shutil.copy(
            tmp_path / "ch01_20261105080000.mp4", tmp_path / f"ch01_20261105{hour:02d}0000.mp4"
        )
    (tmp_path / "ch01_20261105110000.mp4").write_bytes(film(1, 9_401))
    found = scan(tmp_path, zone=CHINA, now=NOW)
    notes = [one for one in metric.measure(KEPT, found) if isinstance(one, Note)]
    [stated] = [one.reason.parameters for one in notes if one.reason.code == "recordings_copied"]
    assert stated == {"count": 2, "file": "ch01_20261105090000.mp4"}
    assert copies.among([9_401, 9_401], [tmp_path / "gone" / name for name in "ab"]) == set()


def test_a_list_says_nothing_of_copies() -> None:
    """It has no files."""
    evidence = TimeEvidence(named_start=START, duration=HOUR, size=9_401)
    found = ordered([placed(f"{n}.mp4", "1", evidence, now=NOW) for n in range(9)], CHINA, {})
    assert not [one for one in metric.measure(KEPT, found) if isinstance(one, Note)]
