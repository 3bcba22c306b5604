"""Styles that an institute writes for a whole page of its own.

They reach what stands on that page and nothing beside it: every selector is bound to the page, and
a closed list of properties and values keeps out whatever acts elsewhere (page rules, running heads,
counters, bookmarks, other typefaces, files). They are checked by a grammar of our own that any
reader of CSS reads alike: what does not match is refused (decision 137).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.messages import tr
from acceptance.report.own_typefaces import SANS, SERIF

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "my-"  # of the names of an institute's classes: none of ours begins so
CLASS = re.compile(rf"{PREFIX}[a-z0-9-]+")
COMMENT = re.compile(r"/\*[^<]*?\*/", re.DOTALL)
_NAMED = rf"\.{CLASS.pattern}"
_TAG = "p|div|span|b|i|br|h3|h4|ul|ol|li|small|sub|sup|table|thead|tbody|tr|th|td|img"
_CHOSEN = r"(?::(?:first|last)-child|:nth-child\((?:odd|even|\d{1,3})\))?"
_ELEMENT = rf"(?:(?:{_TAG})(?:{_NAMED})*|(?:{_NAMED})+){_CHOSEN}"
SELECTOR = re.compile(rf"{_ELEMENT}(?:(?:\s*[>+~]\s*|\s+){_ELEMENT}){{0,5}}")
RULE = re.compile(r"\s*(?P<selectors>[^{}@;]*)\{(?P<body>[^{}@]*)\}\s*")
DECLARATION = re.compile(r"\s*(?P<name>[a-z-]+)\s*:\s*(?P<value>[^:;!\\]+?)\s*")
_TYPEFACE = rf"(?P<quote>['\"])(?:{SANS}|{SERIF})(?P=quote)"
_NUMBER = r"-?(?:\d{1,3}(?:\.\d{1,3})?|\.\d{1,3})(?:mm|cm|pt|px|em|rem|%)?"
_COLOUR = r"#(?:[0-9a-f]{6}|[0-9a-f]{3})|rgba?\((?:\s*[\d.]{1,5}%?\s*[,/]?){3,4}\)"
VALUE = re.compile(
    rf"{_TYPEFACE}|{_NUMBER}|{_COLOUR}|(?P<word>[a-z][a-z-]*)", re.IGNORECASE | re.ASCII
)
BETWEEN = re.compile(r"\s*[,/]\s*|\s+|$")
SIDES = ("top", "right", "bottom", "left")
PROPERTIES = {
    *("color", "background", "background-color", "width", "height", "min-width", "max-width"),
    *("min-height", "max-height", "box-sizing", "vertical-align", "font-family", "font-size"),
    *("font-weight", "font-style", "line-height", "letter-spacing", "word-spacing", "text-align"),
    *("text-align-last", "text-indent", "text-decoration", "white-space", "overflow-wrap"),
    *("word-break", "list-style-type", "border-collapse", "border-spacing", "border-radius"),
    *("table-layout", "clear", "margin", "padding", "border"),
    *("border-color", "border-style", "border-width", "overflow", "visibility", "opacity"),
    *("z-index", "position", "display", "float", *SIDES),
    *(f"{name}-{side}" for name in ("margin", "padding", "border") for side in SIDES),
    *(f"border-{side}-{part}" for side in SIDES for part in ("color", "style", "width")),
}  # fmt: skip
WORDS_OF = {  # where a word may do more than arrange the page, or take the renderer too long (flex)
    "position": {"static", "relative", "absolute"},
    "float": {"left", "right", "none"},
    "display": {"block", "inline", "inline-block", "none", "table", "table-row", "table-cell",
                "list-item"},
    "background": set[str](),
    "font-family": set[str](),
}  # fmt: skip
# Pages are set in two weights of our typefaces: some desks have more of them, others would draw
# something else. Each other one is what CSS takes in its place where there are but these two.
WEIGHTS = {
    **dict.fromkeys(("lighter", "100", "200", "300", "500"), "normal"),
    **dict.fromkeys(("bolder", "600", "800", "900"), "bold"),
}
MOST_RULES = 200


def scoped(css: str, within: str, where: str) -> str:
    """Return styles that reach only what stands below the selector ``within``.

    Raises PlanError, naming ``where`` they stand, for whatever is not on the lists above.
    """
    text, place, rules = COMMENT.sub(" ", css), 0, list[str]()
    while text[place:].strip():
        rule = RULE.match(text, place)
        if not rule:
            what = tr("{text!r} is no plain rule of CSS", text=text[place:].strip()[:60])
            raise wrong_page(what, where)
        place = rule.end()
        bound = ", ".join(f"{within} {each}" for each in _selectors(rule["selectors"], where))
        declared = "; ".join(_declarations(rule["body"], where))
        rules.append(f"{bound} {{ {declared} }}")
    if len(rules) > MOST_RULES:
        raise wrong_page(tr("has more than {most} rules of CSS", most=MOST_RULES), where)
    return "\n".join(rules)


def _selectors(text: str, where: str) -> Iterator[str]:
    for each in text.split(","):
        if not SELECTOR.fullmatch(each.strip()):
            what = tr("{text!r} chooses nothing that an institute may style: tags and classes that "
                      "begin with {prefix}", text=each.strip()[:60], prefix=PREFIX)  # fmt: skip
            raise wrong_page(what, where)
        yield " ".join(each.split())


def _declarations(body: str, where: str) -> Iterator[str]:
    for each in filter(str.strip, body.split(";")):
        found = DECLARATION.fullmatch(each)
        if not found or not _plain(found["name"], found["value"]):
            raise wrong_page(tr("{text!r} may not stand in styles", text=each.strip()[:60]), where)
        yield f"{found['name']}: {_set(found['name'], found['value'])}"


def _set(name: str, value: str) -> str:
    """Return the value that a property is given on the page."""
    return WEIGHTS.get(value.lower(), value) if name == "font-weight" else value


def _plain(name: str, value: str) -> bool:
    if name not in PROPERTIES:
        return False
    place, words = 0, set[str]()
    while place < len(value):
        found = VALUE.match(value, place)
        between = found and BETWEEN.match(value, found.end())
        if not found or not between:
            return False
        words |= {found["word"].lower()} if found["word"] else set()
        place = between.end()
    return words <= WORDS_OF.get(name, words) | {"none", "transparent"}


def wrong_page(what: str, where: str) -> PlanError:
    """Return the error of a page that an institute arranged."""
    return PlanError(what, where=where, hint=tr("docs/institute.md says what a page may have"))
