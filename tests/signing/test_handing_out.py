"""Papers lie beside a session, which stays as it is, and are of a session that nobody changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from issued_session import judged, measurement

from acceptance.cli import verbs
from acceptance.errors import SessionError, SetupError
from acceptance.model import Verdict
from acceptance.session import evidence, store
from acceptance.signing import handing_out, issuing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from acceptance.signing.chains import DemoChain

pytestmark = pytest.mark.usefixtures("_plain_pages")


def contents(folder: Path) -> Mapping[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended."""

    exit_code: object
    out: str
    err: str


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    """Return what calls ``acceptance report`` as a shell does."""

    def called(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["acceptance", "report", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            verbs.main()
        said = capsys.readouterr()
        words = (" ".join(text.split()) for text in (said.out, said.err))
        return Ended(
            exit_code=ended.value.code or 0, **dict(zip(("out", "err"), words, strict=True))
        )

    return called


def test_summary_and_notice_lie_beside_the_session_and_change_nothing_in_it(
    folder: Path, call: Callable[..., Ended]
) -> None:
    before = contents(folder)
    assert call(folder, "--summary").exit_code == 0
    assert call(folder, "--notice", "--until", "2026-12-31", "--lang", "en").exit_code == 0
    made = {path.name for path in folder.parent.glob("2026*.*")}
    kinds = ("summary", "notice")
    assert made == {f"20260602-X1-{kind}.{end}" for kind in kinds for end in ("pdf", "html")}
    assert contents(folder) == before
    page = (folder.parent / "20260602-X1-notice.html").read_text("utf-8")
    assert hashlib.sha256((folder / store.FILE).read_bytes()).hexdigest() in page
    assert hashlib.sha256((folder / store.REPORT).read_bytes()).hexdigest() in page
    assert "(signed)" in page
    assert "2026-12-31" in page
    assert "Grey steps" in page
    assert "Signal-to-noise" not in page


def test_a_paper_goes_to_another_file_but_not_into_the_session(
    folder: Path, call: Callable[..., Ended]
) -> None:
    place = folder.parent / "papers" / "notice.pdf"
    assert call(folder, "--notice", "-o", place).exit_code == 0
    assert {path.name for path in place.parent.iterdir()} == {"notice.pdf", "notice.html"}
    refused = call(folder, "--summary", "-o", folder / "x.pdf")
    assert refused.exit_code != 0
    assert "inside the session folder" in refused.err


def test_a_session_in_which_nothing_failed_has_nothing_to_rectify(
    folder: Path, call: Callable[..., Ended]
) -> None:
    figures = (measurement("noise.snr", "dB", 48.0), measurement("grey_scale.steps", "1", 9.0))
    passed = judged(folder, figures)
    for name in ("report.pdf", "report.html", "report.xml"):
        (folder / name).unlink()
    store.save(passed, folder)
    evidence.seal(folder, passed)
    with pytest.raises(SessionError, match="nothing failed"):
        handing_out.notice(folder)
    said = call(folder, "--notice")
    assert said.exit_code == SessionError.exit_code
    assert "nothing to rectify" in said.err
    assert list(folder.parent.glob("*notice*")) == []


def test_a_changed_session_gives_no_paper(folder: Path) -> None:
    (folder / store.FILE).write_text((folder / store.FILE).read_text("utf-8") + " ", "utf-8")
    for paper in (handing_out.summary, handing_out.notice):
        with pytest.raises(SessionError):
            paper(folder)
    assert list(folder.parent.glob("*.html")) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--until", "2026-12-31"), "--until needs --notice"),
        (("--summary", "--until", "2026-12-31"), "--until needs --notice"),
        (("--summary", "--notice"), "one paper each"),
        (("--notice", "--until", "2026-05-31"), "is before 2026-06-02"),
        (("--notice", "--until", "31.12.2026"), "31.12.2026"),
    ],
)
def test_what_does_not_go_together_is_refused(
    folder: Path, call: Callable[..., Ended], options: tuple[str, ...], words: str
) -> None:
    refused = call(folder, *options)
    assert refused.exit_code == 64
    assert words in refused.err


def test_the_day_may_be_that_of_the_verdict(folder: Path) -> None:
    assert handing_out.notice(folder, until=dt.date(2026, 6, 2)).html.is_file()


def test_a_paper_is_not_signed_by_a_key(
    folder: Path, call: Callable[..., Ended], chain: DemoChain
) -> None:
    refused = call(folder, "--summary", "--sign", chain.signer)
    assert refused.exit_code == 64
    assert "signed by hand" in refused.err


def test_without_pango_there_is_html_and_the_exit_code_says_so(
    folder: Path, call: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "lack", lambda: SetupError("no Pango", code="pango_missing"))
    said = call(folder, "--summary")
    assert said.exit_code == 3
    assert "HTML only" in said.out
    assert {path.name for path in folder.parent.glob("2026*.*")} == {"20260602-X1-summary.html"}


@pytest.mark.parametrize("number", ["../../evil", "/evil", "..", "", ".evil", "a:b", "con"])
def test_a_number_that_names_no_folder_leads_nowhere(folder: Path, number: str) -> None:
    """Whoever holds no key may give a session any number, where nobody signed it."""
    for report in (*folder.glob("report.*"), *folder.glob("annex-*.pdf")):
        report.unlink()
    store.save(replace(store.load(folder), id=number), folder)
    before = {*folder.parent.iterdir()}
    with pytest.raises(SessionError, match="this is not a session"):
        handing_out.summary(folder)
    assert {*folder.parent.iterdir()} == before


@pytest.mark.parametrize("use", [handing_out.summary, issuing.issue])
def test_verdicts_that_do_not_follow_are_neither_printed_nor_signed(
    folder: Path, use: Callable[[Path], object]
) -> None:
    """Whoever holds no key writes a pass into a session, and seals it before anybody signs."""
    for report in (*folder.glob("report.*"), *folder.glob("annex-*.pdf")):
        report.unlink()
    content = store.load(folder)
    line = replace(content.bottom_line, verdict=Verdict.PASS, failed=())
    findings = tuple(replace(one, verdict=Verdict.PASS) for one in content.findings)
    store.save(replace(content, findings=findings, bottom_line=line), folder)
    with pytest.raises(SessionError, match=r"verdict is stored as .*pass.*, judged as .*fail"):
        use(folder)
