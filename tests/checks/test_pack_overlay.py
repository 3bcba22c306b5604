"""Packs that extend another.

What they replace, add, confirm and withdraw, and what they are refused for.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from acceptance.checks import pack as packs
from acceptance.checks import pack_overlay
from acceptance.checks.judging import judge
from acceptance.errors import PackError
from acceptance.model import Level, Limit, Measurement, Plan, Shot, Subject, SubjectKind, Verdict
from acceptance.session import intake

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.model import Finding, Pack, Requirement

BASE = "db50_216_2006"
QUANTITIES = {
    "grey_scale.steps": "1",
    "frame_rate.unique": "frame/s",
    "resolution.wedge_horizontal": "TVL",
}
HEAD = f'id = "own"\nextends = "{BASE}"\n'
RECORD = 'by = "张三"\non = "2026-11-20"\ncopy = "本院图书馆 12 号纸质本"\n'
GREY = '[[requirements]]\nid = "5.2/grey-scale"\n'
CONFIRMED = f'[[confirmations]]\nrequirement = "5.2/grey-scale"\nlevel = "seen"\n{RECORD}'
FIGURE = 'figure = { source = "DB50/216-2006", clause = "5.2", level = "seen" }\n'
INLINE = 'confirmed_by = "x", confirmed_on = "2026-11-01"'
SECOND = 'id = "second"\nextends = "own.toml"\n'
WITHDRAWN = '[[withdrawals]]\nrequirement = "5.2/grey-scale"\nwhy = "x"\n'
INSPECTED = """
[[requirements]]
id = "4/drawing"
clause = "4"
how = "inspected"
text = "结构图。"
text_en = "Drawing of the structure."
assignment = { source = "DB50/216-2006", clause = "4", level = "seen" }
"""
NEW_CLAUSES = """
[[clauses]]
number = "5.2.1"
title = "新条"
[[clauses]]
number = "5.4.1"
title = "线缆"
mandatory = true
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Path of the overlay that a test writes."""
    return tmp_path / "own.toml"


def load(own: Path, text: str, head: str = HEAD) -> Pack:
    """Write and load an overlay."""
    own.write_text(head + text, encoding="utf-8")
    return packs.load(str(own), QUANTITIES)


def refusal(own: Path, text: str, head: str = HEAD) -> str:
    """Write an overlay and return the sentence with which it is refused."""
    with pytest.raises(PackError) as caught:
        load(own, text, head)
    return str(caught.value)


def of(pack: Pack, identity: str) -> Requirement:
    """Return a requirement by its id."""
    return next(one for one in pack.requirements if one.id == identity)


def grey(pack: Pack, value: float = 9) -> Finding:
    """Judge a camera's grey steps by 5.2/grey-scale of a pack."""
    camera = Subject(id="camera", kind=SubjectKind.FIXED)
    shot = Shot(id="shot", subject="camera", clip="a.mp4", conditions=())
    steps = Measurement(
        subject="camera", quantity="grey_scale.steps", value=value, unit="1", uncertainty=0, k=2,
        degrees_of_freedom=None, samples=1, method="m", shot="shot",
    )  # fmt: skip
    loose = replace(pack, requirements=(replace(of(pack, "5.2/grey-scale"), conditions=()),))
    plan = Plan(subjects=(camera,), shots=(shot,), packs=(pack.id,))
    found = judge([loose], plan, [steps], (), (shot,), today="2026-11-25")
    return next(one for one in found if one.requirement == f"{pack.id}#5.2/grey-scale")


# --- what an overlay makes of its base


def test_an_overlay_that_changes_nothing_is_its_base_under_another_id(own: Path) -> None:
    base, pack = packs.load(BASE, QUANTITIES), load(own, "")
    assert (pack.id, pack.extends) == ("own", (BASE,))
    assert pack.clauses == base.clauses
    assert pack.requirements == base.requirements
    assert pack.number == base.number


def test_fields_that_are_given_replace_those_of_the_base_and_no_others(own: Path) -> None:
    before = of(packs.load(BASE, QUANTITIES), "5.2/grey-scale")
    after = of(load(own, f'{GREY}key_item = true\ntext = "灰度。"\n'), "5.2/grey-scale")
    changed = {"own": ("text", "key_item")}
    assert after == replace(before, key_item=True, text="灰度。", changed_by=changed)


