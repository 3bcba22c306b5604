"""VMAF of aligned pictures through libvmaf, in the ffmpeg that the extra "vmaf" brings (package imageio-ffmpeg).

Netflix's Video Multimethod Assessment Fusion, model vmaf_v0.6.1: a score of 0..100 learnt from
viewers at three picture heights before a 1080p screen. ffmpeg runs as a process of its own; each
pair goes in as one picture, recording above reference, so that it scores exactly what was aligned
here.
"""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import json
import subprocess
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import numpy as np

from acceptance.errors import GapError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acceptance.footage.planes import Plane
    from acceptance.metrics.compression.alignment import Array

EXTRA, MODULE = "vmaf", "imageio_ffmpeg"
SMALLEST = 64  # px; the model looks at four scales
PATIENCE = 60.0  # s for the last pictures
GRAPH = (
    "[0:v]split[a][b];[a]crop=iw:ih/2:0:0[recorded];[b]crop=iw:ih/2:0:ih/2[reference];"
    "[recorded][reference]libvmaf=log_fmt=json:log_path=scores.json{more}"
)


def program() -> str:
    """Path of the extra's ffmpeg.

    Raises GapError extra_missing where it is not installed or brings none.
    """
    if importlib.util.find_spec(MODULE) is None:
        raise GapError("extra_missing", extra=EXTRA)
    try:
        return str(importlib.import_module(MODULE).get_ffmpeg_exe())
    except RuntimeError as error:  # no binary for this machine
        raise GapError("extra_missing", extra=EXTRA) from error


def scores(
    pairs: Iterable[tuple[Plane, Plane]], *, size: tuple[int, int], depth: int, more: str = ""
) -> Array:
    """Score luma pairs (recorded, reference; (h, w) codes of ``depth`` bits) of ``size`` (width, height): 0..100 each.

    ``more`` are further options of the filter. Raises GapError: extra_missing, region_too_small,
    vmaf_failed.
    """
    width, height = size[0] // 2 * 2, size[1] // 2 * 2
    if min(width, height) < SMALLEST:
        raise GapError("region_too_small")
    kind, name = (
        (np.dtype(np.uint8), "yuv420p") if depth == 8 else (np.dtype("<u2"), f"yuv420p{depth}le")
    )
    command = [
        program(),
        "-nostdin",
        "-v",
        "error",
        "-f",
        "rawvideo",
        "-pix_fmt",
        name,
        "-s",
        f"{width}x{2 * height}",
    ]
    command += ["-i", "pipe:0", "-lavfi", GRAPH.format(more=more), "-f", "null", "-"]
    grey = np.full(width * height, 1 << (depth - 1), kind).tobytes()
    with tempfile.TemporaryDirectory() as folder:
        frames = (
            (recorded[:height, :width], reference[:height, :width]) for recorded, reference in pairs
        )
        _run(
            command,
            ((*(np.rint(plane).astype(kind).tobytes() for plane in both), grey) for both in frames),
            folder,
        )
        return _told(Path(folder) / "scores.json")


def _told(path: Path) -> Array:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return np.array([float(frame["metrics"]["vmaf"]) for frame in told["frames"]])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GapError("vmaf_failed") from error


def _run(command: list[str], pictures: Iterable[tuple[bytes, ...]], folder: str) -> None:
    """Feed ffmpeg, whose files go to ``folder``.

    Its complaints go to a file, for a full pipe would stop it.
    """
    complaints = Path(folder) / "complaints.txt"
    with complaints.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  # the extra's own program
            command, stdin=subprocess.PIPE, stderr=log, stdout=subprocess.DEVNULL, cwd=folder
        )
        try:
            with cast("IO[bytes]", process.stdin) as pipe:
                pipe.writelines(itertools.chain.from_iterable(pictures))
            code = process.wait(PATIENCE)
        except (OSError, subprocess.TimeoutExpired):  # it ended or hangs
            code = -1
        finally:
            process.kill()
            process.wait()
    if code:
        complaints.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise GapError("vmaf_failed")
