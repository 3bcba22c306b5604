"""Ways to bend a verdict by names: of parties, films, devices, sources, folders and packs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from more_ways_to_bend import OF_SECOND_CAMERA, SECOND_PASSES, TWO, two_cameras
from reached_session import CAMERA, SHOT, STEPS_SEEN, Case, figure, overlay, pack
from ways_by_statement import conceded, confirmed, named, witnessed
from ways_to_bend import (
    CAMERAS,
    DEVICE,
    DRAW,
    HONEST,
    KEPT,
    OTHER_FILM,
    PASSES,
    RETENTION,
    Way,
    drawn,
    field_of_noise,
)

from acceptance.model import Condition, Instrument, Person, Project, SubjectKind
from acceptance.session import store

if TYPE_CHECKING:
    from pathlib import Path

PARTIES = Project(laboratory="乙检测公司", builder="甲公司", designer="丙设计院", customer="某局")
TESTERS = tuple(
    Person(name=name, role="检测员", methods=("inspected", "noise")) for name in ("王工", "李工")
)
TRIVIAL = """
[[requirements]]
id = "any"
clause = "2"
how = "measured"
quantity = "noise.snr"
subjects = ["fixed", "thermal"]
text = "有图像"
text_en = "A picture"
limit = { at_least = 1, unit = "dB" }
assignment = { source = "自定", level = "seen" }
figure = { source = "自定", level = "seen" }
"""
VOUCHING = Instrument(id="lux-1", name="照度计", range="全部合格")
FIGURES = tuple(
    replace(figure(value=45.123456789012 + part / 7), region=f"flat.{part}") for part in range(3)
)
HELD = Case(
    packs={"base": pack(RETENTION)},
    shots=(),
    recordings=(replace(KEPT, until=""),),
    measurements=(figure("recordings.retention", 31.0, "kept", unit="d"),),
)


def by_parties(case: Case) -> Case:
    """Name on the cover who builds, designs and tests, and who is authorised to."""
    return replace(case, plan=replace(case.plan, project=PARTIES, people=TESTERS))


def said(**fields: str) -> Case:
    """State a condition of a film, of which this much is one's own choice."""
    stated = Condition(**({"name": "lamp", "value": "LED"} | fields))  # type: ignore[arg-type]
    return replace(HONEST, shots=(replace(SHOT, conditions=(stated,)),))


def answered(condition: Condition) -> Case:
    """State a condition of each answer."""
    case = drawn(no="")
    answers = tuple(replace(one, conditions=(condition,)) for one in case.plan.answers)
    return replace(case, plan=replace(case.plan, answers=answers))


def with_camera(**about: str) -> Case:
    """State something of the camera."""
    return replace(HONEST, plan=replace(DEVICE, subjects=(replace(CAMERA, **about),)))  # type: ignore[arg-type]


def said_by_a_pack(line: str, words: str) -> Case:
    """Put words of a verdict where a pack of one's own has others."""
    key = line.partition(" = ")[0]
    return Case(packs={"base": pack().replace(line, f'{key} = "{words}"')})


def damaged(case: Case, folder: Path) -> Case:
    """Cut off the end of the sessions that lie in the output folder."""
    for session in (folder.parent / "out").glob(f"*/{store.FILE}"):
        session.write_bytes(session.read_bytes()[:-9])
    return case


