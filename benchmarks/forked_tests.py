"""Tests of changed code: collected once, then run in a fork for each change.

The tests are collected with the code as it is. Each mutant gets a child of that process, in which
the code of the changed function, or the values of the changed module, are put in place of the old
ones; the tests that reach the change are run, the quickest first, up to the first that fails. A
child has limits of processor time and of wall time, and folders for temporary files of its own.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import math
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from mutations import Mutant

LONGEST = 4.0  # s of processor time, with its fixtures; a test that takes longer is left out
QUICK = 0.3  # s, of a first pass, which films nothing
SURVIVED, KILLED, NOT_PLACED = 0, 1, 2  # how a child ends; a signal is a time-out


class SameExamples:
    """A plugin of pytest: hypothesis has the same examples every time, and no deadline."""

    def pytest_sessionstart(self) -> None:
        """Load the profile before any test is collected."""
        import hypothesis  # noqa: PLC0415 -- pytest is to import it first

        settings = hypothesis.settings
        settings.register_profile("forked", deadline=None, database=None, derandomize=True)
        settings.load_profile("forked")


@dataclass(eq=False)
class Measured:
    """What each test reaches: a plugin of pytest that runs them once, and keeps what it sees."""

    files: frozenset[str]
    longest: float = LONGEST
    seconds: dict[str, float] = field(default_factory=dict)
    shared: dict[str, float] = field(default_factory=dict)
    reached: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)

    def pytest_sessionfinish(self) -> None:
        """Note what modules the tests have loaded, also late."""
        self.loaded = sorted(sys.modules)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out films, where only quick tests take part."""
        if self.longest <= QUICK:
            items[:] = [item for item in items if not item.get_closest_marker("film")]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Run a test under a trace of its lines in ``files``."""
        seen: dict[str, set[int]] = {}
        _forget(self.files)

        def line(frame: FrameType, _event: str, _argument: object) -> object:
            seen.setdefault(frame.f_code.co_filename, set()).add(frame.f_lineno)
            return line

        begun = time.process_time()
        sys.settrace(lambda frame, *_: line if frame.f_code.co_filename in self.files else None)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            fixtures = sum(self.shared.get(name, 0.0) for name in _fixtures(item))
            self.seconds[item.nodeid] = max(time.process_time() - begun, fixtures)
            self.reached[item.nodeid] = {name: sorted(lines) for name, lines in seen.items()}

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object]
    ) -> Generator[None, object, object]:
        """Time what tests share: in a child, the first of them that is run pays for it."""
        begun = time.process_time()
        made = yield
        if fixturedef.scope != "function":
            self.shared[fixturedef.argname] = time.process_time() - begun
        return made

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that fails without any change."""
        if report.failed:
            self.failed.append(report.nodeid)

    def reaching(self, path: str, mutant: Mutant) -> list[str]:
        """Name the tests that reach the change, the quickest first; of a module all that use it."""
        wanted = set(mutant.lines)
        names = [
            name
            for name, lines in self.reached.items()
            if self.seconds[name] <= self.longest
            and path in lines
            and (mutant.function is None or not wanted.isdisjoint(lines[path]))
        ]
        return sorted(names, key=lambda name: (self.seconds[name], name))


@dataclass(eq=False)
class Trials:
    """Tries mutants instead of running the tests: a plugin of pytest."""

    mutants: Sequence[tuple[str, Mutant]]
    measured: Measured
    jobs: int
    outcomes: dict[int, str] = field(default_factory=dict)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Fork for each mutant, ``jobs`` at a time."""
        items = {item.nodeid: item for item in session.items}
        running: dict[int, tuple[int, tempfile.TemporaryDirectory[str]]] = {}
        _load(self.measured.loaded)
        live = _live_functions({path for path, _ in self.mutants})
        for index, (path, mutant) in enumerate(self.mutants):
            names = self.measured.reaching(path, mutant)
            if not names:
                self.outcomes[index] = "untested"
                continue
            if len(running) >= self.jobs:
                self._wait(running)
            folder = tempfile.TemporaryDirectory()
            limit = math.ceil(10 + 5 * sum(self.measured.seconds[name] for name in names))
            work = partial(_trial, path, mutant, live[path], [items[name] for name in names])
            pid = _forked(work, limit, folder.name)
            running[pid] = (index, folder)
        while running:
            self._wait(running)
        return True

    def _wait(self, running: dict[int, tuple[int, tempfile.TemporaryDirectory[str]]]) -> None:
        pid, status = os.wait()
        index, folder = running.pop(pid)
        folder.cleanup()
        code = os.waitstatus_to_exitcode(status)
        words = {SURVIVED: "survived", KILLED: "killed", NOT_PLACED: "not placed"}
        self.outcomes[index] = words.get(code, "timed out")
        done = len(self.outcomes)
        if done % 50 == 0:
            print(f"{done} of {len(self.mutants)}", file=sys.__stderr__, flush=True)


def _fork() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads; those of numpy are idle
        return os.fork()


def _fixtures(item: pytest.Item) -> list[str]:
    return list(getattr(item, "fixturenames", ()))


def _forked(work: Callable[[], int], limit: int, folder: str) -> int:
    """Do some work in a child with ``limit`` s of processor time; return its process id."""
    pid = _fork()
    if pid:
        return pid
    os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(60 + 10 * limit)
    code = NOT_PLACED
    with contextlib.suppress(BaseException):
        code = work()
    os._exit(code)


def _forget(files: Iterable[str]) -> None:
    """Empty the caches of functions: which test reaches their code must not depend on the order."""
    for module in list(sys.modules.values()):
        if getattr(module, "__file__", None) in files:
            for value in list(vars(module).values()):
                getattr(value, "cache_clear", int)()


def _load(modules: Iterable[str]) -> None:
    """Load what tests load late, which each child would do for itself."""
    for name in modules:
        if name not in sys.modules:
            with contextlib.suppress(Exception):
                importlib.import_module(name)


def _live_functions(paths: Iterable[str]) -> dict[str, list[FunctionType]]:
    """Return the functions in memory by file: looked for once, not by each child."""
    found: dict[str, list[FunctionType]] = {path: [] for path in paths}
    gc.unfreeze()  # what the tests froze is in no list of objects
    gc.collect()
    for value in gc.get_objects():
        if isinstance(value, FunctionType) and value.__code__.co_filename in found:
            found[value.__code__.co_filename].append(value)
    gc.freeze()
    return found


def _trial(
    path: str, mutant: Mutant, live: Sequence[FunctionType], items: Sequence[pytest.Item]
) -> int:
    """Put the change in place and run the tests; a module that no longer runs is noticed too."""
    if mutant.function is not None:
        _replace_code(path, mutant, live)
    elif not _replace_values(path, mutant.compiled()):
        return KILLED
    return _failing(items)


def _failing(items: Sequence[pytest.Item]) -> int:
    session = items[0].session
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return KILLED
    return SURVIVED


def _replace_code(path: str, mutant: Mutant, live: Sequence[FunctionType]) -> None:
    """Give every live function of this place the changed code."""
    name_and_line = mutant.function
    [changed] = [
        code
        for code in _codes(mutant.compiled())
        if (code.co_name, code.co_firstlineno) == name_and_line
    ]
    codes = [(one, one.__code__) for one in live]
    here = [one for one, code in codes if (code.co_name, code.co_firstlineno) == name_and_line]
    if not here:
        raise LookupError(f"no function {name_and_line} of {path} is in memory")
    for function in here:
        function.__code__ = changed


def _codes(code: CodeType) -> Iterable[CodeType]:
    """Yield the code within a module's code, of functions in classes too."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)


