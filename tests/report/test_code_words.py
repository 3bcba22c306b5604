"""Codes of packs are worded, also those of a shipped pack by which only a lot was drawn."""

from __future__ import annotations

import pytest

from acceptance import metrics
from acceptance.checks import pack
from acceptance.report.code_words import CodeWords

PACKS = [pack.load("db50_216_2006", metrics.quantities())]


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "“GB 50348-2004 7 简单随机抽样”"), ("en", "“GB 50348-2004 7 Simple")]
)
def test_the_rule_by_which_a_lot_was_drawn_is_named_by_its_standard(lang: str, words: str) -> None:
    said = CodeWords(lang=lang, packs=PACKS).said("by gb_50348_2004#devices, seed 1")
    assert words in said
    assert "#" not in said


def test_what_is_no_code_of_a_pack_stays_as_it_is() -> None:
    for text in ("x#y", "gb_50348_2004#nothing", "https://a.example/gb_50348_2004#devices"):
        assert CodeWords(lang="en", packs=PACKS).said(text) == text
