"""A recording against its reference: our figures beside those of ffmpeg and libvmaf.

``python benchmarks/sequence.py`` prints the comparison; it needs the extra "vmaf" and uses its
ffmpeg. ``recorded`` is a case of ``coverage.py``.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from films import Reading
from setting import table
from skimage.metrics import structural_similarity

from acceptance.footage import clip, encode
from acceptance.metrics import compression
from acceptance.metrics.compression import vmaf
from acceptance.metrics.compression.scores import Scores
from acceptance.model import Measurement, Shot
from acceptance.scene import build
from acceptance.uncertainty import combine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from acceptance.model import BudgetLine

REAL = Path(__file__).resolve().parents[2] / "shared" / "data"
COUNT, CRFS = 100, (18, 23, 28, 33, 38)
PIXELS, PEAK = 1280 * 720, 255.0


# --- coverage


def recorded(random: np.random.Generator) -> list[Reading]:
    """Draw the pictures' errors about their long-run mean, then alignment and rounding."""
    count = int(random.integers(100, 400))
    long_run = 10 ** random.uniform(0.7, 2.2)  # codes squared: 26 to 41 dB
    likeness = 1 - long_run / 2000
    late, spread = 1 + abs(random.normal(0, 0.01)), random.uniform(0.05, 0.3)
    content = _content(random, count) * spread
    factor = np.exp(content - spread**2 / 2)  # of mean 1
    errors, unlike = long_run * factor, (1 - likeness) * factor
    drawn = 1 + (late - 1) * random.uniform(-1, 1) + random.uniform(-1, 1) / 24 / long_run
    scores = Scores(
        times=np.arange(count) / 25,
        errors=np.repeat((errors * drawn)[:, None], 3, axis=1),
        likeness=np.repeat(1 - (unlike * drawn)[:, None], 3, axis=1),
        moments=np.ones((count, 4)),
        peak=PEAK,
        pixels=PIXELS,
        late=late,
    )
    decibels = 10 * math.log10(PEAK**2 / long_run)
    return [
        _reading("compression.psnr", scores.psnr_figure(), decibels),
        _reading("compression.ssim", scores.ssim_figure(), likeness),
    ]


def _content(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Draw the effect of the pictures' content on their error (count,).

    Standard normal, correlated over about four pictures.
    """
    kept = math.exp(-1 / 4)
    steps = random.normal(0, math.sqrt(1 - kept**2), count)
    steps[0] /= math.sqrt(1 - kept**2)
    return np.array(list(itertools.accumulate(steps, lambda before, step: kept * before + step)))


def _reading(quantity: str, figure: tuple[float, list[BudgetLine]], truth: float) -> Reading:
    value, budget = figure
    combined = combine(budget)
    expanded = combined.k * combined.uncertainty
    return Reading(quantity=quantity, region="", value=value, expanded=expanded, truth=truth)


# --- beside other tools


def _pictures(name: str) -> Iterator[tuple[NDArray[Any], ...]]:
    frames = clip.open_clip(REAL / name).frames()
    for frame in itertools.islice(frames, COUNT):
        yield frame.luma, frame.cb, frame.cr  # type: ignore[misc]  # the clips have colour


def _ours(folder: Path) -> dict[str, Measurement]:
    shot = Shot(
        id="s", subject="encoder", clip="recorded.mp4", reference="sequence.mkv", chart="acceptance"
    )
    found = compression.measure(build.look(shot, folder))
    figures = (item for item in found if isinstance(item, Measurement))
    return {figure.quantity.partition(".")[2]: figure for figure in figures}


def _theirs(folder: Path) -> dict[str, float]:
    """Run ffmpeg's psnr, and libvmaf's float_ssim (not decimated) and vmaf.

    Frames are compared by their number.
    """
    ssim = r"libvmaf=log_fmt=json:log_path=scores.json:feature=name=float_ssim\\:scale=1"
    printed = _of_ffmpeg(folder, "psnr") + _of_ffmpeg(folder, ssim)
    planes = re.findall(r"PSNR y:([\d.]+) u:([\d.]+) v:([\d.]+)", printed)[0]
    y, u, v = (float(value) for value in planes)
    pooled = json.loads((folder / "scores.json").read_text())["pooled_metrics"]
    return {
        "psnr": y,
        "psnr_cb": u,
        "psnr_cr": v,
        "ssim": pooled["float_ssim"]["mean"],
        "vmaf": pooled["vmaf"]["mean"],
    }


def _of_ffmpeg(folder: Path, filter_: str) -> str:
    """Run a filter on recording and reference; returns what ffmpeg prints."""
    both = "[0:v]settb=1/25,setpts=N[a];[1:v]settb=1/25,setpts=N[b];[a][b]"
    inputs = ["-i", "recorded.mp4", "-i", "sequence.mkv"]
    command = [vmaf.program(), *inputs, "-lavfi", both + filter_, "-f", "null", "-"]
    done = subprocess.run(  # noqa: S603 -- the extra's own program
        command, cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stderr


def _of_scikit_image(folder: Path) -> float:
    names = ("recorded.mp4", "sequence.mkv")
    pairs = zip(*(clip.open_clip(folder / name).frames() for name in names), strict=True)
    likeness = partial(
        structural_similarity, gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
        data_range=255,
    )  # fmt: skip
    return float(np.mean([likeness(a.luma, b.luma) for a, b in pairs]))


def compared() -> Iterator[tuple[str, ...]]:
    """Measure the first 100 pictures of each real clip, coded at several CRF, with each tool."""
    for name, crf in itertools.product(("lobby", "car_park", "bottle"), CRFS):
        with tempfile.TemporaryDirectory() as place:
            folder, source = Path(place), f"{name}_intel.mp4"
            encode.write(folder / "sequence.mkv", _pictures(source), codec="ffv1")
            encode.write(folder / "recorded.mp4", _pictures(source), options={"crf": str(crf)})
            yield name, str(crf), *_row(folder)


def _row(folder: Path) -> tuple[str, ...]:
    ours, theirs = _ours(folder), _theirs(folder)
    psnr, ssim, vmaf_ = (ours[key].value for key in ("psnr", "ssim", "vmaf"))
    details = ours["psnr"].details
    colour = max(abs(float(details[key]) - theirs[key]) for key in ("psnr_cb", "psnr_cr"))
    return (
        f"{psnr:.3f}",
        f"{psnr - theirs['psnr']:+.6f}",
        f"{colour:.6f}",
        f"{ssim:.5f}",
        f"{ssim - _of_scikit_image(folder):+.7f}",
        f"{ssim - theirs['ssim']:+.5f}",
        f"{vmaf_:.3f}",
        f"{vmaf_ - theirs['vmaf']:+.6f}",
        f"{details['frames_dropped']}, {details['frames_repeated']}",
    )


def main() -> None:
    """Print the comparison as a table of the documents."""
    if not REAL.is_dir():
        sys.exit(f"no real footage in {REAL}")
    head = ("clip", "CRF", "PSNR", "to ffmpeg", "Cb, Cr to ffmpeg", "SSIM", "to scikit-image",
            "to libvmaf", "VMAF", "to libvmaf's own run", "drops, repeats found")  # fmt: skip
    cv2.setNumThreads(1)
    print(table(head, list(compared())))


if __name__ == "__main__":
    main()
