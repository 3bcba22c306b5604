"""Write ``docs/accuracy.md``: measured errors, compared with published figures and physical bounds.

``python benchmarks/accuracy.py [--quick] [--jobs N] [--cache FOLDER] [SECTION...]``

Without names every section is made. With ``--cache`` a section that is already in the folder is
taken from there, so that an interrupted run can be resumed; named sections are always made anew. A
new section is a function that takes a ``Setting`` and returns a ``Part``, and a line in
``SECTIONS``.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import at_signals
import field_accuracy
import through_camera
import timing
from setting import Part, Setting, cached, machine, prose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DOCS = Path(__file__).resolve().parent.parent / "docs"
QUICK = 0.1

SECTIONS: Mapping[str, tuple[str, Callable[[Setting], Part]]] = {
    "edges": ("Slanted edges", at_signals.edges),
    "cramer_rao": ("Slanted edges and the Cramer-Rao bound", at_signals.cramer_rao),
    "edge_shapes": ("Edges that are no Gaussian", at_signals.edge_shapes),
    "real_edges": ("Real edges", at_signals.real_edges),
    "wedges": ("Wedges", at_signals.wedges),
    "noise": ("Noise", at_signals.noise),
    "grey_means": ("Means of grey regions", at_signals.grey_means),
    "fields": ("Flat fields, chroma noise and flare", field_accuracy.flat_fields),
    "film": ("The whole camera, without loss", through_camera.film),
    "quiet": ("Edges of filmed charts with little noise", through_camera.quiet),
    "geometry": ("Lens and pose", through_camera.geometry),
    "latency": ("Latency", timing.latency),
    "codec_crf": ("The whole camera, H.264 at constant quality", through_camera.codec_crf),
    "codec_bit_rate": (
        "The whole camera, H.264 at constant bit rate",
        through_camera.codec_bit_rate,
    ),
}


def made(name: str, setting: Setting) -> dict[str, Any]:
    """Make a section; returns what the cache keeps of it."""
    start = time.perf_counter()
    part = SECTIONS[name][1](setting)
    seconds = round(time.perf_counter() - start, 1)
    print(f"{name}: {seconds} s", flush=True)
    return {
        **dataclasses.asdict(part),
        "seconds": seconds,
        "share": setting.share,
        "machine": machine(),
    }


def kept(name: str, setting: Setting, cache: Path | None, *, anew: bool) -> dict[str, Any]:
    """Take a section from the cache, or make it and keep it there."""
    path = cache / f"{name}.json" if cache else None
    return cached(
        path,
        lambda: made(name, setting),
        lambda found: not anew and found["share"] == setting.share,
    )


def document(found: Mapping[str, Mapping[str, Any]], command: str) -> str:
    """Put the sections together."""
    opening = prose(
        "The error of every figure of this toolkit, against truth known by formula or by",
        "simulation, beside the measured errors of other programs. Every number below comes from",
        "one command, which anyone can repeat:",
    )
    more = prose(
        "How often the truth lies within the stated uncertainty is in [coverage.md](coverage.md);",
        "`python benchmarks/finding.py` measures how reliably charts are found.",
    )
    shares = {part["share"] for part in found.values()}
    reduced = (
        ""
        if shares == {1.0}
        else f" Number of runs reduced to {', '.join(f'{s:.0%}' for s in sorted(shares))}."
    )
    machines = "; ".join(dict.fromkeys(part["machine"] for part in found.values()))
    parts = [f"## {SECTIONS[name][0]}\n\n{part['text'].strip()}\n" for name, part in found.items()]
    seconds = sum(part["seconds"] for part in found.values())
    made_on = prose(f"Made {machines}.{reduced} It took {seconds / 60:.0f} minutes.")
    whole = [
        "# Measured accuracy\n",
        f"{opening}\n```text\n{command}\n```\n",
        more,
        made_on,
        *parts,
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(whole))


def main(arguments: list[str]) -> None:
    """Make the sections asked for; write the document when all of them are there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:.0%}% of the runs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--cache", type=Path, help="folder of finished sections")
    parser.add_argument(
        "--docs", type=Path, default=DOCS, help="folder that gets accuracy.md and pictures/"
    )
    options = parser.parse_args(arguments)
    named, cache = options.sections, options.cache
    if unknown := set(named) - set(SECTIONS):
        sections = ", ".join(SECTIONS)
        parser.error(f"unknown section {', '.join(sorted(unknown))}; choose from {sections}")
    setting = Setting(share=QUICK if options.quick else 1.0, jobs=options.jobs)
    wanted = SECTIONS if cache or not named else named
    found = {name: kept(name, setting, cache, anew=name in named) for name in wanted}
    write(found, options.docs, "python benchmarks/accuracy.py" + " --quick" * options.quick)


def write(found: Mapping[str, Mapping[str, Any]], docs: Path, command: str) -> None:
    """Write the pictures, and the document if it is complete; else print the sections."""
    for part in found.values():
        for name, picture in part["pictures"].items():
            (docs / "pictures").mkdir(parents=True, exist_ok=True)
            (docs / "pictures" / name).write_text(picture, "utf-8")
    if set(found) == set(SECTIONS):
        (docs / "accuracy.md").write_text(document(found, command), "utf-8")
    else:
        print("\n".join(part["text"] for part in found.values()))


if __name__ == "__main__":
    main(sys.argv[1:])
