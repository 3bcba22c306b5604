"""Recordings that are copies of each other are told by their bytes and length."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from acceptance.metrics import recordings as metric
from acceptance.model import Note, Recordings
from acceptance.recorder.recordings import TimeEvidence, ordered, placed

CHINA = timezone(timedelta(hours=8))
START = datetime(2026, 11, 1, tzinfo=CHINA).timestamp()
NOW, HOUR = START + 25 * 86400.0, 3600.0
KEPT = Recordings(id="kept", subject="recorder", source="list.csv")


def test_recordings_that_are_alike_to_the_byte_are_copies_but_for_whole_blocks_and_chance() -> None:
    """A copy for each day; files that a recorder set up beforehand; two of very many by chance."""

    def noted(sizes: list[int]) -> list[tuple[object, ...]]:
        files = (
            placed(
                f"{day}.mp4", "1",
                TimeEvidence(named_start=START + day * HOUR, duration=600.04, size=size), now=NOW,
            )
            for day, size in enumerate(sizes)
        )  # fmt: skip
        notes = metric.measure(KEPT, ordered(files, CHINA, {}))
        found = (one.reason for one in notes if isinstance(one, Note))
        return [(one.code, *one.parameters.values()) for one in found]

    assert noted([1_234_567] * 5) == [("recordings_copied", 4, "1.mp4")]
    assert noted([1_234_567, 1_234_568]) == []
    assert noted([256 << 20] * 5) == []
    assert noted([0] * 5) == [], "no size is known"
    assert noted([*range(1_000_001, 1_000_400), 1_000_001]) == []
