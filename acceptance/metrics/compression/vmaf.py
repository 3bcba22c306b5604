"""VMAF of aligned pictures through libvmaf, in the ffmpeg that the extra "vmaf" brings.

The package is imageio-ffmpeg. VMAF is Netflix's Video Multimethod Assessment Fusion, here model
vmaf_v0.6.1: a score of 0..100 learnt from viewers at three picture heights before a 1080p screen.
ffmpeg runs as a process of its own; each pair goes in as one picture, recording above reference, so
that it scores exactly what was aligned here.
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
SCORES = "scores.json"
GRAPH = (
    "[0:v]split[a][b];[a]crop=iw:ih/2:0:0[recorded];[b]crop=iw:ih/2:0:ih/2[reference];"
    "[recorded][reference]libvmaf=log_fmt=json:log_path=" + SCORES + "{more}"
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
    """Score luma pairs (recorded, reference; (h, w) codes of ``depth`` bits), 0..100 each.

    ``size`` is (width, height); ``more`` are further options of the filter. Raises GapError:
    extra_missing, region_too_small, vmaf_failed.
    """
    width, height = size[0] // 2 * 2, size[1] // 2 * 2
    if min(width, height) < SMALLEST:
        raise GapError("region_too_small")
    command = _command(width, 2 * height, depth, more)
    kind = np.dtype(np.uint8) if depth == 8 else np.dtype("<u2")
    grey = np.full(width * height, 1 << (depth - 1), kind).tobytes()
    cut = ((seen[:height, :width], wanted[:height, :width]) for seen, wanted in pairs)
    pictures = ((*(np.rint(plane).astype(kind).tobytes() for plane in both), grey) for both in cut)
    with tempfile.TemporaryDirectory() as folder:
        _run(command, pictures, Path(folder))
        return _read(Path(folder) / SCORES)


def _command(width: int, height: int, depth: int, more: str) -> list[str]:
    """Return the command that scores pictures of ``width`` x ``height`` px from its input."""
    pixels = "yuv420p" if depth == 8 else f"yuv420p{depth}le"
    source = ["-f", "rawvideo", "-pix_fmt", pixels, "-s", f"{width}x{height}", "-i", "pipe:0"]
    graph = GRAPH.format(more=more)
    return [program(), "-nostdin", "-v", "error", *source, "-lavfi", graph, "-f", "null", "-"]


def _read(path: Path) -> Array:
    """Read the scores that ffmpeg wrote. Raises GapError vmaf_failed."""
    try:
        log = json.loads(path.read_text(encoding="utf-8"))
        return np.array([float(frame["metrics"]["vmaf"]) for frame in log["frames"]])
    except (OSError, ValueError, KeyError, TypeError) as error:
        complaint = f"{path.name}: {type(error).__name__}"
        raise GapError("vmaf_failed", complaint=complaint) from error


def _run(command: list[str], pictures: Iterable[tuple[bytes, ...]], folder: Path) -> None:
    """Feed ffmpeg, whose files go to ``folder``. Raises GapError vmaf_failed.

    Its complaints go to a file, for a full pipe would stop it.
    """
    complaints = folder / "complaints.txt"
    with complaints.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 -- the extra's own program
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
        raise GapError("vmaf_failed", complaint=_last_line(complaints) or str(code))


def _last_line(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
