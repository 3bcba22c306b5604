"""Containers opened and their pictures decoded by PyAV (FFmpeg)."""

from __future__ import annotations

import errno
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import av.error
import av.logging
from av.stream import Disposition

from acceptance.errors import ClipError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from av.container import InputContainer
    from av.video.stream import VideoStream

# PyAV's own log callback wants the interpreter lock in decoder threads: a decoder closed early
# would deadlock.
av.logging.restore_default_callback()
av.logging.set_libav_level(av.logging.PANIC)


SEQUENCE_RATE = Fraction(25)  # pictures a second of a clip that states no rate
TEXT_ART = {"tty", "bin", "xbin", "adf", "idf"}
# Formats that name other files and hold no picture themselves: nobody would keep what was measured.
ELSEWHERE = {
    *("concat", "hls", "dash", "imf", "mlv", "vobsub", "webm_dash_manifest"),
    *("sdp", "rtp", "rtsp", "lavfi", "avisynth", "vapoursynth"),
}
LISTS = (b"ffconcat version", b"#EXTM3U")  # how texts of such formats begin
# FFmpeg opens large JPEG pictures by ``image2``, to which ``%d`` in a name means other files, and
# planes without a header (``.Y``) are three files
BY_NAME = {"pattern_type": "none"}
SPLIT = ("image2", "rawvideo")
MISSING = 9_223_372_036_854_775_807  # AV_NOPTS_VALUE without its sign
SHORTAGES = {errno.ENOMEM, errno.EMFILE, errno.ENFILE}  # of the machine, not of the clip
EBML, SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
JPEG_START, JPEG_END, JPEG_SCAN = b"\xff\xd8", b"\xff\xd9", b"\xff\xda"
NO_TIMES = 0x80  # AVFMT_NOTIMESTAMPS
# containers in which a picture has a number and no time; rows of JPEG pictures have neither
COUNTED = {"avi", "mxf", "gxf", "lxf", "dv", "yuv4mpegpipe", "image2", "swf", "flic"}
ROWS = "_pipe"
WITH_QUANTISERS = {"export_side_data": "venc_params"}
NOT_DEBLOCKED = {"skip_loop_filter": "all"}


def version() -> str:
    """Name the decoder: ``libavcodec`` and its version."""
    return f"libavcodec {'.'.join(map(str, av.library_versions['libavcodec']))}"


def opened(path: Path) -> InputContainer:
    """Open the container of a file that holds pictures; the caller closes it. Raises ClipError."""
    _refuse_list(path)
    try:
        # a bare ``concat:a.ts`` is a protocol to FFmpeg; behind a folder it is a name
        container = av.open(str(path.absolute()), options=BY_NAME, metadata_errors="replace")
    except PermissionError as error:
        raise _not_read(path, error) from error
    except (av.error.FFmpegError, ValueError) as error:
        if getattr(error, "errno", 0) in SHORTAGES:
            raise
        raise _unreadable(path) from error
    if fault := _unfit(container, path):
        container.close()
        raise fault
    return container


def filmed_stream(container: InputContainer) -> VideoStream:
    """Return the stream that is measured: the first with pictures."""
    return filmed_streams(container)[0]


def filmed_streams(container: InputContainer) -> list[VideoStream]:
    """List the streams with pictures, but for the cover of a recording (attached picture)."""
    streams = container.streams.video
    return [one for one in streams if Disposition.attached_pic not in one.disposition]


def _refuse_list(path: Path) -> None:
    """Raise ClipError for a list of files, which FFmpeg is not shown.

    It would wait for a list that is not finished to go on (RFC 8216, 6.3.4), without end.
    """
    if beginning(path, max(map(len, LISTS))).startswith(LISTS):
        raise _of_others(path)


