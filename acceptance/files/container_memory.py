"""How much memory a container, or a service, may use: what Linux calls a control group.

``/proc/self/cgroup`` names the group of this process, for version 2 (``0::/path``) and for each
controller of version 1 (``4:memory:/path``). Groups above it may be given less. Inside a container
the path may be the one outside it; then its own group is the uppermost that is seen.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN_GROUPS, MOUNTED = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")
NO_LIMIT = 1 << 60  # bytes; version 1 writes the largest number of whole pages


def limit(own_groups: Path = OWN_GROUPS, mounted: Path = MOUNTED) -> int | None:
    """Return how many bytes of memory this process may use with all of its group.

    None: there is no limit, or no such group.
    """
    found: list[int] = []
    with suppress(OSError, ValueError):
        for file in _files(own_groups.read_text("utf-8"), mounted):
            with suppress(OSError, ValueError):  # "max", and what is not there
                found.append(int(file.read_text("ascii")))
    return min((size for size in found if 0 < size < NO_LIMIT), default=None)


def _files(groups: str, mounted: Path) -> Iterator[Path]:
    """Yield the files that limit a group, and those of the groups above it."""
    for line in groups.splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            tops, name = (mounted, mounted / "unified"), "memory.max"
        elif "memory" in controllers.split(","):
            tops, name = (mounted / controllers, mounted / "memory"), "memory.limit_in_bytes"
        else:
            continue
        place = Path(path.lstrip("/"))
        for top in tops:
            yield from (top / part / name for part in (place, *place.parents))
