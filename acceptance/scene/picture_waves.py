"""Stripes all over a picture, wherever they come from: waves, rolling bars, noise by lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.scene import plane_waves
from acceptance.scene.rolling_bars import RollingBars

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acceptance.scene.line_noise import LineNoise
    from acceptance.scene.patterns import Bytes, Floats
    from acceptance.scene.plane_waves import PictureWave
    from acceptance.scene.thresholds import Thresholds


class Waves:
    """What the pictures until now showed of waves, and whether they stood still."""

    def __init__(self, black: int, amplitude: int, bar_frames: int, thresholds: Thresholds) -> None:
        """Begin: white lies ``amplitude`` codes above ``black``, bars roll over ``bar_frames``."""
        self.black, self.amplitude, self.thresholds = black, amplitude, thresholds
        self.bars = RollingBars(bar_frames, thresholds)
        self.stood = True  # whether the picture did not move since waves were last looked for
        self.samples: Bytes | None = None

    def see(self, small: Floats, moved: Iterable[float]) -> None:
        """Take in the thumbnail of a picture, and by how much it moved."""
        self.stood &= self.bars.see(small, moved)

    def strongest(self, samples: Bytes) -> PictureWave:
        """Return the strongest wave in the samples of a picture, beside those of the last."""
        white = self.black + self.thresholds.white_level * self.amplitude
        could = (samples > self.black) & (samples < white)
        found = plane_waves.over_all(samples, self.samples, could, self.thresholds)
        self.samples = samples
        return found

    def figures(
        self, samples: Bytes, found: PictureWave, lines: LineNoise, noise: float
    ) -> dict[str, float]:
        """Amplitude, in %, of the strongest wave all over the picture, and whether it is one.

        Blinds or a fence in a part of it are none; what drifts is one (``plane_waves``), and so is
        noise by ``lines``. Beside a wave that stands still is the ``noise``, in %, of what changes
        there, and by how much it changes itself.
        """
        limits = self.thresholds
        wave = max(found.everywhere, found.added if self.stood else 0.0)
        alone = max(lines.stands, lines.errors if self.stood else 0.0)
        self.stood = True
        drifts = found.turned > limits.drift_turns
        # it may look like noise by lines of up to twice as much, which does not drift
        own = drifts and found.everywhere >= max(limits.least_wave_codes, alone / 2)
        still = wave if own else max(wave, alone)
        rolled = self.bars.amplitude(above=max(still, lines.stirs))
        crossed, lattice, restless = (found.crossed, found.reach), found.lattice, noise
        drifts |= max(rolled, lines.stirs) > wave
        if still > wave:  # slats that move by half their distance have errors of lines
            drifts = max(rolled, 2 * lines.stirs) > alone
            columns = lines.by_column >= alone
            crossed = plane_waves.crossed_lines(samples, columns=columns, thresholds=limits)
            lattice = restless = 0.0
        return {
            "wave": 100 * max(still, lines.stirs, rolled) / self.amplitude,
            "wave_in_part": 100 * found.somewhere / self.amplitude,
            "wave_crossed": 100.0 if drifts else crossed[0],
            "wave_reach": 1.0 if drifts else crossed[1],
            "wave_lattice": 0.0 if drifts else lattice,
            "wave_restless": 0.0 if drifts else restless,
            "wave_changed": 100 * found.changed / self.amplitude,
        }
