"""What a reading of a wedge is off by where the codes of the picture lie apart (fewer bits).

Rounding to steps q makes of bars of amplitude A about a level o an amplitude that is off by the sum
over k of 2 q / (pi k) (-1)^k cos(2 pi k o / q) J1(2 pi k A / q), damped by noise as a level is
(Widrow and Kollar, Quantization Noise, 2008, ch. 4 and 19). Of it k = 1 counts; o is not known. The
two levels that bars are held against are rounded, too.
"""

from __future__ import annotations

import math

import numpy as np

from acceptance.files.scipy_later import special
from acceptance.footage.rounding import rounding_doubt

FULL = 2 / math.pi  # amplitude of bars that are fully resolved, over their step
# amplitudes of the lines that a reading rests on most, over that of its own: a twentieth of its
# frequency each way, of a Gaussian's MTF
NEAR = np.geomspace(0.8, 1.25, 15)
SINGLE = 0.5  # share of what each of them is off by that is left where all together are not


def modulation_doubt(level: float, apart: float, step: float, modulation: float) -> float:
    """Return the relative standard uncertainty of a modulation by codes ``apart`` from each other.

    ``level`` is the standard error that they leave of a level, in codes; ``step`` light less dark
    in codes, above 0; ``modulation`` that at which the wedge ends. Bars that fit between two codes
    may vanish: what that adds, and ``SINGLE``, are from simulation.
    """
    left = level / (apart * rounding_doubt(0.0))  # by noise, of the sum's first term: 0 to 1
    amplitude = FULL * step * modulation / apart
    waves = special.j1(2 * np.pi * amplitude * NEAR)
    wave = math.hypot(float(np.mean(waves)), SINGLE * float(np.sqrt(np.mean(waves**2))))
    more = 1 + left**3 if amplitude < 0.5 else 1.0
    of_bars = math.sqrt(2) / np.pi * left * more * wave / amplitude
    return math.hypot(of_bars, math.sqrt(2) * level / step)
