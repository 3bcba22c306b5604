"""Picture faults: how many seeded ones are found, and that none is found in sound footage.

``python benchmarks/faults.py`` makes 100 films of each fault and 100 without any (``planted.py``),
measures them and compares the figures with the thresholds of the pack ``picture_faults``;
``--share`` makes fewer, ``--picture FILE`` draws one frame of each with its figure. Real footage is
used if it is on this machine.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import cv2
import numpy as np
import planted
from setting import Setting, machine, table

from acceptance import metrics
from acceptance.checks import pack
from acceptance.metrics import faults
from acceptance.model import Measurement, Shot
from acceptance.scene import build

FILMS = 100
PACK = "picture_faults"
Case = tuple[str, int, Path | None]
Figures = list[dict[str, float]]


def limits() -> dict[str, float]:
    """Thresholds of the pack by fault."""
    found = {}
    for requirement in pack.load(PACK, metrics.quantities()).requirements:
        if requirement.limit and requirement.limit.at_most is not None:
            found[requirement.id] = requirement.limit.at_most
    return found


def levels(seen: build.Scene) -> dict[str, float]:
    """Figures of a film by fault, without those that cannot be measured."""
    found = (figure for figure in faults.measure(seen) if isinstance(figure, Measurement))
    return {figure.quantity.partition(".")[2]: figure.value for figure in found}


def measured(case: Case) -> dict[str, float]:
    """Make a film and measure it."""
    fault, seed, footage = case
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        planted.write(path, fault, seed, footage)
        return levels(planted.seen(path))


def sound(footage: Path) -> list[tuple[str, dict[str, float]]]:
    """Measure the three clips from end to end, as ``acceptance measure`` does."""
    names = [name for name in planted.REAL if (footage / name).is_file()]
    shots = [Shot(id=name.partition("_intel")[0], subject="camera", clip=name) for name in names]
    return [(shot.id, levels(build.look(shot, footage))) for shot in shots]


def found(setting: Setting) -> str:
    """Return the table of faults: thresholds, share found, figures, and those of sound films."""
    footage, limit = setting.real if setting.real.is_dir() else None, limits()
    seeds = range(setting.runs(FILMS, 1))
    clean = setting.each(measured, [("", seed, footage) for seed in seeds])
    clips = sound(setting.real) if footage and not setting.tiny else []
    rows = []
    for fault in planted.NAMES:
        films = setting.each(measured, [(fault, seed, footage) for seed in seeds])
        real = [f"{figures[fault]:.2g}" if fault in figures else "-" for _, figures in clips]
        rows.append((*_row(fault, limit[fault], films, clean), " / ".join(real) or "-"))
        print(" | ".join(map(str, rows[-1])), flush=True)
    named = ", ".join(name for name, _ in clips) or "no clips"
    sure = f"highest without it ({named} in the last column)"
    head = ("fault", "threshold", "found", "figures, 5 % to 95 %", "false", sure, "clips")
    return table(head, rows)


def _row(fault: str, limit: float, films: Figures, clean: Figures) -> tuple[str, ...]:
    """Fault, threshold, films found, spread of their figures, false finds, highest of these."""
    values = np.array([film[fault] for film in films if fault in film])
    hits = int(np.count_nonzero(values > limit))
    false = sum(film.get(fault, 0.0) > limit for film in clean)
    ends = [f"{np.percentile(values, share):.3g}" for share in (5, 95)] if values.size else ["-"]
    most = max((film[fault] for film in clean if fault in film), default=0.0)
    shares = f"{hits} of {len(films)}", " to ".join(ends), f"{false} of {len(clean)}"
    return fault, f"{limit:g}", *shares, f"{most:.3g}"


def picture(path: Path) -> None:
    """Draw one frame of each fault with its figure."""
    tiles = []
    for fault in planted.NAMES:
        with tempfile.TemporaryDirectory() as folder:
            film = Path(folder) / "film.mp4"
            planted.write(film, fault, 7, None)
            seen = planted.seen(film)
            value = levels(seen).get(fault)
            kept = planted.frame_of(film, planted.STARTS + 2)
        unit = faults.QUANTITIES[f"faults.{fault}"]
        words = f"{fault}: {value:.3g} {unit}" if value is not None else f"{fault}: not measured"
        small = cv2.resize(kept, (240, 135), interpolation=cv2.INTER_AREA)
        tile = cv2.copyMakeBorder(small, 4, 18, 4, 4, cv2.BORDER_CONSTANT, value=(255,) * 3)
        face, black = cv2.FONT_HERSHEY_SIMPLEX, (0, 0, 0)
        cv2.putText(tile, words, (6, 152), face, 0.38, black, 1, cv2.LINE_AA)
        tiles.append(tile)
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % 4)
    sheet = np.vstack([np.hstack(tiles[at : at + 4]) for at in range(0, len(tiles), 4)])
    cv2.imwrite(str(path), sheet, [cv2.IMWRITE_JPEG_QUALITY, 80])


def main() -> None:
    """Print the table, or draw the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--share", type=float, default=1.0, help="share of the 100 films of each fault"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    if options.picture:
        picture(options.picture)
        return
    print(found(Setting(share=options.share, jobs=options.jobs)), machine(), sep="\n")


if __name__ == "__main__":
    main()
