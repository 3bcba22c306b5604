"""The page that compares many devices: HTML in the style of the report, all of it in one file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance import __version__, wording
from acceptance.batch.comparison import distribution_plot
from acceptance.batch.comparison.device_comparison import LEAST_GROUP
from acceptance.batch.database.rows import SEVERITY
from acceptance.messages import visible
from acceptance.model import Verdict
from acceptance.report import templates

if TYPE_CHECKING:
    from acceptance.batch.comparison.device_comparison import DeviceComparison, Distribution


@dataclass(frozen=True, kw_only=True)
class ComparisonPage:
    """What the template asks of a comparison."""

    found: DeviceComparison
    lang: str

    @cached_property
    def counted(self) -> str:
        """How many devices there are, and how they came out."""
        vendors = self.found.vendors
        devices, failed = len(self.found.matrix.devices), sum(one.failed for one in vendors)
        undecided = sum(one.open for one in vendors)
        phrase = str(wording.phrases(self.lang)["devices"]["count"])
        return phrase.format(
            devices=devices, models=len(vendors), failed=failed, open=undecided,
            passed=devices - failed - undecided,
        )  # fmt: skip

    @cached_property
    def columns(self) -> list[int]:
        """The clauses on which any device was judged, in the order of the packs."""
        judged = self.found.matrix.severity
        untested = {-1, SEVERITY[Verdict.NOT_TESTED], SEVERITY[Verdict.NOT_APPLICABLE]}
        shown = [column for column in range(judged.shape[1])
                 if not set(judged[:, column].tolist()) <= untested]  # fmt: skip
        return sorted(shown, key=self._place)

    def _place(self, column: int) -> tuple[str, list[tuple[int, str]]]:
        pack, clause = self.found.matrix.clauses[column]
        return pack, wording.natural(clause)

    @property
    def untested(self) -> int:
        """How many clauses are left out."""
        return len(self.found.matrix.clauses) - len(self.columns)

    def clause_title(self, column: int) -> str:
        """Name pack and clause of a column."""
        return " ".join(self.found.matrix.clauses[column])

    def text(self, distribution: Distribution) -> str:
        """Word a demand; by its id where the text is not known."""
        own = distribution.text if self.lang.startswith("zh") else distribution.text_en
        return own or distribution.requirement

    def drawing(self, distribution: Distribution) -> str:
        """Draw the figures beside the limit."""
        return templates.drawn(distribution_plot.drawing(distribution, self.found, self.lang))

    @staticmethod
    def signed(value: float) -> str:
        """Write a difference with its sign."""
        return f"{'+' if value >= 0 else ''}{wording.number(value)}"

    @staticmethod
    def ratio(value: float) -> str:
        """Write how many times something is another, to a tenth."""
        return f"{value:.1f}".replace("-", wording.MINUS)


def html(found: DeviceComparison, lang: str = "zh") -> str:
    """Return the page; ``lang`` is "zh" or "en". Raises InputError where it has no phrases."""
    style = templates.style("style.css") + templates.style("devices.css")
    page = templates.template("devices.html", lang).render(
        page=ComparisonPage(found=found, lang=lang), found=found, style=style,
        devices=found.matrix.devices, version=__version__, least=LEAST_GROUP,
    )  # fmt: skip
    return visible(page, lines=True)
