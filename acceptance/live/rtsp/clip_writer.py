"""A clip from frames as they were sent, coded by nobody a second time: fragmented MP4.

Every frame is a fragment of its own, on the disc as soon as the next one comes: what is killed
loses one frame. Times are in 1/90000 s.
"""

from __future__ import annotations

import contextlib
import heapq
import io
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import av.error

from acceptance.errors import OutputError
from acceptance.files import output
from acceptance.live.rtsp.frame_times import TICKS
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.container import InputContainer, OutputContainer

    from acceptance.live.rtsp.whole_frames import ArrivedFrame

OPTIONS = {
    "movflags": "frag_keyframe+empty_moov+default_base_moof+frag_every_frame",
    "video_track_timescale": str(TICKS),
    "flush_packets": "1",
}
REORDERED = 4  # frames that wait where a stream has frames that are shown in another order


class ClipWriter:
    """Writes the clip of one stream, and gives every frame its number in it."""

    def __init__(self, path: Path, codec: str, first: bytes) -> None:
        """Begin with a key frame and its parameter sets; ``codec``: h264, hevc or mjpeg.

        Raises OutputError, ValueError where the frame is none.
        """
        self._path, self._count = path, 0
        self._waiting: list[tuple[int, int, ArrivedFrame]] = []
        with _described(codec, first) as template:
            source = template.streams.video[0]
            self.size = _size(template)
            self._depth = REORDERED if source.codec_context.has_b_frames else 0
            self._container = _opened(path)
            self._stream = self._container.add_stream_from_template(source)
            self._stream.time_base = Fraction(1, TICKS)

    @property
    def reorders(self) -> bool:
        """Whether frames may be shown in another order than they are sent in."""
        return self._depth > 0

    def write(self, frame: ArrivedFrame, time: int) -> list[ArrivedFrame]:
        """Write a frame that is shown at ``time``, in ticks; return the frames numbered by that.

        Raises OutputError.
        """
        packet = av.Packet(frame.coded.data)
        packet.stream, packet.time_base = self._stream, Fraction(1, TICKS)
        packet.is_keyframe = frame.coded.key
        heapq.heappush(self._waiting, (time, self._count + len(self._waiting), frame))
        numbered = self._numbered(self._depth)
        early = self._depth - len(self._waiting) + 1
        packet.pts, packet.dts = time, numbered[0][0] if numbered else -early
        with _writing(self._path):
            self._container.mux(packet)
        return [given for _, _, given in numbered]

    def close(self) -> list[ArrivedFrame]:
        """Write what is still held; return the frames numbered by that. Raises OutputError."""
        numbered = self._numbered(0)
        with _writing(self._path):
            self._container.close()
        return [given for _, _, given in numbered]

    def _numbered(self, waiting: int) -> list[tuple[int, int, ArrivedFrame]]:
        """Give the frames that are shown first their numbers, until so many wait."""
        numbered = []
        while len(self._waiting) > waiting:
            numbered.append(heapq.heappop(self._waiting))
            for row in numbered[-1][2].rows:
                row.frame = self._count
            self._count += 1
        return numbered


def size_of(codec: str, first: bytes) -> tuple[int, int] | None:
    """Return width and height in px of a key frame with its parameter sets; None: none is seen."""
    try:
        with _described(codec, first) as template:
            return _size(template)
    except ValueError:
        return None


def _described(codec: str, first: bytes) -> InputContainer:
    """Read what a key frame says of its stream. Raises ValueError where that is nothing."""
    try:
        template = av.open(io.BytesIO(first), "r", format=codec)
    except av.error.FFmpegError as error:
        raise ValueError(codec) from error
    if not template.streams.video or not all(_size(template)):
        template.close()
        raise ValueError(codec)
    return template


def _size(template: InputContainer) -> tuple[int, int]:
    context = template.streams.video[0].codec_context
    return context.width, context.height


def _opened(path: Path) -> OutputContainer:
    with output.writing(path.parent, named=path), _writing(path):
        return av.open(str(path), "w", format="mp4", options=OPTIONS)


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Make an OutputError of what goes wrong on the disc."""
    try:
        yield
    except OSError as error:
        raise output.refused(path, error) from error
    except av.error.FFmpegError as error:
        what = tr("the clip cannot be written ({error})", error=error)
        hint = tr("Check the folder and the free space")
        raise OutputError(what, where=str(path), hint=hint, code="output") from error
