"""What is known of a coder, so that noise before it can be told from noise as recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.errors import GapError
from acceptance.footage.planes import h264_step

if TYPE_CHECKING:
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

COARSEST = 3.0  # quantiser step over sigma up to which the coder's effect is known


def step_of(
    scene: Scene,
    view: View,
    sigma: float,
    *,
    hidden: bool,
    coarsest: float = COARSEST,
    coarser: float = 1.0,
) -> float:
    """Return an H.264 coder's quantiser step, where ``sigma`` in codes tells of the noise before.

    It is ``coarser`` by this factor than luma's; sigma tells up to a step of ``coarsest`` sigma,
    and not where it is ``hidden`` by quantisation. Raises GapError ``coded_before``,
    ``quantiser_not_told``, ``quantised_by_lists`` and ``noise_coded_away``.
    """
    codec = str(scene.video.codec)
    if scene.video.coded_before:
        raise GapError("coded_before", codec=codec)
    if codec != "h264" or view.quantiser is None or scene.video.depth > 8:
        raise GapError("quantiser_not_told", codec=codec)
    if scene.video.scaling is not None:
        raise GapError("quantised_by_lists", codec=codec)
    step = coarser * h264_step(view.quantiser)
    if hidden or step > coarsest * sigma:
        raise GapError("noise_coded_away", region=view.region.name, step=step, sigma=sigma)
    return step
