"""Clips measured on the workers of a Dask cluster, each in a child of the worker.

Workers must measure as this machine does: their versions are compared first. Clips must lie where
they lie here. Whoever reaches a scheduler can run programs on its workers: keep it to yourself.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections import defaultdict
from concurrent.futures import CancelledError, Executor, Future
from functools import partial
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from acceptance.batch import child, keys
from acceptance.batch.schedule import Pool
from acceptance.errors import ClipError, SetupError
from acceptance.messages import shortened, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from distributed import Client
    from tornado.ioloop import IOLoop

PATIENCE = 10.0  # s for answers of the scheduler
ALLOWED = "distributed.scheduler.allowed-failures"
LOST = "cluster_lost"  # code of the error after which nothing more can be measured


@contextlib.contextmanager
def workers(address: str) -> Iterator[Pool]:
    """Give the pool of a cluster.

    Raises SetupError: the extra is missing, nobody answers, no workers, or some that would not
    measure as this machine does.
    """
    with _quiet(), connected(address, PATIENCE) as client:
        _require_patient(client, address)
        require_alike(client.run(keys.toolkit, on_error="return"), address)
        slots, batch = sum(client.nthreads().values()), secrets.token_hex(8)
        executor = Remote(client.get_executor(pure=False), address)
        try:
            yield Pool(executor, slots, partial(_answer, batch))
        finally:
            _stop_all(client, batch)


# In a worker: whether a batch, by its number, has ended. Dask stops no task that has begun.
_ended: defaultdict[str, Event] = defaultdict(Event)


def _answer(batch: str, task: bytes, where: str, bounds: child.Bounds) -> child.Reply:
    """Do in a worker what ``child.answer`` does, until the batch ends."""
    return child.answer(task, where, bounds, _ended[batch])


def _stop(batch: str) -> None:
    _ended[batch].set()


def _stop_all(client: Client, batch: str) -> None:
    """End what workers still do for a batch; where the scheduler is lost, nobody can tell them."""
    if client.status == "running":
        client.run(_stop, batch, on_error="ignore")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Leave it to our sentences to say what went wrong.

    Dask sets its loggers, each on its own, when it is imported.
    """
    _require_dask()
    named = {"distributed", *(name for name in logging.root.manager.loggerDict
                              if name.startswith("distributed."))}  # fmt: skip
    before = {logger: logger.level for logger in map(logging.getLogger, named)}
    try:
        for logger in before:
            logger.setLevel(logging.CRITICAL + 1)
        yield
    finally:
        for logger, level in before.items():
            logger.setLevel(level)


def _require_dask() -> None:
    try:
        import distributed  # noqa: F401, PLC0415 -- an extra
    except ModuleNotFoundError as error:
        what, hint = tr("Dask is not installed"), tr("pip install 'db50-acceptance[dask]'")
        raise SetupError(what, hint=hint, code="dask") from error


@contextlib.contextmanager
def connected(address: str, patience: float) -> Iterator[Client]:
    """Give a client of a scheduler that answers within ``patience`` s.

    Its loop is ours: one of Dask's own fails by an assertion where it takes 10 s to start. The loop
    of a client that found nobody runs on, as it still looks for it when it goes.
    Raises SetupError: Dask is not installed, the address is none, or nobody answers.
    """
    _require_dask()
    from distributed import Client  # noqa: PLC0415 -- an extra

    _require_address(address)
    loop = _running_loop()
    try:
        client = Client(address, timeout=patience, set_as_default=False, loop=loop)
    except (OSError, ValueError, TypeError) as error:
        raise _nobody(address) from error
    try:
        with client:
            yield client
    finally:
        loop.add_callback(loop.stop)


def _require_address(address: str) -> None:
    """Refuse what is no address of a scheduler: a client of it would be left half made."""
    from distributed.comm import addressing, registry  # noqa: PLC0415 -- an extra

    try:
        scheme, place = addressing.parse_address(address)
        registry.get_backend(scheme)
        host, port = addressing.parse_host_port(place)
        known = bool(host) and 0 < port < 1 << 16
    except ValueError as error:
        raise _nobody(address) from error
    if not known:
        raise _nobody(address)


