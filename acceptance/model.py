"""Every noun of the toolkit: frozen, keyword-only, standard library only.

The nouns serialise whole (``pydantic.TypeAdapter(Session)`` in ``session``) and say nothing in any
language: a reason is a code with parameters, worded by ``report_templates/zh.toml`` and
``en.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 -- pydantic reads the annotations at run time
from dataclasses import dataclass, field
from enum import StrEnum

Value = str | int | float | bool
Box = tuple[float, float, float, float]
Point = tuple[float, float]


class Verdict(StrEnum):
    """The closed set of outcomes; only ``checks/judge.py`` makes one."""

    PASS = "pass"  # noqa: S105 -- a verdict
    CONDITIONAL_PASS = "conditional_pass"  # noqa: S105 -- a verdict
    CONDITIONAL_FAIL = "conditional_fail"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_TESTED = "not_tested"
    NOT_APPLICABLE = "not_applicable"


class SubjectKind(StrEnum):
    """What is under test: the site, a system on it, or a device of a stated kind."""

    SITE = "site"
    SYSTEM = "system"
    FIXED = "fixed"
    DOME = "dome"
    PTZ = "ptz"
    FISHEYE = "fisheye"
    THERMAL = "thermal"
    RECORDER = "recorder"
    SCREEN = "screen"


class Scope(StrEnum):
    """What a plan sets out to show: what equipment under test can show, or the whole acceptance."""

    DEVICE = "device"
    SITE = "site"


class Tap(StrEnum):
    """Where in the chain the footage was taken."""

    CAMERA = "camera"
    PLATFORM = "platform"
    RECORDER = "recorder"
    SCREEN = "screen"


class Path(StrEnum):
    """Live picture or playback of a recording."""

    LIVE = "live"
    PLAYBACK = "playback"


class How(StrEnum):
    """How a clause can be checked."""

    MEASURED = "measured"
    RATED = "rated"
    INSPECTED = "inspected"
    READ = "read"
    DOCUMENTED = "documented"
    UNKNOWN = "unknown"


class Modality(StrEnum):
    """应 / 宜 / 可, and what is due only when an objective test (or the like) is needed."""

    SHALL = "shall"
    SHOULD = "should"
    MAY = "may"
    CONDITIONAL = "conditional"


class Part(StrEnum):
    """Part of a completion acceptance: construction (施工验收), technical (技术验收), documents (资料审查)."""

    CONSTRUCTION = "construction"
    TECHNICAL = "technical"
    DOCUMENTS = "documents"


class Outcome(StrEnum):
    """What an acceptance group concludes: 通过, 基本通过, 不通过, or that it cannot conclude yet."""

    PASSED = "passed"
    BASICALLY_PASSED = "basically_passed"
    NOT_PASSED = "not_passed"
    OPEN = "open"


class Scale(StrEnum):
    """Five-grade impairment scale by which people rate pictures.

    The analogue or the digital one.
    """

    ANALOGUE = "analogue"
    DIGITAL = "digital"


class Level(StrEnum):
    """How well a statement about a standard is known (``docs/standards.md``)."""

    SEEN = "seen"
    SEEN_2ND = "seen-2nd"
    RECALL_HIGH = "recall-high"
    RECALL_MED = "recall-med"
    RECALL_LOW = "recall-low"
    INFERENCE = "inference"
    UNKNOWN = "unknown"


class Combine(StrEnum):
    """How the measurements of several regions or shots become the one figure that is judged."""

    WORST = "worst"
    MEAN = "mean"


class Compare(StrEnum):
    """Compare the value with the limit, or (rates) the count with what the limit makes of the duration."""

    VALUE = "value"
    COUNT = "count"


class RuleKind(StrEnum):
    """Decision rules of ILAC-G8:09/2019; words as in ``docs/decision_rules.md``."""

    SIMPLE = "simple"
    GUARDED = "guarded"
    FOUR_WORD = "four_word"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why: a code of the phrase files and its parameters, never a finished sentence."""

    code: str
    parameters: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A node of the tree under test.

    ``facts`` are inherited from the parent and select requirements.
    ``address`` is that on the network, without user and password.
    """

    id: str
    kind: SubjectKind
    name: str = ""
    parent: str | None = None
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    address: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One circumstance of a shot (illuminance, lens, AGC ...) with unit, instrument and where it was taken from."""

    name: str
    value: Value
    unit: str = ""
    instrument: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """What was measured with. ISO dates.

    ``calibrated_on`` of its calibration, ``due`` when that expires.
    ``range`` and ``accuracy`` are printed as they are. A reading is held against ``range_from`` and
    ``range_to``, in ``unit``; where it states no uncertainty of its own it has that of the largest
    error, ``largest_error`` in ``unit`` plus ``largest_error_share`` of the reading.
    """

    id: str
    name: str
    model: str = ""
    serial: str = ""
    range: str = ""
    accuracy: str = ""
    certificate: str = ""
    calibrated_on: str | None = None
    due: str | None = None
    unit: str = ""
    range_from: float | None = None
    range_to: float | None = None
    largest_error: float | None = None
    largest_error_share: float | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who took part, in which role, and the methods this person is authorised for.

    A method is a How (``rated``, ``read``), a quantity or its family (``noise``); without any the
    plan does not say.
    """

    name: str
    role: str
    methods: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Coding:
    """Overrides for what a stream does not say, or says wrongly. ``None``: as the stream says."""

    full_range: bool | None = None
    matrix: str | None = None
    transfer: str | None = None
    sample_aspect: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Shot:
    """What was filmed. In a plan the shot asked for.

    In a session also its hash and where the charts were found.
    ``clip`` is a path (in a plan relative to the plan's folder, in a session relative to the
    session folder). ``corners`` holds the four outer corners of each chart found, in pixels
    (integer = pixel centre), clockwise from the chart's own upper left. ``chart_copy`` is the file
    of the printed copy (a path ending in .toml), its serial number, or ``as_drawn``. ``regions``
    are regions given by hand: x, y, width, height in pixels. ``live`` is the id of the live shot
    beside which this playback is held, where more than one might be meant. ``drive`` is the log of
    what drove a light in regions of kind ``sequence``, a path like ``clip``; ``chip`` in its place
    the seconds of one chip of the known sequence. ``reference`` is the sequence that the clip
    should show (PSNR, SSIM), a path like ``clip``. ``plain_edges``: look for slanted edges in a
    picture without chart.
    """

    id: str
    subject: str
    clip: str
    tap: Tap = Tap.CAMERA
    path: Path = Path.LIVE
    live: str = ""
    sha256: str = ""
    chart: str | None = None
    chart_copy: str = ""
    screen: str = ""
    arrivals: str = ""
    screen_log: str = ""
    drive: str = ""
    chip: float | None = None
    reference: str = ""
    plain_edges: bool = False
    regions: Mapping[str, Box] = field(default_factory=dict)
    coding: Coding = field(default_factory=Coding)
    conditions: tuple[Condition, ...] = ()
    instruments: tuple[str, ...] = ()
    corners: tuple[tuple[Point, ...], ...] = ()
    still: str = ""
    stream: Mapping[str, Value] = field(default_factory=dict)

    @property
    def copy_file(self) -> str:
        """The path of the chart copy's file; empty where ``chart_copy`` names none."""
        return self.chart_copy if self.chart_copy.endswith(".toml") else ""