def test_a_limit_of_ones_own_ends_the_loan_and_keeps_how_it_is_measured(own: Path) -> None:
    after = of(
        load(own, f'{GREY}limit = {{ at_least = 10, unit = "1" }}\n{FIGURE}'), "5.2/grey-scale"
    )
    assert (after.limit, after.borrows) == (Limit(unit="1", at_least=10), "")
    assert (after.quantity, after.how.value) == ("grey_scale.steps", "measured")
    assert after.figure is not None
    assert after.figure.source == "DB50/216-2006"


def test_another_loan_takes_the_place_of_the_first(own: Path) -> None:
    """The profile of today's editions is made of these."""
    borrows = 'borrows = "gb_50198_2011#resolution-digital"\n'
    text = f'[[requirements]]\nid = "5.2/resolution-colour"\n{borrows}'
    after = of(load(own, text), "5.2/resolution-colour")
    assert after.limit == Limit(unit="TVL", at_least=400)
    assert after.figure is not None
    assert after.figure.source == "GB 50198-2011"
    assert dict(after.when) == {"picture": "colour"}


def test_a_new_clause_comes_where_its_number_belongs(own: Path) -> None:
    clauses = load(own, NEW_CLAUSES).clauses
    numbers = [one.number for one in clauses]
    assert numbers[numbers.index("5.2") + 1] == "5.2.1"
    known = next(one for one in clauses if one.number == "5.4.1")
    assert (known.title, known.mandatory, known.note_en[:4]) == ("线缆", True, "Text")


def test_a_new_clause_below_all_others_comes_first(own: Path) -> None:
    assert load(own, '[[clauses]]\nnumber = "0"\ntitle = "引言"\n').clauses[0].number == "0"


def test_new_requirements_samplings_and_conflicts_are_added_and_scoring_is_given(own: Path) -> None:
    text = f"""
{GREY}sampling = "shares"
{INSPECTED}
[[samplings]]
id = "shares"
clause = "6.3"
text = "抽查。"
text_en = "Sample."
share = 0.2
at_least = 3
{FIGURE}
[[conflicts]]
id = "grey"
text = "灰度"
text_en = "Grey"
requirements = ["own#5.2/grey-scale"]
[scoring]
clause = "6.4"
{FIGURE}
basic_weight = 0.6
pass_from = 0.8
basic_from = 0.6
"""
    pack = load(own, text)
    assert of(pack, "4/drawing").clause == "4"
    assert "shares" in {one.id for one in pack.samplings}
    assert "own#grey" in {one.id for one in pack.conflicts}
    assert pack.scoring is not None
    assert of(pack, "5.2/grey-scale").sampling == "shares"


def test_an_overlay_of_an_overlay_builds_on_both(own: Path, tmp_path: Path) -> None:
    """What a pack names of itself is named of the pack that was made of it."""
    conflict = '[[conflicts]]\nid = "c"\ntext = "x"\ntext_en = "x"\n'
    load(own, f'{CONFIRMED}{conflict}requirements = ["own#5.2/grey-scale"]\n')
    second = load(tmp_path / "second.toml", f"{GREY}decision_rule = {{ share = 0.3 }}\n", SECOND)
    assert second.extends == ("own", BASE)
    assert next(one for one in second.conflicts if one.id == "second#c").requirements == (
        "second#5.2/grey-scale",
    )
    assert not grey(second).provisional, "how it is judged is no matter of what the text says"


# --- confirmations


def test_a_confirmation_names_who_when_and_which_copy(own: Path) -> None:
    after = of(load(own, CONFIRMED), "5.2/grey-scale")
    assert after.figure is not None
    for provenance in (after.figure, after.assignment):
        assert provenance.firm
        assert (provenance.level, provenance.confirmed_by) == (Level.SEEN, "张三")
        assert (provenance.confirmed_on, provenance.copy) == (
            "2026-11-20",
            "本院图书馆 12 号纸质本",
        )
    assert after.assignment.note == "", "the reasoning of an inference is no more"
    assert after.figure.source == "GB 50198-1994", "where the figure comes from stays"


