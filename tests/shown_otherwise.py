"""Forgeries with a key: another document behind the pages, words of a signature, other drawings."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from forgeries import Forgery, draw, elsewhere, signed, updated, within
from more_tamperings import anew, change
from pyhanko.pdf_utils import generic
from pyhanko.sign.signers import cms_embedder, pdf_byterange
from second_signers import SecondSigner

from acceptance.signing import appearances, pades
from acceptance.signing.certificates import load_signer
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    from acceptance.signing.chains import DemoChain

    Change = Callable[[IncrementalPdfFileWriter], object]
    Sign = Callable[[bytes, DemoChain], bytes]

name = generic.NameObject
SHEET = generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842)))
PASS = generic.pdf_string("全部合格")
WHITE = b"1 g 0 0 595 842 re f"


def another_catalog(writer: IncrementalPdfFileWriter, **entries: object) -> None:
    """Let the trailer name a catalog of one's own, which shows the second page alone."""
    root = writer.root
    mine = generic.DictionaryObject({key: root.raw_get(key) for key in root})
    tree = generic.DictionaryObject({key: root["/Pages"].raw_get(key) for key in root["/Pages"]})
    tree[name("/Kids")] = generic.ArrayObject([root["/Pages"]["/Kids"].raw_get(1)])
    tree[name("/Count")] = generic.NumberObject(1)
    mine[name("/Pages")] = writer.add_object(tree)
    for key, value in entries.items():
        mine[name(f"/{key}")] = value
    writer._root = writer.add_object(mine)


def another_information(writer: IncrementalPdfFileWriter) -> None:
    """Let the trailer name other words about the file."""
    title = {name("/Title"): generic.pdf_string("全部合格")}
    writer.set_info(writer.add_object(generic.DictionaryObject(title)))


def entered(key: str, **entries: object) -> Change:
    """Return what puts a dictionary into the catalog."""
    held = generic.DictionaryObject({name(f"/{each}"): value for each, value in entries.items()})
    return partial(change, **{key: held})


SAYING_MORE = generic.DictionaryObject({
    name("/Type"): name("/DeveloperExtensions"), name("/BaseVersion"): name("/1.7"),
    name("/ExtensionLevel"): generic.NumberObject(1), name("/Msg"): PASS,
})  # fmt: skip


def stating(**fields: str) -> Callable[[bytes, DemoChain], bytes]:
    """Return what signs, and states more or otherwise than this tool does."""

    def sign(pdf: bytes, chain: DemoChain) -> bytes:
        own = pades._metadata

        def stated(*given: Any) -> Any:
            made = own(*given)
            made.__dict__.update(fields)
            return made

        with patch.object(pades, "_metadata", stated):
            return signed(pdf, chain)

    return sign


def stamp_covered(pdf: bytes, chain: DemoChain) -> bytes:
    """Sign with a stamp over whose words something is drawn."""
    own = appearances.drawn

    def drawn(*given: Any) -> bytes:
        return updated(own(*given), partial(draw, content=b"1 0 0 rg 0 0 50 20 re f"))

    with patch.object(appearances, "drawn", drawn):
        return signed(pdf, chain)