WAYS_BY_NAME = (
    Way(
        what="a requirement added by which the bad camera was judged after all",
        codes=("miss_not_judged", "nothing_judged"),
        honest=two_cameras(CAMERAS[1]),
        bent=replace(
            two_cameras(replace(CAMERAS[1], kind=SubjectKind.THERMAL)),
            packs={"base": pack(), "own": overlay(TRIVIAL)},
            judge_by=("own",),
        ),
        words=("cam-2: 40 dB",),
    ),
    *(
        Way(
            what=f"a seed of which {who} bears witness",
            codes=("seed_by_operator",),
            bent=by_parties(drawn(DRAW, no="")),
            prepare=witnessed(who),  # type: ignore[arg-type]
        )
        for who in ("乙检测公司（盖章）", "李工")
    ),
    Way(
        what="a concession by the builder",
        codes=("concession_by_operator", "concession"),
        honest=by_parties(conceded(by="某局")),
        bent=by_parties(conceded(by="甲 公司")),
    ),
    Way(
        what="a confirmation by who measured, with a title",
        codes=("self_confirmed",),
        honest=confirmed("李工", "12 号"),
        bent=confirmed("王工（高级工程师）", "12 号"),
    ),
    Way(
        what="one camera under two serial numbers that are read as one",
        codes=("devices_alike",),
        bent=named(replace(CAMERA, serial="SN-0O1"), replace(CAMERAS[1], serial="SN-OOl")),
    ),
    Way(
        what="one film of few figures, packed anew, for two cameras",
        codes=("footage_shared",),
        bent=replace(
            HONEST,
            plan=TWO,
            shots=(SHOT, OF_SECOND_CAMERA),
            measurements=(
                *(STEPS_SEEN, *FIGURES, SECOND_PASSES[0]),
                *(replace(each, subject="cam-2", shot="shot-2") for each in FIGURES),
            ),
        ),
        words=("cam-1 = cam-2",),
    ),
    Way(
        what="the session that failed damaged before it was filmed again",
        codes=("earlier_unreadable",),
        first=replace(HONEST, shots=(OTHER_FILM,)),
        bent=replace(HONEST, measurements=PASSES),
        prepare=damaged,
    ),
    Way(
        what="a project called a pass",
        codes=("words_of_verdict",),
        bent=replace(HONEST, plan=replace(DEVICE, project=Project(title="结论：全部合 格"))),
        words=("结论：全部合 格",),
    ),
    Way(
        what="a camera called a pass",
        codes=("words_of_verdict",),
        bent=replace(
            HONEST, plan=replace(DEVICE, subjects=(replace(CAMERA, name="东门（РASS）"),))
        ),
    ),
    *(
        Way(
            what=f"a pass in {where}",
            codes=("words_of_verdict",),
            bent=bent,
            words=(words,),
        )
        for where, words, bent in (
            ("a model", "合格（全部）", with_camera(model="合格（全部）")),
            ("a maker", "✅", with_camera(manufacturer="甲厂 ✅")),
            ("a serial number", "ᏢᎪᏚᏚ", with_camera(serial="ᏢᎪᏚᏚ")),
            ("an address", "全部合格", with_camera(address="全部合格")),
            *(
                (f"the {field} of a condition", "全部合格", said(**{field: "全部合格"}))
                for field in ("name", "unit", "instrument", "source")
            ),
            (
                "a condition of an answer",
                "全部合格",
                answered(Condition(name="lamp", value="全部合格")),
            ),
            (
                "the name of a clock screen",
                "全部合格",
                replace(HONEST, shots=(replace(SHOT, screen="全部合格"),)),
            ),
            (
                "the name of a copy",
                "卡-03 合格",
                replace(HONEST, shots=(replace(SHOT, chart_copy="卡-03 合格"),)),
            ),
            (
                "a clause",
                "图像（结论：合格）",
                said_by_a_pack('title = "图像"', "图像（结论：合格）"),
            ),
            ("a requirement", "信噪比：合格", said_by_a_pack('text = "信噪比"', "信噪比：合格")),
            (
                "the range of an instrument",
                "全部合格",
                replace(HONEST, plan=replace(DEVICE, instruments=(VOUCHING,))),
            ),
            ("an edition", "全部合格", said_by_a_pack('edition = "2026"', "全部合格")),
        )
    ),
    Way(
        what="a recorder that is said to stand in another zone",
        codes=("recordings_bounds",),
        honest=HELD,
        bent=replace(HELD, recordings=(replace(KEPT, until="", utc_offset="-12:00"),)),
        words=("-12:00",),
    ),
    Way(
        what="the same limit by a source that nothing ever replaced",
        codes=("weaker_rule",),
        bent=field_of_noise('figure = { source = "Q/X 2", level = "seen" }'),
        words=("source of the limit",),
    ),
)
