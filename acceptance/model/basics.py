"""What every other noun is made of: values, points and boxes of a picture, reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

Value = str | int | float | bool
Box = tuple[float, float, float, float]
Point = tuple[float, float]

# Our own bound, of no standard: calibrations hold a year or two.
LONGEST_CALIBRATION = timedelta(days=5 * 366)
CHINA = timezone(timedelta(hours=8))  # days of work and all printed times are its own
FIRST_DAY = "2000-01-01"  # an ISO date before it is of a clock that nobody set


def known_day(text: str) -> str:
    """Return the ISO date with which a text begins; empty for one of a clock that nobody set."""
    return text[:10] if text >= FIRST_DAY else ""


def in_china(text: str) -> datetime | None:
    """Read an ISO time as China's; one of no zone is taken as it is.

    None where it is none, or where it is on no date there: before the year 1, or after 9999.
    """
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(CHINA) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why: a code of the phrase files and its parameters, never a finished sentence."""

    code: str
    """Its phrase in ``report_templates/*.toml``, section ``reason``: ``chart_not_found`` ..."""

    parameters: Mapping[str, Value] = field(default_factory=dict)
    """What the phrase names, by parameter; empty where it names nothing."""
