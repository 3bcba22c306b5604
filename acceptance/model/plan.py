"""What is asked for: subjects, shots, answers, people and instruments."""

from __future__ import annotations

from dataclasses import dataclass, field

from acceptance.model.basics import Value
from acceptance.model.device_record import DeviceRecord
from acceptance.model.institute import Institute
from acceptance.model.log import LogEntry
from acceptance.model.shot import Condition, Recordings, Shot, SignalPath, Taken
from acceptance.model.standard import Scope
from acceptance.model.subject import Subject, SubjectKind


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """What was measured with; clock screens, filming phones and copies of charts too."""

    id: str
    """By which shots, conditions and answers name it."""

    name: str
    """What it is, as printed."""

    model: str = ""
    """Maker's designation; empty: not stated."""

    serial: str = ""
    """Serial number; empty: not stated."""

    range: str = ""
    """Its range, printed as it is and never compared; empty: not stated."""

    accuracy: str = ""
    """Its accuracy, printed as it is and never compared; empty: not stated."""

    certificate: str = ""
    """Number of the calibration certificate; empty: not stated."""

    calibrated_on: str | None = None
    """ISO date of the calibration; None: not stated."""

    due: str | None = None
    """ISO date of the last day of the calibration; None: not stated, and no reading is judged."""

    unit: str = ""
    """Unit of ``range_from``, ``range_to`` and ``largest_error``; empty: none is stated."""

    range_from: float | None = None
    """Lowest reading for which it is calibrated, in ``unit``; None: not stated."""

    range_to: float | None = None
    """Highest reading for which it is calibrated, in ``unit``; None: not stated."""

    largest_error: float | None = None
    """Largest error a, in ``unit``; None: not stated. A reading x without uncertainty
    of its own has (a + b x) / sqrt(3)."""

    largest_error_share: float | None = None
    """b of the same formula: largest error as a share of the reading, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who took part, in which role, and what this person is authorised for."""

    name: str
    """As answers and the plan's operator name this person."""

    role: str
    """Role in the acceptance, as printed."""

    methods: tuple[str, ...] = ()
    """Authorised for: a How (``rated``, ``read``), a quantity or its family (``noise``).
    Empty: the plan does not say."""


@dataclass(frozen=True, kw_only=True)
class Score:
    """One rater's independent score on the five-grade scale."""

    rater: str
    """Name of the rater."""

    score: float
    """Grade on the five-grade scale, 1 to 5."""

    expert: bool = False
    """True: an expert; False: a lay person."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a person rated, inspected, read off an instrument or filed.

    Exactly one of ``grade``, ``yes``, ``scores`` and ``value`` is given.
    """

    subject: str
    """Id of the subject."""

    requirement: str
    """The question: ``pack#id`` of a requirement."""

    by: str
    """Who answered."""

    when: str
    """ISO date, or date and time, of the rating, inspection or reading."""

    grade: str | None = None
    """``conforms``, ``basically_conforms`` or ``does_not_conform``; None: not answered so."""

    yes: bool | None = None
    """Whether the thing asked for is there; None: not answered so."""

    scores: tuple[Score, ...] = ()
    """What a panel gave, one for each rater; empty: not answered so."""

    value: float | None = None
    """A reading, in ``unit``; None: not answered so."""

    unit: str = ""
    """Unit of ``value``, that of the limit; empty where there is no reading."""

    uncertainty: float | None = None
    """Standard uncertainty (k = 1) of ``value``; None: not stated, the instrument's counts."""

    instrument: str = ""
    """Id of the instrument that was read; empty: none is named."""

    note: str = ""
    """Any remark, as printed."""

    evidence: tuple[str, ...] = ()
    """Files that support the answer; paths from the plan's folder, copied into the session."""

    conditions: tuple[Condition, ...] = ()
    """Circumstances of the rating or reading (viewing distance ...)."""

    origin: str = ""
    """Written by the tool: file and row of an answer that comes from a file of its own."""

    silent: tuple[str, ...] = ()
    """Written by the tool: raters for whom the panel was made and who gave no score."""


@dataclass(frozen=True, kw_only=True)
class Concession:
    """让步接收 by the acceptance group: stands beside the finding, which is never changed."""

    subject: str
    """Id of the subject."""

    requirement: str
    """``pack#id`` of what does not conform."""

    decision: str
    """What was decided, in words."""

    by: str
    """Who decided."""

    when: str
    """ISO date of the decision."""

    why: str
    """The reason given for it."""

    expires: str = ""
    """ISO date until which it holds; empty: not limited."""


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """A departure from a pack's procedure that the plan asks for; the report prints it."""

    what: str
    """What is otherwise: ``minimum_duration``, or any words."""

    value: Value
    """What it is in the plan."""

    why: str
    """The reason given for it."""


