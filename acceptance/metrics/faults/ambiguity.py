"""Where a sound camera may show as much as a faulty one, so that a level is an upper bound.

The picture does not tell a dim scene from too little light let in, fog from a lens that is soft or
covered, the light's colour from the camera's. It does tell where that is in doubt
(``docs/metrics/faults.md``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.files.scipy_later import ndimage
from acceptance.metrics.faults.levels import spanned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from acceptance.metrics.faults.levels import FaultLevel

    Features = Mapping[str, NDArray[np.float32]]

HALF = 50.0  # % of the picture from which a share may be a fault
# s at the end of a film in most of which it is light again, and part of the level that is left then
ENDS, GONE = 0.5, 0.5
# part of a level from which a picture is as dark, and codes by which lamps or lit things stand out
# in it: those of black rooms 108 and more, of irises that shut 39 at most
AS_DARK, CLEAR_CODES = 0.9, 90.0
# rows up to which a picture is coarse, and px of blur that say nothing: its edges are as wide
FEW_ROWS, FEW_PIXELS = 200, 1.2
DARKEST_SHARE = 0.67  # of what is dark: an under-exposed picture has hardly any half-shadow
HAZY_CODES = 45.0  # contrast up to which haze may soften edges
HAZY_BLUR = 0.4, 0.7  # % of the height: what haze may blur, and cannot
# share of the edges in the half of the picture with the fewest, up to which they are of a thing,
# and % of the picture that shows nothing from which that half is blurred away itself
ASIDE, NOTHING = 0.08, 33.0
MOVES = 0.05  # % of the height from one picture taken to the next: more smears by as much
# codes of the mean change from frame to frame, beyond that of the mean: what fills the view goes by
PASSES = 2.0
# % of the amplitude, from which and up to which texture that moves may look like noise: grass and
# finer things read 3.3 to 4.6 %; less is no fault, and a bound would keep films from comparison
SNOWED = 3.0, 6.0
PATTERN = 2.0  # % of the amplitude, from which a pattern is in a part of the picture
SOFT = 0.5  # % of the height, from which what sways is out of focus
# % of the height a second from which something shakes, and share of the rows, or columns, of parts
# of the picture in which some move as it all seems to: planted shakes 0.75 and more (101 of 102),
# things as wide as the view, at neither end of it, 0.72 at most, but in strong noise
SHAKES, ACROSS = 1.0, 0.73
# % of its likeness that a picture must lose, and of it that must have changed, for the scene to be
# another, and of its parts that may stay: 10 at most where a camera was turned or was another one,
# 32 about a screen of 44 % of the view
ANOTHER, PART, STAYS = 20.0, 25.0, 20.0
SWINGS = 3  # pictures in turn, each unlike the one before, in which a camera is turned
# correlation with the view before a change from which it is back, and by how much that must rise
RETURNED, ROSE = 0.5, 0.3
RETURNS = 0.5  # s, in most of which it is back
CROSSED = 28.0  # % of the picture in which something else than stripes must be seen
LATTICE = 0.125  # of a wave's amplitude, from which that in another direction makes it tiles
# % of noise, its share of a wave, and the part of it by which a wave changes that stands on the
# whole, from which it is of things that never rest, and % of waves up to which they do: of noise
# itself a tenth is left in a wave, a quarter of a weak one
RESTLESS, OF_WAVE, ITSELF, ROWS = 1.0, 0.2, 0.5, 6.0
OF_PART = 4.0  # times what all of the picture has, from which a pattern is of a part
NEUTRAL = 15.0  # % of the mid tones that are grey: a wrong white balance leaves none
THINGS = 35.0, 0.5  # % that most share, and the part of it that the highlights have
# degrees of the colour plane by which highlights differ from what is shared, and % up to which
# lights of several colours share one
MIXED, SLIGHT_CAST = 25.0, 15.0
# % and degrees of the colour plane: a white balance for daylight (5600 K) makes 31 % of the light
# of a lamp of 2800 K, at 138 degrees, one for lamps (3200 K) 45 % of that of a blue sky
LAMP, LAMP_WAYS, ANY_LAMP = 30.0, (120.0, 160.0), 45.0
# degrees of the colour plane that leaves and grass, and cloth like them, have, how many times as
# light as the darkest tenth of one such thing its lightest is, and % of colour that they reach
GREEN_WAYS, ALIKE, GREEN = (-160.0, -100.0), 1.4, 30.0
# of the light by which it changes, of the cast that is left then, and of the frames that show it
CHANGES, LEFT, FRAMES = 0.25, 0.5, 0.1


def why_sound(quantity: str, level: FaultLevel, features: Features) -> str:
    """Return the code of the reason why this level may be that of a sound camera, or none."""
    asked = DOUBTS.get(quantity, ())
    return next((code for code, doubt in asked if doubt(level, features)), "")


def unseen(quantity: str, level: FaultLevel) -> str:
    """Return the code of the reason why a figure is only a lower bound, or none.

    For a second, which is as long as a level must be held, there was nothing to see it by: what
    softened the picture may have left no edge that is clear enough.
    """
    return UNSEEN.get(quantity, "") if level.lost else ""


def why_coarse(quantity: str, level: FaultLevel, rows: int) -> str:
    """Return the code of the reason why a picture of few ``rows`` tells of no blur, or none."""
    slight = rows <= FEW_ROWS and level.value * rows / 100 < FEW_PIXELS
    return "few_pixels" if quantity == "faults.blurred" and slight else ""


def _lit_again(level: FaultLevel, _: Features) -> bool:
    """Whether the film ends in light: a lamp was switched, or somebody stood before the lens."""
    ending = level.seen[level.at > level.at[-1] - ENDS]
    return level.value >= HALF and float(np.median(ending)) < GONE * level.value


def _lamps_in_black(level: FaultLevel, features: Features) -> bool:
    """Whether lit things stand out in several parts of a black picture: a dark room, a stage.

    Words that a recorder writes over no picture lie in one part.
    """
    dark = level.frames[level.seen >= AS_DARK * level.value]
    black, contrast, spread, noise = (
        features[name][dark[0] : dark[-1] + 1]
        for name in ("black", "edge_contrast", "edge_spread", "noise")
    )
    looks = np.isfinite(noise) | np.isfinite(contrast)
    if level.value < HALF or not looks.any() or not np.isfinite(black).any():
        return False
    clear = np.median(np.nan_to_num(contrast[looks])) >= CLEAR_CODES
    apart = np.median(np.nan_to_num(spread[looks])) >= ASIDE
    return bool(clear and apart and np.nanmedian(black) >= AS_DARK * level.value)


def _dim(level: FaultLevel, features: Features) -> bool:
    """Whether much of what is dark is only half in shadow: so is a scene with little light."""
    darkest = _around(level, features["darkest"])
    return level.value >= HALF and darkest < DARKEST_SHARE * level.value


def _hazy(level: FaultLevel, features: Features) -> bool:
    """Whether no edge is clear: haze takes contrast away, and blurs by a little."""
    clear = _around(level, features["edge_contrast"])
    return _slight(level) and clear < HAZY_CODES


def _slight(level: FaultLevel) -> bool:
    slight, strong = HAZY_BLUR
    return slight <= level.value < strong


def _aside(level: FaultLevel, features: Features) -> bool:
    """Whether edges are in one half, and fine detail elsewhere: they may be of a thing near by."""
    spread = _around(level, features["edge_spread"])
    blank = _around(level, features["blank"], near=True)  # is looked at in other frames
    return spread < ASIDE and blank < NOTHING


def _moving(level: FaultLevel, features: Features) -> bool:
    """Whether the picture moves all the time, or something that fills it does: it is smeared."""
    return _slight(level) and (_passes(level, features) or _moves(level, features))


def _passes(level: FaultLevel, features: Features) -> bool:
    """Whether the picture changes by more than its mean: light that flickers smears nothing."""
    lighter = np.abs(np.diff(features["mean"], prepend=np.nan))
    return _around(level, features["difference"] - lighter, near=True) >= PASSES


def _moves(level: FaultLevel, features: Features) -> bool:
    moves = np.fmax(np.abs(features["moved_x"]), np.abs(features["moved_y"]))
    return _around(level, moves, near=True) > MOVES


def _textured(level: FaultLevel, features: Features) -> bool:
    """Whether the picture moves all the time: grass or gravel that moves changes as noise does."""
    least, most = SNOWED
    return least <= level.value < most and _moves(level, features)


def _patterned(level: FaultLevel, features: Features) -> bool:
    """Whether edges may be those of slats or waves, which are a little soft by nature."""
    return _slight(level) and _around(level, features["wave_in_part"]) >= PATTERN


def _veiled(level: FaultLevel, features: Features) -> bool:
    """Whether something is faintly seen or moves behind what hides the view."""
    return level.value >= HALF and _around(level, features["veiled"]) > 0


def _soft(level: FaultLevel, features: Features) -> bool:
    """Whether what goes to and fro is out of focus: a thing near the lens, and no view."""
    return _around(level, features["edge_width"], near=True) >= SOFT


def _strip(level: FaultLevel, features: Features) -> bool:
    """Whether what goes to and fro lies in a strip of the view, as no camera moves it."""
    return level.value >= SHAKES and _around(level, features["moved_reach"], near=True) < ACROSS


def _partial(level: FaultLevel, features: Features) -> bool:
    """Whether much of the picture is as before, though it seems to be another."""
    worst, last = (int(level.frames[at]) for at in (level.worst, np.flatnonzero(level.near)[-1]))
    across = features["stayed"][worst : last + 1]  # each against one before the change
    stays = float(np.nanmedian(across)) if np.isfinite(across).any() else 0.0
    changed = float(features["area_changed"][worst])
    return level.value >= ANOTHER and (changed < PART or stays >= STAYS)


def _swings(level: FaultLevel, features: Features) -> bool:
    """Whether it changes over several pictures in turn: a camera on its way to another preset."""
    worst = level.frames[level.worst]
    near = level.frames[level.near]
    before = features["like_before"][near[0] : near[-1] + 1]
    unlike = before <= features["like_before"][worst] + level.value / 200
    return level.value >= ANOTHER and int(np.count_nonzero(unlike)) >= SWINGS


def _returns(level: FaultLevel, features: Features) -> bool:
    """Whether the view before comes back, or this was it coming back: something passed by.

    It is back where it stays: a reflection, or three pictures that are mixed, are no return.
    """
    at, like = (features[name] for name in ("left_at", "like_left"))
    worst, numbers = int(level.frames[level.worst]), np.arange(len(at))
    width = spanned(level.at, RETURNS)
    since = like[(np.abs(at - worst) <= SWINGS) & (numbers > worst)]
    after = like[(at == at[worst]) & (numbers >= worst)][:width]
    pairs = [(like[worst - 1], np.median(after))] if after.size else []
    if since.size:
        pairs += [(since[0], ndimage.median_filter(since, width, mode="nearest").max())]
    back = any(now >= RETURNED and now - before >= ROSE for before, now in pairs)
    return level.value >= ANOTHER and back


def _slats(level: FaultLevel, features: Features) -> bool:
    """Whether little but stripes is in view, or all else lies in a strip.

    Slats of a wall or a blind look like this, and a bar or a lorry before them.
    """
    crossed, reach = (_around(level, features[name]) for name in ("wave_crossed", "wave_reach"))
    return crossed < CROSSED or reach < ACROSS


def _tiles(level: FaultLevel, features: Features) -> bool:
    """Whether there is as clear a wave in another direction: so have bricks, tiles and racks."""
    return _around(level, features["wave_lattice"]) >= LATTICE


def _of_part(level: FaultLevel, features: Features) -> bool:
    """Whether a part of the picture has far more of the wave: markings, a shutter, a grid."""
    return _around(level, features["wave_in_part"]) > OF_PART * level.value


def _restless(level: FaultLevel, features: Features) -> bool:
    """Whether a slight wave that stands changes as all about it does: rows of heads, of leaves.

    A camera's noise beside a wave of its own is as a rule far less than that.
    """
    noise, changed = (_around(level, features[name]) for name in ("wave_restless", "wave_changed"))
    restless = noise >= max(RESTLESS, OF_WAVE * level.value) and changed >= ITSELF * noise
    return level.value < ROWS and restless


def _neutral(level: FaultLevel, features: Features) -> bool:
    """Whether much of the picture is grey: the light has no colour then, but things have."""
    return _around(level, features["cast_neutral"]) >= NEUTRAL


def _things(level: FaultLevel, features: Features) -> bool:
    """Whether most have far more colour than the highlights: theirs, and not the light's."""
    most, share = THINGS
    shared = _around(level, features["cast_of_most"])
    return shared >= most and level.value < share * shared