@dataclass(frozen=True, kw_only=True)
class Recordings:
    """What a recorder has kept: a folder of files, or the list (CSV) that it gave of them.

    ``source`` is a path like a shot's ``clip``; in a session it is the list that was made of it,
    ``sha256`` its hash, ``files`` how many recordings it holds. ``name_pattern`` as in
    ``recording_names.read``; ``utc_offset`` is that of the recorder's clock. ``until``: ISO time
    (or day) of the inspection; empty: the end of the newest recording. ``in_service``: ISO date
    since when the system has been recording. ``clock_error`` is the half-width of the recorder's
    clock error, ``gap`` the shortest gap that counts and ``longest_break`` the longest that does
    not end the retention, all in seconds.
    """

    id: str
    subject: str
    source: str
    name_pattern: str = ""
    utc_offset: str = "+08:00"
    until: str = ""
    in_service: str = ""
    clock_error: float = 60.0
    gap: float = 5.0
    longest_break: float = 86400.0
    conditions: tuple[Condition, ...] = ()
    instruments: tuple[str, ...] = ()
    sha256: str = ""
    files: int = 0

    @property
    def tap(self) -> Tap:
        """Recordings are taken from the recorder."""
        return Tap.RECORDER

    @property
    def path(self) -> Path:
        """And they are what it plays back."""
        return Path.PLAYBACK

    @property
    def chart_copy(self) -> str:
        """No chart is looked at."""
        return ""

    @property
    def screen(self) -> str:
        """Nor a screen."""
        return ""


