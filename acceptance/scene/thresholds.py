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
    costly_seconds: float = 0.32
    """Seconds, at most, from one look at the costly features to the next: up to a third of a second
    the median over a second is that of five looks."""
    covers_seconds: float = 0.2
    """Seconds, at most, from one look at what hides the view to the next."""
    fewest_costly: int = 9
    """Looks at either that a film must have, however short it is, where it has as many frames."""
    motion_per_second: float = 12.5
    """How often levels and motion are taken, per second: enough for shakes of up to 6 Hz."""
    scene_change_s: float = 0.5
    """Seconds between the pictures that must stay unlike where the scene changes."""

    # --- levels

    black_level: float = 0.05
    """Level up to which a sample is black."""
    dark_level: float = 0.2
    """Level up to which a sample is in deep shadow."""
    darkest_level: float = 0.12
    """Level up to which it is in the deepest."""
    white_level: float = 0.97
    """Level from which a sample is white."""
    mid_tone_levels: tuple[float, float] = (0.15, 1.1)
    """Levels between which colours can be measured."""
    least_mid_tone_share: float = 0.1
    """Share (0..1) of the samples that must be mid tones."""
    filled_share: float = 0.4
    """Share (0..1) of the blocks that must be lit for one thing to fill the view."""
    cast_percentile: float = 40
    """Percentile of the mid tones whose colour is the cast: the others have at least as much."""
    bright_percentile: float = 90
    """Percentile of the mid tones from which they are highlights, which have the colour of the
    light and seldom that of a thing."""
    bright_cast_percentile: float = 10
    """Percentile of the highlights whose colour is the cast at most."""
    neutral_level: float = 0.014
    """Colour difference up to which a sample is grey: 3 codes."""
    fewest_highlights: int = 20
    """Samples below white that are needed for highlights."""

    # --- edges and waves

    edge_lines: int = 60
    """Rows, and columns, in which edges are looked for."""
    edge_reach_samples: int = 8
    """Fine samples to each side within which an edge rises."""
    edge_contrast_codes: float = 16.0
    """Codes by which an edge must rise."""
    edge_squareness: float = 1.5
    """Slope across an edge over that along it from which it is crossed squarely."""
    edge_end: float = 1.85
    """Rise within twice the reach over that within it up to which a rise is an edge."""
    fewest_edges: int = 60
    """Edge samples, across rows and columns, that are needed for a width."""
    fewest_in_direction: tuple[int, int] = (20, 50)
    """Edge samples that show how sharp a direction is, and that it is smeared."""
    edge_percentiles: tuple[float, float] = (15, 5)
    """Percentiles of the edge widths that count: the sharpest edges, and the very sharpest."""
    contrast_percentile: float = 90
    """Percentile of the edges' rises that is the contrast of a picture."""
    slowest_waves: int = 4
    """Waves per picture height; every scene has much of what is slower."""
    least_wave_codes: float = 2.0
    """Codes of a wave from which it is looked at where it is weakest."""
    wave_percentiles: tuple[float, float] = (10, 80)
    """Percentiles of the samples that have a wave: all over the picture, and in a part of it."""
    added_percentile: float = 50
    """Percentile of the samples that have a wave which is added to the scene."""
    added_share: float = 0.28
    """Share (0..1) of the picture in which a scene must be seen for a wave to lie over it."""
    added_likeness: float = 0.7
    """Likeness (0..1) to the wave of the picture before from which it is one that drifts."""
    thing_codes: float = 10.0
    """Codes of change along the stripes from which a sample is at a thing."""
    over_percentile: float = 25
    """Percentile of such samples that must change as the wave does."""
    over_share: float = 0.6
    """Of what half of them change by, from which they do."""
    drift_turns: float = 0.05
    """Turns of a wave since it was last looked at from which it drifts."""
    crossing_codes: float = 2.0
    """Codes of change along the stripes of a wave from which a block shows something else."""
    wave_peaks: int = 6
    """Strongest lines of the spectrum that are compared with their neighbours."""

    # --- bars that roll

    bar_columns: int = 8
    """Columns whose waves are compared: most must show the same bar."""
    bar_rows: float = 25
    """Percentile of the rows whose change counts: a bar rolls over most of them."""
    bar_seconds: float = 2.0
    """Seconds within which a bar must have rolled."""
    fewest_bar_turns: float = 0.9
    """Turns within that time from which a bar goes round at one speed, and no light comes and
    goes."""
    steady_bar_share: float = 0.8
    """Share (0..1) that this must have of all that its wave does."""
    fewest_bar_frames: int = 12
    """Frames, of those of which motion is taken, that are needed."""
    still_percent: float = 0.15
    """Movement in % of the height from one of them to the next up to which a picture stands."""

    # --- lines that differ each on its own

    streak_columns: int = 8
    """Parts of a row, or of a column, that are compared: most must show the same streak."""
    streak_percentile: float = 25
    """Percentile of the lines whose streaks count: what moves may change some rows as a whole."""
    white_share: float = 0.55
    """Of what lines further apart differ by, from which those next to each other do so as noise
    does, of which a codec takes some: of boards of two to five rows it is 0.45, and less through a
    lens."""
    even_share: float = 0.25
    """Of the amplitude of half of the lines, from which that of the quieter quarter is of noise."""
    sharp_share: float = 0.75
    """The same of a few lines among others: of single ones through a lens that blurs by 0.5 px it
    is 0.78, by 0.6 px 0.6; of errors after a coder 0.9 and more."""
    stirred_errors: float = 0.5
    """Of what some lines have alone, that must change from picture to picture: what is drawn on a
    screen, or stands in view, does not."""
    errors_of_half: float = 0.5
    """Of what all lines have, that the upper, middle, lower and outer half must each have: slats
    and pages that move in a part of the view leave one of them with less."""
    error_percent: float = 6
    """Compared lines, in %, whose fourth differences must reach the amplitude: a few may be things.
    A line that is wrong by A has 6 A itself, those next to it 4 A and those two apart A, so that
    three wrong lines in a hundred show in fifteen; of 60 that are compared, five must."""
    over_rough: float = 1.5
    """Times what rows have against those beside them that they change by at most in time: each of
    the two scatters by a quarter, and the lesser of both would be too little."""

    # --- motion and change

    bands: int = 5
    """Bands of the picture, each of two halves, whose motion is compared."""
    least_profile_power: float = 0.02
    """Power (codes^2) that a profile must have."""
    shift_correlation: float = 0.6
    """Correlation of two profiles above which their shift is known."""
    told_codes: float = 0.5
    """Codes (rms) by which a motion must change a part of the thumbnail for it to tell of that."""
    shown_codes: float = 1.0
    """Codes (rms) about its mean from which a part of the thumbnail shows something."""

    changed_likeness: float = 0.7
    """Correlation with the picture before below which the view may have changed."""
    changed_codes: float = 4.0
    """Codes by which a sample of the thumbnail must differ to have changed."""
    much_changed_share: float = 0.05
    """Share (0..1) of all pixels, which is as much as may change in a frozen picture: where more
    changed in some rows, the others are not looked at."""

    # --- noise and detail

    clipping_margin_codes: int = 4
    """Codes from the ends of the scale within which a pixel cannot show noise."""
    least_unclipped_share: float = 0.1
    """Share (0..1) of the pixels that must be able to show noise."""
    quiet_percentile: float = 25
    """Percentile of the blocks whose noise counts: motion and texture raise that of the others."""
    lasting_seconds: float = 1.4
    """Seconds over which looks, however many, are averaged to the lasting picture, and over which
    what moves behind a veil is looked for."""
    fewest_lasting: int = 5
    """Looks that it is averaged of at least: the margins of noise below are enough for these."""
    settled_seconds: float = 0.8
    """Seconds for which a film must end with another view for those before it not to count."""
    ending_seconds: float = 2.2
    """Seconds before the end within which it may have come: else the lasting picture shows it."""
    same_share: float = 0.1
    """Share (0..1) of the blocks that may be others in pictures of one view."""
    jump_codes: float = 4.0
    """Mean change of a block, in codes, from one look to another, from which it is another."""
    jump_noise_share: float = 2.0
    """Share of sigma that noise makes of it, with a margin."""
    jump_share: float = 0.75
    """Share (0..1) of the blocks that showed something that must be others for the view to be
    another."""
    telling_share: float = 0.1
    """Share (0..1) of all blocks that must have shown something."""
    faint_codes: float = 0.5
    """Codes of difference between neighbouring samples from which a block shows something."""
    shading_sigma: float = 3.0
    """Blur, in samples, that leaves only shading."""
    relief_sigmas: tuple[float, float] = (1.0, 2.0)
    """Blurs, in samples, between which a block shows something that is no shading."""
    relief_codes: float = 0.2
    """Codes from which it does."""
    relief_noise_share: float = 0.1
    """Share of sigma that noise leaves of it in the lasting picture, with a margin."""
    noise_left_share: float = 0.6
    """Share of sigma that noise leaves between neighbours in the lasting picture, with a margin."""
    veiled_relief_codes: tuple[float, float] = (0.25, 1.0)
    """Codes of relief from which something is faintly seen, and from which it is clear."""
    veiled_share: float = 0.01
    """Share (0..1) of the blocks in which something must be seen."""
    stir_codes: float = 1.0
    """Standard deviation in codes from which the mean of a block moves."""
    stir_noise_share: float = 0.2
    """Share of sigma that noise leaves of it, with a margin."""
    stirred_share: float = 0.05
    """Share (0..1) of the blocks that must be blank and move."""


THRESHOLDS = Thresholds()
