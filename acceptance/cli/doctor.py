"""The verb ``doctor``: what this machine has, what it lacks, and what cannot be done without it.

Each check is one line; nothing is installed or changed.
"""

from __future__ import annotations

import contextlib
import ctypes.util
import importlib
import importlib.metadata
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from acceptance.cli import terminal
from acceptance.errors import SetupError
from acceptance.messages import tr
from acceptance.report import own_typefaces, typesetting

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST_PYTHON = (3, 11)
ENOUGH_BYTES = 1_000_000_000  # the demo leaves about a tenth of this behind
FINE_CLOCK = 1e-3  # s; a thirtieth of the picture period at 30 frame/s
PATIENCE = 60.0  # s; the first look at the fonts builds their index
NO_PDF = tr(
    "no PDF and no signature: run, judge and report write HTML alone; sign, demo, sheet, panel and "
    "chart -o FILE.pdf do not work"
)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing looked for.

    ``costs`` says what does not work without it, ``remedy`` what to do about it.
    ``found`` is what was seen, for instance a version; empty when nothing was. ``needed`` is False
    for what the tool can do without.
    """

    name: str
    present: bool
    needed: bool
    found: str = ""
    costs: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Library:
    """A Python package.

    It has a name for ``import`` and one for the installer; ``costs`` says what goes without it.
    """

    module: str
    package: str
    costs: str
    extra: str = ""


NEEDED = (
    Library(module="numpy", package="numpy", costs=tr("nothing can be measured")),
    Library(module="scipy", package="scipy", costs=tr("nothing can be measured")),
    Library(module="av", package="av", costs=tr("no video can be read")),
    Library(module="cv2", package="opencv-python", costs=tr("no chart can be drawn or found")),
    Library(module="skimage", package="scikit-image", costs=tr("no PSNR and SSIM")),
    Library(module="GTC", package="GTC", costs=tr("no uncertainty can be stated")),
    Library(
        module="pydantic", package="pydantic", costs=tr("no plan, pack or session can be read")
    ),
    Library(module="lazy_loader", package="lazy_loader", costs=tr("nothing can be started")),
    Library(module="click", package="click", costs=tr("no command line")),
    Library(module="rich", package="rich", costs=tr("no tables and progress bars")),
    Library(module="jinja2", package="jinja2", costs=tr("no report")),
    Library(module="weasyprint", package="weasyprint", costs=NO_PDF),
    Library(
        module="pyhanko.sign", package="pyhanko", costs=tr("no signature can be made or checked")
    ),
    Library(module="pypdf", package="pypdf", costs=tr("no pages of a report can be compared")),
    Library(
        module="pyhanko_certvalidator",
        package="pyhanko-certvalidator",
        costs=tr("no signature can be checked"),
    ),
    Library(
        module="asn1crypto", package="asn1crypto", costs=tr("no signature can be made or checked")
    ),
    Library(
        module="cryptography", package="cryptography", costs=tr("no signing key can be opened")
    ),
    Library(
        module="openpyxl",
        package="openpyxl",
        costs=tr("no list or sheet in XLSX can be read or made"),
    ),
    Library(module="docx", package="python-docx", costs=tr("no session can be exported to Word")),
    Library(module="sqlalchemy", package="SQLAlchemy", costs=tr("no results database")),
    Library(module="zeep", package="onvif-zeep", costs=tr("no device can be asked by ONVIF")),
    Library(module="lxml", package="lxml", costs=tr("no device can be asked by ONVIF")),
    Library(module="requests", package="requests", costs=tr("no device can be asked by ONVIF")),
    Library(
        module="xmlschema",
        package="xmlschema",
        costs=tr("answers of devices are not held against ONVIF's schemas"),
    ),
)
OPTIONAL = (
    Library(module="imageio_ffmpeg", package="imageio-ffmpeg", costs=tr("no VMAF"), extra="vmaf"),
    Library(
        module="psycopg",
        package="psycopg",
        costs=tr("no results in PostgreSQL"),
        extra="postgresql",
    ),
    Library(
        module="distributed",
        package="distributed",
        costs=tr("no batch on several machines"),
        extra="dask",
    ),
    Library(module="keyring", package="keyring", costs=tr("no system keyring"), extra="keyring"),
    Library(
        module="pkcs11", package="python-pkcs11", costs=tr("no keys in tokens"), extra="pkcs11"
    ),
)
NO_OPENCV = tr("OpenCV does not load: no chart can be drawn or found")
SLOW_PDF = tr("a Chinese PDF takes about five times as long")
# name for the dynamic linker, Debian package, what does not work without it
SYSTEM_LIBRARIES = (
    ("pango-1.0", "libpango-1.0-0", NO_PDF),
    ("pangoft2-1.0", "libpangoft2-1.0-0", NO_PDF),
    ("harfbuzz-subset", "libharfbuzz-subset0", SLOW_PDF),
    ("GL", "libgl1", NO_OPENCV),
    ("glib-2.0", "libglib2.0-0", NO_OPENCV),
)
DISPENSABLE = {"harfbuzz-subset"}


def checks(folder: Path | None = None) -> tuple[Check, ...]:
    """Look at everything.

    ``folder`` is where results would be written (default: the current folder).
    Raises nothing: whatever goes wrong while looking is itself a finding.
    """
    return (
        python(),
        *(library(each) for each in NEEDED),
        *system_libraries(),
        chinese_font(),
        *encoders(),
        *places(Path.cwd() if folder is None else folder),
        clock(),
        *(optional(each) for each in OPTIONAL),
        *programs(),
    )


def ready(found: tuple[Check, ...]) -> bool:
    """Whether everything needed is present."""
    return all(check.present for check in found if check.needed)


def python() -> Check:
    """Look at the version of Python."""
    return Check(
        name="Python",
        present=sys.version_info[:2] >= OLDEST_PYTHON,
        needed=True,
        found=".".join(map(str, sys.version_info[:3])),
        costs=tr("nothing works"),
        remedy=tr("use Python 3.11 or newer"),
    )


def version(package: str) -> str:
    """Return the installed version of a package, empty when there is none."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def library(wanted: Library) -> Check:
    """Import a package: only that shows that the system libraries beneath it load."""
    name, installed = wanted.package, version(wanted.package)
    remedy = _beneath(name) if installed else f"pip install {name}"
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # WeasyPrint prints advice
            importlib.import_module(wanted.module)
    # A broken package may raise anything (OSError when Pango is missing).
    except Exception as error:  # noqa: BLE001 -- see above
        present, found = False, " ".join(str(error).split())[:120]
    else:
        present, found = True, installed
    return Check(
        name=name, present=present, needed=True, found=found, costs=wanted.costs, remedy=remedy
    )


