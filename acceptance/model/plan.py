"""What is asked for: subjects, shots, answers, people and instruments."""

from __future__ import annotations

from dataclasses import dataclass, field

from acceptance.model.basics import Value  # noqa: TC001 -- pydantic reads the annotations at run time
from acceptance.model.shot import Condition, Recordings, Shot, SignalPath
from acceptance.model.standard import Scope
from acceptance.model.subject import Subject, SubjectKind  # noqa: TC001 -- pydantic reads the annotations at run time


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
class Matrix:
    """Which shots are planned.

    Of each device of ``kinds`` every combination of stream, path and light.
    ``streams`` are values of a shot's condition ``profile``, ``light`` of its condition
    ``day_night``; an axis without values is not looked at. ``sampling`` (``pack#id``): of the
    devices that the plan draws by it only.
    """

    kinds: tuple[SubjectKind, ...]
    streams: tuple[str, ...] = ()
    paths: tuple[SignalPath, ...] = (SignalPath.LIVE,)
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
