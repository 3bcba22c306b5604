"""Ways in which an operator could obtain a pass that is none: each is told on the first page.

Each way is an honest session and a bent one; the bent one has a better verdict, or would have, and
says how it came about on page 1, in the terminal, in JUnit and in ``session.json``.
"""

from __future__ import annotations

import ast
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pypdf
import pytest
import reached_session
from marks import first_of
from more_ways_to_bend import HELD, MORE_WAYS
from reached_session import (
    CAMERA,
    FIRM,
    LOOK,
    NOISE,
    SEEN,
    SHOT,
    STEPS,
    STEPS_SEEN,
    Case,
    figure,
    overlay,
    pack,
    reach,
)
from ways_by_file import WAYS_BY_FILE
from ways_by_name import WAYS_BY_NAME
from ways_by_party import WAYS_BY_PARTY
from ways_by_statement import WAYS_BY_STATEMENT
from ways_left_over import (
    SOUND,
    WAYS_LEFT_OVER,
    delayed,
    filled_in,
    limited,
    read_beside,
    two_called,
)
from ways_to_bend import (
    AS_SHIPPED,
    BASE,
    CAMERAS,
    COPY,
    DEVICE,
    DRAW,
    EXPIRED,
    HONEST,
    OWN_SOURCE,
    PASSES,
    SECOND,
    SHIPPED,
    SITE,
    WAYS,
    Way,
    answers,
    drawn,
    laid_over,
    noise_limit,
    seeded,
)

from acceptance import wording
from acceptance.checks import commitments as committed
from acceptance.checks import sampling
from acceptance.errors import PlanError
from acceptance.model import (
    Coding,
    Condition,
    Deviation,
    Draw,
    Outcome,
    Person,
    Plan,
    Project,
    Scope,
    Session,
    Severity,
    Shot,
    Tap,
    Verdict,
)
from acceptance.report import render
from acceptance.session import commitments, plan, runner, store
from acceptance.signing.session_changes import changed_warnings

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]


ALL_WAYS = (
    *(*WAYS, *MORE_WAYS, *WAYS_BY_STATEMENT, *WAYS_BY_NAME),
    *(*WAYS_BY_PARTY, *WAYS_BY_FILE, *WAYS_LEFT_OVER),
)
# A requirement, sampling or clause by its code; what is gone from an own pack has no other name.
CODE = re.compile(r"\b(?:base|own|db50\w+)#(?!noise (?:was taken out|已被撤销))\w|\b\w+_\w+ = ")


