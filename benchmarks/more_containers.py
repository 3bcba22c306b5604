# ruff: noqa: E501 -- a line for each container
"""Containers that were written down before any of them was measured, with what must come out.

``python benchmarks/more_containers.py`` writes and measures them as ``containers.py`` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from containers import B_FRAMES, STEP, WRAP, Container, main

if TYPE_CHECKING:
    from collections.abc import Callable

    from containers import Stamps

OPEN = {"crf": "30", "bf": "3", "threads": "1", "x264-params": "scenecut=0:keyint=25:open-gop=1"}
OPEN_265 = {"crf": "30", "x265-params": "log-level=none:pools=1:keyint=25:open-gop=1:bframes=3"}
FIELDS = {"crf": "30", "threads": "1", "x264-params": "scenecut=0:keyint=25:tff=1"}
FIELDS_OF_2 = {"bf": "2", "flags": "+ildct+ilme"}
FRAGMENTS = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
MS = {"video_track_timescale": "1000"}


def paced(*steps: float) -> Callable[[Stamps], Stamps]:
    """Let the intervals go round these numbers of 1/90000 s."""

    def stamped(stamps: Stamps) -> Stamps:
        rows = np.resize(np.array(steps), len(stamps) - 1)
        return [0, *np.rint(np.cumsum(rows)).astype(int).tolist()]

    return stamped


def rounded(step: float, to: float) -> Callable[[Stamps], Stamps]:
    """Round even stamps down to whole multiples of ``to`` (1/90000 s)."""
    return lambda stamps: [int(n * step // to * to) for n in range(len(stamps))]


def wandering(low: float, high: float) -> Callable[[Stamps], Stamps]:
    """Let the interval grow evenly, as a camera's does at dusk."""
    return lambda stamps: paced(*np.linspace(low, high, len(stamps) - 1))(stamps)


def phone(seed: int) -> Callable[[Stamps], Stamps]:
    """Draw intervals as a phone's camera has them: 30 frame/s, some of 24 in the dark, jitter."""
    random = np.random.default_rng(seed)
    return lambda stamps: paced(
        *(
            random.choice([3000, 3000, 3000, 3750], len(stamps) - 1)
            + random.normal(0, 40, len(stamps) - 1)
        )
    )(stamps)


def moved_by(by: int) -> Callable[[Stamps], Stamps]:
    """Move all stamps."""
    return lambda stamps: [stamp + by for stamp in stamps]


