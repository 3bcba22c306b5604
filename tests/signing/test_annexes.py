"""Annexes under ``verify``: all of them as signed, none missing, none of another report."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from issued_session import CLIP, details, issued
from pypdf import PdfReader

from acceptance.session import evidence, store
from acceptance.signing.signatures import State
from acceptance.signing.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from acceptance.signing.certificates import DemoChain
    from acceptance.signing.verification import Verification

ANNEX = "annex-e.pdf"


def sealed(folder: Path, change: Callable[[Path], object]) -> Verification:
    """Change an annex, and the manifests with it, as whoever knows them would."""
    change(folder / ANNEX)
    evidence.seal(folder, store.load(folder))
    return verify(folder)


def state(result: Verification) -> State:
    """Return what became of the step."""
    return next(step.state for step in result.steps if step.name == "annexes")


def test_a_missing_annex_leaves_the_report_incomplete(folder: Path) -> None:
    result = sealed(folder, lambda annex: annex.unlink())
    assert state(result) is State.INCOMPLETE
    assert result.exit_code in {2, 3}  # 3: this verifier trusts nobody
    assert f"{ANNEX} missing" in details(result)


@pytest.mark.parametrize(
    "change",
    [
        lambda annex: annex.write_bytes(annex.read_bytes() + b"\n"),
        lambda annex: shutil.copy(annex.with_name("annex-f.pdf"), annex),
        lambda annex: annex.write_bytes(b""),
    ],
    ids=["a byte more", "another annex", "empty"],
)
def test_a_changed_annex_breaks_the_report(folder: Path, change: Callable[[Path], object]) -> None:
    result = sealed(folder, change)
    assert state(result) is State.BROKEN
    assert result.exit_code == 1
    assert f"{ANNEX} changed" in details(result)


def test_an_annex_that_the_report_does_not_name_breaks_it(folder: Path) -> None:
    """There are no curves in this session, so there is no annex of curves."""
    assert not (folder / "annex-b.pdf").exists()
    result = sealed(folder, lambda annex: shutil.copy(annex, annex.with_name("annex-b.pdf")))
    assert result.exit_code == 1
    assert "annexes broken: annex-b.pdf added" in details(result)


def test_an_annex_has_the_number_of_its_report(folder: Path) -> None:
    for annex in folder.glob("annex-*.pdf"):
        assert folder.name in PdfReader(annex).pages[0].extract_text()


@pytest.mark.usefixtures("_plain_pages")
def test_the_annex_of_another_report_of_the_same_device_breaks_it(
    chain: DemoChain, tmp_path: Path
) -> None:
    """Whichever was signed first, and by whom."""
    first, second = (issued(tmp_path / number, chain, [CLIP]) for number in ("X1", "X2"))
    assert (first / ANNEX).read_bytes() != (second / ANNEX).read_bytes()
    for folder, other in ((first, second), (second, first)):
        copy = shutil.copytree(folder, tmp_path / "copies" / folder.name)
        result = sealed(copy, lambda annex, other=other: shutil.copy(other / ANNEX, annex))  # type: ignore[misc]
        assert f"annexes broken: {ANNEX} changed" in details(result)
