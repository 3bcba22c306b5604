"""What the findings add up to, in sentences."""

from __future__ import annotations

from dataclasses import replace

from sample_session import pack_of_db50, session_of

from acceptance.report import bottom_lines


def test_a_conclusion_without_what_was_taken_out_is_known_in_the_words_of_older_reports() -> None:
    done = session_of(pack_of_db50())
    done = replace(done, bottom_line=replace(done.bottom_line, taken_out=("a#1", "a#2")))
    said = "".join(sorted(bottom_lines.conclusions(done)))
    for mark in ("计划列为不检的项目除外", "方案剔除的项目除外", "without what the plan takes out"):
        assert mark in said
    assert bottom_lines.sentences(done, "zh", ())[0] in said
    assert "剔除" not in bottom_lines.sentences(done, "zh", ())[0]
