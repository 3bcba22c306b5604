"""Scores of a panel of raters: who sees which clip when, under neutral codes; the table to fill in.

Read back.
Two files lie side by side. ``NAME.csv`` goes to the raters' desk: one row for each rater and clip,
in the order in which that rater sees them. ``NAME.key.toml`` stays with the leader: what each code
stands for.
"""

from __future__ import annotations

import itertools
import json
import tomllib
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from acceptance.errors import PlanError
from acceptance.files import spreadsheet
from acceptance.forms.answers import YES, moment, number
from acceptance.model import Answer, Condition, Score

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# none that is taken for another in handwriting
LETTERS, DIGITS = "ABCDEFGHJKLMNPQRTUVWXY", "23456789"
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
ONCE = ("name", "expert", "date", "distance")  # told in a rater's first row; others may repeat it
Scores = dict[tuple[str, int], float]  # of one rater, by code and number of the item
Told = dict[str, tuple[str, str]]  # of one rater: field to text and where that stands


@dataclass(frozen=True, kw_only=True)
class Item:
    """What raters score of a clip, in words that do not tell which it is, and the requirements that it answers."""

    text: str
    requirements: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Clip:
    """What raters see under ``code``.

    A subject's picture, what is scored of it, and the files that show it.
    """

    subject: str
    items: tuple[Item, ...]
    files: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Key:
    """What the leader of a panel keeps.

    Codes and what they stand for, and the order in which each rater sees them.
    """

    leader: str
    seed: int
    orders: Mapping[str, tuple[str, ...]]
    clips: tuple[Clip, ...]

    def clip(self, code: str) -> Clip:
        """Return the clip of a code."""
        return next(one for one in self.clips if one.code == code)


def draw_up(
    clips: Sequence[Clip], *, raters: int, seed: int, leader: str, together: bool = False
) -> Key:
    """Draw codes for the clips, and orders. The same seed gives the same.

    ``together``: all raters watch one screen, in one order. Raises PlanError for more clips than
    there are codes.
    """
    random = np.random.default_rng(seed)
    codes = ["".join(parts) for parts in itertools.product(LETTERS, DIGITS, LETTERS)]
    if len(clips) > len(codes):
        hint = "Draw a sample of the devices ([[draws]]), or divide the plan"
        raise PlanError(
            f"there are {len(clips)} clips and {len(codes)} codes", where="panel", hint=hint
        )
    drawn = [codes[place] for place in random.choice(len(codes), len(clips), replace=False)]
    coded = tuple(replace(clip, code=code) for code, clip in zip(drawn, clips, strict=True))
    orders: dict[str, tuple[str, ...]] = {}
    for rater in range(1, raters + 1):
        first = together and orders.get("R1")
        orders[f"R{rater}"] = first or tuple(
            drawn[place] for place in random.permutation(len(drawn))
        )
    return Key(leader=leader, seed=seed, orders=orders, clips=coded)


def table(key: Key, lang: str) -> list[list[str]]:
    """Return the table to fill in.

    Heading and a row for each rater, clip and item, without scores.
    """
    headings = [[names[0 if lang == "zh" else -1] for names in COLUMNS.values()]]
    return headings + [
        [rater, "", "", "", "", str(place), code, str(number_), item.text, ""]
        for rater, codes in key.orders.items()
        for place, code in enumerate(codes, start=1)
        for number_, item in enumerate(key.clip(code).items, start=1)
    ]


def key_name(name: str) -> str:
    """Name the key that belongs to a table of scores: ``panel.csv`` has ``panel.key.toml``."""
    return f"{name.rpartition('.')[0] or name}.key.toml"


