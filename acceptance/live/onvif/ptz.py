"""Heads that move: nodes and presets by reading calls, and moves that are tried when asked for.

A device's word for its own position is not taken: where there are pictures, they decide. Every
move has a time-out of its own, and Stop is sent after it whatever happens.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import DeviceError
from acceptance.live import markup
from acceptance.live.markup import every, text, whole
from acceptance.live.onvif.facts import STILL, PtzNode, PtzPreset, PtzTrial
from acceptance.model import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from acceptance.live.onvif.client import OnvifClient
    from acceptance.live.onvif.facts import Found

Picture = NDArray[np.generic]
Look = Callable[[], Picture | None]
"""Returns a picture (height, width) of now; None where none comes."""
Shift = Callable[[Picture, Picture], float | None]
"""Returns by how many px the second picture is shifted; None: nothing in common."""
Position = tuple[float | None, float | None, float | None]
Sight = tuple[Position, Picture | None]
"""Where the head says that it is, and what is seen there."""

MOVE = 1.0  # s of each move
SPEED = 0.3  # of the fastest
SETTLE = 4.0  # s within which a head must stand still
POLL = 0.2  # s
APART = 0.02  # share of the variance that two pictures of a still scene may differ in
APPROACHES = 3
STOPS, STOP_TIME = 3, 5.0  # attempts to stop, and s for each, also when the total time is over
WAYS = {"pan": (1.0, 0.0, 0.0), "tilt": (0.0, 1.0, 0.0), "zoom": (0.0, 0.0, 1.0)}


def nodes(client: OnvifClient) -> Found:
    """Ask what can be moved. Raises DeviceError."""
    reply = client.call("ptz", "GetNodes")
    return {"ptz_nodes": tuple(_node(node) for node in every(reply, "PTZNode"))}


def _node(node: etree._Element) -> PtzNode:
    spaces = node.find("{*}SupportedPTZSpaces")
    names = [] if spaces is None else [markup.local(space) for space in spaces]
    kinds = {"Absolute": "absolute", "Relative": "relative", "Continuous": "continuous"}
    moves = [word for kind, word in kinds.items() if any(name.startswith(kind) for name in names)]
    moves += ["zoom"] * any("Zoom" in name and "Speed" not in name for name in names)
    return PtzNode(
        token=node.get("token", ""),
        moves=tuple(moves),
        most_presets=whole(node, "MaximumNumberOfPresets"),
    )


def presets(client: OnvifClient, profile: str) -> Found:
    """Ask for the presets of a profile. Raises DeviceError."""
    reply = client.call("ptz", "GetPresets", ProfileToken=profile)
    found = []
    for preset in every(reply, "Preset"):
        pan, tilt, zoom = _position(preset, "PTZPosition")
        name, token = text(preset, "Name"), preset.get("token", "")
        found.append(PtzPreset(token=token, name=name, pan=pan, tilt=tilt, zoom=zoom))
    return {"ptz_presets": tuple(found)}


def _position(element: etree._Element, where: str) -> Position:
    plane = element.find(markup.path(f"{where}/PanTilt"))
    line = element.find(markup.path(f"{where}/Zoom"))
    return _part(plane, "x"), _part(plane, "y"), _part(line, "x")


def _part(element: etree._Element | None, name: str) -> float | None:
    try:
        value = float("" if element is None else element.get(name, ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


class Actuator:
    """Tries the moves of one profile, looks at the picture, and goes back to the start."""

    def __init__(self, client: OnvifClient, profile: str, look: Look, shift: Shift) -> None:
        self._client, self._profile, self._look, self._shift = client, profile, look, shift
        self.arrivals: list[Picture] = []  # pictures of a preset, each time it was gone to

    def trials(self, presets: tuple[PtzPreset, ...], *, zoom: bool) -> Iterator[PtzTrial]:
        """Move along each axis and back, then approach a preset. Raises DeviceError."""
        start, picture = self._where(), self._look()
        try:
            for what in WAYS if zoom else ("pan", "tilt"):
                yield self._axis(what)
            if presets:
                yield from self._approaches(presets[0], start)
        finally:
            self._return(start)
        yield self._trial("back", start, picture, stopped=True)

    def _axis(self, what: str) -> PtzTrial:
        """Move one way and back; the other way first where there is an end stop."""
        for sign in (1.0, -1.0):
            before, picture = self._where(), self._look()
            stopped = self._moved(what, sign)
            trial = self._trial(what, before, picture, stopped=stopped)
            if trial.changed or (trial.reported or 0.0) > STILL:
                self._moved(what, -sign)
                break
        self._judge(trial)
        return trial

    def _moved(self, what: str, sign: float) -> bool:
        """Move for a time and stop; return whether the stop was answered."""
        pan, tilt, zoom = (part * sign * SPEED for part in WAYS[what])
        velocity = {"Zoom": {"x": zoom}} if zoom else {"PanTilt": {"x": pan, "y": tilt}}
        try:
            self._client.call(
                "ptz", "ContinuousMove", ProfileToken=self._profile, Velocity=velocity,
                Timeout=timedelta(seconds=MOVE),
            )  # fmt: skip
            self._client.rest(MOVE)
        finally:
            stopped = self.stop()
        self._settle()
        return stopped

    def stop(self) -> bool:
        """Stop, several times if need be; return whether that was answered."""
        for _ in range(STOPS):
            with contextlib.suppress(DeviceError), self._client.granted(STOP_TIME):
                self._client.call(
                    "ptz", "Stop", ProfileToken=self._profile, PanTilt=True, Zoom=True
                )
                return True
        self._client.note(Reason(code="ptz_stop_unanswered"))
        return False

    def _settle(self) -> None:
        """Wait until the head stands still, by its own word and its position."""
        until, before = time.monotonic() + SETTLE, self._where()
        while time.monotonic() < until:
            self._client.rest(POLL)
            now = self._where()
            if _distance(before, now) in {None, 0.0}:
                break
            before = now

    def _where(self) -> Position:
        try:
            reply = self._client.call("ptz", "GetStatus", ProfileToken=self._profile)
        except DeviceError as error:
            self._client.note(Reason(code="ptz_no_status", parameters={"why": error.what}))
            return None, None, None
        return _position(reply, "PTZStatus/Position")

    def _trial(
        self, what: str, before: Position, picture: Picture | None, *, stopped: bool
    ) -> PtzTrial:
        """Compare what was before with what is now."""
        now = self._where(), self._look()
        return self._compared(what, (before, picture), now, stopped=stopped)

    def _compared(self, what: str, before: Sight, after: Sight, *, stopped: bool) -> PtzTrial:
        return PtzTrial(
            what=what,
            reported=_distance(before[0], after[0]),
            changed=_changed(before[1], after[1]),
            shift=(
                None if before[1] is None or after[1] is None else self._shift(before[1], after[1])
            ),
            stopped=stopped,
        )

    def _judge(self, trial: PtzTrial) -> None:
        """Note where the device's word and the picture say different things."""
        moved, parameters = (trial.reported or 0.0) > STILL, {"axis": trial.what}
        if trial.reported is None:
            self._client.note(Reason(code="ptz_no_position"))
        if trial.changed is None and not moved:
            self._client.note(Reason(code="ptz_unproven", parameters=parameters))
        elif trial.changed and trial.reported is not None and not moved:
            self._client.note(Reason(code="ptz_position_stands", parameters=parameters))
        elif trial.changed is False and moved:
            self._client.note(Reason(code="ptz_position_lies", parameters=parameters))
        elif trial.changed is False:
            self._client.note(Reason(code="ptz_does_not_move", parameters=parameters))

    def _approaches(self, preset: PtzPreset, start: Position) -> Iterator[PtzTrial]:
        """Go to a preset several times; compare each arrival with the first."""
        first: Sight | None = None
        before = self._look()
        for _ in range(APPROACHES):
            self._client.call(
                "ptz", "GotoPreset", ProfileToken=self._profile, PresetToken=preset.token
            )
            self._settle()
            arrived = self._where(), self._look()
            if arrived[1] is not None:
                self.arrivals.append(arrived[1])
            if first is None:
                self._check_preset(preset, start, before, arrived)
            else:
                yield self._compared("preset", first, arrived, stopped=True)
            first = first or arrived
            self._return(start)

    def _check_preset(
        self,
        preset: PtzPreset,
        start: Position,
        before: Picture | None,
        arrived: Sight,
    ) -> None:
        """Note a preset that leads nowhere: the head stays, though it was to go elsewhere."""
        stated = (preset.pan, preset.tilt, preset.zoom)
        way, where = _distance(start, stated), arrived[0]
        off = _distance(where, stated)
        still = _changed(before, arrived[1]) is False
        if (way is None or way > STILL) and (still or (off or 0.0) > 10 * STILL):
            parameters = {"preset": preset.name or preset.token}
            self._client.note(Reason(code="ptz_fake_preset", parameters=parameters))

    def _return(self, start: Position) -> None:
        """Go back to the start where it is known and can be gone to."""
        pan, tilt, zoom = start
        if pan is None or tilt is None:
            return
        position: dict[str, dict[str, float]] = {"PanTilt": {"x": pan, "y": tilt}}
        if zoom is not None:
            position["Zoom"] = {"x": zoom}
        try:
            self._client.call("ptz", "AbsoluteMove", ProfileToken=self._profile, Position=position)
        except DeviceError as error:
            self._client.note(Reason(code="ptz_not_back", parameters={"why": error.what}))
        self._settle()


