"""A complete synthetic session: three devices, every verdict, curves, gaps, hostile strings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from acceptance.model import (
    Answer,
    BottomLine,
    BudgetLine,
    Clause,
    Combine,
    Compare,
    Condition,
    Curve,
    DecisionRule,
    Deviation,
    Finding,
    How,
    Instrument,
    Level,
    Limit,
    LogEntry,
    Measurement,
    Modality,
    Note,
    Pack,
    Person,
    Plan,
    Project,
    Provenance,
    Reason,
    Requirement,
    RuleKind,
    Scope,
    Score,
    Session,
    Shot,
    Subject,
    SubjectKind,
    Tap,
    Verdict,
)

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "<script>alert('x')</script> & 100 % {{ 7 * 7 }} \"</td>"
LONG = "ONVIF_Profile-T_main-stream_" + "0123456789abcdef" * 5
GUARDED = DecisionRule(kind=RuleKind.GUARDED, guard=1.0)
FOUR_WORD = DecisionRule(kind=RuleKind.FOUR_WORD, guard=0.5)


def _source(level: Level, *, confirmed: bool = False) -> Provenance:
    return Provenance(
        source="GB 50198-1994",
        clause="2.1.9",
        level=level,
        note="依据引用标准的对应条款推断" if level is Level.INFERENCE else "",
        confirmed_by="李工" if confirmed else "",
        confirmed_on="2026-10-01" if confirmed else "",
    )


def requirement_of(
    name: str, clause: str, text: str, text_en: str, **fields: object
) -> Requirement:
    given = {
        "how": How.MEASURED,
        "figure": _source(Level.SEEN_2ND),
        "assignment": _source(Level.INFERENCE),
    } | fields
    stated = {"id": name, "clause": clause, "text": text, "text_en": text_en, **given}
    return Requirement(**stated)  # type: ignore[arg-type]


def pack_of_db50() -> Pack:
    clauses = (
        Clause(number="5.1", title="基本功能", title_en="Basic functions", mandatory=False),
        Clause(
            number="5.2",
            title="基本技术要求",
            title_en="Basic technical requirements",
            mandatory=False,
        ),
        Clause(number="5.3.1", title="前端设备", title_en="Front-end equipment", mandatory=True),
        Clause(
            number="5.4.2",
            title="传输要求",
            title_en="Transmission",
            mandatory=True,
            note="正文未见",
            note_en="Not seen",
        ),
        Clause(
            number="5.5.2", title="图像显示要求", title_en="Display of pictures", mandatory=True
        ),
        Clause(number="5.5.4", title="图像显示", title_en="Display", mandatory=True),
        Clause(
            number="5.6.2 a)",
            title="视频图像的存储",
            title_en="Storage of pictures",
            mandatory=True,
        ),
        Clause(number="6.1", title="系统设计", title_en="System design", mandatory=True),
        Clause(number="6.4", title="系统验收", title_en="System acceptance", mandatory=None),
    )
    tvl, seconds = Limit(unit="TVL", at_least=270), Limit(unit="ms", at_most=2000)
    requirements = (
        requirement_of(
            "resolution-colour",
            "5.2",
            "彩色图像水平清晰度不低于 270 TVL",
            "Colour picture: at least 270 TV lines",
            quantity="resolution.horizontal",
            limit=tvl,
            decision_rule=GUARDED,
            key_item=True,
            combine=Combine.WORST,
        ),
        requirement_of(
            "snr",
            "5.2",
            "随机信噪比",
            "Random signal-to-noise ratio",
            quantity="noise.snr",
            limit=Limit(unit="dB", at_least=36),
            assignment=_source(Level.SEEN, confirmed=True),
            figure=_source(Level.SEEN, confirmed=True),
        ),
        requirement_of(
            "grey",
            "5.2",
            "灰度等级不少于 8 级",
            "At least 8 grey steps",
            quantity="grey_scale.steps",
            limit=Limit(unit="1", at_least=8),
        ),
        requirement_of(
            "frame-rate",
            "5.3.1",
            "实时图像帧率不低于 25 帧/s",
            "At least 25 frames a second",
            quantity="frame_rate.unique",
            limit=Limit(unit="frame/s", at_least=25),
            compare=Compare.COUNT,
            minimum_duration=60,
        ),
        requirement_of(
            "latency",
            "5.4.2",
            "端到端图像延时不大于 2 s",
            "Glass to glass within 2 s",
            quantity="latency.glass_to_glass",
            limit=seconds,
            decision_rule=FOUR_WORD,
        ),
        requirement_of(
            "overlay",
            "5.5.2",
            "图像上叠加地点、日期和时间",
            "Place, date and time are overlaid",
            how=How.INSPECTED,
            figure=None,
        ),
        requirement_of(
            "grade",
            "5.5.2",
            "图像质量主观评价不低于 4 级",
            "Subjective grade of at least 4",
            how=How.RATED,
            limit=Limit(unit="grade", at_least=4),
            minimum_raters=5,
        ),
        requirement_of(
            "retention",
            "5.6.2 a)",
            "录像保存时间不少于 15 d",
            "Recordings are kept for 15 days",
            how=How.DOCUMENTED,
            figure=_source(Level.SEEN),
        ),
        requirement_of(
            "level",
            "5.2",
            "视频信号幅度",
            "Video level",
            quantity="signal.level",
            limit=Limit(unit="V", at_least=0.7, at_most=1.4),
            modality=Modality.SHOULD,
        ),
    )
    return Pack(
        id="db50_216_2006",
        number="DB50/216-2006",
        title="社会公共安全视频图像信息系统技术规范",
        title_en="Technical code of video picture information system for society public security",
        edition="2006",
        clauses=clauses,
        requirements=requirements,
        note="第 5、6 章正文未见，限值取自所引用的标准，均为暂定。",
        note_en="The body of clauses 5 and 6 was not seen; limits are borrowed and provisional.",
    )


def mtf_curve(limit: float) -> Curve:
    x = tuple(i / 100 for i in range(51))
    y = tuple(math.exp(-((f / limit) ** 2) * 2.3) for f in x)
    marks = {"MTF50": limit * 0.549, "MTF10": limit * 1.0006}
    return Curve(
        name="mtf",
        x=x,
        y=y,
        x_label="spatial_frequency",
        y_label="modulation",
        x_unit="cycle/px",
        marks=marks,
    )


def measurement_of(
    subject: str, quantity: str, value: float, unit: str, u: float, **fields: object
) -> Measurement:
    budget = (
        BudgetLine(source="repeatability", contribution=u * 0.8, degrees_of_freedom=31),
        BudgetLine(source="chart_print", contribution=u * 0.6, evaluation="B"),
    )
    given = {
        "degrees_of_freedom": 75.7,
        "k": 1.99,
        "samples": 32,
        "method": "slanted edge, least-squares spline 1",
        "shot": f"{subject}-chart",
    } | fields
    return Measurement(
        subject=subject,
        quantity=quantity,
        value=value,
        unit=unit,
        uncertainty=u,
        budget=budget,
        **given,
    )  # type: ignore[arg-type]


def _measurements() -> tuple[Measurement, ...]:
    zones = ("centre", "upper_left", "upper_right", "lower_left", "lower_right")
    edges = [
        measurement_of(
            subject,
            "resolution.horizontal",
            402.31 - 8 * i - drop,
            "TVL",
            4.87,
            region=f"{zone}.edge_horizontal",
            direction="horizontal",
            curve=mtf_curve(0.4 - 0.015 * i - drop / 900),
        )
        for subject, drop in (("cam1", 0.0), ("cam2", 160.0))
        for i, zone in enumerate(zones)
    ]
    intervals = Curve(
        name="frame_intervals",
        x=tuple(i / 25 for i in range(1500)),
        y=tuple(40 + (i % 7) * 0.3 + 80 * (i % 333 == 300) for i in range(1500)),
        x_label="time",
        y_label="interval",
        x_unit="s",
        y_unit="ms",
    )
    return (
        *edges,
        measurement_of("cam1", "noise.snr", 38.46, "dB", 0.42, region="flat.middle"),
        measurement_of("cam2", "noise.snr", 35.9, "dB", 0.42, region="flat.middle"),
        measurement_of("cam1", "grey_scale.steps", 11.0, "1", 0.0, k=1.96, degrees_of_freedom=None),
        measurement_of(
            "cam1",
            "frame_rate.unique",
            25.0,
            "frame/s",
            0.0021,
            count=1499,
            duration=59.96,
            curve=intervals,
        ),
        measurement_of(
            "cam2", "frame_rate.unique", 21.7, "frame/s", 0.0021, count=130, duration=5.99
        ),
        measurement_of("cam1", "latency.glass_to_glass", 1988.2, "ms", 16.3, shot="cam1-clock"),
        measurement_of("cam2", "latency.glass_to_glass", 2011.6, "ms", 16.3, shot="cam2-clock"),
    )


def finding_of(
    subject: str, requirement: Requirement, verdict: Verdict, code: str, **fields: object
) -> Finding:
    parameters = fields.pop("parameters", {})
    given = {
        "how": requirement.how,
        "modality": requirement.modality,
        "quantity": requirement.quantity,
        "limit": requirement.limit,
        "unit": requirement.limit.unit if requirement.limit else "",
        "decision_rule": requirement.decision_rule if requirement.limit else None,
        "provisional": requirement.id != "snr",
    } | fields
    return Finding(
        subject=subject,
        pack="db50_216_2006",
        clause=requirement.clause,
        requirement=f"db50_216_2006#{requirement.id}",
        verdict=verdict,
        mandatory=requirement.clause != "5.2",
        reason=Reason(code=code, parameters=parameters),  # type: ignore[arg-type]
        **given,  # type: ignore[arg-type]
    )


def _findings(pack: Pack) -> tuple[Finding, ...]:
    of = {requirement.id: requirement for requirement in pack.requirements}
    edge, snr, grey, rate, delay = (
        of[name] for name in ("resolution-colour", "snr", "grey", "frame-rate", "latency")
    )
    bare = {"pack": pack.id, "mandatory": True, "subject": "site"}
    untested = [
        Finding(
            clause=one,
            requirement=f"{pack.id}#{one}",
            verdict=Verdict.NOT_TESTED,
            reason=Reason(code="clause_not_seen"),
            **bare,
        )
        for one in ("5.5.4", "6.4")
    ]  # type: ignore[arg-type]
    outside = Finding(
        clause="6.1",
        requirement=f"{pack.id}#6.1",
        verdict=Verdict.NOT_APPLICABLE,
        reason=Reason(code="out_of_scope", parameters={"scope": "device"}),
        **bare,
    )  # type: ignore[arg-type]
    return (
        *untested,
        outside,
        finding_of(
            "cam1",
            edge,
            Verdict.PASS,
            "within_limit",
            value=370.31,
            uncertainty=4.87,
            k=1.99,
            probability=1.0,
            measurements=(4,),
        ),
        finding_of(
            "cam2",
            edge,
            Verdict.FAIL,
            "outside_limit",
            value=210.31,
            uncertainty=4.87,
            k=1.99,
            probability=0.0,
            measurements=(9,),
        ),
        finding_of(
            "cam1",
            snr,
            Verdict.PASS,
            "within_limit",
            value=38.46,
            uncertainty=0.42,
            k=1.99,
            probability=0.99999,
            measurements=(10,),
        ),
        finding_of(
            "cam2",
            snr,
            Verdict.INCONCLUSIVE,
            "inside_guard_band",
            value=35.9,
            uncertainty=0.42,
            k=1.99,
            probability=0.406,
            measurements=(11,),
            parameters={"width": 0.8358},
        ),
        finding_of("cam1", grey, Verdict.PASS, "within_limit", value=11.0, measurements=(12,)),
        finding_of(
            "cam2",
            grey,
            Verdict.NOT_TESTED,
            "clipped",
            parameters={"region": "grey12", "share": 0.43},
        ),
        finding_of(
            "cam1",
            rate,
            Verdict.PASS,
            "count_within_limit",
            value=25.0,
            uncertainty=0.0021,
            k=1.99,
            measurements=(13,),
            parameters={"count": 1499, "needed": 1498, "duration": 59.96},
        ),
        finding_of(
            "cam2",
            rate,
            Verdict.INCONCLUSIVE,
            "duration_short",
            value=21.7,
            uncertainty=0.0021,
            k=1.99,
            measurements=(14,),
            parameters={"duration": 5.99, "needed": 60},
        ),
        finding_of(
            "cam1",
            delay,
            Verdict.CONDITIONAL_PASS,
            "inside_guard_band",
            value=1988.2,
            uncertainty=16.3,
            k=1.99,
            probability=0.766,
            measurements=(15,),
            parameters={"width": 16.2},
        ),
        finding_of(
            "cam2",
            delay,
            Verdict.CONDITIONAL_FAIL,
            "inside_guard_band",
            value=2011.6,
            uncertainty=16.3,
            k=1.99,
            probability=0.239,
            measurements=(16,),
            parameters={"width": 16.2},
        ),
        finding_of("cam1", of["overlay"], Verdict.PASS, "answered_conforms", answer=0),
        finding_of(
            "cam2", of["overlay"], Verdict.CONDITIONAL_PASS, "answered_basically_conforms", answer=1
        ),
        finding_of("cam1", of["grade"], Verdict.PASS, "within_limit", answer=2, value=4.2),
        finding_of("cam2", of["grade"], Verdict.NOT_TESTED, "not_answered"),
        finding_of("recorder", of["retention"], Verdict.FAIL, "answered_no", answer=3),
        finding_of(
            "cam1",
            of["retention"],
            Verdict.NOT_APPLICABLE,
            "facts_differ",
            parameters={"fact": "storage", "value": "no", "needed": "yes"},
        ),
        finding_of(
            "cam1",
            of["level"],
            Verdict.NOT_APPLICABLE,
            "facts_differ",
            parameters={"fact": "system", "value": "digital", "needed": "analogue"},
        ),
        finding_of(
            "cam2",
            of["level"],
            Verdict.NOT_APPLICABLE,
            "facts_differ",
            parameters={"fact": "system", "value": "digital", "needed": "analogue"},
        ),
        finding_of(
            "recorder",
            edge,
            Verdict.NOT_TESTED,
            "not_in_toolkit",
            parameters={"quantity": "resolution.horizontal"},
        ),
        finding_of(
            "recorder", snr, Verdict.NOT_TESTED, "a_code_of_tomorrow", parameters={"answer": 42}
        ),
        finding_of(
            "recorder",
            rate,
            Verdict.INCONCLUSIVE,
            "instrument_expired",
            parameters={"instrument": "手机-01", "due": "2025-12-31"},
        ),
    )


def _plan() -> Plan:
    subjects = (
        Subject(
            id="site", kind=SubjectKind.SITE, name="重庆某小区视频监控", facts={"system": "digital"}
        ),
        Subject(
            id="cam1",
            kind=SubjectKind.FIXED,
            parent="site",
            name="东门 1 号枪机",
            manufacturer="某某公司",
            model="IPC-2000",
            serial="SN0001",
            facts={"picture": "colour", "place": "outdoor"},
        ),
        Subject(
            id="cam2", kind=SubjectKind.DOME, parent="site", name=HOSTILE, model=LONG, serial=LONG
        ),
        Subject(
            id="recorder",
            kind=SubjectKind.RECORDER,
            parent="site",
            name="录像机",
            facts={"storage": "yes"},
        ),
    )
    scores = tuple(Score(rater=f"评分人{i}", score=4 + (i == 0), expert=i < 3) for i in range(5))
    answers = (
        Answer(
            subject="cam1",
            requirement="db50_216_2006#overlay",
            by="王工",
            when="2026-11-20",
            grade="conforms",
        ),
        Answer(
            subject="cam2",
            requirement="db50_216_2006#overlay",
            by="王工",
            when="2026-11-20",
            grade="basically_conforms",
        ),
        Answer(
            subject="cam1",
            requirement="db50_216_2006#grade",
            by="王工",
            when="2026-11-20",
            scores=scores,
        ),
        Answer(
            subject="recorder",
            requirement="db50_216_2006#retention",
            by="王工",
            when="2026-11-20",
            yes=False,
        ),
    )
    instruments = (
        Instrument(
            id="手机-01",
            name="拍摄手机",
            model="Phone 15",
            serial="F2LX",
            range="60 帧/s",
            accuracy="1 ms",
            certificate="CAL-2024-0117",
            due="2025-12-31",
        ),
        Instrument(
            id="卡-03",
            name="综合测试卡",
            model="acceptance A3",
            serial="No. 3",
            range="(100～1000) TVL",
            accuracy="1 %",
            certificate="CAL-2026-0031",
            due="2027-05-01",
        ),
    )
    people = (
        Person(name="王工", role="tester", methods=("resolution", "noise")),
        Person(name="李工", role="reviewer"),
        Person(name="赵工", role="approver"),
    )
    project = Project(
        title="重庆市某某区社会公共安全视频图像信息系统（二期）工程 & 扩建",
        customer="重庆市某某区公安分局",
        builder="某某智能科技有限公司",
        inspected="重庆市某某区东门派出所",
        laboratory="重庆某某检测研究院",
        laboratory_address="重庆市渝北区某某路 1 号",
        place="重庆市某某区东门",
        kind="委托检验",
        received="2026-11-18",
        description="新建摄像机 2 台、录像机 1 台，H.265 编码，1080p，25 帧/s。",
    )
    return Plan(
        subjects=subjects,
        shots=(),
        scope=Scope.DEVICE,
        operator="王工",
        project=project,
        answers=answers,
        people=people,
        instruments=instruments,
        minimum_duration=6,
        deviations=(Deviation(what="minimum_duration", value=6, why="演示用短样片"),),
    )


def shot_of(name: str, still: str = "", clip: str = "") -> Shot:
    conditions = (
        Condition(
            name="illuminance", value=510, unit="lux", instrument="照度计-02", source="测试卡中心"
        ),
        Condition(name="agc", value="off", source="摄像机设置页"),
        Condition(name="day_night", value="白天", source="摄像机设置页"),
    )
    stream = {
        "width": 1920,
        "height": 1080,
        "codec": "h264",
        "nominal_rate": 25.0,
        "full_range": False,
        "matrix": "bt709",
        "assumed": "matrix, transfer",
    }
    return Shot(
        id=name,
        subject=name.split("-", maxsplit=1)[0],
        clip=clip or f"data/clips/{name}.mp4",
        tap=Tap.CAMERA,
        sha256="ab" * 32,
        chart="acceptance",
        chart_copy="卡-03",
        still=still,
        conditions=conditions,
        instruments=("手机-01",),
        stream=stream,
    )


def _log() -> tuple[LogEntry, ...]:
    return tuple(
        LogEntry(
            when=f"2026-11-25T08:0{i}:00+08:00",
            what=what,
            details=details,
            previous="0" * 64,
            sha256=f"{i}" * 64,
        )
        for i, (what, details) in enumerate(
            [
                ("taken", {"shot": "cam1-chart"}),
                ("taken", {"shot": "cam2-chart"}),
                ("judged", {"packs": "db50_216_2006"}),
            ]
        )
    )


def session_of(pack: Pack) -> Session:
    """Return a session with three devices, every verdict, curves, gaps and hostile strings."""
    findings = _findings(pack)
    stills = "data/stills/样片 1 #%.png"
    shots = (
        shot_of("cam1-chart", stills),
        shot_of("cam2-chart", "data/stills/missing.png", f"data/clips/{LONG}.mp4"),
        shot_of("cam1-clock", "data/stills/clock.jpg"),
        shot_of("cam2-clock"),
    )
    open_ = tuple(
        dict.fromkeys(one.requirement for one in findings if one.verdict is Verdict.INCONCLUSIVE)
    )
    untested = tuple(
        dict.fromkeys(
            one.requirement
            for one in findings
            if one.verdict is Verdict.NOT_TESTED and one.mandatory
        )
    )
    failed = tuple(
        dict.fromkeys(
            one.requirement
            for one in findings
            if one.verdict in {Verdict.FAIL, Verdict.CONDITIONAL_FAIL}
        )
    )
    return Session(
        id="DB50-20261125-0001",
        plan=_plan(),
        started="2026-11-25T08:00:00+08:00",
        finished="2026-11-25T09:30:00+08:00",
        operator="王工",
        tool_version="0.1.0",
        hashes={"data/plan.toml": "cd" * 32, f"data/clips/{LONG}.mp4": "ef" * 32}
        | {shot.clip: shot.sha256 for shot in shots[:1]},
        shots=shots,
        measurements=_measurements(),
        notes=(
            Note(
                reason=Reason(code="clipped", parameters={"region": "grey12", "share": 0.43}),
                shot="cam2-chart",
                quantity="grey_scale.steps",
                region="grey12",
            ),
        ),
        findings=findings,
        bottom_line=BottomLine(
            verdict=Verdict.FAIL,
            scope=Scope.DEVICE,
            provisional=True,
            failed=failed,
            open=open_,
            not_tested=untested,
        ),
        log=_log(),
        supersedes="DB50-20261101-0007",
    )


def draw_still(path: Path, size: tuple[int, int]) -> None:
    picture = Image.new("RGB", size, (120, 120, 125))
    drawing = ImageDraw.Draw(picture)
    drawing.rectangle(
        (size[0] // 8, size[1] // 8, size[0] * 7 // 8, size[1] * 7 // 8),
        fill=(220, 220, 215),
        outline=(0, 160, 0),
        width=4,
    )
    drawing.rectangle(
        (size[0] // 3, size[1] // 3, size[0] // 2, size[1] // 2),
        fill=(40, 40, 40),
        outline=(200, 0, 0),
        width=3,
    )
    picture.save(path)
