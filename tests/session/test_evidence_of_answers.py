"""What stands for an answer: one file of several devices, and files with nothing in them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from reached_session import reach
from ways_to_bend import drawn

from acceptance.session import store

if TYPE_CHECKING:
    from pathlib import Path

FULL, EMPTY = (hashlib.sha256(content).hexdigest() for content in (b"picture", b""))


@pytest.mark.parametrize(
    ("digests", "expected"),
    [
        ((FULL, FULL), {"evidence_shared": ("1.jpg: cam-1, cam-2",)}),
        ((FULL, "22" * 32), {}),
        ((EMPTY, "22" * 32), {"evidence_empty": ("1.jpg",)}),
    ],
)
def test_evidence_is_known_by_its_content_whatever_its_name(
    tmp_path: Path, digests: tuple[str, str], expected: dict[str, tuple[str, ...]]
) -> None:
    done, folder = reach(drawn(no=""), tmp_path)
    first, second, *others = done.plan.answers
    answers = (
        replace(first, evidence=("1.jpg",)), replace(second, evidence=("2.jpg",)), *others,
    )  # fmt: skip
    kept = {f"data/answers/{number}.jpg": one for number, one in enumerate(digests, start=1)}
    changed = replace(
        done, plan=replace(done.plan, answers=answers), hashes={**done.hashes, **kept}
    )
    packs = folder / store.PACKS
    found = store.warnings(changed, store.load_packs(done.plan, packs), packs)
    said = {one.code: one.items for one in found if one.code.startswith("evidence_")}
    assert said == expected
