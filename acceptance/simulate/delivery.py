"""Which frames a simulated camera delivers, and the files that they and their times are put in."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from acceptance.footage import encode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from acceptance.simulate.camera import Camera
    from acceptance.simulate.coding import Planes

CODECS_WITH_CRF = ("libx264", "libx265")
# of coders that know no such presets, and need to be told that the quality alone counts
OPEN_CODECS = {"libvpx-vp9": {"b": "0", "cpu-used": "6"}, "libsvtav1": {"preset": "10"}}
LOSSLESS = "libx264", 0
Shown = tuple[tuple[int, int], ...]  # time slot and source frame of every frame delivered


def deliveries(camera: Camera, seconds: float) -> Shown:
    """Return time slot and source frame of every frame that is delivered."""
    shown: list[tuple[int, int]] = []
    for slot in range(round(seconds * camera.rate)):
        if slot not in camera.dropped:
            shown.append((slot, shown[-1][1] if shown and slot in camera.repeated else slot))
    return tuple(shown)


def write(camera: Camera, path: Path, frames: Iterable[Planes], shown: Shown) -> None:
    """Encode the frames at the times of their slots. Raises OutputError where that fails."""
    encode.write(
        path,
        frames,
        rate=camera.rate,
        times=camera.stamps([slot for slot, _ in shown]),
        codec=camera.codec,
        options=_options(camera),
        pixel_format="yuv420p" if camera.depth == 8 else "yuv420p10le",
        full_range=camera.full_range,
        matrix=camera.matrix,
    )


def _options(camera: Camera) -> dict[str, str]:
    """Ask for constant quality, or for a bit rate held by a buffer of one second.

    Lossless is coded the fastest way: the same codes come back whatever the way. All else has the
    entropy coding of cameras, CABAC, which the fastest preset would leave out. A bit rate is held
    by one thread: with several, the film depends on what else the machine does.
    """
    if not camera.bit_rate and (camera.codec, camera.crf) == LOSSLESS:
        return {"crf" if camera.depth == 8 else "qp": "0", "preset": "ultrafast"}
    if camera.codec in OPEN_CODECS:
        return {"crf": str(camera.crf), **OPEN_CODECS[camera.codec]}
    if camera.codec not in CODECS_WITH_CRF:
        return {"qmin": str(camera.scale), "qmax": str(camera.scale)} if camera.scale else {}
    common = {"preset": camera.preset}
    if camera.codec == "libx264":
        common["coder"] = "cabac"
    if not camera.bit_rate:
        return {"crf": str(camera.crf)} | common
    rate, group = str(camera.bit_rate), str(round(2 * camera.rate))
    return {"b": rate, "maxrate": rate, "bufsize": rate, "g": group, "threads": "1"} | common


def write_table(path: Path, head: tuple[str, str], rows: Iterable[tuple[int, float]]) -> None:
    """Write a CSV table of numbers and values, these with six decimals."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows((number, f"{value:.6f}") for number, value in rows)
