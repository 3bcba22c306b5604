"""A plan held against its packs, before anything is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.checks import carry_over, facts, judging, resources
from acceptance.session import plan_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.model import Pack, Plan


def fit(plan: Plan, packs: Sequence[Pack]) -> Plan:
    """Return a plan that fits its ``packs``, with what it says of a base. Raises PlanError."""
    plan = carry_over.carry_over(plan, packs)
    judging.check_plan(packs, plan)
    facts.check(packs, plan)
    plan_names.check(packs, plan)
    resources.check(plan)
    return plan
