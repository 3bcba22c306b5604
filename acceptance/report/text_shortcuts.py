"""Shorter ways through text: what was shaped once is drawn again, and drawings share their styles.

WeasyPrint shapes a line to find its width and again to draw it, wherever it stands; a text of an
SVG drawing letter by letter, in a style of its own. tinyhtml5 writes down its expressions under
another name than it looks for, and makes them anew for each piece of a page.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Style = dict[str, Any]  # with attributes, as WeasyPrint's are
OF_A_DRAWING = ("font_style", "font_weight", "font_size", "direction")


class Line(Protocol):
    """A text that Pango lays out; ``__dict__`` holds Pango's objects while it is active."""

    text: str
    justification_spacing: float


def install() -> None:
    """Put all of them in place, before the first page is set."""
    text: Any = import_module("weasyprint.text.line_break")
    drawing: Any = import_module("weasyprint.draw.text")
    text.Layout.reactivate = _reactivating(text.Layout.reactivate)
    drawn = _drawing(drawing.draw_first_line, text.Layout)
    for module in (drawing, import_module("weasyprint.draw")):
        if hasattr(module, "draw_first_line"):
            module.draw_first_line = drawn  # the SVG renderer asks the module each time
    stream: Any = import_module("tinyhtml5.inputstream")
    stream.characters_until_regex = _Expressions()
    _imported_at_once()


def _imported_at_once() -> None:
    """Let functions import their neighbours without asking where these lie: a third of the cost."""
    for name, module in sys.modules.items():
        if name.startswith("weasyprint.") and not hasattr(module, "__path__"):
            module.__spec__ = None


def share(style: Style) -> None:
    """Let a style of a drawing keep what it finds with all that are alike.

    Those have no parents and are made for each text; what a page's own styles find is theirs.
    """
    if "parent_style" in style.__dict__ or "shared" in style.__dict__:
        return
    own = style.__dict__
    known = own["font_config"].__dict__.setdefault("drawn", {})
    asked = (*style["font_family"], *(style[name] for name in OF_A_DRAWING))
    style.__dict__ = known.setdefault(asked, own | {"shared": True})


def _reactivating(plain: Callable[[Line, Style], None]) -> Callable[[Line, Style], None]:
    def reactivate(line: Line, style: Style) -> None:
        kept = style.__dict__.setdefault("shaped", {})
        asked = line.text, line.justification_spacing
        if asked not in kept:
            before = {**line.__dict__}
            plain(line, style)
            kept[asked] = {
                name: value
                for name, value in line.__dict__.items()
                if name != "style" and (name not in before or before[name] is not value)
            }
        line.__dict__.update(kept[asked], style=style)

    return reactivate


def _drawing(plain: Callable[..., Any], layout: Any) -> Callable[..., Any]:  # noqa: ANN401 -- untyped
    """Draw what is cut to its width, and so is changed, from a shape of its own."""

    def draw_first_line(
        stream: object, box: Any, overflow: str, ellipsis: str, matrix: object  # noqa: ANN401
    ) -> Any:  # noqa: ANN401 -- as there
        if overflow == "ellipsis" or ellipsis != "none":
            layout.setup(box.pango_layout, box.style)
            box.pango_layout.set_text(box.pango_layout.text, justify=True)
        return plain(stream, box, overflow, ellipsis, matrix)

    return draw_first_line


class _Expressions(dict[Any, re.Pattern[str]]):
    """Expressions for runs of certain characters, or of all others, made once."""

    def __missing__(self, asked: tuple[Iterable[str], bool]) -> re.Pattern[str]:
        characters, these = asked
        listed = "".join(f"\\x{ord(character):02x}" for character in characters)
        found = self[asked] = re.compile(f"[{'' if these else '^'}{listed}]+")
        return found
