"""Ways to bend a verdict that earlier lists had left: who is nobody, what is no device, scores."""

from __future__ import annotations

from dataclasses import replace

from more_ways_to_bend import LUX_METER, METER, RECORDER, lit
from reached_session import CAMERA, FIRM, NOISE, SHOT, STEPS, Case, figure, overlay, pack
from ways_by_file import PASSED, noted
from ways_by_statement import rated_by, taken_again
from ways_to_bend import DEVICE, HONEST, KEPT, OWN_SOURCE, SITE, Way, noise_limit

from acceptance.model import Answer, Person, Plan, Scope, Subject, SubjectKind

NINTH = Subject(id="cam-9", kind=SubjectKind.SYSTEM, name="9 号")
WITH_NINTH = replace(PASSED, plan=replace(DEVICE, subjects=(CAMERA, NINTH)))
SCORED = "".join(f'{one}part = "technical"\nscope = "site"\n' for one in (STEPS, NOISE))
SCORE = (
    f'[scoring]\nclause = "1"\nfigure = {{ {FIRM} }}\n'
    "basic_weight = 0.6\npass_from = 0.8\nbasic_from = 0.6\n"
)
EASY = "".join(
    f'[[requirements]]\nid = "easy{number}"\nclause = "1"\nhow = "inspected"\nscope = "site"\n'
    f'subjects = ["site"]\ntext = "有标识"\ntext_en = "Labelled"\n{OWN_SOURCE}\nPART'
    for number in range(9)
)
COUNTED = EASY.replace("PART", 'part = "technical"\n')
UNREAD = '[[clauses]]\nnumber = "3"\ntitle = "音频"\nmandatory = true\nscope = "device"\n'
SOUND = (
    '[[requirements]]\nid = "sound"\nclause = "3"\nhow = "inspected"\n'
    f'text = "有声音"\ntext_en = "There is sound"\n{OWN_SOURCE}\n'
)
DELAY = 'at_most = 300, unit = "ms"'
AGED = {"copy": "A3-001", "date": "2011-11-30", "filmed": "2026-11-20"}


def site(own: str, base: str) -> Case:
    """Accept a site by an overlay, with a yes to whatever it adds."""
    answers = tuple(
        Answer(
            subject="site", requirement=f"own#easy{number}", by="王工", when="2026-11-20", yes=True
        )
        for number in range(own.count("[[requirements]]"))
    )
    subjects = (SITE, replace(CAMERA, parent="site"))
    plan = Plan(subjects=subjects, operator="王工", scope=Scope.SITE, answers=answers)
    packs = {"base": base, "own": overlay(own)}
    return replace(HONEST, packs=packs, judge_by=("own",), plan=plan)


def kept(pattern: str) -> Case:
    """Keep recordings whose names are read so."""
    plan = replace(DEVICE, subjects=(CAMERA, RECORDER))
    recordings = replace(KEPT, subject=RECORDER.id, name_pattern=pattern, until="")
    return replace(PASSED, plan=plan, recordings=(recordings,))


def read_beside(value: float, unit: str = "") -> Case:
    """Read by hand what a film of the same camera shows to pass."""
    answer = Answer(
        subject="cam-1", requirement="base#noise", by="王工", when="2026-11-20", value=value,
        unit=unit,
    )  # fmt: skip
    return replace(PASSED, plan=replace(DEVICE, answers=(answer,)))


def delayed(value: float, unit: str) -> Case:
    """Read a delay by hand, in some unit, beside a film that passes."""
    case = read_beside(value, unit)
    film = replace(figure(value=180.0), quantity="latency.glass_to_glass", unit="ms")
    text = NOISE.replace("noise.snr", film.quantity).replace('at_least = 45, unit = "dB"', DELAY)
    return replace(case, packs={"base": pack(text)}, measurements=(film,))


