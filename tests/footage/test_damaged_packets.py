"""Damaged packets: how many pictures they cost, and until when what builds on them may be wrong."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import cv2
import numpy as np
import pytest
from marks import slow

from acceptance.footage import encode
from acceptance.model import Shot
from acceptance.scene import build

if TYPE_CHECKING:
    from collections.abc import Callable

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
H264 = {"crf": "28", "bf": "0", "threads": "1", "x264-params": "keyint=20:min-keyint=20"}


def damaged(folder: Path, change: Callable[[bytes], bytes], *, jpeg: bool = False) -> list[Any]:
    """Write 60 pictures of noise that moves, change packet 7, and return what is said of damage."""
    wide = np.random.default_rng(1).integers(40, 200, (96, 320)).astype(np.uint8)
    pictures = [np.ascontiguousarray(wide[:, 2 * n : 2 * n + 160]) for n in range(60)]
    if jpeg:
        encode.write(
            folder / "whole.mkv", pictures, codec="mjpeg", pixel_format="yuvj420p", full_range=True
        )
    else:
        encode.write(folder / "whole.mkv", pictures, options=H264)
    with av.open(str(folder / "whole.mkv")) as read, av.open(str(folder / "a.mkv"), "w") as out:
        copy = out.add_stream_from_template(read.streams.video[0])
        for number, packet in enumerate(read.demux(video=0)):
            if not packet.size:
                continue
            new = av.Packet(change(bytes(packet)) if number == 7 else bytes(packet))
            new.pts, new.dts, new.time_base = packet.pts, packet.dts, packet.time_base
            new.is_keyframe, new.stream = packet.is_keyframe, copy
            out.mux(new)
    return said(folder, "a.mkv")


def said(folder: Path, clip: str) -> list[Any]:
    """Return what is said of damage to a clip."""
    notes = build.look(Shot(id="a", subject="b", clip=clip), folder).notes
    found = [note.reason for note in notes if note.reason.code == "pictures_damaged"]
    return [dict(reason.parameters) for reason in found]


def test_what_builds_on_a_damaged_picture_is_said_up_to_the_next_key_picture(
    tmp_path: Path,
) -> None:
    """Only the picture itself was said, and twelve after it were as wrong."""

    def blank(packet: bytes) -> bytes:
        return packet[:40] + bytes(len(packet) - 40)

    [found] = damaged(tmp_path, blank)
    assert (found["undecoded"], found["damaged"]) == (0, 1)
    assert (found["first"], found["last"]) == pytest.approx((0.28, 0.76))


def test_a_jpeg_picture_without_an_end_is_damaged_and_nothing_builds_on_it(
    tmp_path: Path,
) -> None:
    """FFmpeg shows the rest of it in grey and says nothing."""
    [found] = damaged(tmp_path, lambda packet: packet[: len(packet) // 2], jpeg=True)
    assert (found["undecoded"], found["damaged"]) == (0, 1)
    assert (found["first"], found["last"]) == pytest.approx((0.28, 0.28))
    assert damaged(tmp_path, lambda packet: packet, jpeg=True) == []


SMALL_PICTURE = b"\xff\xe1\x00\x0a" + b"\xff\xda..\xff\xd9.."  # a segment in front
FILM_BEHIND = b"ftyp...\xff\xda..."


@pytest.mark.parametrize("pictures", [1, 3])
def test_a_still_cut_in_half_is_damaged_also_where_it_is_the_only_one(
    tmp_path: Path, pictures: int
) -> None:
    """The habit of a coder, which may write no ends, shows from four pictures on."""
    noise = np.random.default_rng(1).integers(40, 200, (96, 160)).astype(np.uint8)
    whole = cv2.imencode(".jpg", noise)[1].tobytes()
    whole = whole[:2] + SMALL_PICTURE + whole[2:] + FILM_BEHIND
    for name, content in (("whole", whole), ("half", whole[: len(whole) // 2])):
        (tmp_path / name).mkdir()
        for number in range(pictures):
            (tmp_path / name / f"{number}.jpg").write_bytes(content)
    assert said(tmp_path, "whole") == []
    [found] = said(tmp_path, "half")
    assert (found["undecoded"], found["damaged"]) == (0, pictures)
    if pictures == 1:
        [alone] = said(tmp_path / "half", "0.jpg")
        assert alone == found


@pytest.mark.film
@pytest.mark.parametrize("number", [35, *map(slow, (1, 4, 6, 9, 22, 29, 33))])
def test_a_known_damage_is_said_and_figures_hold(number: int, real_data: Path) -> None:
    """35: packets of a transport stream came twice, and so did pictures: 11.2 for 10 frame/s."""
    packets: Any = importlib.import_module("damaged_packets")
    assert real_data.is_dir()
    assert packets.tried(packets.EVERY[number]).wrong == []
