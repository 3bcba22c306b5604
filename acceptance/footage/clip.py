"""A video file, a still or a numbered image sequence as frames with exact times. Home of PyAV.

Planes are handed out as coded (no range or colour conversion, no copy where the codec allows),
read-only. Times are fractions of the stream's time base, in seconds. What a stream does not say is
assumed and listed in ``VideoInfo.assumed``: limited range (stills: full), BT.709 from 720 lines up,
else BT.601; ``times`` at the nominal rate where the format holds none (elementary streams) or only
numbers of frames (AVI).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

import av
import av.error
import av.logging

from acceptance.errors import ClipError
from acceptance.footage.planes import FOUR_TO_THREE, coding_of, planes_of, quantisers, turned
from acceptance.model import Coding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from acceptance.footage.planes import Plane

# PyAV's own log callback wants the interpreter lock in decoder threads: a decoder closed early
# would deadlock.
av.logging.restore_default_callback()
av.logging.set_libav_level(av.logging.PANIC)

STILLS = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"}
SEQUENCE_RATE = Fraction(25)
PATTERN = re.compile(r"%0?\d*d")
TEXT_ART = {"tty", "bin", "xbin", "adf", "idf"}
MISSING = 9_223_372_036_854_775_807
NO_TIMES = 0x80  # AVFMT_NOTIMESTAMPS


@dataclass(frozen=True, kw_only=True)
class VideoInfo:
    """What the stream says of itself, completed by what had to be assumed (named in ``assumed``).

    ``width`` and ``height`` are those of the frames handed out (rotation applied);
    ``sample_aspect`` is the width of a pixel over its height, ``bit_rate`` in bit/s over the whole
    clip, ``depth`` in bits.
    """

    width: int
    height: int
    rotation: int
    sample_aspect: Fraction
    codec: str
    pixel_format: str
    depth: int
    full_range: bool
    matrix: str
    transfer: str
    nominal_rate: Fraction | None
    bit_rate: float
    frames: int
    time_base: Fraction
    truncated: bool
    interlaced: bool
    still: bool
    assumed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Packet:
    """A coded frame: presentation time in seconds, size in bytes, whether it can be decoded alone."""

    time: Fraction
    size: int
    key: bool


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A decoded frame, read-only native codes.

    ``luma`` (h, w), ``cb`` and ``cr`` as subsampled (None: monochrome).
    ``quantisers`` are those of its macroblocks (``Clip.quantisers``), where they were asked for.
    """

    index: int
    time: Fraction
    key: bool
    luma: Plane
    cb: Plane | None
    cr: Plane | None
    quantisers: NDArray[np.int32] | None = None


@dataclass(frozen=True, kw_only=True)
class Clip:
    """An opened clip: what it says of itself and its packets in presentation order.

    ``frames`` decodes it once.
    """

    path: Path
    files: tuple[Path, ...]
    info: VideoInfo
    packets: tuple[Packet, ...]

    def frames(self) -> Iterator[Frame]:
        """Yield the decodable frames in presentation order.

        A damaged end is simply where the frames end.
        Raises ClipError where the size or kind of the pictures changes.
        """
        first: tuple[Any, ...] = ()
        for frame in self._decoded():
            kind = frame.luma.shape, frame.luma.dtype, frame.cb is None
            first = first or kind
            if kind != first:
                raise ClipError(
                    f"picture {frame.index + 1} differs in size or kind from those before it",
                    where=str(self.path),
                    hint="Give pictures of one size and kind; cut a recording where they change",
                    code="clip_changes",
                )
            yield frame

    def quantisers(self, indices: Collection[int]) -> dict[int, NDArray[np.int32]]:
        """Tell how coarsely the frames ``indices`` were coded (``planes.quantisers``).

        Empty where nothing tells it.
        Decodes once more, in one thread: FFmpeg's frame threads copy the quantisers of a frame that
        another thread may not have finished, and so tell wrong ones where the machine is busy.
        Pictures are not wanted here, so that deblocking is left out.
        """
        told: dict[int, NDArray[np.int32]] = {}
        if len(self.files) > 1 or self.info.still or not indices:
            return told
        for index, frame in zip(
            range(max(indices) + 1), _decode(self.path, telling=True), strict=False
        ):
            if index in indices:
                found = turned(quantisers(frame), self.info.rotation)
                if found is None:
                    break
                told[index] = found
        return told

    def again(self, times: Mapping[int, float]) -> dict[int, Frame]:
        """Decode a few frames once more, by number, each at its time in s as ``Frame`` told it.

        From the key frame before each where its time leads there, else from the first frame on;
        missing if not there.
        """
        places = [time for _, time in sorted(times.items())]
        whole = len(self.files) > 1 or self.info.still or "times" in self.info.assumed
        found = (
            {}
            if whole or places != sorted(set(places))
            else {n: self._at(n, time) for n, time in times.items()}
        )
        left = {index for index in times if not found.get(index)}
        front = {
            one.index: one
            for one in islice(self.frames(), max(left, default=-1) + 1)
            if one.index in left
        }
        return {index: frame for index in times if (frame := found.get(index) or front.get(index))}

    def _at(self, index: int, time: float) -> Frame | None:
        tick = float(self.info.time_base) / 2
        for frame in _decode(self.path, start=time):
            if (when := _time(frame, index, self.info)) >= time - tick:
                return _frame(frame, index, when, self.info) if when <= time + tick else None
        return None

    def _decoded(self) -> Iterator[Frame]:
        if len(self.files) > 1 or self.info.still:
            for index, file in enumerate(self.files):
                for frame in _decode(file):
                    yield _frame(frame, index, Fraction(index) / SEQUENCE_RATE, self.info)
            return
        for index, frame in enumerate(_decode(self.path)):
            yield _frame(frame, index, _time(frame, index, self.info), self.info)


