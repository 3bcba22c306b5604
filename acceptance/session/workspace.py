"""Where a session is put together.

A hidden folder that only one run at a time may use, and what goes wrong on the disc.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import shlex
import shutil
from typing import TYPE_CHECKING

from acceptance.errors import AcceptanceError, InputError, OutputError, SessionError, SetupError
from acceptance.files import paths, regular
from acceptance.files.litter import is_litter
from acceptance.files.output import move, put, writing
from acceptance.messages import tr
from acceptance.session import contents, institute_file, journal, store
from acceptance.session.evidence import BAGIT
from acceptance.session.journal import locked
from acceptance.session.log_book import LogBook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTIAL = ".partial-"  # its name begins so
# file in it: number of its session whose pages could not be set, and language of the report
UNREPORTED = "unreported"
MOST = 1 << 10  # bytes of it
RESUME = "resume"  # folder in it of the shots measured so far
CAPTURED = "captured"  # and of what was captured and is not in the session yet
# its folders: where one is a link, others' files would be taken for a killed run's, and removed
FOLDERS = (RESUME, CAPTURED, "session", "session/data", "session/data/stills")
WORK = re.compile(rf"{re.escape(PARTIAL)}[0-9a-f]{{12}}")
DRAFT = r"\.[0-9a-f]{16}\.part"  # what a kill leaves of a file that was being written
# What a run writes into folders of its work, each by its path from there. Anything else is
# somebody's: a merge of two folders leaves ``log (1).jsonl`` and ``session - 副本``.
OURS = {
    "": re.compile(rf"{RESUME}|{CAPTURED}|session|{UNREPORTED}|{institute_file.NUMBER}|{DRAFT}"),
    RESUME: re.compile(rf"[\w.-]+-[0-9a-f]{{12}}\.json|{DRAFT}"),
    CAPTURED: re.compile(r"[\w.-]+", re.ASCII),
    "session": re.compile(
        "|".join(map(re.escape, (*contents.OUTSIDE_DATA, store.DATA, journal.STAGING)))
        + f"|{DRAFT}"
    ),
}


@contextlib.contextmanager
def claimed(out: Path, key: str) -> Iterator[Path]:
    """Reserve the folder ``OUT/.partial-<key>`` for this run.

    It is kept afterwards only if there are shots in ``resume`` or ``captured``, or its session
    lacks the report. Raises OutputError where another run is using it, and where ``out`` is a
    session, or lies in one: that would break its seal; InputError where a link stands for one of
    its folders: what lies there is not ours to remove; SessionError where its session still lacks
    the report.
    """
    require_no_session(out)
    path = out / f"{PARTIAL}{key}"
    with writing(out):
        _require_no_links(path)
        path.mkdir(exist_ok=True)
    what = tr("another run of the same plan is writing here")
    hint = tr("Wait until it has finished, or choose another folder with -o")
    with locked(path, OutputError(what, where=str(path), hint=hint, code="output")):
        try:
            _require_reported(path)
            yield path
        finally:
            kept = *path.glob(f"{RESUME}/*.json"), *path.glob(f"{CAPTURED}/*/*"), _unreported(path)
            if not any((*kept, *of_others(path))):
                shutil.rmtree(path, ignore_errors=True)


def _require_no_links(work: Path) -> None:
    """Refuse links to folders and files that would be emptied, removed or written to."""
    folders = [work, *(work / name for name in FOLDERS)]
    for path in (*folders, *work.glob("session/*"), *work.glob("session/data/stills/*")):
        if path.is_symlink() and path in folders:
            what = tr("contains a link to another folder ({link})", link=path.name)
            hint = tr("Replace the link with the files themselves")
            raise InputError(what, where=str(path.parent), hint=hint)
        if path.is_symlink():
            what = tr("{name} is a link, a pipe or a device, not a file", name=path.name)
            hint = tr("Put the file itself in its place")
            raise InputError(what, where=str(path.parent), hint=hint)


def of_others(work: Path) -> list[Path]:
    """List what lies in a work folder, and neither a run nor a desktop leaves there."""
    found = ((name, path) for name in OURS for path in (work / name).glob("*"))
    return [
        path
        for name, path in found
        if not (OURS[name].fullmatch(path.name) or is_litter(path.name) or path.name == "@eaDir")
    ]


def others_aside(work: Path) -> str:
    """Move what others put into a work folder to a new folder beside it; return its name.

    Empty where there is nothing. Raises OSError.
    """
    if not (found := of_others(work)):
        return ""
    aside = free_beside(work, "others")
    for path in found:
        place = aside / path.relative_to(work)
        place.parent.mkdir(parents=True, exist_ok=True)
        move(path, place)
    return aside.name


def log_others(bag: Path, aside: str) -> None:
    """Log to where was moved what others had put into the work folder, if anything was."""
    if aside:
        LogBook(bag).append("others_aside", {"others_aside": aside})


def require_no_session(out: Path) -> None:
    """Refuse a folder that is, or lies in, a sealed session or a run's work. Raises OutputError."""
    place = out.resolve()
    folder = session_around(out)
    work = next((each for each in (place, *place.parents) if WORK.fullmatch(each.name)), None)
    if folder or work:
        what = (
            tr("lies in the sealed session {folder}, which stays as it is", folder=folder)
            if folder
            else tr("lies in the work folder {folder} of a run, which goes with it", folder=work)
        )
        hint = tr("Name a folder outside of it with -o")
        raise OutputError(what, where=str(out), hint=hint, code="output")