def cut(mark: bytes, number: int) -> Callable[[bytes], bytes]:
    """Leave what stands before the so manieth mark out of an elementary stream or TS."""

    def change(file: bytes) -> bytes:
        at = 0
        for _ in range(number):
            at = file.index(mark, at + 1)
        return file[at // 188 * 188 :] if file[0] == 0x47 else file[at:]

    return change


def without_index(file: bytes) -> bytes:
    """Cut the index off an AVI."""
    return file[: file.rindex(b"idx1")]


BEFORE_WRAP = WRAP - 60 * STEP
FRESH: tuple[Container, ...] = (
    # other containers
    *(Container(name="B-frames", suffix=s, options=B_FRAMES) for s in ("3gp", "f4v", "nut", "mpg", "asf")),
    Container(name="MPEG-2", suffix="mxf", codec="mpeg2video", options={"bf": "2"}),
    Container(name="MPEG-2", suffix="mpg", codec="mpeg2video", options={"bf": "0"}),
    Container(name="MPEG-1", suffix="mpg", codec="mpeg1video", options={"bf": "0"}),
    Container(name="packets of 192 bytes", suffix="m2ts", options=B_FRAMES, muxing={"mpegts_m2ts_mode": "1"}),
    Container(name="fragments", suffix="mp4", options=B_FRAMES, muxing=FRAGMENTS),
    Container(name="VP8 with hidden pictures", suffix="webm", codec="libvpx", options={"auto-alt-ref": "1", "lag-in-frames": "16", "b": "300k", "cpu-used": "8"}),
    Container(name="VP9 with hidden pictures", suffix="webm", codec="libvpx-vp9", options={"auto-alt-ref": "1", "lag-in-frames": "16", "b": "300k", "cpu-used": "8"}),
    Container(name="MJPEG without index", suffix="avi", codec="mjpeg", options={}, bytes_of=without_index, rate=None),
    Container(name="MPEG-4 without index", suffix="avi", codec="mpeg4", options={"bf": "0"}, bytes_of=without_index, rate=None),
    Container(name="without times", suffix="mjpeg", codec="mjpeg", options={}, rate=None),
    # open groups, fields
    *(Container(name="open groups", suffix=s, options=OPEN) for s in ("mp4", "ts")),
    *(Container(name="open groups, H.265", suffix=s, codec="libx265", options=OPEN_265) for s in ("mp4", "ts")),
    Container(name="open groups, first one lost", suffix="ts", options=OPEN, lost=tuple(range(22))),
    Container(name="open groups, first one lost, H.265", suffix="ts", codec="libx265", options=OPEN_265, lost=tuple(range(22))),
    Container(name="open groups, first one lost, H.265", suffix="mp4", codec="libx265", options=OPEN_265, lost=tuple(range(22))),
    *(Container(name="fields", suffix=s, options=FIELDS) for s in ("mp4", "ts")),
    Container(name="fields, MPEG-2", suffix="ts", codec="mpeg2video", options=FIELDS_OF_2),
    Container(name="fields, 3 pictures lost", suffix="mp4", options=FIELDS | {"bf": "0"}, lost=(40, 41, 90), dropped=3, rate=24.5),
    # where the stamps begin
    *(Container(name="all stamps begin 37 s late", suffix=s, options=B_FRAMES, stamps=moved_by(37 * 90000), first=37 * 90000) for s in ("mp4", "ts", "mkv")),
    Container(name="ten stamps below 0", suffix="mkv", stamps=moved_by(-10 * STEP), first=-10 * STEP),
    Container(name="ten stamps below 0", suffix="mp4", stamps=moved_by(-10 * STEP), first=-10 * STEP),
    Container(name="begins at the wrap", suffix="ts", stamps=moved_by(WRAP - 4 * STEP), first=WRAP - 4 * STEP),
    Container(name="stamps wrap, 3 pictures lost there", suffix="ts", stamps=moved_by(BEFORE_WRAP), first=BEFORE_WRAP, lost=(55, 56, 90), dropped=3, rate=24.5),
    Container(name="32 bits wrap", suffix="mkv", lead=1000, stamps=lambda stamps: [(x + 2**32 - 70 * STEP) % 2**32 for x in stamps], first=0),
    Container(name="24 bits of ms wrap", suffix="mkv", lead=1000, stamps=lambda stamps: [(x + 2**24 * 90 - 70 * STEP) % (2**24 * 90) for x in stamps]),
    # rates
    *(Container(name="59.94 frame/s", suffix=s, step=1501, rate=90000 / 1501) for s in ("mp4", "mkv", "flv")),
    *(Container(name="15.6 frame/s", suffix=s, step=5769, rate=90000 / 5769) for s in ("mp4", "mkv")),
    Container(name="29.97 frame/s in ms", suffix="mp4", step=3003, rate=30000 / 1001, muxing=MS),
    Container(name="59.94 frame/s in ms", suffix="mp4", step=1501, rate=90000 / 1501, muxing=MS),
    Container(name="6.25 frame/s", suffix="ts", step=14400, rate=6.25, frames=60),
    Container(name="1 frame/s", suffix="mp4", step=90000, rate=1, frames=20),
    Container(name="240 frame/s", suffix="mkv", step=375, rate=240, frames=240),
    # intervals that vary, none lost
    *(Container(name="phone", suffix=s, stamps=phone(n), rate=None, lead=40) for n, s in enumerate(("mp4", "mkv", "mp4", "mkv"))),
    Container(name="3:2", suffix="mp4", stamps=paced(3003, 4504.5), rate=90000 / 3753.75, lead=40),
    Container(name="2 or 3 refreshes", suffix="mkv", stamps=paced(3000, 4500, 3000, 3000, 4500), rate=25, lead=40),
    Container(name="30 frame/s on a grid of 10 ms", suffix="mkv", stamps=rounded(3000, 900), step=3000, rate=30, lead=40),
    Container(name="30 frame/s on a grid of 40 ms", suffix="mkv", stamps=rounded(3000, 3600), step=3000, rate=30, lead=40),
    Container(name="25 frame/s on a grid of 1 s", suffix="mkv", stamps=rounded(3600, 90000), rate=25, lead=100),
    Container(name="25 frame/s on a grid of 100 ms", suffix="mkv", stamps=rounded(3600, 9000), rate=25, lead=100),
    Container(name="dusk, 40 to 80 ms", suffix="mkv", stamps=wandering(3600, 7200), rate=None, lead=400),
    Container(name="key pictures 20 ms late", suffix="mkv", stamps=lambda stamps: [x + 1800 * (n % 25 == 0) for n, x in enumerate(stamps)]),
    Container(name="bursts of 5", suffix="mkv", stamps=paced(90, 90, 90, 90, 17640), rate=25, lead=100),
    Container(name="bursts of 25", suffix="mkv", stamps=paced(*[90] * 24, 90000 - 24 * 90), rate=25, lead=100),
    Container(name="two rates in turn", suffix="mkv", stamps=paced(*[3600] * 20, *[7200] * 20), rate=None, lead=400),
    Container(name="half the rate for 5 pictures", suffix="mkv", stamps=paced(*[3600] * 60, *[7200] * 5, *[3600] * 84), rate=None, lead=100),
    # losses
    Container(name="8 lost near the ends", suffix="mp4", lost=(1, 2, 3, 4, 145, 146, 147, 148), dropped=8, rate=None),
    Container(name="every fifth lost", suffix="mkv", lost=tuple(range(4, 150, 5)), dropped=30, rate=None),
    Container(name="one lost in 12.5 frame/s", suffix="mp4", step=7200, lost=(70,), dropped=1, rate=None),
    Container(name="30 frame/s on a grid of 40 ms, 3 lost", suffix="mkv", stamps=rounded(3000, 3600), lost=(40, 41, 90), dropped=3, rate=None, lead=40),
)  # fmt: skip

if __name__ == "__main__":
    main(FRESH)