def open_clip(path: Path, coding: Coding | None = None) -> Clip:
    """Open a video, a still, a folder of numbered stills or a pattern such as ``shot_%04d.png``.

    Raises ClipError: missing, not a video, index (moov) missing, no picture in it, no frame that
    can be decoded.
    """
    files = files_of(path)
    packets, declared = _index(files[0])
    still = files[0].suffix.lower() in STILLS
    if still:
        packets = tuple(
            Packet(time=Fraction(i) / SEQUENCE_RATE, size=f.stat().st_size, key=True)
            for i, f in enumerate(files)
        )
    info = _describe(files[0], packets, declared, still=still, sequence=len(files) > 1)
    return Clip(path=path, files=files, info=_override(info, coding or Coding()), packets=packets)


def _override(info: VideoInfo, coding: Coding) -> VideoInfo:
    stated = {
        name: value
        for name in ("full_range", "matrix", "transfer")
        if (value := getattr(coding, name)) is not None
    }
    if coding.sample_aspect is not None:
        stated["sample_aspect"] = Fraction(*coding.sample_aspect)
    return replace(
        info, **stated, assumed=tuple(name for name in info.assumed if name not in stated)
    )


def files_of(path: Path) -> tuple[Path, ...]:
    """List the files behind a path.

    The file itself, or the stills of a folder or pattern by their numbers.
    Raises ClipError where there are none.
    """
    if path.is_dir() or (PATTERN.search(path.name) and not path.is_file()):
        folder, name = (path, r"[^.].*") if path.is_dir() else (path.parent, _numbered(path.name))
        named = (f for f in folder.glob("*") if re.fullmatch(name, f.name) and f.is_file())
        files = sorted((f for f in named if f.suffix.lower() in STILLS), key=_number)
        if not files:
            raise ClipError(
                "no numbered stills here",
                where=str(path),
                hint="Name a folder or pattern that holds PNG, JPEG, TIFF or BMP",
                code="clip_missing",
            )
        return tuple(files)
    if not path.is_file():
        raise ClipError(
            "the file does not exist",
            where=str(path),
            hint="Check the path; a plan's paths count from the plan's folder",
            code="clip_missing",
        )
    return (path,)


def _numbered(pattern: str) -> str:
    """Turn ``shot_%04d.png`` into a regular expression."""
    before, after = PATTERN.split(pattern, maxsplit=1)
    return re.escape(before) + r"\d+" + re.escape(after)


def _number(path: Path) -> tuple[int, str]:
    digits = re.findall(r"\d+", path.stem)
    return (int(digits[-1]) if digits else -1, path.name)


def opened(path: Path) -> Any:  # noqa: ANN401  (PyAV's container types differ by mode)
    """Open the container of a file that holds pictures; to be closed. Raises ClipError."""
    try:
        container = av.open(str(path), metadata_errors="replace")
    except av.error.PermissionError as error:
        raise ClipError(
            "the file cannot be read",
            where=str(path),
            hint="Check its permissions",
            code="clip_unreadable",
        ) from error
    except (av.error.FFmpegError, ValueError) as error:
        raise _unreadable(path) from error
    if container.format.name in TEXT_ART:
        container.close()
        raise _unreadable(path)
    if not container.streams.video:
        container.close()
        raise ClipError(
            "the file holds no picture, only other streams",
            where=str(path),
            hint="Export the recording with its video track",
            code="clip_no_video",
        )
    return container


def _unreadable(path: Path) -> ClipError:
    if _lacks_moov(path):
        return ClipError(
            "the recording has no index (moov box): it was cut off before the recorder finished writing",
            where=str(path),
            hint="Export it again from the recorder, or record to MKV or TS, which survive a cut",
            code="clip_no_moov",
        )
    return ClipError(
        "this is not a video or picture that can be read",
        where=str(path),
        hint="Give an MP4, MKV, MOV, AVI, TS, PNG, JPEG, TIFF or BMP file",
        code="clip_not_video",
    )


def _lacks_moov(path: Path) -> bool:
    """Walk the top-level boxes of an MP4 or MOV (ISO/IEC 14496-12, 4.2)."""
    boxes, position, size = set(), 0, path.stat().st_size
    with path.open("rb") as file:
        while position + 8 <= size:
            file.seek(position)
            head = file.read(16)
            length, kind = int.from_bytes(head[:4], "big"), head[4:8]
            length = int.from_bytes(head[8:16], "big") if length == 1 else length
            boxes.add(kind)
            if length < 8:
                break
            position += length
    return b"ftyp" in boxes and b"moov" not in boxes


