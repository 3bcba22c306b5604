"""Shorter ways through WeasyPrint and pydyf, to the same bytes before they are compressed.

WeasyPrint is plain Python, and asks each box of a page what follows from its style alone. Here that
is found once a style; styles that nothing uses are not made; elements alike share one. pydyf
compresses as hard as zlib can, which takes twice as long for 0.3 % of the bytes. The functions
stand in for WeasyPrint's own in the versions with which they were compared (``KNOWN``): any other
is left as it is.
"""

from __future__ import annotations

import copy
import re
import sys
import zlib
from functools import lru_cache
from importlib import import_module, metadata
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from xml.etree.ElementTree import Element

    from acceptance.report.sign_fields import WrittenPdf

KNOWN = {"weasyprint": "70.0", "pydyf": "0.13.0"}
# rules of WeasyPrint's own style sheet that make a style for each element of a page
NOTES = re.compile(r"^::(?:footnote|note)-.*\n", re.MULTILINE)
MARKERS = re.compile(r"^::marker\b", re.MULTILINE)
# what changes more than the style sheet in which it stands: typefaces, other sheets ...
BEYOND = re.compile(r"@(?!page\b|media\b|(?:top|bottom|left|right)-)")
MOST_SHEETS = 8
SELECTED = re.compile(r"#([\w-]+)")  # names in selectors (and colours)
LENGTHS = (
    *(f"margin_{side}" for side in ("left", "right", "top", "bottom")),
    *(f"padding_{side}" for side in ("left", "right", "top", "bottom")),
    *(f"{least}{size}" for size in ("width", "height") for least in ("", "min_", "max_")),
)  # fmt: skip
BORDERS = tuple(f"border_{side}_width" for side in ("top", "right", "bottom", "left"))
FLOATS = {"left", "right", "inline-start", "inline-end", "footnote"}
OUT_OF_FLOW = {"absolute", "fixed"}
NAMED_ELSEWHERE = {"running()", "note()"}
Found = TypeVar("Found")


class Box(Protocol):
    """A box of WeasyPrint; ``style`` is a dictionary with attributes, made by itself or shared."""

    style: dict[str, Any]
    children: list[Box]

    def is_floated(self) -> bool:
        """Whether it floats."""

    def is_in_normal_flow(self) -> bool:
        """Whether it stands where the text has come to."""

    def page_values(self) -> tuple[str, str]:
        """Names of the kinds of page on which it starts and ends."""


@lru_cache
def known() -> bool:
    """Whether these are the versions with which the shortcuts were compared."""
    return {name: metadata.version(name) for name in KNOWN} == KNOWN


@lru_cache
def html() -> Callable[..., Any]:
    """Return WeasyPrint's ``HTML`` with all shortcuts there are for its version."""
    plain = import_module("weasyprint").HTML
    if not known():
        return plain  # type: ignore[no-any-return]
    _install()
    sheet = _own_sheet()

    class Shared(plain):  # type: ignore[misc, valid-type] # untyped base class
        def __init__(self, **given: object) -> None:
            super().__init__(**given)
            _share_styles(self.etree_element)

        def _ua_stylesheets(self, forms: bool = False) -> list[object]:  # noqa: FBT001, FBT002 -- as there
            return super()._ua_stylesheets(forms) if forms else [sheet]

    return Shared


def _own_sheet() -> object:
    """Return WeasyPrint's own style sheet without rules for notes, which no page here has."""
    library = import_module("weasyprint")
    file = Path(library.__file__ or "").parent / "css" / "html5_ua.css"
    return library.CSS(string=MARKERS.sub("li::marker", NOTES.sub("", file.read_text("utf-8"))))


def _share_styles(root: Element) -> None:
    """Give names of rows to their first cells: styles below a named element are not shared.

    A jump to the name leads to the same place. One that a style sheet selects stays.
    """
    styles = "".join(style.text or "" for style in root.iter("style"))
    selected = {*SELECTED.findall(styles)}
    for row in root.iter("tr") if "[id" not in styles else ():
        name = row.get("id")
        if name and name not in selected and len(row) and not row[0].get("id"):
            row[0].set("id", row.attrib.pop("id"))


