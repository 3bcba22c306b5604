"""Heads are moved, stopped and sent back; what they say is held against the picture."""

from __future__ import annotations

import functools
import math
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from marks import slow
from peers.awaited import OwnTime
from peers.onvif_device import Faults, OnvifDevice

from acceptance.errors import DeviceError
from acceptance.live.address import Address
from acceptance.live.credentials import Credentials
from acceptance.live.onvif import identity, ptz
from acceptance.live.onvif.client import OnvifClient
from acceptance.metrics.geometry import preset

if TYPE_CHECKING:
    from acceptance.live.onvif.facts import PtzTrial

SCALE = 150.0  # px of the picture in a unit of pan or tilt
SIZE = (180, 320)


@functools.cache
def scene() -> np.ndarray:
    """Make something to look at: shapes of all sizes."""
    random, size = np.random.default_rng(3), 1024
    picture = np.zeros((size, size))
    for step in (4, 16, 64):
        coarse = random.normal(size=(size // step, size // step))
        picture += np.kron(coarse, np.ones((step, step)))
    return np.asarray(128 + 20 * picture)


def picture(device: OnvifDevice) -> np.ndarray:
    """Return what the camera sees, with noise of its own each time."""
    pan, tilt, zoom = device.head.true
    scale = 1.0 / (1.0 + zoom)
    rows = 512.5 + tilt * SCALE + scale * (np.arange(SIZE[0]) - SIZE[0] / 2)
    columns = 512.5 + pan * SCALE + scale * (np.arange(SIZE[1]) - SIZE[1] / 2)
    seen = scene()[np.ix_(rows.astype(int) % 1024, columns.astype(int) % 1024)]
    noise = np.random.default_rng().normal(0, 3, SIZE)
    return np.clip(seen + noise, 0, 255).astype(np.uint8)


class Tried:
    """What came of trying the moves of a device, and how far the head went each time in truth."""

    def __init__(self, faults: Faults, *, seen: bool = True, **head: Any) -> None:
        taken: dict[int, tuple[np.ndarray, tuple[float, float, float]]] = {}  # by the picture's id
        self.true: dict[str, float] = {}
        self._moved = 0.0

        def look() -> np.ndarray | None:
            if not seen:
                return None
            new = picture(device), device.head.true
            return taken.setdefault(id(new[0]), new)[0]

        def shift(before: np.ndarray, after: np.ndarray) -> float | None:
            self._moved = math.dist(taken[id(before)][1], taken[id(after)][1])
            return preset.shift(before, after)

        with OnvifDevice(faults) as device, OwnTime() as own:
            begun = time.monotonic()
            self.start = device.head.true
            vars(device.head).update(head)
            who = Credentials("admin", "s3cret-7")
            client = OnvifClient(Address(device.host, device.port), credentials=who)
            identity.services(client)
            presets = ptz.presets(client, "main")["ptz_presets"]
            actuator = ptz.Actuator(client, "main", look, shift)
            self.trials: dict[str, PtzTrial] = {}
            try:
                for trial in actuator.trials(presets[:1], zoom=True):
                    self.trials[trial.what] = trial
                    self.true[trial.what] = self._moved
            finally:
                self.held_up = time.monotonic() - begun - own.now
                self.arrivals = actuator.arrivals
                self.calls, self.end = device.calls, device.head.true
                self.moving = device.head.moving
                client.close()
        self.notes = {note.code for note in client.notes}


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ptz, "MOVE", 0.25)
    monkeypatch.setattr(ptz, "POLL", 0.02)


def test_a_good_head_moves_by_its_word_and_by_the_picture_and_is_sent_back() -> None:
    tried = Tried(Faults(ignores_timeout=True))
    assert tried.notes == set()
    assert set(tried.trials) == {"pan", "tilt", "zoom", "preset", "back"}
    for axis in ("pan", "tilt"):
        trial = tried.trials[axis]
        assert trial.reported == pytest.approx(tried.true[axis], abs=1e-3)
        assert 0.25 <= tried.true[axis] / ptz.SPEED < 0.375 + tried.held_up
        assert trial.shift == pytest.approx(SCALE * (trial.reported or 0), abs=2.0)
        assert (trial.changed, trial.stopped) == (True, True)
    assert tried.trials["zoom"].changed
    assert tried.trials["preset"].shift == pytest.approx(0.0, abs=1.0)
    figures = {figure.statistic: figure for figure in preset.found_again("1", tried.arrivals)}
    assert len(tried.arrivals) == ptz.APPROACHES
    assert set(figures) == {"sd", "worst"}
    assert figures["worst"].value <= figures["worst"].expanded  # the truth is 0
    assert tried.trials["back"].shift == pytest.approx(0.0, abs=1.0)
    assert tried.end == pytest.approx(tried.start, abs=0.01)
    moves = [at for at, call in enumerate(tried.calls) if call == "ContinuousMove"]
    assert moves
    assert all(tried.calls[at + 1] == "Stop" for at in moves)


@pytest.mark.parametrize(
    ("fault", "notes"),
    [
        ("stuck", {"ptz_does_not_move", "ptz_fake_preset"}),
        slow("stale", {"ptz_position_stands"}),
        slow("lying", {"ptz_position_lies", "ptz_fake_preset"}),
        slow("dead_zoom", {"ptz_does_not_move"}),
        slow("fake_presets", {"ptz_fake_preset"}),
        slow("no_position", {"ptz_no_position"}),
    ],
)
def test_a_head_that_deceives_is_found_out_by_the_picture(fault: str, notes: set[str]) -> None:
    """Quirk 19."""
    assert Tried(Faults(ptz=fault)).notes >= notes


def test_a_head_whose_position_stands_is_not_taken_for_one_that_stands() -> None:
    tried = Tried(Faults(ptz="stale"))
    assert "ptz_position_stands" in tried.notes
    assert "ptz_does_not_move" not in tried.notes


def test_without_pictures_only_the_position_is_told() -> None:
    tried = Tried(Faults(ptz="stuck"), seen=False)
    assert "ptz_unproven" in tried.notes
    assert tried.trials["pan"].changed is None


def test_stop_is_sent_also_when_the_move_is_answered_with_nonsense() -> None:
    with OnvifDevice(Faults(auth="none", broken={"ContinuousMove": "html"})) as device:
        client = OnvifClient(Address(device.host, device.port))
        identity.services(client)
        with pytest.raises(DeviceError, match="web page"):
            ptz.Actuator(client, "main", lambda: None, preset.shift)._moved("pan", 1.0)
        assert device.calls[-2:] == ["ContinuousMove", "Stop"]
        client.close()


def test_stop_is_sent_also_when_the_total_time_is_over() -> None:
    with OnvifDevice(Faults(auth="none", ignores_timeout=True)) as device:
        client = OnvifClient(Address(device.host, device.port), total=0.2)
        identity.services(client)
        actuator = ptz.Actuator(client, "main", lambda: None, preset.shift)
        actuator._moved("pan", 1.0)  # lasts longer than the total time
        assert device.calls[-1] in {"Stop", "GetStatus"}
        assert not device.head.moving
        client.close()


def test_a_stop_that_is_not_answered_is_told() -> None:
    with OnvifDevice(Faults(auth="none", broken={"Stop": "empty_500"})) as device:
        client = OnvifClient(Address(device.host, device.port))
        identity.services(client)
        assert not ptz.Actuator(client, "main", lambda: None, preset.shift).stop()
        assert device.calls.count("Stop") == ptz.STOPS
        assert [note.code for note in client.notes] == ["ptz_stop_unanswered"]
        client.close()


def test_300_presets_are_read() -> None:
    with OnvifDevice(Faults(auth="none", presets=300)) as device:
        client = OnvifClient(Address(device.host, device.port))
        identity.services(client)
        found = ptz.presets(client, "main")["ptz_presets"]
        (node,) = ptz.nodes(client)["ptz_nodes"]
        assert (len(found), node.most_presets) == (300, 300)
        assert node.moves == ("absolute", "continuous", "zoom")
        client.close()
