"""Nobody signs what they did not see: what ``sign`` takes, and what it refuses."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pki
import pytest
import reached_session
from forgeries import FORGERIES, forge
from issued_session import details
from sample_pdf import blank_pdf, updated

from acceptance.batch import record
from acceptance.batch.making import Recorded
from acceptance.batch.record import Record
from acceptance.cli import closing
from acceptance.errors import SessionError, SetupError
from acceptance.report import own_typefaces, render, typesetting
from acceptance.session import evidence, runner, store
from acceptance.signing import issuing, pades, renderings
from acceptance.signing.certificates import Signer, load_signer
from acceptance.signing.chains import DemoChain, make_demo_chain
from acceptance.signing.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from acceptance.model import Session

pytestmark = pytest.mark.usefixtures("_plain_pages")


@pytest.fixture
def reported(folder: Path) -> Path:
    """Take a session whose report nobody signed, in English."""
    (folder / "report.pdf").unlink()
    evidence.seal(folder, store.load(folder))
    issuing.issue(folder, lang="en")
    return folder


@pytest.fixture(scope="module")
def signer(chain: DemoChain) -> Signer:
    """Open the key."""
    return load_signer(chain.signer, chain.password)


@pytest.fixture(scope="module")
def reviewer() -> Signer:
    """Take another person, whose certificate is of another chain."""
    return pki.holder("李审核", pki.authority("某机构")).signer()


def blank(folder: Path) -> bytes:
    """Attach what is attached to the report to an empty page."""
    files = pades.attachments((folder / "report.pdf").read_bytes())
    return blank_pdf(**{name.replace(".", "_"): content for name, content in files})


def with_drawing(folder: Path) -> bytes:
    """Draw something over the report."""
    return updated((folder / "report.pdf").read_bytes(), "drawing")


@pytest.mark.parametrize("swapped", [blank, with_drawing])
def test_the_first_signature_is_put_under_pages_set_anew(
    reported: Path, chain: DemoChain, signer: Signer, swapped: Callable[[Path], bytes]
) -> None:
    """A PDF put in place of the report, manifests written again, is neither signed nor kept."""
    honest = (reported / "report.pdf").read_bytes()
    (reported / "report.pdf").write_bytes(swapped(reported))
    evidence.seal(reported, store.load(reported))
    assert issuing.sign(reported, signer).read_bytes().startswith(honest)
    result = verify(reported, [chain.root])
    assert result.exit_code == 0, details(result)


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every page be refused while it is set, though a look at the typefaces finds nothing."""

    def refuse(*_: object) -> None:
        own_typefaces.require_none(["Other"])

    monkeypatch.setattr(typesetting, "_require_own", refuse)
    monkeypatch.setattr(typesetting, "_JUST_SET", {})


def finished(
    out: Path, made: runner.Issue, monkeypatch: pytest.MonkeyPatch
) -> tuple[Session, Path]:
    """Judge a session and issue its report as ``run`` does."""
    finish = runner.finish
    monkeypatch.setattr(runner, "finish", lambda *given: finish(*given[:3], made, None))
    return reached_session.reach(reached_session.Case(), out)


@pytest.mark.usefixtures("refused")
def test_pages_refused_while_they_are_set_leave_html_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All measuring would be lost, and lost again by every other try."""
    why: list[SetupError] = []
    _, folder = finished(tmp_path, issuing.Issuing(tell=why.append), monkeypatch)
    assert {path.name for path in folder.glob("report.*")} == {"report.html", "report.xml"}
    closing.html_alone(folder, *why, "en")
    said = " ".join(capsys.readouterr().out.split())
    assert "HTML alone: other typefaces draw letters of the report: Other." in said
    assert "A rule of fontconfig" in said
    assert f"another machine: acceptance report {shlex.quote(str(folder))} --lang en A rule" in said
    monkeypatch.undo()
    assert issuing.issue(folder) == (folder / "report.pdf", None)


@pytest.mark.usefixtures("refused")
def test_a_session_whose_pages_cannot_be_set_to_be_signed_is_kept_and_named(
    tmp_path: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path with a blank is quoted; without the key, another report would be made."""
    out = tmp_path / "a b"
    with pytest.raises(SetupError, match="The session is kept, without a report: ") as raised:
        finished(out, issuing.Issuing(lang="en", signer=signer), monkeypatch)
    [folder] = [path.parent for path in out.glob("*/session.json")]
    assert str(folder) in raised.value.what
    assert raised.value.hint.endswith(f"acceptance report '{folder}' --lang en --sign key.p12")
    assert not [*folder.glob("report.*")]
    monkeypatch.undo()
    assert issuing.issue(folder, signer=signer).path.name == "report.pdf"


