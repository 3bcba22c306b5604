"""Where no PDF can be made, HTML is, nothing measured is lost, and nothing looks signed.

Pango is kept from being loaded in a process of its own (``without_pango/sitecustomize.py``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from acceptance.errors import SetupError
from acceptance.report import render
from acceptance.session.log_book import LogBook
from acceptance.signing import issuing, verification
from acceptance.signing.certificates import load_signer
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from acceptance.signing.chains import DemoChain

pytestmark = pytest.mark.usefixtures("_plain_pages")  # of those that this process sets
TESTS = Path(__file__).resolve().parents[1]
PACK = "gb_t_28181_2022"
# All in one process, because loading the libraries takes longest.
PROGRAM = f"""
import sys
from pathlib import Path
from acceptance.cli import terminal, verbs
from acceptance.errors import AcceptanceError

def call(*words):
    print("command", words[0])
    try:
        code = verbs.cli.main(words, standalone_mode=False, prog_name="acceptance") or 0
    except AcceptanceError as error:
        print(error)
        code = error.exit_code
    print("code", words[0], code, flush=True)

key = sys.argv[1]
call("chart", "acceptance", "-o", "chart.png", "--width", "1280")
chart = ("chart.png", "--chart", "acceptance", "--pack", "{PACK}")
call("run", *chart, "-o", "never", "--sign", key)
call("run", *chart, "-o", "out")
[session] = [path for path in Path("out").iterdir() if not path.name.startswith(".")]
call("verify", str(session))
call("report", str(session), "--lang", "en")
call("report", str(session), "-o", "elsewhere.pdf")
call("sign", str(session), "--key", key)
call("diff", str(session), str(session))
call("judge", str(session), "--pack", "{PACK}", "--why", "x", "--by", "y", "-o", "again")
call("demo", "-o", "demo")
call("doctor")
"""


@pytest.fixture(scope="module")
def said(chain: DemoChain, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Folder and output of the program."""
    folder = tmp_path_factory.mktemp("without")
    paths = os.pathsep.join([str(TESTS / "without_pango"), str(TESTS.parent)])
    given = {"PYTHONPATH": paths, "ACCEPTANCE_KEY_PASSWORD": chain.password, "COLUMNS": "400"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(chain.signer)], cwd=folder, env=os.environ | given,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "code doctor" in done.stdout, done.stderr
    return folder, done.stdout


def of(verb: str, said: str) -> str:
    """Return what the last command of this verb said."""
    return said.rpartition(f"command {verb}\n")[2].partition("command ")[0]


def session_in(folder: Path) -> Path:
    """Return the only session in a folder."""
    [found] = [path.parent for path in folder.glob("*/session.json")]
    return found


def test_run_and_judge_write_html_and_exit_as_their_verdict_says(said: tuple[Path, str]) -> None:
    folder, output = said
    codes = [line.split()[1:] for line in output.splitlines() if line.startswith("code ")]
    assert codes == [
        ["chart", "0"], ["run", "2"], ["run", "3"], ["verify", "2"], ["report", "3"],
        ["report", "2"], ["sign", "2"], ["diff", "0"], ["judge", "3"], ["demo", "2"],
        ["doctor", "2"],
    ]  # fmt: skip
    for name in ("out", "again"):
        place = session_in(folder / name)
        assert {path.name for path in place.glob("report.*")} == {"report.html", "report.xml"}
    for verb in ("run", "judge"):
        assert "The report is HTML alone: Pango is not installed." in of(verb, output)
        assert "acceptance report" in of(verb, output)
        assert "apt-get install libpango-1.0-0" in of(verb, output)


def test_that_a_signature_needs_a_pdf_is_said_before_anything_is_measured(
    said: tuple[Path, str],
) -> None:
    folder, output = said
    first = output.split("command run\n")[1]
    assert first.startswith("Pango is not installed, and only a PDF can be signed.")
    assert "leave out the key" in first
    assert not (folder / "never").exists()
    assert not (folder / "demo").exists()
    assert not (folder / "elsewhere.pdf").exists()


def test_doctor_says_which_verbs_go_without_and_standard_output_has_no_advice_of_a_library(
    said: tuple[Path, str],
) -> None:
    _, output = said
    assert "run, judge and report write HTML alone; sign, demo, sheet, panel" in output
    assert "WeasyPrint could not import" not in output


def test_verify_calls_it_incomplete_and_unsigned_and_nothing_broken(said: tuple[Path, str]) -> None:
    folder, _ = said
    result = verification.verify(session_in(folder / "out"))
    states = {step.name: step.state for step in result.steps}
    assert states.pop("signature") is State.INCOMPLETE
    assert set(states.values()) <= {State.OK, State.SKIPPED}
    assert states["renderings"] is State.OK
    assert result.steps[0].details[0].startswith("nobody signed: there is HTML, and no PDF")
    assert result.exit_code == 2


def test_a_changed_word_of_the_html_is_broken(said: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = said
    session = session_in(folder / "out")
    place = Path(shutil.copytree(session, tmp_path / session.name))
    page = place / "report.html"
    page.write_bytes(page.read_bytes().replace(b"acceptance", b"acceptence"))
    states = {step.name: step.state for step in verification.verify(place).steps}
    assert states["renderings"] is State.BROKEN


@pytest.fixture(scope="module")
def issued(said: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the session to which this machine has added the PDF."""
    session = session_in(said[0] / "out")
    place = tmp_path_factory.mktemp("issued") / session.name
    shutil.copytree(session, place)
    assert issuing.issue(place, lang="en").path.name == "report.pdf"
    return place


def test_another_machine_adds_the_pdf_and_the_signature(
    issued: Path, tmp_path: Path, chain: DemoChain
) -> None:
    place = Path(shutil.copytree(issued, tmp_path / issued.name))
    issuing.sign(place, load_signer(chain.signer, chain.password))
    assert verification.verify(place, [chain.root]).exit_code == 0
    reports = [entry.details.get("report") for entry in LogBook(place).read()]
    assert reports[-4:] == ["report.html", "report.html", "report.pdf", "report.pdf"]


def test_a_pdf_that_was_taken_away_is_missing_and_not_excused(issued: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(issued, tmp_path / issued.name))
    (place / "report.pdf").unlink()
    assert verification.verify(place).steps[0].details == ("report.pdf is missing",)


def test_html_is_not_written_anew_beside_a_pdf_that_would_no_longer_fit(
    issued: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Path(shutil.copytree(issued, tmp_path / issued.name))
    before = {path.name: path.read_bytes() for path in place.iterdir() if path.is_file()}

    def missing() -> None:
        raise SetupError("Pango is not installed", code="pango_missing")

    monkeypatch.setattr(render, "check_fonts", missing)
    with pytest.raises(SetupError, match="Pango is not installed"):
        issuing.issue(place, lang="en")
    assert {path.name: path.read_bytes() for path in place.iterdir() if path.is_file()} == before


def test_too_little_memory_is_no_missing_pango(monkeypatch: pytest.MonkeyPatch) -> None:
    def short() -> None:
        raise SetupError("there is not enough memory", code="memory")

    monkeypatch.setattr(render, "check_fonts", short)
    with pytest.raises(SetupError, match="memory"):
        issuing.lack()
