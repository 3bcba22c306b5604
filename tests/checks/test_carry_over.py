"""Answers, concessions and draws under a base, carried over to what extends it.

And what is left of an old plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from acceptance.checks import pack as packs
from acceptance.checks.carry_over import carry_over, leave_out
from acceptance.checks.judging import check_plan, judge
from acceptance.model import (
    Answer,
    Concession,
    Draw,
    OutOfScope,
    Plan,
    Scope,
    Subject,
    SubjectKind,
    Verdict,
)

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.model import Pack

BASE = "db50_216_2006"
COVERAGE = '[[requirements]]\nid = "5.1/coverage"\n'
ROOM = Subject(id="site", kind=SubjectKind.SITE)
CAMERAS = tuple(
    Subject(id=f"c{number}", kind=SubjectKind.FIXED, parent="site", manufacturer="m", model="x")
    for number in range(12)
)


@pytest.fixture
def overlay(tmp_path: Path) -> Any:
    """Return a function that writes and loads an overlay of the base."""

    def make(text: str = "") -> Pack:
        path = tmp_path / "own.toml"
        path.write_text(f'id = "own"\nextends = "{BASE}"\n{text}', "utf-8")
        return packs.load(str(path), {})

    return make


def plan_of(*answers: Answer, **fields: Any) -> Plan:
    return Plan(subjects=(ROOM, *CAMERAS), scope=Scope.SITE, answers=answers, **fields)


def yes(requirement: str, **fields: Any) -> Answer:
    given: dict[str, Any] = {"subject": "site", "by": "李", "when": "2026-11-20", "yes": True}
    return Answer(requirement=requirement, **{**given, **fields})


CONCEDED = Concession(
    subject="site",
    requirement=f"{BASE}#5.1/coverage",
    decision="接收",
    by="组",
    when="2026-11-20",
    why="x",
)


def test_an_answer_to_the_base_serves_the_overlay_under_its_name(overlay: Any) -> None:
    pack = overlay()
    plan = carry_over(plan_of(yes(f"{BASE}#5.1/coverage")), [pack])
    assert [one.requirement for one in plan.answers] == ["own#5.1/coverage"]
    check_plan([pack], plan)
    found = judge([pack], plan, (), (), (), today="2026-11-25")
    assert (
        next(one for one in found if one.requirement == "own#5.1/coverage").verdict is Verdict.PASS
    )


def test_who_is_judged_by_base_and_overlay_answers_once(overlay: Any) -> None:
    """And what is answered for the overlay itself stands."""
    both = [packs.load(BASE, {}), overlay()]
    plan = carry_over(
        plan_of(
            yes(f"{BASE}#5.1/coverage"),
            yes(f"{BASE}#5.1/remote-control"),
            yes("own#5.1/remote-control"),
        ),
        both,
    )
    assert sorted(one.requirement for one in plan.answers) == [
        f"{BASE}#5.1/coverage",
        f"{BASE}#5.1/remote-control",
        "own#5.1/coverage",
        "own#5.1/remote-control",
    ]
    check_plan(both, plan)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('text = "别的。"\n', False),
        ('how = "documented"\n', False),
        ("key_item = true\n", True),
        ('modality = "should"\n', True),
    ],
)
def test_an_answer_is_carried_over_only_to_the_same_question(
    overlay: Any, text: str, *, kept: bool
) -> None:
    """Whoever said yes said it to other words."""
    pack = overlay(COVERAGE + text)
    plan, left = leave_out(carry_over(plan_of(yes(f"{BASE}#5.1/coverage")), [pack]), [pack])
    assert [one.requirement for one in plan.answers] == (["own#5.1/coverage"] if kept else [])
    assert left == (() if kept else (f"answer {BASE}#5.1/coverage",))


def test_a_reading_stays_a_reading_whatever_the_words_and_the_limit(overlay: Any) -> None:
    read = next(
        one for one in packs.load(BASE, {}).requirements if one.how.value == "read" and one.limit
    )
    assert read.limit
    figure = 'figure = { source = "x", level = "seen" }'
    limit = f'limit = {{ at_most = 1, unit = "{read.limit.unit}" }}'
    pack = overlay(f'[[requirements]]\nid = "{read.id}"\ntext = "别的。"\n{limit}\n{figure}\n')
    answer = yes(f"{BASE}#{read.id}", yes=None, value=2.0, unit=read.limit.unit)
    plan, left = leave_out(carry_over(plan_of(answer), [pack]), [pack])
    assert [one.requirement for one in plan.answers] == [f"own#{read.id}"]
    assert not left


def test_an_answer_in_a_form_that_is_not_asked_any_more_is_left_out(overlay: Any) -> None:
    """A yes cannot stand for the number that the authentic text asks for."""
    figure = 'figure = { source = "x", level = "seen" }\n'
    pack = overlay(f'{COVERAGE}limit = {{ at_least = 1, unit = "m" }}\n{figure}')
    plan, left = leave_out(carry_over(plan_of(yes(f"{BASE}#5.1/coverage")), [pack]), [pack])
    assert not plan.answers
    assert left == ("answer own#5.1/coverage",)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("", True), ("decision_rule = { share = 0.3 }\n", True), ('modality = "should"\n', False)],
)
def test_a_concession_goes_along_where_nothing_of_the_demand_changed(
    overlay: Any, text: str, *, kept: bool
) -> None:
    """The group decided about this demand; about another one it has to decide anew."""
    pack = overlay(COVERAGE + text)
    plan, left = leave_out(carry_over(plan_of(concessions=(CONCEDED,)), [pack]), [pack])
    assert [one.requirement for one in plan.concessions] == (["own#5.1/coverage"] if kept else [])
    assert bool(left) is not kept


def test_a_draw_of_the_bases_own_sampling_draws_the_same_devices(
    overlay: Any, tmp_path: Path
) -> None:
    sampled = """
