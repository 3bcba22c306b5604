"""The sound of a clip, on the same time as its pictures.

Times are those of the container after its edit list: what a coder put before the sound (priming,
1024 or 2112 samples of AAC) is cut off by the decoder, where the container says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import av.error
import numpy as np

from acceptance.footage.decoding import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.audio.frame import AudioFrame
    from numpy.typing import NDArray

MOST_SECONDS = 600.0  # that are read
APART = 0.008  # s by which a block may lie off the end of the one before
STAMPED = 0.5  # s of blocks from which the sample rate by their stamps is taken


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Sound without a gap: ``samples`` (n,), mono, -1 .. 1.

    Sample i is at ``start`` + i / ``rate`` s, the line through the stamps of its blocks; ``off`` is
    the RMS in s of what these lie off it.
    """

    samples: NDArray[np.float32]
    start: float
    rate: float
    off: float


def stretches(path: Path) -> tuple[Stretch, ...]:
    """Decode the first sound of a clip; empty where it has none that can be decoded.

    Raises ClipError where the file cannot be opened.
    """
    with opened(path) as container:
        if not container.streams.audio:
            return ()
        return tuple(_stretch(blocks) for blocks in _runs(_blocks(path)))


def has_sound(path: Path) -> bool:
    """Whether a clip has sound. Raises ClipError where the file cannot be opened."""
    with opened(path) as container:
        return bool(container.streams.audio)


@dataclass(frozen=True, kw_only=True)
class _Block:
    time: float
    rate: int
    samples: NDArray[np.float32]

    @property
    def end(self) -> float:
        return self.time + len(self.samples) / self.rate


def _blocks(path: Path) -> Iterator[_Block]:
    """Yield decoded blocks in order; a damaged packet is passed over."""
    with opened(path) as container:
        stream = container.streams.audio[0]
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                frames = packet.decode()
            except av.error.MemoryError:  # of the machine, not of the clip
                raise
            except av.error.EOFError:
                return
            except av.error.FFmpegError:
                continue
            for frame in frames:
                if frame.pts is not None and frame.time_base is not None and frame.samples:
                    time = float(frame.pts * frame.time_base)
                    yield _Block(time=time, rate=frame.sample_rate, samples=_mono(frame))


def _mono(frame: AudioFrame) -> NDArray[np.float32]:
    """(n,) mean of the channels, -1 .. 1."""
    data = frame.to_ndarray()
    if not frame.format.is_planar:
        data = data.reshape(-1, len(frame.layout.channels)).T
    mean = data.mean(axis=0, dtype=np.float64)
    if data.dtype.kind == "f":
        return np.asarray(mean, np.float32)
    half = float(1 << (8 * data.dtype.itemsize - 1))
    return np.asarray(mean / half - (data.dtype.kind == "u"), np.float32)


def _runs(blocks: Iterator[_Block]) -> Iterator[list[_Block]]:
    """Group blocks that follow each other without a gap, up to MOST_SECONDS in all."""
    run: list[_Block] = []
    begin: float | None = None
    for block in blocks:
        begin = block.time if begin is None else begin
        if abs(block.time - begin) > MOST_SECONDS:
            break
        if run and (abs(block.time - run[-1].end) > APART or block.rate != run[-1].rate):
            yield run
            run = []
        run.append(block)
    if run:
        yield run


def _stretch(blocks: list[_Block]) -> Stretch:
    """Put blocks together, and lay a line through their stamps (least squares)."""
    rate = float(blocks[0].rate)
    places = np.cumsum([0, *(len(block.samples) for block in blocks[:-1])])
    times = np.array([block.time for block in blocks])
    step = 1 / rate
    if times[-1] - times[0] > STAMPED:
        step = float(np.polyfit(places, times, 1)[0])
    off = times - places * step
    start = float(off.mean())
    return Stretch(
        samples=np.concatenate([block.samples for block in blocks]),
        start=start,
        rate=1 / step,
        off=float((off - start).std()),
    )
