"""Ways to bend a verdict by files that are not what they are given for, and by who vouches."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from more_ways_to_bend import LUX, LUX_METER, OF_SECOND_CAMERA, RECORDER, TWO
from reached_session import CAMERA, FIRM, NOISE, SHOT, STEPS, STEPS_SEEN, Case, figure, pack
from ways_by_name import FIGURES
from ways_by_statement import named, rated_by
from ways_to_bend import (
    CAMERAS,
    DEVICE,
    HONEST,
    KEPT,
    PASSES,
    Way,
    drawn,
    laid_over,
)

from acceptance.model import (
    Condition,
    Institute,
    Note,
    Person,
    Project,
    Reason,
    Shot,
    Subject,
    SubjectKind,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acceptance.model import Measurement

WALL = Subject(id="wall", kind=SubjectKind.SCREEN)
PASSED = replace(HONEST, measurements=PASSES)
PARTIES = Project(builder="甲公司", laboratory="某检测院")
CORNERS = SHOT.corners
MOVED = tuple(tuple((x + 0.15, y) for x, y in one) for one in CORNERS)
SHAKEN = tuple(tuple((x + 0.05, y - 0.04) for x, y in one) for one in CORNERS)
DATED = (
    'validity = { level = "seen", since = "2006-01-01", until = "2020-01-01", '
    'replaced_by = "Q/X 9" }'
)
CUT_OUT = tuple(tuple((x - 64.04, y - 36.0) for x, y in one) for one in CORNERS)
BESIDE = tuple(tuple((x - 64.4, y - 36.0) for x, y in one) for one in CORNERS)
TURNED = tuple(tuple((719.0 - y, x) for x, y in one) for one in CORNERS)
TURNED_BACK = tuple(tuple((719.0 - y, 1.01 * x) for x, y in one) for one in CORNERS)
OLD = pack().replace('edition = "2026"', f'edition = "2026"\n{DATED}')
ENDLESS = DATED.replace("2020-01-01", "2099-01-01")


def on_a_wall(*devices: str) -> Case:
    """Name a tile of one film of a wall, once for each shot."""
    shots = tuple(
        Shot(
            id=f"wall-{place}", subject="wall", clip="data/clips/a.mp4", sha256="dd" * 32,
            wall=((name, ""),), filmed="2026-11-20",
        )
        for place, name in enumerate(devices)
    )  # fmt: skip
    plan = replace(TWO, subjects=(WALL, *TWO.subjects))
    seen = (
        replace(one, subject=name, shot=shot.id)
        for name, shot in zip(devices, shots, strict=True)
        for one in PASSES
    )
    return replace(HONEST, plan=plan, shots=shots, measurements=tuple(seen))


def framed(corners: object, **fields: object) -> Case:
    """Film two devices; in the film of the second the chart stands there."""
    case = named(*(replace(one, serial=f"SN {one.id}") for one in CAMERAS[:2]))
    first, second = case.shots
    other = replace(second, corners=corners, **fields)  # type: ignore[arg-type]
    return replace(case, shots=(first, other))


def called(name: str, figures: Iterable[Measurement], **fields: str) -> Case:
    """Film the camera under an id."""
    camera = replace(CAMERA, id=name, **fields)  # type: ignore[arg-type]
    shot = replace(SHOT, subject=name, sha256=hashlib.sha256(name.encode()).hexdigest())
    seen = tuple(replace(one, subject=name) for one in figures)
    return replace(
        HONEST, plan=replace(DEVICE, subjects=(camera,)), shots=(shot,), measurements=seen
    )


def lit_by(read_in: str = "lx", **fields: object) -> Case:
    """Read the light with an instrument."""
    meter = replace(LUX_METER, **{"serial": "A 17"} | fields)  # type: ignore[arg-type]
    light = Condition(name="illuminance", value=500.0, unit=read_in, instrument="lux")
    shots = (replace(SHOT, conditions=(light,), instruments=("lux",)),)
    people = (Person(name="王工", role="检测员", methods=("noise", "grey_scale")),)
    plan = replace(DEVICE, instruments=(meter,), people=people)
    return Case(packs={"base": LUX}, plan=plan, shots=shots, measurements=PASSES)


def confirmed_by(who: str, day: str = "2026-11-01") -> Case:
    """Let somebody confirm the limits, where a builder is on the cover."""
    text = FIRM.replace("李工", who).replace("2026-11-01", day)
    plan = replace(DEVICE, project=PARTIES)
    return replace(PASSED, packs={"base": pack(provenance=text)}, plan=plan)


def supported(*names: str) -> Case:
    """Name a file as evidence for each camera."""
    case = drawn(no="")
    answers = tuple(
        replace(one, evidence=(name,))
        for one, name in zip(case.plan.answers, names * len(case.plan.answers), strict=False)
    )
    return replace(case, plan=replace(case.plan, answers=answers))


def kept(code: str, **parameters: float | str) -> Case:
    """Keep recordings on which there is a note."""
    reason = Reason(code=code, parameters={"count": 35, "file": "cam-1_1.mp4", **parameters})
    note = Note(metric="recordings", shot=KEPT.id, subject=RECORDER.id, reason=reason)
    plan = replace(DEVICE, subjects=(*DEVICE.subjects, RECORDER))
    return replace(PASSED, plan=plan, recordings=(KEPT,), notes=(note,))


def noted(metric: str, code: str, *, corners: object = CORNERS, **parameters: object) -> Case:
    """Film a chart of which there is a note."""
    reason = Reason(code=code, parameters=parameters)  # type: ignore[arg-type]
    note = Note(metric=metric, shot=SHOT.id, subject=CAMERA.id, reason=reason)
    shot = replace(SHOT, corners=corners)  # type: ignore[arg-type]
    return replace(PASSED, shots=(shot,), notes=(note,))


def frozen(**details: float | bool) -> Case:
    """Film a chart in a film some of which is proven to be frozen."""
    figure = replace(STEPS_SEEN, quantity="faults.freeze", unit="s", details=details)
    return replace(
        PASSED,
        shots=(replace(SHOT, corners=CORNERS),),
        measurements=(*PASSED.measurements, figure),
    )


def advised(name: str, least: float, kind: str) -> str:
    """Write a requirement of another kind of device, which only advises."""
    text = NOISE.replace('"noise"', f'"{name}"').replace('"fixed"', f'"{kind}"')
    limit = text.replace("at_least = 45", f"at_least = {least}").replace("PROVENANCE", OWN)
    return f'{limit}modality = "should"\n'


OWN = 'source = "自定", level = "seen"'
NOISE_TOO = '[[requirements]]\nid = "noise"\n'
ADVISED = f'{NOISE}advised_by = "base#advice"\npart = "technical"\n'
BELOW = pack(STEPS, ADVISED, advised("advice", 60.0, "ptz"))
CONFLICT = '[[conflicts]]\nid = "differ"\n'
DIFFERING = f'{pack()}{CONFLICT}text = "别处：48 dB"\ntext_en = "Elsewhere: 48 dB"\n'
MILDER = advised("mild", 45.1, "dome")
TOLD = {
    "copy": "A3-001",
    "by": "赵工",
    "measured_on": "2026-11-01",
    "lightness": 3.0,
    "colour": 2.0,
}
AFTERWARDS = {"copy": "A3-001", "date": "2026-11-30", "filmed": "2026-11-20"}
PHOTOGRAPHS = tuple(f"{number}.jpg" for number in range(7))

WAYS_BY_FILE = (
    Way(
        what="a chart drawn by a file of one's own, half as large",
        codes=("own_chart",),
        honest=replace(PASSED, shots=(replace(SHOT, chart="acceptance"),)),
        bent=replace(PASSED, shots=(replace(SHOT, chart="acceptance.toml"),)),
        words=("acceptance.toml (shot-1)",),
    ),
    Way(
        what="a print measured to be half as large as drawn",
        codes=("chart_otherwise",),
        honest=PASSED,
        bent=noted("chart", "copy_otherwise", length=0.5, **TOLD),
        words=("A3-001 (shot-1): ×0.500", "赵工"),
    ),
    Way(
        what="a print measured once its film had been seen",
        codes=("resources_open",),
        honest=PASSED,
        bent=noted("chart", "copy_measured_later", **AFTERWARDS),
        words=("A3-001 (2026-11-30)",),
    ),
    Way(
        what="one picture repeated as a film",
        codes=("one_picture",),
        honest=noted("faults", "freeze_undecided", share=0.8, one_picture=True, duration=4.0),
        bent=noted("faults", "freeze_undecided", share=1.0, one_picture=True, duration=5.0),
        words=("shot-1",),
    ),
    Way(
        what="one picture of much noise repeated as a film, half of it proven to be frozen",
        codes=("one_picture",),
        honest=frozen(share=0.4, undecided=0.4, one_picture=True),
        bent=frozen(share=0.4, undecided=0.52, one_picture=True),
        words=("shot-1",),
    ),
    Way(
        what="one picture repeated as a film without a second key frame",
        codes=("nothing_changes",),
        honest=noted(
            "faults", "freeze_undecided", corners=(), share=1.0, one_picture=False, duration=5.0
        ),
        bent=noted("faults", "freeze_undecided", share=1.0, one_picture=False, duration=5.0),
        words=("shot-1",),
    ),
    Way(
        what="the camera that failed under another id, with its serial number written otherwise",
        codes=("renamed",),
        first=called("cam-1", HONEST.measurements, serial="SN 77", manufacturer="甲"),
        bent=called("gate-9", PASSES, serial="sn77", manufacturer="甲"),
        words=("cam-1 = gate-9", "(fail)"),
    ),
    Way(
        what="the film of another camera of an earlier session, packed anew",
        codes=("footage_shared_before",),
        first=replace(
            HONEST,
            plan=replace(DEVICE, subjects=(CAMERAS[1],)),
            shots=(OF_SECOND_CAMERA,),
            measurements=tuple(replace(each, subject="cam-2", shot="shot-2") for each in FIGURES),
        ),
        bent=replace(HONEST, measurements=(STEPS_SEEN, *FIGURES)),
        words=("cam-2 = cam-1",),
    ),
    Way(
        what="the film of a camera of the same id and another serial number",
        codes=("footage_shared_before",),
        first=called("cam-1", HONEST.measurements, serial="SN 1"),
        bent=called("cam-1", PASSES, serial="SN 2"),
        words=("cam-1 SN 1 = cam-1 SN 2",),
    ),
    Way(
        what="one tile of a film of a wall called otherwise in a second shot",
        codes=("footage_shared",),
        bent=on_a_wall("cam-1", "cam-2"),
        words=("cam-1 = cam-2",),
    ),
    Way(
        what="the film of one camera, cut and coded again, for another one",
        codes=("framed_alike",),
        honest=framed(MOVED),
        bent=framed(SHAKEN),
        words=("cam-1 = cam-2",),
    ),
    Way(
        what="the film of one camera, cut to a part of its picture, for another one",
        codes=("framed_alike",),
        honest=framed(BESIDE),
        bent=framed(CUT_OUT),
        words=("cam-1 = cam-2",),
    ),
    Way(
        what="the film of one camera, turned by a right angle, for another one",
        codes=("framed_alike",),
        honest=framed(TURNED_BACK),
        bent=framed(TURNED),
        words=("cam-1 = cam-2",),
    ),
    *(
        Way(
            what=f"{what} typed into a table",
            codes=("arrivals_stated",),
            honest=replace(PASSED, shots=(replace(typed, stream_record="a.jsonl"),)),
            bent=replace(PASSED, shots=(typed,)),
            words=("shot-1",),
        )
        for what, typed in (
            ("arrivals of frames", replace(SHOT, arrivals="a.csv")),
            ("arrivals of packets", replace(SHOT, packets="p.csv")),
        )
    ),
    Way(
        what="a better film before the one that players show, in one file",
        codes=("several_streams",),
        honest=replace(PASSED, shots=(replace(SHOT, stream={"assumed": "full_range"}),)),
        bent=replace(PASSED, shots=(replace(SHOT, stream={"assumed": "full_range, stream"}),)),
        words=("shot-1",),
    ),
    Way(
        what="the clip packed anew as its own reference",
        codes=("reference_is_clip",),
        honest=replace(
            PASSED, measurements=(*PASSES, figure("compression.ssim", 0.9999, unit="1"))
        ),
        bent=replace(PASSED, measurements=(*PASSES, figure("compression.ssim", 1.0, unit="1"))),
        words=("shot-1",),
    ),
    Way(
        what="a light read with an instrument of no unit",
        codes=("conditions_stated",),
        honest=lit_by(),
        bent=lit_by(unit="", range_from=None, range_to=None),
    ),
    Way(
        what="a light of no unit read with an instrument of no unit",
        codes=("conditions_stated",),
        honest=lit_by(),
        bent=lit_by(read_in="", unit="", range_from=None, range_to=None),
    ),
    Way(
        what="an instrument with a calibration and no number",
        codes=("resources_open",),
        honest=lit_by(),
        bent=lit_by(serial=""),
        words=("lux",),
    ),
    *(
        Way(
            what=f"limits confirmed by {who}",
            codes=("work_by_party",),
            honest=confirmed_by("李工"),
            bent=confirmed_by(who),
            words=(who,),
        )
        for who in ("甲公司", "甲公司 赵工")
    ),
    Way(
        what="limits confirmed on a day that is still to come",
        codes=("day_ahead",),
        honest=confirmed_by("李工"),
        bent=confirmed_by("李工", "2031-11-01"),
        words=(": 2031-11-01",),
    ),
    Way(
        what="a laboratory that is the builder",
        codes=("work_by_party",),
        honest=replace(PASSED, plan=replace(DEVICE, project=PARTIES)),
        bent=replace(PASSED, plan=replace(DEVICE, project=replace(PARTIES, laboratory="甲公司"))),
        words=("甲公司",),
    ),
    Way(
        what="a report issued by the builder",
        codes=("work_by_party",),
        honest=replace(PASSED, plan=replace(DEVICE, project=PARTIES)),
        bent=replace(
            PASSED,
            plan=replace(DEVICE, project=PARTIES, institute=Institute(name="甲公司（盖章）")),
        ),
    ),
    Way(
        what="a panel of numbers in place of names",
        codes=("resources_open",),
        honest=rated_by("甲", "乙", "丙", "丁"),
        bent=rated_by("1", "2", "3", "4"),
    ),
    Way(
        what="a withdrawn source said to be in force for ever",
        codes=("weaker_rule",),
        honest=laid_over("", OLD),
        bent=laid_over(f"{ENDLESS}\n", OLD),
    ),
    *(
        Way(
            what=f"other {what} in a pack of one's own",
            codes=("weaker_rule",),
            honest=laid_over(""),
            bent=laid_over(text),
        )
        for what, text in (
            ("English words", '[[requirements]]\nid = "noise"\ntext_en = "Not asked"\n'),
            ("titles", '[[clauses]]\nnumber = "1"\ntitle = "图像（不作要求）"\n'),
            ("words of a sample", '[[samplings]]\nid = "cameras"\ntext = "全数检验。"\n'),
        )
    ),
    Way(
        what="nothing said of where standards differ, by a pack of one's own",
        codes=("weaker_rule",),
        honest=laid_over(CONFLICT, DIFFERING),
        bent=laid_over(f'{CONFLICT}text = "无"\ntext_en = "None"\n', DIFFERING),
    ),
    *(
        Way(
            what=f"{what} by a pack of one's own",
            codes=("weaker_rule",),
            honest=laid_over(NOISE_TOO, BELOW),
            bent=laid_over(text, BELOW),
        )
        for what, text in (
            ("milder advice", f'{NOISE_TOO}advised_by = "own#mild"\n{MILDER}'),
            ("figures of what lies below a device", f"{NOISE_TOO}below = true\n"),
            ("an item counted in another part", f'{NOISE_TOO}part = "documents"\n'),
        )
    ),
    Way(
        what="one photograph as the evidence for all cameras",
        codes=("evidence_shared",),
        honest=supported(*PHOTOGRAPHS),
        bent=supported("1.jpg"),
        words=("1.jpg: cam-1, cam-2",),
    ),
    *(
        Way(
            what=f"recordings with {code}",
            codes=("recordings_contradict",),
            honest=kept("name_order_unknown"),
            bent=kept(code, **parameters),
            words=("cam-1_1.mp4",),
        )
        for code, parameters in (
            ("recordings_copied", {}),
            ("duration_differs", {"named": 86400.0, "container": 60.0}),
            ("file_before_recording", {"seconds": 90000.0}),
            ("container_differs", {"seconds": -90000.0}),
        )
    ),
)
