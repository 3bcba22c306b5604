"""Reading clips: containers, codecs, ranges, depths, shapes and times, and what cannot be read."""

from __future__ import annotations

import itertools
import os
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from marks import slow

from acceptance.errors import ClipError
from acceptance.footage import clip, encode
from acceptance.footage.decoding import decode_apart
from acceptance.footage.packets import Packet, unstamped
from acceptance.model import Coding

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def ramp(width: int, height: int, *, depth: int = 8, shift: int = 0) -> NDArray[Any]:
    """Draw a smooth picture that differs in every corner and from frame to frame."""
    y, x = np.mgrid[0:height, 0:width]
    codes = 40 + 150 * (0.7 * x / width + 0.3 * y / height) + shift
    return np.rint(codes * 2 ** (depth - 8)).astype(np.uint16 if depth > 8 else np.uint8)


def frames_of(path: Path, coding: Coding | None = None) -> tuple[clip.Clip, list[clip.Frame]]:
    opened = clip.open_clip(path, coding)
    return opened, list(opened.frames())


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("h264.mp4", "libx264"),
        ("h264.ts", "libx264"),
        ("h265.mkv", "libx265"),
        ("h265.mp4", "libx265"),
        ("mpeg4.avi", "mpeg4"),
        ("mpeg4.mov", "mpeg4"),
        ("mjpeg.avi", "mjpeg"),
    ],
)
def test_every_container_and_codec_gives_all_frames_in_order_with_exact_times(
    tmp_path: Path, name: str, codec: str
) -> None:
    full = codec == "mjpeg"
    pictures = [ramp(64, 48, shift=8 * number) for number in range(8)]
    encode.write(
        tmp_path / name,
        pictures,
        codec=codec,
        full_range=full,
        pixel_format="yuvj420p" if full else "yuv420p",
    )
    opened, frames = frames_of(tmp_path / name)
    assert len(frames) == len(opened.packets) == 8
    steps = {b.time - a.time for a, b in itertools.pairwise(frames)}
    assert steps == {Fraction(1, 25)}
    assert opened.info.full_range is full
    for frame, picture in zip(frames, pictures, strict=True):
        assert np.abs(frame.luma.astype(int) - picture).mean() < 4, (
            "nearer to this frame than to its neighbours"
        )


def test_ten_bit_odd_sizes_and_monochrome_come_out_as_coded(tmp_path: Path) -> None:
    deep, odd, grey = ramp(64, 48, depth=10), ramp(63, 47), ramp(63, 47)
    encode.write(tmp_path / "deep.mkv", [deep], codec="ffv1", pixel_format="yuv420p10le")
    encode.write(tmp_path / "odd.mkv", [odd], codec="ffv1", pixel_format="yuv420p")
    encode.write(tmp_path / "grey.mkv", [grey], codec="ffv1", pixel_format="gray")
    opened, frames = frames_of(tmp_path / "deep.mkv")
    assert (opened.info.depth, frames[0].luma.dtype) == (10, np.uint16)
    np.testing.assert_array_equal(frames[0].luma, deep)
    odd_frame = frames_of(tmp_path / "odd.mkv")[1][0]
    np.testing.assert_array_equal(odd_frame.luma, odd)
    assert odd_frame.cb is not None
    assert odd_frame.cb.shape == (24, 32)
    grey_frame = frames_of(tmp_path / "grey.mkv")[1][0]
    np.testing.assert_array_equal(grey_frame.luma, grey)
    assert grey_frame.cb is None


def test_b_frames_come_in_presentation_order(tmp_path: Path) -> None:
    pictures = [ramp(64, 48, shift=6 * number) for number in range(10)]
    encode.write(tmp_path / "b.mp4", pictures, options={"bf": "3", "b_adapt": "0", "crf": "10"})
    _, frames = frames_of(tmp_path / "b.mp4")
    means = [float(frame.luma.mean()) for frame in frames]
    assert means == sorted(means)
    assert [frame.time for frame in frames] == [Fraction(number, 25) for number in range(10)]


