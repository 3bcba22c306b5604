"""A session that was issued once, a copy of it for each test, and who signs second."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from issued_session import CLIP, issued

from acceptance.signing.chains import make_practice_chain

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.signing.chains import DemoChain, PracticeChain


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, chain: DemoChain) -> Path:
    """Issue one whole session, in which the grey steps fail; tests that change it take a copy."""
    return issued(tmp_path_factory.mktemp("out") / "20260602-X1", chain, [CLIP])


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """Copy the issued session."""
    return shutil.copytree(original, tmp_path / original.name)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> PracticeChain:
    """Make a chain of those who sign second, with time stamps of its own."""
    return make_practice_chain(tmp_path_factory.mktemp("keys") / "chain", authority=True)
