"""Two network namespaces joined by cables (veth): a tester's and the devices'.

Multicast passes over them, not over the loopback; what is sent there reaches no real network.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


COUNT = itertools.count()


@dataclass(frozen=True)
class Site:
    """Names of the two namespaces."""

    tester: str
    devices: str

    def start(self, namespace: str, *command: str, **options: object) -> subprocess.Popen[str]:
        """Start a program in one of them."""
        inside = ["ip", "netns", "exec", namespace, *command]
        return subprocess.Popen(inside, text=True, **options)  # type: ignore[call-overload,no-any-return]

    def acceptance(self, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        """Run the command line as the tester."""
        command = [sys.executable, "-m", "acceptance", *arguments]
        inside = ["ip", "netns", "exec", self.tester, *command]
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            inside, check=False, capture_output=True, text=True, timeout=120, **options
        )


@contextlib.contextmanager
def site(cables: Mapping[str, str]) -> Iterator[Site]:
    """Make the namespaces; ``cables``: by name, the first two numbers of their addresses.

    ``{"lan": "10.81"}`` gives the tester 10.81.0.1/24 and the devices 10.81.0.2/24 on ``lan``.
    """
    number = f"{os.getpid()}-{next(COUNT)}"
    made = Site(f"tester-{number}", f"devices-{number}")
    try:
        for namespace in (made.tester, made.devices):
            ip("netns", "add", namespace)
            ip("-n", namespace, "link", "set", "lo", "up")
        for name, numbers in cables.items():
            ip("-n", made.tester, "link", "add", name, "type", "veth", "peer", "name", name,
               "netns", made.devices)  # fmt: skip
            for number, namespace in enumerate((made.tester, made.devices), start=1):
                plug(namespace, name, f"{numbers}.0.{number}/24")
        yield made
    finally:
        for namespace in (made.tester, made.devices):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)


def plug(namespace: str, name: str, address: str) -> None:
    """Give an interface an address and switch it on, IPv6 at once and not after a second."""
    setting = f"net.ipv6.conf.{name}.accept_dad=0"
    subprocess.run(["ip", "netns", "exec", namespace, "sysctl", "-q", "-w", setting], check=False)
    ip("-n", namespace, "address", "add", address, "dev", name)
    ip("-n", namespace, "link", "set", name, "up")


def ip(*words: str) -> None:
    """Run ``ip``."""
    subprocess.run(["ip", *words], check=True, capture_output=True)


@functools.cache
def refused() -> str:
    """Say why no namespaces can be made here; empty: they can."""
    if not shutil.which("ip"):
        return "the program ip (iproute2) is not installed"
    name = f"try-{os.getpid()}"
    done = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
    return f"the kernel forbids network namespaces: {done.stderr.strip()}" if done.stderr else ""
