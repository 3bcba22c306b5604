"""More rows of the tables: tamperings without a key, and forgeries with one, tried in version 0.14.

Written down before they were run; rows of ``tamperings`` and ``forgeries`` are not repeated.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from forgeries import ANNEX, ELSEWHERE, Forgery, draw, elsewhere, link, made, signed
from issued_session import CLIP
from pyhanko.pdf_utils import generic
from sample_pdf import blank_pdf
from tamperings import (
    NO_FILE,
    Tampering,
    append,
    beside,
    lines,
    moved,
    staged,
    tag_manifest,
)

from acceptance.messages import visible
from acceptance.model import Precedence, Predecessor, Vouched
from acceptance.report import render
from acceptance.session import store
from acceptance.signing import appearances, levels
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    from acceptance.signing.chains import DemoChain

name = generic.NameObject
SPLIT = "annex-d.pdf"

NAMES = [
    Tampering(f"named {named!a}", beside(named), f"{visible(named)} added")
    for named in (
        "report\u202efdp.pdf", "report\u200b.html", "annex-\u0430.pdf", "ANNEX-A.PDF",
        "annex-g.pdf", "report.pdf.", "session.json ", "report.html:hidden", "renderings.json",
        "results.csv", "~$验收合格.html", "~$report.pdf", "data/~$x.mp4",
        "data/clips/\u202e4pm.x", "data/PLAN.json", "data/plan.json ",
        "data/packs/Made_up.toml",
    )
]  # fmt: skip


def in_folder(place: str, content: bytes = b"{}") -> Callable[[Path], object]:
    """Return what puts a file into a folder that is not there yet."""

    def act(folder: Path) -> None:
        (folder / place).parent.mkdir(parents=True)
        (folder / place).write_bytes(content)

    return act


def exchanged(folder: Path) -> None:
    """Let two annexes of one report have each other's names."""
    first, second = ((folder / each).read_bytes() for each in (SPLIT, ANNEX))
    (folder / SPLIT).write_bytes(second)
    (folder / ANNEX).write_bytes(first)


def linked(to: str) -> Callable[[Path], object]:
    """Return what gives a clip another name, in the folder or outside (a hard link)."""
    return lambda folder: os.link(folder / CLIP, folder / to)


def left_behind(folder: Path) -> None:
    """Leave the journal of a change that was made whole."""
    page = hashlib.sha256((folder / "report.html").read_bytes()).hexdigest()
    (folder / ".changes").mkdir()
    (folder / ".changes" / "journal.json").write_text(json.dumps({"report.html": page}), "utf-8")


def journal(listed: str, content: bytes) -> Callable[[Path], object]:
    """Return what puts a journal into the folder that gives its file this name."""
    digest = hashlib.sha256(content).hexdigest()
    return staged(content, journal=json.dumps({listed: digest}).encode())


def log(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], object]:
    """Return what changes the order or number of the lines of the log."""

    def act(folder: Path) -> None:
        file = folder / "log.jsonl"
        file.write_bytes(b"".join(change(file.read_bytes().splitlines(keepends=True))))

    return act


def manifest(change: Callable[[str], str]) -> Callable[[Path], object]:
    """Return what changes the manifest, and the tag manifest with it."""

    def act(folder: Path) -> None:
        file = folder / "manifest-sha256.txt"
        file.write_text(change(file.read_text("utf-8")), "utf-8")
        tag_manifest(folder)

    return act


def in_english(folder: Path) -> None:
    """Put the web page of the same session, in another language, in place of the signed one."""
    session = store.load(folder)
    packs, profiles = store.load_all_packs(session, folder)
    page = render.html(session, packs, folder, "en", profiles)
    (folder / "report.html").write_text(page, "utf-8")


def session_as(write: Callable[[Any], str]) -> Callable[[Path], object]:
    """Return what writes the same session otherwise."""

    def act(folder: Path) -> None:
        file = folder / "session.json"
        file.write_text(write(json.loads(file.read_bytes())), "utf-8")
        tag_manifest(folder)

    return act


def rewritten_as_it_is(pdf: bytes) -> bytes:
    """Write a report anew by a common library: the signature is in it, and covers nothing."""
    import pypdf

    out = io.BytesIO()
    pypdf.PdfWriter(clone_from=io.BytesIO(pdf)).write(out)
    return out.getvalue()


def loop(folder: Path) -> None:
    """Link a folder into itself."""
    (folder / "data" / "clips" / "loop").symlink_to("..")