def dumps(key: Key) -> str:
    """Write a key as TOML."""
    lines = [f"leader = {_quoted(key.leader)}", f"seed = {key.seed}", "", "[orders]"]
    lines += [
        f"{rater} = [{', '.join(map(_quoted, codes))}]" for rater, codes in key.orders.items()
    ]
    for one in key.clips:
        lines += [
            "",
            "[[clips]]",
            f"code = {_quoted(one.code)}",
            f"subject = {_quoted(one.subject)}",
        ]
        lines.append(f"files = [{', '.join(map(_quoted, one.files))}]")
        for item in one.items:
            listed = ", ".join(map(_quoted, item.requirements))
            lines += [
                "[[clips.items]]",
                f"text = {_quoted(item.text)}",
                f"requirements = [{listed}]",
            ]
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def loads(path: Path, name: str) -> Key:
    """Read a key. Raises PlanError: not there, no TOML, not what ``dumps`` wrote."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        clips = tuple(_clip(one) for one in raw["clips"])
        orders = {str(rater): tuple(map(str, codes)) for rater, codes in raw["orders"].items()}
        return Key(leader=str(raw["leader"]), seed=int(raw["seed"]), orders=orders, clips=clips)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        hint = "The key of `acceptance panel` belongs beside the scores, as NAME.key.toml"
        raise PlanError(f"cannot be read ({error})", where=name, hint=hint) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanError(
            f"is no key of a panel ({error!r})", where=name, hint="Restore it from a copy"
        ) from error


def _clip(raw: Mapping[str, Any]) -> Clip:
    return Clip(
        code=str(raw["code"]),
        subject=str(raw["subject"]),
        files=tuple(map(str, raw["files"])),
        items=tuple(
            Item(text=str(one["text"]), requirements=tuple(map(str, one["requirements"])))
            for one in raw["items"]
        ),
    )


def read(path: Path, name: str) -> tuple[Answer, ...]:
    """Read filled-in scores as answers: one for each requirement of each item that a panel scored.

    A rater without any score took no part; who scored one item must have scored all. Raises
    PlanError naming file, row and field: unknown rater or clip, a score that is none, given twice
    or missing, no name, no sort, no date.
    """
    key = loads(path.with_name(key_name(path.name)), key_name(name))
    told, scores = _collect(path, name, key)
    people = {rater: _person(rater, told[rater], name) for rater in scores}
    _distinct(people, told)
    if not scores:
        return ()
    last = max(moment(*told[rater]["date"]) for rater in scores)
    seen = tuple(_distances(told, people))
    return tuple(
        Answer(
            subject=one.subject,
            requirement=requirement,
            by=key.leader,
            when=last,
            scores=tuple(
                Score(
                    rater=people[rater][0], score=given[one.code, number_], expert=people[rater][1]
                )
                for rater, given in scores.items()
            ),
            conditions=seen,
            origin=f"{name}, clip {one.code}, item {number_}",
        )
        for one in key.clips
        for number_, item in enumerate(one.items, start=1)
        for requirement in item.requirements
    )


def _collect(path: Path, name: str, key: Key) -> tuple[dict[str, Told], dict[str, Scores]]:
    """Gather what each rater says of himself, and the scores of those who gave any."""
    told: dict[str, Told] = defaultdict(dict)
    scores: dict[str, Scores] = defaultdict(dict)
    asked = [(one.code, number_) for one in key.clips for number_ in range(1, len(one.items) + 1)]
    for cells, where in _rows(path, name):
        rater, code, item = (cells.get(field, "").upper() for field in ("rater", "clip", "item"))
        _known("rater", rater, list(key.orders), where)
        _known("clip", code, [one.code for one in key.clips], where)
        _known("item", item, [str(number_) for each, number_ in asked if each == code], where)
        for field in ONCE:
            _tell(told[rater], field, cells.get(field, ""), where)
        if cells.get("score"):
            if (code, int(item)) in scores[rater]:
                what = f"{rater} scores item {item} of {code} twice"
                raise PlanError(what, where=f"{where}, score", hint="Keep one score")
            scores[rater][code, int(item)] = _score(cells["score"], f"{where}, score")
    given = {rater: ones for rater, ones in scores.items() if ones}
    for rater, ones in given.items():
        if missing := [
            f"item {number_} of {code}" for code, number_ in asked if (code, number_) not in ones
        ]:
            what = f"{rater} has no score for {', '.join(missing)}"
            raise PlanError(
                what,
                where=f"{name}, score",
                hint="Fill it in, or take out all scores of this rater",
            )
    return told, given


def _rows(path: Path, name: str) -> list[tuple[dict[str, str], str]]:
    rows = spreadsheet.form(path, name)
    spreadsheet.check_once(rows[0], COLUMNS, name)
    places = spreadsheet.heading(rows[0], COLUMNS)
    for needed in COLUMNS:
        if needed not in places and needed not in SHOWN:
            raise PlanError(
                "there is no such column",
                where=f"{name}, row 1, {needed}",
                hint="Make the table again",
            )
    filled = [(number_, cells) for number_, cells in enumerate(rows[1:], start=2) if any(cells)]
    return [
        (
            {field: cells[at] for field, at in places.items() if at < len(cells)},
            f"{name}, row {number_}",
        )
        for number_, cells in filled
    ]


def _known(field: str, given: str, known: Sequence[str], where: str) -> None:
    if given not in known:
        hint = f"The key knows {', '.join(known)}"
        raise PlanError(f"there is no {field} {given!r}", where=f"{where}, {field}", hint=hint)


def _tell(told: Told, field: str, text: str, where: str) -> None:
    """Note what a row says of its rater; rows may not say different things."""
    if not text:
        return
    before = told.setdefault(field, (text, f"{where}, {field}"))
    if before[0] != text:
        what = f"{text!r} here and {before[0]!r} in {before[1].rpartition(',')[0]}"
        raise PlanError(
            what, where=f"{where}, {field}", hint="One rater is one person at one place"
        )


def _score(text: str, where: str) -> float:
    """Read a whole or half grade."""
    value = number(text, where)
    if not LOWEST <= value <= HIGHEST or value % STEP:
        hint = f"Grades go from {LOWEST} to {HIGHEST}, whole or half"
        raise PlanError(f"{text} is no grade of the scale", where=where, hint=hint)
    return value


def _person(rater: str, told: Told, name: str) -> tuple[str, bool]:
    """Return the name of a rater and whether that is an expert."""
    for field in ("name", "expert", "date"):
        if field not in told:
            hint = "Fill it in, in the rater's first row at least"
            raise PlanError(
                f"{rater} has scores but says none", where=f"{name}, {field}", hint=hint
            )
    text, where = told["expert"]
    sort = next((sort for sort, words in SORTS.items() if text.lower() in words), None)
    if sort is None:
        raise PlanError(
            f"{text!r} tells neither",
            where=where,
            hint="Write yes for an expert, no for a lay person",
        )
    return told["name"][0], sort == "yes"


def _distinct(people: Mapping[str, tuple[str, bool]], told: Mapping[str, Told]) -> None:
    """Refuse one person who fills two places: scores are independent."""
    names: dict[str, str] = {}
    for rater, (name, _) in people.items():
        if name in names:
            what = f"{name} is {names[name]} and {rater}"
            raise PlanError(
                what, where=told[rater]["name"][1], hint="Every rater is another person"
            )
        names[name] = rater


def _distances(told: Mapping[str, Told], people: Mapping[str, tuple[str, bool]]) -> list[Condition]:
    """Return the viewing distances in screen heights, each with who sat there.

    Nothing where one rater says none.
    """
    groups: dict[float, list[str]] = defaultdict(list)
    for rater, (name, _) in people.items():
        if "distance" not in told[rater]:
            return []
        text, where = told[rater]["distance"]
        value = number(text.upper().removesuffix("H"), where)
        if value <= 0:
            raise PlanError(
                f"{text} is no distance", where=where, hint="Write it in screen heights, like 6"
            )
        groups[value].append(name)
    one = len(groups) == 1
    return [
        Condition(
            name="viewing_distance", value=value, unit="H", source="" if one else ", ".join(sitting)
        )
        for value, sitting in sorted(groups.items())
    ]
