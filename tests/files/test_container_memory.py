"""Memory that a container may use is seen, in either version of Linux's control groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from acceptance.errors import SetupError
from acceptance.files import container_memory, shortage, system

if TYPE_CHECKING:
    from pathlib import Path

VERSION_1 = "5:devices:/x\n4:memory:/docker/a\n1:name=systemd:/x:y\n"
MOST = "9223372036854771712"


@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        ("0::/\n", {"memory.max": "536870912\n"}, 512 << 20),
        ("0::/a/b\n", {"memory.max": "max\n", "a/b/memory.max": "max\n"}, None),
        ("0::/a/b\n", {"a/memory.max": "1048576", "a/b/memory.max": "4194304"}, 1 << 20),
        ("0::/gone/from/here\n", {"memory.max": "2097152\n"}, 2 << 20),
        ("0::/a\n4:memory:/\n", {"unified/a/memory.max": "4096"}, 4096),
        (VERSION_1, {"memory/docker/a/memory.limit_in_bytes": "1048576"}, 1 << 20),
        (VERSION_1, {"memory/docker/a/memory.limit_in_bytes": MOST}, None),
        (VERSION_1, {"memory/memory.limit_in_bytes": "2097152"}, 2 << 20),
        (VERSION_1, {"devices/x/memory.limit_in_bytes": "1"}, None),
        ("no group at all\n", {"memory.max": "1"}, None),
        ("", {}, None),
    ],
)
def test_the_least_limit_of_a_group_and_those_above_it_counts(
    tmp_path: Path, groups: str, files: dict[str, str], expected: int | None
) -> None:
    own = tmp_path / "own"
    own.write_text(groups, "utf-8")
    for name, text in files.items():
        place = tmp_path / "mounted" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "ascii")
    assert container_memory.limit(own, tmp_path / "mounted") == expected


def test_a_system_without_groups_has_no_limit(tmp_path: Path) -> None:
    assert container_memory.limit(tmp_path / "none", tmp_path) is None


def test_too_small_a_container_is_refused_and_counts_as_its_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(container_memory, "limit", lambda: 200 << 20)
    with pytest.raises(SetupError, match=r"may use 200 MB .* 256 MB are needed.*container"):
        shortage.require_memory()
    assert system.memory_of_machine() == 200 << 20
    monkeypatch.setattr(container_memory, "limit", lambda: 400 << 20)
    shortage.require_memory()
