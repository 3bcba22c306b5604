"""Films of known time with date and time burnt in, drawn without a camera.

The fonts, Debian's, Pillow's and those of recorders, are not those that the metric knows
(``acceptance/metrics/_osd_clock/digits.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import recorder_fonts
from PIL import Image, ImageDraw, ImageFont

from acceptance.footage import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

NOTO, DEJAVU = Path("/usr/share/fonts/opentype/noto"), Path("/usr/share/fonts/truetype/dejavu")
FONTS = {
    "Noto Sans CJK": NOTO / "NotoSansCJK-Regular.ttc",
    "DejaVu Serif": DEJAVU / "DejaVuSerif.ttf",
    "DejaVu Sans Mono Bold": DEJAVU / "DejaVuSansMono-Bold.ttf",
    "Aileron": None,  # Pillow's own outline font
    "Courier bitmap": None,  # Pillow's own bitmap font, enlarged by whole numbers
}
# beyond those of the benchmark's table
MORE_FONTS = {
    "DejaVu Sans": DEJAVU / "DejaVuSans.ttf",
    "DejaVu Sans Condensed Bold": DEJAVU / "DejaVuSansCondensed-Bold.ttf",
    "DejaVu Sans Mono": DEJAVU / "DejaVuSansMono.ttf",
    "Noto Sans CJK Bold": NOTO / "NotoSansCJK-Bold.ttc",
}
FORMATS = {
    "YYYY-MM-DD": "%Y-%m-%d %H:%M:%S",
    "YYYY/MM/DD": "%Y/%m/%d %H:%M:%S",
    "YYYY年MM月DD日": "%Y年%m月%d日 {weekday} %H:%M:%S",
    "MM-DD-YYYY": "%m-%d-%Y %a %H:%M:%S",
    "DD-MM-YYYY": "%d-%m-%Y %H:%M:%S",
}
# clocks of 12 hours, with and without a mark, and what could be taken for one
OF_12_HOURS = {
    "AM after": "%Y-%m-%d %I:%M:%S %p",
    "AM before": "%Y-%m-%d %p %I:%M:%S",
    "am after": "%Y-%m-%d %I:%M:%S {low}",
    "AM touching": "%Y-%m-%d %I:%M:%S%p",
    "上午 before": "%Y-%m-%d {half}%I:%M:%S",
    "上午 after": "%Y-%m-%d %I:%M:%S {half}",
}
WITHOUT_MARK = {
    "no mark": "%Y-%m-%d %I:%M:%S",
    "CAM and PM2.5": "%Y-%m-%d CAM %I:%M:%S PM2.5",
    "weekday": "%Y-%m-%d 星期三 %I:%M:%S FRI",
}
STYLES = ("white", "outlined", "shadowed", "boxed", "inverting")
# its 1 is narrower than the other digits
UNEVEN = {"Noto Serif CJK Bold": NOTO / "NotoSerifCJK-Bold.ttc"}
WHITE, BLACK = 235, 16
SIZE = (80, 880)  # most rows and columns of the picture
PLACE = (14, 24)  # row, column of the text
START = datetime(2026, 11, 25, 13, 52, 30, 370_000)  # noqa: DTZ001 -- such a clock has no zone


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """A clock burnt into a film.

    ``start`` is its time at time 0 of the film, with fractions of a second. ``height`` is that of a
    digit in px; ``drift`` is the share by which the clock runs fast (1e-6 is 1 ppm);
    at ``set_at`` s it is set forward by ``set_by`` s. ``form`` is a
    name in FORMATS, or such a format itself; it may have lines. ``code`` is the text's luma.
    ``size`` are the most rows and columns of the picture; with ``corner`` it ends where the text
    does. ``interlaced``: the lower lines are of half a frame later.
    """

    font: str = "Noto Sans CJK"
    height: int = 16
    style: str = "white"
    ground: str = "panning"
    form: str = "YYYY-MM-DD"
    start: datetime = START
    drift: float = 0.0
    set_at: float = float("inf")
    set_by: float = 0.0
    rate: Fraction = Fraction(25)
    seconds: float = 12.0
    noise: float = 4.0
    seed: int = 0
    code: int = WHITE
    size: tuple[int, int] = SIZE
    corner: bool = False
    interlaced: bool = False
    suffix: str = "mp4"
    codec: str = "libx264"
    options: tuple[tuple[str, str], ...] = (("crf", "30"), ("threads", "1"))

    def at(self, time: float) -> datetime:
        """Return the clock's time at a time of the film in s."""
        by = self.set_by if time >= self.set_at else 0.0
        return self.start + timedelta(seconds=time * (1 + self.drift) + by)

    def shown(self, time: float) -> datetime:
        """Return what the clock shows at a time of the film in s, cut to whole seconds."""
        return self.at(time).replace(microsecond=0)

    def text(self, when: datetime) -> str:
        """Write a moment as the clock does."""
        morning = when.hour < 12
        words = {
            "weekday": "星期" + "一二三四五六日"[when.weekday()],
            "half": "上午" if morning else "下午",
            "low": "am" if morning else "pm",
            "hour": str(when.hour % 12 or 12),
            "ms": f"{when.microsecond // 1000:03d}",
            "blink": ":" if when.second % 2 else " ",
            "zhou": "周" + "一二三四五六日"[when.weekday()],
            "of_24": f"{when.hour or 24:02d}",
            "even": f"{when.second // 2 * 2:02d}",
            "pace": f"{37 + when.second * 7 % 41:03d}",
            "other": f"{when - timedelta(days=400, seconds=37):%Y-%m-%d %H:%M:%S}",
            "later": f"{when - timedelta(seconds=37.4):%H:%M:%S}",
            "left": f"{59 - when.minute:02d}:{59 - when.second:02d}",
            "number": f"{int((when - self.start).total_seconds() * float(self.rate) + 0.5):06d}",
            "minguo": f"{when.year - 1911}",
            "buddhist": f"{when.year + 543}",
            "since": f"{START.replace(hour=0, minute=0, second=0) + (when - self.start):%H:%M:%S}",
        }
        form = (FORMATS | OF_12_HOURS | WITHOUT_MARK).get(self.form, self.form)
        return when.strftime(form.format_map(words))

    @property
    def times(self) -> list[Fraction]:
        """Times of the frames, s."""
        return [Fraction(n) / self.rate for n in range(int(self.seconds * self.rate))]

    def region(self, margin: int = 6) -> tuple[float, float, float, float]:
        """Box round the text as a person draws it: x, y, width, height in px."""
        rows, columns = np.nonzero(drawn(self.font, self.height, self.text(self.start))[0])
        x, y = PLACE[1] + int(columns.min()) - margin, PLACE[0] + int(rows.min()) - margin
        size = np.ptp(columns) + 2 * margin, np.ptp(rows) + 2 * margin
        return float(x), float(y), float(size[0]), float(size[1])

    @property
    def extent(self) -> tuple[int, int]:
        """Rows and columns of the picture, round the text."""
        x, y, width, height = self.region()
        ends = y + height, x + width
        if self.corner:
            return int(ends[0]) // 2 * 2, int(ends[1]) // 2 * 2
        near = (16 * round(end / 16 + 1.5) for end in ends)
        rows, columns = map(min, self.size, near)
        return rows, columns


