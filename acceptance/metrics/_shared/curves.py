"""Lines that reports draw of what several families follow through a film."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.model.measurement import Curve

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def over_time(
    name: str, times: NDArray[np.floating], values: NDArray[np.floating], label: str, unit: str
) -> Curve:
    """Make the curve ``name`` of values (n,) in ``unit`` at times (n,) in s."""
    x, y = tuple(times.tolist()), tuple(values.tolist())
    return Curve(name=name, x=x, y=y, x_label="time", y_label=label, x_unit="s", y_unit=unit)