[[samplings]]
id = "few"
clause = "6.3"
text = "抽查。"
text_en = "Sample."
share = 0.2
at_least = 3
figure = { source = "x", level = "seen" }
[[requirements]]
id = "5.1/loss-alarm"
subjects = ["fixed"]
sampling = "few"
"""
    first = overlay(sampled)
    (tmp_path / "second.toml").write_text('id = "second"\nextends = "own.toml"\n', "utf-8")
    second = packs.load(str(tmp_path / "second.toml"), {})
    before = plan_of(draws=(Draw(sampling="own#few", seed="2026-216"),))
    plan, left = leave_out(carry_over(before, [second]), [second])
    assert [one.sampling for one in plan.draws] == ["second#few"]
    assert not left

    def drawn(pack: Pack, plan: Plan) -> set[str]:
        found = judge([pack], plan, (), (), (), today="2026-11-25")
        ours = [one for one in found if one.requirement == f"{pack.id}#5.1/loss-alarm"]
        return {one.subject for one in ours if one.reason.code != "not_in_sample"}

    assert drawn(first, before) == drawn(second, plan)
    assert len(drawn(second, plan)) == 3


def test_what_an_unrelated_pack_does_not_ask_is_left_out_and_named() -> None:
    other = packs.load("order_196_2006", {})
    before = plan_of(
        yes(f"{BASE}#5.1/coverage"),
        concessions=(CONCEDED,),
        draws=(Draw(sampling=f"{BASE}#x", seed="1"),),
    )
    plan, left = leave_out(carry_over(before, [other]), [other])
    assert (plan.answers, plan.concessions, plan.draws) == ((), (), ())
    assert left == (
        f"answer {BASE}#5.1/coverage",
        f"concession {BASE}#5.1/coverage",
        f"draw {BASE}#x",
    )


def test_what_a_base_changed_of_its_own_base_takes_nothing_from_an_answer_to_it(
    overlay: Any, tmp_path: Path
) -> None:
    """The words that were answered are those of the base, and they are asked still."""
    overlay(f'{COVERAGE}text = "别的。"\n')
    (tmp_path / "second.toml").write_text('id = "second"\nextends = "own.toml"\n', "utf-8")
    second = packs.load(str(tmp_path / "second.toml"), {})
    plan = carry_over(plan_of(yes("own#5.1/coverage")), [second])
    assert [one.requirement for one in plan.answers] == ["second#5.1/coverage"]


def test_a_draw_for_some_requirements_is_for_the_same_ones_of_the_overlay_alone(
    overlay: Any, tmp_path: Path
) -> None:
    sampling = '[[samplings]]\nid = "few"\nclause = "6.3"\ntext = "抽查。"\ntext_en = "Sample."\n'
    own = overlay(f'{sampling}share = 0.2\nfigure = {{ source = "x", level = "seen" }}\n')
    above = []
    for name in ("second", "third"):
        path = tmp_path / f"{name}.toml"
        path.write_text(f'id = "{name}"\nextends = "own.toml"\n', "utf-8")
        above.append(packs.load(str(path), {}))
    draw = Draw(sampling="own#few", seed="1", requirements=("own#5.1/coverage",))
    plan = carry_over(plan_of(draws=(draw,)), [own, *above])
    assert [(one.sampling, one.requirements) for one in plan.draws] == [
        (f"{name}#few", (f"{name}#5.1/coverage",)) for name in ("own", "second", "third")
    ]


@pytest.mark.parametrize("of", [{"requirement": "5.1/coverage"}, {"clause": "5.1"}])
def test_what_was_taken_out_stays_out_of_a_base_that_is_judged_by_as_well(
    overlay: Any, of: dict[str, str]
) -> None:
    """Requirement or clause: under both names; where the base is not judged by, under the new."""
    pack, base = overlay(), packs.load(BASE, {})
    [(field, name)] = of.items()
    entry = OutOfScope(**{field: f"{BASE}#{name}"}, reason="没有条件", by="李")
    for judged_by, bases in (((base, pack), (BASE, "own")), ((pack,), ("own",))):
        carried = carry_over(plan_of(out_of_scope=(entry,)), judged_by).out_of_scope
        assert [getattr(one, field) for one in carried] == [f"{each}#{name}" for each in bases]