MORE_TAMPERINGS = [
    *NAMES,
    Tampering("a folder that differs by case", in_folder("Data/plan.json"), "Data/plan.json added"),
    Tampering("a page in a folder named as litter", in_folder("~$x.doc/page.html"),
              "~$x.doc/page.html added"),
    Tampering("a page that is called a lock", in_folder("x/.~lock.a.docx#", b"page " * 999),
              "x/.~lock.a.docx# added"),
    Tampering("a page that is called a template", in_folder("x/~$a.html"), "x/~$a.html added"),
    Tampering("a lock of LibreOffice", in_folder("x/.~lock.a.docx#"), "", State.OK, False),
    Tampering("what WPS leaves beside a table", in_folder("x/.~表.ett"), "", State.OK, False),
    *(
        Tampering(f"what {who} leaves", in_folder(name), "was left by a desktop", State.OK, False)
        for who, name in (
            ("a Synology drive", "x/@eaDir/report.pdf/SYNOPHOTO_THUMB_M.jpg"),
            ("its index", "x/@eaDir/report.pdf@SynoEAStream"),
            ("a QNAP drive", "x/.@__thumb/s100clip.jpg"),
            ("Windows of a file from elsewhere", "x/report.pdf:Zone.Identifier"),
            ("macOS for a folder's picture", "x/Icon\r"),
        )
    ),
    *(
        Tampering(f"a page called {name}", in_folder(name, b"page " * 999), f"{name} added")
        for name in (
            "x/@eaDir/report.pdf", "x/@eaDir/report.pdf/SYNOPHOTO_THUMB_M.html",
            "x/.@__thumb/report.pdf", "x/report.pdf:Zone.Identifier", "x/.directory.html",
        )
    ),
    Tampering("what Visio leaves", in_folder("x/~$图.vsdx"), "", State.OK, False),
    Tampering("two annexes exchanged", exchanged, f"{SPLIT} changed"),
    Tampering("a clip with a second name outside", linked("../again.mp4"), "", State.OK, False),
    Tampering("a clip with a second name", linked("data/clips/again.mp4"), "again.mp4 added"),
    Tampering("a journal left behind", left_behind, "interrupted", State.INCOMPLETE, False),
    Tampering("journal, an annex", journal("annex-g.pdf", b"%PDF"), "annex-g.pdf added",
              sealed_again=False),
    Tampering("journal, a report", journal("report.pdf", blank_pdf(a_txt=b"pass")),
              "0 readable attachments", sealed_again=False),
    Tampering("log, two lines exchanged", log(lambda held: [held[1], held[0], *held[2:]]),
              "log.jsonl:1"),
    Tampering("log, a line twice", log(lambda held: [*held, held[-1]]), "log.jsonl"),
    Tampering("log, without its beginning", log(lambda held: held[1:]), "log.jsonl:1"),
    Tampering("log, without the last entry of the session", log(lambda held: held[:2]),
              "log.jsonl:3 is not the entry"),
    Tampering("log, ends of lines", lines("log.jsonl", b"\n", b"\r\n"), "log.jsonl"),
    Tampering("manifest, in capitals", manifest(lambda text: text[:64].upper() + text[64:]),
              "manifest-sha256.txt changed", sealed_again=False),
    Tampering("manifest, a path outside", manifest(lambda text: f"{text}{'0' * 64}  ../x.txt\n"),
              "../x.txt", sealed_again=False),
    Tampering("the web page in another language", in_english, "report.html changed"),
    Tampering("report.xml, a document type", lines("report.xml", b"<testsuites", b"<!DOCTYPE x>"
              b"<testsuites"), "report.xml changed"),
    Tampering("session.json, sorted", session_as(lambda held: json.dumps(held, sort_keys=True)),
              "byte by byte"),
    Tampering("session.json, escaped", session_as(lambda held: json.dumps(held, indent=1) + "\n"),
              "byte by byte"),
    Tampering("an empty folder", lambda folder: (folder / "合格").mkdir(),
              "合格 is an empty folder", State.OK, False),
    Tampering("the report, a byte less", append(lambda pdf: pdf[:-1]), "signature broken"),
    Tampering("the report, behind a web page", append(lambda pdf: b"<html>pass</html>\n" + pdf),
              "signature broken"),
    Tampering("the report, rewritten", append(rewritten_as_it_is), "signature broken"),
    Tampering("the report, empty", append(lambda _: b""), "report.pdf", State.INCOMPLETE),
    *(
        Tampering(f"names unpacked {what}", moved(CLIP, os.fsdecode(read)),
                  "may have garbled names", sealed_again=False)
        for what, read in (
            ("as GBK", CLIP.encode().decode("gb18030", "replace").encode()),
            ("as code page 437", CLIP.encode().decode("cp437").encode()),
            ("in GBK", CLIP.encode("gbk")),
        )
    ),
    Tampering("a clip elsewhere", moved(CLIP, "data/door.mp4"), "data/door.mp4 added"),
    Tampering("a folder linked into itself", loop, "link to another folder", sealed_again=False),
    Tampering("a pipe among the packs", lambda folder: os.mkfifo(folder / "data/packs/x.toml"),
              NO_FILE, sealed_again=False),
]  # fmt: skip