def _install() -> None:
    percent = import_module("weasyprint.layout.percent")
    boxes = import_module("weasyprint.formatting_structure.boxes")
    text = import_module("weasyprint.text.line_break")
    _replace(import_module("weasyprint").CSS, _reading)
    _replace(percent.resolve_percentages, _resolving)
    _replace(import_module("weasyprint.css.functions").check_math, _looking_for_formulas)
    _replace(text.split_first_line, _splitting)
    _replace(text._font_style_cache_key, _naming)  # noqa: SLF001 -- what its cache goes by
    _replace(import_module("weasyprint.text.fonts").get_font_description, _describing)
    boxes.Box.is_in_normal_flow = _is_in_normal_flow
    boxes.ParentBox.page_values = _page_values
    fonts: Any = import_module("weasyprint.pdf.fonts")
    fonts.get_hb_object_data = _reading_later(fonts.get_hb_object_data)
    fonts.Font.file_content = property(_file_content, _keep_file_content)
    pydyf: Any = import_module("pydyf")
    pydyf.PDF.page_references = property(_page_references)
    pydyf.zlib = SimpleNamespace(
        compress=zlib.compress,
        compressobj=lambda level: zlib.compressobj(),  # noqa: ARG005 -- its own
    )
    pydyf._to_bytes = _writing(pydyf._to_bytes)  # noqa: SLF001 -- called for each word of a PDF


def _replace(plain: Callable[..., Any], shorter: Callable[..., Callable[..., Any]]) -> None:
    """Put a function in place of another in each module that has taken it."""
    name, made = plain.__name__, shorter(plain)
    taken = [each for module, each in sys.modules.items() if module.startswith("weasyprint")]
    for module in taken:
        if vars(module).get(name) is plain:
            setattr(module, name, made)


def _once(style: dict[str, Any], name: str, find: Callable[[dict[str, Any]], Found]) -> Found:
    """Return what follows from a style; it is found when first asked for. A copy starts anew."""
    kept: dict[str, Found] = style.__dict__
    if name not in kept:
        kept[name] = find(style)
    return kept[name]


