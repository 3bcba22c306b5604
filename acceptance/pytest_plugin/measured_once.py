"""A plan is measured once in a test run, also where several workers of pytest-xdist share it."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

from acceptance.errors import AcceptanceError, OutputError
from acceptance.files.output import put
from acceptance.session import intake, store
from acceptance.session.journal import locked

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from acceptance.model import Session

PAUSE = 0.2  # s between two looks whether another worker is done


class NotMeasuredError(Exception):
    """No session could be made; the sentence says why."""


def measure(plan: Path, config: pytest.Config) -> tuple[Session, Path]:
    """Measure and judge a plan, or take what another worker of this run made of it.

    Return the session and its folder. Raises NotMeasuredError.
    """
    asked = config.getoption("acceptance_out") or config.getini("acceptance_out")
    out = config.rootpath / asked
    if not hasattr(config, "workerinput"):
        return _run(plan, out, config)
    place = _folder_of_run(config) / f"acceptance-{intake.digest(str(plan))}"
    place.mkdir(exist_ok=True)
    with _alone(place):
        return _shared(plan, out, config, place)


def _folder_of_run(config: pytest.Config) -> Path:
    """Return a folder that the workers of this run share, and no other run."""
    if config.pluginmanager.hasplugin("tmpdir"):  # each worker's folder lies in that of the run
        own: Path = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # noqa: SLF001
        return own.parent
    number = config.workerinput["testrunuid"]  # type: ignore[attr-defined]
    place = Path(gettempdir()) / f"acceptance-{number}"
    place.mkdir(mode=0o700, exist_ok=True)
    return place


def _shared(plan: Path, out: Path, config: pytest.Config, place: Path) -> tuple[Session, Path]:
    """Take what ``place`` says of the plan, or measure it and say so there."""
    made, failed = place / "session", place / "failed"
    if failed.exists():
        why = failed.read_text("utf-8")
        raise NotMeasuredError(why)
    if made.exists():
        folder = out / made.read_text("utf-8")
        return store.load(folder), folder
    try:
        done, folder = _run(plan, out, config)
    except NotMeasuredError as error:
        put(failed, str(error).encode())
        raise
    put(made, folder.name.encode())
    return done, folder


def _run(plan: Path, out: Path, config: pytest.Config) -> tuple[Session, Path]:
    from acceptance import api  # noqa: PLC0415 -- late: who only collects signs nothing

    try:
        return api.run(plan, out, lang=config.getini("acceptance_lang"))
    except AcceptanceError as error:
        raise NotMeasuredError(str(error)) from error


@contextlib.contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Wait until no other worker is in ``place``; one that is killed is in it no more."""
    busy = OutputError("", code="busy")
    while True:
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(locked(place, busy))
            except OutputError as error:
                if error is not busy:
                    raise
                time.sleep(PAUSE)
                continue
            yield
            return