def filled_in(item: str) -> Case:
    """Leave a mandatory clause open of which nobody has read what it asks, or add an item to it."""
    base = pack().replace("[[samplings]]", f"{UNREAD}[[samplings]]", 1)
    answer = Answer(
        subject="cam-1", requirement="own#sound", by="王工", when="2026-11-20", yes=True
    )
    plan = replace(DEVICE, answers=(answer,) if item else ())
    packs = {"base": base, "own": overlay(item)}
    return replace(PASSED, packs=packs, judge_by=("own",), plan=plan)


def limited(text: str) -> Case:
    """Judge by an overlay of a pack that knows no limit of the noise."""
    noise = NOISE.replace('limit = { at_least = 45, unit = "dB" }\n', "")
    base = pack(STEPS, noise.replace("figure = ", "assignment = "))
    return replace(PASSED, packs={"base": base, "own": overlay(text)}, judge_by=("own",))


def metered(**fields: str | None) -> Case:
    """Film by what an instrument shows."""
    meter = replace(METER, serial="M 7", **fields)  # type: ignore[arg-type]
    shot = replace(SHOT, instruments=("meter",))
    who = Person(name="王工", role="检测员", methods=("measured",))
    plan = replace(DEVICE, instruments=(meter,), people=(who,))
    return replace(PASSED, plan=plan, shots=(shot,))


def read_in_klx(value: float) -> Case:
    """Film in a light that was read with a meter of 0.01 klx to 1 klx."""
    case = lit(value * 1000, "lx")
    meter = replace(LUX_METER, serial="L 1", unit="klx", range_from=0.01, range_to=1.0)
    return replace(case, plan=replace(case.plan, instruments=(meter,)))


def two_called(first: str, second: str, name: str = "东门") -> Case:
    """Film two cameras of these ids, the first of that name."""
    cameras = replace(CAMERA, id=first, name=name), replace(CAMERA, id=second, name="西门")
    shots = (
        replace(SHOT, subject=first),
        replace(SHOT, id="shot-2", subject=second, sha256="bb" * 32, corners=()),
    )
    found = (figure(value=46.0, subject=first), figure(value=47.0, subject=second, shot="shot-2"))
    return replace(
        PASSED, plan=replace(DEVICE, subjects=cameras), shots=shots, measurements=found,
        packs={"base": pack(NOISE)},
    )  # fmt: skip


def taken_five_times(why: str) -> Case:
    """Film three times more than twice, and say of one film alone why."""
    case = taken_again(why)
    more = tuple(
        replace(SHOT, id=f"shot-{number}", sha256=f"{number}" * 64) for number in range(3, 6)
    )
    found = tuple(figure(value=46.0, shot=shot.id) for shot in more)
    return replace(case, shots=(*case.shots, *more), measurements=(*case.measurements, *found))