def beginning(path: Path, most: int = -1) -> bytes:
    """Read the first bytes of a file, by default all. Raises ClipError."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        if error.errno in SHORTAGES:
            raise
        raise _not_read(path, error) from error


def _not_read(path: Path, error: OSError) -> ClipError:
    if isinstance(error, PermissionError):
        what, hint = tr("the file cannot be read"), tr("Check its permissions")
    else:
        cause = error.strerror or error
        what, hint = (
            tr("cannot be read ({cause})", cause=cause),
            tr("Look at the disc or the network"),
        )
    return ClipError(what, where=str(path), hint=hint, code="clip_unreadable")


def _unfit(container: InputContainer, path: Path) -> ClipError | None:
    """Say why what was opened is no clip; None: it is one."""
    name, pictures = container.format.name, filmed_streams(container)
    if name in ELSEWHERE:
        return _of_others(path)
    if name in TEXT_ART:
        return _unreadable(path)
    if not pictures:
        return without_pictures(path)
    if Disposition.dependent in pictures[0].disposition:
        return _in_tiles(path)
    context = pictures[0].codec_context
    # a damaged header may leave nothing of how the pictures are coded
    return _unreadable(path) if context is None or (name, context.name) == SPLIT else None


def _in_tiles(path: Path) -> ClipError:
    what = tr(
        "the picture is stored in tiles, as phones do in HEIC; they are not put together here"
    )
    hint = tr("Convert it to PNG or TIFF, in full size")
    return ClipError(what, where=str(path), hint=hint, code="clip_in_tiles")


def without_pictures(path: Path) -> ClipError:
    """Return what to say of a file without pictures."""
    what = tr("the file holds no picture, only other streams")
    hint = tr("Export the recording with its video track")
    return ClipError(what, where=str(path), hint=hint, code="clip_no_video")


def _unreadable(path: Path) -> ClipError:
    if _lacks_moov(path):
        return _cut_off(path)
    what = tr("this is not a video or picture that can be read")
    hint = tr("Use an MP4, MKV, MOV, AVI, TS, PNG, JPEG, TIFF or BMP file")
    return ClipError(what, where=str(path), hint=hint, code="clip_not_video")


def _of_others(path: Path) -> ClipError:
    what = tr("it holds no picture itself but names other files, which would not be kept with it")
    hint = tr("Name the file that holds the pictures; join the parts of a recording into one file")
    return ClipError(what, where=str(path), hint=hint, code="clip_not_video")


def _cut_off(path: Path) -> ClipError:
    what = tr(
        "the recording has no index (moov box): it was cut off before the recorder finished writing"
    )
    hint = tr("Export it again from the recorder, or record to MKV or TS, which survive a cut")
    return ClipError(what, where=str(path), hint=hint, code="clip_no_moov")


def _lacks_moov(path: Path) -> bool:
    boxes = set(_boxes(path))
    return b"ftyp" in boxes and b"moov" not in boxes


def _boxes(path: Path) -> Iterator[bytes]:
    """Name the top-level boxes of an MP4 or MOV (ISO/IEC 14496-12, 4.2)."""
    position, size = 0, path.stat().st_size
    with path.open("rb") as file:
        while position + 8 <= size:
            file.seek(position)
            head = file.read(16)
            length, kind = int.from_bytes(head[:4], "big"), head[4:8]
            length = int.from_bytes(head[8:16], "big") if length == 1 else length
            yield kind
            if length < 8:
                break
            position += length


def cut_short(path: Path) -> bool:
    """Whether a Matroska or AVI file says that it is longer than it is (RFC 9559, 5; RIFF)."""
    with path.open("rb") as file:
        head = file.read(4096)
    size = path.stat().st_size
    if head[:4] == b"RIFF":
        return int.from_bytes(head[4:8], "little") + 8 > size
    at = head.find(SEGMENT) + len(SEGMENT)
    if head[:4] != EBML or at < len(SEGMENT) or at >= len(head) or not head[at]:
        return False
    length = 9 - head[at].bit_length()  # bytes of the number, by its leading noughts (RFC 8794, 4)
    number = int.from_bytes(head[at : at + length], "big") & ((1 << 7 * length) - 1)
    unknown = number == (1 << 7 * length) - 1
    return not unknown and at + length + number > size


def without_times(container: InputContainer) -> bool:
    """Whether the format holds no times of pictures."""
    form = container.format
    return bool(form.flags & NO_TIMES) or form.name in COUNTED or form.name.endswith(ROWS)


def is_cut(content: bytes) -> bool:
    """Whether a JPEG picture lacks its end behind the last scan (ITU-T T.81, B.1.1.3)."""
    return content.rfind(JPEG_END) < content.rfind(JPEG_SCAN)


def still_is_cut(still: Path) -> bool:
    """Whether a file is a JPEG picture without an end; what lies behind it (a film) is not its own.

    A small picture in front of it, in a segment, has an end of its own (ITU-T T.81, B.1.1.4).
    Raises ClipError where it cannot be read.
    """
    if beginning(still, len(JPEG_START)) != JPEG_START:
        return False
    content = beginning(still)
    if not is_cut(content):
        return False
    at = len(JPEG_START)
    while at < len(content) and content[at : at + 2] != JPEG_SCAN:
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return content.find(JPEG_END, at) < 0


def read_packets(
    container: InputContainer, stream: VideoStream
) -> Iterator[av.Packet[VideoStream]]:
    """Read the packets of a stream, among packets of streams that damage made up on the way."""
    while True:
        try:
            yield from container.demux(stream)
        except IndexError:  # of such a stream: PyAV does not know it; reading goes on behind it
            continue
        return


def coded_in(container: InputContainer) -> tuple[bytes, bytes]:
    """Return the extradata and the first packet of a stream, empty where it cannot be read."""
    stream = filmed_stream(container)
    extra = stream.codec_context.extradata or b""
    try:
        return extra, bytes(next(read_packets(container, stream)))
    except (StopIteration, av.error.FFmpegError):
        return extra, b""


def first_coded(path: Path) -> tuple[bytes, bytes]:
    """Return what ``coded_in`` does of a file. Raises ClipError (``opened``)."""
    with opened(path) as container:
        return coded_in(container)


def time_base_of(stream: VideoStream) -> Fraction:
    """Return what one tick of a stream's times is, in s."""
    return stream.time_base or 1 / SEQUENCE_RATE


