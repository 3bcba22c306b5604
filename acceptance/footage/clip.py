"""A video file, a still or a numbered image sequence as frames with exact times.

Planes are handed out as coded (no range or colour conversion, no copy where the codec allows),
read-only. Times are fractions of the stream's time base, in seconds. What a stream does not say is
assumed and listed in ``VideoInfo.assumed``: limited range (stills: full), BT.709 from 720 lines up,
else BT.601; ``times`` at the nominal rate where the format holds none (elementary streams), only
numbers of frames (AVI, MXF) or those of some frames alone (program streams).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any

from acceptance.errors import ClipError
from acceptance.footage.decoding import (
    MISSING,
    SEQUENCE_RATE,
    decode,
    decode_apart,
    decode_with_quantisers,
    first_coded,
    still_is_cut,
)
from acceptance.footage.description import VideoInfo, described, overridden
from acceptance.footage.h265_quantisers import unit_quantisers
from acceptance.footage.packets import Packet, packets_of
from acceptance.footage.planes import is_transparent, planes_of, quantisers, turned
from acceptance.messages import tr
from acceptance.model import Coding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    import av
    import numpy as np
    from numpy.typing import NDArray

    from acceptance.footage.planes import Plane

__all__ = ["STILLS", "Clip", "Frame", "Packet", "VideoInfo", "files_of", "open_clip"]

STILLS = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"}
PATTERN = re.compile(r"%0?\d*d")


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A decoded frame, read-only native codes.

    ``luma`` is (h, w); ``cb`` and ``cr`` are as subsampled (None: monochrome). ``quantisers`` are
    those of its macroblocks (``Clip.quantisers``), where they were asked for. ``damaged``: part of
    it could not be decoded and was made up by the decoder. ``interlaced``: it is of fields.
    ``size`` is that of its packet in bytes, 0 where that was not asked for. ``detail`` are the
    quantisers of its detail by the packets since its key frame (``scene.coded_detail``).
    """

    index: int
    time: Fraction
    key: bool
    luma: Plane
    cb: Plane | None
    cr: Plane | None
    quantisers: NDArray[np.int32] | None = None
    damaged: bool = False
    interlaced: bool = False
    size: int = 0
    detail: NDArray[np.integer[Any] | np.floating[Any]] | None = None


