"""What a page paints, in order, with all that decides how it looks; words alone do not.

Two renderers save and restore the state of a page at other places, and number fonts and drawings
otherwise. What they paint can still be compared: where, in which colour, through which clips, with
which glyphs of which font. So words that are covered, white, too small, off the page or clipped
away are told from words that are seen, and drawings that are letters from those that follow.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pypdf import PdfReader
    from pypdf.generic import StreamObject

    Held = Mapping[Any, Any]  # a dictionary of a PDF

Matrix = tuple[float, ...]  # six numbers
_Clip = tuple[bytes, tuple[bytes, ...], tuple[float, ...]]  # operator, kinds of its lines, points

AS_IT_IS: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
NEAR = 0.5  # pt by which the same thing may be elsewhere
MOST_OBJECTS = 50_000  # that one font or drawing refers to
DEEPEST = 20  # drawings within drawings
MOST_PAINTS = 500_000  # of a page, and of drawings in it
MOST_CLIPS = 50  # within one another
POINTS = {b"m": 2, b"l": 2, b"c": 6, b"v": 4, b"y": 4, b"re": 4}
PAINTING = {b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"n", b"h"}
SHOWING = {b"Tj", b"TJ", b"'", b'"'}
# What changes how later things are painted, but for what is named in resources.
SETTING = {
    *(b"g", b"G", b"rg", b"RG", b"k", b"K", b"w", b"J", b"j", b"M", b"d", b"ri", b"i"),
    *(b"Tc", b"Tw", b"Tz", b"TL", b"Tr", b"Ts"),
}
NAMING = {  # operator -> the kind of resources that its operand names
    b"gs": "/ExtGState", b"Tf": "/Font", b"cs": "/ColorSpace", b"CS": "/ColorSpace",
    b"scn": "/Pattern", b"SCN": "/Pattern", b"sh": "/Shading",
}  # fmt: skip
OF_TEXT = {b"BT", b"ET", b"Td", b"TD", b"Tm", b"T*"}
UNSEEN = {b"BMC", b"EMC", b"MP", b"DP", b"BX", b"EX"}
DEFAULTS = ("/DefaultGray", "/DefaultRGB", "/DefaultCMYK")
COLOURS = {  # one takes the place of the others
    b"g": b"fill", b"rg": b"fill", b"k": b"fill", b"cs": b"fill space", b"scn": b"fill",
    b"sc": b"fill", b"G": b"line", b"RG": b"line", b"K": b"line", b"CS": b"line space",
    b"SCN": b"line", b"SC": b"line",
}  # fmt: skip
OF_FILLS = {b"fill", b"fill space", b"gs /ca"}
OF_LINES = {b"line", b"line space", b"gs /CA", b"w", b"J", b"j", b"M", b"d", b"gs /SA"}
OF_LETTERS = {b"Tc", b"Tw", b"Tz", b"TL", b"Tr", b"Ts", b"Tf"}
NO_MATTER = {  # settings that do not change how an operator paints
    b"f": OF_LINES | OF_LETTERS, b"S": OF_FILLS | OF_LETTERS, b"B": OF_LETTERS,
    b"Do": {b"fill", b"fill space"} | OF_LINES | OF_LETTERS,
    b"Do of a colour": OF_LINES | OF_LETTERS, b"Tj": OF_LINES,
}  # fmt: skip
# Entries of a drawing that are followed, or say how it is packed; others may hide it.
PLAIN = {"/Type", "/Subtype", "/BBox", "/Matrix", "/Resources", "/Length", "/Filter",
         "/DecodeParms", "/FormType", "/StructParents", "/StructParent"}  # fmt: skip
# What holds before anything is set (ISO 32000-2, tables 51 and 103): to set it changes nothing.
AT_FIRST: dict[bytes, object] = {
    b"w": (1.0,), b"J": (0.0,), b"j": (0.0,), b"M": (10.0,), b"d": ((), 0.0),
    b"Tc": (0.0,), b"Tw": (0.0,), b"Tz": (100.0,), b"Tr": (0.0,), b"Ts": (0.0,),
}  # fmt: skip
KINDS = {
    b"F": b"f", b"f*": b"f", b"sh": b"f", b"s": b"S",
    **dict.fromkeys([*SHOWING, *OF_TEXT], b"Tj"),
}  # fmt: skip


@dataclass(frozen=True)
class Paint:
    """One thing that is painted: what, and where in points of the page."""

    what: tuple[object, ...]
    where: tuple[float, ...]

    def is_near(self, other: Paint) -> bool:
        """Whether two are the same thing in about the same place."""
        return (
            self.what == other.what
            and len(self.where) == len(other.where)
            and all(abs(a - b) <= NEAR for a, b in zip(self.where, other.where, strict=True))
        )


@dataclass(frozen=True)
class _State:
    """What ``q`` saves: transformation, settings by operator, and clips, each of them once."""

    matrix: Matrix = AS_IT_IS
    settings: tuple[tuple[bytes, object], ...] = ()
    clips: tuple[_Clip, ...] = ()

    def having(self, settings: dict[bytes, object]) -> _State:
        changed = {**dict(self.settings), **settings}
        for key in [key for key in changed if changed[key] == AT_FIRST.get(key)]:
            del changed[key]
        return replace(self, settings=tuple(sorted(changed.items(), key=lambda item: item[0])))

    def within(self, clip: _Clip) -> _State:
        if len(self.clips) > MOST_CLIPS:
            raise ValueError(MOST_CLIPS)
        return self if clip in self.clips else replace(self, clips=(*self.clips, clip))


@dataclass
class _Painter:
    """Follows the operators of a page."""

    reader: PdfReader
    digests: dict[int, str]
    state: _State = field(default_factory=_State)
    saved: list[_State] = field(default_factory=list)
    path: list[tuple[bytes, tuple[float, ...]]] = field(default_factory=list)
    clipping: bytes = b""
    depth: int = 0
    found: list[Paint] = field(default_factory=list)

    def follow(self, stream: StreamObject, resources: Held | None) -> None:
        """Follow the operators of one stream with its resources."""
        from pypdf.generic import ContentStream  # noqa: PLC0415 -- late: few need it

        outside, before = self.saved, self.state
        self.saved = []  # what is saved outside a drawing cannot be restored within it
        for key in DEFAULTS:  # of colours, which then look otherwise
            if (held := _resource(resources, "/ColorSpace", key)) is not None:
                self._put((key, digest(held, self.digests)), ())
        for operands, operator in ContentStream(stream, self.reader).operations:
            self._step(operator, operands, resources)
        self.saved, self.state = outside, before

    def _step(self, operator: bytes, operands: list[Any], resources: Held | None) -> None:
        if operator == b"q":
            self.saved.append(self.state)
        elif operator == b"Q":
            self.state = self.saved.pop() if self.saved else self.state
        elif operator == b"cm":
            self.state = replace(self.state, matrix=_times(_numbers(operands), self.state.matrix))
        elif operator in POINTS:
            self.path.append((operator, self._placed(operator, _numbers(operands))))
        elif operator in {b"W", b"W*"}:
            self.clipping = operator
        elif operator in PAINTING:
            self._paint(operator)
        elif operator == b"Do":
            self._draw(_resource(resources, "/XObject", operands[0]))
        else:
            self._state_or_text(operator, operands, resources)

    def _state_or_text(self, operator: bytes, operands: list[Any], resources: Held | None) -> None:
        named = tuple(self._value(operator, each, resources) for each in operands)
        if operator in SETTING or (operator in NAMING and operator != b"sh") or operator in COLOURS:
            self.state = self.state.having(self._settings(operator, named, operands, resources))
        elif operator in UNSEEN or (operator == b"BDC" and operands[0] != "/OC"):
            return
        elif operator == b"Tm":
            matrix = _times(_numbers(operands), self.state.matrix)
            self.found.append(Paint((operator,), matrix))
        else:
            shown = operator in SHOWING or operator not in OF_TEXT
            self._put((operator, named), self.state.matrix if shown else ())

    def _settings(
        self, operator: bytes, named: object, operands: list[Any], resources: Held | None
    ) -> dict[bytes, object]:
        """Return what an operator sets; ``gs`` sets as much as the state that it names holds."""
        if operator != b"gs":
            # readers pass over a colour of too few numbers: which operator says how many are due
            by = COLOURS.get(operator)
            return {by: (operator, named)} if by else {operator: named}
        held = _resource(resources, "/ExtGState", operands[0]) or {}
        return {f"gs {key}".encode(): digest(held[key], self.digests) for key in held}

    def _value(self, operator: bytes, operand: object, resources: Held | None) -> object:
        """Return an operand as it is; of what resources name, a digest."""
        if isinstance(operand, float | int):
            return round(float(operand), 2)
        named = NAMING.get(operator) if str(operand).startswith("/") else None
        held = _resource(resources, named, operand) if named else None
        if held is not None:
            return digest(held, self.digests)
        if isinstance(operand, list):
            return tuple(self._value(b"", each, resources) for each in operand)
        return bytes(operand.original_bytes) if hasattr(operand, "original_bytes") else f"{operand}"

    def _placed(self, operator: bytes, numbers: Sequence[float]) -> tuple[float, ...]:
        if operator == b"re":
            x, y, width, height = numbers
            numbers = (x, y, x + width, y, x + width, y + height, x, y + height)
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return tuple(side for x, y in pairs for side in _moved(x, y, self.state.matrix))

    def _paint(self, operator: bytes) -> None:
        if operator == b"h":
            self.path.append((operator, ()))
            return
        kinds = tuple(kind for kind, _ in self.path)
        where = tuple(side for _, points in self.path for side in points)
        if operator != b"n":
            self._put((operator, kinds), where)
        if self.clipping:
            rounded = tuple(round(side, 2) for side in where)
            self.state = self.state.within((self.clipping, kinds, rounded))
        self.path, self.clipping = [], b""

    def _put(self, what: tuple[object, ...], where: Sequence[float]) -> None:
        clips = self.state.clips
        if len(self.found) > MOST_PAINTS:
            raise ValueError(MOST_PAINTS)
        shapes = tuple((operator, kinds) for operator, kinds, _ in clips)
        points = [side for _, _, sides in clips for side in sides]
        self.found.append(Paint((*what, self._that_matter(what[0]), shapes), (*where, *points)))

    def _that_matter(self, operator: object) -> tuple[object, ...]:
        kind = KINDS.get(operator, operator)  # type: ignore[call-overload] # any object is a key
        settings = dict(self.state.settings)
        outlined = kind == b"Tj" and settings.get(b"Tr", (0.0,)) != (0.0,)
        aside = set() if outlined else NO_MATTER.get(kind, set())
        return tuple((key, value) for key, value in settings.items() if key not in aside)

    def _draw(self, drawing: Held | None) -> None:
        if drawing is None or drawing.get("/Subtype") != "/Form" or self.depth >= DEEPEST:
            held = drawing or {}
            picture = held.get("/Subtype") == "/Image" and "/ImageMask" not in held
            kind = b"Do" if picture else b"Do of a colour"
            self._put((kind, digest(drawing, self.digests)), self.state.matrix)
            return
        before, self.depth = self.state, self.depth + 1
        matrix = _numbers(drawing.get("/Matrix", AS_IT_IS))
        self.state = replace(before, matrix=_times(matrix, before.matrix))
        beside = sorted({*drawing} - PLAIN)
        said = tuple((key, self._said_beside(drawing, key)) for key in beside)
        self._put((b"Form", said), _corners(drawing["/BBox"], self.state.matrix))
        self.follow(cast("StreamObject", drawing), _of(drawing, "/Resources"))
        self.state, self.depth = before, self.depth - 1

    def _said_beside(self, drawing: Held, key: str) -> object:
        """Return a digest; of a group of transparency, what its colour space is called or is."""
        held = drawing[key]
        if key != "/Group" or not isinstance(held, dict):
            return digest(held, self.digests)
        entries, space = {each: held[each] for each in held}, held.get("/CS")
        if isinstance(space, str):
            named = _resource(_of(drawing, "/Resources"), "/ColorSpace", space)
            entries["/CS"] = space if named is None else named
        return tuple((each, digest(entries[each], self.digests)) for each in sorted(entries))


def read(pdf: bytes) -> Iterator[tuple[Paint, ...]]:
    """Yield what each page paints. Raises whatever a PDF from elsewhere can cause."""
    import pypdf  # noqa: PLC0415 -- late: only reports of other renderers need it

    reader, digests = pypdf.PdfReader(io.BytesIO(pdf)), dict[int, str]()
    for page in reader.pages:
        painter = _Painter(reader, digests)
        contents = page.get_contents()
        if contents is not None:
            painter.follow(contents, _of(page, "/Resources"))
        yield tuple(painter.found)


def are_near(found: Sequence[Paint], due: Sequence[Paint]) -> bool:
    """Whether two pages paint the same things in about the same places."""
    return len(found) == len(due) and all(map(Paint.is_near, found, due))


def digest(found: object, known: dict[int, str]) -> str:
    """Hash an object with all that it refers to, each once. Raises ValueError for too much."""
    number = getattr(getattr(found, "indirect_reference", None), "idnum", None)
    if number in known:
        return known[number]
    hashed, waiting, count, met = hashlib.sha256(), [found], 0, dict[int, int]()
    while waiting:
        here, count = waiting.pop(), count + 1
        if count > MOST_OBJECTS:
            raise ValueError(count)
        if (place := getattr(here, "idnum", None)) in met:
            hashed.update(b"<%d>" % met[place])  # as the one that was met then
            continue
        if place is not None:
            met[place] = len(met)
        here = here.get_object() if hasattr(here, "get_object") else here
        if isinstance(here, dict):
            keys = sorted({*here} - {"/Length", "/Filter", "/DecodeParms", "/Parent"})
            hashed.update(f"{keys}".encode())
            waiting += [here.raw_get(key) for key in keys]  # type: ignore[attr-defined]
            content = here.get_data() if hasattr(here, "get_data") else b""
            hashed.update(hashlib.sha256(content).digest())
        elif isinstance(here, list):
            hashed.update(b"[%d]" % len(here))
            waiting += list.__iter__(here)
        else:
            hashed.update(f"{type(here).__name__} {here}".encode())
    if number is not None:
        known[number] = hashed.hexdigest()
    return hashed.hexdigest()


def _resource(resources: Held | None, kind: str, name: object) -> Held | None:
    held = resources[kind] if resources is not None and kind in resources else {}
    return _of(held, name)


def _of(held: Held, key: object) -> Held | None:
    return held[key] if key in held else None  # noqa: SIM401 -- get follows no references


def _numbers(operands: Iterable[Any]) -> tuple[float, ...]:
    return tuple(float(each) for each in operands)


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s,
            e * p + f * r + t, e * q + f * s + u)  # fmt: skip


def _moved(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _corners(box: Iterable[Any], matrix: Matrix) -> tuple[float, ...]:
    left, bottom, right, top = _numbers(box)
    corners = ((left, bottom), (right, bottom), (right, top), (left, top))
    return tuple(side for x, y in corners for side in _moved(x, y, matrix))
