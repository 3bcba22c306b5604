"""What covers what.

Each candidate for a clause of DB50/216-2006 a requirement, each mandatory clause a check.
"""

from __future__ import annotations

import pytest

from acceptance import metrics
from acceptance.checks import pack as packs
from acceptance.model import Clause, Level, Modality, Pack, Part

QUANTITIES = metrics.quantities()
SHIPPED = packs.load_all(packs.names(), QUANTITIES)
DB50 = next(pack for pack in SHIPPED if pack.id == "db50_216_2006")

# The candidates for the content of each clause that was not seen, cell by cell, with what became of
# them.
CANDIDATES: dict[str, dict[str, tuple[str, ...]]] = {
    "5.1": {
        "coverage of the planned area": ("coverage",),
        "remote control smooth and reliable": ("remote-control", "remote-control-axes"),
        "switching": ("switching",),
        "settings survive power-off": ("settings-kept",),
        "linkage with other systems <= 4 s": ("linkage",),
        "recording": ("recording",),
        "playback": ("playback",),
        "search": ("search",),
        "overlay of place, date, time": ("overlay",),
        "video-loss alarm": ("loss-alarm",),
        "access rights": ("access-rights",),
        "log": ("log",),
        "motion alarm (GB 50395-2007, 5.0.9)": ("motion-alarm",),
        "functional test list, control: programming": ("switching",),
        "functional test list, control: remote": ("remote-control-front-end",),
        "functional test list, monitoring": ("monitoring",),
        "functional test list, display": ("display", "display-functions"),
    },
    "5.2": {
        "grade >= 4 live": ("picture-grade",),
        "colour >= 270 TVL": ("resolution-colour",),
        "monochrome >= 400 TVL": ("resolution-monochrome",),
        ">= 8 grey steps": ("grey-scale",),
        "1 Vp-p +-3 dB": ("level",),
        "random S/N 36 and 37 dB": ("noise-colour", "noise-monochrome"),
        "the same, on a digital system": ("noise-colour-digital", "noise-monochrome-digital"),
        "usable picture >= 25 dB": ("usable-picture",),
        "live frame rate (GB 50395-2007, 5.0.10)": ("frame-rate",),
    },
    "5.3.1": {
        "camera resolution not below the system figure": (
            "resolution-colour",
            "resolution-monochrome",
        ),
        "with margin: its class": ("class-standard", "class-near-hd", "class-hd", "class-ultra-hd"),
        "with margin: its edge": ("resolution-edge",),
        "lawful product certification": ("certified",),
        "minimum illumination fit for site, 10 times": ("scene-light",),
        "minimum illumination fit for site, 50 times": ("scene-light-50",),
        "mounting >= 2.5 m indoors, >= 3.5 m outdoors": ("height-indoor", "height-outdoor"),
        "outdoor housing IP65/66": ("enclosure-outdoor",),
    },
    "5.3": {
        "pan-tilt": ("pan-tilt",),
        "auxiliary lighting": ("auxiliary-light",),
        "supply -15 % to +10 %": ("supply",),
        "working temperature": ("working-temperature",),
        "back-light compensation": ("back-light",),
        "return of a PTZ camera to its preset": ("preset-return",),
        "surge protection": ("surge-protection",),
    },
    "5.4.1": {
        "choice of medium": ("media", "cable-grade"),
        "coax equalisation": ("coax-equaliser", "coax-flatness"),
        "outdoor boxes and fibre parts IP65": ("outdoor-boxes",),
    },
    "5.4.2": {
        "<= 2 s to the centre": ("latency",),
        "<= 4 s to user terminal": ("latency-user",),
        "delay, jitter, loss, error": (
            "network-delay",
            "network-jitter",
            "packet-loss",
            "packet-errors",
        ),
        ">= 512 kbit/s, >= 2 Mbit/s": ("bandwidth", "bandwidth-important"),
        "analogue: level at the receiving end": ("level",),
        "analogue: S/N at the receiving end": ("noise-colour", "noise-monochrome"),
    },
    "5.5.2": {"(a) live image >= grade 4": ("live-grade",)},
    "5.5.3": {
        "(b) playback >= grade 3": ("playback-grade",),
        "(b) target recognition": ("recognition",),
    },
    "5.5.4": {
        "(c) overlay in simplified Chinese": ("overlay",),
        "display resolution not below camera resolution": ("display-resolution",),
    },
    "5.6.2 a)": {"retention": ("retention", "retention-capacity")},
    "5.6.2 c)": {"recording carries place, date, time": ("overlay",)},
    "5.6.2 e)": {
        "recorded picture >= CIF": ("picture-width", "picture-height"),
        "25 frame/s": ("frame-rate",),
        "playback >= 220 TVL": ("playback-resolution",),
        "playback grade >= 3": ("playback-grade",),
    },
    "5.6.2 j)": {
        "data not alterable": ("integrity",),
        "search": ("search",),
        "export": ("export",),
        "settings kept on power loss": ("settings-kept",),
        "pre-alarm recording": ("pre-alarm",),
    },
    "5.7": {
        "interconnection per GB/T 28181": ("protocols",),
        ">= 2.5 Mbit/s between centres": ("bandwidth-between-centres",),
        "clock synchronisation": ("clock-synchronisation",),
    },
    "6.1": {
        "procedure of GA/T 75-1994": ("procedure",),
        "design papers of GB 50395-2007, annex A": (
            *("design-brief", "site-survey", "preliminary-design", "design-review"),
            "working-drawings",
        ),
        "control room >= 10 m2": ("room-area",),
        "door >= 0.9 x 2.1 m": ("door-width", "door-height"),
        "16-30 C, 30-75 % RH, > 300 lx": ("room-temperature", "room-humidity", "room-light"),
        "noise and floor load per GB/T 2887": ("room-noise",),
    },
    "6.2": {
        "cable slack 1 m": ("cable-slack",),
        "the rest of GB 50198-2011, 4.2.2": ("mounting",),
        "separate leads": ("cables",),
        "insulation from ground in strong fields": ("insulation",),
        "fixing": ("fixing",),
        "earth resistance": ("earth-dedicated", "earth-common", "earth-field", "earth-field-rocky"),
        "hidden-works records": ("hidden-works",),
        "trial run of one month": ("trial-run",),
    },
    "6.3": {
        "sampling >= 20 %, at least 3": ("sampling",),
        "each point read three times": ("readings",),
        "re-test with the double sample": ("retest",),
        "at least 5 raters": ("subjective-panel",),
        "at 6 screen heights": ("viewing",),
        "resolution and grey scale by chart": ("test-chart",),
        "S/N and interference by instrument": (
            *("instruments", "single-frequency-colour", "single-frequency-monochrome"),
            *("mains-colour", "mains-monochrome", "pulse-colour", "pulse-monochrome"),
        ),
        "PSNR >= 32 dB for digital": ("psnr",),
        "functional list": ("functions",),
        "remaining tests of GB 50348-2004, chapter 7": (
            *("safety", "insulation-resistance", "leakage-current"),
            *("backup-supply", "surge-protection", "earthing"),
        ),
    },
    "6.4": {
        "preconditions of GA 308-2001": (
            "design-review",
            "trial-run",
            "training",
            "completion",
            "testing",
        ),
        "three part-results and a conclusion": ("conclusion",),
        "completion papers": ("completion-papers",),
    },
    "6.5": {
        "maintenance, with records": ("maintenance",),
        "interval <= 3 months": ("interval",),
        "records 3 years or system life": ("records",),
    },
}
# No candidate is known for these: their notes say so, and nothing tests them.
WITHOUT = {"4", "5.5.1", "5.6.1", *(f"5.6.2 {letter})" for letter in "bdfghi")}