def _nobody(address: str) -> SetupError:
    what = tr("no Dask scheduler answers here")
    hint = tr("Start it with dask scheduler, and give its address: tcp://HOST:8786")
    return SetupError(what, where=address, hint=hint, code="dask")


def _running_loop() -> IOLoop:
    """Run a loop in a thread until it is stopped."""
    from tornado.ioloop import IOLoop  # noqa: PLC0415 -- an extra

    def until_stopped() -> None:
        loop.start()
        loop.close()

    loop: IOLoop = IOLoop(make_current=False)
    runs = Event()
    loop.add_callback(runs.set)
    Thread(target=until_stopped, daemon=True).start()
    runs.wait()
    return loop


def require_alike(versions: Mapping[str, object], address: str) -> None:
    """Refuse workers that would not measure as this machine does. Raises SetupError.

    ``versions``: by address what ``keys.toolkit`` gives there, or the exception that it raised.
    """
    if not versions:
        what, hint = tr("the scheduler has no worker"), tr("Start some: dask worker ADDRESS")
        raise SetupError(what, where=address, hint=hint, code="dask")
    for worker, theirs in sorted(versions.items()):
        if differences := _differences(theirs):
            what = tr("measures by other versions: {names}", names=shortened(differences))
            hint = tr("Install the same there (requirements.lock), and start the worker again")
            raise SetupError(what, where=worker, hint=hint, code="dask")


def _differences(theirs: object) -> list[str]:
    if not isinstance(theirs, dict):
        return [tr("it cannot load the toolkit ({cause})", cause=theirs)]
    own = keys.toolkit()
    return [
        f"{name} {theirs.get(name, '')!s:.40} / {own.get(name, '')!s:.40}"
        for name in sorted(own.keys() | theirs.keys())
        if own.get(name) != theirs.get(name)
    ]


def _require_patient(client: Client, address: str) -> None:
    """Refuse a scheduler that gives up what a worker had when another clip killed it."""
    import dask  # noqa: PLC0415 -- an extra

    if client.run_on_scheduler(dask.config.get, ALLOWED) < 1:
        what = tr("the scheduler allows no failure: one worker that dies would take others along")
        hint = tr("Start it with {name} of at least 1", name=ALLOWED)
        raise SetupError(what, where=address, hint=hint, code="dask")


class Remote(Executor):
    """Dask's executor, whose errors are sentences of ours."""

    def __init__(self, executor: Executor, address: str) -> None:
        self.executor, self.address = executor, address

    def submit(  # type: ignore[override]
        self, do: Callable[..., Any], task: bytes, where: str, *given: object
    ) -> Future[Any]:
        """Let a worker do a task about a clip, ``where``."""
        mine: Future[Any] = Future()
        theirs = self.executor.submit(do, task, where, *given)
        theirs.add_done_callback(partial(self._finished, mine, where))
        return mine

    def _finished(self, mine: Future[Any], where: str, theirs: Future[Any]) -> None:
        try:
            mine.set_result(theirs.result())
        except CancelledError:
            mine.set_exception(self._lost())
        except Exception as error:  # noqa: BLE001 -- handed on
            mine.set_exception(_killed(where) if _is_death(error) else error)

    def _lost(self) -> SetupError:
        what = tr("the Dask scheduler was lost")
        hint = tr("Start it and run the same batch again: what was measured is kept")
        return SetupError(what, where=self.address, hint=hint, code=LOST)


def _is_death(error: Exception) -> bool:
    return type(error).__name__ == "KilledWorker"


def _killed(where: str) -> ClipError:
    what = tr("every worker that measured it was killed")
    hint = tr("Look into the workers' memory and logs; run the batch again for this clip alone")
    return ClipError(what, where=where, hint=hint, code="clip_crashes")
