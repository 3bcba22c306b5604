"""A session on disc: what is where in its folder, written and read back.

``session.json`` (``FILE``) holds the session itself, ``log.jsonl`` what was done, and ``data/``
what the verdicts rest on: the plan as given, clips, stills, packs, charts, answers, devices and
lists of recordings. The rest is a BagIt bag around them (``evidence``), and the report.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from pydantic import ConfigDict, TypeAdapter, ValidationError

from acceptance import __version__, metrics
from acceptance.checks import pack
from acceptance.errors import NewerSessionError, OutputError, SessionError
from acceptance.files import first_error, paths, regular, strict_json
from acceptance.files.output import put
from acceptance.messages import tr
from acceptance.model import Plan, Session
from acceptance.report import file_names
from acceptance.session.evidence import seal
from acceptance.session.measuring import Measured

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.model import Pack, SessionWarning

FILE = "session.json"
REPORT: str = file_names.REPORT
REPORTS = {REPORT, "report.html"}  # where no PDF could be made, HTML is the report
MOST = 96 << 20  # bytes of it: half a million each for a device that was filmed
DATA = "data"
PLAN = "data/plan.json"
PACKS = "data/packs"
CLIPS = "data/clips/"  # before the path of footage

# Tuples, because pydantic takes a configuration for nested data classes, not for the outermost one.
_STRICT = ConfigDict(extra="forbid", defer_build=True)
_SESSION = TypeAdapter(tuple[Session], config=_STRICT)
_MEASURED = TypeAdapter(tuple[Measured], config=_STRICT)
_PLAN = TypeAdapter(tuple[Plan], config=ConfigDict(defer_build=True))


def dumps(session: Session) -> bytes:
    """Write the session as JSON (UTF-8): what ``session.json`` holds and the report carries."""
    return strict_json.dumps(_SESSION.dump_python((session,), mode="json")[0])


def dump_plan(plan: Plan) -> bytes:
    """Write a plan as JSON (UTF-8), as ``data/plan.json`` keeps it."""
    return strict_json.dumps(_PLAN.dump_python((plan,), mode="json")[0])


def parse_plan(content: bytes) -> Plan:
    """Read what ``dump_plan`` wrote. Raises ValueError."""
    return _PLAN.validate_python((json.loads(content),))[0]


def save(session: Session, folder: Path) -> None:
    """Write ``session.json`` and seal the folder.

    Raises OutputError, also for more than ``MOST`` bytes, which nobody would read back.
    """
    content = dumps(session)
    if len(content) > MOST:
        what = tr("the session has {size} bytes, too many to be checked", size=len(content))
        hint = tr("Divide the plan into several: what was measured is kept and not measured again")
        raise OutputError(what, where=str(folder / FILE), hint=hint)
    put(folder / FILE, content)
    seal(folder, session)


def is_reported(folder: Path) -> bool:
    """Whether a session has its report."""
    return any((folder / name).is_file() for name in REPORTS)


def load(folder: Path) -> Session:
    """Read ``session.json`` of a session folder.

    Raises SessionError where there is none, where it is too large, or where it is no JSON or has an
    unknown or wrong field.
    """
    path = folder / FILE
    if not path.is_file():
        return parse(b"", str(folder))
    return parse(
        regular.read(path, SessionError, tr("Restore it from a copy"), most=MOST), str(path)
    )


def find(out: Path, number: str) -> list[Path]:
    """Return the folders in ``out`` with the session of this number, whatever they are called.

    Several are copies of it. One that bears the number and cannot be read is among them.
    """
    folders = [file.parent for file in sorted(out.glob(f"*/{FILE}"))]
    shown = (folder for folder in folders if not folder.name.startswith("."))
    return [folder for folder in shown if _number(folder) == number]


def _number(folder: Path) -> str:
    try:
        return load(folder).id
    except SessionError:
        return folder.name


def none_here(where: str) -> SessionError:
    """Say that there is no session."""
    hint = tr("Give the folder that acceptance run printed")
    return SessionError(tr("there is no session here"), where=where, hint=hint)


def parse(content: bytes, where: str) -> Session:
    """Read a session from the bytes of ``session.json``. Raises SessionError as ``load`` does."""
    if not content:
        raise none_here(where)
    read: object = None
    try:
        read = strict_json.loads(content)
        session: Session = first_error.check(_SESSION, (read,))[0]
    except (ValueError, RecursionError) as error:
        cause = _cause(error)
        _require_no_newer(read, cause, where)
        raise _no_session(cause, where) from error
    if cause := paths.unfit_folder(session.id):
        what = tr("number {number!r:.80}: {cause}", number=session.id, cause=cause)
        raise _no_session(what, where)
    return session


def _require_no_newer(read: object, cause: str, where: str) -> None:
    """Say that a session is by a newer version than this, where it says so."""
    made = str(read.get("tool_version", "")) if isinstance(read, dict) else ""
    if _numbers(made) > _numbers(__version__):
        what = tr("made by version {made:.20}, which version {own} cannot read ({cause})",
                  made=made, own=__version__, cause=cause)  # fmt: skip
        raise NewerSessionError(what, where=where, hint=tr("Install that version, or a later one"))


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d{1,9}", version)[:3]]


def _no_session(cause: str, where: str) -> SessionError:
    what = tr("this is not a session ({cause})", cause=cause)
    return SessionError(what, where=where, hint=tr("Restore it from a copy"))


def _cause(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return first_error.told(error)
    return tr("no JSON: {cause}", cause=error)


def load_packs(plan: Plan, folder: Path | None = None) -> tuple[Pack, ...]:
    """Load the plan's packs, those of a session from its folder of packs. Raises PackError."""
    return pack.load_all(plan.packs, metrics.quantities(), folder=folder)


