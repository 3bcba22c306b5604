"""The step of verifying that measures again: whether what is stored follows from the clips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance import __version__, wording
from acceptance.footage import decoding
from acceptance.messages import language, tr, tr_count
from acceptance.session import remeasuring
from acceptance.session.evidence import Kind
from acceptance.signing import signatures
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.model import Measurement, Session
    from acceptance.session.measuring import Progress
    from acceptance.session.remeasuring import Moved, MovedNote, Remeasured
    from acceptance.signing.shown_steps import Outcome
    from acceptance.signing.steps import Examined

MADE_BY = ("tool_version", "decoder")  # of an entry of the log


def measurements(examined: Examined, progress: Progress | None = None) -> Outcome:
    """Measure the clips in the folder again; name every figure that moved.

    Broken where one did; indeterminate where another version or decoder had measured it, or where
    a clip cannot be decoded here; incomplete where clips were taken away.
    """
    if not examined.folder:
        return State.INCOMPLETE, (tr("only the report was given, not the session folder"),)
    if any(problem.kind is not Kind.MISSING for problem in examined.differences):
        return State.SKIPPED, (tr("the evidence is not what was signed"),)
    found = remeasuring.remeasure(examined.folder, examined.session, progress)
    misstated = [tr("{field} is not as the plan has it", field=name) for name in found.misstated]
    moved = [*misstated, *map(_moved, found.moved), *map(_noted, found.notes)]
    other = _other(examined.session) if moved else ""
    states = {
        State.BROKEN: bool(moved) and not other,
        State.INDETERMINATE: bool(other or found.unreadable),
        State.INCOMPLETE: bool(found.absent),
    }
    state = signatures.worst(state for state, holds in states.items() if holds)
    return state, (*filter(None, [other]), *moved, *_left(found), _counted(found))


def _left(found: Remeasured) -> Iterator[str]:
    if found.absent:
        yield tr("not there to be measured again: {shots}", shots=", ".join(found.absent))
    if found.unreadable:
        yield tr("cannot be decoded here: {shots}", shots=", ".join(found.unreadable))


def _counted(found: Remeasured) -> str:
    return tr_count(
        "{count} figure measured again, {moved} moved",
        "{count} figures measured again, {moved} moved",
        found.figures,
        moved=len(found.moved),
    )


def _other(session: Session) -> str:
    """Say by what else a session was measured; empty: by this version and decoder alone."""
    entries = [entry.details for entry in session.log if entry.what in {"started", "resumed"}]
    made = {tuple(str(each.get(name, "?")) for name in MADE_BY) for each in entries}
    here = (__version__, decoding.version())
    if made == {here}:
        return ""
    stored = "; ".join(", ".join(each) for each in sorted(made)) or "?"
    return tr("measured by {stored}; this is {here}", stored=stored, here=", ".join(here))


def _moved(moved: Moved) -> str:
    name = moved.name
    if moved.before is None or moved.after is None:
        found = moved.before or moved.after
        figure = _figure(found) if found else ""
        if moved.before is None:
            return tr("{name}: {figure} measured now, but not stored", name=name, figure=figure)
        return tr("{name}: {figure} stored, but not measured now", name=name, figure=figure)
    stored, now = _figure(moved.before), _figure(moved.after)
    return tr("{name}: {stored} stored, {now} measured now", name=name, stored=stored, now=now)


def _figure(item: Measurement) -> str:
    bound = "≥ " * item.lower_bound + "≤ " * item.upper_bound
    unit = wording.unit(item.unit, language())
    counted = f" ({item.count})" if item.count is not None else ""
    return f"{bound}{item.value:.6g}{counted} {unit} (U {item.expanded:.3g})".replace("  ", " ")


def _noted(moved: MovedNote) -> str:
    note = moved.note
    where = " ".join(filter(None, (note.shot, note.quantity or note.metric, note.region)))
    reason = wording.reason(note.reason, language())
    if moved.gone:
        return tr("{where}: no longer said: {reason}", where=where, reason=reason)
    return tr("{where}: said only now: {reason}", where=where, reason=reason)