@lru_cache
def _font(name: str, height: int) -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, int]:
    """Return a font, and the factor of enlargement that makes its digits ``height`` px high."""
    if name == "Courier bitmap":
        return ImageFont.load_default_imagefont(), max(1, round(height / 8))
    path = (FONTS | MORE_FONTS | UNEVEN)[name]
    fonts = (
        (ImageFont.truetype(str(path), size) if path else ImageFont.load_default(size))
        for size in range(height, 2 * height + 4)
    )
    return next(font for font in fonts if _tall(font) >= height), 1  # type: ignore[arg-type]


def _tall(font: ImageFont.FreeTypeFont) -> float:
    _, top, _, bottom = font.getbbox("0")
    return bottom - top


@lru_cache(maxsize=4096)
def drawn(
    font: str, height: int, text: str
) -> tuple[NDArray[np.float32], tuple[tuple[int, int], ...]]:
    """Draw a text; returns the share of each pixel covered (0 to 1), and each character's columns.

    A Latin bitmap font has no Chinese characters: blocks of double width replace them. Lines are
    below each other; the columns are those of the last.
    """
    lines = [_line(font, height, line) for line in text.split("\n")]
    apart = round(1.6 * height)
    rows = apart * (len(lines) - 1) + lines[-1][0].shape[0]
    mask = np.zeros((rows, max(line.shape[1] for line, _ in lines)), np.float32)
    for number, (line, _) in enumerate(lines):
        part = mask[number * apart :, : line.shape[1]][: line.shape[0]]
        np.maximum(part, line[: part.shape[0]], out=part)
    return mask, lines[-1][1]


def _line(
    font: str, height: int, text: str
) -> tuple[NDArray[np.float32], tuple[tuple[int, int], ...]]:
    if font == "8 x 16 bitmap":
        return recorder_fonts.bitmap(text, max(1, round(height / recorder_fonts.DIGITS)))
    if font == "seven bars":
        return recorder_fonts.seven_bars(text, height)
    face, enlarged = _font(font, height)
    wide = round(1.4 * height * len(text)) + 40
    image = Image.new("L", (wide, 2 * height + 8), 0)
    pen, at, spans = ImageDraw.Draw(image), 0.0, []
    for character in text:
        known = font.startswith("Noto") or ord(character) < 256
        wide = face.getlength(character) if known else 2 * face.getlength("0")
        if known:
            pen.text((round(at), 0), character, fill=255, font=face)
        else:
            foot = _tall(face) if enlarged == 1 else 9  # type: ignore[arg-type]
            pen.rectangle((round(at) + 1, 2, round(at + wide) - 2, foot), outline=255)
        spans.append((round(at) * enlarged, round(at + wide) * enlarged))
        at += wide
    mask = np.kron(np.asarray(image, np.float32) / 255, np.ones((enlarged, enlarged), np.float32))
    return mask, tuple(spans)


