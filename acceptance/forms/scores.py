"""Scores of a panel of raters: clips under neutral codes, the table to fill in, and read back.

Two files lie side by side. ``NAME.csv`` goes to the raters' desk: one row for each rater and clip,
in the order in which that rater sees them. ``NAME.key.toml`` stays with the leader: what each code
stands for.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.files import spreadsheet
from acceptance.forms.answers import YES, moment, number
from acceptance.forms.panel_key import Key, PanelClip, PanelItem, key_name, loads
from acceptance.messages import tr
from acceptance.model import Answer, Condition, Score

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

LOWEST, HIGHEST, STEP = 1, 5, 0.5
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "rater": ("评分人", "rater"),
    "name": ("姓名", "name"),
    "expert": ("专业人员", "expert"),
    "date": ("日期", "date"),
    "distance": ("观看距离", "distance"),
    "order": ("次序", "order"),
    "clip": ("片段", "clip"),
    "item": ("项目", "item"),
    "asked": ("评价内容", "asked"),
    "score": ("分数", "score"),
}
SORTS = {"yes": (*YES["yes"], "专业", "专家", "expert"), "no": (*YES["no"], "非专业", "lay")}
SHOWN = {"order", "asked"}  # for people only
# stated in a rater's first row; the others may repeat it
ONCE = ("name", "expert", "date", "distance")
Place = tuple[str, int]  # code of a clip, number of an item
Scores = dict[Place, float]  # of one rater
People = dict[str, tuple[str, bool]]  # name of each rater, and whether an expert
Details = dict[str, tuple[str, str]]  # of one rater: field to text and where that was stated


def table(key: Key, lang: str) -> list[list[str]]:
    """Return the table to fill in: heading, and a row for each rater, clip and item."""
    headings = [[names[0 if lang == "zh" else -1] for names in COLUMNS.values()]]
    return headings + [
        [rater, "", "", "", "", str(place), code, str(number_), item.text, ""]
        for rater, codes in key.orders.items()
        for place, code in enumerate(codes, start=1)
        for number_, item in enumerate(key.clip(code).items, start=1)
    ]


def read(path: Path, name: str) -> tuple[Answer, ...]:
    """Read filled-in scores as answers: one for each requirement of each item that a panel scored.

    A rater without any score took no part; who scored one item must have scored all. Raises
    PlanError naming file, row and field: unknown rater or clip, a score that is no grade, given
    twice or missing, a rater without name, date, or whether an expert.
    """
    key = loads(path.with_name(key_name(path.name)), key_name(name))
    details, scores = _collect(path, name, key)
    people = {rater: _person(rater, details[rater], name) for rater in scores}
    _check_distinct(people, details)
    if not scores:
        return ()
    last = max(moment(*details[rater]["date"]) for rater in scores)
    distances = tuple(_distances(details, people))
    return tuple(
        Answer(
            subject=clip.subject,
            requirement=requirement,
            by=key.leader,
            when=last,
            scores=_of_item(place, scores, people),
            conditions=distances,
            silent=tuple(rater for rater in key.orders if rater not in scores),
            origin=f"{name}, clip {clip.code}, item {place[1]}",
        )
        for clip, place, item in _items(key)
        for requirement in item.requirements
    )


def _of_item(place: Place, scores: Mapping[str, Scores], people: People) -> tuple[Score, ...]:
    """Return what each rater gave the item at one place."""
    return tuple(
        Score(rater=people[rater][0], score=own[place], expert=people[rater][1])
        for rater, own in scores.items()
    )


def _items(key: Key) -> Iterator[tuple[PanelClip, Place, PanelItem]]:
    """Yield every item with its clip, and code and number by which scores are kept."""
    for clip in key.clips:
        for number_, item in enumerate(clip.items, start=1):
            yield clip, (clip.code, number_), item


def _collect(path: Path, name: str, key: Key) -> tuple[dict[str, Details], dict[str, Scores]]:
    """Gather the details of each rater, and the scores of those who gave any."""
    details: dict[str, Details] = defaultdict(dict)
    scores: dict[str, Scores] = defaultdict(dict)
    for cells, where in _rows(path, name):
        rater, code, item = _identified(cells, key, where)
        for field in ONCE:
            _keep(details[rater], field, cells.get(field, ""), where)
        if cells.get("score"):
            if (code, item) in scores[rater]:
                raise _twice(rater, code, item, tr("{row}, score", row=where))
            scores[rater][code, item] = _score(cells["score"], tr("{row}, score", row=where))
    scored = {rater: own for rater, own in scores.items() if own}
    for rater, own in scored.items():
        _check_complete(rater, own, [place for _, place, _ in _items(key)], name)
    return details, scored


def _identified(cells: Mapping[str, str], key: Key, where: str) -> tuple[str, str, int]:
    """Return rater, code and number of the item of a row, all known to the key."""
    rater, code, item = (cells.get(field, "").upper() for field in ("rater", "clip", "item"))
    _check_known("rater", rater, list(key.orders), where)
    _check_known("clip", code, [clip.code for clip in key.clips], where)
    items = [str(number_) for _, (other, number_), _ in _items(key) if other == code]
    _check_known("item", item, items, where)
    return rater, code, int(item)


def _twice(rater: str, code: str, item: int, where: str) -> PlanError:
    what = tr("{rater} scores item {item} of {code} twice", rater=rater, item=item, code=code)
    return PlanError(what, where=where, hint=tr("Keep one score"))


def _check_complete(rater: str, own: Scores, asked: list[Place], name: str) -> None:
    """Refuse a rater who scored some items and not all."""
    missing = [place for place in asked if place not in own]
    if missing:
        items = ", ".join(tr("item {item} of {code}", item=i, code=code) for code, i in missing)
        what = tr("{rater} has no score for {items}", rater=rater, items=items)
        hint = tr("Fill it in, or take out all scores of this rater")
        raise PlanError(what, where=tr("{file}, score", file=name), hint=hint)


def _rows(path: Path, name: str) -> list[tuple[dict[str, str], str]]:
    rows = spreadsheet.form(path, name)
    spreadsheet.check_once(rows[0], COLUMNS, name)
    places = spreadsheet.heading(rows[0], COLUMNS)
    _check_required(places, name)
    found = []
    for number_, cells in enumerate(rows[1:], start=2):
        if any(cells):
            fields = {field: cells[at] for field, at in places.items() if at < len(cells)}
            found.append((fields, tr("{file}, row {row}", file=name, row=number_)))
    return found


def _check_required(places: Mapping[str, int], name: str) -> None:
    for needed in COLUMNS:
        if needed not in places and needed not in SHOWN:
            where = tr("{file}, row {row}, {column}", file=name, row=1, column=needed)
            hint = tr("Make the table again")
            raise PlanError(tr("there is no such column"), where=where, hint=hint)


def _check_known(field: str, word: str, known: Sequence[str], where: str) -> None:
    if word not in known:
        what = tr("there is no {field} {word!r}", field=field, word=word)
        hint = tr("The key knows {known}", known=", ".join(known))
        raise PlanError(what, where=f"{where}, {field}", hint=hint)


def _keep(details: Details, field: str, text: str, where: str) -> None:
    """Keep what a row states of its rater; rows may not contradict one another."""
    if not text:
        return
    first, place = details.setdefault(field, (text, f"{where}, {field}"))
    if first != text:
        row = place.rpartition(",")[0]
        what = tr("{text!r} here and {first!r} in {row}", text=text, first=first, row=row)
        hint = tr("One rater is one person at one place")
        raise PlanError(what, where=f"{where}, {field}", hint=hint)


def _score(text: str, where: str) -> float:
    """Read a whole or half grade."""
    value = number(text, where)
    if not LOWEST <= value <= HIGHEST or value % STEP:
        what = tr("{text} is not a grade of the scale", text=text)
        hint = tr(
            "Grades go from {lowest} to {highest}, whole or half", lowest=LOWEST, highest=HIGHEST
        )
        raise PlanError(what, where=where, hint=hint)
    return value


def _person(rater: str, details: Details, name: str) -> tuple[str, bool]:
    """Return the name of a rater and whether that is an expert."""
    _check_details(rater, details, name)
    return details["name"][0], _is_expert(*details["expert"])


def _check_details(rater: str, details: Details, name: str) -> None:
    for field in ("name", "expert", "date"):
        if field not in details:
            what = tr("{rater} has scores, but this is empty", rater=rater)
            hint = tr("Fill it in, in the rater's first row at least")
            raise PlanError(what, where=f"{name}, {field}", hint=hint)


def _is_expert(text: str, where: str) -> bool:
    sort = next((sort for sort, words in SORTS.items() if text.lower() in words), None)
    if sort is None:
        what = tr("{text!r} is neither yes nor no", text=text)
        raise PlanError(what, where=where, hint=tr("Write yes for an expert, no for a lay person"))
    return sort == "yes"


def _check_distinct(people: People, details: Mapping[str, Details]) -> None:
    """Refuse one person who fills two places: scores are independent."""
    names: dict[str, str] = {}
    for rater, (name, _) in people.items():
        if name in names:
            what = tr("{name} is {first} and {second}", name=name, first=names[name], second=rater)
            hint = tr("Every rater is another person")
            raise PlanError(what, where=details[rater]["name"][1], hint=hint)
        names[name] = rater


def _distances(details: Mapping[str, Details], people: People) -> list[Condition]:
    """Return the viewing distances in screen heights, each with who sat there.

    Nothing is returned where one rater states none.
    """
    groups: dict[float, list[str]] = defaultdict(list)
    for rater, (name, _) in people.items():
        if "distance" not in details[rater]:
            return []
        groups[_distance(*details[rater]["distance"])].append(name)
    alone = len(groups) == 1
    sitting = ((value, "" if alone else ", ".join(names)) for value, names in groups.items())
    return [
        Condition(name="viewing_distance", value=value, unit="H", source=names)
        for value, names in sorted(sitting)
    ]


def _distance(text: str, where: str) -> float:
    """Read a viewing distance: screen heights above 0, with or without the unit H."""
    value = number(text.upper().removesuffix("H"), where)
    if value <= 0:
        what, hint = tr("{text} is not a distance", text=text), tr("Write screen heights, like 6")
        raise PlanError(what, where=where, hint=hint)
    return value
