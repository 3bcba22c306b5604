"""Fields of H.264 told from frames by the bits of their heads, whatever these say."""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from conftest import benchmark

from acceptance.errors import GapError
from acceptance.footage import bits, stated_steps
from acceptance.footage.clip import open_clip
from acceptance.footage.field_pictures import CodedField, Fields
from acceptance.metrics import frame_rate
from acceptance.model import Note, Shot
from acceptance.scene import build

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

writer: Any = benchmark("field_pictures")
pictures: Any = benchmark("recorder_containers").pictures
MOST_MEMORY, MOST_TIME = 4e6, 3.0  # bytes; s of the processor for all, while memory is traced
BLACK = np.zeros((64, 64), np.uint8)
SETS = writer._head(64, 64)
TOP, BOTTOM = (writer._slice(BLACK[parity::2], 0, parity) for parity in (0, 1))
WHOLE = writer._slice(BLACK, 0, None)


def sequence(
    *, cycle: int = 0, digits: int = 0, kind: int = 1, identity: int = 0, frames_alone: bool = False
) -> bytes:
    """Write a sequence of the main profile (7.3.2.1.1), with a cycle of as many offsets."""
    number = writer._whole
    said = f"{77:08b}{0:08b}{30:08b}" + number(identity) + number(digits) + number(kind)
    said += "0" + number(0) * 2 + number(cycle) + "1" * min(cycle, 1000)
    return bytes(
        writer._unit(0x67, said + number(0) + "0" + number(3) + number(1) + f"{frames_alone:d}0000")
    )


def hostile() -> Iterator[bytes]:
    """Yield counts of 2**32, noughts and ones without end, and units of anything."""
    random = np.random.default_rng(0)
    yield from (sequence(cycle=2**power - 2) for power in (9, 24, 32))
    yield from (sequence(digits=2**32 - 2), sequence(kind=2**32 - 2))
    head = b"\0\0\1\x67\x64\0\x1e"
    yield from (head + bytes(8000), head + b"\xff" * 8000, b"\0\0\1" * 9000, b"\0\0\1", b"")
    for size in random.integers(1, 300, 200):
        kind = random.choice([0x67, 0x68, 0x65, 0x61, 0x42, 0x44, 0x26])
        yield b"\0\0\1" + bytes([kind]) + random.bytes(size)


def test_hostile_heads_take_neither_time_nor_memory() -> None:
    """In packets, in front of them and in boxes; read as H.265 as well."""
    tried = list(hostile())
    begun = time.process_time()
    tracemalloc.start()
    for content in tried:
        for extra in (content, b"\1\x64\0\x1e\xff\xff" + content, b"\1" + bytes(20) + content):
            Fields(extra).of(content + TOP)
            stated_steps.stated_steps("hevc", extra, content, 8)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < MOST_MEMORY
    assert time.process_time() - begun < MOST_TIME


@pytest.mark.parametrize(("cycle", "fields"), [(0, 1), (255, 1), (256, 0), (2**32 - 2, 0)])
def test_a_count_beyond_the_standard_s_is_not_followed(cycle: int, fields: int) -> None:
    """Offsets of a cycle of pictures, 255 at most (7.4.2.1.1)."""
    picture = SETS[SETS.index(b"\x68") - 4 :]
    assert len(Fields(sequence(cycle=cycle) + picture).of(TOP)) == fields


def test_more_than_32_noughts_are_no_number() -> None:
    with pytest.raises(EOFError):
        bits.Bits(bytes(5) + b"\xff" * 90, 0).unsigned()
    assert bits.Bits(b"\0\0\0\1" + bytes(4), 0).unsigned() == 2**31 - 1


@pytest.mark.parametrize("quantiser", [52, 10**6, -(10**6)])
def test_a_quantiser_of_h265_outside_its_range_is_not_taken(
    quantiser: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stated_steps, "_slice_quantiser", lambda *_: (quantiser, False))
    assert stated_steps.stated_steps("hevc", b"", b"", 8) is None


def test_a_field_is_told_behind_long_words_and_by_the_sequence_that_it_names() -> None:
    """10 kB of SEI in front of it; another sequence, of whole frames alone, behind its own."""
    words = b"\0\0\1\x06\x05" + b"\xff" * 10_000
    other = sequence(identity=4, frames_alone=True)
    top, bottom = (
        CodedField(bottom=False, frame=0, idr=True),
        CodedField(bottom=True, frame=0, idr=False),
    )
    assert Fields(SETS).of(words + TOP) == (top,)
    assert Fields(SETS + other).of(TOP) == (top,)
    assert Fields(b"").of(SETS + TOP + BOTTOM) == (top, bottom)
    assert Fields(SETS).of(WHOLE) == ()
    assert bottom.completes(top)
    assert not top.completes(bottom)


@pytest.mark.parametrize("suffix", ["h264", "avi", "mkv", "ts"])
def test_each_picture_of_fields_is_one_packet_and_each_lost_one_is_told(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 40 pictures, a field in a packet where the file has such, 5 cannot be decoded."""
    coded, refuse = writer._coded, b"\0\0\0\1\x0c" + b"\xff" * 200
    monkeypatch.setattr(
        writer, "_coded", lambda p, n, whole: [refuse] if n // 5 == 3 else coded(p, n, whole=whole)
    )
    name = "raw.h264" if suffix == "h264" else f"clip.{suffix}"
    path = tmp_path / name.replace("raw.h264", "clip.ts")
    writer.fields(pictures(40), apart=True, frames=range(10))(None, path)
    path = tmp_path / name
    # FFmpeg puts what is no picture into the packet before it, where a file has no packets itself
    lost = 5 if suffix in {"avi", "mkv"} else 0
    opened = open_clip(path)
    assert len(opened.packets) == 35 + lost
    assert len(list(opened.frames())) == 35
    scene = build.look(Shot(id="a", subject="b", clip=path.name), tmp_path)
    damage = [note.reason for note in scene.notes if note.reason.code == "pictures_damaged"]
    assert [reason.parameters["undecoded"] for reason in damage] == [lost] * bool(lost)
    assert [reason.parameters["damaged"] for reason in damage] == [0] * bool(lost)
    assert scene.video.interlaced
    found = [note.reason.code for note in frame_rate.measure(scene) if isinstance(note, Note)]
    assert "interlaced" in found
    of_h265 = replace(scene, video=replace(scene.video, codec="hevc"))
    with pytest.raises(GapError, match="fields_apart"):
        list(frame_rate.measure(of_h265))