@dataclass(frozen=True, kw_only=True)
class OutOfScope:
    """What the plan does not set out to test, said once; it is named wherever the verdict stands.

    Exactly one of ``requirement`` and ``clause`` is given.
    """

    requirement: str = ""
    """``pack#id`` of a requirement; empty: all of ``clause``."""

    clause: str = ""
    """``pack#number`` of a clause, with all its requirements; empty: only ``requirement``."""

    reason: str
    """Why it is not tested, as printed."""

    by: str
    """Who decided that."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """What the cover of the report names; what is empty is left out of it."""

    report_title: str = ""
    """Replaces the usual title (检测报告, 检验报告 ...); empty: the usual one."""

    title: str = ""
    """Name of the project, or of what is tested."""

    customer: str = ""
    """Who ordered the test."""

    customer_contact: str = ""
    """How the customer is reached: address, person, telephone."""

    designer: str = ""
    """Who designed the system."""

    builder: str = ""
    """Who built the system."""

    inspected: str = ""
    """Organisation whose site or equipment is tested (受检单位)."""

    laboratory: str = ""
    """Who tests."""

    laboratory_address: str = ""
    """Address of the laboratory."""

    place: str = ""
    """Where it was tested."""

    kind: str = ""
    """Kind of test, for instance 委托检测."""

    received: str = ""
    """Date on which the item was received."""

    contract: str = ""
    """Number of the contract or order."""

    description: str = ""
    """Anything else for the cover."""


@dataclass(frozen=True, kw_only=True)
class Draw:
    """A sample to be drawn from the plan's devices, or one drawn again after a failure."""

    sampling: str
    """``pack#id`` of a sampling of the plan's packs, or of one that they borrow."""

    seed: str
    """Settles which devices are drawn; fixed before the draw."""

    retest_of: str = ""
    """Seed of the first draw, whose sample is enlarged once; empty: this is the first."""

    failed: tuple[str, ...] = ()
    """Ids of the devices that failed in the first draw; only their lots are tested again."""

    requirements: tuple[str, ...] = ()
    """``pack#id`` of what is tested again; empty: all that is sampled so."""

    session: str = ""
    """Id of the session in which they failed; empty: no re-test."""

    why: str = ""
    """Reason for the re-test; empty: none is given."""


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Which shots are planned: of each device of these kinds every combination."""

    kinds: tuple[SubjectKind, ...]
    """Kinds of device, at least one."""

    streams: tuple[str, ...] = ()
    """Values of the shots' condition ``profile`` (``main``, ``sub``); empty: any."""

    paths: tuple[SignalPath, ...] = (SignalPath.LIVE,)
    """Live picture, playback or both; at least one."""

    light: tuple[str, ...] = ()
    """Values of the shots' condition ``day_night`` (``day``, ``night``); empty: any."""

    sampling: str = ""
    """``pack#id``: only devices that the plan draws by it; empty: all of these kinds."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The only input format; a clip on the command line is a plan with one subject and one shot."""

    subjects: tuple[Subject, ...] = ()
    """What is under test; those of ``device_list`` are added when the plan is read."""

    shots: tuple[Shot, ...] = ()
    """What was filmed, in order."""

    packs: tuple[str, ...] = ("db50_216_2006",)
    """Standards to judge by: names of shipped packs, or paths ending in ``.toml``."""

    scope: Scope = Scope.DEVICE
    """What the plan sets out to show: a device, or the whole site."""

    operator: str = ""
    """Who measures; empty: not stated."""

    project: Project = field(default_factory=Project)
    """What the cover of the report names."""

    answers: tuple[Answer, ...] = ()
    """What people rated, inspected, read or filed; those of the files below are added."""

    people: tuple[Person, ...] = ()
    """Who took part; empty: the plan says nothing about authority."""

    instruments: tuple[Instrument, ...] = ()
    """What was measured with."""

    concessions: tuple[Concession, ...] = ()
    """Decisions of the acceptance group on what does not conform."""

    deviations: tuple[Deviation, ...] = ()
    """Departures from the packs' procedure."""

    out_of_scope: tuple[OutOfScope, ...] = ()
    """What it does not set out to test, each with its reason; empty: everything is due."""

    recordings: tuple[Recordings, ...] = ()
    """What recorders have kept."""

    device_records: tuple[DeviceRecord, ...] = ()
    """What was found out about devices on the network."""

    minimum_duration: float | None = None
    """Seconds, in place of the packs' own for rates judged as counts; needs a
    deviation of that name. None: the packs' own."""

    institute: Institute = field(default_factory=Institute)
    """Who issues the report; in a plan's file the path of the institute's own file."""

    register: str = ""
    """Register of instruments, people and chart copies, a path from the plan's folder; what the
    plan names of it stands above in full. Empty: none."""

    device_list: str = ""
    """Table of further subjects, a path from the plan's folder; empty: none."""

    draws: tuple[Draw, ...] = ()
    """Samples to draw; empty: every device is asked."""

    matrix: tuple[Matrix, ...] = ()
    """Which shots are planned; empty: the plan does not say."""

    answer_files: tuple[str, ...] = ()
    """Filled-in sheets (``acceptance sheet``), paths from the plan's folder."""

    score_files: tuple[str, ...] = ()
    """Filled-in scores of a panel (``acceptance panel``), paths from the plan's folder."""

    commitment_file: str = ""
    """Log of what was to be drawn and by whose seed (``acceptance sample --commit``), a path
    from the plan's folder; empty: none."""

    commitments: tuple[LogEntry, ...] = ()
    """Its entries, all of them; added when the plan is read."""

    @property
    def taken(self) -> tuple[Taken, ...]:
        """Shots, recordings and device records: all that a measurement may be of."""
        return *self.shots, *self.recordings, *self.device_records
