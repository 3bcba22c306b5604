"""Sample sizes and thresholds by which picture faults are measured (``thumbnails``)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Numbers behind the features of picture faults.

    Codes are at 8 bits; levels are shares of the nominal amplitude, from black (0) to white (1).
    """

    # --- samples

    least_size: int = 32
    """Rows and columns that a picture must have for motion and fine detail to be looked at."""
    thumbnail_size: tuple[int, int] = (64, 36)
    """Columns and rows of the thumbnail."""
    rows_averaged: int = 5
    """Whole rows of the picture behind each row of the thumbnail."""
    grid_rows: int = 135
    """Rows, about, of the grid of samples."""
    level_columns: int = 120
    """Samples, about, of each row for levels."""
    profile_samples: int = 640
    """Samples, about, of a profile along rows."""
    fine_samples: int = 360
    """Samples per picture height to which fine detail is averaged."""
    blocks: tuple[int, int] = (16, 9)
    """Columns and rows of blocks for noise and detail."""
    costly_per_second: float = 5
    """How often the costly features are taken, per second."""
    motion_per_second: float = 12.5
    """How often levels and motion are taken, per second: enough for shakes of up to 6 Hz."""
    scene_change_s: float = 0.5
    """Seconds between the pictures that must stay unlike where the scene changes."""

    # --- levels

    black_level: float = 0.05
    """Level up to which a sample is black."""
    dark_level: float = 0.15
    """Level up to which a sample is in deep shadow."""
    white_level: float = 0.97
    """Level from which a sample is white."""
    mid_tone_levels: tuple[float, float] = (0.15, 0.9)
    """Levels between which colours can be measured."""
    least_mid_tone_share: float = 0.1
    """Share (0..1) of the samples that must be mid tones."""
    cast_percentile: float = 10
    """Percentile of the mid tones whose colour is the cast: the others have at least as much."""

    # --- edges and waves

    edge_reach_samples: int = 8
    """Fine samples to each side within which an edge rises."""
    edge_contrast_codes: float = 12.0
    """Codes by which an edge must rise."""
    fewest_edges: int = 20
    """Edge samples that are needed for a width."""
    edge_percentile: float = 15
    """Percentile of the edge widths that counts: the sharpest edges."""
    slowest_waves: int = 4
    """Waves per picture height; every scene has much of what is slower."""
    wave_peaks: int = 6
    """Strongest lines of the spectrum that are compared with their neighbours."""

    # --- motion and change

    least_profile_power: float = 0.02
    """Power (codes^2) that a profile must have."""
    shift_correlation: float = 0.6
    """Correlation of two profiles above which their shift is known."""

    # --- noise and detail

    clipping_margin_codes: int = 4
    """Codes from the ends of the scale within which a pixel cannot show noise."""
    least_unclipped_share: float = 0.1
    """Share (0..1) of the pixels that must be able to show noise."""
    quiet_percentile: float = 25
    """Percentile of the blocks whose noise counts: motion and texture raise that of the others."""
    memory_weight: float = 0.25
    """Weight (0..1) of the newest picture in the lasting one."""
    faint_codes: float = 0.5
    """Codes of difference between neighbouring samples from which a block shows something."""
    relief_codes: float = 1.5
    """Codes by which a block may differ from the mean of its neighbours and still be shading."""
    noise_left_share: float = 0.6
    """Share of sigma that noise leaves between neighbours in the lasting picture, with a margin."""


THRESHOLDS = Thresholds()
