"""Ways to bend a verdict as data: what an honest operator has, and what a bent one does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reached_session import (
    CAMERA,
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
)

from acceptance.checks import pack as packs
from acceptance.model import (
    Answer,
    Coding,
    Concession,
    Condition,
    Deviation,
    Draw,
    Instrument,
    Note,
    OutOfScope,
    Plan,
    Reason,
    Recordings,
    Scope,
    Subject,
    SubjectKind,
)
from acceptance.session import commitments, store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HONEST = Case()
PASSES = (STEPS_SEEN, figure(value=45.6))
BASE = {"base": pack()}
OWN_SOURCE = 'figure = { source = "自定", level = "seen" }'
DEVICE = HONEST.plan
CAMERAS = tuple(
    Subject(id=f"cam-{number}", kind=SubjectKind.FIXED, name=f"{number} 号")
    for number in range(1, 8)
)
SITE = Subject(id="site", kind=SubjectKind.SITE)


def laid_over(text: str, base: str = BASE["base"]) -> Case:
    """Judge by an overlay of the base."""
    return Case(packs={"base": base, "own": overlay(text)}, judge_by=("own",))


def noise_limit(text: str) -> str:
    """Write another limit of the noise, as an overlay has it."""
    return f'[[requirements]]\nid = "noise"\nlimit = {{ {text}, unit = "dB" }}\n{OWN_SOURCE}\n'


def limit(text: str) -> Case:
    """Judge by an overlay with another limit of the noise."""
    return laid_over(noise_limit(text))


def field_of_noise(text: str, base: str = BASE["base"]) -> Case:
    """Judge by an overlay with another field of the noise."""
    return laid_over(f'[[requirements]]\nid = "noise"\n{text}\n', base)


def reading(value: float = 46.0, **fields: object) -> Case:
    """Leave the film out and answer by hand what it would have shown."""
    answer = Answer(
        subject="cam-1", requirement="base#noise", by="王工", when="2026-11-20", value=value,
        unit="dB", evidence=("a.txt",), **fields,  # type: ignore[arg-type]
    )  # fmt: skip
    asked = replace(DEVICE, answers=(answer,))
    return replace(HONEST, plan=asked, measurements=(STEPS_SEEN,))


def answers(*devices: str, no: str = "", pack_name: str = "base") -> tuple[Answer, ...]:
    """Say of cameras that they are firmly fixed, but for one."""
    return tuple(
        Answer(
            subject=name,
            requirement=f"{pack_name}#look",
            by="王工",
            when="2026-11-20",
            yes=name != no,
        )
        for name in devices
    )


def drawn(
    *draws: Draw,
    devices: tuple[Subject, ...] = CAMERAS,
    no: str = "cam-3",
    pack_name: str = "base",
) -> Case:
    """Inspect cameras by sample; one of them is loose."""
    asked = Plan(
        subjects=devices,
        operator="王工",
        draws=draws,
        answers=answers(*(one.id for one in devices), no=no, pack_name=pack_name),
    )
    return Case(packs={"base": pack(LOOK)}, plan=asked, shots=(), measurements=())


def seeded(*seeds: str, commits: int = 1) -> Callable[[Case, Path], Case]:
    """Commit to the draw of a case so many times, then let a witness give the seeds."""

    def bend(case: Case, folder: Path) -> Case:
        file = folder / "commitments.jsonl"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "base.toml").write_text(case.packs["base"], "utf-8")
        asked = replace(case.plan, packs=(str(folder / "base.toml"),))
        used = store.load_packs(asked)
        for _ in range(commits):
            made = commitments.commit(asked, used, file, "base#cameras")
        for value in seeds:
            commitments.seed(file, made, value, witness="重庆某局", statement="函")
        return replace(case, plan=replace(case.plan, commitments=commitments.read(file)))

    return bend


def another_list(case: Case, folder: Path) -> Case:
    """Commit to a shorter list than is drawn from."""
    shorter = replace(case, plan=replace(case.plan, subjects=CAMERAS[:5]))
    made = seeded("7")(shorter, folder).plan.commitments
    return replace(case, plan=replace(case.plan, commitments=made))


def as_it_is(case: Case, folder: Path) -> Case:
    del folder
    return case


@dataclass(frozen=True, kw_only=True)
class Way:
    """What was done, and what it must be called."""

    what: str
    codes: tuple[str, ...]
    bent: Case
    honest: Case = HONEST
    prepare: Callable[[Case, Path], Case] = as_it_is
    first: Case | None = None
    """Run before in the same output folder; None: nothing was."""

    words: tuple[str, ...] = field(default=())
    """What page 1 must say besides the titles of the codes, in English."""


OTHER_FILM = replace(SHOT, sha256="bb" * 32)
SECOND = replace(SHOT, id="shot-2", sha256="bb" * 32)
MEAN = pack(more='combine = "mean"\n')
DRAW = Draw(sampling="base#cameras", seed="7")
EXPIRED = Instrument(id="lux-1", name="照度计", calibrated_on="2020-01-01")
CONDITION = pack(more='conditions = ["agc"]\n')
COPY = Note(
    reason=Reason(code="copy_unmeasured", parameters={"copy": "卡-03", "reflectance": 0.15}),
    shot="shot-1",
    metric="chart",
)
CUT_SHORT = Note(
    reason=Reason(code="capture_ended_early", parameters={"why": "changed"}),
    shot="shot-1",
    metric="stream",
)
RETENTION = """
[[requirements]]
id = "kept"
clause = "1"
how = "measured"
quantity = "recordings.retention"
text = "保存"
text_en = "Kept"
limit = { at_least = 30, unit = "d" }
figure = { PROVENANCE }
"""
KEPT = Recordings(
    id="kept",
    subject="cam-1",
    source="data/recordings/kept/recordings.csv",
    sha256="cc" * 32,
    until="2026-11-20",
)
MONOCHROME = replace(CAMERA, facts={"picture": "monochrome"})
COLOUR = pack(more='when = { picture = "colour" }\n')
SHIPPED = "ga_38_2015"
AS_SHIPPED = {SHIPPED: packs.file_of(SHIPPED).read_text("utf-8")}

WAYS = (
    Way(
        what="a limit weakened by 0.1",
        codes=("weaker_limit", "own_pack"),
        bent=limit("at_least = 44.9"),
        words=("≥ 45 dB in base, here ≥ 44.9 dB; weaker by 0.1 dB",),
    ),
    Way(
        what="a minimum that became a maximum",
        codes=("limit_replaced",),
        bent=limit("at_most = 45"),
        words=("≥ 45 dB in base, here ≤ 45 dB",),
    ),
    Way(
        what="a band that only overlaps",
        codes=("weaker_limit",),
        bent=limit("at_least = 40, at_most = 60"),
        words=("weaker by 5 dB",),
    ),
    Way(
        what="an overlay over an overlay",
        codes=("weaker_limit",),
        bent=Case(
            packs={
                **BASE,
                "own": overlay(noise_limit("at_least = 44")),
                "upper": overlay("", name="upper", base="own.toml"),
            },
            judge_by=("upper",),
        ),
        words=("weaker by 1 dB",),
    ),
    Way(
        what="a shall that became a should",
        codes=("weaker_rule",),
        bent=field_of_noise('modality = "should"'),
        words=("obligation",),
    ),
    Way(
        what="simple acceptance in place of a guard band",
        codes=("weaker_rule", "within_uncertainty"),
        honest=replace(
            HONEST,
            packs={"base": pack(more='decision_rule = { kind = "guarded" }\n')},
            measurements=(STEPS_SEEN, figure(value=45.1, uncertainty=0.2)),
        ),
        bent=replace(
            field_of_noise(
                'decision_rule = { kind = "simple" }',
                pack(more='decision_rule = { kind = "guarded" }\n'),
            ),
            measurements=(STEPS_SEEN, figure(value=45.1, uncertainty=0.2)),
        ),
        words=("decision rule",),
    ),
    Way(
        what="the failing requirement withdrawn",
        codes=("withdrawn",),
        bent=laid_over('[[withdrawals]]\nrequirement = "noise"\nwhy = "甲方同意"\n'),
        words=("甲方同意",),
    ),
    Way(
        what="a pack of one's own that only bears the standard's number",
        codes=("pack_without_base",),
        honest=Case(
            packs={SHIPPED: packs.file_of(SHIPPED).read_text("utf-8")}, judge_by=(SHIPPED,)
        ),
        bent=Case(packs={"base": pack(STEPS)}, measurements=PASSES),
    ),
    Way(
        what="an overlay over a weakened copy of the standard under another name",
        codes=("pack_without_base",),
        honest=Case(packs=AS_SHIPPED, judge_by=(SHIPPED,)),
        bent=laid_over("", pack(STEPS)),
        words=("Judged by base",),
    ),
    Way(
        what="a file that bears a shipped pack's name",
        codes=("altered_pack",),
        bent=Case(
            packs={SHIPPED: pack(STEPS).replace('id = "base"', f'id = "{SHIPPED}"', 1)},
            judge_by=(SHIPPED,),
        ),
    ),
    Way(
        what="fewer devices to be drawn",
        codes=("weaker_rule",),
        honest=drawn(replace(DRAW, seed="1"), no=""),
        bent=replace(
            drawn(no=""),
            packs={
                "base": pack(LOOK),
                "own": overlay(f'[[samplings]]\nid = "cameras"\nshare = 0.01\n{OWN_SOURCE}\n'),
            },
            judge_by=("own",),
        ),
        words=("share drawn",),
    ),
    Way(
        what="the scope restricted to the device where a site is under test",
        codes=("out_of_scope",),
        honest=replace(
            HONEST,
            packs={"base": pack(more='scope = "site"\n')},
            plan=replace(DEVICE, subjects=(SITE, CAMERA), scope=Scope.SITE),
        ),
        bent=replace(
            HONEST,
            packs={"base": pack(more='scope = "site"\n')},
            plan=replace(DEVICE, subjects=(SITE, CAMERA)),
        ),
    ),
    Way(
        what="what fails taken out of the scope by the plan, and its film left out",
        codes=("taken_out",),
        bent=replace(
            HONEST,
            plan=replace(
                DEVICE,
                out_of_scope=(OutOfScope(requirement="base#noise", reason="赶工", by="王工"),),
            ),
            measurements=(STEPS_SEEN,),
        ),
        words=("Reason: 赶工; decided by: 王工", "mandatory items not tested: 1"),
    ),
    Way(
        what="an entry that would take out what is tested today",
        codes=("taken_out_in_vain",),
        bent=replace(
            HONEST,
            plan=replace(
                DEVICE,
                out_of_scope=(OutOfScope(requirement="base#noise", reason="赶工", by="王工"),),
            ),
        ),
    ),
    Way(
        what="a fact stated by which the limit does not apply",
        codes=("not_applicable",),
        honest=replace(
            HONEST,
            packs={"base": COLOUR},
            plan=replace(DEVICE, subjects=(replace(CAMERA, facts={"picture": "colour"}),)),
        ),
        bent=replace(HONEST, packs={"base": COLOUR}, plan=replace(DEVICE, subjects=(MONOCHROME,))),
        words=("picture: monochrome",),
    ),
    Way(
        what="the failing camera dropped from the list",
        codes=("dropped",),
        honest=drawn(),
        first=drawn(),
        bent=drawn(devices=tuple(one for one in CAMERAS if one.id != "cam-3")),
        words=("cam-3",),
    ),
    Way(
        what="the camera said to be of another kind",
        codes=("not_applicable",),
        bent=replace(
            HONEST,
            plan=replace(DEVICE, subjects=(replace(CAMERA, kind=SubjectKind.THERMAL),)),
            packs={"base": pack(STEPS.replace('subjects = ["fixed"]', ""), NOISE)},
        ),
        words=("kind of subject ≠ fixed camera",),
    ),
    Way(
        what="inspected again until the answer suits",
        codes=("answered_otherwise",),
        honest=drawn(),
        first=drawn(),
        bent=drawn(no=""),
        words=("(fail): cam-3",),
    ),
    Way(
        what="the words of an inspection changed",
        codes=("weaker_rule",),
        honest=drawn(),
        bent=replace(
            drawn(no="", pack_name="own"),
            packs={
                "base": pack(LOOK),
                "own": overlay('[[requirements]]\nid = "look"\ntext = "有摄像机"\n'),
            },
            judge_by=("own",),
        ),
        words=("wording",),
    ),
    Way(
        what="a device of the list that nobody filmed",
        codes=("untested_devices",),
        bent=replace(
            HONEST, plan=replace(DEVICE, subjects=(CAMERA, CAMERAS[1])), measurements=PASSES
        ),
        words=("cam-2",),
    ),
    Way(
        what="answered by hand",
        codes=("answered_by_hand",),
        bent=reading(),
        words=("“1 Signal-to-noise ratio” (cam-1)",),
    ),
    Way(
        what="a higher uncertainty stated for a reading under a guard band",
        codes=("uncertainty_averts",),
        bent=replace(
            reading(44.0, uncertainty=5.0),
            packs={"base": pack(more='decision_rule = { kind = "guarded" }\n')},
        ),
    ),
    Way(
        what="a region set by hand where the chart was found",
        codes=("region_by_hand",),
        bent=replace(
            HONEST,
            shots=(replace(SHOT, regions={"flat.middle": (1.0, 1.0, 5.0, 5.0)}),),
            measurements=PASSES,
        ),
        words=("shot-1",),
    ),
    Way(
        what="a chart named that is not there, and regions by hand",
        codes=("region_without_chart",),
        bent=replace(
            HONEST,
            shots=(replace(SHOT, corners=(), regions={"flat.middle": (1.0, 1.0, 5.0, 5.0)}),),
            measurements=PASSES,
        ),
    ),
    Way(
        what="the coding set by hand",
        codes=("coding_by_hand",),
        bent=replace(
            HONEST, shots=(replace(SHOT, coding=Coding(transfer="linear")),), measurements=PASSES
        ),
    ),
    Way(
        what="a print said to be none",
        codes=("chart_as_drawn",),
        bent=replace(HONEST, shots=(replace(SHOT, chart_copy="as_drawn"),), measurements=PASSES),
    ),
    Way(
        what="a chart copy without a measurement",
        codes=("chart_unmeasured",),
        bent=replace(HONEST, measurements=PASSES, notes=(COPY,)),
        words=("卡-03",),
    ),
    Way(
        what="the rest of a capture left out",  # a camera that changed its size: NAME-2.mp4
        codes=("capture_cut_short",),
        bent=replace(HONEST, measurements=PASSES, notes=(CUT_SHORT,)),
        words=("shot-1",),
    ),
    Way(
        what="filmed again until the mean passes",
        codes=("retaken",),
        honest=replace(HONEST, packs={"base": MEAN}),
        bent=replace(
            HONEST,
            packs={"base": MEAN},
            shots=(SHOT, SECOND),
            measurements=(*HONEST.measurements, figure(value=46.0, shot="shot-2")),
        ),
        words=("cam-1 ×2", "Reason: none is given"),
    ),
    Way(
        what="filmed again with a condition that is hardly another",
        codes=("retaken",),
        honest=replace(HONEST, packs={"base": MEAN}),
        bent=replace(
            HONEST,
            packs={"base": MEAN},
            shots=(
                replace(SHOT, conditions=(Condition(name="illuminance", value=500, unit="lx"),)),
                replace(SECOND, conditions=(Condition(name="illuminance", value=505, unit="lx"),)),
            ),
            measurements=(*HONEST.measurements, figure(value=46.0, shot="shot-2")),
        ),
    ),
    Way(
        what="filmed again in another run in the same folder",
        codes=("retaken",),
        first=HONEST,
        bent=replace(HONEST, shots=(OTHER_FILM,), measurements=PASSES),
        words=("cam-1 ×2",),
    ),
    Way(
        what="the clip replaced before an interrupted run goes on",
        codes=("retaken", "resumed"),
        bent=replace(
            HONEST,
            measurements=PASSES,
            log=(
                ("taken", {"shot": "shot-1", "clip": "a.mp4", "sha256": "99" * 32}),
                ("resumed", {}),
                ("taken", {"shot": "shot-1", "clip": "a.mp4", "sha256": SHOT.sha256}),
            ),
        ),
        words=("cam-1 ×2",),
    ),
    Way(
        what="run again by a weaker pack",
        codes=("run_before", "weaker_limit"),
        first=HONEST,
        bent=limit("at_least = 40"),
        words=("fail, by base",),
    ),
    Way(
        what="a seed of the operator's own",
        codes=("seed_by_operator",),
        honest=drawn(),
        bent=drawn(DRAW, no=""),
        words=("with the seed 7",),
    ),
    Way(
        what="a seed that a witness is said to have given",
        codes=("seed_by_witness",),
        honest=drawn(),
        bent=drawn(DRAW, no=""),
        prepare=seeded("7"),
        words=("重庆某局",),
    ),
    Way(
        what="drawn again with another seed",
        codes=("redrawn", "seed_by_operator"),
        honest=drawn(),
        first=drawn(Draw(sampling="base#cameras", seed="8")),
        bent=drawn(DRAW, no=""),
    ),
    Way(
        what="committed again and again until a seed suits",
        codes=("several_commitments",),
        honest=drawn(),
        bent=drawn(DRAW, no=""),
        prepare=seeded("6", "7", commits=3),
        words=("3 commitments and 2 seeds",),
    ),
    Way(
        what="another list than the one committed to",
        codes=("commitment_differs",),
        honest=drawn(),
        bent=drawn(DRAW, no=""),
        prepare=another_list,
    ),
    Way(
        what="other devices re-tested than had failed",
        codes=("retest_unchecked",),
        honest=drawn(),
        bent=drawn(
            DRAW,
            Draw(
                sampling="base#cameras",
                seed="9",
                retest_of="7",
                failed=("cam-1",),
                session="20260101-000000-abcdef",
            ),
            no="",
        ),
        words=("20260101-000000-abcdef",),
    ),
    Way(
        what="an instrument without a calibration",
        codes=("resources_open",),
        bent=replace(
            HONEST,
            plan=replace(DEVICE, instruments=(EXPIRED,)),
            shots=(replace(SHOT, instruments=("lux-1",)),),
            measurements=PASSES,
        ),
        words=("without a calibration: lux-1",),
    ),
    Way(
        what="a stale calibration",
        codes=("resources_open",),
        bent=replace(
            HONEST,
            plan=replace(DEVICE, instruments=(replace(EXPIRED, due="2021-01-01"),)),
            shots=(replace(SHOT, instruments=("lux-1",)),),
            measurements=PASSES,
        ),
        words=("had expired: lux-1",),
    ),
    Way(
        what="nobody named who measured",
        codes=("resources_open",),
        bent=replace(HONEST, plan=replace(DEVICE, operator=""), measurements=PASSES),
        words=("Who measured is not stated",),
    ),
    Way(
        what="a confirmation by whoever measured",
        codes=("self_confirmed",),
        bent=replace(
            laid_over(
                '[[confirmations]]\nrequirement = "noise"\nlevel = "seen"\nby = "王 工"\n'
                'on = "2026-11-20"\ncopy = "12 号"\n',
                pack(provenance=SEEN),
            ),
            measurements=PASSES,
        ),
        words=("王 工 measured or answered here and also confirmed, in the copy 12 号",),
    ),
    Way(
        what="provisional limits only",
        codes=("provisional",),
        bent=replace(HONEST, packs={"base": pack(provenance=SEEN)}, measurements=PASSES),
        words=("Verdict: measured; no confirmed limit (for reference).",),
    ),
    Way(
        what="conditions stated in favour",
        codes=("conditions_stated",),
        honest=replace(HONEST, packs={"base": CONDITION}),
        bent=replace(
            HONEST,
            packs={"base": CONDITION},
            shots=(replace(SHOT, conditions=(Condition(name="agc", value="off"),)),),
            measurements=PASSES,
        ),
        words=("automatic gain control: off",),
    ),
    Way(
        what="a concession",
        codes=("concession",),
        bent=replace(
            HONEST,
            plan=replace(
                DEVICE,
                concessions=(
                    Concession(
                        subject="cam-1",
                        requirement="base#noise",
                        decision="接收",
                        by="组长",
                        when="2026-11-20",
                        why="影响不大",
                    ),
                ),
            ),
        ),
        words=("影响不大",),
    ),
    Way(
        what="a departure from the procedure",
        codes=("deviation",),
        bent=replace(
            HONEST,
            plan=replace(
                DEVICE,
                minimum_duration=1,
                deviations=(Deviation(what="minimum_duration", value=1, why="赶工"),),
            ),
            measurements=PASSES,
        ),
        words=("赶工",),
    ),
    Way(
        what="a long break that does not end a retention",
        codes=("recordings_bounds",),
        honest=Case(packs={"base": pack(RETENTION)}, shots=(), measurements=(), recordings=(KEPT,)),
        bent=Case(
            packs={"base": pack(RETENTION)},
            shots=(),
            recordings=(replace(KEPT, longest_break=864000.0),),
            measurements=(figure("recordings.retention", 31.0, "kept", unit="d"),),
        ),
        words=("Breaks bridged up to: 864000",),
    ),
)
