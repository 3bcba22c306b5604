"""Whatever is changed in a session folder, ``verify`` names it; and nothing else."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from issued_session import CLIP, PACK, details, issue, issued
from sample_pdf import blank_pdf, updated

from acceptance.errors import InputError, SessionError
from acceptance.model import Session, Verdict
from acceptance.session import evidence, store
from acceptance.session.log_book import LogBook
from acceptance.signing import issuing, pades
from acceptance.signing.certificates import load_signer
from acceptance.signing.signatures import State
from acceptance.signing.verification import Verification, require_intact, verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.signing.chains import DemoChain

pytestmark = pytest.mark.usefixtures("_plain_pages")
STEPS = [
    "signature",
    "attachment",
    "number",
    "manifests",
    "evidence",
    "log",
    "predecessors",
    "seeds",
    "verdicts",
    "renderings",
    "annexes",
    "pages",
]


def state_of(result: Verification, name: str) -> State:
    """Look up one step."""
    return next(step.state for step in result.steps if step.name == name)


def test_a_session_as_issued_is_valid_and_complete(original: Path, chain: DemoChain) -> None:
    """Every step passes, in the stated order, and something was really judged."""
    result = verify(original, [chain.root])
    assert [step.name for step in result.steps] == STEPS
    assert result.exit_code == 0, details(result)
    assert {step.state for step in result.steps} == {State.OK}
    assert result.number == original.name
    assert {finding.verdict for finding in store.load(original).findings} == {
        Verdict.PASS,
        Verdict.FAIL,
    }


def test_without_a_root_a_whole_session_is_indeterminate(original: Path) -> None:
    """All hashes are right, but nobody says whose signature it is."""
    result = verify(original)
    assert result.exit_code == 3
    assert [step.name for step in result.steps if step.state is not State.OK] == ["signature"]


def change(path: str, place: int = -9) -> Callable[[Path], object]:
    """Return what changes one byte of a file."""

    def act(folder: Path) -> None:
        data = bytearray((folder / path).read_bytes())
        data[place] ^= 1
        (folder / path).write_bytes(data)

    return act


def attached(folder: Path) -> int:
    """Find a place within the attached session."""
    pdf = (folder / "report.pdf").read_bytes()
    return pdf.index(b"stream", pdf.index(b"/EmbeddedFile")) + 50


def edit(path: str, old: str, new: str) -> Callable[[Path], object]:
    """Return what replaces a text in a file."""

    def act(folder: Path) -> None:
        text = (folder / path).read_text(encoding="utf-8")
        assert old in text
        (folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    return act


def resealed(tampering: Callable[[Path], object]) -> Callable[[Path], object]:
    """Return what changes a folder and its manifests, as whoever knows them would."""

    def act(folder: Path) -> None:
        content = store.load(folder)
        tampering(folder)
        evidence.seal(folder, content)

    return act


def without_lines(*numbers: int) -> Callable[[Path], object]:
    """Return what removes lines from the log."""

    def act(folder: Path) -> None:
        lines = (folder / "log.jsonl").read_text().splitlines(keepends=True)
        (folder / "log.jsonl").write_text(
            "".join(line for at, line in enumerate(lines, 1) if at not in numbers)
        )

    return act


@pytest.mark.parametrize(
    ("tampering", "broken", "named"),
    [
        (change("report.pdf", 12), {"signature", "manifests"}, "report.pdf changed"),
        (
            lambda f: change("report.pdf", attached(f))(f),
            {"signature", "attachment", "manifests"},
            "0 readable attachments",
        ),
        (
            lambda f: (f / "report.pdf").write_bytes((f / "report.pdf").read_bytes() + b" "),
            {"signature", "manifests"},
            "1 byte follows",
        ),
        (change(CLIP, 5), {"manifests", "evidence"}, f"{CLIP} changed"),
        (resealed(change(CLIP, 5)), {"evidence"}, f"{CLIP} changed"),
        (change("session.json"), {"attachment", "manifests"}, "session.json"),
        (
            resealed(edit("session.json", '"value": 48.0', '"value": 49.0')),
            {"attachment"},
            "measurements[0].value is 49.0, but 48.0 was signed",
        ),
        (resealed(edit("session.json", '": ', '":  ')), {"attachment"}, "byte by byte"),
        (change("manifest-sha256.txt", 2), {"manifests"}, "manifest-sha256.txt changed"),
        (change("bag-info.txt", 2), {"manifests"}, "bag-info.txt changed"),
        (
            lambda f: (f / "data/extra.mp4").touch(),
            {"manifests", "evidence"},
            "data/extra.mp4 added",
        ),
        (resealed(lambda f: (f / "data/extra.mp4").touch()), {"evidence"}, "data/extra.mp4 added"),
        (lambda f: (f / "note.txt").touch(), {"manifests"}, "note.txt added"),
        (resealed(edit("log.jsonl", "shot1", "shot9")), {"log"}, "log.jsonl:2"),
        (resealed(without_lines(2)), {"log"}, "log.jsonl:2"),
        (resealed(without_lines(3, 4)), {"log"}, "log.jsonl:3 is not the entry in the session"),
        (
            resealed(edit(f"data/packs/{PACK}.toml", "at_least = 8", "at_least = 7")),
            {"evidence"},
            f"data/packs/{PACK}.toml changed",
        ),
        (resealed(lambda f: (f / "log.jsonl").write_text("rubbish\n")), {"log"}, "log.jsonl:1"),
        (
            lambda f: (f / "session.json").write_text("rubbish"),
            {"attachment", "manifests"},
            "session.json",
        ),
    ],
)
def test_what_was_changed_is_named_and_breaks_the_session(
    folder: Path,
    chain: DemoChain,
    tampering: Callable[[Path], object],
    broken: set[str],
    named: str,
) -> None:
    """The steps that fail are those that can see the change, and the change is named."""
    tampering(folder)
    result = verify(folder, [chain.root])
    assert result.exit_code == 1
    assert {step.name for step in result.steps if step.state is State.BROKEN} == broken, details(
        result
    )
    assert named in details(result)


@pytest.mark.parametrize(
    ("path", "incomplete"),
    [
        (CLIP, {"manifests", "evidence"}),
        ("report.pdf", {"signature", "manifests"}),
        ("session.json", {"attachment", "manifests"}),
        ("log.jsonl", {"log", "manifests"}),
        ("manifest-sha256.txt", {"manifests"}),
        (f"data/packs/{PACK}.toml", {"manifests", "evidence"}),
    ],
)
def test_what_is_missing_is_named_and_leaves_the_session_incomplete(
    folder: Path, chain: DemoChain, path: str, incomplete: set[str]
) -> None:
    """What is left is still as it was signed."""
    (folder / path).unlink()
    result = verify(folder, [chain.root])
    assert result.exit_code == 2, details(result)
    assert {step.name for step in result.steps if step.state is State.INCOMPLETE} == incomplete, (
        details(result)
    )
    assert f"{path} {'missing' if 'manifests' in incomplete else 'is missing'}" in details(result)


def test_an_unsigned_report_leaves_the_session_incomplete(folder: Path, chain: DemoChain) -> None:
    """Everything fits, but nobody vouches for it."""
    (folder / "report.pdf").unlink()
    store.save(store.load(folder), folder)
    issuing.issue(folder)
    result = verify(folder, [chain.root])
    assert result.exit_code == 2
    assert [step.name for step in result.steps if step.state is not State.OK] == ["signature"]


def test_a_report_alone_is_incomplete(original: Path, chain: DemoChain, tmp_path: Path) -> None:
    """Signature and attachment are checked, and the rest is said to be absent."""
    report = shutil.copy(original / "report.pdf", tmp_path / "got by mail.pdf")
    result = verify(report, [chain.root])
    assert result.exit_code == 2
    assert result.number == original.name
    assert [step.name for step in result.steps if step.state is State.OK] == [
        "signature",
        "attachment",
        "number",
        "predecessors",
        "seeds",
    ]
    report.write_bytes(updated(report.read_bytes(), "drawing"))
    assert verify(report, [chain.root]).exit_code == 1


@pytest.mark.parametrize("name", ["X1 - 副本", "X1 (1)", "X1 - Copy", "20260602-X2", "验收"])
def test_a_renamed_or_copied_folder_is_valid_and_its_number_is_said(
    folder: Path, chain: DemoChain, name: str
) -> None:
    """The number in the signed session counts, whatever the folder is called."""
    copy = shutil.copytree(folder, folder.with_name(name))
    result = verify(copy, [chain.root])
    assert result.exit_code == 0, details(result)
    assert result.number == folder.name
    assert f"{folder.name}; the folder is named {name}" in details(result)


def test_a_signed_report_moved_to_another_session_is_found(
    folder: Path, chain: DemoChain, tmp_path: Path
) -> None:
    """The session beside it is not the one in it."""
    other = issued(tmp_path / "20260602-X2", chain, [CLIP])
    shutil.copy(folder / "report.pdf", other)
    evidence.seal(other, store.load(other))
    result = verify(other, [chain.root])
    assert result.exit_code == 1
    assert state_of(result, "attachment") is State.BROKEN
    assert "id is '20260602-X2', but '20260602-X1' was signed" in details(result)


def test_another_attachment_under_the_same_name_is_found(folder: Path, chain: DemoChain) -> None:
    """A report signed by the same key over another session does not pass for this one."""
    content = store.load(folder)
    other = replace(content, operator="somebody else")
    report = blank_pdf(session_json=store.dumps(other))
    (folder / "report.pdf").write_bytes(
        pades.sign(report, load_signer(chain.signer, chain.password))
    )
    evidence.seal(folder, content)
    result = verify(folder, [chain.root])
    assert result.exit_code == 1
    assert state_of(result, "attachment") is State.BROKEN
    assert "operator is '', but 'somebody else' was signed" in details(result)


def test_a_report_without_the_session_in_it_is_broken(folder: Path, chain: DemoChain) -> None:
    """A signature over a page vouches for the page only."""
    report = blank_pdf(other_json=b"{}")
    (folder / "report.pdf").write_bytes(
        pades.sign(report, load_signer(chain.signer, chain.password))
    )
    store.save(store.load(folder), folder)
    result = verify(folder, [chain.root])
    assert state_of(result, "attachment") is State.BROKEN


def forged(content: Session, **fields: Any) -> Session:
    """Change the first finding that was decided."""
    index = next(
        at for at, one in enumerate(content.findings) if one.verdict in {Verdict.PASS, Verdict.FAIL}
    )
    findings = list(content.findings)
    findings[index] = replace(findings[index], **fields)
    return replace(content, findings=tuple(findings))


@pytest.mark.parametrize(
    ("forge", "named"),
    [
        (lambda s: forged(s, verdict=Verdict.CONDITIONAL_PASS), "verdict is stored as"),
        (lambda s: forged(s, value=1.5), "value is stored as 1.5"),
        (lambda s: replace(s, findings=s.findings[1:]), "due, but not stored"),
        (lambda s: replace(s, findings=(*s.findings, s.findings[0])), "stored twice"),
        (
            lambda s: replace(
                s, findings=(*s.findings, replace(s.findings[0], requirement="made#up"))
            ),
            "made#up of camera: stored, but does not follow",
        ),
        (
            lambda s: replace(
                s, bottom_line=replace(s.bottom_line, verdict=Verdict.CONDITIONAL_FAIL)
            ),
            "bottom line: verdict",
        ),
    ],
)
def test_a_verdict_that_does_not_follow_is_found_though_it_was_signed(
    folder: Path, chain: DemoChain, forge: Callable[[Session], Session], named: str
) -> None:
    """The signer may have signed anything.

    The measurements and the pack say what follows from them.
    """
    issue(folder, forge(store.load(folder)), chain)
    result = verify(folder, [chain.root])
    assert [step.name for step in result.steps if step.state is State.BROKEN] == ["verdicts"], (
        details(result)
    )
    assert result.exit_code == 1
    assert named in details(result)


def test_another_version_of_the_tool_leaves_differing_verdicts_indeterminate(
    folder: Path, chain: DemoChain
) -> None:
    """A newer judge may know better; that is no forgery, and it is said."""
    issue(folder, replace(forged(store.load(folder), value=1.5), tool_version="0.0.1"), chain)
    result = verify(folder, [chain.root])
    assert result.exit_code == 3
    assert "version 0.0.1" in details(result)


def test_a_longer_log_is_no_change(folder: Path, chain: DemoChain) -> None:
    """Entries that come after the session was finished are added behind its own."""
    LogBook(folder).append("signed", {"report": "report.pdf", "sha256": "0" * 64})
    store.save(store.load(folder), folder)
    assert verify(folder, [chain.root]).exit_code == 0


def test_a_session_that_hostile_hands_wrote_gives_findings_not_a_crash(folder: Path) -> None:
    """Unsigned and out of shape: every step still answers."""
    (folder / "report.pdf").unlink()
    content = json.loads((folder / "session.json").read_text())
    content["measurements"][0]["unit"] = "bananas"
    content["finished"] = "never"
    content["plan"]["packs"] = ["../../etc/passwd"]
    (folder / "session.json").write_text(json.dumps(content))
    result = verify(folder)
    assert [step.name for step in result.steps] == STEPS
    assert result.exit_code == 1


def test_where_there_is_nothing_to_check_the_path_is_said(tmp_path: Path, original: Path) -> None:
    """An empty folder, a wrong path and a wrong trust file are errors of whoever asks."""
    for target in (tmp_path, tmp_path / "absent"):
        with pytest.raises(SessionError, match="neither") as caught:
            verify(target)
        assert str(target) in str(caught.value)
    with pytest.raises(InputError, match="cannot be read"):
        verify(original, [tmp_path / "absent.pem"])


@pytest.mark.skipif(not shutil.which("pdfdetach"), reason="poppler-utils is not here")
def test_the_way_without_this_tool_finds_the_same(folder: Path) -> None:
    """The commands of ``docs/verify.md`` pass over a whole folder and stop at a changed clip."""
    text = (Path(__file__).parents[2] / "docs" / "verify.md").read_text(encoding="utf-8")
    shown = re.search(
        r"^    sha256sum --check manifest.*?--check signed\S*", text, re.MULTILINE | re.DOTALL
    )
    assert shown
    commands = ["bash", "-c", "set -e\n" + textwrap.dedent(shown[0])]
    done = subprocess.run(commands, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    resealed(change(CLIP, 5))(folder)
    done = subprocess.run(commands, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert f"{CLIP}: FAILED" in done.stdout


@pytest.mark.parametrize(
    ("tampering", "named"),
    [
        (resealed(edit("report.html", "不符合", "符合")), "report.html changed"),
        (resealed(edit("report.xml", "<failure", "<system-out")), "report.xml changed"),
        (resealed(lambda folder: (folder / "report.xml").unlink()), "report.xml missing"),
    ],
)
def test_renderings_that_do_not_follow_from_the_session_are_named(
    folder: Path, chain: DemoChain, tampering: Callable[[Path], object], named: str
) -> None:
    """They are written again and compared, so that whoever fixes the manifests too is found."""
    tampering(folder)
    result = verify(folder, [chain.root])
    assert result.exit_code != 0
    assert named in details(result)


def test_nothing_is_built_on_a_session_that_was_changed(folder: Path) -> None:
    """Judging again, reporting and signing would launder the change."""
    require_intact(folder)
    shutil.rmtree(folder / "data" / "clips")
    require_intact(folder)
    resealed(edit("session.json", "48.0", "58.0"))(folder)
    with pytest.raises(
        SessionError, match=r"was changed after it was sealed: .*session\.json: measurements"
    ):
        require_intact(folder)


def test_a_pack_that_only_bears_a_shipped_name_is_pointed_out(
    folder: Path, chain: DemoChain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its verdicts follow, but the reader must know that it is not the pack of that name."""
    (tmp_path / f"{PACK}.toml").write_text("id = 'other'")
    monkeypatch.setattr("acceptance.checks.pack.FOLDER", tmp_path)
    result = verify(folder, [chain.root])
    assert result.exit_code == 0
    assert f"data/packs/{PACK}.toml is not the pack of that name" in details(result)


def test_nothing_is_trusted_out_of_the_folder_that_is_checked(
    folder: Path, chain: DemoChain
) -> None:
    """Whoever made the folder would choose by whom it may be signed."""
    root = shutil.copy(chain.root, folder / "data" / "root.pem")
    with pytest.raises(InputError, match="lies in the folder that is checked"):
        verify(folder, [root])
    with pytest.raises(InputError, match="lies in the folder that is checked"):
        verify(folder, [chain.root], signers=[root])
