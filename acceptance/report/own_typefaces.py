"""Whether our typefaces alone draw the letters that they hold.

Rules of fontconfig, a desk's or a user's, can put another typeface before ours for some letters,
sizes or weights, or one of the same name. Pages then look otherwise than on other desks, or say
something else than their words. What ours do not hold, or only one of them, any other may draw.
"""

from __future__ import annotations

import html
import importlib
import io
import sys
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from acceptance import wording
from acceptance.errors import OTHER_FONT, SetupError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

SANS, SERIF = "Noto Sans CJK SC", "Noto Serif CJK SC"
WEIGHTS = 400, 700  # of our pages; a file of any other is none of ours, whatever its name
# Sections of the phrase files whose letters are looked at before anything is measured.
SAID = (
    "verdict", "verdict_item", "verdict_overall", "bottom_line", "provisional", "outcome", "grade",
)  # fmt: skip
HEAD = 1 << 16  # bytes in which the file of a typeface lists its tables, each with a sum of it


class DrawnTypeface(Protocol):
    """A typeface of a document of WeasyPrint that was written."""

    family: str
    weight: int
    index: int  # of it in its file
    hb_face: object
    to_unicode: Mapping[int, str]  # what it drew, by glyph


def heads(fonts: Iterable[DrawnTypeface]) -> dict[tuple[str, int], bytes]:
    """Return by family and weight by what the files of our typefaces are told from others.

    ``fonts``: those of a document of WeasyPrint.
    """
    own = (font for font in fonts if font.family in {SANS, SERIF})
    return {(font.family, font.weight): _head(font) for font in own}


@lru_cache
def probed() -> str:
    """Return the letters by which others are told before a page is set.

    All of ASCII, and what verdicts are said with in Chinese. Other signs of the phrases are left
    to the pages: ours lack a few of them, and it takes long to look which.
    """
    words = str([wording.phrases("zh")[section] for section in SAID])
    chinese = sorted({letter for letter in words if "\u4e00" <= letter <= "\u9fff"})
    return "".join([*map(chr, range(0x21, 0x7F)), *chinese])


def sample(letters: str) -> str:
    """Write a page of letters in each of our typefaces."""
    return "".join(
        f"<p style=\"font-family:'{family}';font-weight:{weight}\">{html.escape(letters)}</p>"
        for family in (SANS, SERIF)
        for weight in WEIGHTS
    )


def strangers(
    fonts: Iterable[DrawnTypeface],
    known: Mapping[tuple[str, int], bytes],
    held: Callable[[], Collection[int] | None],
) -> list[str]:
    """Name the typefaces of a document that draw letters of ours and are none of them.

    ``known`` is what ``heads`` gave of ours, ``held`` what ``letters_held`` gives of them.
    """
    others = [font for font in fonts if not _is_known(font, known)]
    letters = held() if others else None
    return sorted({font.family for font in others if _takes(font, letters)})


def letters_held(
    fonts: Iterable[DrawnTypeface], known: Mapping[tuple[str, int], bytes]
) -> frozenset[int] | None:
    """Return the code points that each of our typefaces of a document holds; None: it has none.

    Sans and Serif differ in a few: where one lacks a letter, any other may draw it.
    """
    held = [_letters(font) for font in fonts if _is_known(font, known)]
    return frozenset.intersection(*held) if held else None


def _is_known(font: DrawnTypeface, known: Mapping[tuple[str, int], bytes]) -> bool:
    return _head(font) == known.get((font.family, font.weight))


def require_none(strangers: Sequence[str]) -> None:
    """Raise SetupError where others draw letters of our typefaces."""
    if strangers:
        what = tr("other typefaces draw letters of the report: {names}", names=", ".join(strangers))
        raise SetupError(what, hint=remedy(), code=OTHER_FONT)


def remedy() -> str:
    """Say what to do about a rule; the system's own rules have a known place on Linux alone."""
    if sys.platform == "linux":
        return tr(
            "A rule of fontconfig puts them before {sans} and {serif}: remove it, or set "
            "FONTCONFIG_FILE=/etc/fonts/fonts.conf",
            sans=SANS, serif=SERIF,
        )  # fmt: skip
    return tr(
        "A rule of fontconfig puts them before {sans} and {serif}: remove it",
        sans=SANS, serif=SERIF,
    )  # fmt: skip


def _takes(font: DrawnTypeface, held: Collection[int] | None) -> bool:
    """Whether a typeface draws a letter that ours hold; None: that is not known."""
    drawn = {ord(letter) for text in font.to_unicode.values() for letter in text if _shows(letter)}
    return bool(drawn) if held is None else not drawn.isdisjoint(held)


def _shows(text: str) -> bool:
    """Whether a letter says something, and Pango draws it in the first typeface that holds it.

    Blanks and controls are of the typeface beside them, and signs may be of one for emoji.
    """
    return unicodedata.category(text)[0] not in "ZC" and unicodedata.category(text) != "So"


def _letters(font: DrawnTypeface) -> frozenset[int]:
    """Return the code points of a typeface."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 -- rarely needed

    file = TTFont(io.BytesIO(_content(font)), fontNumber=font.index, lazy=True)
    return frozenset(file.getBestCmap())


def _head(font: DrawnTypeface) -> bytes:
    return _content(font, HEAD)


def _content(font: DrawnTypeface, most: int = -1) -> bytes:
    """Return the length of a typeface's file and its first bytes; without ``most`` all bytes."""
    native = importlib.import_module("weasyprint.text.ffi")
    blob = native.harfbuzz.hb_face_reference_blob(font.hb_face)
    try:
        length = native.ffi.new("unsigned int *")
        data = native.harfbuzz.hb_blob_get_data(blob, length)
        size = length[0]
        content = bytes(native.ffi.buffer(data, size if most < 0 else min(most, size)))
        return content if most < 0 else size.to_bytes(8, "big") + content
    finally:
        native.harfbuzz.hb_blob_destroy(blob)
