# What is public here, listed once; `__init__.py` loads each name when it is used.

from .foreseen import Foreseen as Foreseen
from .foreseen import foresee as foresee
from .inputs import ForClips as ForClips
from .outcomes import BatchProgress as BatchProgress
from .outcomes import Listener as Listener
from .outcomes import PlanOutcome as PlanOutcome
from .outcomes import PlanState as PlanState
from .outcomes import Summary as Summary
from .running import run as run
from .settings import Settings as Settings
