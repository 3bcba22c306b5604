"""Cuts of real clips, damaged at random: a few of the 2,000 cases of the benchmark."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from marks import slow

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "damaged_clips.py"
# 158: nothing is left of how the pictures are coded; 651: damage makes up a stream on the way
CASES = (158, 651, *range(11))
FEW = (158, 651, 0, 4, 8)


@pytest.mark.film
@pytest.mark.parametrize("cases", [FEW, slow(CASES)], ids=["a few", "one of each damage"])
def test_a_damaged_clip_is_measured_or_refused_and_nothing_else(
    real_data: Path, tmp_path: Path, cases: tuple[int, ...]
) -> None:
    """One case of each damage, and those that were faults of the toolkit."""
    kept = tmp_path / "kept.jsonl"
    command = [sys.executable, str(SCRIPT), str(kept), "--only", *map(str, cases)]
    subprocess.run(command, check=True, capture_output=True, cwd=real_data)
    found = [json.loads(line) for line in kept.read_text("utf-8").splitlines()]
    assert [outcome["case"] for outcome in found] == list(cases)
    assert {outcome["code"] for outcome in found} == {0, 2}
