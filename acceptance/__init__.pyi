# What is public here, listed once; `__init__.py` loads each name when it is used.

from . import (
    batch as batch,
)
from . import (
    charts as charts,
)
from . import (
    checks as checks,
)
from . import (
    errors as errors,
)
from . import (
    live as live,
)
from . import (
    metrics as metrics,
)
from . import (
    model as model,
)
from . import (
    report as report,
)
from . import (
    scene as scene,
)
from . import (
    session as session,
)
from . import (
    simulate as simulate,
)
from .api import (
    judge as judge,
)
from .api import (
    judge_again as judge_again,
)
from .api import (
    measure as measure,
)
from .api import (
    run as run,
)
from .errors import (
    AcceptanceError as AcceptanceError,
)
from .errors import (
    ChartError as ChartError,
)
from .errors import (
    ClipError as ClipError,
)
from .errors import (
    DeviceError as DeviceError,
)
from .errors import (
    GapError as GapError,
)
from .errors import (
    InputError as InputError,
)
from .errors import (
    KeyFileError as KeyFileError,
)
from .errors import (
    NewerSessionError as NewerSessionError,
)
from .errors import (
    OutputError as OutputError,
)
from .errors import (
    PackError as PackError,
)
from .errors import (
    PlanError as PlanError,
)
from .errors import (
    SessionError as SessionError,
)
from .errors import (
    SetupError as SetupError,
)
from .errors import (
    UsageError as UsageError,
)
from .model import (
    Accreditation as Accreditation,
)
from .model import (
    AdvisedLimit as AdvisedLimit,
)
from .model import (
    Answer as Answer,
)
from .model import (
    AuditLog as AuditLog,
)
from .model import (
    BottomLine as BottomLine,
)
from .model import (
    Box as Box,
)
from .model import (
    BudgetLine as BudgetLine,
)
from .model import (
    Clause as Clause,
)
from .model import (
    Coding as Coding,
)
from .model import (
    Combine as Combine,
)
from .model import (
    Compare as Compare,
)
from .model import (
    Concession as Concession,
)
from .model import (
    Conclusion as Conclusion,
)
from .model import (
    Condition as Condition,
)
from .model import (
    Conflict as Conflict,
)
from .model import (
    Curve as Curve,
)
from .model import (
    DecisionRule as DecisionRule,
)
from .model import (
    Deviation as Deviation,
)
from .model import (
    DeviceRecord as DeviceRecord,
)
from .model import (
    Draw as Draw,
)
from .model import (
    Event as Event,
)
from .model import (
    Finding as Finding,
)
from .model import (
    How as How,
)
from .model import (
    Institute as Institute,
)
from .model import (
    Instrument as Instrument,
)
from .model import (
    Level as Level,
)
from .model import (
    Limit as Limit,
)
from .model import (
    LogEntry as LogEntry,
)
from .model import (
    LoggedFinding as LoggedFinding,
)
from .model import (
    Matrix as Matrix,
)
from .model import (
    Measurement as Measurement,
)
from .model import (
    Modality as Modality,
)
from .model import (
    Note as Note,
)
from .model import (
    Outcome as Outcome,
)
from .model import (
    OutOfScope as OutOfScope,
)
from .model import (
    Pack as Pack,
)
from .model import (
    Part as Part,
)
from .model import (
    PartScore as PartScore,
)
from .model import (
    Person as Person,
)
from .model import (
    Plan as Plan,
)
from .model import (
    Point as Point,
)
from .model import (
    Precedence as Precedence,
)
from .model import (
    Predecessor as Predecessor,
)
from .model import (
    Project as Project,
)
from .model import (
    Provenance as Provenance,
)
from .model import (
    Reason as Reason,
)
from .model import (
    Recordings as Recordings,
)
from .model import (
    Requirement as Requirement,
)
from .model import (
    RuleKind as RuleKind,
)
from .model import (
    Sample as Sample,
)
from .model import (
    Sampling as Sampling,
)
from .model import (
    Scale as Scale,
)
from .model import (
    Scope as Scope,
)
from .model import (
    Score as Score,
)
from .model import (
    Scoring as Scoring,
)
from .model import (
    Session as Session,
)
from .model import (
    SessionWarning as SessionWarning,
)
from .model import (
    Severity as Severity,
)
from .model import (
    Shot as Shot,
)
from .model import (
    SignalPath as SignalPath,
)
from .model import (
    Signatory as Signatory,
)
from .model import (
    Subject as Subject,
)
from .model import (
    SubjectKind as SubjectKind,
)
from .model import (
    Taken as Taken,
)
from .model import (
    Tap as Tap,
)
from .model import (
    Validity as Validity,
)
from .model import (
    Value as Value,
)
from .model import (
    Verdict as Verdict,
)
from .model import (
    Vouched as Vouched,
)
from .model import (
    Withdrawal as Withdrawal,
)
from .session.measuring import (
    Measured as Measured,
)
from .signing.certificates import (
    Signer as Signer,
)
from .signing.certificates import (
    load_signer as load_signer,
)
from .signing.issuing import (
    issue as issue,
)
from .signing.verification import (
    Verification as Verification,
)
from .signing.verification import (
    verify as verify,
)

__version__: str
