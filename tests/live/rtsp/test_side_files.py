"""The last line of a capture's record, also where the medium is gone."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from acceptance.errors import OutputError
from acceptance.live.rtsp import side_files
from acceptance.live.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Callable


def gone(_: Path, *__: object, **___: object) -> None:
    raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize(
    ("method", "read"), [("open", side_files.sha256), ("stat", side_files.size)]
)
def test_a_medium_that_was_removed_is_a_sentence_not_a_fault(
    method: str,
    read: Callable[[Path], object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clip = tmp_path / "gate.mp4"
    clip.write_bytes(b"picture")
    side_files.beside(clip, side_files.PACKETS).write_bytes(b"packets")
    monkeypatch.setattr(Path, "exists", lambda _: True)
    monkeypatch.setattr(Path, method, gone)
    with pytest.raises(OutputError, match="Input/output error"):
        read(clip)


def test_the_record_ends_also_where_the_packets_cannot_be_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = tmp_path / "gate.mp4"
    clip.write_bytes(b"picture")
    side_files.beside(clip, side_files.PACKETS).write_bytes(b"packets")
    with Transcript(tmp_path / "gate.stream.jsonl", "stream") as record:
        monkeypatch.setattr(Path, "open", gone)
        with pytest.raises(OutputError, match="Input/output error"):
            side_files.finish(record, clip, full=False, packets=2)
    monkeypatch.undo()
    ended = json.loads(record.path.read_bytes().splitlines()[-1])
    known = ended["event"], ended["packets"], ended["clip_bytes"], ended["packets_sha256"]
    assert known == ("finished", 2, 7, None)