def anew(change: Callable[[IncrementalPdfFileWriter], object]) -> Callable[[bytes], bytes]:
    """Return what changes a file and writes it anew, with all that is said of it."""

    def act(pdf: bytes) -> bytes:
        writer, out = levels.Update(io.BytesIO(pdf)), io.BytesIO()
        change(writer)
        writer.write(out)
        return rewritten_as_it_is(out.getvalue())

    return act


def change(writer: IncrementalPdfFileWriter, **entries: object) -> None:
    """Put entries into the catalog."""
    for key, value in entries.items():
        writer.root[name(f"/{key}")] = value
    writer.update_root()


def file_of(writer: IncrementalPdfFileWriter, called: str) -> generic.IndirectObject:
    """Add a file with its description, which nothing names yet."""
    stream = writer.add_object(generic.StreamObject(stream_data=b"pass"))
    held = {
        name("/Type"): name("/Filespec"),
        name("/UF"): generic.pdf_string(called),
        name("/EF"): generic.DictionaryObject({name("/F"): stream}),
    }
    return writer.add_object(generic.DictionaryObject(held))


def associate(writer: IncrementalPdfFileWriter) -> None:
    """Name a file beside those that are attached."""
    writer.root["/AF"].append(file_of(writer, "page.html"))
    with contextlib.suppress(ValueError):
        writer.update_container(writer.root["/AF"])
    writer.update_root()


def second_content(writer: IncrementalPdfFileWriter) -> None:
    """Let ``session.json`` be another file for those who look under another name."""
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    for index in range(1, len(names), 2):
        held = names[index]
        stream = writer.add_object(generic.StreamObject(stream_data=b"{}"))
        held["/EF"][name("/UF")] = stream
        writer.update_container(held["/EF"])


def labelled(writer: IncrementalPdfFileWriter) -> None:
    """Call the pages otherwise."""
    label = generic.DictionaryObject({name("/P"): generic.pdf_string("合格 ")})
    numbers = generic.ArrayObject([generic.NumberObject(0), label])
    change(writer, PageLabels=generic.DictionaryObject({name("/Nums"): numbers}))


def titled(writer: IncrementalPdfFileWriter) -> None:
    """Give the metadata another title."""
    held = writer.root["/Metadata"].data
    start, end = held.index(b"<dc:title>"), held.index(b"</dc:title>")
    text = held[:start] + b"<dc:title>PASS" + held[end:]
    stream = generic.StreamObject(stream_data=text)
    stream[name("/Type")], stream[name("/Subtype")] = name("/Metadata"), name("/XML")
    change(writer, Metadata=writer.add_object(stream))


def bordered(writer: IncrementalPdfFileWriter) -> None:
    """Let a link of the first page have a border as broad as a line of text."""
    page, notes = links_of(writer)
    style = {name("/W"): generic.NumberObject(40), name("/S"): name("/S")}
    note = next(each for each in notes if each["/Subtype"] == "/Link")
    note[name("/BS")] = generic.DictionaryObject(style)
    writer.update_container(note)
    writer.update_container(page)


def links_of(writer: IncrementalPdfFileWriter) -> tuple[Any, list[Any]]:
    """Return the first page that has links, and what is laid over it."""
    pages = writer.root["/Pages"]["/Kids"]
    for index in range(len(pages)):
        page = pages[index]
        if "/Annots" in page:
            notes = [page["/Annots"][number] for number in range(len(page["/Annots"]))]
            if any(each["/Subtype"] == "/Link" for each in notes):
                return page, notes
    raise AssertionError


def acting_bookmark(writer: IncrementalPdfFileWriter) -> None:
    """Let the first bookmark run a script; its title stays."""
    item = writer.root["/Outlines"]["/First"]
    action = {name("/S"): name("/JavaScript"), name("/JS"): generic.pdf_string("app.alert(1)")}
    for key in ("/Dest", "/A"):
        if key in item:
            del item[key]
    item[name("/A")] = generic.DictionaryObject(action)
    writer.update_container(item)