@dataclass(frozen=True, kw_only=True)
class BudgetLine:
    """One input of an uncertainty budget: its standard contribution in the unit of the result."""

    source: str
    contribution: float
    degrees_of_freedom: float | None = None
    evaluation: str = "A"


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A line that the report draws. ``marks`` are named abscissae worth a tick (MTF50 ...).

    ``x_logarithmic``: equal ratios of x are to be drawn equally long; x is above 0.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    x_label: str
    y_label: str
    x_unit: str = ""
    y_unit: str = ""
    x_logarithmic: bool = False
    marks: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Event:
    """What happened in a clip from ``start`` to ``end``, in s since its first frame, to ``count`` frames.

    ``kind`` is a word of the phrase files (``timeline``): the report's timeline draws a lane for
    each.
    """

    kind: str
    start: float
    end: float
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A number with its unit, uncertainty, method and origin; it knows no limit and no clause.

    ``uncertainty`` is standard (k = 1), ``k`` the coverage factor for 95 % at
    ``degrees_of_freedom`` (None: infinite), ``expanded`` = k u. ``count`` and ``duration``
    (seconds) stand behind a rate that is judged as a count. ``lower_bound``: the true value is this
    or higher, for instance where a wedge was resolved to its very end; ``upper_bound``: this or
    lower, for instance the illuminance of the darkest shot where that still was good enough.
    ``bound_by``: why it is only a bound, where that tells more; it becomes the reason of what the
    bound leaves open.
    """

    subject: str
    quantity: str
    value: float
    unit: str
    uncertainty: float
    k: float
    degrees_of_freedom: float | None
    samples: int
    method: str
    shot: str
    region: str = ""
    direction: str = ""
    statistic: str = ""
    count: int | None = None
    duration: float | None = None
    lower_bound: bool = False
    upper_bound: bool = False
    bound_by: Reason | None = None
    budget: tuple[BudgetLine, ...] = ()
    details: Mapping[str, Value] = field(default_factory=dict)
    curve: Curve | None = None
    events: tuple[Event, ...] = ()

    @property
    def expanded(self) -> float:
        """Expanded uncertainty U = k u, in the unit of the value."""
        return self.k * self.uncertainty


@dataclass(frozen=True, kw_only=True)
class Note:
    """A figure that could not be had, and why.

    It becomes the reason of the findings that it leaves open.
    """

    reason: Reason
    shot: str = ""
    subject: str = ""
    metric: str = ""
    quantity: str = ""
    region: str = ""


@dataclass(frozen=True, kw_only=True)
class Score:
    """One rater's independent score on the five-grade scale.

    A rater who is no expert is a lay person.
    """

    rater: str
    score: float
    expert: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a person rated, inspected, read off an instrument or filed.

    ``requirement`` is ``pack#id``.
    Exactly one of ``grade`` (conforms, basically_conforms, does_not_conform), ``yes``, ``scores``,
    ``value`` is given. ``conditions`` are the circumstances under which it was rated or read, the
    viewing distance for instance. ``origin`` is written by the tool: file and row of an answer that
    comes from a file of its own.
    """

    subject: str
    requirement: str
    by: str
    when: str
    grade: str | None = None
    yes: bool | None = None
    scores: tuple[Score, ...] = ()
    value: float | None = None
    unit: str = ""
    uncertainty: float | None = None
    instrument: str = ""
    note: str = ""
    evidence: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    origin: str = ""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """At least, at most, or both, in a unit. Worded by the phrase files."""

    unit: str
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a statement comes from, how well it is known, and who confirmed it when in which authentic ``copy``."""

    source: str
    level: Level
    clause: str = ""
    note: str = ""
    note_en: str = ""
    confirmed_by: str = ""
    confirmed_on: str = ""
    copy: str = ""

    @property
    def firm(self) -> bool:
        """Read in the standard itself and confirmed against an authentic copy."""
        return self.level is Level.SEEN and bool(self.confirmed_by and self.confirmed_on)


@dataclass(frozen=True, kw_only=True)
class DecisionRule:
    """``guard``: width w of the guard band in units of U; ``share``.

    Largest U over limit or tolerance.
    """

    kind: RuleKind = RuleKind.SIMPLE
    guard: float = 1.0
    share: float | None = None


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A clause of a standard's table of contents.

    ``mandatory`` is None where the source text does not tell.
    ``scope`` counts for a clause without requirement: what its title puts outside a device plan is
    out of scope there. ``demands`` is False for a heading, and for scope, references and terms:
    they ask nothing by themselves. ``provenance``: where title and flag come from, in a pack that
    fills in or corrects a clause of another.
    """

    number: str
    title: str
    title_en: str = ""
    mandatory: bool | None = None
    scope: Scope = Scope.SITE
    demands: bool = True
    note: str = ""
    note_en: str = ""
    provenance: Provenance | None = None


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One testable demand of one clause. ``figure``: where the limit comes from; ``assignment``.

    Why it stands here.
    ``conditions`` must be recorded with a shot or answer, or it cannot be judged; ``only_with``
    (condition: value) must be recorded so, or the demand does not apply to the shot. ``evidence``:
    an answer must name files that bear it out. ``sampling`` (``pack#id``, or ``id`` in the same
    pack) says of how many devices it is asked; empty: of all. ``minimum_raters``: at least so many,
    experts and lay persons both among them. ``part`` counts the item into that part of a completion
    acceptance; None: it is in no score. ``changed_by``: which fields an extending pack has
    otherwise than its base, by its id; loading fills it in.
    """

    id: str
    clause: str
    how: How
    text: str
    text_en: str
    assignment: Provenance
    figure: Provenance | None = None
    modality: Modality = Modality.SHALL
    key_item: bool = False
    scope: Scope = Scope.DEVICE
    subjects: tuple[SubjectKind, ...] = ()
    when: Mapping[str, str] = field(default_factory=dict)
    quantity: str = ""
    region: str = ""
    direction: str = ""
    combine: Combine = Combine.WORST
    statistic: str = ""
    taps: tuple[Tap, ...] = ()
    path: Path | None = None
    conditions: tuple[str, ...] = ()
    only_with: Mapping[str, str] = field(default_factory=dict)
    limit: Limit | None = None
    compare: Compare = Compare.VALUE
    minimum_duration: float | None = None
    minimum_raters: int | None = None
    scale: Scale | None = None
    evidence: bool = False
    sampling: str = ""
    part: Part | None = None
    decision_rule: DecisionRule = field(default_factory=DecisionRule)
    borrows: str = ""
    changed_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How many of a lot of N devices are tested: min(N, the largest of what is asked).

    ``share`` of N, rounded up; ``at_least`` devices; ``inspection_level`` (I, II or III): the
    sample size of ISO 2859-1 for N. ``per_model``: a lot is one kind and model, else one kind.
    ``retest_factor``: how much larger the sample is when a failed item is tested again, once (0: no
    such rule).
    """

    id: str
    clause: str
    text: str
    text_en: str
    figure: Provenance
    modality: Modality = Modality.SHALL
    share: float | None = None
    at_least: int = 1
    inspection_level: str = ""
    per_model: bool = False
    retest_factor: int = 0


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """How the conclusion of a completion acceptance follows.

    K = (n1 + ``basic_weight`` n2) / n for each part.
    n1 items conform, n2 basically conform, of n that were checked. All K at least ``pass_from``:
    通过; all at least ``basic_from``: 基本通过; else, or where a key item fails, 不通过.
    """

    clause: str
    figure: Provenance
    basic_weight: float
    pass_from: float
    basic_from: float


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Where standards differ on one thing.

    Shown in reports that judge by one of ``requirements`` (``pack#id``).
    """

    id: str
    text: str
    text_en: str
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """A requirement, sampling or conflict (``kind``; ``what``: its id) of a base that the extending pack leaves out."""

    kind: str
    what: str
    why: str
    why_en: str = ""
    confirmed_by: str = ""
    confirmed_on: str = ""
    copy: str = ""


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A standard as data.

    Every clause of its contents, and the requirements that are known or stood in for.
    ``extends``: ids of the packs that it was built on, the nearest first, and ``withdrawn``: what
    it left out of them; loading fills both in.
    """

    id: str
    number: str
    title: str
    title_en: str
    edition: str
    clauses: tuple[Clause, ...]
    requirements: tuple[Requirement, ...]
    samplings: tuple[Sampling, ...] = ()
    scoring: Scoring | None = None
    conflicts: tuple[Conflict, ...] = ()
    extends: tuple[str, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    note: str = ""
    note_en: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The verdict on one requirement (or, without one, on a clause that nothing tests) for one subject.

    ``requirement`` is ``pack#id``, or ``pack#clause`` for a clause without requirement.
    ``measurements`` are indices into the session's measurements; ``value``, ``uncertainty`` and
    ``k`` are what was compared after combining them. ``mandatory`` is the clause's flag (True also
    where the source text does not tell), ``modality`` the requirement's. ``remarks`` stand beside
    the verdict and never change it.
    """

    subject: str
    pack: str
    clause: str
    requirement: str
    verdict: Verdict
    mandatory: bool
    reason: Reason
    how: How = How.UNKNOWN
    modality: Modality = Modality.SHALL
    quantity: str = ""
    limit: Limit | None = None
    value: float | None = None
    unit: str = ""
    uncertainty: float | None = None
    k: float | None = None
    decision_rule: DecisionRule | None = None
    probability: float | None = None
    provisional: bool = False
    measurements: tuple[int, ...] = ()
    answer: int | None = None
    remarks: tuple[Reason, ...] = ()

    @property
    def decides(self) -> bool:
        """Whether it can count.

        What shall be, and what is due only when needed once somebody judged it.
        """
        judged = self.verdict not in {Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE}
        return self.modality is Modality.SHALL or (self.modality is Modality.CONDITIONAL and judged)


@dataclass(frozen=True, kw_only=True)
class BottomLine:
    """What the findings add up to.

    It names its scope and the mandatory clauses that were not tested.
    ``failed``, ``open`` and ``not_tested`` hold ``pack#id``; ``outside`` holds ``pack#clause`` of
    the mandatory clauses of which nothing applies to this plan's scope and subjects.
    """

    verdict: Verdict
    scope: Scope
    provisional: bool
    failed: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    not_tested: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PartScore:
    """Items of one part of an acceptance.

    How many conform, basically conform, fail or are open, and their score K.
    ``score`` is that of the items that were checked (None: none was); ``lowest`` and ``highest``
    are what it can become when the open ones are decided. All from 0 to 1.
    """

    part: Part
    conform: int
    basic: int
    failed: int
    open: int
    score: float | None
    lowest: float
    highest: float


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """What an acceptance group's rules make of the findings on one pack, beside the bottom line.

    ``vetoes`` are key items that failed, ``open`` items that may still change the outcome
    (``pack#id``).
    """

    pack: str
    outcome: Outcome
    parts: tuple[PartScore, ...]
    provisional: bool
    vetoes: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Concession:
    """让步接收 by the acceptance group: stands beside the finding, which is never changed."""

    subject: str
    requirement: str
    decision: str
    by: str
    when: str
    why: str
    expires: str = ""


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """A departure from a pack's procedure that the plan asks for; the report prints it."""

    what: str
    value: Value
    why: str


@dataclass(frozen=True, kw_only=True)
class Project:
    """What the cover of the report names.

    ``report_title`` replaces the usual title (检测报告, 检验报告 ...).
    ``inspected`` is the organisation whose site or equipment is tested (受检单位).
    """

    report_title: str = ""
    title: str = ""
    customer: str = ""
    builder: str = ""
    inspected: str = ""
    laboratory: str = ""
    laboratory_address: str = ""
    place: str = ""
    kind: str = ""
    received: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Draw:
    """A sample to be drawn from the plan's devices by ``sampling`` (``pack#id``).

    ``seed`` settles which ones.
    ``retest_of`` is the seed of the first draw, in which ``failed`` did not conform: the sample is
    enlarged, once. ``session`` is where these failures stand, ``requirements`` (``pack#id``) what
    is tested again; none: all that are sampled so.
    """

    sampling: str
    seed: str
    retest_of: str = ""
    failed: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    session: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A lot and the devices drawn from it, in the order of the draw (a re-test: those that failed come first).

    ``requirements`` (``pack#id``) are asked of the drawn devices only; ``manufacturer`` and
    ``model`` are given where the sampling draws by model. What else is said is that of the draw.
    """

    sampling: str
    standard: str
    clause: str
    seed: str
    kind: SubjectKind
    lot: tuple[str, ...]
    drawn: tuple[str, ...]
    manufacturer: str = ""
    model: str = ""
    requirements: tuple[str, ...] = ()
    retest_of: str = ""
    failed: tuple[str, ...] = ()
    session: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Which shots are planned.

    Of each device of ``kinds`` every combination of stream, path and light.
    ``streams`` are values of a shot's condition ``profile``, ``light`` of its condition
    ``day_night``; an axis without values is not looked at. ``sampling`` (``pack#id``): of the
    devices that the plan draws by it only.
    """

    kinds: tuple[SubjectKind, ...]
    streams: tuple[str, ...] = ()
    paths: tuple[Path, ...] = (Path.LIVE,)
    light: tuple[str, ...] = ()
    sampling: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The only input format.

    A clip named on the command line is a plan with one subject and one shot.
    ``minimum_duration`` (seconds) replaces the packs' own for rates judged as counts; a deviation
    must say why. ``device_list`` is a table of further subjects, a path like a shot's ``clip``;
    once read they stand in ``subjects``. ``answer_files`` are filled-in sheets (``acceptance
    sheet``), ``score_files`` filled-in scores of a panel (``acceptance panel``): what they hold is
    added to ``answers`` when the plan is read.
    """

    subjects: tuple[Subject, ...] = ()
    shots: tuple[Shot, ...] = ()
    packs: tuple[str, ...] = ("db50_216_2006",)
    scope: Scope = Scope.DEVICE
    operator: str = ""
    project: Project = field(default_factory=Project)
    answers: tuple[Answer, ...] = ()
    people: tuple[Person, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    concessions: tuple[Concession, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    recordings: tuple[Recordings, ...] = ()
    minimum_duration: float | None = None
    device_list: str = ""
    draws: tuple[Draw, ...] = ()
    matrix: tuple[Matrix, ...] = ()
    answer_files: tuple[str, ...] = ()
    score_files: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One line of the append-only log; ``previous`` is the SHA-256 of the line before it."""

    when: str
    what: str
    details: Mapping[str, Value]
    previous: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Session:
    """Findings, frozen, with all that they rest on.

    ``hashes`` maps each file below ``data/`` to its SHA-256.
    """

    id: str
    plan: Plan
    started: str
    finished: str
    operator: str
    tool_version: str
    hashes: Mapping[str, str]
    shots: tuple[Shot, ...]
    measurements: tuple[Measurement, ...]
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    bottom_line: BottomLine
    log: tuple[LogEntry, ...]
    supersedes: str = ""
    recordings: tuple[Recordings, ...] = ()
    conclusions: tuple[Conclusion, ...] = ()
    samples: tuple[Sample, ...] = ()

    @property
    def taken(self) -> tuple[Shot | Recordings, ...]:
        """All that a measurement may be of."""
        return *self.shots, *self.recordings

    @property
    def verdict(self) -> Verdict:
        """The verdict of the bottom line."""
        return self.bottom_line.verdict