def frames(overlay: Overlay) -> Iterator[NDArray[np.uint8]]:
    """Luma of each frame, limited range."""
    random = np.random.default_rng(overlay.seed)
    ground = _ground(overlay, random)
    signs: dict[int, bool] = {}
    rows, columns = overlay.extent

    def seen(time: Fraction) -> NDArray[np.float64]:
        picture = ground(float(time))[:rows, :columns] + noise
        text = overlay.text(overlay.at(float(time)))
        mask, spans = drawn(overlay.font, overlay.height, text)
        _burn(picture, mask[: rows - PLACE[0], : columns - PLACE[1]], spans, overlay, signs)
        return picture

    for time in overlay.times:
        noise = overlay.noise * random.standard_normal(overlay.extent, np.float32)
        picture = seen(time)
        if overlay.interlaced:
            picture[1::2] = seen(time + 1 / (2 * overlay.rate))[1::2]
        yield np.clip(np.rint(picture), BLACK, WHITE).astype(np.uint8)


def _burn(
    picture: NDArray[np.float64],
    mask: NDArray[np.float32],
    spans: tuple[tuple[int, int], ...],
    overlay: Overlay,
    signs: dict[int, bool],
) -> None:
    """Draw the text into the picture; an inverting one is black, by character, on bright ground."""
    part = picture[PLACE[0] : PLACE[0] + mask.shape[0], PLACE[1] : PLACE[1] + mask.shape[1]]
    if overlay.style == "outlined":
        edge = max(1, round(overlay.height / 14))
        steps = range(-edge, edge + 1)
        shifted = [np.roll(mask, (y, x), (0, 1)) for y in steps for x in steps]
        part += np.max(shifted, axis=0) * (BLACK - part)
    if overlay.style == "shadowed":
        down = max(1, round(overlay.height / 12))
        part += np.roll(mask, (down, down), (0, 1)) * (BLACK - part)
    if overlay.style == "boxed":  # a translucent box
        part += 0.55 * (BLACK - part)
    codes = np.full(mask.shape[1], float(overlay.code))
    if overlay.style == "inverting":
        for number, (left, right) in enumerate(spans):
            mean = part[: 2 * overlay.height, left : max(right, left + 1)].mean()
            bright = mean > (112 if signs.get(number) else 144)
            signs[number] = bright
            codes[left:right] = BLACK if bright else WHITE
    part += mask * (codes - part)


def _ground(
    overlay: Overlay, random: np.random.Generator
) -> Callable[[float], NDArray[np.float64]]:
    """Return the picture below the text as a function of the time in s."""
    rows, columns = overlay.size
    if overlay.ground == "dark":
        return lambda _: np.full(overlay.size, 45.0)
    if overlay.ground == "bright":
        sky = 205 + 25 * _texture(random, rows, columns)
        return lambda _: sky.copy()
    busy = 105 + 45 * _texture(random, rows, 4 * columns)
    speed = random.uniform(30, 90)
    if overlay.ground == "bright_panning":
        busy = 195 + 0.5 * (busy - 105)
    if "panning" in overlay.ground:
        return lambda time: busy[:, round(speed * time) % (3 * columns) :][:, :columns].copy()
    still = busy[:, :columns]
    if overlay.ground == "still":
        return lambda _: still.copy()
    cars = [
        (random.uniform(-300, 1000), random.uniform(60, 220), random.uniform(40, 220))
        for _ in range(4)
    ]
    return lambda time: _with_cars(still.copy(), cars, time)


def _with_cars(
    picture: NDArray[np.float64], cars: list[tuple[float, float, float]], time: float
) -> NDArray[np.float64]:
    for place, speed, code in cars:
        left = round(place + speed * time) % (picture.shape[1] + 200) - 100
        picture[:, max(0, left) : max(0, left + 70)] = code
    return picture


def _texture(random: np.random.Generator, rows: int, columns: int) -> NDArray[np.float64]:
    """Texture with the spectrum of scenes (1/f) and some hard edges, mean 0, sd about 1."""
    frequency = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None])
    frequency[0, 0] = 1.0
    spectrum = np.fft.rfft2(random.normal(size=(rows, columns))) / frequency
    noise = np.fft.irfft2(spectrum, s=(rows, columns))
    noise /= noise.std()
    for _ in range(columns // 30):
        y, x = random.integers(0, rows), random.integers(0, columns)
        box = slice(y, y + random.integers(4, 50)), slice(x, x + random.integers(4, 60))
        noise[box] += random.normal(0, 0.8)
    return np.asarray(np.clip(noise / noise.std(), -2.2, 2.2))


def write(path: Path, overlay: Overlay) -> None:
    """Film it: H.264, x264's medium preset with B frames, unless the overlay says otherwise."""
    full = overlay.codec == "mjpeg"
    encode.write(
        path, frames(overlay), rate=overlay.rate, codec=overlay.codec,
        options=dict(overlay.options), pixel_format="yuvj420p" if full else "yuv420p",
        full_range=full,
    )  # fmt: skip
