"""What is said beside the pages: forgeries in entries that viewers show, and lines of the log."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import pki
from asn1crypto import cms, core, pem, x509  # type: ignore[import-untyped]  # ships no types
from forgeries import Forgery, elsewhere
from hidden_places import told
from more_tamperings import anew, change, links_of
from pyhanko.pdf_utils import generic
from shown_otherwise import PASS, SCRIPT, first_page
from tamperings import Tampering, beside

from acceptance.session import log_book
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from shown_otherwise import Change

    Find = Callable[[IncrementalPdfFileWriter], generic.DictionaryObject]

name = generic.NameObject
WHITE = generic.ArrayObject(map(generic.NumberObject, (1, 1, 1)))


def put(
    find: Callable[[IncrementalPdfFileWriter], generic.DictionaryObject], **held: object
) -> Change:
    """Return what puts entries into a dictionary that is found."""

    def act(writer: IncrementalPdfFileWriter) -> None:
        found = find(writer)
        for key, value in held.items():
            found[name(f"/{key}")] = value
        try:
            writer.update_container(found)
        except ValueError:  # no object of its own, nor in one
            writer.update_root()

    return act


def of_link(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    """Return the first link."""
    _, notes = links_of(writer)
    link: generic.DictionaryObject = next(each for each in notes if each["/Subtype"] == "/Link")
    return link


def of_file(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    """Return what describes the first file that is attached."""
    found: generic.DictionaryObject = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]
    return found


def of_content(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    """Return the stream of the first page."""
    found: generic.DictionaryObject = first_page(writer)["/Contents"]
    return found


def of_structure(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    """Return the root of the structure."""
    found: generic.DictionaryObject = writer.root["/StructTreeRoot"]
    return found


def of_intent(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    """Return for which printer the colours are meant."""
    found: generic.DictionaryObject = writer.root["/OutputIntents"][0]
    return found


def of_bookmark(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    """Return the first bookmark."""
    found: generic.DictionaryObject = writer.root["/Outlines"]["/First"]
    return found


def other_profile(writer: IncrementalPdfFileWriter) -> None:
    """Let colours be seen by another profile."""
    stream = generic.StreamObject({name("/N"): generic.NumberObject(3)}, stream_data=b"white")
    put(of_intent, DestOutputProfile=writer.add_object(stream))(writer)


ARTIFACTS = generic.DictionaryObject({name("/P"): name("/Artifact")})
SAYS = "is not what setting them again gives"
BESIDE_THE_PAGES = [
    Forgery(f"{what}, by another renderer", SAYS, State.INDETERMINATE, attached=elsewhere,
            pages=anew(act))
    for what, act in (
        ("a link about a pass", put(of_link, Contents=PASS)),
        ("a page that lies elsewhere", put(of_content, F=generic.pdf_string("pass.bin"))),
        ("a link of another title", put(of_link, T=PASS)),
        ("a link that is shown pressed", put(of_link, H=name("/P"))),
        ("a link in a colour", put(of_link, C=WHITE)),
        ("a link that leads elsewhere offline", put(of_link, PA=SCRIPT)),
        ("an attachment said to be a pass", put(of_file, Desc=PASS)),
        ("an attachment under a second name", put(of_file, F=generic.pdf_string("合格.html"))),
        ("an attachment that lies on a site", put(of_file, FS=name("/URL"))),
        ("an attachment that stands for the pages",
         put(of_file, AFRelationship=name("/Alternative"))),
        ("paragraphs that no screen reader reads", put(of_structure, RoleMap=ARTIFACTS)),
        ("pages without a structure", put(of_structure, K=generic.ArrayObject())),
        ("words that are pronounced otherwise", partial(told, key="/Phoneme")),
        ("colours meant for a pass", put(of_intent, Info=PASS)),
        ("colours of another profile", other_profile),
        ("a bookmark in white", put(of_bookmark, C=WHITE)),
        ("pages in no language", partial(change, Lang=PASS)),
    )
]  # fmt: skip


def logged(when: str) -> Callable[[Path], object]:
    """Return what adds an entry of a report, which nothing signs, of some time."""
    said = {"report": "report.pdf", "sha256": "0" * 64}
    return lambda folder: log_book.LogBook(folder).append("signed", said, when=when)


def in_container(change: Callable[[cms.ContentInfo], object]) -> Callable[[Path], object]:
    """Return what changes the container of the signature, which nothing signs."""

    def act(folder: Path) -> None:
        report = folder / "report.pdf"
        pdf = report.read_bytes()
        found = re.search(rb"<(3082[0-9a-fA-F]+)>", pdf)
        assert found
        padded = bytes.fromhex(found[1].decode())
        held = cms.ContentInfo.load(padded[: 4 + int.from_bytes(padded[2:4], "big")])
        change(held)
        digits = held.dump(force=True).hex().encode().ljust(len(found[1]), b"0")
        assert len(digits) == len(found[1]), "no room"
        report.write_bytes(pdf[: found.start(1)] + digits + pdf[found.end(1) :])

    return act


def certified(held: cms.ContentInfo) -> None:
    """Add a certificate that bears a verdict."""
    made = x509.Certificate.load(pem.unarmor(pki.holder("全部合格").pem)[2])
    held["content"]["certificates"].append(cms.CertificateChoices("certificate", made))


def attributed(held: cms.ContentInfo) -> None:
    """Add words that nobody signed."""
    words = cms.CMSAttribute({"type": "1.2.3.4", "values": [core.UTF8String("全部合格")]})
    held["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([words])


def countersigned(held: cms.ContentInfo) -> None:
    """Add a counter-signature."""
    own = held["content"]["signer_infos"][0]
    held_by = {"type": "counter_signature", "values": [own.copy()]}
    own["unsigned_attrs"] = cms.CMSAttributes([cms.CMSAttribute(held_by)])


CONTAINER = "the container of the signature was changed"
LITTLE = [
    *(
        Tampering(f"the container of the signature, {act.__name__}", in_container(act), CONTAINER)
        for act in (certified, attributed, countersigned)
    ),
    *(
        Tampering(f"log, signed at {when!r}", logged(when), "is no entry that follows")
        for when in ("全部合格", "2026-06-02", "2026-06-02T08:00:00+08:00 合格")
    ),
    Tampering("what macOS leaves, with a line end", beside("._\n", b"page"), "added",
              sealed_again=False),
    Tampering("what WSL leaves", beside("report.pdf:Zone.Identifier"),
              "was left by a desktop", State.OK),
    Tampering("a soft hyphen in a name", beside("rep\xadort.pdf"), "added"),
]  # fmt: skip
