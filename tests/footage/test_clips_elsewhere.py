"""A clip holds its own pictures: what names other files would be kept without what was measured."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from av.stream import Disposition

from acceptance.errors import ClipError
from acceptance.footage import clip, decoding, encode
from acceptance.model import Shot
from acceptance.scene import build

LIVE = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n"
SUBFILE = "subfile,,start,0,end,0,,:"
OTHERS, UNREAD = "names other files", "not a video or picture that can be read"


def written(path: Path, grey: int = 99) -> Path:
    """Write a plain picture in whatever the name ends with."""
    plain = np.full((48, 64), grey, np.uint8)
    path.write_bytes(cv2.imencode(path.suffix, plain)[1].tobytes())
    return path


def filmed(path: Path, pictures: int = 20) -> Path:
    """Write pictures of noise; of less FFmpeg does not know a transport stream."""
    noise: Any = list(np.random.default_rng(1).integers(0, 255, (pictures, 48, 64), np.uint8))
    codec = "mpeg2video" if path.suffix in {".ts", ".mpg"} else "mpeg4"
    encode.write(path, noise, codec=codec)
    return path


@pytest.mark.parametrize(
    ("name", "text", "there"),
    [
        ("script.mp4", "ffconcat version 1.0\nfile own.ts\n", True),
        ("list.m3u8", f"{LIVE}own.ts\n#EXT-X-ENDLIST\n", True),
        ("live.m3u8", f"{LIVE}gone.ts\n", False),
        ("list.mp4", f"{LIVE}own.ts\n#EXT-X-ENDLIST\n", False),
    ],
)
def test_a_file_that_names_others_is_no_clip_and_is_told_so(
    tmp_path: Path, name: str, text: str, *, there: bool
) -> None:
    """``there``: FFmpeg opens what is named. It waits without end for a live list to go on."""
    decoding.opened(filmed(tmp_path / "own.ts")).close()
    (tmp_path / name).write_text(text)
    if there:
        assert av.open(str(tmp_path / name)).format.name in decoding.ELSEWHERE
    with pytest.raises(ClipError, match=OTHERS):
        decoding.opened(tmp_path / name)


def test_planes_in_three_files_are_no_clip(tmp_path: Path) -> None:
    """FFmpeg reads ``.U`` and ``.V`` beside a ``.Y``."""
    for suffix, size in (("Y", 352 * 288), ("U", 176 * 144), ("V", 176 * 144)):
        (tmp_path / f"own.{suffix}").write_bytes(bytes(size))
    with av.open(str(tmp_path / "own.Y")) as read:
        assert sum(packet.size for packet in read.demux()) == 352 * 288 * 3 // 2
    with pytest.raises(ClipError, match=UNREAD):
        decoding.opened(tmp_path / "own.Y")


@pytest.mark.parametrize(
    "name",
    [
        *("own%d.jpg", "50%d.jpg", "own%02d.png", "own%%.jpg", "cam%20front.png"),
        *("own*.jpg", "own[12].png", "own?.jpg", "own{1,2}.png"),
    ],
)
def test_a_picture_is_measured_as_itself_whatever_its_name(tmp_path: Path, name: str) -> None:
    """To FFmpeg ``own%d.jpg`` is own1.jpg and those after it."""
    if not can_be_named(tmp_path / name):
        pytest.skip("no such names here")
    for other in ("own1", "own2", "own01", "501", "502", "own%"):
        for suffix in (".jpg", ".png"):
            written(tmp_path / (other + suffix))
    written(tmp_path / name, grey=200)
    frames = list(clip.open_clip(tmp_path / name).frames())
    assert [int(frame.luma[20, 20]) for frame in frames] == [200]


def can_be_named(path: Path) -> bool:
    """Whether the system can name a file so."""
    try:
        path.touch()
    except OSError:
        return False
    return path in path.parent.iterdir()


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".JPG", ".jpe", ".pam"])
def test_a_large_picture_is_read_as_a_small_one_is(tmp_path: Path, suffix: str) -> None:
    """FFmpeg opens JPEG files beyond its first look by their names, and was refused."""
    noise = np.random.default_rng(1).integers(0, 255, (1080, 1920), np.uint8)
    path = tmp_path / f"still{suffix}"
    if suffix == ".pam":
        header = "P7\nWIDTH 1920\nHEIGHT 1080\nDEPTH 1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\nENDHDR\n"
        path.write_bytes(header.encode() + noise.tobytes())
    else:
        path.write_bytes(cv2.imencode(".jpg", noise)[1].tobytes())
    [frame] = clip.open_clip(path).frames()
    assert np.abs(frame.luma.astype(int) - noise).mean() < 4


@pytest.mark.parametrize("before", ["concat:", "async:", "cache:", "file:", SUBFILE])
def test_no_name_is_a_protocol(
    tmp_path: Path, before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bare in the folder where one is, FFmpeg takes them for ways to another file."""
    monkeypatch.chdir(tmp_path)
    name = f"{before}{filmed(tmp_path / 'own.ts').name}"
    if not can_be_named(tmp_path / name):
        pytest.skip("no such names here")
    (tmp_path / name).write_bytes(filmed(tmp_path / "named.ts", pictures=30).read_bytes())
    with av.open(name) as read:
        assert len(list(read.decode(video=0))) == 20
    watched = build.look(Shot(id="a", subject="b", clip=name), Path())
    assert len(watched.series.times) == 30


