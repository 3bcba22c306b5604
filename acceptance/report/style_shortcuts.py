"""What follows from a style of WeasyPrint alone, found once a style and not once a box."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Style = dict[str, Any]  # with attributes, as WeasyPrint's are
Found = TypeVar("Found")
CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")
SQUARE = (0, 0)
# what is more than the parent's value or the initial one
REACHING = {"page", "position", "float", "display"}
DECORATION, OWN = "text_decoration_", "__"


class Box(Protocol):
    """A box of WeasyPrint."""

    style: Style
    background: object

    def all_children(self) -> Iterable[Box]:
        """Return what is in it, wherever it stands."""


def once(style: Style, name: str, find: Callable[[Style], Found]) -> Found:
    """Return what follows from a style; it is found when first asked for. A copy starts anew."""
    kept: dict[str, Found] = style.__dict__
    if name not in kept:
        kept[name] = find(style)
    return kept[name]


def install() -> None:
    """Let styles find their values by shorter ways."""
    css: Any = import_module("weasyprint.css")
    css.ComputedStyle.__missing__ = _finding(css, css.ComputedStyle.__missing__)


def _finding(css: Any, plain: Callable[[Any, str], object]) -> Callable[[Any, str], object]:  # noqa: ANN401
    """Take the parent's value, or the initial one, where no rule speaks of it."""
    apart = css.INITIAL_NOT_COMPUTED | css.PHYSICAL_FUNCTIONS.keys() | REACHING
    initial = {
        name: value
        for name, value in css.INITIAL_VALUES.items()
        if name not in apart | css.INHERITED and not name.startswith(DECORATION)
    }
    inherited = {name for name in css.INHERITED - apart if not name.startswith((DECORATION, OWN))}

    def missing(style: Any, name: str) -> object:  # noqa: ANN401 -- untyped
        if name not in style.cascaded:
            if name in initial:
                value = style[name] = initial[name]
                return value
            if name in inherited and style.parent_style is not None:
                value = style.parent_style[name]
                if not css.check_math(value):
                    style[name] = value
                    return value
        return plain(style, name)

    return missing


def radii(plain: Callable[[Box], None]) -> Callable[[Box], None]:
    """Give corners that are square."""

    def resolve_radii_percentages(box: Box) -> None:
        if once(box.style, "square", _are_square):
            box.__dict__.update(_SQUARE_CORNERS)
        else:
            plain(box)

    return resolve_radii_percentages


_SQUARE_CORNERS = {f"border_{corner}_radius": SQUARE for corner in CORNERS}


def _are_square(style: Style) -> bool:
    return all((0, "px") in style[name] for name in _SQUARE_CORNERS)


def backgrounds(plain: Callable[..., None]) -> Callable[..., None]:
    """Pass by the grounds of boxes that have none."""
    resolve = plain.__globals__

    def layout_box_backgrounds(
        page: object,
        box: Box,
        image: object,
        layout_children: bool = True,  # noqa: FBT001, FBT002 -- as there
        style: Style | None = None,
    ) -> None:
        if box is page or not once(box.style if style is None else style, "bare", _is_bare):
            plain(page, box, image, layout_children, style)
            return
        resolve["resolve_radii_percentages"](box)
        for child in box.all_children() if layout_children else ():
            layout_box_backgrounds(page, child, image)
        box.background = None

    return layout_box_backgrounds


def _is_bare(style: Style) -> bool:
    """Whether a box of this style has neither ground, pictures nor shadow."""
    ground, kinds = style["background_color"], style["background_image"]
    ground = style["color"] if ground == "currentcolor" else ground
    framed = {style[name][0] for name in ("border_image_source", "mask_border_source")}
    images = any(kind != "none" or value for kind, value in kinds)
    seen = ground.alpha != 0 or images or style["box_shadow"]
    return not seen and framed == {"none"} and style["visibility"] != "hidden"


def colours(plain: Callable[[Style, str], object]) -> Callable[[Style, str], object]:
    """Tell a colour from the word for the text's own, which compares slowly."""
    del plain

    def get_color(style: Style, name: str) -> object:
        value = style[name]
        return style["color"] if type(value) is str and value == "currentcolor" else value

    return get_color


def struts(plain: Callable[[Style], object]) -> Callable[[Style], object]:
    """Find the height of a line once a style."""
    return lambda style: once(style, "strut", plain)