def test_a_variable_frame_rate_keeps_its_times(tmp_path: Path) -> None:
    times = [Fraction(number * number, 90) for number in range(6)]
    encode.write(tmp_path / "vfr.mp4", [ramp(64, 48)] * 6, times=times)
    opened, frames = frames_of(tmp_path / "vfr.mp4")
    assert [frame.time for frame in frames] == times
    assert [packet.time for packet in opened.packets] == times


def test_uneven_stamps_of_a_fine_clock_are_no_rate_of_thousands(tmp_path: Path) -> None:
    """Stamps of 120 frame/s that jitter by ticks of 1/90,000 s; even ones state their rate."""
    random = np.random.default_rng(4)
    ticks = np.arange(40) * 750 + random.integers(0, 30, 40)
    times = [Fraction(int(tick), 90000) for tick in ticks]
    encode.write(tmp_path / "uneven.mp4", [ramp(64, 48)] * 40, times=times)
    rate = clip.open_clip(tmp_path / "uneven.mp4").info.nominal_rate
    assert rate is not None
    assert float(rate) == pytest.approx(120, rel=0.02)
    encode.write(tmp_path / "even.mp4", [ramp(64, 48)] * 20, rate=Fraction(480))
    assert clip.open_clip(tmp_path / "even.mp4").info.nominal_rate == 480


@pytest.mark.parametrize(("name", "codec"), [("bare.h264", "libx264"), ("numbers.avi", "libx264")])
def test_times_that_a_format_does_not_hold_are_said_to_be_assumed(
    tmp_path: Path, name: str, codec: str
) -> None:
    """An elementary stream has none, AVI counts frames only; a transport stream holds its own."""
    encode.write(tmp_path / name, [ramp(64, 48)] * 6, codec=codec)
    opened, frames = frames_of(tmp_path / name)
    assert "times" in opened.info.assumed
    assert [frame.time for frame in frames] == [Fraction(number, 25) for number in range(6)]
    encode.write(tmp_path / "own.ts", [ramp(64, 48)] * 6)
    assert "times" not in clip.open_clip(tmp_path / "own.ts").info.assumed


def test_times_that_jump_back_leave_packets_in_the_order_of_the_pictures(tmp_path: Path) -> None:
    """As from a recorder that restarts its clock: two stretches with the same times."""
    encode.write(tmp_path / "one.ts", [ramp(64, 48, shift=number) for number in range(20)])
    content = (tmp_path / "one.ts").read_bytes()
    (tmp_path / "two.ts").write_bytes(content * 2)
    opened, frames = frames_of(tmp_path / "two.ts")
    assert [packet.time for packet in opened.packets] == [frame.time for frame in frames]
    assert opened.info.bit_rate == pytest.approx(clip.open_clip(tmp_path / "one.ts").info.bit_rate)


def test_times_of_short_files_joined_are_those_of_the_stream(tmp_path: Path) -> None:
    """Six of ten pictures: one packet in twelve goes back, each to the beginning."""
    path = tmp_path / "short.ts"
    pictures = [ramp(64, 48, shift=8 * number) for number in range(10)]
    encode.write(path, pictures, codec="libx264", options={"bf": "0", "threads": "1"})
    path.write_bytes(6 * path.read_bytes())
    opened, frames = frames_of(path)
    assert "times" not in opened.info.assumed
    times = [frame.time for frame in frames]
    assert times == 6 * times[:10]


@pytest.mark.parametrize(
    ("lacking", "of", "assumed"), [(1, 4, False), (2, 39, True), (2, 41, False)]
)
def test_one_time_that_steps_back_does_not_make_all_of_them_assumed(
    lacking: int, of: int, *, assumed: bool
) -> None:
    packets = [
        Packet(time=Fraction(number, 25), size=1, key=True, stamped=number >= lacking)
        for number in range(of)
    ]
    assert unstamped(packets) is assumed


