"""Ways to bend a verdict by who did it, when it came, and what was stated of it before."""

from __future__ import annotations

from dataclasses import replace

from reached_session import CAMERA, SHOT, Case
from ways_by_name import PARTIES, by_parties
from ways_by_statement import conceded, named, rated_by
from ways_to_bend import (
    CAMERAS,
    COLOUR,
    DEVICE,
    HONEST,
    MONOCHROME,
    OTHER_FILM,
    PASSES,
    Way,
    drawn,
)

from acceptance.model import Deviation, Person, Project

INSPECTED = by_parties(drawn(no=""))
FILMED = replace(HONEST, plan=replace(DEVICE, project=PARTIES), measurements=PASSES)
IN_COLOUR = replace(
    HONEST,
    packs={"base": COLOUR},
    plan=replace(DEVICE, subjects=(replace(CAMERA, facts={"picture": "colour"}),)),
)


RULE = Deviation(what="判定规则", value="全部合格方为合格", why="合同约定")


def answered_by(name: str) -> Case:
    """Let somebody else inspect the cameras."""
    answers = tuple(replace(one, by=name) for one in INSPECTED.plan.answers)
    return replace(INSPECTED, plan=replace(INSPECTED.plan, answers=answers))


def streamed(first: str, second: str) -> Case:
    """Take two devices from streams."""
    return named(replace(CAMERA, source=first), replace(CAMERAS[1], source=second))


def received(day: str, last: str = SHOT.filmed) -> Case:
    """State when the item came to the laboratory; the last of two films is of another day."""
    case = named(replace(CAMERA, serial="1"), replace(CAMERAS[1], serial="2"))
    first, second = case.shots
    plan = replace(case.plan, project=Project(received=day))
    return replace(case, plan=plan, shots=(first, replace(second, filmed=last)))


WAYS_BY_PARTY = (
    Way(
        what="answered by the builder's own man",
        codes=("work_by_party",),
        honest=answered_by("李工"),
        bent=answered_by("甲公司 赵工"),
        words=("甲公司 赵工",),
    ),
    Way(
        what="measured by the designer",
        codes=("work_by_party",),
        honest=FILMED,
        bent=replace(FILMED, plan=replace(FILMED.plan, operator="丙 设计院")),
    ),
    Way(
        what="measured by who builds, by the plan's own list of people",
        codes=("work_by_party",),
        honest=replace(
            FILMED, plan=replace(FILMED.plan, people=(Person(name="王工", role="施工验收组"),))
        ),
        bent=replace(
            FILMED, plan=replace(FILMED.plan, people=(Person(name="王工", role="施工单位代表"),))
        ),
        words=("王工",),
    ),
    Way(
        what="measured by one who may be of the builder",
        codes=("party_unclear",),
        honest=replace(
            FILMED, plan=replace(FILMED.plan, people=(Person(name="王工", role="分包检测员"),))
        ),
        bent=replace(FILMED, plan=replace(FILMED.plan, people=(Person(name="王工", role="乙方"),))),
        words=("王工",),
    ),
    Way(
        what="the designer in the panel",
        codes=("work_by_party",),
        honest=by_parties(rated_by("甲", "乙", "丙", "丁")),
        bent=by_parties(rated_by("甲", "乙", "丙设计院", "丁")),
    ),
    *(
        Way(
            what=f"a film of {day}",
            codes=("day_not_stated",),
            bent=replace(HONEST, shots=(replace(SHOT, filmed=day),), measurements=PASSES),
            words=("shot-1",),
        )
        for day in ("0001-01-01", "1970-01-01")
    ),
    Way(
        what="words of a verdict as a deviation",
        codes=("words_of_verdict", "deviation"),
        honest=replace(HONEST, plan=replace(DEVICE, deviations=(RULE,))),
        bent=replace(
            HONEST,
            plan=replace(
                DEVICE, deviations=(Deviation(what="结论", value="全部合格", why="如此"),)
            ),
        ),
    ),
    Way(
        what="a concession by nobody",
        codes=("concession_by_operator",),
        honest=conceded(),
        bent=conceded(by="系统"),
    ),
    Way(
        what="another fact stated once the camera had failed",
        codes=("restated", "not_applicable"),
        honest=replace(IN_COLOUR, shots=(OTHER_FILM,), measurements=PASSES),
        first=IN_COLOUR,
        bent=replace(IN_COLOUR, plan=replace(DEVICE, subjects=(MONOCHROME,)), shots=(OTHER_FILM,)),
        words=("(fail)", "cam-1"),
    ),
    Way(
        what="one film of two is from before the item came",
        codes=("received_later",),
        honest=received("2026-11-25"),
        bent=received("2026-11-25", last="2026-11-25"),
        words=("2026-11-25: shot-1: 2026-11-20",),
    ),
    Way(
        what="one stream given for two cameras",
        codes=("devices_alike",),
        honest=replace(
            streamed("rtsp://10.0.0.9/1", "rtsp://10.0.0.9:554/2"),
            measurements=HONEST.measurements,
        ),
        bent=streamed("rtsp://10.0.0.9/1", "rtsp://10.0.0.9:554/1"),
        words=("cam-1 = cam-2",),
    ),
    Way(
        what="one address of the network card, written in two ways",
        codes=("devices_alike",),
        bent=named(
            replace(CAMERA, address="00:1A:2B:3C:4D:5E"),
            replace(CAMERAS[1], address="001a.2b3c.4d5e"),
        ),
        words=("cam-1 = cam-2",),
    ),
    Way(
        what="words of a verdict behind the day of an answer",
        codes=("words_of_verdict",),
        honest=INSPECTED,
        bent=replace(
            INSPECTED,
            plan=replace(
                INSPECTED.plan,
                answers=tuple(
                    replace(one, when="2026-11-20 全部合格") for one in INSPECTED.plan.answers
                ),
            ),
        ),
    ),
)