@dataclass(frozen=True, kw_only=True)
class Clip:
    """An opened clip: what it says of itself, and its packets in presentation order.

    ``frames`` decodes it once.
    """

    path: Path
    files: tuple[Path, ...]
    info: VideoInfo
    packets: tuple[Packet, ...]

    @property
    def _of_stills(self) -> bool:
        return len(self.files) > 1 or self.info.still

    def frames(self, with_quantisers: Collection[int] = ()) -> Iterator[Frame]:
        """Yield the decodable frames in presentation order; a damaged end is where they end.

        Those of the numbers ``with_quantisers`` have theirs; all are then decoded in one thread.
        Raises ClipError where the size or kind of the pictures changes.
        """
        first: tuple[object, ...] = ()
        for frame in self._decoded(with_quantisers):
            kind = frame.luma.shape, frame.luma.dtype, frame.cb is None
            first = first or kind
            if kind != first:
                raise self._changed(frame.index + 1)
            yield frame

    def _changed(self, picture: int) -> ClipError:
        what = tr("picture {number} differs in size or kind from those before it", number=picture)
        hint = tr("Use pictures of one size and kind; cut a recording where they change")
        return ClipError(what, where=str(self.path), hint=hint, code="clip_changes")

    def quantisers(self, times: Mapping[int, Fraction]) -> dict[int, NDArray[np.int32]]:
        """Return how coarsely frames were coded (``planes.quantisers``), by number.

        ``times``: of each frame as its ``Frame`` has it, by number. The result is empty where the
        decoder does not say; frames of H.265 have those of the first. An H.264 frame is decoded
        apart, with the key frame before it, or if that does not yield it with all from there on;
        else, and where frames are still missing, the clip is decoded once more, in one thread.
        """
        if self._of_stills or not times:
            return {}
        if self.info.codec == "hevc":
            first = _upright(unit_quantisers(*first_coded(self.path)), self.info)
            return {} if first is None else dict.fromkeys(times, first)
        found: dict[int, NDArray[np.int32]] = {}
        for whole in (False, True) if self._separable else ():
            left = {number: time for number, time in times.items() if number not in found}
            found |= self._quantisers_apart(left, whole=whole) if left else {}
        return found if len(found) == len(times) else self._quantisers_in_order(times)

    def quantisers_apart(self, times: Mapping[int, Fraction]) -> dict[int, NDArray[np.int32]]:
        """Return what ``quantisers`` does, of frames that can be decoded apart only."""
        apart = self._separable and not self._of_stills and times
        return self._quantisers_apart(times, whole=False) if apart else {}

    @property
    def _separable(self) -> bool:
        """Whether a frame can be found by its time and decoded without its neighbours."""
        unique = len({packet.time for packet in self.packets}) == len(self.packets)
        timed = self.info.codec == "h264" and "times" not in self.info.assumed
        fields = self.info.interlaced or any(packet.fields for packet in self.packets)
        return unique and timed and not fields  # which may be packets of their own

    def _quantisers_apart(
        self, times: Mapping[int, Fraction], *, whole: bool
    ) -> dict[int, NDArray[np.int32]]:
        numbers = {time: number for number, time in times.items()}
        every = [packet.time for packet in self.packets]
        keys = [place for place, packet in enumerate(self.packets) if packet.key]
        needed = set(numbers)
        for time in numbers:
            end = bisect_right(every, time)
            first = keys[max(0, bisect_left(keys, end) - 1)] if keys else 0
            needed.update(every[first:end] if whole else every[first : first + 1])
        found: dict[int, NDArray[np.int32]] = {}
        for frame in decode_apart(self.path, needed):
            number = numbers.get(_time(frame, -1, self.info))
            blocks = None if number is None else _blocks(frame, self.info)
            if number is not None and blocks is not None:
                found[number] = blocks
        return found

    def _quantisers_in_order(self, numbers: Collection[int]) -> dict[int, NDArray[np.int32]]:
        found: dict[int, NDArray[np.int32]] = {}
        decoded = islice(decode_with_quantisers(self.path, deblocked=False), max(numbers) + 1)
        for number, frame in enumerate(decoded):
            if number in numbers:
                blocks = _blocks(frame, self.info)
                if blocks is None:
                    break
                found[number] = blocks
        return found

    def again(self, times: Mapping[int, float]) -> dict[int, Frame]:
        """Decode a few frames once more, by number, each at its time in s as its ``Frame`` has it.

        Decoding begins at the key frame before each where its time leads there, else at the first
        frame. Frames that are not there are missing from the result.
        """
        places = [time for _, time in sorted(times.items())]
        seekable = not self._of_stills and "times" not in self.info.assumed
        unique = places == sorted(set(places))
        sought = {n: self._at(n, time) for n, time in times.items()} if seekable and unique else {}
        left = {index for index in times if not sought.get(index)}
        read = islice(self.frames(), max(left, default=-1) + 1)
        front = {frame.index: frame for frame in read if frame.index in left}
        return {index: frame for index in times if (frame := sought.get(index) or front.get(index))}

    def _at(self, index: int, time: float) -> Frame | None:
        tick = float(self.info.time_base) / 2
        stamped = (frame for frame in decode(self.path, start=time) if frame.pts is not None)
        for frame in stamped:
            if (when := _time(frame, index, self.info)) >= time - tick:
                return self._frame(frame, index, when) if when <= time + tick else None
        return None

    def _frame(self, frame: av.VideoFrame, index: int, time: Fraction) -> Frame:
        if is_transparent(frame, still=self._of_stills):
            what = tr(
                "the picture is transparent in parts: what viewers show there is not in the file"
            )
            hint = tr("Save it without an alpha channel, as the camera or recorder shows it")
            raise ClipError(what, where=str(self.path), hint=hint, code="clip_transparent")
        luma, cb, cr = (_upright(plane, self.info) for plane in planes_of(frame, self.info.matrix))
        if luma is None:
            raise ClipError(
                tr("a frame has no luminance"), where=str(self.path), code="clip_not_video"
            )
        return Frame(
            index=index,
            time=time,
            key=frame.key_frame,
            luma=luma,
            cb=cb,
            cr=cr,
            damaged=frame.is_corrupt,
            interlaced=frame.interlaced_frame,
        )

    def _decoded(self, with_quantisers: Collection[int]) -> Iterator[Frame]:
        if self._of_stills:
            for index, file in enumerate(self.files):
                for frame in decode(file):
                    yield self._frame(frame, index, Fraction(index) / SEQUENCE_RATE)
            return
        coded = decode_with_quantisers(self.path, deblocked=True) if with_quantisers else None
        latest: Fraction | None = None
        for index, frame in enumerate(coded or decode(self.path)):
            latest = _time(frame, index, self.info, latest)
            plain = self._frame(frame, index, latest)
            asked = index in with_quantisers
            yield replace(plain, quantisers=_blocks(frame, self.info)) if asked else plain