def _mixed(level: FaultLevel, features: Features) -> bool:
    """Whether highlights are of several colours, which share a slight one: lights of a street."""
    return level.value < SLIGHT_CAST and _around(level, features["cast_mixed"]) >= MIXED


def _lamps(level: FaultLevel, features: Features) -> bool:
    """Whether no wrong white balance makes as much: the light itself has a colour."""
    least, most = LAMP_WAYS
    glowing = least <= _way(level, features) <= most
    return level.value >= (LAMP if glowing else ANY_LAMP)


def _green(level: FaultLevel, features: Features) -> bool:
    """Whether what is green is as light all over: a lawn, a hedge or a cloth that fills the view.

    In a view of many things a cast lies on light and dark ones.
    """
    least, most = GREEN_WAYS
    alike = _around(level, features["cast_range"]) < ALIKE
    return level.value < GREEN and alike and least <= _way(level, features) <= most


def _way(level: FaultLevel, features: Features) -> float:
    """Return the direction of a cast in degrees of the plane of Cb and Cr."""
    blue, red = (_around(level, features[name]) for name in ("cast_blue", "cast_red"))
    return float(np.degrees(np.arctan2(red, blue)))


def _changing(level: FaultLevel, features: Features) -> bool:
    """Whether the cast is another colour at times, or is gone where the picture is lit otherwise.

    A camera's stays: it is the light that changes.
    """
    cast = np.stack([features[name] for name in ("cast_blue", "cast_red")])
    way = np.array([_around(level, each) for each in cast])
    light = max(_around(level, features["mean"], near=True), 1.0)
    seen = np.flatnonzero(np.isfinite(cast[0]))
    along = way @ cast[:, seen] / max(float(np.hypot(*way)), 1e-9)
    turned = (along < 0) & (np.hypot(*cast[:, seen]) > LEFT * level.value)
    gone = (along < LEFT * level.value) & (np.abs(features["mean"][seen] / light - 1) > CHANGES)
    return bool(np.mean(turned | gone) > FRAMES)


