"""What a stream says of itself, completed by what has to be assumed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from acceptance.errors import ClipError
from acceptance.footage import gamut, orientation, still_words
from acceptance.footage.av1_headers import coded_columns
from acceptance.footage.decoding import (
    SEQUENCE_RATE,
    coded_in,
    cut_short,
    decode_with_quantisers,
    filmed_stream,
    filmed_streams,
    opened,
    time_base_of,
)
from acceptance.footage.packets import counted, unstamped
from acceptance.footage.planes import FOUR_TO_THREE, coding_of, depth_of
from acceptance.footage.stated_steps import stated_differences, stated_steps
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import av
    from av.container import InputContainer

    from acceptance.footage.packets import Packet
    from acceptance.footage.stated_steps import StatedSteps
    from acceptance.model import Coding

# frame/s above which a stated rate must be kept, and times what packets keep from which it is not
FASTEST_STATED, UNKEPT = 240, 1.5
TAKEN = "com.android.capture.fps"  # key of a phone's MP4 for the pictures taken a second
ABOUT = 1.3  # times the stamps' rate, up to which such a statement says nothing else
USUAL = 23, 61  # frame/s that are no slow motion


@dataclass(frozen=True, kw_only=True)
class VideoInfo:
    """What the stream says of itself, completed by what had to be assumed (named in ``assumed``).

    ``width`` and ``height`` are those of the frames handed out (rotation applied); ``steps`` are
    those of a coder whose decoder does not state them; ``scaling``: how much coarser than by its
    quantiser an edge is coded (``stated_steps.stated_differences``; None: all detail is coded
    alike); ``colour_offsets``: by how much the quantisers of Cb and Cr of H.264 are higher;
    ``coded_columns``: the share of its columns, as coded, that are not made up
    (``av1_headers``); ``coded_before``: those of an earlier coder that the picture shows,
    ``detail`` as a step of H.264 that takes as much of an edge (None: it shows none, or nothing
    tells);
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
    steps: StatedSteps | None = None
    scaling: float | None = None
    colour_offsets: tuple[int, int] | None = None
    coded_columns: float = 1.0
    coded_before: StatedSteps | None = None
    slowed: float = 1.0
    mirrored: bool = False
    gamut: gamut.Gamut | None = None

    @property
    def sideways(self) -> bool:
        """Whether the sensor's rows are columns of the frames handed out."""
        return self.rotation % 180 != 0

    @property
    def upright(self) -> bool:
        """Whether the sensor's rows are columns of what is seen.

        By its tag, or as the picture is higher than wide: who stores a film anew turns the pictures
        themselves, and no sensor is that high.
        """
        return self.sideways or self.height > self.width


def described(
    path: Path, packets: Sequence[Packet], declared: int, *, still: bool, sequence: bool
) -> VideoInfo:
    """Describe the stream of a file by its container and first frame.

    ``declared`` is how many frames the container says it has; a ``sequence`` is of several files.
    Raises ClipError where no frame can be decoded.
    """
    first = _first_frame(path, packets)
    with opened(path) as container:
        stream = filmed_stream(container)
        words = still_words.read(path) if still else still_words.StillWords()
        rotation, mirrored = _orientation(first, words, still=still)
        width, height = _upright(first)
        rate = _nominal_rate(stream.guessed_rate, packets) if not still else None
        codec, coded = stream.codec_context.name, coded_in(container)
        coding = coding_of(first, still=still, lines=min(width, height))
        info = VideoInfo(
            width=width,
            height=height,
            rotation=rotation,
            sample_aspect=_sample_aspect(first, stream.sample_aspect_ratio),
            codec=codec,
            pixel_format=first.format.name,
            depth=depth_of(first.format),
            full_range=coding.full_range,
            matrix=coding.matrix,
            transfer=coding.transfer,
            nominal_rate=SEQUENCE_RATE if sequence else rate,
            bit_rate=_bit_rate(packets),
            frames=len(packets),
            time_base=1 / SEQUENCE_RATE if still else time_base_of(stream),
            truncated=not still and (declared > len(packets) or cut_short(path)),
            interlaced=first.interlaced_frame,
            still=still,
            assumed=coding.assumed + _assumed(container, packets, still=still, sequence=sequence),
            steps=stated_steps(codec, *coded, depth_of(first.format)),
            coded_columns=coded_columns(codec, *coded),
            slowed=1.0 if still else _slowed(container, packets),
            mirrored=mirrored,
            gamut=gamut.of_frame(first, codec),
        )
    scaling, colour_offsets = stated_differences(codec, *coded)
    info = replace(info, scaling=scaling, colour_offsets=colour_offsets)
    return _by_profile(info, words.profile) if words.profile else info