@pytest.mark.parametrize(
    ("text", "provisional"),
    [
        ("", True),
        (CONFIRMED + 'what = "figure"\n', True),
        (CONFIRMED + 'what = "assignment"\n', True),
        (CONFIRMED + 'what = "both"\n', False),
        (CONFIRMED, False),
        (CONFIRMED + 'what = "figure"\n' + CONFIRMED + 'what = "assignment"\n', False),
    ],
)
def test_a_finding_is_firm_when_figure_and_assignment_are_confirmed_and_only_then(
    own: Path, text: str, *, provisional: bool
) -> None:
    finding = grey(load(own, text))
    assert finding.verdict is Verdict.PASS
    assert finding.provisional is provisional


def test_nothing_else_becomes_firm_with_it(own: Path) -> None:
    pack = load(own, CONFIRMED)
    firm = {
        one.id
        for one in pack.requirements
        if one.assignment.firm or (one.figure and one.figure.firm)
    }
    assert firm == {"5.2/grey-scale"}


def test_who_changes_what_was_confirmed_loses_the_confirmation(own: Path, tmp_path: Path) -> None:
    """A figure that is replaced, or another demand, is not what was read in the copy."""
    load(own, CONFIRMED)
    for number, change in enumerate(
        (
            f'limit = {{ at_least = 7, unit = "1" }}\n{FIGURE}',
            'borrows = "gb_50198_2011#grey-scale-digital"\n',
            'text = "别的。"\n',
            "key_item = true\n",
        )
    ):
        head = f'id = "second{number}"\nextends = "own.toml"\n'
        assert grey(load(tmp_path / f"second{number}.toml", GREY + change, head)).provisional, (
            change
        )
    untouched = load(tmp_path / "third.toml", "", 'id = "third"\nextends = "own.toml"\n')
    assert not grey(untouched).provisional


def test_what_is_replaced_and_confirmed_in_one_file_is_firm(own: Path) -> None:
    """The order of the tables does not matter."""
    pack = load(own, f'{CONFIRMED}{GREY}limit = {{ at_least = 10, unit = "1" }}\n{FIGURE}')
    assert grey(pack).verdict is Verdict.FAIL
    assert not grey(pack).provisional


def test_samplings_and_scoring_can_be_confirmed(own: Path, tmp_path: Path) -> None:
    recalled = FIGURE.replace("seen", "recall-med")
    text = f"""
[[samplings]]
id = "s"
clause = "6.3"
text = "抽查。"
text_en = "Sample."
{recalled}
[scoring]
clause = "6.4"
{recalled}
basic_weight = 0.6
pass_from = 0.8
basic_from = 0.6
"""
    load(own, text)
    text = f'[[confirmations]]\nsampling = "s"\nlevel = "seen"\n{RECORD}'
    text += f'[[confirmations]]\nscoring = true\nlevel = "seen"\nclause = "6.4.2"\n{RECORD}'
    pack = load(tmp_path / "second.toml", text, SECOND)
    assert next(one for one in pack.samplings if one.id == "s").figure.firm
    assert pack.scoring is not None
    assert (pack.scoring.figure.firm, pack.scoring.figure.clause) == (True, "6.4.2")


def test_a_pack_that_extends_none_can_confirm_what_it_borrows(own: Path) -> None:
    text = """
id = "own"
number = "Q/X 1"
title = "企业标准"
title_en = "Company standard"
edition = "2026"
[[clauses]]
number = "4.1"
title = "灰度"
[[requirements]]
id = "grey"
clause = "4.1"
borrows = "gb_50198_1994#grey-scale"
assignment = { source = "Q/X 1", level = "seen" }
"""
    confirmed = (
        f'[[confirmations]]\nrequirement = "grey"\nwhat = "figure"\nlevel = "seen"\n{RECORD}'
    )
    [requirement] = load(own, text + confirmed, "").requirements
    assert requirement.figure is not None
    assert (requirement.figure.firm, requirement.assignment.firm) == (True, False)


# --- withdrawals