def _index(path: Path) -> tuple[tuple[Packet, ...], int]:
    """Packets in presentation order without decoding, and the number of frames that the container declares.

    Where decoding times jump back a new stretch begins, and packets are put in order within each.
    """
    stretches: list[list[Packet]] = [[]]
    with opened(path) as container:
        stream = container.streams.video[0]
        step, counted, latest = (
            1 / Fraction(stream.average_rate or SEQUENCE_RATE),
            _without_times(container),
            None,
        )
        try:
            for number, packet in enumerate(one for one in container.demux(stream) if one.size):
                if latest is not None and packet.dts is not None and packet.dts < latest:
                    stretches.append([])
                latest = latest if packet.dts is None else packet.dts
                stamp = packet.pts if packet.pts is not None else packet.dts
                time = number * step if counted or stamp is None else stamp * stream.time_base
                stretches[-1].append(
                    Packet(time=Fraction(time), size=packet.size, key=packet.is_keyframe)
                )
        except av.error.FFmpegError:
            pass
        ordered = (sorted(stretch, key=lambda packet: packet.time) for stretch in stretches)
        return tuple(packet for stretch in ordered for packet in stretch), stream.frames


def _without_times(container: Any) -> bool:  # noqa: ANN401  (PyAV's container)
    """Tell whether the format holds no times of pictures."""
    return bool(container.format.flags & NO_TIMES) or container.format.name == "avi"


def _decode(path: Path, *, telling: bool = False, start: float | None = None) -> Iterator[Any]:
    """Decode until the end or until nothing more can be decoded.

    A damaged packet in between is skipped.
    ``telling``: in one thread, with quantisers and without deblocking, else as fast as can be.
    ``start``: from the key frame at or before that time in s on.
    """
    with opened(path) as container:
        stream = container.streams.video[0]
        if telling:
            stream.codec_context.options = {
                "export_side_data": "venc_params",
                "skip_loop_filter": "all",
            }
            stream.codec_context.thread_count = 1
        else:
            stream.thread_type = "AUTO"
        if start is not None:
            container.seek(round(start / stream.time_base), stream=stream)
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.error.FFmpegError):
                return
            try:
                yield from packet.decode()
            except av.error.FFmpegError:
                continue


def _describe(
    path: Path, packets: Sequence[Packet], declared: int, *, still: bool, sequence: bool
) -> VideoInfo:
    first = next(_decode(path, telling=True), None)
    if first is None or not packets:
        raise ClipError(
            "not one frame can be decoded",
            where=str(path),
            hint="Export the recording again",
            code="clip_no_frames",
        )
    with opened(path) as container:
        stream = container.streams.video[0]
        quarter = first.rotation % 180 != 0
        width, height = (first.height, first.width) if quarter else (first.width, first.height)
        usual = FOUR_TO_THREE.get((first.width, first.height), Fraction(1))
        aspect = Fraction(stream.sample_aspect_ratio or usual)
        assumed, coding = coding_of(first, still=still, lines=min(first.width, first.height))
        rate = Fraction(stream.guessed_rate) if stream.guessed_rate and not still else None
        return VideoInfo(
            width=width,
            height=height,
            rotation=first.rotation,
            sample_aspect=1 / aspect if quarter else aspect,
            codec=stream.codec_context.name,
            pixel_format=first.format.name,
            depth=max(
                component.bits for component in first.format.components if not component.is_alpha
            ),
            nominal_rate=SEQUENCE_RATE if sequence else rate,
            bit_rate=_bit_rate(packets),
            frames=len(packets),
            time_base=1 / SEQUENCE_RATE if still else Fraction(stream.time_base),
            truncated=not still and declared > len(packets),
            interlaced=first.interlaced_frame,
            still=still,
            assumed=assumed
            + (("sample_aspect",) if not stream.sample_aspect_ratio else ())
            + (("rate",) if sequence else ())
            + (("times",) if _without_times(container) and not still else ()),
            **coding,
        )


def _bit_rate(packets: Sequence[Packet]) -> float:
    steps = [step for one, after in pairwise(packets) if (step := after.time - one.time) > 0]
    duration = sum(steps) * len(packets) / max(len(steps), 1)
    return float(8 * sum(packet.size for packet in packets) / duration) if duration else 0.0


def _time(frame: Any, index: int, info: VideoInfo) -> Fraction:  # noqa: ANN401  (av.VideoFrame)
    if frame.pts is None or frame.pts == MISSING or "times" in info.assumed:
        return index / (info.nominal_rate or SEQUENCE_RATE)
    return Fraction(frame.pts * frame.time_base)


def _frame(frame: Any, index: int, time: Fraction, info: VideoInfo) -> Frame:  # noqa: ANN401  (av.VideoFrame)
    luma, cb, cr = (turned(plane, info.rotation) for plane in planes_of(frame, info.matrix))
    if luma is None:
        raise ClipError("a frame without luminance", code="clip_not_video")
    return Frame(index=index, time=time, key=frame.key_frame, luma=luma, cb=cb, cr=cr)