def decode(path: Path, start: float | None = None) -> Iterator[av.VideoFrame]:
    """Decode in presentation order, as fast as can be, until nothing more can be decoded.

    A damaged packet in between is skipped. ``start``: from the key frame at or before that time
    in s on. Raises ClipError (``opened``).
    """
    with opened(path) as container:
        stream = filmed_stream(container)
        stream.thread_type = "AUTO"
        if start is not None:
            container.seek(round(start / time_base_of(stream)), stream=stream)
        yield from _decoded(container, stream)


def decode_with_quantisers(path: Path, *, deblocked: bool) -> Iterator[av.VideoFrame]:
    """Decode in one thread, with the quantisers (``planes.quantisers``).

    These are the same without deblocking, which takes time and changes the pictures. It is one
    thread because FFmpeg's frame threads copy the quantisers of a frame that another thread may not
    have finished. Raises ClipError (``opened``).
    """
    with opened(path) as container:
        stream = filmed_stream(container)
        stream.codec_context.options = WITH_QUANTISERS | ({} if deblocked else NOT_DEBLOCKED)
        stream.codec_context.thread_count = 1
        yield from _decoded(container, stream)


def decode_apart(path: Path, times: Collection[Fraction]) -> Iterator[av.VideoFrame]:
    """Decode the H.264 frames of these times in s alone, with the quantisers, not deblocked.

    How a frame's quantisers are coded depends on no other frame (ITU-T H.264, 7.3.5, 7.4.5), only
    on the parameter sets, which are read from all packets. So frames in between are skipped, and
    pictures that refer to them are wrong. ``times`` has to hold a key frame before each other
    frame: the decoder wants a reference. Raises ClipError (``opened``).
    """
    with opened(path) as container:
        stream = filmed_stream(container)
        context, base = stream.codec_context, time_base_of(stream)
        context.options, context.thread_count = WITH_QUANTISERS | NOT_DEBLOCKED, 1

        def choose(packet: av.Packet[VideoStream]) -> None:
            asked = packet.pts is None or packet.pts * base in times
            context.skip_frame = "DEFAULT" if asked else "ALL"

        yield from _decoded(container, stream, choose)


def _decoded(
    container: InputContainer,
    stream: VideoStream,
    before: Callable[[av.Packet[VideoStream]], None] | None = None,
) -> Iterator[av.VideoFrame]:
    packets = read_packets(container, stream)
    while True:
        try:
            packet = next(packets)
        except av.error.MemoryError:  # of the machine, not of the clip
            raise
        except (StopIteration, av.error.FFmpegError):
            return
        if before:
            before(packet)
        try:
            yield from packet.decode()
        except av.error.MemoryError:
            raise
        except av.error.FFmpegError:
            continue