def _around(level: FaultLevel, feature: NDArray[np.float32], *, near: bool = False) -> float:
    """Return the median of a feature over the worst second; nan where it was not taken.

    ``near``: at all frames of that second, and not only at those of the level.
    """
    worst = level.frames[level.near]
    taken = feature[worst[0] : worst[-1] + 1] if near else feature[worst]
    seen = taken[np.isfinite(taken)]
    return float(np.median(seen)) if seen.size else float("nan")


UNSEEN = {"faults.blurred": "edges_lost"}
DOUBTS = {
    "faults.black": (("light_returns", _lit_again), ("lamps_in_black", _lamps_in_black)),
    "faults.under_exposed": (
        ("dim_scene", _dim),
        ("light_returns", _lit_again),
        ("lamps_in_black", _lamps_in_black),
    ),
    "faults.blurred": (
        ("haze", _hazy),
        ("edges_aside", _aside),
        ("moving_picture", _moving),
        ("soft_pattern", _patterned),
    ),
    "faults.covered_lens": (("veil", _veiled),),
    "faults.colour_cast": (
        ("neutral_things", _neutral),
        ("coloured_things", _things),
        ("coloured_light", _lamps),
        ("mixed_lights", _mixed),
        ("green_things", _green),
        ("changing_light", _changing),
    ),
    "faults.stripes": (
        ("slats", _slats),
        ("tiles", _tiles),
        ("pattern_in_part", _of_part),
        ("restless_pattern", _restless),
    ),
    "faults.snow": (("moving_texture", _textured),),
    "faults.shake": (("near_thing", _soft), ("moving_strip", _strip)),
    "faults.scene_change": (
        ("part_of_view", _partial),
        ("swing", _swings),
        ("view_returns", _returns),
    ),
}
