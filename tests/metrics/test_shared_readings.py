"""What one metric has read of a scene is there for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance.metrics._filmed_clock.readings import SHARED, Readings, read_clocks

if TYPE_CHECKING:
    from typing import Any


def test_clocks_are_read_once_a_scene_and_nobody_gets_what_another_may_change(
    monkeypatch: Any,
) -> None:
    scene: Any = type("Seen", (), {"shared": {}})()
    each = {name: np.ones(3) for name in ("shares", "blend", "position", "reach", "low", "heights")}
    clock = Readings(index=np.ones(3, int), exponent=1.0, **each)
    reads: list[object] = []

    def reading(seen: object) -> dict[str, Readings]:
        reads.append(seen)
        return {"clock": clock}

    monkeypatch.setattr("acceptance.metrics._filmed_clock.readings._read_clocks", reading)
    read_clocks(scene).clear()
    assert list(read_clocks(scene)) == ["clock"]
    arrays = {name: getattr(read_clocks(scene)["clock"], name) for name in (*each, "index")}
    for values in arrays.values():
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 5
    assert reads == [scene]
    assert list(scene.shared) == [SHARED]