def _reading(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Parse a style sheet once: the volumes of a report, and later reports, have the same."""
    kept: dict[tuple[object, ...], Any] = {}

    def css(*given: object, **named: object) -> object:
        text, rules = named.get("string"), named.get("page_rules")
        if not isinstance(text, str) or not isinstance(rules, list) or BEYOND.search(text):
            return plain(*given, **named)
        asked = text, named.get("base_url"), named.get("media_type")
        if asked not in kept:
            for oldest in [*kept][: 1 - MOST_SHEETS]:
                kept.pop(oldest, None)
            kept[asked] = plain(*given, **named | {"page_rules": [], "layers": []})
        sheet = copy.copy(kept[asked])
        rules += sheet.page_rules  # those of all sheets of a page are one list
        sheet.page_rules, sheet.layers = rules, named["layers"]
        return sheet

    return css


def _resolving(plain: Callable[..., None]) -> Callable[..., None]:
    shrink = plain.__globals__["adjust_box_sizing"]

    def resolve_percentages(box: Box, containing_block: object) -> None:
        style = box.style
        lengths = _once(style, "lengths", _lengths)
        if lengths is None:
            plain(box, containing_block)
            return
        used = box.__dict__
        collapsed = style["border_collapse"] == "collapse"
        used.update(lengths)
        for name in BORDERS:
            if not (collapsed and hasattr(box, name)):
                used[name] = style[name]
        if style["box_sizing"] != "content-box":
            shrink(box, "width")
            shrink(box, "height")

    return resolve_percentages


def _lengths(style: dict[str, Any]) -> dict[str, Any] | None:
    """Lengths of a style that has none to be reckoned from the box around it; None for others."""
    used: dict[str, Any] = {}
    for name in LENGTHS:
        value = style[name]
        if value == "auto":
            used[name] = 0 if name.startswith("min_") else value
        elif getattr(value, "unit", None) in {None, "%"}:
            return None
        else:
            used[name] = value.value
    return used


def _looking_for_formulas(plain: Callable[..., bool | None]) -> Callable[..., bool | None]:
    def check_math(token: object) -> bool | None:
        if type(token) is tuple or getattr(token, "type", None) == "function":
            return plain(token)
        return None

    return check_math


def _no_lines(style: dict[str, Any]) -> dict[object, tuple[object, ...]]:
    del style
    return {}


def _splitting(plain: Callable[..., Any]) -> Callable[..., Any]:
    def split_first_line(
        text: str,
        style: dict[str, Any],
        context: object,
        max_width: float | None,
        justification_spacing: float,
        is_line_start: bool = True,  # noqa: FBT001, FBT002 -- as there
        minimum: bool = False,  # noqa: FBT001, FBT002 -- as there
    ) -> tuple[object, ...]:
        asked = (text, max_width, justification_spacing, is_line_start, minimum)
        lines = _once(style, "lines", _no_lines)
        if asked not in lines:
            lines[asked] = plain(text, style, context, *asked[1:])
        layout, *rest = lines[asked]
        own = object.__new__(type(layout))  # whoever draws it changes it
        own.__dict__.update(layout.__dict__)
        return own, *rest

    return split_first_line


def _naming(plain: Callable[..., str]) -> Callable[..., str]:
    def cache_key(style: dict[str, Any], include_size: bool = False) -> str:  # noqa: FBT001, FBT002
        name = "name_with_size" if include_size else "name"
        return _once(style, name, lambda style: plain(style, include_size))

    return cache_key


def _describing(plain: Callable[..., object]) -> Callable[..., object]:
    return lambda style: _once(style, "description", plain)


class _Later:
    """The file of a typeface, read when asked for: of one of 20 MB the subset is taken only."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self.read = lru_cache(read)

    def __bool__(self) -> bool:
        return bool(self.read())


def _reading_later(plain: Callable[[object], bytes]) -> Callable[[object], _Later]:
    return lambda face: _Later(lambda: plain(face))


def _file_content(font: object) -> bytes:
    content: bytes | _Later = vars(font)["content"]
    return content.read() if isinstance(content, _Later) else content


def _keep_file_content(font: object, content: bytes | _Later) -> None:
    vars(font)["content"] = content


def _is_in_normal_flow(box: Box) -> bool:
    place = box.style["position"]
    if place in OUT_OF_FLOW or place[0] in NAMED_ELSEWHERE:
        return False
    return box.style["float"] not in FLOATS


def _page_values(box: Box) -> tuple[str, str]:
    start = end = box.style["page"]
    first, last = _first_on_page(box.children), _first_on_page(reversed(box.children))
    if first and last:
        before = first.page_values()
        after = before if first is last else last.page_values()
        return before[0] or start, after[1] or end
    return start, end


def _first_on_page(children: Iterable[Box]) -> Box | None:
    there = (each for each in children if each.is_in_normal_flow() or each.is_floated())
    return next(there, None)


def _page_references(pdf: WrittenPdf) -> tuple[bytes, ...]:
    pages = pdf.pages["Kids"][::3]
    found = pdf.__dict__.get("references", ())
    if len(found) != len(pages):
        found = pdf.__dict__["references"] = tuple(b"%d 0 R" % number for number in pages)
    return found  # type: ignore[no-any-return]


def _writing(plain: Callable[[object], bytes]) -> Callable[[object], bytes]:
    def to_bytes(item: object) -> bytes:
        if type(item) is bytes:
            return item
        if type(item) is str:
            return item.encode("ascii")
        if type(item) is int:
            return b"%d" % item
        return plain(item)

    return to_bytes


def compress(pdf: WrittenPdf) -> None:
    """Compress what is to be compressed once: pydyf does it for the identifier, and to write."""
    for stream in pdf.objects if known() else ():
        if getattr(stream, "compress", False):
            plain = stream.data.partition(b"\nstream\n")[2].removesuffix(b"\nendstream")
            stream.stream, stream.compress = [plain], False
            stream.extra["Filter"] = "/FlateDecode"
