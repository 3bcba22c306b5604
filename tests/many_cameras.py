"""A made-up acceptance of many cameras, every tenth of them failing, as one session."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sample_session import (
    draw_still,
    finding_of,
    measurement_of,
    mtf_curve,
    pack_of_db50,
    requirement_of,
    shot_of,
)
from sample_session import session_of as small_session

from acceptance.model import (
    Answer,
    Event,
    How,
    Note,
    Reason,
    Subject,
    SubjectKind,
    Verdict,
)

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.model import Finding, Measurement, Pack, Session, Shot

FAILING = 4  # of every ten cameras
STILL, PHOTO = "data/stills/{}.jpg", "data/answers/现场照片 1.jpg"
PLACES = ("东门", "西门", "南门", "北门", "大厅", "车库", "走廊", "电梯厅")
GAP = 12.4  # s: where each failing clip stands still


def pack_of_many() -> Pack:
    """Return the pack of the sample session, with a question on clause 5.1."""
    pack = pack_of_db50()
    basic = requirement_of(
        "basic", "5.1", "系统具有基本功能", "Basic functions", how=How.INSPECTED, figure=None
    )
    return replace(pack, requirements=(basic, *pack.requirements))


def fails(number: int) -> bool:
    """Whether the camera of this number, from 1, fails."""
    return number % 10 == FAILING


def session_of_many(pack: Pack, count: int) -> Session:
    """Return a session of ``count`` cameras; those that fail are soft and drop frames."""
    small = small_session(pack)
    numbers = range(1, count + 1)
    measurements = [figure for number in numbers for figure in _figures(number)]
    answers = [answer for number in numbers for answer in _answers(number)]
    findings = [finding for number in numbers for finding in _findings(pack, number)]
    plan = replace(
        small.plan,
        subjects=(small.plan.subjects[0], *(_camera(number) for number in numbers)),
        answers=tuple(answers),
    )
    return replace(
        small,
        plan=plan,
        shots=tuple(_taken(number) for number in numbers),
        measurements=tuple(measurements),
        findings=tuple(findings),
        notes=(Note(reason=Reason(code="clipped", parameters={"region": "grey12", "share": 0.4}),
                    shot="cam1-chart", quantity="grey_scale.steps"),),
        warnings=(),
        supersedes="",
    )  # fmt: skip


def draw(folder: Path, count: int) -> None:
    """Put the stills of so many cameras, and the photo of an answer, below a folder."""
    (folder / "data" / "stills").mkdir(parents=True, exist_ok=True)
    (folder / "data" / "answers").mkdir(exist_ok=True)
    for number in range(1, count + 1):
        draw_still(folder / STILL.format(f"cam{number}"), (640, 360))
    draw_still(folder / PHOTO, (480, 640))


def _camera(number: int) -> Subject:
    place = PLACES[number % len(PLACES)]
    return Subject(
        id=f"cam{number}",
        kind=SubjectKind.FIXED,
        parent="site",
        name=f"{number} 号摄像机（{place}）",
        manufacturer="某某公司",
        model="IPC-2000",
        serial=f"SN{number:05d}",
    )


def _taken(number: int) -> Shot:
    return shot_of(f"cam{number}-chart", STILL.format(f"cam{number}"))


EACH = 4  # measurements of each camera


def _figures(number: int) -> list[Measurement]:
    bad, name = fails(number), f"cam{number}"
    stood = (Event(kind="frozen", start=GAP, end=GAP + 1.2, count=30),) if bad else ()
    rate = 21.7 if bad else 25.0
    return [
        measurement_of(
            name, "resolution.horizontal", 210.3 if bad else 402.3 + number % 7, "TVL", 4.87,
            region="centre.edge_horizontal", direction="horizontal",
            curve=mtf_curve(0.2 if bad else 0.4),
        ),
        measurement_of(name, "noise.snr", 38.4 + number % 5 / 10, "dB", 0.42, region="flat.middle"),
        measurement_of(name, "grey_scale.steps", 11.0, "1", 0.0),
        measurement_of(
            name, "frame_rate.unique", rate, "frame/s", 0.0021, count=round(rate * 60),
            duration=60.0, events=stood,
        ),
    ]  # fmt: skip


def _answers(number: int) -> list[Answer]:
    asked = {"subject": f"cam{number}", "by": "王工", "when": "2026-11-20T10:15"}
    photo = (PHOTO.removeprefix("data/answers/"),)
    return [
        Answer(requirement="db50_216_2006#basic", grade="conforms", note="逐项操作", **asked),
        Answer(
            requirement="db50_216_2006#overlay",
            grade="does_not_conform" if fails(number) else "conforms",
            evidence=photo if fails(number) else (),
            **asked,
        ),
    ]


def _findings(pack: Pack, number: int) -> list[Finding]:
    of = {requirement.id: requirement for requirement in pack.requirements}
    bad, name, first = fails(number), f"cam{number}", EACH * (number - 1)
    result = (Verdict.FAIL, "outside_limit") if bad else (Verdict.PASS, "within_limit")
    seen = "answered_does_not_conform" if bad else "answered_conforms"
    return [
        finding_of(name, of["basic"], Verdict.PASS, "answered_conforms", answer=2 * (number - 1)),
        finding_of(
            name, of["resolution-colour"], *result, value=210.31 if bad else 402.31,
            uncertainty=4.87, k=1.99, probability=0.0 if bad else 1.0, measurements=(first,),
        ),
        finding_of(
            name, of["snr"], Verdict.PASS, "within_limit", value=38.4, uncertainty=0.42, k=1.99,
            probability=1.0, measurements=(first + 1,),
        ),
        finding_of(
            name, of["grey"], Verdict.PASS, "within_limit", value=11.0, measurements=(first + 2,)
        ),
        finding_of(
            name, of["frame-rate"], *result, value=21.7 if bad else 25.0, uncertainty=0.0021,
            k=1.99, measurements=(first + 3,),
        ),
        finding_of(name, of["overlay"], result[0], seen, answer=2 * (number - 1) + 1),
        finding_of(name, of["grade"], Verdict.NOT_TESTED, "not_answered"),
    ]  # fmt: skip
