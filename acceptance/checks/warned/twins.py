"""What stands for several things: one film of two devices, one device under two names."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from acceptance.checks.sampling import NO_DEVICES
from acceptance.checks.warned.judged import caution
from acceptance.messages import LOOKALIKES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import SessionWarning, Taken, Value

MANY = 8  # figures that two films never share by chance
NOTHING = frozenset({
    "", "无", "略", "没有", "不详", "未知", "na", "nil", "no", "none", "unknown", "x", "xx", "xxx",
})  # what stands where a name or a reason should  # fmt: skip
DASHES = str.maketrans("_.", "--")  # in ids, which have no others
USUAL_PORTS = (":80", ":443", ":554")


def footage(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what the very same footage stands for, or one with the same figures to the last digit.

    That is several devices, or several conditions, taps or paths of one.
    """
    films = [_by_subject(film) for film in _films(judged)]
    if devices := [" = ".join(shots_of) for shots_of in films if len(shots_of) > 1]:
        yield caution("footage_shared", devices)
    stated = (_otherwise_stated(shots) for shots_of in films for shots in shots_of.values())
    if alike := [" = ".join(named) for named in stated if named]:
        yield caution("conditions_shared", alike)


def _films(judged: Judged) -> list[list[Taken]]:
    """Return what was taken, by the film that it is: of one file, or of alike figures.

    Two shots that are like a third one are of one film with it.
    """
    left = {taken.id: taken for taken in judged.session.taken}
    place = {name: number for number, name in enumerate(left)}
    same, films = _of_one_film(judged), []
    while left:
        film, found = [], [next(iter(left))]
        while found:
            if taken := left.pop(found.pop(), None):
                film.append(taken)
                found += same[taken.id]
        films.append(sorted(film, key=lambda taken: place[taken.id]))
    return films


def _of_one_film(judged: Judged) -> dict[str, set[str]]:
    """Return for each shot those, by id, that are of the same file or of alike figures."""
    files: dict[str, set[str]] = defaultdict(set)
    for taken in judged.session.taken:
        files[taken.sha256 or taken.id].add(taken.id)
    alike = _alike(judged)
    return {
        taken.id: files[taken.sha256 or taken.id] | alike.get(taken.id, set())
        for taken in judged.session.taken
    }


def _alike(judged: Judged) -> dict[str, set[str]]:
    """Return for each shot those, by id, that share ``MANY`` figures with it to the last digit.

    One is packed anew, say, or has a region more. Whole numbers are alike by chance.
    """
    shots: dict[tuple[str, str, str, float], set[str]] = defaultdict(set)
    for figure in judged.session.measurements:
        if not figure.value.is_integer():
            about = figure.quantity, figure.region, figure.statistic, figure.value
            shots[about].add(figure.shot)
    times = Counter(frozenset(ids) for ids in shots.values() if len(ids) > 1)
    shared: dict[str, list[frozenset[str]]] = defaultdict(list)
    for ids in times:
        for shot in ids:
            shared[shot].append(ids)
    return {shot: _often(groups, times) for shot, groups in shared.items()}


def _often(groups: Sequence[frozenset[str]], times: Mapping[frozenset[str], int]) -> set[str]:
    """Return who is in groups that were met ``MANY`` times, all of them together."""
    met: Counter[str] = Counter()
    for ids in groups:
        for shot in ids:
            met[shot] += times[ids]
    return {shot for shot, count in met.items() if count >= MANY}


def _by_subject(film: Sequence[Taken]) -> dict[str, list[Taken]]:
    shots: dict[str, list[Taken]] = defaultdict(list)
    for taken in film:
        shots[taken.subject].append(taken)
    return shots


def _otherwise_stated(shots: Sequence[Taken]) -> list[str]:
    """Return the shots of a film and a device that another one contradicts.

    Of those that state the same, the first stands for all.
    """
    stated: dict[object, Taken] = {}
    for taken in shots:
        conditions = frozenset((each.name, each.value, each.unit) for each in taken.conditions)
        stated.setdefault((taken.tap, taken.path, conditions), taken)
    return [
        taken.id
        for taken in stated.values()
        if any(_contradict(taken, other) for other in stated.values())
    ]


def _contradict(taken: Taken, other: Taken) -> bool:
    """Whether one film cannot be both; what only one of them states, the other leaves open."""
    if (taken.tap, taken.path) != (other.tap, other.path):
        return True
    own, others = _conditions(taken), _conditions(other)
    return any(own[name].isdisjoint(others[name]) for name in own.keys() & others.keys())


def _conditions(taken: Taken) -> dict[str, set[tuple[Value, str]]]:
    """Return value and unit of each condition; old sessions may state one twice."""
    stated: dict[str, set[tuple[Value, str]]] = defaultdict(set)
    for each in taken.conditions:
        stated[each.name].add((each.value, each.unit))
    return stated


def references(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the shots whose reference, which they should show, is the clip itself."""
    hashes = judged.session.hashes
    own = [
        shot.id
        for shot in judged.session.shots
        if shot.reference and _below(hashes, shot.clip) & _below(hashes, shot.reference)
    ]
    if own:
        yield caution("reference_is_clip", own)


def _below(hashes: Mapping[str, str], path: str) -> set[str]:
    return {
        digest for name, digest in hashes.items() if name == path or name.startswith(f"{path}/")
    }


def devices(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the devices of one serial number or address, or of one id in other letters."""
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for device in judged.session.plan.subjects:
        if device.kind not in NO_DEVICES:
            numbered = says_something(device.serial)
            serial = f"{plain(device.manufacturer)} {plain(device.serial)}" if numbered else ""
            signs = (
                ("serial", serial),
                ("address", _host(device.address)),
                ("id", _same(device.id).translate(DASHES)),
            )
            for what, text in signs:
                if text:
                    names[what, text].append(device.id)
    if alike := [" = ".join(ids) for ids in names.values() if len(ids) > 1]:
        yield caution("devices_alike", alike)


def _same(text: str) -> str:
    """Return a text without width, case and letters of other scripts that look like Latin ones."""
    return unicodedata.normalize("NFKC", text).translate(LOOKALIKES).strip().casefold()


def _host(address: str) -> str:
    """Return an address without what only writes it otherwise: scheme, usual port, zeros."""
    whole = _same(address)
    place, slash, path = (whole.partition("://")[2] or whole).rstrip("/").partition("/")
    host = place.rpartition("@")[2]
    for port in USUAL_PORTS if host.count(":") == 1 or "]" in host else ():  # no part of IPv6
        host = host.removesuffix(port)
    parts = (part.lstrip("0") or "0" if part.isdecimal() else part for part in host.split("."))
    return ".".join(parts) + slash + path


def models(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the models that make several lots of what is hardly more than one name."""
    spelt: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
    for lot in judged.session.samples:
        name = f"{lot.manufacturer} {lot.model}"
        if name.strip():
            spelt[lot.sampling, lot.kind, plain(name)][f"“{name}”"] = None
    if alike := [" ≈ ".join(names) for names in spelt.values() if len(names) > 1]:
        yield caution("models_alike", alike)


def plain(name: str) -> str:
    """Return a name without what only makes it look different: width, case, script, blanks."""
    folded = unicodedata.normalize("NFKC", name).translate(LOOKALIKES).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def says_something(text: str) -> bool:
    """Whether a name or reason is one: neither blank, nor a dash or a word for nothing."""
    return plain(text) not in NOTHING