@pytest.mark.usefixtures("refused")
def test_a_batch_keeps_a_session_whose_report_was_made_later_and_no_other(
    tmp_path: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its report it would be called done."""
    book, issued = Record(tmp_path), issuing.Issuing(signer=signer)
    with pytest.raises(SetupError, match="The session is kept"):
        finished(tmp_path, Recorded(issued, book, {"plan": "p", "key": "k"}), monkeypatch)
    [folder] = [path.parent for path in tmp_path.glob("*/session.json")]
    done, line = store.load(folder), book.sessions()["k"]
    files = {shot.id: record._files(done, shot) for shot in done.shots}
    assert record.kept(tmp_path, line, files, {}) is None
    monkeypatch.undo()
    issuing.issue(folder, signer=signer)
    assert record.kept(tmp_path, line, files, {}) == record.about(folder, done)


@pytest.mark.usefixtures("refused")
def test_a_report_is_not_replaced_by_html_where_its_pages_are_refused(folder: Path) -> None:
    (folder / "report.pdf").write_bytes(blank(folder))
    evidence.seal(folder, store.load(folder))
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(SetupError, match="other typefaces draw letters"):
        issuing.issue(folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_the_report_is_signed_in_its_language(reported: Path, signer: Signer) -> None:
    """Bytes of the report as it was written, and the signature behind them."""
    before = (reported / "report.pdf").read_bytes()
    signed = issuing.sign(reported, signer).read_bytes()
    assert signed.startswith(before)
    made = renderings.parse(dict(pades.attachments(signed))[renderings.FILE])
    assert made.language == "en"
    assert made.renderer == render.fingerprint()


def test_a_second_signer_adds_to_the_first(folder: Path, chain: DemoChain, tmp_path: Path) -> None:
    """Two roles, one report, all valid."""
    root = pki.authority("某机构")
    reviewer = pki.holder("李审核", root).signer()
    trust = [chain.root, pki.write(tmp_path / "root.pem", root.pem)]
    issuing.sign(folder, reviewer, role="reviewer", trust=trust)
    result = verify(folder, trust, roles=["inspector", "reviewer"])
    assert result.exit_code == 0, details(result)
    with pytest.raises(SessionError, match="has signed already"):
        issuing.sign(folder, reviewer, role="reviewer", trust=trust)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda pdf: updated(pdf, "drawing"), "changed after it was signed"),
        (lambda pdf: updated(pdf, "attachment"), r"other\.json added"),
        (lambda pdf: pdf + b" ", "1 byte follows"),
        (lambda pdf: pdf[:-900] + bytes(900), "0 readable attachments"),
    ],
)
def test_a_second_signer_refuses_a_broken_first_signature(
    folder: Path, reviewer: Signer, change: Callable[[bytes], bytes], says: str
) -> None:
    """Whatever was changed would bear the second name."""
    (folder / "report.pdf").write_bytes(change((folder / "report.pdf").read_bytes()))
    evidence.seal(folder, store.load(folder))
    before = (folder / "report.pdf").read_bytes()
    with pytest.raises(SessionError, match=says):
        issuing.sign(folder, reviewer, role="reviewer")
    assert (folder / "report.pdf").read_bytes() == before


def test_a_second_signer_refuses_pages_that_do_not_follow(
    folder: Path, chain: DemoChain, reviewer: Signer
) -> None:
    """The first signer forged them with a key that is trusted."""
    forge(folder, chain, next(each for each in FORGERIES if each.name == "pages that pass"))
    with pytest.raises(SessionError, match="the pages are not those that follow"):
        issuing.sign(folder, reviewer, role="reviewer", trust=[chain.root])


def test_a_second_signer_refuses_a_stranger_where_roots_are_given(
    folder: Path, reviewer: Signer, tmp_path: Path
) -> None:
    """Without roots only what can be known is checked: nothing was changed."""
    other = make_demo_chain(tmp_path / "other")
    with pytest.raises(SessionError, match="leads to none of the given root certificates"):
        issuing.sign(folder, reviewer, role="reviewer", trust=[other.root])
    issuing.sign(folder, reviewer, role="reviewer")


@pytest.mark.parametrize("act", [issuing.issue, issuing.sign])
def test_a_report_too_large_to_be_read_is_refused_unread(
    folder: Path, signer: Signer, act: Callable[..., object]
) -> None:
    """Its size is asked first."""
    with (folder / "report.pdf").open("wb") as file:
        file.truncate(200 << 30)
    with pytest.raises(SessionError, match=r"report\.pdf has 214748364800 bytes, too many"):
        act(folder, signer=signer)
    result = verify(folder / "report.pdf")
    assert result.exit_code == 1
    assert "report.pdf has 214748364800 bytes, too many to be read" in details(result)
