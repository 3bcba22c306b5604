"""Issuing a report: write it from a session folder, sign it, seal the folder again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from acceptance import wording
from acceptance.errors import NO_PAGES, InputError, SessionError, SetupError
from acceptance.files import shortage
from acceptance.files.output import put, require_outside
from acceptance.messages import tr
from acceptance.report import render
from acceptance.report.file_names import beside
from acceptance.session import contents, store, workspace
from acceptance.session.evidence import add_seal
from acceptance.session.journal import changing
from acceptance.session.log_book import LOG, LogBook
from acceptance.session.store import REPORT
from acceptance.signing import predecessors, renderings, roles, verification
from acceptance.signing.signatures import ROLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from acceptance.errors import PlanError
    from acceptance.model import Precedence, Predecessor
    from acceptance.session.journal import FolderChange
    from acceptance.session.measuring import Progress
    from acceptance.signing.certificates import Signer
    from acceptance.signing.levels import Stamping
    from acceptance.signing.policy import Policy
    from acceptance.signing.signatures import Signature


@dataclass(frozen=True, kw_only=True)
class Rules:
    """By what a report is signed."""

    policy: Policy | None = None
    """Who may sign in which role; None: anybody, one after the other (``policy.USUAL``)."""

    stamping: Stamping | None = None
    """Who stamps the time, and up to which level; None: nobody."""


@dataclass(frozen=True)
class ReportSigner:
    """Somebody who signs, in which role, and by what."""

    signer: Signer
    role: str
    rules: Rules

    def require(self, report: bytes) -> None:
        """Refuse who may not sign a report, not now or not again. Raises as ``Policy.require``.

        An empty ``report`` is one that nobody signed yet; of one that cannot be read, verifying
        says what is wrong.
        """
        from acceptance.signing import levels, policy  # noqa: PLC0415 -- late: brings pyHanko

        if (signed := _signed_so_far(report)) is None:
            return
        level = self.rules.stamping.level if self.rules.stamping else levels.PLAIN
        certificate = self.signer.key.signing_cert
        held = self.rules.policy or policy.USUAL
        held.require(certificate, roles.code(self.role), signed, level)

    def signed(self, pdf: bytes, number: str, lang: str) -> bytes:
        """Return a report with this signature added. Raises as ``pades.sign``."""
        from acceptance.signing import pades  # noqa: PLC0415 -- late: brings pyHanko

        return pades.sign(
            pdf, self.signer, role=roles.code(self.role), reason=number, lang=lang,
            stamping=self.rules.stamping,
        )  # fmt: skip


class Issued(NamedTuple):
    """A report that was issued, and why it is HTML alone where it is."""

    path: Path
    no_pdf: SetupError | None = None


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

    progress: Progress | None = None
    """Told how many files of a large report are set."""

    tell: Callable[[SetupError], None] | None = None
    """Told why a report is HTML alone."""

    def ready(self) -> None:
        """Refuse, before anything is measured, what issuing would refuse afterwards.

        Raises InputError (no such language, no certificate in a file of ``trust``), SetupError
        (there is a signer, and no PDF can be made) and KeyFileError (a certificate that has
        expired).
        """
        wording.phrases(self.lang)
        predecessors.load_roots(self.trust)
        if self.signer is not None:
            require_pdf()
            _require_signer(self.signer)

    def predecessor(self, folder: Path, role: Precedence) -> Predecessor:
        """Examine an old session as ``predecessors.examine`` does."""
        return predecessors.examine(folder, role, self.trust)

    def __call__(self, folder: Path) -> Issued:
        """Issue the report as ``issue`` does."""
        made = issue(folder, lang=self.lang, signer=self.signer, progress=self.progress)
        if made.no_pdf and self.tell:
            self.tell(made.no_pdf)
        return made


def lack() -> SetupError | None:
    """Return what keeps this machine from making a PDF: no Pango, no Chinese font.

    Raises SetupError where something else is short, such as memory.
    """
    try:
        render.check_fonts()
    except SetupError as error:
        if error.code not in NO_PAGES:  # what else is short may be there in a minute
            raise
        return error
    return None


def require_pdf() -> None:
    """Refuse to begin what needs a PDF, where none can be made. Raises SetupError."""
    if missing := lack():
        what = tr("{problem}, and only a PDF can be signed", problem=missing.what)
        hint = tr(
            "{remedy}; or leave out the key: the report is then HTML, and PDF and signature are "
            "made on another machine, with acceptance report SESSION --sign KEY",
            remedy=missing.hint,
        )
        raise SetupError(what, hint=hint, code=missing.code)


def issue(
    folder: Path | str,
    *,
    lang: str = "zh",
    signer: Signer | None = None,
    role: str = ROLE,
    rules: Rules | None = None,
    progress: Progress | None = None,
) -> Issued:
    """Write the report of a session ``folder``: PDF, annexes, HTML and JUnit (``report.xml``).

    Return its path. Where no PDF can be made (``lack``, or pages are refused while they are set),
    HTML and JUnit are written, and a later ``issue`` adds the PDF. ``lang`` is the report's
    language. With a ``signer`` the PDF is signed before it reaches the disc, in this ``role`` and
    by these ``rules``. ``progress`` is told how many of its files are set. Raises SessionError
    (changed, or signed already), SetupError (no PDF can be made, and there is a signer, or a PDF
    that would no longer fit), KeyFileError and OutputError, and as ``Policy.require``.
    """
    folder = Path(folder)
    if signer is not None:
        _require_signer(signer)
    contents.require_readable(folder)
    with changing(folder) as change:
        _require_unsigned(folder)
        signing = ReportSigner(signer, role, rules or Rules()) if signer else None
        no_pdf = _write(change, lang, signing, progress)
        issued = Issued(folder / _main(change), no_pdf)
    workspace.forget_unreported(folder)
    return issued


def _write(
    change: FolderChange, lang: str, signing: ReportSigner | None, progress: Progress | None
) -> SetupError | None:
    """Put the report and its renderings into a change; return why these alone, if so."""
    missing = lack()
    if not missing:
        try:
            made = _files(change.folder, lang, signing, progress=progress)
        except SetupError as error:  # by a rare letter of a name, which the first look misses
            if signing or error.code not in NO_PAGES:
                raise
            missing = error
    if missing:
        if (change.folder / REPORT).is_file():
            raise missing
        made = _files(change.folder, lang, signing, pdf=False)
    change.files.update(made)
    record(change, "reported" if signing is None else "reported_and_signed")
    return missing


def _add_signature(
    change: FolderChange,
    report: bytes,
    signing: ReportSigner,
    trust: Sequence[Path],
    progress: Progress | None,
) -> None:
    """Put the report with one more signature into a change."""
    verification.require_intact(change.folder)
    signing.require(report)
    verification.require_sound(change.folder, trust, progress)
    number, lang = store.load(change.folder).id, language(report)
    change.files[REPORT] = signing.signed(report, number, lang)
    record(change, "signed")


def _require_unsigned(folder: Path) -> None:
    contents.require_readable(folder)
    report = folder / REPORT
    if report.is_file() and is_signed(report.read_bytes()):
        what = tr("the report is issued and signed; it will not be overwritten")
        hint = tr("Write it elsewhere with -o FILE, or judge again for a new report")
        raise SessionError(what, where=str(report), hint=hint)


def is_signed(pdf: bytes) -> bool:
    """Whether a PDF bears a signature, sound or not."""
    return b"/ByteRange" in pdf


def write(
    folder: Path,
    file: Path,
    *,
    lang: str = "zh",
    signer: Signer | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write the report of a session folder to another file, its annexes beside it; return that.

    The folder stays as it is. ``progress`` is as for ``issue``. Raises as that does, SetupError
    where no PDF can be made, and OutputError for a file in the folder.
    """
    require_outside(file, folder)
    render.check_fonts()
    signing = ReportSigner(signer, ROLE, Rules()) if signer else None
    made = _files(folder, lang, signing, main=file.name, progress=progress)
    for name, content in made.items():
        if name in renderings.ANNEXES:
            put(file.with_name(beside(file.name, name)), content)
    put(file, made[REPORT])
    return file