@pytest.mark.parametrize("way", first_of(ALL_WAYS, lambda way: way.codes), ids=lambda way: way.what)
def test_a_way_to_bend_a_verdict_is_told_wherever_the_verdict_stands(
    way: Way, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    honest, _ = reach(way.honest, tmp_path / "honest")
    out = tmp_path / "out"
    if way.first:
        reach(way.first, out)
    done, folder = reach(way.prepare(way.bent, tmp_path / "plan"), out)
    assert not way.codes or set(way.codes) <= {one.code for one in done.warnings or ()}
    said = {(one.severity, one.code) for one in honest.warnings or ()}
    bent = {(one.severity, one.code) for one in done.warnings or () if one.code == way.codes[0]}
    assert bent - said, "the honest session says it as well"
    chinese, english = (reached_session.page_1(done, folder, lang) for lang in ("zh", "en"))
    web = reached_session.web_verdict(done, folder, "zh")
    printed, xml = (
        reached_session.terminal(done, folder, capsys),
        reached_session.junit(done, folder),
    )
    for code in way.codes:
        titles = {lang: wording.word(code, "warning_title", lang) for lang in ("zh", "en")}
        assert titles["zh"] in chinese
        assert titles["zh"] in web
        assert titles["en"] in english
        assert titles["en"] in printed
        assert f".{code}" in xml
        assert f'"code": "{code}"' in (folder / store.FILE).read_text("utf-8")
    for words in way.words:
        assert words in english
    for said in (chinese, english):
        assert not CODE.search(said), "a code of the software stands where words are due"
    assert [*found_again(done, folder)] == []


def test_a_film_of_1970_is_undated_and_is_blamed_for_nothing_else(tmp_path: Path) -> None:
    """Not for work before the calibration, or a year before the other film, or another day."""
    plan = replace(DEVICE, project=Project(received="2026-11-18"))
    film = replace(SHOT, created="2026-11-20", instruments=())
    codes = []
    for day in (SHOT.filmed, "1970-01-01"):
        shots = (replace(film, filmed=day), replace(SECOND, subject="cam-1"))
        case = replace(HONEST, plan=plan, shots=shots, measurements=PASSES)
        done, _ = reach(case, tmp_path / day)
        codes.append({one.code for one in done.warnings or ()})
    assert codes[1] - codes[0] == {"day_not_stated"}
    assert done.days_of_work == ("", SHOT.filmed)


def found_again(done: Session, folder: Path) -> list[str]:
    """Return what ``verify`` would say of the warnings of a session."""
    stored, kept = store.load(folder), folder / store.PACKS
    assert stored.warnings == done.warnings
    again = store.warnings(stored, store.load_packs(stored.plan, kept), kept)
    return [*changed_warnings(stored, again)]


# What is said of a retake or of a seed: there is a pass either way, and a warning the more.
SAID = (*WAYS_BY_STATEMENT, *WAYS_BY_NAME, *WAYS_LEFT_OVER)
ONLY_SAID = [way for way in SAID if way.codes[0] in {"retaken", "seed_by_operator"}]
# Ways by which a failure becomes a pass outright, as the table's own sessions show.
OUTRIGHT = [way for way in ALL_WAYS if way.codes[0] in {
    "weaker_limit", "limit_replaced", "withdrawn", "answered_by_hand", "retaken", "run_before",
    "miss_not_judged", "miss_averaged", "footage_shared", "footage_shared_before",
    "devices_alike", "filmed_less", "site_split", "not_applicable", "out_of_scope", "dropped",
    "seed_by_operator", "redrawn", "coding_by_hand", "taken_out",
} and way not in ONLY_SAID]  # fmt: skip


@pytest.mark.parametrize("way", OUTRIGHT, ids=lambda way: way.what)
def test_the_way_does_turn_a_failure_into_a_pass(way: Way, tmp_path: Path) -> None:
    """Else the table above would prove nothing."""
    honest, _ = reach(way.honest, tmp_path / "honest")
    done, _ = reach(way.prepare(way.bent, tmp_path / "plan"), tmp_path / "out")
    assert (honest.verdict, done.verdict) == (Verdict.FAIL, Verdict.PASS)


@pytest.mark.parametrize(
    "case",
    [
        *(read_beside(46.0), read_beside(46.0, "db"), read_beside(46.0, "分贝")),
        *(delayed(0.25, "s"), delayed(250.0, "毫秒"), delayed(300.0, ""), delayed(7.0, "dB")),
    ],
)
def test_a_reading_that_meets_its_limit_beside_a_film_is_no_matter(
    case: Case, tmp_path: Path
) -> None:
    """In whatever unit; what is of another kind cannot be compared."""
    done, _ = reach(case, tmp_path)
    assert "miss_not_judged" not in {one.code for one in done.warnings}


@pytest.mark.parametrize(
    ("case", "text"), [(filled_in, SOUND), (limited, noise_limit("at_least = 45"))]
)
def test_what_somebody_read_in_an_authentic_copy_fills_in_what_was_not_known(
    tmp_path: Path, case: Callable[[str], Case], text: str
) -> None:
    done, _ = reach(case(text.replace(OWN_SOURCE, f"figure = {{ {FIRM} }}")), tmp_path)
    assert done.verdict is Verdict.PASS
    assert not {"weaker_rule", "confirmed_by_nobody"} & {one.code for one in done.warnings}


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        *(("cam-1l", "cam-1r", ""), ("row-O", "row-0", ""), ("A10", "A101", "")),
        *(("cam-1", "cam-l", ""), ("CH1-1", "CH-11", ""), ("cam-1", "cam-2", "cam-1")),
        *(("1i", "1o", ""), ("cam-1", "cam-2", "西门"), ("1F-10", "10-F1", "")),
    ],
)
def test_cameras_left_and_right_in_rows_and_of_one_name_are_told_apart(
    first: str, second: str, name: str, tmp_path: Path
) -> None:
    done, _ = reach(two_called(first, second, name), tmp_path)
    assert "devices_alike" not in {one.code for one in done.warnings}