def test_a_stand_in_that_the_text_does_not_have_can_be_withdrawn(own: Path) -> None:
    """The pack keeps who withdrew it and why."""
    why = 'why = "正文无此要求"\nwhy_en = "not in the text"\n'
    text = f'[[withdrawals]]\nrequirement = "5.2/grey-scale"\n{why}{RECORD}'
    pack = load(own, text)
    assert "5.2/grey-scale" not in {one.id for one in pack.requirements}
    [gone] = pack.withdrawn
    assert (gone.kind, gone.what, gone.why) == ("requirement", "5.2/grey-scale", "正文无此要求")
    assert (gone.confirmed_by, gone.confirmed_on) == ("张三", "2026-11-20")


# --- refusals


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            CONFIRMED.replace("5.2/grey", "5.2/gray"),
            "requirement 5.2/gray-scale, field requirement: there is no",
        ),
        (
            CONFIRMED.replace('by = "张三"\n', ""),
            "of requirement 5.2/grey-scale, field by: is missing; say who",
        ),
        (CONFIRMED.replace('by = "张三"', 'by = " "'), "field by: is missing; say who"),
        (CONFIRMED.replace('on = "2026-11-20"\n', ""), "field on: is missing; say on which day"),
        (CONFIRMED.replace("copy", "copi"), "field copi: unknown field"),
        (
            CONFIRMED.replace('copy = "本院图书馆 12 号纸质本"', ""),
            "field copy: is missing; say in which copy",
        ),
        (
            CONFIRMED.replace("2026-11-20", "2026-11-31"),
            "field on: '2026-11-31' is not a date; write it",
        ),
        (CONFIRMED.replace("2026-11-20", "20.11.2026"), "field on: '20.11.2026' is not a date"),
        (CONFIRMED.replace("2026-11-20", "2999-01-01"), "field on: 2999-01-01 is in the future"),
        (
            CONFIRMED.replace('level = "seen"', ""),
            "field level: the figure is seen-2nd; set level",
        ),
        (CONFIRMED.replace('"seen"', '"recall-high"'), "field level: the figure is recall-high"),
        (CONFIRMED + 'what = "limit"\n', "field what: must be one of both, figure, assignment"),
        (CONFIRMED + CONFIRMED, "field what: the figure is confirmed twice"),
        (CONFIRMED.replace("requirement", "demand"), "own.toml, confirmation: must name one of"),
        (CONFIRMED + 'sampling = "s"\n', "confirmation: must name one of"),
        (
            INSPECTED + CONFIRMED.replace("5.2/grey-scale", "4/drawing") + 'what = "figure"\n',
            "confirmation of requirement 4/drawing, field what: there is no figure to confirm",
        ),
        (
            INSPECTED
            + CONFIRMED.replace("5.2/grey-scale", "4/drawing")
            + 'what = "figure"\n'
            + CONFIRMED.replace("5.2/grey-scale", "4/drawing")
            + 'what = "assignment"\n',
            "confirmation of requirement 4/drawing, field what: there is no figure to confirm",
        ),
        (
            f'{GREY}limit = {{ at_least = 9, unit = "1" }}\n',
            "5.2/grey-scale, field figure: limit is replaced",
        ),
        (
            f"{GREY}{FIGURE.replace('seen', 'gesehen')}",
            "requirement 5.2/grey-scale, field figure.level",
        ),
        (f"{GREY}{GREY}", "requirement 5.2/grey-scale, field id: duplicate id"),
        (f'{GREY}changed_by = {{ own = ["text"] }}\n', "field changed_by: unknown field"),
        (f'{GREY}colour = "red"\n', "requirement 5.2/grey-scale, field colour: unknown field"),
        ('[[clauses]]\nnumber = "5.2"\nchanged_by = 1\n', "clause 5.2, field changed_by: unknown"),
        ('[[samplings]]\nid = "few"\nchanged_by = 1\n', "sampling few, field changed_by: unknown"),
        (
            '[[requirements]]\nclause = "5.2"\n' * 2,
            "requirement ?, field id: this field is missing",
        ),
        ('[[requirements]]\nid = "5.2/new"\n', "requirement 5.2/new, field"),
        (
            WITHDRAWN.replace("grey", "gray"),
            "requirement 5.2/gray-scale, field requirement: db50_216_2006 has no",
        ),
        (
            WITHDRAWN.replace("why", "note"),
            "withdrawal of requirement 5.2/grey-scale, field note: unknown field",
        ),
        (
            WITHDRAWN.replace('"x"', '""'),
            "withdrawal of requirement 5.2/grey-scale, field why: is missing",
        ),
        (WITHDRAWN + 'by = "y"\n', "field on: is missing"),
        ('colour = "red"\n', "field colour: unknown field"),
        ('scoring = "none"\n', "field scoring: must be a table"),
        (
            GREY + FIGURE.replace('"seen"', f'"inference", {INLINE}, copy = "z"'),
            'field figure.level: must be "seen": what was confirmed',
        ),
        (GREY + FIGURE.replace('"seen"', f'"seen", {INLINE}'), "field figure.copy: is missing"),
        (
            GREY + 'decision_rule = { kind = "guarded", guard = -3 }\n',
            "requirement 5.2/grey-scale, field decision_rule.guard: must be 0 or more",
        ),
        (
            GREY + 'decision_rule = { kind = "simple", share = 0 }\n',
            "field decision_rule.share: the largest U",
        ),
        (
            '[[requirements]]\nid = "5.2/picture-grade"\nminimum_raters = 0\n',
            "field minimum_raters: at least 1 rater",
        ),
        (
            f"[scoring]\nbasic_weight = 2\n{FIGURE}",
            "scoring, field basic_weight: must be from 0 to 1, not 2",
        ),
        (
            f"[scoring]\npass_from = 0.5\n{FIGURE}",
            "scoring, field basic_from: 0.6 is above pass_from 0.5",
        ),
        (
            '[[clauses]]\nnumber = "5.4.2"\nmandatory = false\n',
            "clause 5.4.2, field provenance: mandatory = false",
        ),
        (
            '[[clauses]]\nnumber = "5.4.2"\ndemands = false\n',
            "clause 5.4.2, field provenance: demands = false",
        ),
    ],
)
def test_a_wrong_overlay_is_refused_with_file_place_and_field(
    own: Path, text: str, message: str
) -> None:
    sentence = refusal(own, text)
    assert str(own) in sentence
    assert message in sentence


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (
            'id = "own"\nextends = "db50_216"\n',
            "field extends: there is no pack 'db50_216'; shipped packs: ",
        ),
        ('id = "own"\nextends = "none.toml"\n', "field extends: there is no pack 'none.toml'"),
        ('id = "own"\nextends = 3\n', "field extends: must be the name of a shipped pack"),
        (
            'id = "own"\nextends = "own.toml"\n',
            "field extends: circular: a pack cannot extend itself",
        ),
        (f'extends = "{BASE}"\n', "field id: must have its own id"),
        (f'id = "{BASE}"\nextends = "{BASE}"\n', "field id: must have its own id"),
        (
            'id = "own"\nextends = "other.toml"\n',
            "field extends: 'other.toml' has an id that differs from its file name",
        ),
    ],
)
def test_a_base_that_cannot_be_built_on_is_refused(own: Path, head: str, message: str) -> None:
    (own.parent / "other.toml").write_text('id = "another"\n', encoding="utf-8")
    assert message in refusal(own, "", head)