def test_what_an_option_is_not_for_is_not_disturbed_by_it(tmp_path: Path) -> None:
    """One option goes to every container, and only pictures by their names know it."""
    for suffix in ("mp4", "mov", "mkv", "ts", "avi", "mpg"):
        assert len(list(decoding.decode(filmed(tmp_path / f"own.{suffix}")))) == 20


@pytest.mark.parametrize(
    ("code", "said"),
    [(errno.EIO, "cannot be read (Input/output error)"), (errno.EACCES, "the file cannot be read")],
)
@pytest.mark.parametrize("names", [("x.jpg",), ("a1.jpg", "a2.jpg")])
def test_a_clip_that_a_disc_does_not_give_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str, names: tuple[str, ...]
) -> None:
    """Its first bytes are read before FFmpeg sees it; of stills, each."""
    picture = cv2.imencode(".jpg", np.full((48, 64), 90, np.uint8))[1].tobytes()
    for name in names:
        (tmp_path / name).write_bytes(picture)
    bad, opening = tmp_path / names[-1], Path.open

    def opened(self: Path, *given: Any, **named: Any) -> Any:
        if self == bad:
            raise OSError(code, os.strerror(code), str(self))
        return opening(self, *given, **named)

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(ClipError) as caught:
        clip.open_clip(bad if len(names) == 1 else tmp_path)
    assert said in str(caught.value)
    assert bad.name in str(caught.value)
    assert caught.value.code == "clip_unreadable"


def test_one_tile_of_a_phones_picture_is_not_taken_for_the_picture() -> None:
    """Two tiles of 64 x 64 pixels side by side, written by libheif 1.19 (``heif-enc -T``)."""
    with pytest.raises(ClipError, match="stored in tiles") as caught:
        clip.open_clip(Path(__file__).with_name("two_tiles.heic"))
    assert caught.value.code == "clip_in_tiles"
    assert caught.value.hint


def test_of_several_video_streams_the_first_is_measured_and_that_is_said(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "two.mp4"), "w") as container:
        sizes = ((64, 48), (128, 96))
        streams = [container.add_stream("mpeg4", 25, width=w, height=h) for w, h in sizes]
        for number in range(5):
            for stream in streams:
                frame = av.VideoFrame(stream.width, stream.height, "yuv420p")
                frame.pts = number
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode())
    info = clip.open_clip(tmp_path / "two.mp4").info
    assert info.width == 64
    assert "stream" in info.assumed
    assert "stream" not in clip.open_clip(filmed(tmp_path / "one.mp4")).info.assumed


def test_the_cover_of_a_song_is_no_clip(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "song.m4a"), "w", format="mp4") as container:
        sound = container.add_stream("aac", 8000, layout="mono")
        cover = container.add_stream("mjpeg", 25, width=64, height=48, pix_fmt="yuvj420p")
        cover.disposition = Disposition.attached_pic
        container.mux(cover.encode(av.VideoFrame(64, 48, "yuvj420p")))
        noise = np.random.default_rng(1).normal(0, 0.1, (1, 1024)).astype(np.float32)
        heard = av.AudioFrame.from_ndarray(noise, "fltp", "mono")
        heard.sample_rate = 8000
        container.mux([*sound.encode(heard), *sound.encode()])
    with pytest.raises(ClipError, match="no picture, only other streams"):
        clip.open_clip(tmp_path / "song.m4a")
