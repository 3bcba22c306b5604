"""Every noun of the toolkit: frozen, keyword-only, standard library only.

The nouns serialise whole (``pydantic.TypeAdapter(Session)`` in ``session``) and hold no
sentence in any language: a reason is a code with parameters, worded by
``report_templates/{zh,en}.toml``.
"""

from acceptance.model.basics import Box, Point, Reason, Value
from acceptance.model.device_record import AuditLog, DeviceRecord, LoggedFinding
from acceptance.model.finding import BottomLine, Conclusion, Finding, Outcome, PartScore, Verdict
from acceptance.model.institute import Accreditation, Institute
from acceptance.model.log import LogEntry
from acceptance.model.measurement import BudgetLine, Curve, Event, Measurement, Note
from acceptance.model.pack import Clause, Conflict, Pack, Sampling, Scoring, Withdrawal
from acceptance.model.plan import (
    Answer,
    Concession,
    Deviation,
    Draw,
    Instrument,
    Matrix,
    OutOfScope,
    Person,
    Plan,
    Project,
    Score,
)
from acceptance.model.session import (
    Precedence,
    Predecessor,
    Sample,
    Session,
    Signatory,
    Vouched,
)
from acceptance.model.shot import (
    Coding,
    Condition,
    Recordings,
    Shot,
    SignalPath,
    Taken,
    Tap,
)
from acceptance.model.standard import (
    AdvisedLimit,
    Combine,
    Compare,
    DecisionRule,
    How,
    Level,
    Limit,
    Modality,
    Part,
    Provenance,
    Requirement,
    RuleKind,
    Scale,
    Scope,
    Validity,
)
from acceptance.model.subject import Subject, SubjectKind
from acceptance.model.warning import SessionWarning, Severity

__all__ = [
    "Accreditation",
    "AdvisedLimit",
    "Answer",
    "AuditLog",
    "BottomLine",
    "Box",
    "BudgetLine",
    "Clause",
    "Coding",
    "Combine",
    "Compare",
    "Concession",
    "Conclusion",
    "Condition",
    "Conflict",
    "Curve",
    "DecisionRule",
    "Deviation",
    "DeviceRecord",
    "Draw",
    "Event",
    "Finding",
    "How",
    "Institute",
    "Instrument",
    "Level",
    "Limit",
    "LogEntry",
    "LoggedFinding",
    "Matrix",
    "Measurement",
    "Modality",
    "Note",
    "OutOfScope",
    "Outcome",
    "Pack",
    "Part",
    "PartScore",
    "Person",
    "Plan",
    "Point",
    "Precedence",
    "Predecessor",
    "Project",
    "Provenance",
    "Reason",
    "Recordings",
    "Requirement",
    "RuleKind",
    "Sample",
    "Sampling",
    "Scale",
    "Scope",
    "Score",
    "Scoring",
    "Session",
    "SessionWarning",
    "Severity",
    "Shot",
    "SignalPath",
    "Signatory",
    "Subject",
    "SubjectKind",
    "Taken",
    "Tap",
    "Validity",
    "Value",
    "Verdict",
    "Vouched",
    "Withdrawal",
]