def test_two_packs_cannot_be_built_on_each_other(own: Path, tmp_path: Path) -> None:
    (tmp_path / "second.toml").write_text(SECOND, encoding="utf-8")
    assert "circular" in refusal(own, "", 'id = "own"\nextends = "second.toml"\n')


def test_what_is_wrong_in_the_base_is_told_of_the_base(own: Path, tmp_path: Path) -> None:
    (tmp_path / "second.toml").write_text(
        HEAD.replace("own", "second") + GREY + 'how = "guessed"\n', encoding="utf-8"
    )
    sentence = refusal(own, "", 'id = "own"\nextends = "second.toml"\n')
    assert "second.toml, clause 5.2, requirement 5.2/grey-scale, field how" in sentence


def test_a_day_that_has_begun_somewhere_on_earth_is_no_future(own: Path) -> None:
    """An institute in Chongqing signs in the morning, while UTC still has yesterday."""
    tomorrow = (datetime.now(UTC) + timedelta(hours=13, minutes=59)).date().isoformat()
    assert load(own, CONFIRMED.replace("2026-11-20", tomorrow)).extends == (BASE,)


def test_withdrawals_mean_nothing_in_a_pack_that_extends_none(own: Path) -> None:
    assert "field withdrawals: unknown field" in refusal(own, WITHDRAWN, 'id = "own"\n')


