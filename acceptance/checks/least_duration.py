"""The shortest film that a plan asks for, where that is not what its packs ask for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from acceptance.checks import stated_times
from acceptance.checks.measured import DURATION_DEVIATION
from acceptance.errors import PlanError
from acceptance.messages import tr

if TYPE_CHECKING:
    from acceptance.model import Plan, Value

MOST_BITS = 14_000  # 4,300 digits are 14,284 bits


def check(plan: Plan) -> None:
    """Refuse one without a deviation that says the same. Raises PlanError."""
    deviations = {deviation.what for deviation in plan.deviations}
    if plan.minimum_duration is not None and DURATION_DEVIATION not in deviations:
        what = tr("departs from the packs without a deviation")
        hint = tr('Add a deviation with what = "{field}" and why', field=DURATION_DEVIATION)
        raise PlanError(what, where=DURATION_DEVIATION, hint=hint)
    for deviation in plan.deviations if plan.minimum_duration is not None else ():
        if deviation.what == DURATION_DEVIATION and _contradicts(deviation.value, plan):
            what = tr(
                "the deviation says {value!r}, and the plan has {seconds:g} s",
                value=_shown(deviation.value), seconds=plan.minimum_duration,
            )  # fmt: skip
            raise PlanError(what, where=DURATION_DEVIATION, hint=tr("State the same twice"))


def _contradicts(value: Value, plan: Plan) -> bool:
    """Whether a deviation says another duration than the plan has, or nothing.

    Words that are more than a number and a unit are read by people, in the report.
    """
    if stated_times.says_nothing(value):
        return True
    own, stated = plan.minimum_duration or 0.0, stated_times.seconds(value)
    return stated is not None and not _same(stated, own)


def _same(stated: float, own: float) -> bool:
    """Whether two durations are one but for rounding; an integer of any size is no float."""
    return own / 2 <= stated <= own * 2 and math.isclose(stated, own)


def _shown(value: Value) -> Value:
    """Return a value as a message can show it: Python writes out no integer of 4,301 digits."""
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        return math.inf if value > 0 else -math.inf
    return value