def test_a_rotation_flag_turns_the_picture_upright(tmp_path: Path) -> None:
    picture = ramp(64, 48)
    encode.write(tmp_path / "turned.mp4", [picture], rotation=90, options={"crf": "5"})
    opened, frames = frames_of(tmp_path / "turned.mp4")
    assert (opened.info.width, opened.info.height) == (48, 64)
    assert frames[0].luma.shape == (64, 48)
    turned = np.rot90(picture, opened.info.rotation // 90)
    assert np.abs(frames[0].luma.astype(int) - turned).mean() < 2


@pytest.mark.parametrize(
    ("size", "aspect"),
    [
        ((352, 288), "12/11"),
        ((704, 576), "12/11"),
        ((720, 480), "10/11"),
        ((960, 576), "9/11"),
        ((1280, 720), "1"),
    ],
)
def test_pictures_of_a_recorders_size_without_pixel_aspect_are_taken_as_four_to_three(
    tmp_path: Path, size: tuple[int, int], aspect: str
) -> None:
    """ITU-R BT.601: 704 of the 720 samples are the width of a 4:3 picture."""
    cv2.imwrite(str(tmp_path / "still.png"), ramp(*size))
    info = clip.open_clip(tmp_path / "still.png").info
    assert info.sample_aspect == Fraction(aspect)
    assert "sample_aspect" in info.assumed


def test_pixels_that_are_not_square_are_reported_and_can_be_overridden(tmp_path: Path) -> None:
    encode.write(
        tmp_path / "d1.mp4", [ramp(720, 576)], sample_aspect=Fraction(16, 15), matrix="bt601"
    )
    opened, _ = frames_of(tmp_path / "d1.mp4")
    assert opened.info.sample_aspect == Fraction(16, 15)
    assert opened.info.matrix == "bt601"
    stated = Coding(sample_aspect=(12, 11), full_range=True, matrix="bt709", transfer="linear")
    info = clip.open_clip(tmp_path / "d1.mp4", stated).info
    assert (info.sample_aspect, info.full_range, info.matrix, info.transfer) == (
        Fraction(12, 11),
        True,
        "bt709",
        "linear",
    )


def test_what_the_stream_does_not_say_is_listed_as_assumed(tmp_path: Path) -> None:
    encode.write(tmp_path / "silent.avi", [ramp(64, 48)], codec="mpeg4")
    info = clip.open_clip(tmp_path / "silent.avi").info
    assert {"full_range", "matrix", "transfer"} <= set(info.assumed)
    assert (info.full_range, info.matrix, info.transfer) == (False, "bt601", "bt709")


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".jpg"])
def test_stills_give_one_frame_of_full_range_luma(tmp_path: Path, suffix: str) -> None:
    grey = ramp(80, 60)
    cv2.imwrite(str(tmp_path / f"still{suffix}"), cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR))
    opened, frames = frames_of(tmp_path / f"still{suffix}")
    assert opened.info.still
    assert opened.info.full_range
    assert len(frames) == 1
    assert np.abs(frames[0].luma.astype(int) - grey).mean() < (2 if suffix == ".jpg" else 0.01)


def test_numbered_stills_are_a_sequence_in_numerical_order(tmp_path: Path) -> None:
    for number in (2, 10, 1):
        cv2.imwrite(str(tmp_path / f"shot_{number}.png"), np.full((20, 30), 10 * number, np.uint8))
    for path in (tmp_path, tmp_path / "shot_%d.png"):
        opened, frames = frames_of(path)
        assert [int(frame.luma[0, 0]) for frame in frames] == [10, 20, 100]
        assert "rate" in opened.info.assumed


def test_planes_cannot_be_written_to(tmp_path: Path) -> None:
    encode.write(tmp_path / "clip.mp4", [ramp(64, 48)])
    frame = frames_of(tmp_path / "clip.mp4")[1][0]
    with pytest.raises(ValueError, match="read-only"):
        frame.luma[0, 0] = 1


