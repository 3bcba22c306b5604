"""What the log tells: judged again, run before, retaken, gone on with."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from acceptance.checks.warned.judged import FAILED, caution, names, note
from acceptance.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import LogEntry, SessionWarning, Shot

NOT_PASSED = frozenset({*FAILED, Verdict.INCONCLUSIVE})


def judged_again(judged: Judged) -> Iterator[SessionWarning]:
    """Yield each judging again: by whom, why, by which packs and to which verdict before."""
    packs = ""
    for entry in judged.session.log:
        if entry.what == "judged":
            packs = str(entry.details.get("packs", ""))
        if entry.what == "judged_again":
            named = ("session", "by", "why", "verdict")
            told = {name: str(entry.details.get(name, "")) for name in named}
            told["verdict"] = told["verdict"] or "not_recorded"
            yield caution("judged_again", [told["session"]], **told, packs=packs)
            if left := str(entry.details.get("left_out", "")):
                yield caution("answers_left_out", left.split("; "), session=told["session"])


def earlier_sessions(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what sessions beside this one had: the same footage, other seeds, more devices."""
    for entry in _earlier(judged):
        told = {name: str(entry.details.get(name, "")) for name in ("session", "verdict", "packs")}
        if again := names(entry.details.get("again", "")):
            turned = told["verdict"] in NOT_PASSED and judged.session.verdict not in NOT_PASSED
            yield (caution if turned else note)("run_before", again, **told)
        if gone := names(entry.details.get("gone", "")):
            yield caution("dropped", gone, **told)
        if seeds := names(entry.details.get("seeds", "")):
            yield caution("redrawn", seeds, **told)


def _earlier(judged: Judged) -> list[LogEntry]:
    """Return what the log says of earlier sessions, of each the first entry."""
    found: dict[object, LogEntry] = {}
    for entry in judged.logged("earlier"):
        found.setdefault(entry.details.get("session"), entry)
    return list(found.values())


def retaken(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the subjects that were filmed more than once for the same, by the reason stated."""
    groups: dict[str, list[str]] = defaultdict(list)
    for subject, takes in _takes(judged).items():
        if takes > 1:
            groups[_why(judged, subject)].append(f"{subject} ×{takes}")
    for why, points in groups.items():
        yield (note if why else caution)("retaken", points, why=why)


def _takes(judged: Judged) -> dict[str, int]:
    """Count by subject how often one point was filmed: here, before a resumption, and earlier."""
    takes = defaultdict(int, _in_session(judged))
    for shot in judged.session.shots:
        takes[shot.subject] += _replaced(judged, shot)
    for entry in _earlier(judged):
        for subject in names(entry.details.get("retaken", "")):
            takes[subject] += 1
    return takes


def _in_session(judged: Judged) -> dict[str, int]:
    """Count, by subject, the most shots that gave one figure under the same conditions."""
    shots = {shot.id: shot for shot in judged.session.shots}
    points: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for one in judged.session.measurements:
        if shot := shots.get(one.shot):
            stated = frozenset((each.name, each.value) for each in shot.conditions)
            figure = (one.subject, one.quantity, one.region, one.direction, one.statistic)
            points[(*figure, shot.tap, shot.path, stated)].add(shot.sha256 or shot.id)
    most = {shot.subject: 1 for shot in shots.values()}
    for point, films in points.items():
        subject = str(point[0])
        most[subject] = max(most.get(subject, 1), len(films))
    return most


def _replaced(judged: Judged, shot: Shot) -> int:
    """Count the other files that the log says were taken for a shot before this one."""
    entries = (one.details for one in judged.logged("taken") if one.details.get("shot") == shot.id)
    return len({details.get("sha256") for details in entries} - {shot.sha256})


def _why(judged: Judged, subject: str) -> str:
    shots = (shot for shot in judged.session.shots if shot.subject == subject)
    return "; ".join(dict.fromkeys(shot.retaken for shot in shots if shot.retaken.strip()))


def resumed(judged: Judged) -> Iterator[SessionWarning]:
    """Yield how often an interrupted run was gone on with."""
    if times := len(judged.logged("resumed")):
        yield note("resumed", times=times)