def _beneath(package: str) -> str:
    """Say what to do where a package is installed and does not load."""
    if package == "weasyprint" and not sys.platform.startswith("linux"):
        return typesetting.pango()
    return tr("install the system libraries below")


def optional(wanted: Library) -> Check:
    """Look for an optional package, without importing it."""
    return Check(
        name=wanted.package,
        present=importlib.util.find_spec(wanted.module) is not None,
        needed=False,
        found=version(wanted.package),
        costs=wanted.costs,
        remedy=f"pip install 'db50-acceptance[{wanted.extra}]'",
    )


def system_libraries() -> Iterator[Check]:
    """Look for shared libraries; elsewhere than on Linux, loading the packages above tells."""
    listed = SYSTEM_LIBRARIES if sys.platform.startswith("linux") else ()
    yield from (system_library(*each) for each in listed)


def system_library(name: str, package: str, costs: str) -> Check:
    """Look for a shared library as the dynamic linker would."""
    found = ctypes.util.find_library(name) or ""
    return Check(
        name=f"lib{name}",
        present=bool(found),
        needed=name not in DISPENSABLE,
        found=found,
        costs=costs,
        remedy=f"apt-get install {package}",
    )


def chinese_font() -> Check:
    """Ask fontconfig for a font that covers simplified Chinese, or where it is not, the renderer.

    Without one WeasyPrint draws boxes and says nothing.
    """
    listed = _listed_fonts()
    families = sorted({line.split(",")[0].strip() for line in listed if line.strip()})
    return Check(
        name=tr("Chinese font"),
        present=bool(families),
        needed=True,
        found=families[0] if families else "",
        costs=tr("no report: every Chinese character would be an empty box"),
        remedy=typesetting.fonts(),
    )


