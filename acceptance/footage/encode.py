"""Write a clip: planes in, an encoded file out, for the simulator and for tests."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import av
import av.error
import numpy as np

from acceptance.errors import OutputError
from acceptance.footage.planes import is_deep
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from av.container import OutputContainer
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream

    from acceptance.footage.planes import Plane

RATE = Fraction(25)
# x264 weighs blocks with sums that processors of two makers round differently, and cuts a picture
# into as many slices as there are cores.
ALIKE = {"threads": "2", "x264-params": "cpu-independent=1"}


def write(
    path: Path,
    frames: Iterable[Plane | tuple[Plane, ...]],
    *,
    rate: Fraction = RATE,
    times: Sequence[Fraction] | None = None,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
    full_range: bool = False,
    matrix: str = "bt709",
    sample_aspect: Fraction | None = None,
    rotation: int = 0,
) -> None:
    """Encode luma planes, or (luma, cb, cr), to a file whose ending names the container.

    ``times`` (seconds, ascending) makes a variable frame rate; else frame i is at i / ``rate``.
    A luma plane alone gets grey colour planes. H.264 has the same bits on every processor. Raises
    OutputError when the file cannot be written.
    """
    base = Fraction(1, 90000) if times is not None else 1 / rate
    with _writing(path) as container:
        wanted = _alike(options or {}) if codec == "libx264" else options or {}
        stream = _added(container, codec, rate, wanted, rotation)
        context = stream.codec_context
        _describe(context, full_range=full_range, matrix=matrix)
        context.pix_fmt, context.time_base = pixel_format, base
        context.sample_aspect_ratio = sample_aspect or Fraction(1)
        for index, planes in enumerate(frames):
            frame = _picture(planes if isinstance(planes, tuple) else (planes,), pixel_format)
            if index == 0:
                stream.width, stream.height = frame.width, frame.height
            _describe(frame, full_range=full_range, matrix=matrix)
            time = times[index] if times is not None else index / rate
            frame.pts, frame.time_base = round(time / base), base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[OutputContainer]:
    """Open a container to write to; what goes wrong becomes an OutputError."""
    try:
        with av.open(str(path.absolute()), "w") as container:  # a bare ``a:b.mp4`` is a protocol
            yield container
    except (av.error.FFmpegError, OSError) as error:
        what = tr("the clip cannot be written ({error})", error=error)
        hint = tr("Check the folder and the free space")
        raise OutputError(what, where=str(path), hint=hint, code="output") from error


def _added(
    container: OutputContainer, codec: str, rate: Fraction, options: dict[str, str], rotation: int
) -> VideoStream:
    stream = cast("VideoStream", container.add_stream(codec, rate=rate, options=options))
    if rotation:
        stream.set_display_rotation(rotation)
    return stream


def _alike(options: dict[str, str]) -> dict[str, str]:
    """Add to the options of x264 what makes its bits the same on every processor."""
    stated = options.get("x264-params")
    both = ":".join(filter(None, (stated, ALIKE["x264-params"])))
    return {**ALIKE, **options, "x264-params": both}


def _describe(target: VideoCodecContext | av.VideoFrame, *, full_range: bool, matrix: str) -> None:
    """State range, matrix, transfer and primaries (ISO/IEC 23091-2 code points)."""
    target.color_range = 2 if full_range else 1
    target.colorspace = {"bt709": 1, "bt601": 6}[matrix]
    target.color_trc = target.color_primaries = 1


def _picture(planes: Sequence[Plane], pixel_format: str) -> av.VideoFrame:
    height, width = planes[0].shape
    frame = av.VideoFrame(width, height, pixel_format)
    kind: type[np.unsignedinteger]
    neutral, kind = (512, np.uint16) if is_deep(frame) else (128, np.uint8)
    for number, target in enumerate(frame.planes):
        rows = np.frombuffer(memoryview(target), kind).reshape(target.height, -1)
        used = target.width if number < len(planes) else 0
        if used:
            rows[:, :used] = planes[number]
        rows[:, used:] = neutral
    return frame
