"""Shots that are captured from the network when a plan is run, before anything is measured.

What was captured lies in the workspace until the session has taken it in. Its hash is in the log,
so that an interrupted run goes on with it; what was cut off in the middle is set aside, and
captured again.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError
from acceptance.files.output import move, writing
from acceptance.live import address, credentials
from acceptance.live.rtsp import side_files, url
from acceptance.messages import tr
from acceptance.model.basics import CHINA
from acceptance.scene import side_tables
from acceptance.session import live_sources
from acceptance.session.evidence import hash_files
from acceptance.session.log_book import LogBook
from acceptance.session.workspace import CAPTURED, free_beside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from acceptance.live.credentials import Credentials, Prompt
    from acceptance.live.rtsp import Captured
    from acceptance.live.rtsp.capture_loop import LiveRates
    from acceptance.model import Plan, Shot
    from acceptance.session.live_sources import LiveShot
    from acceptance.session.measuring import Progress

TIMEOUT = 10.0  # s that a device may say nothing


def capture(
    plan: Plan, work: Path, bag: Path, prompt: Prompt | None, progress: Progress | None
) -> dict[str, Shot]:
    """Capture every live shot of a plan in ``work``; return those shots with their files, by id.

    Their paths count from ``work``. All that answer are captured before the first DeviceError is
    raised; the next run goes on with them. Raises OutputError.
    """
    wanted = live_sources.of(plan)
    known = _who(wanted, prompt)
    taken: dict[str, Shot] = {}
    silent: dict[str, DeviceError] = {}
    for live in wanted:
        shot, folder = live.shot, work / CAPTURED / live.shot.id
        try:
            if not _taken_before(shot, folder, bag):
                _take(live, folder, known[live.source], bag, progress)
            taken[shot.id] = _filed(shot, work)
        except DeviceError as error:
            silent[shot.id] = error
    if silent:
        raise _all_of(silent)
    return taken


def _who(wanted: Sequence[LiveShot], prompt: Prompt | None) -> dict[str, Credentials | None]:
    """Find who logs in where, before anything is captured: somebody may have to type."""
    found: dict[tuple[str, str], Credentials | None] = {}
    asked = {live.source: _login(live.source) for live in wanted}
    for key in asked.values():
        if key not in found:
            found[key] = credentials.find(*key, prompt=prompt)
    return {source: found[key] for source, key in asked.items()}


def _login(source: str) -> tuple[str, str]:
    """Host and user of a source."""
    if not url.is_url(source):
        return address.parse(source, address.HTTP).host, ""
    place = url.parse(source)
    return place.address.host, place.credentials.user if place.credentials else ""


def _take(
    live: LiveShot, folder: Path, who: Credentials | None, bag: Path, progress: Progress | None
) -> None:
    """Capture one shot into a new folder, and log it with the hash of what came."""
    from acceptance.live import rtsp  # noqa: PLC0415 -- late: brings the decoder
    from acceptance.live.onvif import stream_address  # noqa: PLC0415 -- late: brings lxml

    shot, whole = live.shot, math.ceil(live.seconds)
    with writing(folder.parent):
        _set_aside(folder, shot, bag)
        folder.mkdir(parents=True, exist_ok=True)

    def tell(rates: LiveRates) -> None:
        if progress:
            progress(shot.id, min(int(rates.seconds), whole), whole)

    bare, _ = credentials.taken_out(live.source)
    place = stream_address.of_source(bare, who, profile=live.profile, timeout=TIMEOUT)
    found = rtsp.capture(
        place.url, folder / f"{shot.id}.mp4", credentials=who, transport=live.transport,
        seconds=live.seconds, on_rates=tell, timeout=TIMEOUT, stated=place.stated,
        fingerprint=live.fingerprint,
    )  # fmt: skip
    _log(live, found, folder, bag)


def _log(live: LiveShot, found: Captured, folder: Path, bag: Path) -> None:
    details = {"shot": live.shot.id, "source": live.source, "transport": live.transport}
    counts = {"frames": found.frames, "packets": found.received, "seconds": found.seconds}
    ended = {"reason": found.reason, "sha256": _hash(folder)}
    LogBook(bag).append("captured", {**details, **counts, **ended})


def _taken_before(shot: Shot, folder: Path, bag: Path) -> bool:
    """Whether an interrupted run captured the shot, and its files are those that the log names."""
    logged = [
        entry.details.get("sha256")
        for entry in LogBook(bag).read()
        if entry.what == "captured" and entry.details.get("shot") == shot.id
    ]
    return bool(logged) and folder.is_dir() and _hash(folder) == logged[-1]


def _hash(folder: Path) -> str:
    """SHA-256 over names and hashes of what was captured."""
    listed = "".join(f"{value}  {name}\n" for name, value in sorted(hash_files(folder).items()))
    return hashlib.sha256(listed.encode()).hexdigest()


def _set_aside(folder: Path, shot: Shot, bag: Path) -> None:
    """Keep what a capture that was cut off has left; nobody vouches for it. Raises OSError."""
    if folder.is_dir() and any(folder.iterdir()):
        aside = free_beside(bag.parent, "cut-off")
        move(folder, aside)
        LogBook(bag).append("set_aside", {"shot": shot.id, "set_aside": aside.name})


def _filed(shot: Shot, work: Path) -> Shot:
    """Name the files of a shot that was captured, and the day in China of its first frame."""
    place = f"{CAPTURED}/{shot.id}/{shot.id}"
    arrivals = place + side_files.ARRIVALS
    first = float(side_tables.table(work, arrivals, 2)[0, 1])
    day = datetime.fromtimestamp(first, CHINA).date().isoformat()
    return replace(
        shot,
        clip=f"{place}.mp4",
        arrivals=arrivals,
        packets=place + side_files.PACKETS,
        stream_record=place + side_files.RECORD,
        filmed=shot.filmed or day,
        filmed_by="plan" if shot.filmed else "capture",
    )


def _all_of(silent: Mapping[str, DeviceError]) -> DeviceError:
    """Put together what kept shots from being captured."""
    [first, *others] = silent.items()
    shot, error = first
    if not others:
        return error
    hint = tr(
        "So with {shots}; what was captured is kept, run the plan again", shots=", ".join(silent)
    )
    where = tr("shot {shot}, {where}", shot=shot, where=error.where)
    return DeviceError(error.what, where=where, hint=hint, code=error.code, **error.parameters)