def _listed_fonts() -> list[str]:
    if not sys.platform.startswith("linux"):
        return _rendered_font()
    command = ["fc-list", ":lang=zh-cn", "family"]
    try:
        return subprocess.run(  # noqa: S603  -- constant
            command, capture_output=True, text=True, timeout=PATIENCE, check=False
        ).stdout.splitlines()
    except (OSError, subprocess.TimeoutExpired):
        return []


def _rendered_font() -> list[str]:
    try:
        typesetting.check_fonts()
    except (SetupError, ImportError):
        return []
    return [own_typefaces.SANS]


def encoders() -> tuple[Check, Check]:
    """Look for what encodes simulated films."""
    no_demo = tr("the demo cannot film: acceptance demo does not run")
    no_h265 = tr("no H.265 film can be simulated; reading H.265 is not affected")
    return (
        encoder("libx264", needed=True, costs=no_demo),
        encoder("libx265", needed=False, costs=no_h265),
    )


def encoder(codec: str, *, needed: bool, costs: str) -> Check:
    """Ask PyAV whether it can encode with ``codec``.

    PyAV is imported by name, since a report on it must not need it to load.
    """
    try:
        found = importlib.import_module("av").codec.Codec(codec, "w").long_name
    # PyAV missing, broken or without the codec: all mean that it cannot encode.
    except Exception:  # noqa: BLE001 -- see above
        found = ""
    return Check(
        name=tr("encoder {codec}", codec=codec),
        present=bool(found),
        needed=needed,
        found=found,
        costs=costs,
        remedy="pip install --force-reinstall --only-binary av av",
    )


def places(folder: Path) -> Iterator[Check]:
    """Look at the folder for results: may it be written, and is there room."""
    yield Check(
        name=tr("output folder"),
        present=os.access(folder, os.W_OK | os.X_OK),
        needed=True,
        found=str(folder),
        costs=tr("no result can be kept"),
        remedy=tr("change to a folder that you may write to, or name one with -o"),
    )
    yield _room(folder)


def _room(folder: Path) -> Check:
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        free = 0
    return Check(
        name=tr("disk space"),
        present=free >= ENOUGH_BYTES,
        needed=False,
        found=tr("{free:.1f} GB free", free=free / 1e9),
        costs=tr("clips and reports may not fit"),
        remedy=tr("free 1 GB, or write elsewhere with -o"),
    )


def clock() -> Check:
    """Look at the resolution of the clock that stamps arriving frames."""
    resolution = time.get_clock_info("monotonic").resolution
    return Check(
        name=tr("clock"),
        present=resolution <= FINE_CLOCK,
        needed=False,
        found=f"{resolution:.0e} s",
        costs=tr("stream latency is uncertain by the clock's step"),
        remedy=tr("record on a machine with a finer clock"),
    )


def programs() -> tuple[Check, ...]:
    """Look for programs that only tests use."""
    no_text = tr("some tests are skipped; the tool itself does not use it")
    no_browser = tr("the clock page cannot be tested; any browser shows it")
    no_server = tr("PostgreSQL cannot be tested; results go into SQLite without it")
    return (
        program("pdftotext", "poppler-utils", no_text),
        program("chromium", "chromium", no_browser),
        program("psql", "postgresql", no_server),
    )


def program(name: str, package: str, costs: str) -> Check:
    """Look for a program on the path."""
    found = shutil.which(name) or ""
    remedy = f"apt-get install {package}"
    return Check(
        name=name, present=bool(found), needed=False, found=found, costs=costs, remedy=remedy
    )


@click.command()
def doctor() -> int:
    """Show what this machine has, what is missing and what cannot be done without it.

    Exits 2 when something needed is missing.
    """
    found = checks()
    rows = [
        (
            check.name,
            tr("yes") if check.present else tr("NO"),
            check.found,
            "" if check.present else f"{check.costs}: {check.remedy}",
        )
        for check in found
    ]
    columns = (tr("what"), tr("there"), tr("found"), tr("what its absence costs, and the remedy"))
    terminal.table(tr("This machine"), columns, rows)
    return 0 if ready(found) else 2
