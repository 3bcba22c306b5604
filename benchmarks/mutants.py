"""Which small changes of the code the tests notice: mutation testing of what verdicts rest on.

``python benchmarks/mutants.py`` tries every mutant (``mutations.py``) of the modules in ``AREAS``,
which takes an hour or so; ``--sample 100`` tries so many, drawn with a fixed seed; ``--left`` those
that were not noticed the last time and are not explained; ``--since COMMIT`` those of changed
lines; ``--untried`` those without a result; paths take part of the modules. ``--quick`` leaves out
films and tests of more than 0.3 s, which makes a first pass cheap: ``--left`` then tries what it
left by all. Results are kept in ``build/mutants.json``, so that the table holds what was tried at
several times, and a run that ended goes on.

A mutant that is not noticed either gets a test, or an explanation in ``mutants.toml``, by file,
text of the line and change: an explanation goes stale with the line that it is about. Tests of more
than four seconds of processor time, long films for instance, are left out.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import forked_tests
from mutations import Mutant, mutants
from setting import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(__file__).parent
# Modules, and the tests that are to notice their changes.
AREAS = {
    "acceptance/checks/*.py": (
        "tests/checks", "tests/cli/test_commitments.py", "tests/session/test_warnings.py",
    ),
    "acceptance/uncertainty.py": ("tests/test_uncertainty.py", "tests/checks/test_decision.py"),
    "acceptance/session/evidence.py": ("tests/session/test_evidence.py",),
    "acceptance/session/log_book.py": ("tests/session/test_evidence.py",),
    "acceptance/metrics/noise/*.py": ("tests/metrics/test_*noise*.py",),
    "acceptance/metrics/resolution/*.py": ("tests/metrics/test_resolution*.py",),
    "acceptance/metrics/_shared/enlargement.py": ("tests/metrics/test_resolution*.py",),
}  # fmt: skip
PORTION = 40  # mutants between two writings of results
OUTCOMES = ("killed", "timed out", "explained", "survived", "untested", "not placed")
LEFT = frozenset({"survived", "untested", "not placed"})


@dataclass(frozen=True, order=True)
class Key:
    """Names a mutant without its line number: by file, text, change, and which of equals."""

    file: str
    line: str
    change: str
    number: int = 0


def listed(root: Path, pattern: str) -> dict[Key, Mutant]:
    """Return every mutant of the files that fit ``pattern``."""
    found: dict[Key, Mutant] = {}
    for path in sorted(root.glob(pattern)):
        name = str(path.relative_to(root))
        found |= _of_file(name, mutants(path.read_text("utf-8"), str(path)))
    return found


def _of_file(name: str, made: Iterable[Mutant]) -> dict[Key, Mutant]:
    numbers: Counter[tuple[str, str]] = Counter()
    found: dict[Key, Mutant] = {}
    for mutant in made:
        words = (mutant.line, mutant.change)
        found[Key(name, *words, numbers[words])] = mutant
        numbers[words] += 1
    return found


def unchanged(root: Path, files: Iterable[str], commit: str) -> set[Key]:
    """Return the mutants of ``files`` as they were at ``commit``; of a file that was not, none."""
    found: set[Key] = set()
    for name in files:
        asked = ("git", "show", f"{commit}:{name}")
        answer = subprocess.run(asked, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
        if answer.returncode == 0:
            found |= _of_file(name, mutants(answer.stdout, name)).keys()
    return found


def tried(
    root: Path,
    tests: Sequence[str],
    chosen: Mapping[Key, Mutant],
    jobs: int,
    longest: float = forked_tests.LONGEST,
) -> Iterator[dict[Key, str]]:
    """Try mutants by the tests below ``root``; yield how each of ``PORTION`` ended, to be kept.

    Raises RuntimeError where the tests fail as the code is.
    """
    if not chosen:
        return
    places = [str(path) for test in tests for path in sorted(root.glob(test))]
    seen = forked_tests.measured(places, {str(root / key.file) for key in chosen}, longest)
    if seen.failed:
        raise RuntimeError(f"fails without any change: {seen.failed[0]}")
    keys = list(chosen)
    for portion in (keys[at : at + PORTION] for at in range(0, len(keys), PORTION)):
        pairs = [(str(root / key.file), chosen[key]) for key in portion]
        yield dict(zip(portion, forked_tests.tried(places, pairs, seen, jobs), strict=True))


def explanations(path: Path) -> dict[tuple[str, str, str], str]:
    """Read why mutants need no test, by file, line and change."""
    entries = tomllib.loads(path.read_text("utf-8"))["explained"] if path.exists() else []
    return {(one["file"], one["line"], one["change"]): one["why"] for one in entries}


def report(
    every: Mapping[Key, Mutant],
    outcomes: Mapping[Key, str],
    why: Mapping[tuple[str, str, str], str],
) -> str:
    """Write the table by module, the mutants that are left, and the explanations that are stale."""
    words = {
        key: "explained" if outcome in LEFT and _plain(key) in why else outcome
        for key, outcome in outcomes.items()
    }
    files = sorted({key.file for key in every})
    rows = [_row(file, every, words) for file in files]
    total = ["all", *(str(sum(int(row[at]) for row in rows)) for at in range(1, len(rows[0])))]
    left = [f"- `{key.file}`, {words[key]}: `{key.change}`" for key in sorted(words)
            if words[key] in LEFT]  # fmt: skip
    parts = [table(["module", "mutants", "tried", *OUTCOMES], [*rows, total])]
    parts += ["Left:\n\n" + "\n".join(left)] if left else []
    stale = sorted(_stale(every, outcomes, why))
    parts += ["Explanations that are stale:\n\n" + "\n".join(stale)] if stale else []
    return "\n\n".join(parts) + "\n"


def _plain(key: Key) -> tuple[str, str, str]:
    return key.file, key.line, key.change


def _row(file: str, every: Mapping[Key, Mutant], words: Mapping[Key, str]) -> list[str]:
    found = Counter(word for key, word in words.items() if key.file == file)
    mutants_of_it = sum(key.file == file for key in every)
    counts = [mutants_of_it, found.total(), *(found[one] for one in OUTCOMES)]
    return [file.removeprefix("acceptance/"), *map(str, counts)]


def _stale(
    every: Mapping[Key, Mutant],
    outcomes: Mapping[Key, str],
    why: Mapping[tuple[str, str, str], str],
) -> Iterator[str]:
    """Name explanations of what no mutant is any more, or of what is noticed."""
    files = {key.file for key in every}
    for place in why:
        same = [key for key in every if _plain(key) == place]
        noticed = [key for key in same if outcomes.get(key, "survived") not in LEFT]
        if place[0] in files and (not same or len(noticed) == len(same)):
            yield f"- `{place[0]}`: `{place[2]}`" + (" is noticed" if same else " is no mutant")


def load(path: Path) -> dict[Key, str]:
    """Read outcomes that were kept."""
    entries = json.loads(path.read_text("utf-8")) if path.exists() else []
    return {Key(*place): outcome for *place, outcome in entries}


def keep(path: Path, outcomes: Mapping[Key, str]) -> None:
    """Write outcomes, one a line."""
    rows = [
        json.dumps([key.file, key.line, key.change, key.number, outcomes[key]], ensure_ascii=False)
        for key in sorted(outcomes)
    ]
    path.parent.mkdir(exist_ok=True)
    path.write_text("[\n" + ",\n".join(rows) + "\n]\n", "utf-8")


def drawn(keys: Sequence[Key], sample: int | None, seed: int) -> set[Key]:
    """Draw a sample of mutants, or take all."""
    if sample is None or sample >= len(keys):
        return set(keys)
    return set(random.Random(seed).sample(keys, sample))  # noqa: S311 -- can be drawn again


def _wanted(
    every: Mapping[Key, Mutant], known: Mapping[Key, str], asked: argparse.Namespace
) -> list[Key]:
    wanted = [key for key in every if key.file.startswith(tuple(asked.paths) or "")]
    if asked.left:
        why = explanations(FOLDER / "mutants.toml")
        wanted = [key for key in wanted if known.get(key) in LEFT and _plain(key) not in why]
    if asked.untried:
        wanted = [key for key in wanted if key not in known]
    if asked.since:
        before = unchanged(ROOT, {key.file for key in wanted}, asked.since)
        wanted = [key for key in wanted if key not in before]
    return wanted


def main(arguments: Sequence[str] | None = None) -> str:
    """Try what was asked for, keep the outcomes and return the report on all that was tried."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", help="beginnings of modules' paths; all by default")
    parser.add_argument("--sample", type=int, help="how many mutants to draw; all by default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--left", action="store_true", help="only what was neither noticed nor explained"
    )
    parser.add_argument("--untried", action="store_true", help="only what has no result yet")
    parser.add_argument("--since", metavar="COMMIT", help="only of lines changed since")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="only by quick tests, without films")
    parser.add_argument("--results", type=Path, default=ROOT / "build/mutants.json")
    asked = parser.parse_args(arguments)
    every = {key: one for pattern in AREAS for key, one in listed(ROOT, pattern).items()}
    known = {key: word for key, word in load(asked.results).items() if key in every}
    longest = forked_tests.QUICK if asked.quick else forked_tests.LONGEST
    chosen = drawn(_wanted(every, known, asked), asked.sample, asked.seed)
    for pattern, tests in AREAS.items():
        part = {key: every[key] for key in listed(ROOT, pattern) if key in chosen}
        for outcomes in tried(ROOT, tests, part, asked.jobs, longest):
            known |= outcomes
            keep(asked.results, known)
    return report(every, known, explanations(FOLDER / "mutants.toml"))


if __name__ == "__main__":
    sys.stdout.write(main())
