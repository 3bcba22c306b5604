"""Issuing a report: write it from a session folder, sign it, seal the folder again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.errors import SessionError
from acceptance.files.output import put, require_outside
from acceptance.messages import tr
from acceptance.report import render
from acceptance.session import store
from acceptance.session.evidence import LogBook, hash_file, seal
from acceptance.session.store import REPORT
from acceptance.signing import predecessors, verification

if TYPE_CHECKING:
    from acceptance.model import Precedence, Predecessor
    from acceptance.signing.certificates import Signer


@dataclass(frozen=True, kw_only=True)
class Issuing:
    """How a session's report is issued: called with its folder, it writes report and seal.

    This is what ``session.runner`` takes as ``issue``.
    """

    lang: str = "zh"
    """Language of the report."""

    signer: Signer | None = None
    """Key to sign with; without one the report is not signed."""

    trust: tuple[Path | str, ...] = ()
    """Roots to check the signatures of older sessions against; without any they are not checked."""

    def ready(self) -> None:
        """Refuse, before anything is measured, what issuing would refuse afterwards.

        Raises InputError (no such language, no certificate in a file of ``trust``), SetupError (no
        Chinese font) and KeyFileError (a certificate that has expired).
        """
        wording.phrases(self.lang)
        predecessors.load_roots(self.trust)
        render.check_fonts()
        if self.signer is not None:
            _require_signer(self.signer)

    def predecessor(self, folder: Path, role: Precedence) -> Predecessor:
        """Examine an old session as ``predecessors.examine`` does."""
        return predecessors.examine(folder, role, self.trust)

    def __call__(self, folder: Path) -> Path:
        """Issue the report as ``issue`` does."""
        return issue(folder, lang=self.lang, signer=self.signer)


def issue(folder: Path | str, *, lang: str = "zh", signer: Signer | None = None) -> Path:
    """Write ``report.pdf``, ``report.html`` and ``report.xml`` (JUnit) of a session ``folder``.

    Return the PDF's path. ``lang`` is the report's language. With a ``signer`` the PDF is signed
    before it reaches the disc. Raises SessionError (changed, or signed already), SetupError (no
    Chinese font), KeyFileError and OutputError.
    """
    folder = Path(folder)
    _require_unsigned(folder / REPORT)
    pdf = _pdf(folder, lang, signer)
    done = store.load(folder)
    packs = store.load_packs(done.plan, folder / store.PACKS)
    profiles = store.load_profiles(packs, folder / store.PACKS)
    put(folder / "report.html", render.html(done, packs, folder, lang, profiles).encode())
    put(folder / "report.xml", render.junit(done, packs).encode())
    put(folder / REPORT, pdf)
    _record(folder, "reported" if signer is None else "reported_and_signed")
    return folder / REPORT


def _require_unsigned(report: Path) -> None:
    if report.is_file() and b"/ByteRange" in report.read_bytes():
        what = tr("the report is issued and signed; it will not be overwritten")
        hint = tr("Write it elsewhere with -o FILE, or judge again for a new report")
        raise SessionError(what, where=str(report), hint=hint)


def write(folder: Path, file: Path, *, lang: str = "zh", signer: Signer | None = None) -> Path:
    """Write the report of a session folder to another file; return that.

    The folder stays as it is. Raises as ``issue`` does, and OutputError for a file in the folder.
    """
    require_outside(file, folder)
    put(file, _pdf(folder, lang, signer))
    return file


def _pdf(folder: Path, lang: str, signer: Signer | None) -> bytes:
    """Return the report of an unchanged session folder as PDF, signed where there is a signer."""
    Issuing(lang=lang, signer=signer).ready()
    verification.require_intact(folder)
    done = store.load(folder)
    packs = store.load_packs(done.plan, folder / store.PACKS)
    profiles = store.load_profiles(packs, folder / store.PACKS)
    pdf = render.pdf(done, packs, folder, lang, (folder / store.FILE).read_bytes(), profiles)
    return _signed(pdf, signer, done.id) if signer else pdf


def sign(folder: Path, signer: Signer) -> Path:
    """Sign the report of a session folder; return its path.

    Raises SessionError where there is none or the folder was changed, KeyFileError where the
    certificate has expired, InputError where it cannot be signed.
    """
    _require_signer(signer)
    verification.require_intact(folder)
    path = folder / REPORT
    if not path.is_file():
        what, hint = tr("there is no report to sign"), tr("Write it first: acceptance report")
        raise SessionError(what, where=str(path), hint=hint)
    put(path, _signed(path.read_bytes(), signer, store.load(folder).id))
    _record(folder, "signed")
    return path


def _require_signer(signer: Signer) -> None:
    from acceptance.signing import certificates  # noqa: PLC0415 -- late: brings pyHanko

    certificates.require_signer(signer)


def _signed(pdf: bytes, signer: Signer, number: str) -> bytes:
    from acceptance.signing import pades  # noqa: PLC0415 -- late: brings pyHanko

    return pades.sign(pdf, signer, reason=number)


def _record(folder: Path, what: str) -> None:
    LogBook(folder).append(what, {"report": REPORT, "sha256": hash_file(folder / REPORT)})
    seal(folder, store.load(folder))
