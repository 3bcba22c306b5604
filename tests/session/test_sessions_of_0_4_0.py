"""Sessions of version 0.4.0, signed then.

Every later version verifies and judges them to the same verdicts.
"""

from __future__ import annotations

import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from acceptance.model import How
from acceptance.session import runner, store
from acceptance.signing import verification

ARCHIVES = Path(__file__).resolve().parents[1] / "sessions_of_0_4_0"
ROOT = ARCHIVES / "root.pem"
# Read off by people then, measured of captured streams since 0.9.0: their readings still count.
NOW_MEASURED = {"network-jitter", "packet-loss"}
SESSIONS = {"demo-faulty": 1, "demo-good": 1, "overlay": 2, "panel": 1, "site": 1}


def unpacked(name: str, place: Path) -> list[Path]:
    """Unpack an archive; return its session folders, the oldest first."""
    with tarfile.open(ARCHIVES / f"{name}.tar.xz") as archive:
        archive.extractall(place, filter="data")
    return sorted(place.iterdir())


def test_each_archive_is_tried() -> None:
    assert {path.name.removesuffix(".tar.xz") for path in ARCHIVES.glob("*.tar.xz")} == set(
        SESSIONS
    )


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_of_0_4_0_verifies_and_is_judged_again_to_the_same_findings(
    name: str, tmp_path: Path
) -> None:
    folders = unpacked(name, tmp_path / "old")
    assert len(folders) == SESSIONS[name]
    for folder in folders:
        result = verification.verify(folder, [ROOT])
        assert result.exit_code == 0
        # Only version 0.4.0 can write its pages again; all else is checked.
        assert {step.name: str(step.state) for step in result.steps if step.state != "ok"} == {
            "renderings": "skipped",
            "pages": "skipped",
        }
        said = next(step.details for step in result.steps if step.name == "attachment")
        assert said == ("version 0.4.0 signed no hashes of report.html, report.xml",)
        before = store.load(folder)
        assert before.tool_version == "0.4.0"
        kept = [str(folder / "data" / "packs" / f"{pack}.toml") for pack in before.plan.packs]
        judged, _ = runner.judge_again(folder, kept, tmp_path / "new", why="x", by="y")
        now = {(one.requirement, one.subject): one for one in judged.findings}
        for then in before.findings:
            found = now[then.requirement, then.subject]
            added = [one.code for one in found.remarks if one not in then.remarks]
            assert [one for one in found.remarks if one in then.remarks] == list(then.remarks)
            # What is known of dates since is said beside them.
            assert {*added} <= {"source_replaced", "source_not_yet", "below_advice"}
            if then.requirement.partition("/")[2] in NOW_MEASURED:
                assert found.how is How.MEASURED
                found = replace(found, how=then.how, quantity=then.quantity)
            assert replace(found, remarks=(), modality=then.modality) == replace(then, remarks=())
        if name == "overlay":  # extends the shipped pack, which asks more and advises heights now
            continue
        assert len(judged.findings) == len(before.findings)
        assert judged.bottom_line == before.bottom_line
        uncounted = [replace(one, limits=None, unconfirmed=None) for one in judged.conclusions]
        assert uncounted == [*before.conclusions]


@pytest.mark.parametrize("name", ["demo-good", "panel"])
def test_a_verdict_changed_in_a_session_of_0_4_0_is_found(name: str, tmp_path: Path) -> None:
    """The walk above could accept everything; this one shows that it does not."""
    (folder,) = unpacked(name, tmp_path)
    session = folder / "session.json"
    before = session.read_text("utf-8")
    session.write_text(before.replace('"verdict": "pass"', '"verdict": "fail"', 1), "utf-8")
    assert session.read_text("utf-8") != before
    assert verification.verify(folder, [ROOT]).exit_code == 1