def load_bases(packs: Sequence[Pack], folder: Path) -> dict[str, tuple[Pack, ...]]:
    """Load those that each pack is built on, the nearest first, from a session's packs.

    Raises PackError.
    """
    units = metrics.quantities()
    return {
        one.id: tuple(pack.load(base, units, folder=folder) for base in one.extends)
        for one in packs
    }


def warnings(judged: Session, packs: Sequence[Pack], folder: Path) -> tuple[SessionWarning, ...]:
    """Find how a judged session's verdict was reached; ``folder`` holds its packs.

    Raises PackError.
    """
    from acceptance.checks import warned  # noqa: PLC0415 -- late: measuring alone has no warnings

    return warned.warnings(
        warned.Judged(
            session=judged,
            packs=packs,
            bases=load_bases(packs, folder),
            profiles=load_profiles(packs, folder),
            quantities=metrics.quantities(),
        )
    )


def own_packs(packs: Sequence[Pack], folder: Path) -> dict[str, str]:
    """Name the packs that are not as this toolkit ships them, and the files that pass for such.

    The first are those judged by and those that they are built on.

    The second are files of ``folder`` with a shipped pack's name and another content.
    """
    shipped = {name: (pack.FOLDER / f"{name}.toml").read_bytes() for name in pack.names()}
    kept = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.toml"))}
    altered = [name for name, content in kept.items() if shipped.get(name, content) != content]
    built_on = dict.fromkeys(name for one in packs for name in (one.id, *one.extends))
    own = [name for name in built_on if kept.get(name) != shipped.get(name)]
    named = {"own_packs": ", ".join(own), "altered_packs": ", ".join(altered)}
    return {name: found for name, found in named.items() if found}


def load_profiles(packs: Sequence[Pack], folder: Path) -> list[tuple[Pack, Pack]]:
    """Pair each pack with its other profiles, as a session keeps them below ``folder``.

    No pair appears twice. Raises PackError.
    """
    pairs = {
        frozenset((own.id, other)): (own, pack.load(other, metrics.quantities(), folder=folder))
        for own in reversed(packs)
        for other in pack.profiles(own, folder)
    }
    return list(pairs.values())


def load_all_packs(
    session: Session, folder: Path
) -> tuple[tuple[Pack, ...], list[tuple[Pack, Pack]]]:
    """Load a session's packs from its folder, and their other profiles. Raises PackError."""
    packs = load_packs(session.plan, folder / PACKS)
    return packs, load_profiles(packs, folder / PACKS)


def keep_measured(path: Path, measured: Measured) -> None:
    """Write what a shot gave, so that an interrupted run can resume. Raises OutputError."""
    path.parent.mkdir(exist_ok=True)
    put(path, dump_measured(measured))


def dump_measured(measured: Measured) -> bytes:
    """Write what a shot gave as JSON (UTF-8)."""
    return strict_json.dumps(_MEASURED.dump_python((measured,), mode="json")[0])


def parse_measured(content: bytes) -> Measured:
    """Read what ``dump_measured`` wrote. Raises ValueError."""
    return first_error.check(_MEASURED, (strict_json.loads(content),))[0]


def measured_before(path: Path, bag: Path) -> Measured | None:
    """Read what a shot gave in an interrupted run.

    Return None where the file or one of the stills in ``bag`` is missing, or where the file is
    damaged.
    """
    try:
        measured = parse_measured(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return measured if all((bag / still).exists() for still in stills_of(measured)) else None


def stills_of(measured: Measured) -> set[str]:
    """Name the stills of a shot: paths in the session folder."""
    own = (str(item.details.get("still", "")) for item in measured.measurements)
    return {measured.shot.still, *own} - {""}