def of(clause: str) -> dict[str, str]:
    """Map the name after the stroke to the id, for each requirement of a clause of DB50/216."""
    return {one.id.partition("/")[2]: one.id for one in DB50.requirements if one.clause == clause}


@pytest.mark.parametrize("clause", CANDIDATES)
def test_every_candidate_for_a_clause_is_a_requirement_and_every_requirement_a_candidate(
    clause: str,
) -> None:
    """Both ways: none is dropped, and none is made up."""
    wanted = {name for names in CANDIDATES[clause].values() for name in names}
    assert set(of(clause)) == wanted


def test_a_clause_without_candidate_says_so_in_its_note() -> None:
    demanding = {one.number: one for one in DB50.clauses if one.demands}
    assert set(demanding) - set(CANDIDATES) == WITHOUT
    for number in WITHOUT:
        assert "未见任何候选内容" in demanding[number].note
        assert "No candidate for its content is known" in demanding[number].note_en


def test_what_is_later_than_the_standard_is_advice_where_it_asks_more() -> None:
    """GA/T 1127-2013 and Beijing's practice of 2025 never decide under DB50/216-2006."""
    later = [
        one
        for one in DB50.requirements
        if one.borrows.startswith(("ga_t_1127_2013#", "db11_t_855_2025#"))
    ]
    assert {one.modality for one in later} == {Modality.SHOULD}