# --- kept with a session


def test_a_session_keeps_all_files_that_a_pack_is_made_of_and_needs_no_others(
    own: Path, tmp_path: Path
) -> None:
    """Years later neither the institute's folder nor the shipped packs need be what they were."""
    load(own, CONFIRMED)
    second = tmp_path / "second.toml"
    second.write_text(SECOND, encoding="utf-8")
    loaded = packs.load(str(second), QUANTITIES)
    work = tmp_path / "work"
    intake.keep_packs([loaded], [str(second)], work)
    kept = {path.stem for path in (work / "data" / "packs").iterdir()}
    assert {"second", "own", BASE, "gb_50198_1994"} <= kept
    own.unlink()
    second.unlink()
    assert packs.load("second", QUANTITIES, folder=work / "data" / "packs") == loaded


def test_kept_packs_are_read_beside_each_other_and_nowhere_else(own: Path, tmp_path: Path) -> None:
    """The base may have been changed since."""
    load(own, "")
    second = tmp_path / "second.toml"
    second.write_text('id = "second"\nextends = "own.toml"\n', encoding="utf-8")
    intake.keep_packs([packs.load(str(second), QUANTITIES)], [str(second)], tmp_path / "work")
    load(own, WITHDRAWN)
    kept = packs.load("second", QUANTITIES, folder=tmp_path / "work" / "data" / "packs")
    assert "5.2/grey-scale" in {one.id for one in kept.requirements}


def test_a_kept_confirmation_does_not_ask_the_clock(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A laptop whose clock has fallen back must still verify."""
    intake.keep_packs([load(own, CONFIRMED)], [str(own)], tmp_path / "work")
    monkeypatch.setattr(
        "acceptance.checks.pack.today", lambda: datetime(1970, 1, 1, tzinfo=UTC).date()
    )
    assert packs.load("own", QUANTITIES, folder=tmp_path / "work" / "data" / "packs").extends == (
        BASE,
    )
    with pytest.raises(PackError, match="is in the future"):
        packs.load(str(own), QUANTITIES)


def test_two_files_under_one_id_cannot_be_kept(own: Path, tmp_path: Path) -> None:
    """The base would not be the one that was judged by."""
    ours = load(own, "")
    other = tmp_path / f"{BASE}.toml"
    other.write_bytes(packs.file_of(BASE).read_bytes() + b"\n")
    with pytest.raises(PackError, match="another pack in use has the id 'db50_216_2006'"):
        intake.keep_packs(
            [ours, packs.load(BASE, QUANTITIES)], [str(own), str(other)], tmp_path / "work"
        )


def test_only_what_an_overlay_changes_loses_its_confirmation(own: Path) -> None:
    """A figure of its own is not another demand, unless the figure stands for the place as well."""
    plain = {"source": "X", "level": "seen"}
    firm = plain | {"confirmed_by": "x", "confirmed_on": "2026-11-01", "copy": "z"}
    base = {"figure": firm, "assignment": firm}

    def laid(change: dict[str, object], below: dict[str, object]) -> dict[str, object]:
        return pack_overlay._lay_over("requirements", change, below, own, "")

    assert laid({"text": "x"}, base) == {"text": "x", "figure": firm, "assignment": plain}
    assert laid({"figure": plain}, base) == {"figure": plain, "assignment": firm}
    assert laid({"text": "x"}, {"assignment": "y"})["assignment"] == "y"
    waiting = {pack_overlay.WAITING: {"figure": 1, "assignment": 2}}
    assert pack_overlay.WAITING not in laid({"figure": plain}, {"figure": firm, **waiting})
    assert pack_overlay.WAITING not in laid({"borrows": "x#y"}, {"figure": firm, **waiting})