def left_out(folder: Path, lang: str) -> list[PlanError]:
    """Say why the usual page stands in place of one that the institute arranges, for each.

    That is of the report of a session ``folder`` in a language.
    """
    done = store.load(folder)
    if not done.plan.institute.templates or lack():
        return []
    packs, profiles = store.load_all_packs(done, folder)
    return render.volumes(done, packs, folder, lang, profiles).left_out


def _files(
    folder: Path,
    lang: str,
    signing: ReportSigner | None,
    *,
    pdf: bool = True,
    main: str = REPORT,
    progress: Progress | None = None,
) -> dict[str, bytes]:
    """Name -> content of the report of an unchanged session folder, of annexes and renderings.

    The ``pdf``, if wanted, is signed where somebody signs, and carries the hashes of the others;
    ``main`` is what it will be called.
    """
    Issuing(lang=lang, signer=signing.signer if signing else None).ready()
    verification.require_intact(folder)
    if signing:
        signing.require(b"")
    done = store.load(folder)
    packs, profiles = store.load_all_packs(done, folder)
    made = {
        renderings.HTML: render.html(done, packs, folder, lang, profiles).encode(),
        renderings.JUNIT: render.junit(done, packs).encode(),
    }
    if not pdf:
        return made
    volumes = render.volumes(done, packs, folder, lang, profiles, main)
    made |= volumes.annexes(progress)
    described = renderings.of(lang, made)
    attachments = {
        store.FILE: (folder / store.FILE).read_bytes(),
        renderings.FILE: renderings.dumps(described),
    }
    report = volumes.report(described.annexes, attachments, progress)
    return {**made, REPORT: signing.signed(report, done.id, lang) if signing else report}


