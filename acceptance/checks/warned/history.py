"""What the log tells: judged again, run before, retaken, gone on with."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from acceptance.checks.decision import FAILURES
from acceptance.checks.warned.alike import is_reason
from acceptance.checks.warned.judged import caution, names, note
from acceptance.model import Verdict, Vouched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import LogEntry, SessionWarning, Shot, Value

NOT_PASSED = frozenset({*FAILURES, Verdict.INCONCLUSIVE})
# What the log says that sessions beside this one stated otherwise, and the code of its warning.
STATED_OTHERWISE = {
    "restated": "restated",
    "renamed": "renamed",
    "otherwise": "answered_otherwise",
}


def judged_again(judged: Judged) -> Iterator[SessionWarning]:
    """Yield each judging again: by whom, why, by which packs and to which verdict before."""
    packs = ""
    for entry in judged.session.log:
        if entry.what == "judged":
            packs = _detail(entry, "packs")
        if entry.what == "judged_again":
            session = _detail(entry, "session")
            named = {name: _detail(entry, name) for name in ("session", "by", "why", "verdict")}
            yield caution("judged_again", [session], **named, packs=packs)
            if left := _detail(entry, "left_out"):
                yield caution("answers_left_out", left.split("; "), session=session)


def unsigned_predecessors(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the older sessions that this one rests on and whose signature nobody checked."""
    for older in judged.session.predecessors:
        if older.signature is not Vouched.SIGNED:
            parameters = {"session": older.id, "signature": older.signature.value}
            yield caution("unsigned_predecessor", [older.id], **parameters)


def _detail(entry: LogEntry, name: str) -> str:
    return str(entry.details.get(name, ""))


def earlier_sessions(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what sessions beside this one had: the same footage, other seeds, more devices."""
    better = judged.session.verdict not in NOT_PASSED
    for entry in _earlier(judged):
        named = {name: _detail(entry, name) for name in ("session", "verdict", "packs")}
        turned = better and named["verdict"] in NOT_PASSED
        if again := names(_detail(entry, "again")):
            yield (caution if turned else note)("run_before", again, **named)
        if gone := names(_detail(entry, "gone")):
            yield caution("dropped", gone, **named)
        warn = caution if named["verdict"] in NOT_PASSED else note
        if unfilmed := names(_detail(entry, "unfilmed")):
            yield warn("filmed_less", unfilmed, **named)
        if elsewhere := names(_detail(entry, "elsewhere")):
            yield warn("site_split", elsewhere, **named)
        if shared := names(_detail(entry, "shared")):
            yield caution("footage_shared_before", shared, **named)
        if seeds := names(_detail(entry, "seeds")):
            yield caution("redrawn", seeds, **named)
        for part, code in STATED_OTHERWISE.items():
            if items := names(_detail(entry, part)):
                yield (caution if turned else note)(code, items, **named)


def unreadable(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the folders of sessions beside this one that nobody could read."""
    logged = judged.logged("earlier_unreadable")
    if found := [name for entry in logged for name in names(_detail(entry, "folders"))]:
        yield caution("earlier_unreadable", found)


def _earlier(judged: Judged) -> list[LogEntry]:
    """Return what the log says of earlier sessions, of each the first entry."""
    found: dict[object, LogEntry] = {}
    for entry in judged.logged("earlier"):
        found.setdefault(entry.details.get("session"), entry)
    return list(found.values())


def retaken(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the subjects that were filmed more than once for the same, by the reasons stated.

    Each film of this session but the first needs one: a lamp that failed once is none for five.
    """
    here = _in_session(judged)
    groups: dict[str, list[str]] = defaultdict(list)
    for subject, takes in _takes(judged).items():
        if takes > 1:
            reasons = _reasons(judged, subject)
            again = here.get(subject, 1) - 1  # an earlier log may name subjects that this has not
            why = "; ".join(dict.fromkeys(reasons)) if len(reasons) >= again else ""
            groups[why].append(f"{subject} ×{takes}")
    for why, points in groups.items():
        yield (note if why else caution)("retaken", points, why=why)


def _takes(judged: Judged) -> dict[str, int]:
    """Count by subject how often a point was filmed: here, before a resumption, and earlier."""
    takes = defaultdict(int, _in_session(judged))
    for shot in judged.session.shots:
        takes[shot.subject] += _replaced(judged, shot)
    for entry in _earlier(judged):
        for subject in names(_detail(entry, "retaken")):
            takes[subject] += 1
    return takes


def _in_session(judged: Judged) -> dict[str, int]:
    """Count, by subject, the most films that gave one figure under the same conditions."""
    shots = {shot.id: shot for shot in judged.session.shots}
    films: dict[tuple[object, ...], dict[str, str]] = defaultdict(dict)
    for figure in judged.session.measurements:
        if shot := shots.get(figure.shot):
            stated = frozenset((each.name, _about(each.value)) for each in shot.conditions)
            what = figure.quantity, figure.region, figure.direction, figure.statistic
            taken = films[figure.subject, *what, shot.tap, shot.path, stated]
            taken[shot.sha256 or shot.id] = shot.chart or ""
    most = {shot.subject: 1 for shot in shots.values()}
    for (subject, *_), taken in films.items():
        most[str(subject)] = max(most.get(str(subject), 1), _alike([*taken.values()]))
    return most


def _alike(charts: list[str]) -> int:
    """Count the films of one chart; one that names none may be of any."""
    named = Counter(filter(None, charts))
    return charts.count("") + max(named.values(), default=0)


def _about(value: Value) -> Value:
    """Return what stands for all values that are much the same: 500 lx and 505 lx are one point."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return round(4 * math.log2(value)) if number and math.isfinite(value) else value  # type: ignore[arg-type]


def _replaced(judged: Judged, shot: Shot) -> int:
    """Count the other films that the log says were taken for a shot before this one."""
    taken = (entry for entry in judged.logged("taken") if _detail(entry, "shot") == shot.id)
    return len({_detail(entry, "sha256") for entry in taken} - {shot.sha256, ""})


def _reasons(judged: Judged, subject: str) -> list[str]:
    shots = (shot for shot in judged.session.shots if shot.subject == subject)
    return [shot.retaken for shot in shots if is_reason(shot.retaken)]


def resumed(judged: Judged) -> Iterator[SessionWarning]:
    """Yield how often an interrupted run was gone on with."""
    if times := len(judged.logged("resumed")):
        yield note("resumed", times=times)


def measured_before(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the shots whose figures come from the cache of an earlier batch."""
    if shots := [str(entry.details.get("shot", "")) for entry in judged.logged("measured_before")]:
        yield note("measured_before", shots)
