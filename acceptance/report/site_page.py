"""Samples with all that is needed to redo them, and the matrix of a site."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance.report import site_matrix

if TYPE_CHECKING:
    from acceptance.model import Sample, Sampling, Session
    from acceptance.report.names import Names
    from acceptance.report.site_matrix import Grid


@dataclass(frozen=True, kw_only=True)
class SitePage:
    """What was drawn from which lot, and which planned shots there are."""

    session: Session
    names: Names

    @cached_property
    def matrix(self) -> Grid:
        """What this session has of every planned shot."""
        plan, samples = self.session.plan, self.session.samples
        return site_matrix.grid(plan, [self.session], samples=samples)

    def rules(self, name: str) -> list[Sampling]:
        """Return the rules that a sampling, an id or ``pack#id``, is by."""
        return [
            rule
            for pack in self.names.packs
            for rule in pack.samplings
            if name in {rule.id, f"{pack.id}#{rule.id}"}
        ]

    def items(self, sample: Sample) -> list[str]:
        """Name the requirements that a sample was drawn for, each with its clause.

        The first of a standard begins with its name.
        """
        found, last = [], ""
        for reference in sample.requirements:
            standard, item = self._item(reference)
            found.append(item if standard == last else f"{standard} {item}".lstrip())
            last = standard
        return found

    def _item(self, reference: str) -> tuple[str, str]:
        """Return the standard and the item of a requirement."""
        demand = self.names.requirements.get(reference)
        if demand is None:
            return "", reference
        standard = self.names.standard(reference.partition("#")[0])
        return standard, f"{demand.clause} {self.names.text(demand, 'text').rstrip('。.')}"
