"""What stands for several things: one film of two devices, one device under two names."""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from acceptance.checks.sampling import NO_DEVICES
from acceptance.checks.warned import alike
from acceptance.checks.warned.alike import is_serial, plain
from acceptance.checks.warned.judged import caution, note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import Measurement, SessionWarning, Subject, Taken, Value

    ByFigure = dict[tuple[str, str, str, float], set[str]]

MANY = 8  # figures that two films never share by chance
MOST_OF_A_RATIO = 2_000  # 30000/1001 frame/s is one, and a third
DIGITS = 12  # of a figure that is no ratio; from them on, chance gives no other film the same one
TELLING = 3  # such a figure counts for so many
# What times, settings and lists say, and no picture: any two films of one encoder share them.
OF_NO_PICTURE = ("frame_rate.", "stream.", "recordings.", "device.")
EQUAL = 1 - 1e-9  # SSIM of pictures that differ nowhere
ANSWERS = "data/answers/"  # below which a session keeps what supports answers
NOTHING = hashlib.sha256().hexdigest()  # of a file without a byte


def footage(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what the very same footage stands for, or one with the same figures to the last digit.

    That is several devices, or several conditions, taps or paths of one.
    """
    found = _films(judged)
    films = [_by_subject(film) for film in found]
    devices = [" = ".join(shots_of) for shots_of in films if len(shots_of) > 1]
    if devices := [*devices, *(" = ".join(names) for film in found for names in _tiles(film))]:
        yield caution("footage_shared", devices)
    stated = (_otherwise_stated(shots) for shots_of in films for shots in shots_of.values())
    if contradicting := [" = ".join(named) for named in stated if named]:
        yield caution("conditions_shared", contradicting)


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
    same_figures = alike_films(judged.session.measurements)
    return {
        taken.id: files[taken.sha256 or taken.id] | same_figures.get(taken.id, set())
        for taken in judged.session.taken
    }


def alike_films(measurements: Iterable[Measurement]) -> dict[str, set[str]]:
    """Return for each shot those, by id, that share ``MANY`` figures with it to the last digit.

    One is packed anew, say, or has a region more. Whole numbers are alike by chance, and figures
    of the picture with many digits that are no ratio never: each of them counts for several.
    """
    shots = by_figure(measurements)
    times = Counter[frozenset[str]]()
    for (*_, value), ids in shots.items():
        times[frozenset(ids)] += _weight(value) * (len(ids) > 1)
    shared: dict[str, list[frozenset[str]]] = defaultdict(list)
    for group in (found for found in times if len(found) > 1):
        for shot in group:
            shared[shot].append(group)
    return {shot: _often(groups, times) for shot, groups in shared.items()}


def by_figure(measurements: Iterable[Measurement]) -> ByFigure:
    """Return the shots that have each figure of the picture, by what it is."""
    shots: ByFigure = defaultdict(set)
    for figure in measurements:
        if _of_the_picture(figure):
            about = figure.quantity, figure.region, figure.statistic, figure.value
            shots[about].add(figure.shot)
    return shots


def alike_across(made: ByFigure, before: ByFigure) -> Iterator[tuple[str, str]]:
    """Yield the shots of two sessions, one of each, that share figures as ``alike_films`` asks.

    One of the figures at least is to be of many digits: few films get so far.
    """
    common = made.keys() & before.keys()
    sure = [about for about in common if is_telling(about[-1])]
    mine = {shot for about in sure for shot in made[about]}
    theirs = {shot for about in sure for shot in before[about]}
    times = Counter[tuple[str, str]]()
    for about in common if sure else ():
        for pair in product(made[about] & mine, before[about] & theirs):
            times[pair] += _weight(about[-1])
    yield from (pair for pair, count in times.items() if count >= MANY)


def telling(measurements: Iterable[Measurement], most: int) -> list[float]:
    """Return figures, some of each shot, that no other film has but one of the same pictures."""
    found: dict[str, list[float]] = defaultdict(list)
    for figure in measurements:
        known = _of_the_picture(figure) and is_telling(figure.value)
        if known and len(found[figure.shot]) < most:
            found[figure.shot].append(figure.value)
    return [value for values in found.values() for value in values]


def _of_the_picture(figure: Measurement) -> bool:
    """Whether other pictures would give another figure: no time, setting, bound or count."""
    bound = figure.lower_bound or figure.upper_bound  # 20 lg 255, where nothing varies
    return is_of_pictures(figure.quantity) and not (bound or figure.value.is_integer())


def is_of_pictures(quantity: str) -> bool:
    """Whether other pictures give another figure of a quantity: none of time or of settings."""
    return not quantity.startswith(OF_NO_PICTURE)


def _weight(value: float) -> int:
    """For how many figures one counts that two films share."""
    return TELLING if is_telling(value) else 1


def is_telling(value: float) -> bool:
    """Whether a figure is of so many digits, and no ratio, that chance gives it once."""
    digits = sum(map(str.isdigit, f"{value!r}".partition("e")[0].strip("-0.")))
    ratio = Fraction(value).limit_denominator(MOST_OF_A_RATIO)
    return digits >= DIGITS and not math.isclose(value, ratio, rel_tol=1e-12)


def _often(groups: Sequence[frozenset[str]], times: Mapping[frozenset[str], int]) -> set[str]:
    """Return who is in groups that were met ``MANY`` times, all of them together."""
    met: Counter[str] = Counter()
    for ids in groups:
        for shot in ids:
            met[shot] += times[ids]
    return {shot for shot, count in met.items() if count >= MANY}


def _tiles(film: Sequence[Taken]) -> Iterator[dict[str, None]]:
    """Yield the devices that shots of one film of a wall name for one and the same tile."""
    named: dict[tuple[int, ...], dict[str, None]] = defaultdict(dict)
    for wall in (getattr(taken, "wall", ()) for taken in film):
        for row, names in enumerate(wall):
            for column, name in enumerate(names):
                if name:
                    named[len(wall), len(names), row, column][name] = None
    yield from (names for names in named.values() if len(names) > 1)


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
    """Yield the shots whose reference, which they should show, is the clip itself.

    Packed anew it is another file, with the very same pictures.
    """
    hashes = judged.session.hashes
    own = [
        shot.id
        for shot in judged.session.shots
        if shot.reference and _below(hashes, shot.clip) & _below(hashes, shot.reference)
    ]
    own += [one.shot for _, one in judged.figures.get("compression.ssim", ()) if one.value > EQUAL]
    if own:
        yield caution("reference_is_clip", own)


def evidence(judged: Judged) -> Iterator[SessionWarning]:
    """Yield files that are evidence for several devices, and those that are empty."""
    session, held = judged.session, defaultdict[str, dict[str, str]](dict)
    for answer in session.plan.answers:
        for name in answer.evidence:
            digest = session.hashes.get(f"{ANSWERS}{name}", name)
            held[digest][answer.subject] = name
    if empty := list(held.get(NOTHING, {}).values()):
        yield caution("evidence_empty", empty)
    shared = (names for digest, names in held.items() if digest != NOTHING and len(names) > 1)
    if items := [f"{next(iter(names.values()))}: {', '.join(names)}" for names in shared]:
        yield note("evidence_shared", items)


def _below(hashes: Mapping[str, str], path: str) -> set[str]:
    return {
        digest for name, digest in hashes.items() if name == path or name.startswith(f"{path}/")
    }


def serial(device: Subject) -> str:
    """Return maker and serial number as one text; empty where there is no such number."""
    if not is_serial(device.serial):
        return ""
    return f"{plain(device.manufacturer)} {alike.number(device.serial)}"


def _signs(device: Subject) -> Iterator[tuple[str, str]]:
    """Yield by what a device of a plan is known: number, address and stream, where stated."""
    found = ("serial", serial(device)), ("address", alike.host(device.address)), (
        f"source {device.kind}", alike.stream(device.source),
    )  # fmt: skip
    yield from ((what, text) for what, text in found if text)


def devices(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the devices of one serial number or address, or of one id in other letters.

    Or of one stream, where they are of one kind: a recorder hands on that of a camera; or of which
    one has the id of another for its name.
    """
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for device in judged.session.plan.subjects:
        if device.kind not in NO_DEVICES:
            for sign in (*_signs(device), ("id", alike.identity(device.id))):
                names[sign].append(device.id)
    same = [" = ".join(ids) for ids in names.values() if len(ids) > 1]
    if same := [*same, *_named_as_others(judged)]:
        yield caution("devices_alike", same)


def _named_as_others(judged: Judged) -> Iterator[str]:
    """Yield the devices that bear the id of another device as their name."""
    ids = {one.id: one for one in judged.session.plan.subjects if one.kind not in NO_DEVICES}
    for device in ids.values():
        other = ids.get(device.name.strip())
        if other and other is not device:
            yield f"{device.id} “{device.name}” = {other.id}"


def models(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the models that make several lots of what is hardly more than one name."""
    spelt: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
    for lot in judged.session.samples:
        name = f"{lot.manufacturer} {lot.model}"
        if name.strip():
            spelt[lot.sampling, lot.kind, plain(name)][f"“{name}”"] = None
    if same := [" ≈ ".join(names) for names in spelt.values() if len(names) > 1]:
        yield caution("models_alike", same)
