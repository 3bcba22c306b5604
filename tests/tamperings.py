"""The table of tamperings: what is changed in an issued session, and what ``verify`` must say.

Those who hold no key write the manifests again afterwards, as whoever knows of them would, where
``sealed_again`` does not say no. What those do who hold one is in ``forgeries``.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import socket
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pki
from issued_session import CLIP
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from sample_pdf import blank_pdf, updated

from acceptance.session import evidence, log_book, store
from acceptance.signing import pades
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


name = generic.NameObject


@dataclass(frozen=True)
class Tampering:
    """One attempt without a key: what it is, what is done, the expected state and words."""

    name: str
    act: Callable[[Path], object]
    says: str
    state: State = State.BROKEN
    sealed_again: bool = True


def moved(old: str, new: str) -> Callable[[Path], object]:
    """Return what gives a file another name."""
    return lambda folder: (folder / old).rename(folder / new)


def swapped(name: str, twin: str) -> Callable[[Path], object]:
    """Return what hides a signed file under a twin of its name and puts another in its place."""

    def act(folder: Path) -> None:
        (folder / name).rename(folder / twin)
        (folder / name).write_bytes(b"another film")

    return act


def replaced(name: str, twin: str) -> Callable[[Path], object]:
    """Return what puts another file, under a twin of its name, in place of a signed one."""

    def act(folder: Path) -> None:
        (folder / name).unlink()
        (folder / twin).write_bytes(b"another film")

    return act


# A sign that is canonically equal to a letter, and the letter: Kelvin, Ohm, CJK compatibility.
TWINS = {"\u212a": "K", "\u2126": "\u03a9", "\uf900": "\u8c48"}
NAMES = [
    Tampering(f"{what} {twin!a}", act(f"data/clips/{letter}.mp4", f"data/clips/{twin}.mp4"),
              says)
    for twin, letter in TWINS.items()
    for what, act, says in (
        ("behind", swapped, "in another Unicode form"),
        ("in place", replaced, "missing"),
        ("renamed", moved, "missing"),
    )
]  # fmt: skip
CAFE = "data/clips/caf\u00e9.mp4"
COPIED = Tampering(
    "as some file systems store it", moved(CAFE, "data/clips/cafe\u0301.mp4"), "", State.OK
)


def lines(name: str, old: bytes, new: bytes) -> Callable[[Path], object]:
    """Return what replaces bytes in a file and makes the tag manifest fit."""

    def act(folder: Path) -> None:
        before = (folder / name).read_bytes()
        assert old in before
        (folder / name).write_bytes(before.replace(old, new, 1))
        tag_manifest(folder)

    return act


def words(name: str, old: str, new: str) -> Callable[[Path], object]:
    """Return what replaces words in a text."""
    return lines(name, old.encode(), new.encode())


def tag_manifest(folder: Path) -> None:
    """Write the tag manifest again, over whatever lies beside ``data/``."""
    tags = sorted(
        path.name for path in folder.iterdir() if path.is_file() and path.name != TAG_MANIFEST
    )
    listed = [f"{evidence.hash_file(folder / name)}  {name}\n" for name in tags]
    (folder / TAG_MANIFEST).write_text("".join(listed), "utf-8")


def beside(name: str, content: bytes = b"whatever") -> Callable[[Path], object]:
    """Return what puts a file into the folder, also into its tag manifest."""

    def act(folder: Path) -> None:
        (folder / name).write_bytes(content)
        if not name.startswith("data/"):
            tag_manifest(folder)

    return act


def without(name: str) -> Callable[[Path], object]:
    """Return what takes a file away, also out of the tag manifest."""

    def act(folder: Path) -> None:
        (folder / name).unlink()
        tag_manifest(folder)

    return act


TAG_MANIFEST = evidence.TAG_MANIFEST
EXTRA = [
    Tampering(name, beside(name), f"{name} added", sealed_again=False)
    for name in (
        "report (1).pdf", "REPORT.PDF", "Report.pdf", "index.html", "index.htm", "fetch.txt",
        "report.en.pdf", "session.json.bak", "manifest-sha512.txt", "tagmanifest-md5.txt",
        "bag-info.txt.part", ".hidden", "Thumbs.db.pdf", "data/Thumbs.db.mp4",
    )
]  # fmt: skip
LITTER = [
    Tampering(name, beside(name), f"{name} was left by a desktop", State.OK, sealed)
    for sealed in (False, True)
    for name in (
        "Thumbs.db", "desktop.ini", "Desktop.ini", ".DS_Store", "~$report.docx", "._report.pdf",
        "data/Thumbs.db", "data/clips/.DS_Store",
    )
]  # fmt: skip
TAGS = [
    Tampering(f"{name} {old!r} {new!r}", lines(name, old, new), says, sealed_again=False)
    for name, old, new, says in (
        ("bag-info.txt", b"2026-06-02", b"2026-06-03", "bag-info.txt changed"),
        ("bag-info.txt", b"20260602-X1", b"20260602-X2", "bag-info.txt changed"),
        ("bag-info.txt", b"acceptance ", b"acceptance 9", "bag-info.txt changed"),
        ("bag-info.txt", b"Payload-Oxum: ", b"Payload-Oxum: 9", "bag-info.txt changed"),
        ("bag-info.txt", b"Bagging", b"Verdict: pass\nBagging", "bag-info.txt changed"),
        ("bag-info.txt", b"\n", b"\r\n", "bag-info.txt changed"),
        ("bagit.txt", b"1.0", b"0.97", "bagit.txt changed"),
        ("bagit.txt", b"UTF-8", b"GB18030", "bagit.txt changed"),
        ("bagit.txt", b"UTF-8\n", b"UTF-8\nVerdict: pass\n", "bagit.txt changed"),
        ("manifest-sha256.txt", b"  data", b" *data", "manifest-sha256.txt changed"),
        ("manifest-sha256.txt", b"\n", b"\n\n", "manifest-sha256.txt changed"),
        ("report.html", b"\n", b"\r\n", "report.html changed"),
        ("report.html", b"</body>", b" </body>", "report.html changed"),
        ("report.xml", b"\n", b"\r\n", "report.xml changed"),
    )
]
GONE = [
    Tampering(f"without {name}", without(name), f"{name} missing", State.INCOMPLETE, False)
    for name in ("bag-info.txt", "bagit.txt", "report.html", "report.xml")
]


def instead(name: str, make: Callable[[Path], object]) -> Callable[[Path], object]:
    """Return what puts something else, under the same name, in place of a file."""

    def act(folder: Path) -> None:
        (folder / name).rename(folder.parent / "elsewhere")
        make(folder / name)

    return act


def link(path: Path) -> None:
    """Link to the very file that was there, and lies outside now."""
    folder = next(parent for parent in path.parents if parent.name == "20260602-X1")
    path.symlink_to(folder.parent / "elsewhere")


def sparse(path: Path) -> None:
    """Make a file of 200 GB that takes no room on the disc."""
    with path.open("wb") as file:
        file.truncate(200 << 30)


def listening(path: Path) -> None:
    """Make a socket."""
    with socket.socket(socket.AF_UNIX) as made, contextlib.chdir(path.parent):
        made.bind(path.name)


NO_FILE = "is a link, a pipe or a device, not a file"
NO_FILES = [
    Tampering(f"{name} {make.__name__}", instead(name, make), says, sealed_again=False)
    for name in (
        CLIP, "data/packs/made_up.toml", "report.html", "report.pdf", "session.json", "log.jsonl",
        "bag-info.txt",
    )
    for make, says in ((os.mkfifo, NO_FILE), (link, NO_FILE), (listening, NO_FILE),
                       (sparse, "bytes"))
]  # fmt: skip


def zeros(path: Path) -> None:
    """Link to a device that never ends."""
    path.symlink_to("/dev/zero")


def nowhere(path: Path) -> None:
    """Link to nothing."""
    path.symlink_to("nowhere")


LINKS = [
    Tampering(f"{name} {make.__name__}", instead(name, make), says, sealed_again=False)
    for name in (CLIP, "data/plan.json", "report.html", "report.pdf", "session.json",
                 "manifest-sha256.txt", "log.jsonl")
    for make, says in ((zeros, NO_FILE), (nowhere, NO_FILE))
] + [
    Tampering(f"{name} elsewhere", instead(name, link), "contains a link to another folder",
              sealed_again=False)
    for name in ("data/clips", "data/packs", "data")
]  # fmt: skip


def folder_of_one(path: Path) -> None:
    """Make a folder with a file in it."""
    path.mkdir()
    (path / "file").write_bytes(b"whatever")


FOLDERS = [
    Tampering(f"{name} a folder", instead(name, folder_of_one), f"{name}/file added",
              sealed_again=False)
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt", "bag-info.txt", "log.jsonl",
                 "report.html", "report.pdf", "session.json", CLIP)
] + [
    Tampering("data a file", instead("data", lambda path: path.write_bytes(b"x")), "data added",
              sealed_again=False),
]  # fmt: skip


def claimed(name: str) -> Callable[[Path], object]:
    """Return what puts 20 GiB of nothing under a name, and says so in ``bag-info.txt``."""

    def act(folder: Path) -> None:
        with (folder / name).open("wb") as file:
            file.truncate(20 << 30)
        session = store.load(folder)
        payload = [path for path in evidence.sizes(folder) if path.startswith("data/")]
        (folder / "bag-info.txt").write_bytes(evidence.bag_info(folder, payload, session))
        tag_manifest(folder)

    return act


HUGE = [
    Tampering(f"20 GiB as {name}", claimed(name), says, sealed_again=False)
    for name, says in (
        (CLIP, "has 21474836480 bytes, not 10240; it was not read"),
        ("data/plan.json", "data/plan.json changed"),
        ("data/packs/made_up.toml", "data/packs/made_up.toml changed"),
        ("data/extra.mp4", "data/extra.mp4 added"),
        ("data/packs/extra.toml", "data/packs/extra.toml added"),
    )
] + [
    Tampering("20 GiB as data/Thumbs.db", claimed("data/Thumbs.db"),
              "data/Thumbs.db was left by a desktop", State.OK, sealed_again=False)
]  # fmt: skip


def append(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """Return what changes the report."""

    def act(folder: Path) -> None:
        report = folder / "report.pdf"
        report.write_bytes(change(report.read_bytes()))

    return act


UPDATES = [
    Tampering(f"{what} behind the signature", append(change), says)
    for what, change, says in (
        ("a drawing", lambda pdf: updated(pdf, "drawing"), "was changed after it was signed"),
        ("an attachment", lambda pdf: updated(pdf, "attachment"), "changed after it was signed"),
        ("a space", lambda pdf: pdf + b" ", "1 byte follows"),
        ("a comment", lambda pdf: pdf + b"% approved\n", "11 bytes follow"),
        ("itself", lambda pdf: pdf + pdf, "bytes follow"),
    )
]


def unsigned(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """Return what cuts the signature off the report, and changes what is left."""

    def act(folder: Path) -> None:
        report = folder / "report.pdf"
        pdf = report.read_bytes()
        end = pdf.index(b"%%EOF") + len(b"%%EOF")
        report.write_bytes(change(pdf[: end + 1]))

    return act


CUT = [
    Tampering("the signature cut off", unsigned(lambda pdf: pdf), "the report is not signed",
              State.INCOMPLETE),
    Tampering("cut off, and a drawing", unsigned(lambda pdf: updated(pdf, "drawing")),
              "updated otherwise than by signing"),
    Tampering("cut off, and an attachment", unsigned(lambda pdf: updated(pdf, "attachment")),
              "other.json added"),
    Tampering("cut off, and a letter", unsigned(lambda pdf: pdf.replace(b"%\xf0", b"%\xf1", 1)),
              "the pages are not those that follow"),
]  # fmt: skip
WORDS = [
    Tampering(f"{name} {old}", words(name, old, new), f"{name} changed")
    for name, old, new in (
        ("report.html", "不符合", "符合"),
        ("report.html", "不合格", "合格"),
        ("report.xml", "<failure", "<system-out"),
        ("report.xml", 'failures="', 'failures="0'),
    )
]


def signed_by(**fields: Any) -> Callable[[Path], object]:
    """Return what signs the session anew with another certificate of a root that is trusted."""

    def act(folder: Path) -> None:
        root = pki.authority("another root of the verifier's")
        who = pki.holder("DEMO inspector, no legal value", root, **fields)
        pki.write(folder.parent / "another-root.pem", root.pem)
        content = store.load(folder)
        pdf = blank_pdf(session_json=store.dumps(content))
        (folder / "report.pdf").write_bytes(pades.sign(pdf, who.signer()))

    return act


# By somebody with a key that leads to a trusted root, but none to sign reports with.
UNFIT = [
    Tampering(f"signed {name}", signed_by(**fields), says)
    for name, fields, says in (
        ("for servers", {"purposes": ["1.3.6.1.5.5.7.3.1"]}, "it is for server_auth, not for"),
        ("for clients", {"purposes": ["1.3.6.1.5.5.7.3.2"]}, "it is for client_auth, not for"),
        ("for programs", {"purposes": ["1.3.6.1.5.5.7.3.3"]}, "it is for code_signing, not for"),
        ("for stamps", {"purposes": ["1.3.6.1.5.5.7.3.8"]}, "it is for time_stamping, not for"),
        ("for OCSP", {"purposes": ["1.3.6.1.5.5.7.3.9"]}, "it is for ocsp_signing, not for"),
        ("by an authority", {"ca": True, "usages": pki.USAGES[:7]}, "a certification authority"),
        ("for encryption", {"usages": ["key_encipherment"]}, "does not include signing"),
        ("after its time", {"days": (-30, -1)}, "when the certificate was not valid"),
        ("before its time", {"days": (1, 30)}, "when the certificate was not valid"),
        ("with a weak key", {"key": pki.WEAK}, "its key (ec, 192 bits) is too weak"),
    )
]
PREDECESSORS = [
    Tampering(f"a predecessor {name}", lines("session.json", b'"predecessors": []', new),
              "predecessors is", sealed_again=False)
    for name, new in (
        ("added", b'"predecessors": [{"id": "1", "role": "judged_again", "signature": "signed"}]'),
        ("null", b'"predecessors": null'),
    )
]  # fmt: skip


def logged(folder: Path) -> None:
    """Add an entry to the log that the toolkit writes while it judges only."""
    log_book.LogBook(folder).append("judged", {"verdict": "pass"}, when="2099-01-01T00:00:00Z")


def logged_report(**details: str) -> Callable[[Path], object]:
    """Return what adds an entry of a report, which nothing signs, that says something else."""
    said = {"report": "report.pdf", "sha256": "0" * 64} | details
    when = "2099-01-01T00:00:00Z"
    return lambda folder: log_book.LogBook(folder).append("signed", said, when=when)


def branching(entry: str, last: str) -> Callable[[bytes], bytes]:
    """Return what appends 28 objects of which each names the next one twice."""

    def act(pdf: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        node = writer.add_object(generic.DictionaryObject())
        for _ in range(28):
            kids = {name("/Kids"): generic.ArrayObject([node, node])}
            node = writer.add_object(generic.DictionaryObject(kids))
        value = generic.ArrayObject([node]) if last == "/Fields" else node
        top = writer.add_object(generic.DictionaryObject({name(last): value}))
        writer.root[name(entry)] = top
        writer.update_root()
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    return act


def crowded(pdf: bytes) -> bytes:
    """Append a table of a million objects that are not there."""
    table = b"xref\n100 1000000\n" + b"0000000000 00000 n \n" * 1_000_000
    trailer = b"trailer\n<< /Size 1000100 >>\nstartxref\n%d\n%%%%EOF\n" % len(pdf)
    return pdf + table + trailer


def below(folder: Path) -> None:
    """Put a file below folders of a name so long that no path can name it."""
    with contextlib.chdir(folder / "data"):
        for _ in range(25):
            os.mkdir("d" * 200)  # noqa: PTH102 -- no path is long enough
            os.chdir("d" * 200)
        os.close(os.open("page.html", os.O_CREAT))


def staged(content: bytes, digest: str = "", **also: bytes) -> Callable[[Path], object]:
    """Return what puts a journal into the folder, as if a change had been interrupted."""

    def act(folder: Path) -> None:
        listed = {"report.html": digest or hashlib.sha256(content).hexdigest()}
        (folder / ".changes").mkdir()
        (folder / ".changes" / "0").write_bytes(content)
        journal = also.get("journal", json.dumps(listed).encode())
        (folder / ".changes" / "journal.json").write_bytes(journal)

    return act


def of_desktops(folder: Path) -> None:
    """Leave what a desktop leaves, and an empty folder, where a change was interrupted."""
    (folder / ".changes" / "0").mkdir(parents=True)
    (folder / ".changes" / ".DS_Store").write_bytes(b"whatever")


def many_brackets(folder: Path) -> None:
    """Put 60 MB of brackets in place of the session, which are gigabytes of objects."""
    (folder / "session.json").write_bytes(b"[" + b"[]," * (36 << 20) + b"[]]")


LOGS = [
    Tampering(f"log {new!r}", lines("log.jsonl", b'"what":"taken"', new), "is not a log entry")
    for new in (b'"what":"pass","what":"taken"', b'"what": "taken"', b'"what":"t\\u0061ken"')
] + [Tampering("log, judged later", logged, "log.jsonl:5 is no entry that follows")]
LOGS += [
    Tampering(f"log, signed: {details}", logged_report(**details), "is no entry that follows")
    for details in ({"report": "verdict: pass"}, {"sha256": "合格"}, {"sha256": "0" * 63},
                    {"report": "../report.pdf"}, {"by": "总工"})
]  # fmt: skip
TREES = [
    Tampering("attachments that branch", append(branching("/Names", "/EmbeddedFiles")), "nodes"),
    Tampering("fields that branch", append(branching("/AcroForm", "/Fields")), "nodes"),
    Tampering("fields that branch, unsigned",
              unsigned(branching("/AcroForm", "/Fields")), "nodes"),
    Tampering("a million objects", append(crowded), "it lists 1000000 objects"),
    Tampering("60 MB behind", append(lambda pdf: pdf + b"x" * (60 << 20)), "cannot be read"),
    Tampering("60 MB of brackets", many_brackets, "too many to be read", sealed_again=False),
    Tampering("deeper than a path", below, "cannot be read", sealed_again=False),
]  # fmt: skip
JOURNALS = [
    Tampering("journal, a page", staged(b"pass"), "report.html changed", sealed_again=False),
    Tampering("journal, another hash", staged(b"pass", "0" * 64), "report.html changed",
              sealed_again=False),
    *(
        Tampering(f"journal {text!r}", staged(b"pass", journal=text), ".changes/0 added",
                  sealed_again=False)
        for text in (b'{"data/plan.json": ""}', b'{"../x.txt": ""}', b"{}", b"[]", b"[" * 50_000,
                     b"\xff", b" " * 70_000)
    ),
    Tampering("journal, a pipe", lambda folder: os.mkfifo(folder / ".changes"), NO_FILE,
              sealed_again=False),
    *(
        Tampering("litter beside a change", of_desktops, says, State.OK, sealed_again=sealed)
        for sealed, says in ((False, "was left by a desktop"), (True, ""))
    ),
]  # fmt: skip
TAMPERINGS = [
    *LOGS,
    *TREES,
    *JOURNALS,
    *UNFIT,
    *PREDECESSORS,
    *NAMES,
    *NO_FILES,
    *EXTRA,
    *LITTER,
    *TAGS,
    *GONE,
    *LINKS,
    *FOLDERS,
    *HUGE,
    *UPDATES,
    *CUT,
    *WORDS,
    COPIED,
    replace(COPIED, name="by itself", sealed_again=False),
]
