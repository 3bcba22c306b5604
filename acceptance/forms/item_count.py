"""How many items a form may have: more than anybody fills in, and than is laid out in minutes."""

from __future__ import annotations

from acceptance.errors import PlanError
from acceptance.messages import tr

MOST_ITEMS = 10_000  # of a sheet, or of the forms of all raters together


def check_items(count: int, form: str) -> None:
    """Refuse a form of more than ``MOST_ITEMS``, by PlanError that names the ``form``."""
    if count > MOST_ITEMS:
        what = tr("would have {count} items; {most} at most", count=count, most=MOST_ITEMS)
        hint = tr("Draw a sample of the devices ([[draws]]), or divide the plan")
        raise PlanError(what, where=form, hint=hint)