def _orientation(
    first: av.VideoFrame, words: still_words.StillWords, *, still: bool
) -> tuple[int, bool]:
    if still:
        return orientation.of_still(first, words.orientation)
    return orientation.of_frame(first)


def _first_frame(path: Path, packets: Sequence[Packet]) -> av.VideoFrame:
    """Return the first frame. Raises ClipError where none can be decoded."""
    first = next(decode_with_quantisers(path, deblocked=False), None)
    if first is None or not packets:
        what, hint = tr("no frame can be decoded"), tr("Export the recording again")
        raise ClipError(what, where=str(path), hint=hint, code="clip_no_frames")
    return first


def _by_profile(info: VideoInfo, profile: bytes) -> VideoInfo:
    """Put what a still's colour profile says in the place of what was assumed."""
    found, transfer = gamut.of_profile(profile)
    open_still = tuple(name for name in info.assumed if name != "transfer" or not transfer)
    found = found or (info.gamut if info.gamut and info.gamut.to_bt709 is None else None)
    return replace(info, gamut=found, transfer=transfer or info.transfer, assumed=open_still)


def _slowed(container: InputContainer, packets: Sequence[Packet]) -> float:
    """Return how many times more pictures a second were taken than the stamps show.

    Android writes the rate at which slow motion and time-lapse were taken. 1 where nothing says it,
    or where both are about the same.
    """
    kept = _kept_rate(packets)
    try:
        taken = float(container.metadata.get(TAKEN, ""))
    except ValueError:
        return 1.0
    times = taken / float(kept) if kept and math.isfinite(taken) and taken > 0 else 1.0
    usual = USUAL[0] < taken < USUAL[1]  # of which dim light takes fewer
    return 1.0 if 1 / ABOUT < times < ABOUT or (usual and times > 1) else times


def _nominal_rate(guessed: Fraction | None, packets: Sequence[Packet]) -> Fraction | None:
    """Return the rate in frame/s that a container states, or that its packets keep.

    Of uneven stamps the rate that is guessed is one at which all fall on a frame: up to that of
    their clock, 90,000 a second.
    """
    kept = _kept_rate(packets)
    if not guessed or guessed <= FASTEST_STATED or not kept:
        return Fraction(guessed) if guessed else None
    return kept if guessed > UNKEPT * kept else Fraction(guessed)


def _kept_rate(packets: Sequence[Packet]) -> Fraction | None:
    """Return the frame/s of the usual step from stamp to stamp; None where there is none."""
    times = sorted(packet.time for packet in packets)
    steps = sorted(later - earlier for earlier, later in pairwise(times) if later > earlier)
    return 1 / steps[len(steps) // 2] if steps else None


def overridden(info: VideoInfo, coding: Coding) -> VideoInfo:
    """Put what a plan states in the place of what the stream says or what was assumed."""
    full_range = info.full_range if coding.full_range is None else coding.full_range
    aspect = coding.sample_aspect
    stated = [name for name, value in vars(coding).items() if value is not None]
    return replace(
        info,
        full_range=full_range,
        matrix=coding.matrix or info.matrix,
        transfer=coding.transfer or info.transfer,
        sample_aspect=Fraction(*aspect) if aspect else info.sample_aspect,
        assumed=tuple(name for name in info.assumed if name not in stated),
    )


def _upright(frame: av.VideoFrame) -> tuple[int, int]:
    """Width and height of a frame once it is turned upright."""
    sideways = frame.rotation % 180 != 0
    return (frame.height, frame.width) if sideways else (frame.width, frame.height)


def _sample_aspect(frame: av.VideoFrame, stated: Fraction | None) -> Fraction:
    usual = FOUR_TO_THREE.get((frame.width, frame.height), Fraction(1))
    aspect = Fraction(stated or usual)
    return 1 / aspect if frame.rotation % 180 else aspect


def _assumed(
    container: InputContainer, packets: Sequence[Packet], *, still: bool, sequence: bool
) -> tuple[str, ...]:
    """Name what the container leaves open."""
    open_questions = {
        "stream": len(filmed_streams(container)) > 1 and not still,
        "sample_aspect": not filmed_stream(container).sample_aspect_ratio,
        "rate": sequence,
        "times": (counted(container, packets) or unstamped(packets)) and not still,
        "stamps": unstamped(packets) and not still,
    }
    return tuple(name for name, is_open in open_questions.items() if is_open)


def _bit_rate(packets: Sequence[Packet]) -> float:
    gaps = (later.time - earlier.time for earlier, later in pairwise(packets))
    steps = [gap for gap in gaps if gap > 0]
    duration = sum(steps) * len(packets) / max(len(steps), 1)
    return float(8 * sum(packet.size for packet in packets) / duration) if duration else 0.0