def chained(writer: IncrementalPdfFileWriter) -> None:
    """Let a link lead where it should, and then run a program."""
    link(writer, S="/GoTo")
    note = writer.root["/Pages"]["/Kids"][0]["/Annots"][0]
    following = {name("/S"): name("/Launch"), name("/F"): generic.pdf_string("calc.exe")}
    note["/A"][name("/Next")] = generic.DictionaryObject(following)
    writer.update_container(note)


def read_out(writer: IncrementalPdfFileWriter) -> None:
    """Let a screen reader say something of the whole report that does not stand there."""
    element = writer.root["/StructTreeRoot"]["/K"]
    while isinstance(element, generic.ArrayObject):
        element = element[0]
    element[name("/Alt")] = generic.pdf_string("全部合格，无不符合项")
    writer.update_container(element)


def place_moved(writer: IncrementalPdfFileWriter) -> None:
    """Put the place of the first signature over other words of the page."""
    up = 300
    names = writer.root["/Names"]["/Dests"]["/Names"]
    where = next(
        names[index + 1] for index in range(0, len(names), 2) if names[index] == "sign-tester"
    )
    where[3] = generic.FloatObject(float(where[3]) + up)
    writer.update_container(where)
    fields = [each.get_object() for each in writer.root["/AcroForm"]["/Fields"]]
    field = next(each for each in fields if each["/T"] == "inspector")
    left, bottom, right, top = map(float, field["/Rect"])
    box = left, bottom + up, right, top + up
    field[name("/Rect")] = generic.ArrayObject(map(generic.FloatObject, box))
    writer.update_container(field)


def at(when: datetime) -> Callable[[bytes, DemoChain], bytes]:
    """Return what signs with a clock that was set back."""

    def sign(pdf: bytes, chain: DemoChain) -> bytes:
        with patch.object(appearances, "now", return_value=when):
            return signed(pdf, chain)

    return sign


def session_with(**fields: Any) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    """Return what changes fields of the session that is attached."""

    def act(files: dict[str, bytes]) -> dict[str, bytes]:
        before = store.parse(files[store.FILE], store.FILE)
        return {**files, store.FILE: store.dumps(replace(before, **fields))}

    return act


def other_size(files: dict[str, bytes]) -> dict[str, bytes]:
    """State another size of a clip."""
    before = store.parse(files[store.FILE], store.FILE)
    return session_with(sizes={**before.sizes, CLIP: 5})(files)


def older(number: str, digest: str) -> Predecessor:
    """Make an older session that somebody vouched for."""
    return Predecessor(
        id=number, role=Precedence.BASELINE, signature=Vouched.SIGNED, sha256=digest * 64
    )


CIRCLE = "the older sessions go in a circle"
MORE_FORGERIES = [
    *(
        Forgery(f"{what}, by another renderer", says, attached=elsewhere, pages=anew(act))
        for what, says, act in (
            ("a file that is only associated", "page.html added", associate),
            ("a second content of a file", "0 readable attachments", second_content),
            ("pages called otherwise", "holds /PageLabels", labelled),
            ("another title in the metadata", "other words stand for", titled),
            ("a link with a broad border", ELSEWHERE, bordered),
            ("a bookmark that runs", "a bookmark does more than lead elsewhere", acting_bookmark),
            ("a link that goes on", "does more than lead elsewhere", chained),
            ("words read out otherwise", "read out otherwise than it is drawn",
             partial(draw, content=b"/Span <</ActualText (pass)>> BDC EMC")),
            ("a picture that is called a pass", "other words stand for", read_out),
            ("a portfolio", "holds /Collection",
             partial(change, Collection=generic.DictionaryObject())),
        )
    ),
    Forgery("the place of a stamp moved, by another renderer", "are not where they would be set",
            State.INDETERMINATE, attached=elsewhere, pages=anew(place_moved)),
    Forgery("signed with a clock set back", "one of the clocks was wrong", State.INDETERMINATE,
            sign=at(datetime(2026, 6, 1, tzinfo=UTC))),
    Forgery("signed with a clock set forward", "is still to come", State.INDETERMINATE,
            sign=at(datetime(2050, 6, 1, tzinfo=UTC))),
    Forgery("a session that rests on itself", CIRCLE,
            attached=session_with(predecessors=(older("20260602-X1", "a"),))),
    Forgery("two older sessions of one number", CIRCLE,
            attached=session_with(predecessors=(older("X0", "a"), older("X0", "b")))),
    Forgery("an annex that is nowhere", "annex-b.pdf missing",
            attached=made(lambda before: replace(
                before, hashes={**before.hashes, "annex-b.pdf": "0" * 64}))),
    Forgery("another size of a clip", "bytes, not 5", attached=other_size),
]  # fmt: skip