def open_clip(path: Path, coding: Coding | None = None) -> Clip:
    """Open a video, a still, a folder of numbered stills or a pattern such as ``shot_%04d.png``.

    Raises ClipError: missing, not a video, index (moov) missing, no picture in it, no frame that
    can be decoded.
    """
    files = files_of(path)
    packets, declared = packets_of(files[0])
    still = files[0].suffix.lower() in STILLS
    if still:
        packets = tuple(_packet(number, file) for number, file in enumerate(files))
    info = described(files[0], packets, declared, still=still, sequence=len(files) > 1)
    info = overridden(info, coding or Coding())
    return Clip(path=path, files=files, info=info, packets=packets)


def _packet(number: int, still: Path) -> Packet:
    time, cut = Fraction(number) / SEQUENCE_RATE, still_is_cut(still)
    return Packet(time=time, size=still.stat().st_size, key=True, cut=cut)


def files_of(path: Path) -> tuple[Path, ...]:
    """List the files behind a path: the file itself, or the stills of a folder or pattern.

    Stills are in the order of their numbers. Raises ClipError where there are none.
    """
    if path.is_dir() or (PATTERN.search(path.name) and not path.is_file()):
        return tuple(_stills(path))
    if path.exists() and not path.is_file():
        what, hint = tr("it is a pipe or a device, no file"), tr("Name a file that holds a clip")
        raise ClipError(what, where=str(path), hint=hint, code="clip_unreadable")
    if not path.is_file():
        what = tr("the file does not exist")
        hint = tr("Check the path; paths in a plan are relative to the plan's folder")
        raise ClipError(what, where=str(path), hint=hint, code="clip_missing")
    return (path,)


def is_there(path: Path) -> bool:
    """Whether a path leads to footage: to a file, or to stills."""
    try:
        files_of(path)
    except ClipError:
        return False
    return True


def _stills(path: Path) -> list[Path]:
    """List the stills of a folder or pattern."""
    folder, name = (path, r"[^.].*") if path.is_dir() else (path.parent, _numbered(path.name))
    named = (f for f in folder.glob("*") if re.fullmatch(name, f.name) and f.is_file())
    files = sorted((f for f in named if f.suffix.lower() in STILLS), key=_number)
    if not files:
        what = tr("no numbered stills here")
        hint = tr("Name a folder or pattern that holds PNG, JPEG, TIFF or BMP")
        raise ClipError(what, where=str(path), hint=hint, code="clip_missing")
    return files


def _numbered(pattern: str) -> str:
    """Turn ``shot_%04d.png`` into a regular expression."""
    before, after = PATTERN.split(pattern, maxsplit=1)
    return re.escape(before) + r"\d+" + re.escape(after)


def _number(path: Path) -> tuple[int, str]:
    digits = re.findall(r"\d+", path.stem)
    return (int(digits[-1]) if digits else -1, path.name)


def _time(
    frame: av.VideoFrame, index: int, info: VideoInfo, latest: Fraction | None = None
) -> Fraction:
    """Return the time of a frame in s; one without a stamp comes a picture after the latest one."""
    rate = info.nominal_rate or SEQUENCE_RATE
    if "times" in info.assumed:
        return index / rate
    if frame.pts is None or frame.pts == MISSING or frame.time_base is None:
        return index / rate if latest is None else latest + 1 / rate
    return Fraction(frame.pts * frame.time_base)


def _blocks(frame: av.VideoFrame, info: VideoInfo) -> NDArray[np.int32] | None:
    return _upright(quantisers(frame), info)


def _upright(plane: Plane | None, info: VideoInfo) -> Plane | None:
    return turned(plane, info.rotation, mirrored=info.mirrored)