def session_around(path: Path) -> Path | None:
    """Return the sealed session that a path is, or lies in; None: it lies in none."""
    place = path.resolve()
    return next(filter(_is_sealed, (place, *place.parents)), None)


def _is_sealed(folder: Path) -> bool:
    return (folder / store.FILE).is_file() and (folder / BAGIT).is_file()


def _require_reported(work: Path) -> None:
    """Refuse to make again a session that is whole but for its report. Raises SessionError.

    Each try would leave a folder more, and take a number more of the institute's list.
    """
    if found := _unreported(work):
        folder, lang = found
        what = tr("The session is there already, without a report: {folder}", folder=folder)
        hint = tr(
            "{later}. To measure again, move that folder elsewhere",
            later=pdf_later(folder, lang, signed=True),
        )
        raise SessionError(what, hint=hint)


def _unreported(work: Path) -> tuple[Path, str] | None:
    """Return the folder of a workspace's session that lacks the report, and its language.

    None where there is no such session, and where the file that names it is damaged.
    """
    number, lang = _noted(work / UNREPORTED)
    folder = work.parent / number
    if paths.unfit_folder(number) or not (folder / store.FILE).is_file():
        return None
    return None if store.is_reported(folder) else (folder, lang)


def _noted(marker: Path) -> tuple[str, str]:
    """Return number and language of the session that lacks its report; empty where none is."""
    try:
        number, lang = regular.content(marker, MOST).decode().split("\n")
    except (OSError, ValueError):
        return "", ""
    return number, lang


def note_unreported(work: Path, number: str, lang: str) -> None:
    """Write down that the pages of a workspace's session could not be set."""
    put(work / UNREPORTED, f"{number}\n{lang}".encode())


def forget_unreported(session: Path) -> None:
    """Remove the workspace that was kept because its session, which has its report, lacked it."""
    folder = session.resolve()
    for marker in folder.parent.glob(f"{PARTIAL}*/{UNREPORTED}"):
        key = marker.parent.name.removeprefix(PARTIAL)
        if "." not in key and _noted(marker)[0] == folder.name:  # what was set aside has a dot
            # what cannot be removed now is removed by the next run of its plan
            with contextlib.suppress(AcceptanceError), claimed(folder.parent, key):
                pass


def placed(bag: Path, number: str) -> Path:
    """Move a finished session out of its workspace; return where it is.

    The workspace forgets the number before that: a kill in between leaves a gap in the institute's
    list, and no later run takes the number again, wherever the folder is moved by then.
    """
    work, place = bag.parent, bag.parent.parent / number
    with writing(place.parent):
        (work / institute_file.NUMBER).unlink(missing_ok=True)
        move(bag, place)
    for done in (RESUME, CAPTURED):
        shutil.rmtree(work / done, ignore_errors=True)
    return place


def without_report(error: SetupError, folder: Path, lang: str) -> SetupError:
    """Say of what kept pages from being set that the session is whole, and where it lies.

    ``lang`` is the language that its report was to be in.
    """
    what = tr(
        "{problem}. The session is kept, without a report: {folder}",
        problem=error.what, folder=folder,
    )  # fmt: skip
    later = pdf_later(folder, lang, signed=True)  # without a signer HTML would be the report
    hint = tr("{remedy}. {later}", remedy=error.hint, later=later)
    return SetupError(what, hint=hint, code=error.code)


def pdf_later(folder: Path, lang: str, *, signed: bool = False) -> str:
    """Say by which command a report is made that could not be set here; without full stop."""
    command = ["acceptance", "report", str(folder), "--lang", lang]
    command += ["--sign", "key.p12"] if signed else []
    return tr(
        "The PDF is made later, here or on another machine: {command}",
        command=shlex.join(command),
    )


def set_aside(work: Path) -> Path:
    """Move all that a workspace holds to a new folder beside it, and return that.

    It may hold the only trace of what was measured. Raises OSError.
    """
    aside = free_beside(work, "damaged")
    aside.mkdir()
    for path in list(work.iterdir()):
        move(path, aside / path.name)
    return aside


def free_beside(work: Path, why: str) -> Path:
    """Return a free path beside a workspace, named after it and ``why``."""
    numbered = (work.with_name(f"{work.name}.{why}-{number}") for number in itertools.count(1))
    return next(path for path in numbered if not path.exists())