WAYS_LEFT_OVER = (
    *(
        Way(
            what=f"a panel of {names[0]} and so on in place of names",
            codes=("resources_open",),
            honest=rated_by("甲", "乙", "丙", "丁"),
            bent=rated_by(*names),
            words=("Who measured is not stated",),
        )
        for names in (
            ("评委1", "评委2", "评委3", "评委4"),
            ("专家甲", "专家乙", "观众（一）", "观众（二）"),
            ("rater A", "rater B", "viewer 1", "viewer 2"),
            ("1号评委", "第2评委", "评审专家一", "受试者甲"),
            ("panel member 1", "panel member 2", "juror 3", "1st rater"),
        )
    ),
    *(
        Way(
            what=f"measured by {who}",
            codes=("resources_open",),
            bent=replace(PASSED, plan=replace(DEVICE, operator=who)),
            words=("Who measured is not stated",),
        )
        for who in (
            *("检测员", "工程师", "Operator 2", "试验员", "测试工程师", "質檢員", "全体人员"),
            *("见签名", "某工", "test engineer", "Senior QA Engineer", "QA", "see signature"),
        )
    ),
    *(
        Way(
            what=f"filmed again until it suits, since {why!r}",
            codes=("retaken",),
            honest=taken_again("照度偏低"),
            bent=taken_again(why),
            words=("Reason: none is given",),
        )
        for why in (
            *(
                "效果差",
                "结果不理想",
                "重新测量一次",
                "信噪比偏低",
                "没达到标准",
                "见报告",
                "特殊原因",
            ),
            *("the first result was too low", "SNR below limit", "try again", "see notes"),
        )
    ),
    Way(
        what="filmed five times, once for a reason",
        codes=("retaken",),
        honest=taken_again("照明被关闭"),
        bent=taken_five_times("照明被关闭"),
        words=("cam-1 ×5", "Reason: none is given"),
    ),
    *(
        Way(
            what=f"a camera that nobody filmed, called a system, though it has a {sign}",
            codes=("untested_devices",),
            honest=WITH_NINTH,
            bent=replace(
                WITH_NINTH,
                plan=replace(DEVICE, subjects=(CAMERA, replace(NINTH, **{sign: value}))),
            ),
            words=("cam-9",),
        )
        for sign, value in (("serial", "SN 9"), ("source", "rtsp://10.0.0.9/1"))
    ),
    Way(
        what="nine items that always conform, counted in the score beside one that fails",
        codes=("weaker_rule",),
        honest=site(EASY.replace("PART", ""), pack(SCORED) + SCORE),
        bent=site(COUNTED, pack(SCORED) + SCORE),
        words=("part of the score",),
    ),
    Way(
        what="a score where the standard has none",
        codes=("weaker_rule",),
        honest=site("", pack(SCORED)),
        bent=site(SCORE, pack(SCORED)),
        words=("a score where there is none",),
    ),
    Way(
        what="names of recordings read in a way of one's own",
        codes=("recordings_bounds",),
        honest=kept(""),
        bent=kept("*{start}*{end}*"),
        words=("*{start}*{end}*",),
    ),
    Way(
        what="a reading that misses a limit, beside a film of the same that passes",
        codes=("miss_not_judged",),
        bent=read_beside(40.0),
        words=("cam-1: 40 dB (王工)",),
    ),
    Way(
        what="a reading in another unit that misses a limit, beside a film that passes",
        codes=("miss_not_judged",),
        bent=delayed(0.5, "s"),
        words=("cam-1: 0.5 s (王工)",),
    ),
    *(
        Way(
            what=f"two cameras whose ids look alike: {first}, {second}",
            codes=("devices_alike",),
            bent=two_called(first, second),
            words=(f"{first} = {second}",),
        )
        for first, second in (
            *(("cam-10", "cam-1O"), ("cam-O1", "cam-01"), ("A10", "A1o"), ("cam-l1", "cam-11")),
        )
    ),
    Way(
        what="a camera named by the id of another one",
        codes=("devices_alike",),
        bent=two_called("cam-1", "cam-2", "cam-2"),
        words=("cam-1 “cam-2” = cam-2",),
    ),
    Way(
        what="an easy item added to a clause of which nobody has read what it asks",
        codes=("weaker_rule",),
        honest=filled_in(""),
        bent=filled_in(SOUND),
        words=("items of its own where nobody has read what is asked",),
    ),
    Way(
        what="a limit of one's own where none is known",
        codes=("weaker_rule",),
        honest=limited(""),
        bent=limited(noise_limit("at_least = 1")),
        words=("a limit where none is known",),
    ),
    Way(
        what="the day of a calibration left out, which was after the reading",
        codes=("resources_open",),
        honest=metered(calibrated_on="2026-01-01"),
        bent=metered(calibrated_on=None),
        words=("nobody says when they were calibrated", "meter"),
    ),
    Way(
        what="a light beyond the range of a meter that states it in another unit",
        codes=("conditions_stated",),
        honest=read_in_klx(0.5),
        bent=read_in_klx(0.0005),
        words=("illuminance: 0.5",),
    ),
    Way(
        what="a print that was measured fifteen years before",
        codes=("resources_open",),
        honest=PASSED,
        bent=noted("chart", "copy_measured_long_ago", **AGED),
        words=("A3-001 (2011-11-30)",),
    ),
)