def test_no_key_item_is_claimed_where_no_starred_item_was_seen() -> None:
    """The technical table with its stars is recalled to exist.

    Which items bear one is not known.
    """
    assert not [one.id for one in DB50.requirements if one.key_item]


def test_every_item_counts_in_one_part_but_for_how_it_is_tested_and_concluded() -> None:
    """How the test is made, and by whom, is no item of the acceptance.

    Nor is the conclusion itself.
    """
    procedure = {
        "sampling",
        "readings",
        "retest",
        "subjective-panel",
        "viewing",
        "test-chart",
        "instruments",
    }
    without = {one.id for one in DB50.requirements if one.part is None}
    assert without == {"6.4/conclusion", *(f"6.3/{name}" for name in procedure)}
    assert {one.part for one in DB50.requirements} == {None, *Part}


def test_the_scoring_is_recalled_and_says_so() -> None:
    scoring = DB50.scoring
    assert scoring is not None
    assert (scoring.basic_weight, scoring.pass_from, scoring.basic_from) == (0.6, 0.8, 0.6)
    assert scoring.figure.level is Level.RECALL_HIGH
    lent = [one.scoring for one in SHIPPED if one.id in {"ga_308_2001", "gb_50348_2004"}]
    for other in lent:
        assert other
        assert (other.basic_weight, other.pass_from, other.basic_from) == (0.6, 0.8, 0.6)


# --- all shipped packs

MANDATORY = [
    pytest.param(pack, clause, id=f"{pack.id}-{clause.number}")
    for pack in SHIPPED
    for clause in pack.clauses
    if clause.mandatory is not False and clause.demands
]
# Known to exist and of unknown content: nothing can be asked.
NOT_SEEN = {
    *(("gb_50198_2011", "3.4.6"), ("gb_50198_2011", "3.4.10")),
    *(("gb_20815_2006", "4.2.2"), ("chongqing_measures_2016", "x")),
    *(("gb_37300_2018", "x"), ("ga_t_1127_2025", "x"), ("gb_t_44297_2024", "x")),
}


@pytest.mark.parametrize(("pack", "clause"), MANDATORY)
def test_every_mandatory_clause_has_a_check_or_a_question(pack: Pack, clause: Clause) -> None:
    """One that the source does not tell counts as mandatory.

    Where its text was not seen its title or note says so.
    """
    asked = [one for one in pack.requirements if one.clause == clause.number]
    if (pack.id, clause.number) in NOT_SEEN:
        assert "未见" in clause.title + clause.note
        assert not asked
    else:
        assert asked, f"{pack.id} {clause.number} has neither check nor question"