def test_names_with_spaces_and_chinese_characters_work(tmp_path: Path) -> None:
    path = tmp_path / "重庆 一号 摄像机.mp4"
    encode.write(path, [ramp(64, 48)] * 3)
    assert len(frames_of(path)[1]) == 3


def test_a_clip_cut_in_the_middle_gives_the_frames_that_are_there(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    noise = [rng.integers(16, 235, (96, 128)).astype(np.uint8) for _ in range(20)]
    encode.write(tmp_path / "whole.mkv", noise)
    content = (tmp_path / "whole.mkv").read_bytes()
    (tmp_path / "cut.mkv").write_bytes(content[: len(content) // 2])
    opened, frames = frames_of(tmp_path / "cut.mkv")
    assert 5 <= len(frames) < 20
    assert len(opened.packets) < 20
    assert opened.info.truncated
    assert not clip.open_clip(tmp_path / "whole.mkv").info.truncated


@pytest.mark.parametrize(
    ("content", "message", "code"),
    [
        (None, "does not exist", "clip_missing"),
        (b"hello, this is text\n" * 20, "not a video or picture", "clip_not_video"),
        (b"", "not a video or picture", "clip_not_video"),
    ],
)
def test_what_is_no_clip_is_refused_with_what_to_do_next(
    tmp_path: Path, content: bytes | None, message: str, code: str
) -> None:
    path = tmp_path / "clip.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ClipError, match=message) as caught:
        clip.open_clip(path)
    assert caught.value.code == code
    assert caught.value.hint
    assert str(path) in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_said_to_be_missing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "clip.mp4")
    with pytest.raises(ClipError, match="it is a pipe or a device, no file") as caught:
        clip.open_clip(tmp_path / "clip.mp4")
    assert caught.value.code == "clip_unreadable"


def test_a_text_file_is_not_taken_for_text_art(tmp_path: Path) -> None:
    path = tmp_path / "answers.txt"
    path.write_text("0.1 0.2\n" * 50)
    with pytest.raises(ClipError, match="not a video or picture"):
        clip.open_clip(path)


def test_a_recording_without_index_is_called_that(tmp_path: Path) -> None:
    whole = tmp_path / "whole.mp4"
    encode.write(whole, [ramp(64, 48)] * 10)
    content = whole.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(content[: content.index(b"moov") - 4])
    with pytest.raises(ClipError, match=r"no index \(moov box\)") as caught:
        clip.open_clip(tmp_path / "cut.mp4")
    assert "MKV or TS" in caught.value.hint


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    import wave

    with wave.open(str(tmp_path / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\0\0" * 8000)
    with pytest.raises(ClipError, match="holds no picture"):
        clip.open_clip(tmp_path / "sound.wav")


def test_a_file_without_one_whole_frame_is_refused(tmp_path: Path) -> None:
    encode.write(tmp_path / "none.mp4", [ramp(64, 48)] * 3)
    content = (tmp_path / "none.mp4").read_bytes()
    begin, end = content.index(b"mdat") + 4, content.index(b"moov") - 4
    (tmp_path / "none.mp4").write_bytes(content[:begin] + bytes(end - begin) + content[end:])
    with pytest.raises(ClipError, match="no frame can be decoded"):
        clip.open_clip(tmp_path / "none.mp4")


def test_real_clips_read_whole(real_data: Path) -> None:
    """Frame counts as data/README.md gives them."""
    for name, count in (("car_park_intel.mp4", 377), ("lobby_intel.mp4", 1394)):
        opened, frames = frames_of(real_data / name)
        assert len(frames) == len(opened.packets) == count


def test_a_real_recording_cut_in_the_middle_is_measured_as_far_as_it_goes(
    real_data: Path, tmp_path: Path
) -> None:
    content = (real_data / "car_park_intel.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(content[: len(content) // 2])
    opened, frames = frames_of(tmp_path / "cut.mp4")
    assert opened.info.truncated
    assert 100 < len(frames) < 377


@pytest.mark.parametrize(("quality", "lowest", "highest"), [("20", 17, 20), ("35", 32, 35)])
def test_frames_that_are_asked_say_how_coarsely_they_were_coded(
    tmp_path: Path, quality: str, lowest: int, highest: int
) -> None:
    """H.264 at a constant QP, key frames finer by up to 3; the map is turned with the picture."""
    noise = np.random.default_rng(1).integers(60, 200, (6, 96, 130)).astype(np.uint8)
    encode.write(tmp_path / "a.mp4", noise, options={"qp": quality}, rotation=90)
    for _ in range(20):  # a race between the decoder's threads gave wrong ones now and then
        quantisers = clip.open_clip(tmp_path / "a.mp4").quantisers(
            {0: Fraction(0), 4: Fraction(4, 25)}
        )
        assert [*quantisers] == [0, 4]
        for blocks in quantisers.values():
            assert blocks.shape == (9, 6)
            assert lowest <= blocks.min() <= blocks.max() <= highest


def test_quantisers_read_on_the_way_are_those_read_afterwards(tmp_path: Path) -> None:
    """Pictures are those of plain decoding, deblocked; with B-frames, turned."""
    noise = np.random.default_rng(1).integers(60, 200, (12, 96, 130)).astype(np.uint8)
    encode.write(tmp_path / "a.mp4", noise, options={"crf": "30", "bf": "3"}, rotation=90)
    opened = clip.open_clip(tmp_path / "a.mp4")
    afterwards = opened.quantisers({0: Fraction(0), 5: Fraction(5, 25)})
    together = list(opened.frames({0, 5}))
    for frame, plain in zip(together, opened.frames(), strict=True):
        assert np.array_equal(frame.luma, plain.luma)
        assert (frame.time, frame.key) == (plain.time, plain.key)
        assert (frame.quantisers is not None) == (frame.index in afterwards)
    for number, blocks in afterwards.items():
        assert np.array_equal(together[number].quantisers, blocks)


# How coders arrange frames: x264's options, and what asking for few frames must not lead astray
ARRANGEMENTS = {
    "pyramid": "bframes=16:b-adapt=0:b-pyramid=normal:ref=16",
    "temporal": "bframes=5:direct=temporal:8x8dct=1",
    "weighted": "weightp=2:weightb=1:bframes=4",
    "slices": "cabac=0:slices=6:bframes=2",
    "open": "open-gop=1:keyint=12:bframes=3",
    "refresh": "intra-refresh=1:keyint=20",
    "endless": "keyint=infinite:scenecut=0:bframes=3:ref=8",
    "no-b": "bframes=0:keyint=50:aq-mode=3:aq-strength=2",
    "held": "vbv-maxrate=300:vbv-bufsize=100:bitrate=300:bframes=3:keyint=25",
    "fields": "interlaced=1:bframes=2",
}


@pytest.mark.parametrize("name", ARRANGEMENTS)
@pytest.mark.parametrize("kind", ["mp4", slow("ts"), slow("h264")])
def test_frames_decoded_apart_were_coded_as_coarsely_as_in_order(
    tmp_path: Path, name: str, kind: str
) -> None:
    """To the bit, however frames refer to each other, and whichever are asked."""
    opened = _moving(tmp_path / f"a.{kind}", ARRANGEMENTS[name])
    times = {frame.index: frame.time for frame in opened.frames()}
    in_order = opened._quantisers_in_order(times)
    assert len({blocks.tobytes() for blocks in in_order.values()}) > 5
    for seed in range(8):
        numbers = np.random.default_rng(seed).choice(len(times), 1 + 2 * seed, replace=False)
        asked = {int(number): times[int(number)] for number in numbers}
        ways = [opened.quantisers(asked)]
        assert ways[0].keys() == asked.keys()
        if opened._separable:
            ways += [opened._quantisers_apart(asked, whole=whole) for whole in (False, True)]
        for found in ways:
            assert all(np.array_equal(found[n], in_order[n]) for n in found)


def _moving(path: Path, options: str) -> clip.Clip:
    """Write a picture that moves in noise and darkens at once for a while, 70 frames."""
    random = np.random.default_rng(1)
    scene = np.kron(random.integers(40, 210, (30, 60)), np.ones((6, 6)))
    frames = [
        np.roll(scene, 2 * number, 1)[:96, :130] * (0.5 if 40 < number < 46 else 1)
        + random.normal(0, 4, (96, 130))
        for number in range(70)
    ]
    coded = np.clip(frames, 0, 255).astype(np.uint8)
    encode.write(path, coded, options={"crf": "24", "x264-params": options})
    return clip.open_clip(path)


def test_few_frames_of_a_long_clip_are_not_decoded_with_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key frame and the frame; where times are not in the file, all."""
    opened = _moving(tmp_path / "a.mp4", "keyint=25:bframes=3")
    in_order: list[object] = []
    monkeypatch.setattr(clip.Clip, "_quantisers_in_order", lambda _, asked: in_order.append(asked))
    wanted = {40: Fraction(40, 25)}
    assert [*opened.quantisers(wanted)] == [40]
    assert len(list(decode_apart(opened.path, {Fraction(1), *wanted.values()}))) == 2
    assert in_order == []
    counted = replace(opened, info=replace(opened.info, assumed=("times",)))
    counted.quantisers(wanted)
    assert in_order == [wanted]


@pytest.mark.parametrize("codec", ["ffv1", "mjpeg"])
def test_a_decoder_that_does_not_state_the_quantiser_leaves_it_open(
    tmp_path: Path, codec: str
) -> None:
    """It is never guessed."""
    noise = np.random.default_rng(1).integers(60, 200, (3, 96, 128)).astype(np.uint8)
    kind = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    encode.write(tmp_path / "a.avi", noise, codec=codec, pixel_format=kind)
    times = {number: Fraction(number, 25) for number in range(3)}
    assert clip.open_clip(tmp_path / "a.avi").quantisers(times) == {}


def test_mpeg_2_states_its_quantiser_scale(tmp_path: Path) -> None:
    """Code 4 is a scale of 8 (ITU-T H.262, table 7-6, linear)."""
    noise = np.random.default_rng(1).integers(60, 200, (3, 96, 128)).astype(np.uint8)
    encode.write(tmp_path / "a.ts", noise, codec="mpeg2video", options={"qmin": "4", "qmax": "4"})
    (blocks,) = clip.open_clip(tmp_path / "a.ts").quantisers({1: Fraction(1, 25)}).values()
    assert blocks.shape == (6, 8)
    assert set(blocks.ravel().tolist()) == {8}


@pytest.mark.parametrize("name", ["b_frames.mp4", "transport.ts", "without_times.avi"])
def test_frames_are_found_again_by_number_and_time_with_the_same_codes(
    tmp_path: Path, name: str
) -> None:
    """With key frames every 10 and B-frames; a key frame, the one before it, some between."""
    noise = np.random.default_rng(2).integers(60, 200, (25, 96, 128)).astype(np.uint8)
    encode.write(tmp_path / name, noise, options={"g": "10", "keyint_min": "10", "bf": "3"})
    opened, frames = frames_of(tmp_path / name)
    times = {
        frame.index: float(frame.time) for frame in frames if frame.index in {0, 9, 10, 17, 24}
    }
    again = opened.again(times)
    assert again.keys() == times.keys()
    for index, frame in again.items():
        assert (frame.index, frame.time) == (index, frames[index].time)
        np.testing.assert_array_equal(frame.luma, frames[index].luma)


def test_a_time_after_the_end_is_missing_and_no_times_ask_for_nothing(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).integers(60, 200, (5, 96, 128)).astype(np.uint8)
    encode.write(tmp_path / "short.mp4", noise)
    opened = clip.open_clip(tmp_path / "short.mp4")
    assert opened.again({7: 9.0}) == opened.again({}) == {}