def _distance(before: Position, after: Position) -> float | None:
    """Return how far two positions are apart; None where neither says anything of the same axis."""
    ways = [
        (there - here) ** 2
        for here, there in zip(before, after, strict=True)
        if here is not None and there is not None
    ]
    return math.sqrt(sum(ways)) if ways else None


def _changed(before: Picture | None, after: Picture | None) -> bool | None:
    """Whether two pictures differ by more than noise; None where one is missing."""
    if before is None or after is None:
        return None
    return before.shape != after.shape or _likeness(before, after) < 1 - APART


def _likeness(before: Picture, after: Picture) -> float:
    """Return the correlation (-1 to 1) of two pictures of one size; of plain ones, 1 if alike."""
    first, second = (_coarse(picture) for picture in (before, after))
    spread = float(np.sqrt(np.sum(first**2) * np.sum(second**2)))
    return float(np.sum(first * second)) / spread if spread else 1.0


def _coarse(picture: Picture) -> NDArray[np.float64]:
    """Return means of blocks, about 160 across, without their own mean: noise goes, shapes stay."""
    size = max(1, picture.shape[1] // 160)
    rows, columns = picture.shape[0] // size, picture.shape[1] // size
    cut = picture[: rows * size, : columns * size].astype(np.float64)
    means = cut.reshape(rows, size, columns, size).mean(axis=(1, 3))
    return np.asarray(means - means.mean())
