"""What stands over the tiles in the still of a wall."""

from __future__ import annotations

import numpy as np

from acceptance.model import Measurement, Note, Reason
from acceptance.scene import wall_labels

FIGURE = Measurement(
    subject="gate", shot="wall", quantity="latency.glass_to_glass", value=201.26, unit="ms",
    uncertainty=2.0, k=2.0, degrees_of_freedom=None, samples=50, method="m", statistic="worst",
    region="tile.row1.column2", details={"x": 600, "y": 200},
)  # fmt: skip
DARK = Note(
    reason=Reason(code="tile_dark", parameters={"x": 200, "y": 500}), shot="wall", subject="yard",
    metric="latency", region="tile.row2.column1",
)  # fmt: skip


def test_a_tile_bears_its_figures_or_the_code_of_why_it_has_none() -> None:
    """A figure of no tile is in no label."""
    other = Measurement(
        subject="gate", shot="wall", quantity="latency.glass_to_glass", value=1, unit="ms",
        uncertainty=1, k=2, degrees_of_freedom=None, samples=5, method="m", statistic="worst",
    )  # fmt: skip
    labels = wall_labels.of([FIGURE, other], [DARK])
    assert [(label.x, label.y, label.lines) for label in labels] == [
        (600, 200, ("1.2", "worst 201.3 +- 4.0 ms")),
        (200, 500, ("2.1", "- (tile_dark)")),
    ]


def test_a_label_is_written_about_the_middle_of_its_tile_even_at_the_edge() -> None:
    """Something changes there, and nothing far from it."""
    picture = np.full((720, 1280, 3), 120, np.uint8)
    wall_labels.write(picture, wall_labels.of([FIGURE], []))
    changed = np.argwhere((picture != 120).any(axis=2))
    assert np.abs(changed.mean(axis=0) - (200, 600)).max() < 25
    assert np.ptp(changed, axis=0).max() < 400
    wall_labels.write(picture, [wall_labels.TileLabel(x=2, y=718, lines=("1.1",))])
