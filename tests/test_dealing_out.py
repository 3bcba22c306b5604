"""Tests are dealt out as xdist does, only faster."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from dealing_out import ByFile
from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = [f"test_{letter}.py" for letter in "abcdefgh"]
TESTS = [f"{file}::test_{n}" for k, file in enumerate(FILES) for n in range(1 + 3 * k % 7)]


@dataclass(eq=False)
class Node:
    """A worker that does what it is given, in its turn."""

    given: list[Any] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    shutting_down: bool = False
    gateway: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(id="gw"))

    def send_runtest_some(self, numbers: list[int]) -> None:
        """Take tests."""
        self.given.append([*numbers])
        self.waiting += numbers

    def shutdown(self) -> None:
        """Hear that nothing follows."""
        self.given.append("end")
        self.shutting_down = True


def dealt(
    make: Callable[..., LoadFileScheduling], config: Any, seed: int, *, crash: bool
) -> tuple[list[object], list[list[Any]]]:
    """Return what the dealer says after each test, and what it gave two workers.

    Which of them is done first is by chance; one may crash.
    """
    chance, nodes = np.random.default_rng(seed), [Node(), Node()]
    said: list[object] = []
    dealer = make(config)
    dealer.numnodes = len(nodes)
    for node in nodes:
        dealer.add_node(node)  # type: ignore[arg-type]
        dealer.add_node_collection(node, TESTS)  # type: ignore[arg-type]
    dealer.schedule()
    working = [*nodes]
    for turn in range(10 * len(TESTS)):
        if crash and turn == 5:
            said.append(dealer.remove_node(working.pop()))  # type: ignore[arg-type]
        if busy := [node for node in working if node.waiting]:
            node = busy[chance.integers(len(busy))]
            dealer.mark_test_complete(node, node.waiting.pop(0))  # type: ignore[arg-type]
        said.append((dealer.tests_finished, dealer.has_pending))
    return said, [node.given for node in nodes]


@pytest.mark.parametrize("crash", [False, True])
def test_the_same_tests_go_to_the_same_workers_in_the_same_turn(*, crash: bool) -> None:
    options = {"tx": ["2*popen"], "loadscopereorder": False}
    config = SimpleNamespace(
        getvalue=options.get, getoption=options.get, option=SimpleNamespace(**options)
    )
    for seed in range(20):
        said, given = dealt(LoadFileScheduling, config, seed, crash=crash)
        assert dealt(ByFile, config, seed, crash=crash) == (said, given)
        dealt_out = {number for one in given for some in one if some != "end" for number in some}
        assert dealt_out == {*range(len(TESTS))}
