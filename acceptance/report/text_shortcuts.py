"""Shorter ways through text: a line that was broken or shaped once is drawn wherever it stands.

WeasyPrint breaks lines once a style, which it makes for each text of a drawing, and shapes them
again to draw them; a drawing's text letter by letter. tinyhtml5 writes down its expressions under
another name than it looks for, and makes them anew for each piece of a page.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Found = TypeVar("Found")
Style = dict[str, Any]  # with attributes, as WeasyPrint's are
# All that WeasyPrint asks of a style to break, shape and draw a line.
OF_TEXT = (
    *("direction", "font_family", "font_feature_settings", "font_kerning"),
    *("font_language_override", "font_size", "font_stretch", "font_style", "font_weight"),
    *("font_variant_alternates", "font_variant_caps", "font_variant_east_asian"),
    *("font_variant_ligatures", "font_variant_numeric", "font_variant_position"),
    "font_variation_settings",
    *("hyphenate_character", "hyphenate_limit_chars", "hyphenate_limit_zone", "hyphens", "lang"),
    *("letter_spacing", "line_height", "overflow_wrap", "tab_size", "text_decoration_line"),
    *("white_space", "word_break", "word_spacing"),
)  # fmt: skip
NO_VALUE = " at 0x"  # in what an object says of itself that says only where it lies


class ShapedLine(Protocol):
    """A text that Pango lays out; ``__dict__`` holds Pango's objects while it is active."""

    text: str
    justification_spacing: float

    def set_text(self, text: str, *, justify: bool) -> None:
        """Lay out another text."""


class TextToDraw(Protocol):
    """A piece of text on a page."""

    style: Style
    pango_layout: ShapedLine


def once(style: Style, name: str, find: Callable[[Style], Found]) -> Found:
    """Return what follows from a style; it is found when first asked for. A copy starts anew."""
    kept: dict[str, Found] = style.__dict__
    if name not in kept:
        kept[name] = find(style)
    return kept[name]


def install() -> None:
    """Put all of them in place, before the first page is set."""
    text: Any = import_module("weasyprint.text.line_break")
    drawing: Any = import_module("weasyprint.draw.text")
    text.Layout.reactivate = _reactivating(text.Layout.reactivate)
    drawing.draw_first_line = _drawing(drawing.draw_first_line, text.Layout.setup)
    stream: Any = import_module("tinyhtml5.inputstream")
    stream.characters_until_regex = _Expressions()
    _import_at_once()


def _import_at_once() -> None:
    """Let functions import their neighbours without asking where these lie: a third of the cost."""
    for name, module in sys.modules.items():
        if name.startswith("weasyprint.") and not hasattr(module, "__path__"):
            module.__spec__ = None


def kept(style: Style, what: str) -> dict[object, Any]:
    """Return what was found for texts of this style, and of all that set text alike."""
    return once(style, "text", _of_text).setdefault(what, {})


def _of_text(style: Style) -> dict[str, dict[object, Any]]:
    known: dict[str, dict[str, dict[object, Any]]]
    known = style.__dict__["font_config"].__dict__.setdefault("texts", {})
    asked = repr([style[name] for name in OF_TEXT])
    return {} if NO_VALUE in asked else known.setdefault(asked, {})


def _reactivating(
    plain: Callable[[ShapedLine, Style], None],
) -> Callable[[ShapedLine, Style], None]:
    def reactivate(line: ShapedLine, style: Style) -> None:
        shaped = kept(style, "shaped")
        asked = line.text, line.justification_spacing
        if asked not in shaped:
            before = {**line.__dict__}
            plain(line, style)
            after = line.__dict__.items()
            shaped[asked] = {name: one for name, one in after if before.get(name, line) is not one}
        line.__dict__.update(shaped[asked], style=style)

    return reactivate


def _drawing(
    plain: Callable[..., object], set_up: Callable[[ShapedLine, Style], None]
) -> Callable[..., object]:
    """Draw what is cut to its width, and changed by that, from a shape of its own."""

    def draw_first_line(
        stream: object,
        box: TextToDraw,
        overflow: str,
        ellipsis: str,
        matrix: object,
    ) -> object:
        if overflow == "ellipsis" or ellipsis != "none":
            line = box.pango_layout
            set_up(line, box.style)
            line.set_text(line.text, justify=True)
        return plain(stream, box, overflow, ellipsis, matrix)

    return draw_first_line


class _Expressions(dict[Any, re.Pattern[str]]):
    """Expressions for runs of certain characters, or of all others, made once."""

    def __missing__(self, asked: tuple[frozenset[str], bool]) -> re.Pattern[str]:
        characters, these = asked
        listed = "".join(f"\\x{ord(character):02x}" for character in characters)
        found = self[asked] = re.compile(f"[{'' if these else '^'}{listed}]+")
        return found