@pytest.mark.parametrize("what", HELD)
def test_what_is_bent_so_gives_no_pass_in_the_first_place(what: str, tmp_path: Path) -> None:
    case, code = HELD[what]
    done, _ = reach(case, tmp_path)
    assert done.verdict is Verdict.INCONCLUSIVE
    assert code in {one.reason.code for one in done.findings}


def test_a_condition_that_is_stated_twice_is_refused(tmp_path: Path) -> None:
    """One of the two would go unheard."""
    light = [Condition(name="illuminance", value=value, unit="lx") for value in (500.0, 0.1)]
    with pytest.raises(PlanError, match="illuminance is stated twice"):
        reach(replace(HONEST, shots=(replace(SHOT, conditions=tuple(light)),)), tmp_path)


def test_an_old_session_that_states_a_condition_twice_can_be_judged_again(tmp_path: Path) -> None:
    """What was accepted when it was made: nobody can state it otherwise now."""
    _, old = reach(HONEST, tmp_path / "out")
    light = tuple(Condition(name="illuminance", value=lux, unit="lx") for lux in (500.0, 0.1))
    stated = replace(store.load(old), shots=(replace(SHOT, conditions=light),))
    stated = replace(stated, plan=replace(stated.plan, shots=stated.shots))
    store.save(stated, old)
    (tmp_path / "base.toml").write_text(BASE["base"], "utf-8")
    again, _ = runner.judge_again(
        old, [str(tmp_path / "base.toml")], tmp_path / "again", why="x", by="y"
    )
    assert again.shots[0].conditions == light
    assert {one.code for one in again.warnings or ()} >= {"judged_again"}


def test_there_are_at_least_twenty_ways() -> None:
    assert len({way.what for way in ALL_WAYS}) >= 60
    assert len({code for way in ALL_WAYS for code in way.codes}) >= 50


def test_judging_again_by_a_weaker_pack_is_told_with_the_verdict_before(tmp_path: Path) -> None:
    _, old = reach(HONEST, tmp_path / "out")
    (tmp_path / "base.toml").write_text(BASE["base"], "utf-8")
    weaker = tmp_path / "own.toml"
    weaker.write_text(overlay(noise_limit("at_least = 44")), "utf-8")
    done, folder = runner.judge_again(old, [str(weaker)], tmp_path / "out", why="复核", by="李工")
    assert done.verdict is Verdict.PASS
    page = reached_session.page_1(done, folder, "en")
    assert f"session {old.name} were judged again by 李工; verdict before: fail, by base" in page
    assert "Reason: 复核" in page
    assert "weaker by 1 dB" in page
    assert f"Session {old.name}, on which this one rests: " in page
    assert found_again(done, folder) == []


def test_answers_that_judging_again_leaves_out_are_told(tmp_path: Path) -> None:
    case = replace(drawn(no="cam-3"), packs={"base": pack(LOOK)})
    _, old = reach(case, tmp_path / "out")
    other = tmp_path / "base.toml"
    other.write_text(pack(STEPS), "utf-8")
    done, folder = runner.judge_again(old, [str(other)], tmp_path / "out", why="x", by="y")
    [left] = [one for one in done.warnings or () if one.code == "answers_left_out"]
    assert len(left.items) == 1
    assert "answers left out" in reached_session.page_1(done, folder, "en")


def test_what_is_honest_is_no_caution(tmp_path: Path) -> None:
    """Judged by a shipped pack, measured, by people with authority, with a witnessed seed."""
    people = (Person(name="王工", role="tester", methods=("measured",)),)
    case = Case(
        packs=AS_SHIPPED,
        judge_by=(SHIPPED,),
        plan=replace(DEVICE, people=people),
        measurements=(),
    )
    done, _ = reach(case, tmp_path)
    assert [one.code for one in done.warnings or () if one.severity is Severity.CAUTION] == []


