"""Names of files that others wrote: in plans, tables, packs, charts and sessions.

One function says where such a name leads, so that none leads out of its folder. It holds on every
system for names that any of them would misread, because a session travels.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path, PurePosixPath

from acceptance.errors import InputError, PlanError
from acceptance.messages import tr

CONTROLS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
DRIVE = re.compile(r"[A-Za-z]:")
# Names that Windows takes for devices, whatever their ending, and endings that it leaves off.
NOT_FOR_WINDOWS = re.compile(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:[.:].*)?|.*[. ]",
    re.IGNORECASE,
)
LONGEST = 255  # bytes of the name of a file or folder, on all usual file systems


def inside(
    root: Path, name: str, *, folder: str, where: str = "", kind: type[InputError] = PlanError
) -> Path:
    """Return the path of a file called ``name`` below ``root``, whether it is there or not.

    Raises an error of that ``kind`` where the name is absolute, goes up (``..``), has a drive, a
    backslash or a control character, where Windows would misread it, where it is too long, and
    where links lead out of ``root``. The error says that the name is no path, or lies outside
    ``folder``, at the place ``where``.
    """
    cause = unfit(name)
    if cause:
        what = tr("{name!r:.120} cannot be the path of a file: {cause}", name=name, cause=cause)
        raise kind(what, where=where, hint=tr("Rename the file, and write the path with slashes"))
    if not stays(root, name):
        what = tr("{file} lies outside {folder}; copy it there", file=name, folder=folder)
        raise kind(what, where=where, hint=tr("Write the path below that folder, without .."))
    return root / name


def unfit(name: str) -> str:
    """Say why a text cannot be a path on every system; nothing where it can."""
    parts = [part for part in PurePosixPath(name).parts if part != ".."]
    if CONTROLS.search(name):
        return tr("it has a control character")
    if ":" in name and sys.platform == "win32":  # a stream of a file; elsewhere a usual sign
        return tr("Windows does not allow the name")
    if "\\" in name:
        return tr("it has a backslash")
    if any(len(part.encode(errors="replace")) > LONGEST for part in parts):
        return tr("a part of it has more than {most} bytes", most=LONGEST)
    if any(NOT_FOR_WINDOWS.fullmatch(part) for part in parts):
        return tr("Windows does not allow the name")
    return ""


def folded(name: str) -> str:
    """Return what all names have in common that are one on some system: a session travels."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def normal_forms(name: str) -> tuple[str, ...]:
    """Return the name as file systems may store it: with letters and accents as one, or apart."""
    return unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)


def stored(root: Path, name: str) -> str | None:
    """Return a file's name below ``root``, or the normal form of it that a copy made of it.

    None where no such file is there, or only by a link that leads out.
    """
    forms = (name, *normal_forms(name))
    return next((form for form in forms if stays(root, form) and (root / form).is_file()), None)


def unfit_folder(name: str) -> str:
    """Say why a text cannot be the name of a folder on every system; nothing where it can."""
    if not name or name != name.strip() or name.startswith(".") or "/" in name or ":" in name:
        return tr("a folder is to have it as its name")
    return unfit(name)


def stays(root: Path, name: str) -> bool:
    """Whether a name leads, by whatever links, to a place below ``root``."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or DRIVE.match(name):
        return False
    try:
        return (root / name).resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):  # too long, a circle of links, a NUL
        return False
