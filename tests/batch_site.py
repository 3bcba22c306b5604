"""Small plans for batches: tiny stills, which are quickly opened, and films of the chart."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from acceptance.batch import bundle, cache, child, making, tasks
from acceptance.session import store
from acceptance.session.measuring import Measured

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.model import Session

PACK = "gb_t_28181_2022"  # of few clauses: how many are judged does not matter
PLAN = """\
packs = ["{pack}"]
subjects = [{{ id = "{name}", kind = "fixed", facts = {{ system = "digital" }} }}]
shots = [{shots}]
"""
SHOT = '{{ id = "s{number}", subject = "{name}", clip = "{clip}", chart = "acceptance" }}'


def still(path: Path, grey: int = 90) -> Path:
    """Write a tiny still."""
    cv2.imwrite(str(path), np.full((48, 64), grey, np.uint8))
    return path


def plan(folder: Path, name: str, clips: Sequence[str] = ()) -> Path:
    """Write a plan of tiny stills; each clip's name may say what it does to a process."""
    names = clips or [f"{name}.png"]
    for number, clip in enumerate(names):
        if not (folder / clip).exists():
            still(folder / clip, 20 + (hash_of(name) + 7 * number) % 200)
    shots = ", ".join(
        SHOT.format(number=number, name=name, clip=clip) for number, clip in enumerate(names, 1)
    )
    path = folder / f"{name}.toml"
    path.write_text(PLAN.format(pack=PACK, name=name, shots=shots), "utf-8")
    return path


def hash_of(name: str) -> int:
    """Return a number of a name, the same every time."""
    return sum(map(ord, name))


class Here:
    """Answers in this process, and measures nothing: in place of ``child.answer``."""

    def __init__(self) -> None:
        self.measured: list[str] = []
        self.made: list[str] = []

    def __call__(self, task: bytes, where: str, *_: object, **__: Any) -> child.Reply:
        """Answer a task."""
        asked = tasks.parse(task)
        match asked:
            case tasks.MeasureTask():
                self.measured.append(where)
                [shot] = store.parse_plan(asked.plan.encode()).shots
                given = Measured(shot=shot, measurements=(), notes=())
                entry = bundle.pack(asked.key, {cache.MEASURED: store.dump_measured(given)})
                return child.Reply(parts={cache.MEASURED: entry}, seconds=0.0)
            case tasks.LengthTask():
                seconds = json.dumps({"seconds": [1.0] * len(asked.clips)}).encode()
                return child.Reply(parts={tasks.REPLY: seconds}, seconds=0.0)
            case tasks.SessionTask():
                self.made.append(where)
                made = json.dumps(making.made(asked)).encode()
                return child.Reply(parts={tasks.REPLY: made}, seconds=0.0)
        raise AssertionError(task)


def comparable(session: Session) -> dict[str, Any]:
    """Return a session as JSON, without its number and its times."""
    bare = replace(session, id="", started="", finished="", log=(), hashes={}, sizes={})
    whole: dict[str, Any] = json.loads(store.dumps(bare))
    whole["log"] = [
        {"what": entry.what, "details": dict(entry.details) | {"sha256": "", "kept": ""}}
        for entry in session.log
    ]
    whole["hashes"] = dict(session.hashes)
    return whole
