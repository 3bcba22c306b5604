"""Issuing a report: write it from a session folder, sign it, seal the folder again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.errors import SessionError
from acceptance.files.output import put
from acceptance.messages import tr
from acceptance.report import render as rendering
from acceptance.session import store
from acceptance.session.evidence import LogBook, hash_file, seal

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.signing.certificates import Signer

REPORT = "report.pdf"


def issue(folder: Path, *, lang: str = "zh", signer: Signer | None = None) -> Path:
    """Write ``report.pdf``, ``report.html`` and ``report.xml`` (JUnit) of a session folder.

    Return the PDF's path. With a signer the PDF is signed before it reaches the disc. Raises
    SessionError, SetupError (no Chinese font), KeyFileError and OutputError.
    """
    path = folder / REPORT
    if path.is_file() and b"/ByteRange" in path.read_bytes():
        what = tr("the report is issued and signed; it will not be overwritten")
        hint = tr("Write it elsewhere with -o FILE, or judge again for a new report")
        raise SessionError(what, where=str(path), hint=hint)
    done = store.load(folder)
    packs = store.load_packs(done.plan, folder / store.PACKS)
    profiles = store.load_profiles(packs, folder / store.PACKS)
    pdf = render(folder, lang=lang, signer=signer)
    put(folder / "report.html", rendering.html(done, packs, folder, lang, profiles).encode())
    put(folder / "report.xml", rendering.junit(done, packs).encode())
    put(folder / REPORT, pdf)
    _record(folder, "reported" if signer is None else "reported_and_signed")
    return folder / REPORT


def render(folder: Path, *, lang: str = "zh", signer: Signer | None = None) -> bytes:
    """Return the report of a session folder as PDF, signed where there is a signer.

    The folder stays as it is. Raises as ``issue`` does.
    """
    done = store.load(folder)
    packs = store.load_packs(done.plan, folder / store.PACKS)
    profiles = store.load_profiles(packs, folder / store.PACKS)
    pdf = rendering.pdf(done, packs, folder, lang, (folder / store.FILE).read_bytes(), profiles)
    return _signed(pdf, signer, done.id) if signer else pdf


def sign(folder: Path, signer: Signer) -> Path:
    """Sign the report of a session folder; return its path.

    Raises SessionError where there is none, InputError where it cannot be signed.
    """
    path = folder / REPORT
    if not path.is_file():
        what, hint = tr("there is no report to sign"), tr("Write it first: acceptance report")
        raise SessionError(what, where=str(path), hint=hint)
    put(path, _signed(path.read_bytes(), signer, store.load(folder).id))
    _record(folder, "signed")
    return path


def _signed(pdf: bytes, signer: Signer, number: str) -> bytes:
    from acceptance.signing import pades  # noqa: PLC0415 -- late: brings pyHanko

    return pades.sign(pdf, signer, reason=number)


def _record(folder: Path, what: str) -> None:
    LogBook(folder).append(what, {"report": REPORT, "sha256": hash_file(folder / REPORT)})
    seal(folder, store.load(folder))