def test_a_retest_beside_the_session_that_failed_is_a_note_with_its_reason(tmp_path: Path) -> None:
    _, failed = reach(drawn(DRAW, no=drawn_first()), tmp_path)
    again = Draw(
        sampling="base#cameras", seed="9", retest_of="7", failed=(drawn_first(),),
        session=failed.name, why="镜头更换",
    )  # fmt: skip
    done, _ = reach(drawn(DRAW, again, no=""), tmp_path)
    [retest] = [one for one in done.warnings or () if one.code.startswith("retest")]
    assert (retest.code, retest.severity) == ("retest", Severity.NOTE)
    assert retest.parameters == {"session": failed.name, "why": "镜头更换"}


def drawn_first() -> str:
    """Return the camera that the seed of the table draws first."""
    return sampling.order("7", [one.id for one in CAMERAS])[0]


def test_other_devices_of_the_same_site_are_not_said_to_be_dropped(tmp_path: Path) -> None:
    first, second = (
        replace(
            drawn(devices=(SITE, *devices), no=""),
            packs={"base": pack(LOOK.replace('subjects = ["fixed"]', ""))},
        )
        for devices in (CAMERAS[:3], CAMERAS[3:])
    )
    assert {"site", "cam-1"} <= {answer.subject for answer in first.plan.answers}
    reach(first, tmp_path)
    done, _ = reach(second, tmp_path)
    assert "dropped" not in {one.code for one in done.warnings or ()}


def test_a_reason_for_filming_again_makes_a_note_of_the_caution(tmp_path: Path) -> None:
    again = replace(SECOND, retaken="照明被关闭")
    case = replace(
        HONEST,
        shots=(SHOT, again),
        measurements=(*HONEST.measurements, figure(value=46.0, shot="shot-2")),
    )
    [retaken] = [one for one in reach(case, tmp_path)[0].warnings or () if one.code == "retaken"]
    assert retaken.severity is Severity.NOTE
    assert retaken.parameters["why"] == "照明被关闭"


def test_some_provisional_limits_are_counted_and_leave_the_word_for_a_pass(tmp_path: Path) -> None:
    text = pack(STEPS) + NOISE.replace("PROVENANCE", SEEN)
    case = replace(HONEST, packs={"base": text}, measurements=PASSES)
    done, folder = reach(case, tmp_path)
    page = reached_session.page_1(done, folder, "en")
    assert "Verdict: pass (provisional)." in page
    assert "behind what conforms: 2; of these provisional: 1" in page


