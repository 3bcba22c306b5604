"""Files of tests dealt out to workers, in time that grows with the number of tests.

xdist looks each test up in the list of all, and counts at each report all that a worker was ever
given: for 18,000 tests that takes as long as collecting them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pytest
    from xdist.remote import Producer
    from xdist.workermanage import WorkerController


class Numbered(list[str]):
    """Names of tests, and the place of each."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(names)
        self.places = {name: place for place, name in enumerate(self)}

    def index(self, name: str) -> int:  # type: ignore[override]
        """Return the place of a name; pytest gives none twice. Raises KeyError."""
        return self.places[name]


class ByFile(LoadFileScheduling):
    """``--dist loadfile``, the same tests to the same workers."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        self.done: set[str] = set()

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        """Keep what a worker has collected, numbered."""
        super().add_node_collection(node, collection)
        if node in self.registered_collections:  # else it differs from that of the others
            self.registered_collections[node] = Numbered(collection)

    def _pending_of(self, workload: dict[str, dict[str, bool]]) -> int:
        """Count the tests that are not done; a file that is done stays so."""
        count = 0
        for file in workload.keys() - self.done:
            left = [*workload[file].values()].count(False)
            count += left
            if not left:
                self.done.add(file)
        return count
