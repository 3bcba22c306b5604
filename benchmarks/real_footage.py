"""Pictures and clips that nobody here made: what is said of them, for a person to compare.

``python benchmarks/real_footage.py FOLDER [--only TEXT]`` reads the real footage of the project
(``setting.REAL``), the pictures in scikit-image, and those of Debian's ``opencv-doc`` and of
scikit-learn: it has ``apt-get download`` and ``pip download`` bring both packages into FOLDER and
takes the pictures out. What cannot be had is skipped and named. One line a row; what a person sees
stands beside it in ``docs/real_footage.md``.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from setting import REAL, machine, table

from acceptance import api
from acceptance.errors import AcceptanceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.model import Measurement, Note

OPENCV, SKIMAGE, SKLEARN, PROJECT = "opencv-doc", "scikit-image", "scikit-learn", "shared/data"
IN_OPENCV = "usr/share/doc/opencv-doc/examples/data"
EDGES = {"plain_edges": True}
SHOWN = 3  # figures of a family


@dataclass(frozen=True, kw_only=True)
class Footage:
    """A picture or clip, where it is from, and how it is asked."""

    source: str
    file: str
    asked: dict[str, Any] = field(default_factory=dict)


def _of(source: str, names: str, **asked: Any) -> list[Footage]:  # noqa: ANN401 -- fields of a shot
    return [Footage(source=source, file=name, asked=asked) for name in names.split()]


FOOTAGE = [
    *_of(PROJECT, "colorchecker24_pedrodiamel.jpg", chart="colorchecker", only=["colour"]),
    *_of(PROJECT, "oecf_sfr_target_burns.jpg oecf_step_ferazambuja.jpg sfrplus_ferazambuja.jpg "
         "iso12233_te170_rpi_ctt.png sine_target_mitre.tif slanted_edge_burns_1.tif "
         "slanted_edge_burns_h.tif", **EDGES),
    *_of(PROJECT, "iso12233_te170_rpi_ctt.png",
         regions={"centre.edge_horizontal": (520, 200, 38, 100),
                  "centre.edge_vertical": (480, 455, 120, 38)}),
    *_of(PROJECT, "bottle_intel.mp4 car_park_intel.mp4 lobby_intel.mp4"),
    *_of(PROJECT, "car_park_intel.mp4", only=["noise"], regions={"flat": (300, 200, 64, 64)}),
    *_of(PROJECT, "lobby_intel.mp4", only=["noise"], regions={"flat": (150, 60, 64, 64)}),
    *_of(OPENCV, "left01.jpg left05.jpg left12.jpg right03.jpg aruco/choriginal.jpg "
         "chessboard.png cards.png building.jpg home.jpg stuff.jpg sudoku.png text_defocus.jpg "
         "text_motion.jpg licenseplate_motion.jpg board.jpg rubberwhale1.png pca_test1.jpg "
         "box_in_scene.png basketball1.png smarties.png aloeL.jpg messi5.jpg leuvenA.jpg "
         "fruits.jpg gradient.png", **EDGES),
    *_of(OPENCV, "home.jpg", regions={"flat": (60, 20, 100, 60)}),
    *_of(OPENCV, "stuff.jpg", regions={"flat": (200, 200, 100, 80)}),
    *_of(OPENCV, "Megamind.avi Megamind_bugy.avi tree.avi vtest.avi"),
    *_of(OPENCV, "vtest.avi", only=["noise"], regions={"flat": (100, 420, 64, 64)}),
    *_of(SKIMAGE, "camera.png page.png text.png coffee.png chessboard_GRAY.png horse.png "
         "phantom.png color.png rocket.jpg brick.png astronaut.png motorcycle_left.png", **EDGES),
    *_of(SKIMAGE, "moon.png", regions={"flat": (20, 20, 64, 64)}),
    *_of(SKLEARN, "china.jpg flower.jpg", **EDGES),
]  # fmt: skip


def folders(work: Path) -> dict[str, Path]:
    """Return the folder of each source that is here or can be brought here."""
    import skimage  # noqa: PLC0415 -- only for where its pictures lie

    found = {
        PROJECT: REAL,
        SKIMAGE: Path(skimage.__file__).parent / "data",
        OPENCV: _opencv(work),
        SKLEARN: _sklearn(work),
    }
    return {name: folder for name, folder in found.items() if folder.is_dir()}


def _opencv(work: Path) -> Path:
    place = work / "opencv"
    if not place.is_dir() and shutil.which("apt-get"):
        subprocess.run(["apt-get", "download", "opencv-doc"], cwd=work, check=False)  # noqa: S607 -- the system's own
        for package in work.glob("opencv-doc_*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, place], check=False)  # noqa: S603, S607 -- as downloaded
    return place / IN_OPENCV


def _sklearn(work: Path) -> Path:
    place = work / "sklearn/datasets/images"
    if not place.is_dir():
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", "-q", "scikit-learn"]
        subprocess.run(pip, cwd=work, check=False)  # noqa: S603 -- our own interpreter
        for wheel in work.glob("scikit_learn-*.whl"):
            with zipfile.ZipFile(wheel) as held:
                held.extractall(
                    work, [n for n in held.namelist() if n.startswith("sklearn/datasets/images/")]
                )
    return place


def said(path: Path, asked: dict[str, Any]) -> str:
    """Return what is said of footage: figures with U, and why others are refused."""
    try:
        found = api.measure(path, **asked)
    except AcceptanceError as error:
        return str(error)
    return "; ".join([*_figures(found.measurements), *_reasons(found.notes)])


def _figures(measurements: Sequence[Measurement]) -> Iterator[str]:
    names = Counter(one.quantity for one in measurements)
    for quantity, count in names.items():
        own = [one for one in measurements if one.quantity == quantity]
        shown = ", ".join(f"{one.value:.4g} ± {one.expanded:.2g}" for one in own[:SHOWN])
        more = f" and {count - SHOWN} more" if count > SHOWN else ""
        yield f"{quantity} {shown}{more} {own[0].unit}"


def _reasons(notes: Sequence[Note]) -> Iterator[str]:
    for code, count in Counter(note.reason.code for note in notes).items():
        yield f"`{code}`" + (f" x {count}" if count > 1 else "")


def main() -> None:
    """Print a row for each picture and clip, with the time it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="Only files with this in their name.")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    places = folders(options.folder)
    rows = []
    for footage in FOOTAGE:
        path = places.get(footage.source, Path()) / footage.file
        if options.only not in footage.file:
            continue
        if not path.is_file():
            print(f"skipped, not here: {footage.source} {footage.file}", file=sys.stderr)
            continue
        began = time.process_time()
        words = said(path, footage.asked)
        asked = ", ".join(footage.asked) or "-"
        rows.append(
            (footage.source, footage.file, asked, words, f"{time.process_time() - began:.1f}")
        )
        print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    print(table(("from", "file", "asked", "said", "processor, s"), rows))
    print(machine())


if __name__ == "__main__":
    main()
