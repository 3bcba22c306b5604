"""The books of a batch: what is done, what became of each plan, and who is told."""

from __future__ import annotations

import contextlib
import traceback
from typing import TYPE_CHECKING, Any, TypeVar

from acceptance.batch import record
from acceptance.batch.child import FaultError
from acceptance.batch.outcomes import BatchProgress, PlanOutcome, PlanState, Summary, ordered
from acceptance.batch.planned import Checker
from acceptance.errors import AcceptanceError
from acceptance.messages import tr
from acceptance.model import Verdict
from acceptance.session import store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from acceptance.batch.inputs import Item
    from acceptance.batch.outcomes import Listener
    from acceptance.batch.planned import LookedUp, Planned
    from acceptance.model import Session, Shot

T = TypeVar("T")
ENDING = {"disc_full", "cluster_lost"}  # codes of errors after which nothing else can be done


class Ledger:
    """What is done so far; each entry goes into the record at once."""

    def __init__(
        self,
        items: Sequence[Item],
        out: Path,
        listener: Listener,
        results: Callable[[Session, Path], None] | None,
    ) -> None:
        self.names = [item.name for item in items]
        self.out, self.listener, self.results = out, listener, results
        self.record = record.Record(out)
        self.before = self.record.sessions()
        self.outcomes: list[PlanOutcome] = []
        self.total = self.done = self.measured = self.failures = 0
        self.interrupted = False

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Begin and end the record; tell the listener what became of all, whatever happens."""
        self.record.begin()
        self.record.add("started", plans=len(self.names))
        try:
            yield
            self.record.add("ended", exit_code=self.summary().exit_code())
        except BaseException as error:
            self.interrupted = isinstance(error, KeyboardInterrupt)
            with contextlib.suppress(AcceptanceError):  # the disc may be full
                self.record.add("interrupted", why=type(error).__name__)
            raise
        finally:
            self.listener.ended(self.summary())

    def summary(self) -> Summary:
        """Return what became of all so far."""
        done = {one.name for one in self.outcomes}
        left = tuple(name for name in self.names if name not in done)
        outcomes = ordered(self.outcomes, self.names)
        return Summary(outcomes=outcomes, unfinished=left, interrupted=self.interrupted)

    def checked(self, items: Iterable[Item]) -> list[Planned]:
        """Check every plan; what is wrong with one is its outcome."""
        checker, sound = Checker(), []
        for item in items:
            try:
                sound.append(checker.checked(item))
            except AcceptanceError as error:
                self._close(
                    PlanOutcome(name=item.name, state=PlanState.FAILED, errors=(str(error),))
                )
        self.total = sum(len(each.plan.shots) for each in sound)
        self.advance(0)
        return sound

    def result(self, future: Future[T]) -> T | str:
        """Return what a step gave, or the sentence why it gave nothing.

        Raises the error after which nothing else can be done.
        """
        try:
            return future.result()
        except AcceptanceError as error:
            if error.code in ENDING:
                raise
            return str(error)
        except FaultError as fault:
            return self._fault(str(fault))
        except Exception:  # noqa: BLE001 -- a fault costs one plan
            return self._fault(traceback.format_exc())

    def _fault(self, trace: str) -> str:
        self.record.add("fault", trace=trace)
        return tr("a fault of the toolkit, recorded in {file}", file=self.record.path)

    def advance(self, clips: int) -> None:
        """Count so many clips more as done with."""
        self.done += clips
        progress = BatchProgress(
            done=self.done, total=self.total, measured=self.measured, failures=self.failures
        )
        self.listener.advanced(progress)

    def note_measured(self, each: Planned, shot: Shot, key: str, seconds: float) -> None:
        """Record that a clip was measured."""
        self.measured += 1
        details = {"plan": each.name, "shot": shot.id, "key": key, "seconds": round(seconds, 3)}
        self.record.add("measured", **details)

    def note_damaged(self, each: Planned, seen: LookedUp) -> None:
        """Record which entries of the cache were damaged."""
        for shot in seen.damaged:
            self.record.add("damaged", plan=each.name, shot=shot, key=seen.keys[shot])

    def made_before(self, seen: LookedUp) -> dict[str, Any] | None:
        """Return what the session that was made of a plan says, where it is still as it was."""
        line = self.before.get(seen.session)
        return record.kept(self.out, line, seen.files, seen.inputs) if line else None

    def give_up(self, each: Planned, errors: Sequence[str], seen: LookedUp | None = None) -> None:
        """Close a plan that has no session, for these reasons."""
        outcome = PlanOutcome(
            name=each.name, state=PlanState.FAILED, errors=tuple(errors),
            shots=len(each.plan.shots), damaged=seen.damaged if seen else (),
        )  # fmt: skip
        self._close(outcome)

    def finish(
        self,
        each: Planned,
        seen: LookedUp,
        made: dict[str, Any],
        state: PlanState,
        measured: int = 0,
    ) -> None:
        """Close a plan that has a session, made now or kept; so many shots were measured for it."""
        folder, shots = self.out / made["session"], len(each.plan.shots)
        outcome = PlanOutcome(
            name=each.name, state=state, session=made["session"], folder=folder,
            verdict=Verdict(made["verdict"]), provisional=made["provisional"],
            failed=tuple(made["failed"]), shots=shots, damaged=seen.damaged,
            measured=measured,
            films=_films(each, seen),
        )  # fmt: skip
        if self.results:
            self.results(store.load(folder), folder)
        self._close(outcome)

    def _close(self, outcome: PlanOutcome) -> None:
        self.outcomes.append(outcome)
        self.failures += outcome.state is PlanState.FAILED
        if outcome.state is not PlanState.MADE:
            fields = {"plan": outcome.name, "session": outcome.session, "errors": outcome.errors}
            self.record.add(str(outcome.state), **fields)
        self.listener.finished(outcome)
        self.advance(0)


def _films(each: Planned, seen: LookedUp) -> dict[str, str]:
    """Return the device that each film of a plan shows, by the film's hash."""
    devices = {shot.id: shot.subject for shot in each.plan.shots}
    return {digest: devices[shot] for shot in devices for digest in seen.files[shot]["clip"]}