def sign(
    folder: Path,
    signer: Signer,
    *,
    role: str = ROLE,
    trust: Sequence[Path] = (),
    rules: Rules | None = None,
    progress: Progress | None = None,
) -> Path:
    """Sign the report of a session folder in a ``role``; return its path.

    The first signer signs a report that is written anew from the session, in the language of the
    one that lies there. Later signers add to it, where ``verification.verify`` finds nothing broken
    and, given roots to ``trust``, knows the signers before. ``rules`` say who may sign when, and up
    to which level; ``progress`` is told how many files of the report are set, or set again to
    compare. Raises SessionError where there is no report, the folder was changed, it is not
    this role's turn, or an interrupted change had to be finished first; KeyFileError where the
    certificate has expired, or may not sign in this role; InputError where it cannot be signed,
    OutputError where somebody else is at it.
    """
    _require_signer(signer)
    signing = ReportSigner(signer, role, rules or Rules())
    contents.require_readable(folder)
    path = folder / REPORT
    with changing(folder) as change:
        require_seen(change)
        if not path.is_file():
            what, hint = tr("there is no report to sign"), tr("Write it first: acceptance report")
            raise SessionError(what, where=str(path), hint=hint)
        found = path.read_bytes()
        if is_signed(found):
            _add_signature(change, found, signing, trust, progress)
        else:
            _write(change, language(found), signing, progress)
    return path


def require_seen(change: FolderChange) -> None:
    """Refuse to sign what has become of the report since its signer saw it: perhaps signed."""
    if change.resumed:
        what = tr("an earlier change was interrupted, and has been finished just now")
        hint = tr("Look at the report: sign it if your signature is missing")
        raise SessionError(what, where=str(change.folder), hint=hint)


def _require_signer(signer: Signer) -> None:
    from acceptance.signing import certificates  # noqa: PLC0415 -- late: brings pyHanko

    certificates.require_signer(signer)


def _signed_so_far(report: bytes) -> tuple[Signature, ...] | None:
    """Say who signed; None where the report cannot be read."""
    from acceptance.signing import signature_check  # noqa: PLC0415 -- late: brings pyHanko

    try:
        return (signature_check.listed(report) or None) if report else ()
    except Exception as error:  # noqa: BLE001 -- a flipped bit can make a parser fail in any way
        shortage.require_none(error)
        return None


def language(report: bytes) -> str:
    """Return the language of a report that nobody signed, and of which nothing else is used."""
    from acceptance.signing import pades  # noqa: PLC0415 -- late: brings pyHanko

    try:
        attached = dict(pades.attachments(report))
        return renderings.parse(attached.get(renderings.FILE, b"")).language
    except InputError:
        return "zh"


def _main(change: FolderChange) -> str:
    """Name the report that a change writes: the PDF, if there is one."""
    return REPORT if REPORT in change.files else renderings.HTML


def record(change: FolderChange, what: str) -> None:
    """Add the entry in the log and the seal to a change of the report."""
    report = _main(change)
    details = {"report": report, "sha256": hashlib.sha256(change.files[report]).hexdigest()}
    change.files[LOG] = LogBook(change.folder).with_entry(what, details)
    add_seal(change, store.load(change.folder))
