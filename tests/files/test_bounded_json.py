"""JSON and data classes that others wrote: refused before they cost what a machine has."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from marks import slow
from sample_session import pack_of_db50, session_of

from acceptance.errors import PlanError, SessionError
from acceptance.files import strict_json
from acceptance.session import plan, store

if TYPE_CHECKING:
    from pathlib import Path

SOUND = store.dumps(session_of(pack_of_db50()))
HOSTILE = {
    "a million and a half of empty tables": lambda: "{}," * 1_500_000 + "{}",
    "close to five million texts": lambda: '"ab",' * 4_900_000 + "0",
    "more items than any session has": lambda: "0," * 6_000_000 + "0",
    "a table of four million names": lambda: names(4_000_000),
    "a table of many names": lambda: names(190_000),
}
# of the same two bounds as a table of many names, and many items
REPEATED = {"a table of four million names", "close to five million texts"}


def names(count: int) -> str:
    """Return a table with so many members."""
    return "{" + ",".join(f'"a{number}":0' for number in range(count)) + "}"


REFUSE = """
import pathlib, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
from acceptance.errors import SessionError
from acceptance.session import store
try:
    store.load(pathlib.Path(sys.argv[1]))
except SessionError as error:
    # ru_maxrss would be that of the process that started this one, where it was larger
    status = pathlib.Path("/proc/self/status").read_text()
    print(1024 * int(status.split("VmHWM:")[1].split()[0]))
    sys.exit(str(error)[:300])
"""


@pytest.mark.parametrize("kind", [slow(kind) if kind in REPEATED else kind for kind in HOSTILE])
def test_a_session_of_hostile_size_is_refused_within_ten_seconds_and_one_gigabyte(
    kind: str, tmp_path: Path
) -> None:
    fields = json.dumps(json.loads(SOUND) | {"measurements": []})
    bent = fields.replace('"measurements": []', f'"measurements": [{HOSTILE[kind]()}]', 1)
    (tmp_path / store.FILE).write_text(bent)
    done = subprocess.run(
        [sys.executable, "-c", REFUSE, tmp_path],
        check=False, capture_output=True, text=True, timeout=60,
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


def test_a_baseline_of_hostile_size_is_refused_for_its_size(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(f'{{"measurements": [{HOSTILE["a million and a half of empty tables"]()}]}}')
    refuse = REFUSE.replace("import store", "import baseline").replace(
        "store.load", "baseline.read"
    )
    done = subprocess.run(
        [sys.executable, "-c", refuse.replace("SessionError", "PlanError"), path],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "1500001 figures; 100000 at most" in done.stderr
    assert int(done.stdout) < 10**9  # bytes


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)  # fmt: skip


@given(ANY_JSON)
@example(json.loads(SOUND))
@example({7: [1], True: {"a": [None]}, None: [[]], 1.5: {}})
@example([[], {}, [{}], {"a": [], "b": {"c": [1, []]}}, (1, (2,))])
def test_json_is_written_as_python_writes_it_with_an_indent(content: object) -> None:
    indented = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    assert strict_json.dumps(content) == f"{indented}\n".encode()


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_json_has_not_is_not_written(number: float) -> None:
    for content in (number, [number], {"a": [[number]]}):
        with pytest.raises(ValueError, match="not JSON compliant"):
            strict_json.dumps(content)