def _replace_values(path: str, code: CodeType) -> bool:
    """Run the changed module and put its values and defaults in place of the old ones, everywhere.

    Classes and functions stay what they are, since others hold them; their defaults change.
    Return whether the module still runs.
    """
    live = next(one for one in sys.modules.values() if getattr(one, "__file__", None) == path)
    fresh = ModuleType(live.__name__)
    fresh.__dict__.update(__file__=path, __package__=live.__package__)
    sys.modules[live.__name__] = fresh  # dataclasses look their module up
    try:
        exec(code, fresh.__dict__)  # noqa: S102 -- the project's own code, changed
    except Exception:  # noqa: BLE001 -- whatever a change brings about
        return False
    sys.modules[live.__name__] = live
    for name, value in vars(fresh).items():
        old = vars(live).get(name)
        if name.startswith("__") or isinstance(value, ModuleType):
            continue
        if isinstance(value, type | FunctionType):
            _replace_defaults(old, value)
            continue
        for module in list(sys.modules.values()):
            if vars(module).get(name) is old:
                setattr(module, name, value)
    return True


def _replace_defaults(live: object, fresh: object) -> None:
    """Copy the defaults of a function, or of the methods of a class."""
    if isinstance(live, FunctionType) and isinstance(fresh, FunctionType):
        live.__defaults__, live.__kwdefaults__ = fresh.__defaults__, fresh.__kwdefaults__
    elif isinstance(live, type) and live.__module__ == fresh.__module__:
        for name, method in vars(fresh).items():
            _replace_defaults(vars(live).get(name), method)


def measured(tests: Sequence[str], files: Iterable[str], longest: float = LONGEST) -> Measured:
    """Run the tests of some files once, in a child, and see what of ``files`` they reach."""
    plugin = Measured(files=frozenset(files), longest=longest)
    kept = _told(tests, plugin, lambda: vars(plugin) | {"files": None})
    return Measured(**kept | {"files": plugin.files})


def tried(
    tests: Sequence[str], mutants: Sequence[tuple[str, Mutant]], seen: Measured, jobs: int
) -> list[str]:
    """Try mutants, each with the path of its file; return how each ended."""
    plugin = Trials(mutants, seen, jobs)
    outcomes: dict[str, str] = _told(tests, plugin, lambda: plugin.outcomes)
    return [outcomes[str(index)] for index in range(len(mutants))]


def _told(tests: Sequence[str], plugin: object, what: Callable[[], object]) -> Any:  # noqa: ANN401 -- whatever JSON holds
    """Run pytest with a plugin in a child, so that nothing stays in memory; return what it tells.

    Raises RuntimeError where pytest did not come to its end.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer_file = Path(folder, "answer.json")
        pid = _fork()
        if not pid:
            try:
                _quietly(tests, plugin, folder)
                answer_file.write_text(json.dumps(what()), "utf-8")
            except BaseException:  # noqa: BLE001 -- a child never returns into its parent's code
                traceback.print_exc()
            os._exit(0)
        os.waitpid(pid, 0)
        if not answer_file.exists():
            raise RuntimeError(f"the tests did not run: {', '.join(tests)}")
        return json.loads(answer_file.read_text("utf-8"))


def _quietly(tests: Sequence[str], plugin: object, folder: str) -> None:
    os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    without = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:faulthandler"]
    # this process has imported the package, which pytest also takes for that of a plugin
    imported = ["-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning"]
    unknown = ["-W", "ignore:Unknown config option:pytest.PytestConfigWarning"]  # of faulthandler
    quick = ["-m", "not slow"]  # the others repeat these
    options = ["-q", *quick, *without, *imported, *unknown]
    pytest.main([*options, *tests], plugins=[plugin, SameExamples()])