@pytest.mark.parametrize("lang", wording.COMPLETE)
def test_where_no_limit_is_confirmed_there_is_no_word_for_a_pass(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = replace(HONEST, packs={"base": pack(provenance=SEEN)}, measurements=PASSES)
    done, folder = reach(case, tmp_path)
    assert done.verdict is Verdict.PASS
    page = reached_session.page_1(done, folder, lang)
    assert {"zh": "参考", "en": "for reference"}[lang] in page
    assert {"zh": "检验结论：合格", "en": "Verdict: pass"}[lang] not in page
    assert "Verdict: pass" not in reached_session.terminal(done, folder, capsys)


def test_an_inspection_that_somebody_confirmed_does_not_make_a_pass_of_provisional_limits(
    tmp_path: Path,
) -> None:
    text = pack(STEPS, NOISE, provenance=SEEN) + LOOK.replace("PROVENANCE", FIRM)
    asked = replace(DEVICE, answers=answers("cam-1"))
    case = replace(HONEST, packs={"base": text}, plan=asked, measurements=PASSES)
    done, folder = reach(case, tmp_path)
    assert "no confirmed limit (for reference)" in reached_session.page_1(done, folder, "en")


def test_every_code_is_named_on_page_1_however_many_there_are(tmp_path: Path) -> None:
    done, folder = reach(crowded(), tmp_path)
    codes = {one.code for one in done.warnings or ()}
    assert len(codes) >= 16
    for lang in wording.COMPLETE:
        page = reached_session.page_1(done, folder, lang)
        for code in codes:
            assert wording.word(code, "warning_title", lang) in page


def crowded() -> Case:
    """Return a session with many things to tell at once, and long names."""
    long = "ONVIF_Profile-T_main-stream_" + "0123456789abcdef" * 5
    shot = replace(
        SHOT,
        chart_copy="as_drawn",
        coding=Coding(transfer="linear"),
        regions={"flat.middle": (1.0, 1.0, 5.0, 5.0)},
        instruments=("lux-1",),
        conditions=(Condition(name="agc", value="off"),),
    )
    case = laid_over(
        noise_limit("at_least = 44") + '[[requirements]]\nid = "steps"\nmodality = "should"\n'
        '[[withdrawals]]\nrequirement = "look"\nwhy = "甲方同意"\n'
        '[[confirmations]]\nrequirement = "steps"\nlevel = "seen"\nby = "王工"\n'
        'on = "2026-11-20"\ncopy = "12 号"\n',
        pack(LOOK, STEPS, NOISE, provenance=SEEN, more='conditions = ["agc"]\n'),
    )
    devices = tuple(replace(one, id=f"{one.id}-{long}"[:64]) for one in CAMERAS[1:])
    return replace(
        case,
        plan=replace(
            DEVICE,
            subjects=(SITE, CAMERA, *devices),
            instruments=(EXPIRED,),
            draws=(Draw(sampling="own#cameras", seed="7"),),
            minimum_duration=1,
            deviations=(Deviation(what="minimum_duration", value=1, why=long * 3),),
        ),
        shots=(shot, replace(shot, id="shot-2", sha256="bb" * 32)),
        measurements=(
            STEPS_SEEN, figure(value=44.5, uncertainty=2.0),
            figure(value=44.6, shot="shot-2", uncertainty=2.0),
        ),
        notes=(COPY,),
        log=(("resumed", {}), ("earlier", {"session": "S-1", "verdict": "fail", "packs": "base",
             "again": "cam-1", "gone": "cam-99", "seeds": "1"})),
    )  # fmt: skip


@pytest.mark.pages
def test_nothing_that_a_plan_says_of_itself_drives_a_warning_off_page_1_of_the_pdf(
    tmp_path: Path,
) -> None:
    long = "汉字与latin混排_" * 30
    names = ("title", "customer", "builder", "inspected", "laboratory", "place", "report_title")
    case = crowded()
    project = Project(**dict.fromkeys(names, long))
    done, folder = reach(replace(case, plan=replace(case.plan, project=project)), tmp_path)
    used = store.load_packs(done.plan, folder / store.PACKS)
    pdf = render.volumes(done, used, folder, "zh").report({}, {store.FILE: b"{}"})
    first = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().replace("\n", "")
    assert "检验结论：" in first
    for warning in done.warnings or ():
        assert wording.word(warning.code, "warning_title", "zh") in first


def test_a_warning_taken_out_of_a_session_or_put_in_is_found(tmp_path: Path) -> None:
    done, folder = reach(HONEST, tmp_path)
    warnings = done.warnings or ()
    found = store.warnings(
        done, store.load_packs(done.plan, folder / store.PACKS), folder / store.PACKS
    )
    for stored in (warnings[1:], None, (*warnings, replace(warnings[0], code="confirmed"))):
        assert [*changed_warnings(replace(done, warnings=stored), found)]


def test_a_commitment_taken_away_or_changed_is_refused(tmp_path: Path) -> None:
    case = seeded("6", "7", commits=2)(drawn(DRAW), tmp_path)
    entries = case.plan.commitments
    assert [entry.what for entry in entries] == ["committed", "committed", "seeded", "seeded"]
    for changed in (entries[1:], (entries[0], *entries[2:]), entries[2:], (
        replace(entries[0], when="2020-01-01"), *entries[1:],
    )):  # fmt: skip
        assert [*commitments.problems(changed)]
    assert not [*commitments.problems(entries)]


def test_list_and_rule_are_told_apart_by_their_digests(tmp_path: Path) -> None:
    file = tmp_path / "base.toml"
    file.write_text(pack(LOOK), "utf-8")
    asked = Plan(subjects=CAMERAS, packs=(str(file),))
    used = store.load_packs(asked)
    before = committed.committed_to(asked, used, "base#cameras", "")
    assert (
        committed.committed_to(replace(asked, subjects=CAMERAS[::-1]), used, "base#cameras", "")
        == before
    )
    fewer = committed.committed_to(replace(asked, subjects=CAMERAS[1:]), used, "base#cameras", "")
    assert fewer["list_sha256"] != before["list_sha256"]
    file.write_text(pack(LOOK).replace("share = 0.2", "share = 0.1"), "utf-8")
    other = committed.committed_to(asked, store.load_packs(asked), "base#cameras", "")
    assert other["rule_sha256"] != before["rule_sha256"]
    assert other["list_sha256"] == before["list_sha256"]


def test_a_plan_takes_over_its_file_of_commitments(tmp_path: Path) -> None:
    case = seeded("7")(drawn(DRAW), tmp_path)
    file = tmp_path / "plan.toml"
    text = 'packs = ["base.toml"]\ncommitment_file = "commitments.jsonl"\n'
    text += "".join(f'[[subjects]]\nid = "{one.id}"\nkind = "fixed"\n' for one in CAMERAS)
    file.write_text(text, "utf-8")
    read = plan.read(file)
    assert read.commitments == case.plan.commitments
    assert ("commitment_file", "commitments.jsonl") in [*plan.kept_by_path(read)]


# --- the list of codes

SOURCES = sorted((ROOT / "acceptance" / "checks" / "warned").glob("*.py"))


def codes() -> set[str]:
    """Return every code that the sources of warnings give: short texts of one word with _."""
    english = wording.phrases("en")["warning"]
    texts = {
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return texts & set(english)


def test_every_code_has_its_phrase_its_title_and_its_row() -> None:
    page = (ROOT / "docs" / "warnings.md").read_text("utf-8")
    rows = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    for lang in wording.COMPLETE:
        table = wording.phrases(lang)
        assert set(table["warning"]) == set(table["warning_title"]) == rows == codes()


def test_every_call_that_gives_a_warning_names_a_known_code() -> None:
    """A code without a phrase would be shown as it is."""
    english = wording.phrases("en")["warning"]
    given = {
        node.args[0].value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"caution", "note"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert given <= set(english)
    assert len(given) > 20


# --- the acceptance group's conclusion

SCORED = """
[scoring]
clause = "2"
figure = { PROVENANCE }
basic_weight = 0.6
pass_from = 0.8
basic_from = 0.6
"""
PARTS = "".join(
    LOOK.replace('"look"', f'"{part}"')
    .replace('sampling = "cameras"', f'part = "{part}"\nscope = "site"')
    .replace('subjects = ["fixed"]', 'subjects = ["site"]')
    for part in ("construction", "technical", "documents")
)


@pytest.mark.parametrize(
    ("provenance", "said"), [(SEEN, "measured; no confirmed"), (FIRM, "passed")]
)
def test_a_conclusion_by_no_confirmed_limit_is_for_reference_wherever_it_stands(
    provenance: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [
        replace(answers("site")[0], requirement=f"base#{part}")
        for part in ("construction", "technical", "documents")
    ]
    case = Case(
        packs={"base": pack(PARTS, SCORED, provenance=provenance)},
        plan=Plan(subjects=(SITE,), operator="王工", scope=Scope.SITE, answers=tuple(given)),
        shots=(),
        measurements=(),
    )
    done, folder = reach(case, tmp_path)
    [concluded] = done.conclusions
    assert (concluded.outcome, concluded.limits) == (Outcome.PASSED, 3)
    assert concluded.unconfirmed == (3 if provenance == SEEN else 0)
    printed = reached_session.terminal(done, folder, capsys)
    assert f"Acceptance group's conclusion by base: {said}" in printed
    assert f'name="conclusion" value="{said}' in reached_session.junit(done, folder)
    used = store.load_packs(done.plan, folder / store.PACKS)
    page = re.sub(r"(<[^>]+>|\s)+", " ", render.html(done, used, folder, "zh"))
    chinese = {SEEN: "Q/X 1：已测；无经确认的限值（参考）", FIRM: "Q/X 1：通过"}
    assert chinese[provenance] in page
    assert '"unconfirmed":' in (folder / store.FILE).read_text("utf-8")


def test_a_clip_that_is_its_own_reference_is_told(tmp_path: Path) -> None:
    done, folder = reach(HONEST, tmp_path)
    shot = replace(SHOT, reference="data/clips/shot-1/reference/b.mp4")
    used, kept = store.load_packs(done.plan, folder / store.PACKS), folder / store.PACKS
    for other, expected in (("11" * 32, True), ("22" * 32, False)):
        hashes = {**done.hashes, shot.clip: "11" * 32, shot.reference: other}
        found = store.warnings(replace(done, shots=(shot,), hashes=hashes), used, kept)
        assert ("reference_is_clip" in {one.code for one in found}) is expected


def warned(case: Case, folder: Path, code: str) -> list[tuple[str, ...]]:
    """Return the items of each warning of a code."""
    return [one.items for one in reach(case, folder)[0].warnings or () if one.code == code]


def lit(lux: float | None, *, shot: str, subject: str = "cam-1", **fields: object) -> Shot:
    """Give the one film for a shot of a device, at a light that is stated, or not."""
    stated = () if lux is None else (Condition(name="illuminance", value=lux, unit="lx"),)
    return replace(SHOT, id=shot, subject=subject, conditions=stated, **fields)  # type: ignore[arg-type]


def filmed(*shots: Shot) -> Case:
    """Put shots together; nothing is measured in them."""
    both = replace(DEVICE, subjects=(CAMERA, CAMERAS[1]))
    return replace(HONEST, plan=both, shots=shots, measurements=())


def test_one_film_is_told_of_each_device_that_it_shows_under_several_conditions(
    tmp_path: Path,
) -> None:
    """Also where the first of its shots is of another device, and where both are."""
    day, night = lit(500, shot="day", subject="cam-2"), lit(0.1, shot="night", subject="cam-2")
    first, dark = lit(500, shot="first"), lit(0.1, shot="dark")
    for *shots, pairs in (
        (first, day, night, ("day = night",)),
        (first, day, night, dark, ("first = dark", "day = night")),
    ):
        done, _ = reach(filmed(*shots), tmp_path / str(len(shots)))
        found = {one.code: one.items for one in done.warnings or ()}
        assert found["conditions_shared"] == pairs
        assert found["footage_shared"] == ("cam-1 = cam-2",)


def test_a_film_that_only_one_shot_states_a_condition_of_is_not_contradicted(
    tmp_path: Path,
) -> None:
    stated, unstated = lit(500, shot="a"), lit(None, shot="b")
    assert warned(filmed(stated, unstated), tmp_path / "a", "conditions_shared") == []
    otherwise = filmed(stated, unstated, lit(0.1, shot="c"))
    assert warned(otherwise, tmp_path / "b", "conditions_shared") == [("a = c",)]
    taps = filmed(stated, replace(unstated, tap=Tap.SCREEN))
    assert warned(taps, tmp_path / "c", "conditions_shared") == [("a = b",)]


@pytest.mark.parametrize(
    ("by_all", "by_two", "named"),
    [(7, 1, [("cam-1 = cam-2",)]), (7, 0, []), (8, 0, [("cam-1 = cam-2 = cam-3",)])],
)
def test_figures_that_two_films_share_are_counted_whoever_else_has_some_of_them(
    tmp_path: Path, by_all: int, by_two: int, named: list[tuple[str, ...]]
) -> None:
    devices = (CAMERA, *(replace(CAMERAS[1], id=f"cam-{number}") for number in (2, 3)))
    shots = [
        replace(SHOT, id=f"shot-{number}", subject=device.id, sha256=f"{number}c" * 32)
        for number, device in enumerate(devices, start=1)
    ]
    figures = [
        figure(f"faults.{number}", number + 0.123456, shot.id, unit="1", subject=shot.subject)
        for place, shot in enumerate(shots)
        for number in range(by_all + (by_two if place < 2 else 0))
    ]
    case = replace(
        HONEST,
        plan=replace(DEVICE, subjects=devices),
        shots=tuple(shots),
        measurements=tuple(figures),
    )
    assert warned(case, tmp_path, "footage_shared") == named


def test_the_session_in_which_a_film_stood_for_another_device_is_named(tmp_path: Path) -> None:
    before, _ = reach(filmed(lit(500, shot="a")), tmp_path)
    done, folder = reach(filmed(lit(500, shot="a", subject="cam-2")), tmp_path)
    assert "footage_shared" not in {one.code for one in done.warnings or ()}
    [found] = [one for one in done.warnings or () if one.code == "footage_shared_before"]
    assert (found.parameters["session"], found.items) == (before.id, ("cam-1 = cam-2",))
    used = store.load_packs(done.plan, folder / store.PACKS)
    for lang, words in (
        ("en", r"In session <SESSION> \([a-z ]+\) the very same footage stands for another device"),
        ("zh", "同一样片在检验 <SESSION>（[^）]+）中用于另一台设备：cam-1 = cam-2"),
    ):
        page = " ".join(re.sub(r"<[^>]+>", " ", render.html(done, used, folder, lang)).split())
        assert re.search(words.replace("<SESSION>", before.id), page)


def test_two_devices_with_the_same_figures_to_the_last_digit_are_one_film(tmp_path: Path) -> None:
    """Also where the copy was wrapped anew, so that its hash differs."""
    figures = [
        figure(f"faults.{number}", number + 0.123456, shot, unit="1", subject=subject)
        for subject, shot in (("cam-1", "shot-1"), ("cam-2", "shot-2"))
        for number in range(8)
    ]
    second = replace(SHOT, id="shot-2", subject="cam-2", sha256="bb" * 32)
    both = replace(DEVICE, subjects=(CAMERA, CAMERAS[1]))
    case = replace(HONEST, plan=both, shots=(SHOT, second), measurements=tuple(figures))
    [shared] = [
        one for one in reach(case, tmp_path)[0].warnings or () if one.code == "footage_shared"
    ]
    assert shared.items == ("cam-1 = cam-2",)


def test_nothing_is_said_twice_in_the_bottom_line(tmp_path: Path) -> None:
    _, old = reach(HONEST, tmp_path / "out")
    (tmp_path / "base.toml").write_text(BASE["base"], "utf-8")
    done, folder = runner.judge_again(
        old, [str(tmp_path / "base.toml")], tmp_path / "out", why="x", by="y"
    )
    line = render.bottom_line(done, "en", store.load_packs(done.plan, folder / store.PACKS))
    assert line.count(old.name) == 1
    assert "not vouched for" not in line
    assert "judged again" in line


def test_a_film_of_a_chart_and_one_of_a_clock_are_no_retake(tmp_path: Path) -> None:
    clock = replace(SECOND, chart="clock")
    case = replace(
        HONEST, shots=(SHOT, clock), measurements=(*PASSES, figure(value=46.0, shot="shot-2"))
    )
    assert "retaken" not in {one.code for one in reach(case, tmp_path)[0].warnings or ()}
    hidden = replace(case, shots=(SHOT, replace(clock, chart=None)))
    assert "retaken" in {one.code for one in reach(hidden, tmp_path / "x")[0].warnings or ()}


def test_who_confirms_a_provisional_limit_by_a_copy_may_name_it_as_the_source(
    tmp_path: Path,
) -> None:
    firm = 'figure = { source = "Q/X 2", level = "seen", clause = "2", CONFIRMED }'
    by = 'confirmed_by = "李工", confirmed_on = "2026-11-01", copy = "3 号"'
    text = f'[[requirements]]\nid = "noise"\n{firm.replace("CONFIRMED", by)}\n'
    provisional = laid_over(text, pack(provenance=SEEN))
    assert warned(provisional, tmp_path / "a", "weaker_rule") == []
    assert warned(provisional, tmp_path / "b", "confirmed") == [("own#noise",)]
    assert warned(laid_over(text), tmp_path / "c", "weaker_rule"), "confirmed by another before"
