"""The session of the clock page: shown in a film by its QR code, named in a screen log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import cv2
import numpy as np

from acceptance.charts import clock_qr, clock_screen, definition, located
from acceptance.files import regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from acceptance.charts.located import Located
    from acceptance.footage.clip import Frame

MODULE = 8  # px of the copy that is read
CORE = slice(2, 6)  # px of a module that count
TRIED = 4  # frames
WORDS = re.compile(rf"(.{{{clock_screen.SESSION}}}) \d{{{clock_screen.DIGITS}}}")
LINE = re.compile(rf"^#.*\bsession=(\S{{{clock_screen.SESSION}}})\b", re.MULTILINE)
MOVED = re.compile(r"^#.*\bclock_moved_ms=(\d{1,12})\b", re.MULTILINE)
HEAD = 200  # characters of a log in which the session stands


def filmed(places: Iterable[Located], frames: Sequence[Frame]) -> str:
    """Return the session that the clocks show; empty where none can be read or none was started."""
    some = [frames[i] for i in np.unique(np.linspace(0, len(frames) - 1, TRIED).astype(int))]
    for place in places:
        for region in (region for region in place.chart.regions if region.kind == "qr"):
            matches = (WORDS.fullmatch(_read(place, region, frame)) for frame in some)
            names = {match[1] for match in matches if match}
            if len(names) == 1 and clock_screen.NOBODY not in names:
                return names.pop()
    return ""


def _read(place: Located, region: definition.Region, frame: Frame) -> str:
    """Read the QR code where the located chart has it.

    Nothing is searched for, so nothing else can be mistaken for it.
    """
    modules, side = clock_qr.SIDE, clock_qr.SIDE * MODULE
    square = side * np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) - 0.5
    corners = located.quad(place, region).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, square.astype(np.float32))
    copy = cv2.warpPerspective(frame.luma, matrix, (side, side), flags=cv2.INTER_LINEAR)
    cells = copy.astype(np.float32).reshape(modules, MODULE, modules, MODULE)
    means = cells[:, CORE, :, CORE].mean(axis=(1, 3))
    return clock_qr.read(means < (means.min() + means.max()) / 2)


def logged(path: Path) -> str:
    """Return the session that a screen log names in its comment, else an empty string."""
    match = LINE.search(_head(path))
    return match[1] if match else ""


def clock_moved(path: Path) -> float:
    """Return by how many s the wall clock was set since the page of a log was opened; 0: unsaid."""
    match = MOVED.search(_head(path))
    return int(match[1]) / 1000 if match else 0.0


def _head(path: Path) -> str:
    try:
        return regular.content(path).decode(errors="replace")[:HEAD]
    except OSError:  # ``side_tables`` says why it cannot be read
        return ""
