"""JSON and data classes that others wrote: refused before they cost what a machine has."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sample_session import pack_of_db50, session_of

from acceptance.errors import PlanError, SessionError
from acceptance.files import strict_json
from acceptance.session import plan, store

if TYPE_CHECKING:
    from pathlib import Path

SOUND = store.dumps(session_of(pack_of_db50()))
HOSTILE = {
    "a million and a half of empty tables": [{}] * 1_500_000,
    "close to five million texts": ["ab"] * 4_900_000,
    "more items than any session has": [0] * 6_000_000,
    "one table of four million names": [{f"a{number}": 0 for number in range(4_000_000)}],
    "one table of many names": [{f"a{number}": 0 for number in range(190_000)}],
}
REFUSE = """
import resource, sys
from acceptance.errors import SessionError
from acceptance.session import store
try:
    store.load(__import__("pathlib").Path(sys.argv[1]))
except SessionError as error:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    sys.exit(str(error)[:300])
"""


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_session_of_hostile_size_is_refused_within_ten_seconds_and_one_gigabyte(
    kind: str, tmp_path: Path
) -> None:
    fields = json.loads(SOUND) | {"measurements": HOSTILE[kind]}
    (tmp_path / store.FILE).write_text(json.dumps(fields, separators=(",", ":")))
    done = subprocess.run(
        [sys.executable, "-c", REFUSE, tmp_path],
        check=False, capture_output=True, text=True, timeout=60,
        preexec_fn=_limit,
    )  # fmt: skip
    assert done.returncode == 1
    assert "this is not a session" in done.stderr
    assert int(done.stdout) < 10**9  # bytes


def test_a_member_that_stands_twice_is_refused(tmp_path: Path) -> None:
    content = SOUND.decode()
    doubled = content.replace('"id"', '"operator": "somebody else", "id"', 1)
    (tmp_path / store.FILE).write_text(doubled)
    with pytest.raises(SessionError, match="'operator' stands twice"):
        store.load(tmp_path)


def test_json_that_nobody_bent_is_read_as_it_is() -> None:
    content = SOUND
    assert strict_json.loads(content) == json.loads(content)


def test_a_huge_plan_of_wrong_shots_is_refused_for_the_first(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text("[[shots]]\n" * 100_000)
    with pytest.raises(PlanError, match=r"shots\.0\."):
        plan.read(path)
    _, wrong = plan.alone(path)
    assert {error.where.split(": ")[1].split(".")[1] for error in wrong} == {"0"}


def test_every_wrong_field_of_a_small_plan_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text("operator = 1\n[[shots]]\nid = 2\n[[shots]]\nclip = 3\n")
    _, wrong = plan.alone(path)
    places = " ".join(error.where for error in wrong)
    assert all(name in places for name in ("operator", "shots.0.id", "shots.1.clip"))
