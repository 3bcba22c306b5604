"""What a signer who holds a key may put under it, and what ``verify`` must say.

The report is written by whatever tool they like, and signed by a key that the verifier trusts. The
session in it is the true one: somebody else has its footage.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from pyhanko.pdf_utils import generic
from sample_pdf import attach, blank_pdf

from acceptance.model import Verdict
from acceptance.report import render, typesetting
from acceptance.session import evidence, store
from acceptance.signing import levels, pades, renderings
from acceptance.signing.certificates import load_signer
from acceptance.signing.signatures import ROLE, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    from acceptance.model import Session
    from acceptance.signing.chains import DemoChain
    from acceptance.signing.renderings import Renderings

name = generic.NameObject
OTHER = {"weasyprint": "69.0"}
NONE = {"report.html": "0" * 64}
ANNEX = "annex-e.pdf"
ELSEWHERE = "leads elsewhere, or is shown otherwise"
HALF = generic.ArrayObject(map(generic.NumberObject, (0, 600, 595, 842)))
STRANGE = "is not as this tool writes it"
SET: dict[object, bytes] = {}  # pages, by all that they follow from and the way they are set


@dataclass(frozen=True)
class Forgery:
    """What is attached, what the pages show, what is done to them, how they are signed."""

    name: str
    says: str
    state: State = State.BROKEN
    attached: Callable[[dict[str, bytes]], dict[str, bytes]] = dict
    shown: Callable[[Session], Session] = lambda session: session
    pages: Callable[[bytes], bytes] = bytes
    annex: Callable[[bytes], bytes] = bytes
    sign: Callable[[bytes, DemoChain], bytes] | None = None


def forge(folder: Path, chain: DemoChain, forgery: Forgery) -> None:
    """Put a forged report into an issued session folder, and seal it."""
    session = store.load(folder)
    packs, profiles = store.load_all_packs(session, folder)
    kept = dict(pades.attachments((folder / "report.pdf").read_bytes()))
    annex = forgery.annex((folder / ANNEX).read_bytes())
    (folder / ANNEX).write_bytes(annex)
    kept |= made(partial(named, annex=annex))(kept)
    attached, annexes = forgery.attached(kept), renderings.parse(kept[renderings.FILE]).annexes
    shown = forgery.shown(session)
    given = (frozenset(each.items()) for each in (annexes, attached))
    asked = typesetting._archived, store.dumps(shown), *given
    if asked not in SET:  # most forgeries are put on the same pages
        volumes = render.volumes(shown, packs, folder, "zh", profiles)
        SET[asked] = volumes.report(annexes, attached)
    pdf = SET[asked]
    sign = forgery.sign or signed
    (folder / store.FILE).write_bytes(attached.get(store.FILE, store.dumps(session)))
    (folder / "report.pdf").write_bytes(sign(forgery.pages(pdf), chain))
    evidence.seal(folder, session)


def named(before: Renderings, annex: bytes) -> Renderings:
    """Name another annex by its hash."""
    return replace(before, hashes={**before.hashes, **renderings.hashed({ANNEX: annex})})


def signed(pdf: bytes, chain: DemoChain) -> bytes:
    """Sign as this tool does."""
    return pades.sign(pdf, load_signer(chain.signer, chain.password))


def passing(session: Session) -> Session:
    """Let everything pass."""
    findings = tuple(replace(each, verdict=Verdict.PASS) for each in session.findings)
    line = replace(session.bottom_line, verdict=Verdict.PASS, failed=())
    return replace(session, findings=findings, bottom_line=line)


def made(change: Callable[[Renderings], Renderings]) -> Callable[..., dict[str, bytes]]:
    """Return what changes ``renderings.json``."""

    def act(files: dict[str, bytes]) -> dict[str, bytes]:
        before = renderings.parse(files[renderings.FILE])
        return {**files, renderings.FILE: renderings.dumps(change(before))}

    return act


def text(old: bytes, new: bytes) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    """Return what changes the text of ``renderings.json``."""
    return lambda files: {
        **files,
        renderings.FILE: files[renderings.FILE].replace(old, new, 1),
    }


def session_bytes(change: Callable[[bytes], bytes]) -> Callable[..., dict[str, bytes]]:
    """Return what changes the bytes of the session, and not what they mean."""
    return lambda files: {**files, store.FILE: change(files[store.FILE])}


def beside(**files: bytes) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    """Return what attaches more."""
    return lambda before: before | {key.replace("_", "."): files[key] for key in files}


elsewhere = made(lambda before: replace(before, renderer={**before.renderer, **OTHER}))


def updated(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], object]) -> bytes:
    """Change a file in an update that the next one, with the signature, covers."""
    writer = levels.Update(io.BytesIO(pdf))  # which changes nothing else, such as metadata
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def within(change: Callable[[IncrementalPdfFileWriter], object]) -> Callable[..., bytes]:
    """Return what changes a file in the very update that signs it, and signs as this tool does."""

    def sign(pdf: bytes, chain: DemoChain) -> bytes:
        with changing(change):
            return signed(pdf, chain)

    return sign


@contextmanager
def changing(change: Callable[[IncrementalPdfFileWriter], object]) -> Iterator[None]:
    """Change a file in each update that signs it."""
    supply = levels.supply

    def act(writer: levels.Update, *given: Any) -> None:
        change(writer)
        supply(writer, *given)

    with patch.object(levels, "supply", act):
        yield


def rewritten(change: Callable[[IncrementalPdfFileWriter], object]) -> Callable[[bytes], bytes]:
    """Return what changes a file and writes it anew: its only revision is the changed one."""

    def act(pdf: bytes) -> bytes:
        import pypdf

        out = io.BytesIO()
        pypdf.PdfWriter(clone_from=io.BytesIO(updated(pdf, change))).write(out)
        return out.getvalue()

    return act


def draw(writer: IncrementalPdfFileWriter, content: bytes = b"0 0 100 100 re f") -> None:
    """Draw on the first page."""
    stream = generic.StreamObject(stream_data=content)
    writer.add_stream_to_page(0, writer.add_object(stream))


def annotate(writer: IncrementalPdfFileWriter, subtype: str) -> None:
    """Lay something over the first page."""
    page = writer.root["/Pages"]["/Kids"][0]
    note = generic.DictionaryObject(
        {
            name("/Type"): name("/Annot"),
            name("/Subtype"): name(subtype),
            name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 500, 500))),
            name("/Contents"): generic.pdf_string("合格"),
        }
    )
    page[name("/Annots")] = generic.ArrayObject([writer.add_object(note)])
    writer.update_container(page)


def start_script(writer: IncrementalPdfFileWriter) -> None:
    """Run a script when the report is opened."""
    action = {name("/S"): name("/JavaScript"), name("/JS"): generic.pdf_string("app.alert(1)")}
    writer.root[name("/OpenAction")] = generic.DictionaryObject(action)
    writer.update_root()


def link(writer: IncrementalPdfFileWriter, **action: str) -> None:
    """Lay a link over the first page."""
    annotate(writer, "/Link")
    note = writer.root["/Pages"]["/Kids"][0]["/Annots"][0]
    texts = {
        "S": name,
        "URI": generic.pdf_string,
        "F": generic.pdf_string,
        "JS": generic.pdf_string,
    }
    made = {name(f"/{key}"): texts[key](text) for key, text in action.items()}
    note[name("/A")] = generic.DictionaryObject(made)
    writer.update_container(note)


def say(writer: IncrementalPdfFileWriter, **fields: object) -> None:
    """Let the first page say more of itself."""
    page = writer.root["/Pages"]["/Kids"][0]
    for key, value in fields.items():
        page[name(f"/{key}")] = value
    writer.update_container(page)


def bookmark(writer: IncrementalPdfFileWriter) -> None:
    """Put a bookmark in place of all others."""
    item = generic.DictionaryObject({name("/Title"): generic.pdf_string("PASS")})
    held = writer.add_object(item)
    tree = {name("/First"): held, name("/Last"): held, name("/Count"): generic.NumberObject(1)}
    item[name("/Parent")] = writer.root[name("/Outlines")] = writer.add_object(
        generic.DictionaryObject(tree)
    )
    writer.update_root()


def title(pdf: bytes) -> bytes:
    """Give the file, written anew, another title."""
    import pypdf

    writer, out = pypdf.PdfWriter(clone_from=io.BytesIO(pdf)), io.BytesIO()
    writer.add_metadata({"/Title": "PASS"})
    writer.write(out)
    return out.getvalue()


def stamp(writer: IncrementalPdfFileWriter) -> None:
    """Let the field of the signature cover the first page."""
    fields = (each.get_object() for each in writer.root["/AcroForm"]["/Fields"])
    field = next(each for each in fields if each["/T"] == ROLE)
    field[name("/Rect")] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 500, 500)))
    writer.update_container(field)


def blank(pdf: bytes) -> bytes:
    """Put an empty page, with the attachments, in place of all pages."""
    files = {key.replace(".", "_"): content for key, content in pades.attachments(pdf)}
    return blank_pdf(**files)


def twice(writer: IncrementalPdfFileWriter) -> None:
    """Attach another session under the same name."""
    attach(writer, session_json=b"{}")


FORGERIES = [
    Forgery("nothing forged", "", State.OK),
    Forgery("pages that pass", "the pages are not those that follow", shown=passing),
    Forgery("nothing forged, by another renderer", "set with weasyprint 69.0", State.OK,
            attached=elsewhere),
    Forgery("pages that pass, by another renderer", "has other words or pictures than follow",
            attached=elsewhere, shown=passing),
    Forgery("an empty page", "pages broken", pages=blank),
    Forgery("an empty page, by another renderer", "pages broken",
            attached=elsewhere, pages=blank),
    Forgery("a hash of no HTML", "report.html changed",
            attached=made(lambda before: replace(before, hashes={**before.hashes, **NONE}))),
    Forgery("the language changed", "report.html changed",
            attached=made(lambda before: replace(before, language="en"))),
    *(
        Forgery(f"renderings.json: {new!r}", STRANGE, attached=text(old, new))
        for old, new in (
            (b"{", b'{"verdict": "pass",'), (b"\n}", b"}"), (b"language", b"lang"),
            (b"report.xml", b"report.txt"), (b'"zh"', b'"xx"'), (b'"zh"', b"7"), (b"{", b"{{"),
            (b'"renderer"', b'"language": "zh", "renderer"'), (b'"report.html": "', b'"a": "'),
        )
    ),
    *(
        Forgery(f"session.json {what}", "session.json in the report is not as this tool writes it",
                attached=rewrite)
        for what, rewrite in (
            ("with a byte order mark", session_bytes(lambda text: b"\xef\xbb\xbf" + text)),
            ("in UTF-16", session_bytes(lambda text: text.decode().encode("utf-16"))),
            ("and a space", session_bytes(lambda text: text + b" ")),
        )
    ),
    Forgery("session.json with a key twice", "'id' stands twice in one object",
            attached=session_bytes(lambda text: text.replace(b"{", b'{"id": "x",', 1))),
    Forgery("no renderings.json", "renderings.json is missing in the report",
            attached=lambda files: {store.FILE: files[store.FILE]}),
    Forgery("no session.json", "has 0 readable attachments",
            attached=lambda files: {renderings.FILE: files[renderings.FILE]}),
    Forgery("another attachment", "other.json added", attached=beside(other_json=b"{}")),
    Forgery("a page attached", "page.html added", attached=beside(page_html=b"pass")),
    Forgery("two sessions", "has 2 readable attachments",
            pages=lambda pdf: updated(pdf, twice)),
    Forgery("a drawing before signing", "updated otherwise than by signing",
            pages=lambda pdf: updated(pdf, draw)),
    Forgery("a drawing in the signature's update", "was replaced by who signed it",
            sign=within(draw)),
    Forgery("a note in the signature's update", "was replaced by who signed it",
            sign=within(partial(annotate, subtype="/FreeText"))),
    Forgery("a script in the signature's update", "was replaced by who signed it",
            sign=within(start_script)),
    Forgery("a signature that is seen", "signatures and their stamps", sign=within(stamp)),
    Forgery("a note, by another renderer", "holds an annotation that is no link",
            attached=elsewhere, pages=rewritten(partial(annotate, subtype="/FreeText"))),
    Forgery("a stamp, by another renderer", "holds an annotation that is no link",
            attached=elsewhere, pages=rewritten(partial(annotate, subtype="/Stamp"))),
    Forgery("a script, by another renderer", "holds /OpenAction", attached=elsewhere,
            pages=rewritten(start_script)),
    Forgery("hidden words, by another renderer", "text that is drawn but not seen",
            attached=elsewhere, pages=rewritten(partial(draw, content=b"BT 3 Tr ET"))),
    Forgery("a picture, by another renderer", "page 1 has other words or pictures",
            attached=elsewhere,
            pages=rewritten(partial(draw, content=b"BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI"))),
    *(
        Forgery(f"{what}, by another renderer", says, attached=elsewhere, pages=rewritten(change))
        for what, says, change in (
            ("a link that runs", "does more than lead elsewhere",
             partial(link, S="/JavaScript", JS="app.alert(1)")),
            ("a link that starts", "does more than lead elsewhere",
             partial(link, S="/Launch", F="calc.exe")),
            ("a link to a site", ELSEWHERE, partial(link, S="/URI", URI="http://example.org/")),
            ("a link to a file", ELSEWHERE, partial(link, S="/GoToR", F="pass.pdf")),
            ("a page that acts", "does more than lead elsewhere",
             partial(say, AA=generic.DictionaryObject())),
            ("a page cut by its view", ELSEWHERE, partial(say, CropBox=HALF)),
            ("a page cut", ELSEWHERE, partial(say, MediaBox=HALF)),
            ("a page turned", ELSEWHERE, partial(say, Rotate=generic.NumberObject(180))),
            ("a page as large as a field", ELSEWHERE,
             partial(say, UserUnit=generic.NumberObject(75))),
            ("a bookmark", "title or bookmarks are not those", bookmark),
        )
    ),
    Forgery("another title, by another renderer", "title or bookmarks are not those",
            attached=elsewhere, pages=title),
    *(
        Forgery(f"{what} behind an annex{where}", "was updated after it was set",
                attached=attached, annex=partial(updated, change=change))
        for where, attached in (("", dict), (", by another renderer", elsewhere))
        for what, change in (("a drawing", draw), ("a file", partial(attach, page_html=b"pass")))
    ),
    Forgery("a file in an annex, by another renderer", "other files are attached than follow",
            attached=elsewhere, annex=rewritten(partial(attach, page_html=b"pass"))),
    Forgery("a script in an annex, by another renderer", "holds /OpenAction",
            attached=elsewhere, annex=rewritten(start_script)),
    Forgery("a note on an annex, by another renderer", "holds an annotation that is no link",
            attached=elsewhere, annex=rewritten(partial(annotate, subtype="/FreeText"))),
    Forgery("an empty annex", "pages broken", annex=blank),
    Forgery("an empty annex, by another renderer", "pages broken",
            attached=elsewhere, annex=blank),
    Forgery("a picture over the page", "the pages are not those that follow",
            pages=rewritten(partial(draw, content=b"BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI"))),
]  # fmt: skip
