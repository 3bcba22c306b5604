"""The key of a measurement: SHA-256 of everything that measuring a shot reads.

What a shot says and measuring must not read is taken away before it is measured (``bare``), and put
back afterwards (``restored``): what is not in the key cannot have changed a figure. Facts of the
subject are no part of a shot. Names of files count, because a decoder may go by them.
"""

from __future__ import annotations

import functools
import hashlib
import json
import platform
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acceptance import __version__, data
from acceptance.charts import definition, printed_copy
from acceptance.checks import pack
from acceptance.footage import clip, decoding
from acceptance.model import Plan, SignalPath
from acceptance.session import store
from acceptance.session.evidence import hash_file
from acceptance.session.plan import FIELDS, kept_by_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from acceptance.model import Shot
    from acceptance.session.measuring import Measured

# Packages that decode, compute, or are looked for while a shot is measured.
READING = (
    "av", "numpy", "scipy", "opencv-python", "opencv-python-headless", "scikit-image", "GTC",
    "pydantic", "imageio-ffmpeg",
)  # fmt: skip
# What measuring finds; all else in the shot of a session is what its plan says.
FOUND = ("corners", "still", "stream")


def bare(shot: Shot) -> Shot:
    """Return a shot of a plan without what measuring must not read."""
    plain = replace(shot, instruments=(), retaken="", live="", screen="", path=SignalPath.LIVE)
    plain = replace(plain, source="", seconds=None, transport="", fingerprint="")
    return replace(plain, filmed=_stated(shot), filmed_by="", created="", sha256="")


def _stated(shot: Shot) -> str:
    """Return the day that the plan states; of its own day a clip tells again."""
    return "" if shot.filmed_by == "clip" else shot.filmed


def restored(shot: Shot, measured: Measured) -> Measured:
    """Put what a bare shot gave into the shot as the session has it."""
    found = {name: getattr(measured.shot, name) for name in FOUND}
    found["chart"] = shot.chart or measured.shot.chart
    return replace(measured, shot=replace(shot, **found))


def files(shot: Shot, folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Return name and hash of each file of a shot, by field. Raises InputError."""
    return {field: _hashed(shot, field, folder) for field in FIELDS}


def of(
    shot: Shot,
    folder: Path,
    judged: Collection[str],
    expired: Sequence[bool] | None = None,
    hashed: Mapping[str, list[tuple[str, str]]] | None = None,
) -> str:
    """Hash all that measuring a shot reads, its paths counting from ``folder``.

    The same for a shot of a plan, and for what a session has kept of it. Quantities in ``judged``
    have a still of their worst frame. ``expired``: whether its printed copies had expired when
    it was measured; None: as of now. ``hashed``: its ``files``; None: they are hashed. Raises
    ClipError, ChartError and OSError for files that are missing.
    """
    read = {
        "shot": _fields(shot),
        "files": files(shot, folder) if hashed is None else hashed,
        "charts": _charts(shot.chart),
        "copy": hash_file(folder / shot.copy_file) if shot.copy_file else "",
        "copies": list(copies_expired(shot, folder) if expired is None else expired),
        "judged": sorted(judged),
        "toolkit": toolkit(),
    }
    text = json.dumps(read, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def of_session(
    plan: Plan,
    folder: Path,
    shots: Iterable[str],
    packs: Mapping[str, str],
    how: Mapping[str, object],
) -> str:
    """Hash all that a session rests on.

    That is the plan with its files, the keys of its ``shots``, its ``packs`` (``of_packs``), and
    ``how`` it is made: language, signer, roots. Raises InputError for a file that is missing.
    """
    beside = [name for _, name in kept_by_path(plan)]
    beside += [asked.source for asked in plan.recordings]
    beside += [
        name for record in plan.device_records for name in (record.probe, record.audit) if name
    ]
    beside += [plan.device_list] if plan.device_list else []
    read = {
        "plan": store.dump_plan(plan).decode(),
        "shots": list(shots),
        "files": [(name, _content(folder / name)) for name in beside],
        "packs": sorted(packs.items()),
        "how": how,
        "toolkit": toolkit(),
    }
    text = json.dumps(read, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _content(path: Path) -> str:
    """Hash a file; of a recorder's folder what lies there, by name, size and times.

    Two times: who copies a file may set that of its content, and not the other.
    """
    if not path.is_dir():
        return hash_file(path)
    listed = [f"{file.relative_to(path)} {_state(file)}" for file in sorted(path.rglob("*"))]
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()


def _state(file: Path) -> str:
    """Return size and times of a file; of a link that leads nowhere, its own."""
    now = file.stat() if file.exists() else file.lstat()
    return f"{now.st_size} {now.st_mtime_ns} {now.st_ctime_ns}"


def of_packs(names: Iterable[str]) -> dict[str, str]:
    """Hash each file of packs, by id, with those that they are built on. Raises PackError."""
    files = {identity: file for name in names for identity, file in pack.files(name).items()}
    return {identity: hash_file(file) for identity, file in files.items()}


def _fields(shot: Shot) -> dict[str, Any]:
    """Return what a shot says, without what is hashed by its content."""
    contents: dict[str, Any] = dict.fromkeys(FIELDS, "")
    contents |= {"chart": None, "chart_copy": "" if shot.copy_file else shot.chart_copy}
    plan = Plan(shots=(replace(bare(shot), **contents),))
    fields: dict[str, Any] = json.loads(store.dump_plan(plan))["shots"][0]
    return fields


def _hashed(shot: Shot, field: str, folder: Path) -> list[tuple[str, str]]:
    """Return name and hash of each file of a field; the clip's may be known already."""
    path = folder / getattr(shot, field)
    if not getattr(shot, field):
        return []
    if field == "clip" and shot.sha256 and path.is_file():
        return [(path.name, shot.sha256)]
    return [(file.name, hash_file(file)) for file in clip.files_of(path)]


def _charts(name: str | None) -> list[str]:
    """Return the hashes of the charts that are looked for."""
    return [_chart(one) for one in ([name] if name else definition.names())]


def _chart(name: str) -> str:
    return _shipped(name) if name in definition.names() else definition.load(name).sha256


@functools.cache
def _shipped(name: str) -> str:
    return definition.load(name).sha256


def copies_expired(shot: Shot, folder: Path) -> list[bool]:
    """Return whether the printed copies are due on the day stated, or today where none is."""
    if not shot.copy_file:
        return []
    charts = printed_copy.wanted(replace(shot, filmed=_stated(shot)), folder)
    return [chart.copy.expired for chart in charts if chart.copy]


@functools.cache
def toolkit() -> dict[str, str]:
    """Return what measures: the toolkit with its code, Python, decoder, and packages."""
    system = f"{platform.system()} {platform.machine()}"
    own = {"acceptance": __version__, "code": _code(), "python": platform.python_version()}
    own |= {"system": system, "decoder": decoding.version()}
    return own | {name: _installed(name) for name in READING}


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _code() -> str:
    """Hash the toolkit's own modules: in a checkout they change without a new version."""
    root = Path(data.__file__).parent
    listed = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(root).as_posix()}"
        for file in sorted(root.rglob("*.py"))
    ]
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()
