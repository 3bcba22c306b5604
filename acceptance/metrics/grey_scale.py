"""Grey scale: how many neighbouring printed steps the picture still tells apart.

The code of a step is the trimmed mean (10 % off each end) of the mean frame over the central half of its region in
each direction. Two neighbours are told apart when their codes keep the printed order and differ by more than the larger
of k times their pooled noise (total sigma per pixel, quantisation included; k = 1, the signal-to-noise ratio at which
ISO 15739:2023 ends the dynamic range) and 2 codes of 219 (about 2 % of luminance at mid-grey, Weber's threshold of the
eye). The count is 1 + the number of pairs told apart. The standards that ask for 8 steps (GB 50198-2011, 3.1.9) leave
the criterion to the eye; this one is the toolkit's own.

Each pair is told apart with probability Phi(margin / u(margin)); the count's variance is the sum of p (1 - p).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._grey_steps import LEAST, Count, K, Step, count, step
from acceptance.model import BudgetLine, Curve, Measurement, Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.scene import Scene
    from acceptance.views import View

__all__ = ["Count", "Step", "count", "measure", "serves", "step"]

QUANTITIES = {"grey_scale.steps": "1"}
METHOD = (
    "neighbouring steps: difference of trimmed means > max(k x pooled total noise, 2/219 of the code range), order kept"
)


def serves(scene: Scene) -> bool:
    """Whether the scene has grey steps, or a printed chart that should have them."""
    return bool(scene.of_kind("grey")) or (scene.chart is not None and scene.chart.kind == "print")


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Count the steps of the chart. Raises GapError no_region (fewer than two printed steps) or flat_picture."""
    views = sorted((view for view in scene.of_kind("grey") if "step" in view.region.printed), key=_number)
    if len(views) < 2:
        raise GapError("the picture shows fewer than two printed grey steps", code="no_region", kind="grey")
    if not np.ptp(scene.reference.luma):
        raise GapError("the picture is one uniform colour", code="flat_picture", region="")
    steps = [step(view.luma) for view in views]
    printed = [float(view.region.printed["reflectance"]) for view in views]
    amplitude = scene.code_white - scene.code_black
    counted = count(steps, rising=printed[-1] > printed[0], least=LEAST * amplitude)
    yield scene.figure(
        "grey_scale.steps",
        counted.steps,
        "1",
        [BudgetLine(source="pairs_near_threshold", contribution=counted.uncertainty, evaluation="A")],
        samples=sum(view.luma.size for view in views),
        method=METHOD,
        curve=_curve(printed, steps),
        details={
            "k": K,
            "least_difference": LEAST * amplitude,
            "printed": len(views),
            "smallest_ratio": min(counted.ratios),
            "pooled_noise": math.sqrt(sum(one.noise**2 for one in steps) / len(steps)),
        },
    )


def _number(view: View) -> int:
    return int(view.region.printed["step"])


def _curve(printed: Sequence[float], steps: Sequence[Step]) -> Curve:
    order = np.argsort(printed)
    return Curve(
        name="tone",
        x=tuple(float(printed[i]) for i in order),
        y=tuple(steps[i].mean for i in order),
        x_label="reflectance",
        y_label="luma_code",
        y_unit="code",
    )
