"""Whoever holds no key can change nothing in a session folder that ``verify`` does not name.

``TAMPERINGS`` is the table: what is changed, the state expected, what is said. The manifests are
written again afterwards, as whoever knows of them would, where ``sealed_again`` does not say no.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from issued_session import CLIP, details, issued

from acceptance.session import evidence, store
from acceptance.signing.signatures import State
from acceptance.signing.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from acceptance.signing.certificates import DemoChain


@dataclass(frozen=True)
class Tampering:
    """One attempt without a key: what it is, what is done, the expected state and words."""

    name: str
    act: Callable[[Path], object]
    says: str
    state: State = State.BROKEN
    sealed_again: bool = True


def moved(old: str, new: str) -> Callable[[Path], object]:
    """Return what gives a file another name."""
    return lambda folder: (folder / old).rename(folder / new)


def swapped(name: str, twin: str) -> Callable[[Path], object]:
    """Return what hides a signed file under a twin of its name and puts another in its place."""

    def act(folder: Path) -> None:
        (folder / name).rename(folder / twin)
        (folder / name).write_bytes(b"another film")

    return act


def replaced(name: str, twin: str) -> Callable[[Path], object]:
    """Return what puts another file, under a twin of its name, in place of a signed one."""

    def act(folder: Path) -> None:
        (folder / name).unlink()
        (folder / twin).write_bytes(b"another film")

    return act


# A sign that is canonically equal to a letter, and the letter: Kelvin, Ohm, CJK compatibility.
TWINS = {"\u212a": "K", "\u2126": "\u03a9", "\uf900": "\u8c48"}
NAMES = [
    Tampering(f"{what} {twin!a}", act(f"data/clips/{letter}.mp4", f"data/clips/{twin}.mp4"),
              says)
    for twin, letter in TWINS.items()
    for what, act, says in (
        ("behind", swapped, "in another Unicode form"),
        ("in place", replaced, "missing"),
        ("renamed", moved, "missing"),
    )
]  # fmt: skip
CAFE = "data/clips/caf\u00e9.mp4"
COPIED = Tampering(
    "as some file systems store it", moved(CAFE, "data/clips/cafe\u0301.mp4"), "", State.OK
)
TAMPERINGS = [*NAMES, COPIED, replace(COPIED, name="by itself", sealed_again=False)]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, chain: DemoChain) -> Path:
    """Issue one whole session; tests that change it take a copy."""
    clips = [CLIP, CAFE, *(f"data/clips/{letter}.mp4" for letter in TWINS.values())]
    return issued(tmp_path_factory.mktemp("out") / "20260602-X1", chain, clips)


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """Copy the issued session."""
    return shutil.copytree(original, tmp_path / original.name)


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda tampering: tampering.name)
def test_without_a_key_nothing_changes(
    folder: Path, chain: DemoChain, tampering: Tampering
) -> None:
    """The state is as the table says, and so are the words."""
    content = store.load(folder)
    tampering.act(folder)
    if tampering.sealed_again:
        evidence.seal(folder, content)
    result = verify(folder, [chain.root])
    assert result.state is tampering.state, details(result)
    assert tampering.says in details(result)