def first_page(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    """Return the first page."""
    page: generic.DictionaryObject = writer.root["/Pages"]["/Kids"][0]
    return page


def begun(content: bytes) -> Change:
    """Return what lets the first page begin with other operators."""

    def act(writer: IncrementalPdfFileWriter) -> None:
        page = first_page(writer)
        before = writer.add_object(generic.StreamObject(stream_data=content))
        page[name("/Contents")] = generic.ArrayObject([before, page.raw_get("/Contents")])
        writer.update_container(page)

    return act


def using(kind: str, held: object, content: bytes, place: Callable[[bytes], Change]) -> Change:
    """Return what gives the first page a resource called ``/ZZ``, and operators that use it."""

    def act(writer: IncrementalPdfFileWriter) -> None:
        resources = first_page(writer)["/Resources"]
        stream = isinstance(held, generic.StreamObject)
        resources[kind][name("/ZZ")] = writer.add_object(held) if stream else held
        for each in (resources[kind], resources):
            with contextlib.suppress(ValueError):  # not an object of its own
                writer.update_container(each)
        place(content)(writer)

    return act


def over(content: bytes) -> Change:
    """Return what draws over the first page."""
    return partial(draw, content=content)


def painted(**entries: object) -> generic.StreamObject:
    """Return a drawing that is a white sheet."""
    made = generic.StreamObject(stream_data=WHITE)
    for key, value in {"BBox": SHEET, **entries}.items():
        made[name(f"/{key}")] = value
    return made


FORM = painted(Type=name("/XObject"), Subtype=name("/Form"))
TILES = painted(
    Type=name("/Pattern"), Resources=generic.DictionaryObject(),
    **{key: generic.NumberObject(value) for key, value in (
        ("PatternType", 1), ("PaintType", 1), ("TilingType", 1), ("XStep", 600), ("YStep", 850))},
)  # fmt: skip


def fonts_of(writer: IncrementalPdfFileWriter) -> list[generic.DictionaryObject]:
    """Return what the first two fonts of the first page are made from."""
    fonts = first_page(writer)["/Resources"]["/Font"]
    return [fonts[key]["/DescendantFonts"][0] for key in [*fonts][:2]]


def letters_exchanged(writer: IncrementalPdfFileWriter) -> None:
    """Let two fonts draw each other's letters, and be read as before."""
    about = [font["/FontDescriptor"] for font in fonts_of(writer)]
    files = [each.raw_get("/FontFile3") for each in about]
    for each, file in zip(about, reversed(files), strict=True):
        each[name("/FontFile3")] = file
        writer.update_container(each)


def letters_on_one_place(writer: IncrementalPdfFileWriter) -> None:
    """Let all letters of a font lie on one another."""
    font = fonts_of(writer)[0]
    font[name("/W")], font[name("/DW")] = generic.ArrayObject(), generic.NumberObject(0)
    writer.update_container(font)


SCRIPT = generic.DictionaryObject(
    {name("/S"): name("/JavaScript"), name("/JS"): generic.pdf_string("app.alert(1)")}
)
ANOTHER = "another document was put behind"
OTHERWISE = "draws the same words otherwise"
SHOWN_OTHERWISE = [
    *(
        Forgery(f"{what} in the signature's update", says, sign=within(act))
        for what, says, act in (
            ("another catalog", ANOTHER, another_catalog),
            ("another catalog that acts", ANOTHER, partial(another_catalog, OpenAction=SCRIPT)),
            ("other words about the file", ANOTHER, another_information),
            ("a version in words", "holds /Version", partial(change, Version=name("/合格"))),
            ("rights of usage", "holds /UR3", entered("Perms", UR3=generic.DictionaryObject())),
            ("an extension called a pass", "holds /Extensions",
             entered("Extensions", PASS=generic.DictionaryObject())),
            ("an extension that says a pass", "holds /Extensions",
             entered("Extensions", ESIC=SAYING_MORE)),
        )
    ),
    Forgery("a stamp drawn over, by another renderer", "a stamp draws", State.INDETERMINATE,
            attached=elsewhere, pages=anew(lambda _: None), sign=stamp_covered),
    *(
        Forgery(f"{what}, by another renderer", OTHERWISE, State.INDETERMINATE,
                attached=elsewhere, pages=anew(act))
        for what, act in (
            ("words covered", over(WHITE)),
            ("letters that are lines", over(b"0 g 100 100 m 300 300 l 200 100 l f")),
            ("words clipped away", begun(b"0 0 1 1 re W n ")),
            ("words off the page", begun(b"1 0 0 1 5000 0 cm ")),
            ("words too small to see", begun(b"0.0001 0 0 0.0001 0 0 cm ")),
            ("words of no width", begun(b"0 Tz ")),
            ("words in a layer", begun(b"/OC /ZZ BDC ")),
            ("words covered by a drawing", using("/XObject", FORM, b"/ZZ Do", over)),
            ("words covered by a pattern",
             using("/Pattern", TILES, b"/Pattern cs /ZZ scn 0 0 595 842 re f", over)),
            ("words covered by a shading", over(b"/ZZ sh")),
            ("letters of other shapes", letters_exchanged),
            ("letters on one place", letters_on_one_place),
        )
    ),
]  # fmt: skip


@contextlib.contextmanager
def entries(cls: Any = pdf_byterange.PdfSignedData, **held: object) -> Iterator[None]:
    """Let signatures, or time stamps, hold what this tool writes into none."""
    own = cls.__init__

    def init(made: Any, *given: Any, **named: Any) -> None:
        own(made, *given, **named)
        made.update({generic.pdf_name(f"/{key}"): value for key, value in held.items()})

    with patch.object(cls, "__init__", init):
        yield


def holding(**held: object) -> Sign:
    """Sign with such entries."""

    def sign(pdf: bytes, chain: DemoChain) -> bytes:
        with entries(**held):
            return signed(pdf, chain)

    return sign


def referring(way: tuple[str, ...], key: str, value: str) -> Sign:
    """Let what a signature refers to say something, at the end of a way of keys."""
    own = cms_embedder.docmdp_reference_dictionary

    def made(*given: Any) -> Any:
        found = place = own(*given)
        for step in way:
            place = place[step]
        place[generic.pdf_name(key)] = generic.pdf_string(value)
        return found

    def sign(pdf: bytes, chain: DemoChain) -> bytes:
        with patch.object(cms_embedder, "docmdp_reference_dictionary", made):
            return signed(pdf, chain)

    return sign


def in_role(role: str) -> Sign:
    """Sign in a role that this tool signs in for nobody."""

    def sign(pdf: bytes, chain: DemoChain) -> bytes:
        with patch.object(pades, "states_a_verdict", return_value=False):
            return pades.sign(pdf, load_signer(chain.signer, chain.password), role=role)

    return sign


OF_SIGNATURES = [
    *(
        Forgery(f"the role {role}", "states a verdict", sign=in_role(role))
        for role in ("全部合格", "复核合格", "PASS")
    ),
    Forgery("a version that says a pass", "holds /V,", sign=holding(V=PASS)),
    Forgery("a filter that says a pass", "holds /Filter /ALL-PASS",
            sign=holding(Filter=generic.pdf_name("/ALL-PASS"))),
    Forgery("a reference that says a pass", "holds /Reference/Data2,",
            sign=referring((), "/Data2", "全部合格")),
    Forgery("parameters that say a pass", "holds /Reference/TransformParams/Msg,",
            sign=referring(("/TransformParams",), "/Msg", "全部合格")),
    Forgery("parameters of another version", "TransformParams/V 全部合格",
            sign=referring(("/TransformParams",), "/V", "全部合格")),
    Forgery("a reason that says a pass", "signed for the reason", sign=stating(reason="全部合格")),
    Forgery("a place that says a pass", "holds /Location", sign=stating(location="全部合格")),
    Forgery("a signer called a pass", "calls its signer", sign=stating(name="全部合格")),
]  # fmt: skip
BEHIND_THE_FIRST = [
    SecondSigner("puts a catalog of their own behind", another_catalog),
    SecondSigner("describes the file in an object of their own", another_information),
]
