"""The key of a panel: which clip and which items each neutral code stands for."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from acceptance.errors import PlanError, UsageError
from acceptance.files import strict_toml
from acceptance.files.strict_toml import quoted
from acceptance.forms.item_count import check_items
from acceptance.messages import tr, tr_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

# none that is taken for another in handwriting
LETTERS, DIGITS = "ABCDEFGHJKLMNPQRTUVWXY", "23456789"


@dataclass(frozen=True, kw_only=True)
class PanelItem:
    """What raters score of a clip, in words that do not give away which clip it is."""

    text: str
    """What is asked, as printed."""

    requirements: tuple[str, ...]
    """``pack#id`` of those that the score answers."""


@dataclass(frozen=True, kw_only=True)
class PanelClip:
    """What raters see under a code: a subject's picture."""

    subject: str
    """Id of the subject."""

    items: tuple[PanelItem, ...]
    """What is scored of it, in order."""

    files: tuple[str, ...] = ()
    """Files that show it."""

    code: str = ""
    """Its neutral name; empty until codes are drawn."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """What the leader of a panel keeps: what codes stand for, and the order for each rater."""

    leader: str
    """Who leads the panel, and answers for it."""

    seed: int
    """Seed by which codes and orders were drawn."""

    orders: Mapping[str, tuple[str, ...]]
    """Codes in the order in which each rater (``R1`` ...) sees them."""

    clips: tuple[PanelClip, ...]
    """All clips, with their codes."""

    @cached_property
    def _by_code(self) -> Mapping[str, PanelClip]:
        return {clip.code: clip for clip in self.clips}

    def clip(self, code: str) -> PanelClip:
        """Return the clip of a code."""
        return self._by_code[code]


def draw_up(
    clips: Sequence[PanelClip], *, raters: int, seed: int, leader: str, together: bool = False
) -> Key:
    """Draw codes for the clips, and orders. The same seed gives the same.

    With ``together`` all raters watch one screen, in one order. Raises PlanError for more clips
    than there are codes and for too many items, UsageError where there is no rater.
    """
    if raters < 1:
        raise UsageError(tr("a panel has 1 rater or more, not {count}", count=raters))
    check_items(raters * sum(len(clip.items) for clip in clips), tr("panel"))
    random = np.random.default_rng(seed)
    drawn = _drawn(random, len(clips))
    coded = tuple(replace(clip, code=code) for code, clip in zip(drawn, clips, strict=True))
    orders: dict[str, tuple[str, ...]] = {}
    for rater in range(1, raters + 1):
        first = together and orders.get("R1")
        orders[f"R{rater}"] = first or tuple(
            drawn[place] for place in random.permutation(len(drawn))
        )
    return Key(leader=leader, seed=seed, orders=orders, clips=coded)


def _drawn(random: np.random.Generator, count: int) -> list[str]:
    """Draw different codes."""
    codes = ["".join(parts) for parts in itertools.product(LETTERS, DIGITS, LETTERS)]
    if count > len(codes):
        what = tr_count(
            "{count} clip, but only {codes} codes", "{count} clips, but only {codes} codes",
            count, codes=len(codes),
        )  # fmt: skip
        hint = tr("Draw a sample of the devices ([[draws]]), or divide the plan")
        raise PlanError(what, where=tr("panel"), hint=hint)
    return [codes[place] for place in random.choice(len(codes), count, replace=False)]


def key_name(name: str) -> str:
    """Name the key that belongs to a table of scores: ``panel.csv`` has ``panel.key.toml``."""
    return f"{name.rpartition('.')[0] or name}.key.toml"


def dumps(key: Key) -> str:
    """Write a key as TOML."""
    lines = [f"leader = {quoted(key.leader)}", f"seed = {key.seed}", "", "[orders]"]
    lines += [f"{rater} = {_list(codes)}" for rater, codes in key.orders.items()]
    lines += [line for clip in key.clips for line in _lines(clip)]
    return "\n".join([*lines, ""])


def _lines(clip: PanelClip) -> Iterator[str]:
    yield from ("", "[[clips]]", f"code = {quoted(clip.code)}")
    yield from (f"subject = {quoted(clip.subject)}", f"files = {_list(clip.files)}")
    for item in clip.items:
        yield from ("[[clips.items]]", f"text = {quoted(item.text)}")
        yield f"requirements = {_list(item.requirements)}"


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(quoted, texts))}]"


def loads(path: Path, name: str) -> Key:
    """Read a key. Raises PlanError: not there, no TOML, not what ``dumps`` wrote."""
    hint = tr("The key of `acceptance panel` belongs beside the scores, as NAME.key.toml")
    raw = strict_toml.load(path, name, hint=hint)
    try:
        clips = tuple(_clip(entry) for entry in raw["clips"])
        orders = {str(rater): tuple(map(str, codes)) for rater, codes in raw["orders"].items()}
        seed = int(raw["seed"])
        if seed < 0:
            raise ValueError(seed)  # caught below: no seed of ours  # noqa: TRY301
        return Key(leader=str(raw["leader"]), seed=seed, orders=orders, clips=clips)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = tr("is not the key of a panel ({cause!r})", cause=error)
        raise PlanError(what, where=name, hint=tr("Restore it from a copy")) from error


def _clip(raw: Mapping[str, Any]) -> PanelClip:
    return PanelClip(
        code=str(raw["code"]),
        subject=str(raw["subject"]),
        files=tuple(map(str, raw["files"])),
        items=tuple(_item(item) for item in raw["items"]),
    )


def _item(raw: Mapping[str, Any]) -> PanelItem:
    return PanelItem(text=str(raw["text"]), requirements=tuple(map(str, raw["requirements"])))
