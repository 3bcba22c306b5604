"""A cable to a camera in a network namespace of its own, which loses packets and counts them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


def ends(net: str) -> tuple[str, str]:
    """Return two addresses of a /16 (``10.213``) that no other run of tests beside this has."""
    place = 4 * (os.getpid() % 16_384)
    return f"{net}.{place // 256}.{place % 256 + 1}", f"{net}.{place // 256}.{place % 256 + 2}"


HERE, THERE = ends("10.213")
GROUP = f"239.255.{HERE.removeprefix('10.213.')}"
RULES = """
table netdev {name} {{
  counter lost {{ }}
  chain in {{
    type filter hook ingress device {name} priority 0;
    ip protocol udp @th,73,7 96 numgen random mod 1000 < {per_mille} counter name lost drop
  }}
}}
"""


@dataclass(frozen=True)
class Cable:
    """The other end is ``THERE``; a program there is started with ``prefix`` before its words."""

    namespace: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """Words before those of a program that runs there."""
        return ("ip", "netns", "exec", self.namespace)

    def lose(self, per_mille: int) -> None:
        """Lose so many of 1000 packets of RTP, payload type 96, where they come in.

        Where they go out, GStreamer would see it and send them again.
        """
        run("nft", "-f", "-", text=RULES.format(name=self.namespace, per_mille=per_mille))

    def lost(self) -> int:
        """Lose no more; return how many were lost."""
        run("nft", "flush", "chain", "netdev", self.namespace, "in")
        shown = json.loads(run("nft", "-j", "list", "counter", "netdev", self.namespace, "lost"))
        return next(item["counter"]["packets"] for item in shown["nftables"] if "counter" in item)

    def link_local(self) -> str:
        """Return the other end's own IPv6 address, once both ends are sure of theirs (2 s)."""
        asked = ("ip", "-j", "-6", "addr", "show", "scope", "link", "-tentative")
        for _ in range(60):
            here = addresses(*asked, "dev", self.namespace)
            there = addresses(*self.prefix, *asked)
            if here and there:
                return there[0]
            time.sleep(0.1)
        pytest.skip("no IPv6 on this machine")

    def pull(self) -> None:
        """Pull it out."""
        run("ip", "link", "set", self.namespace, "down")

    def plug(self) -> None:
        """Put it back."""
        run("ip", "link", "set", self.namespace, "up")


@contextlib.contextmanager
def cable() -> Iterator[Cable]:
    """Lay the cable; skip the test where the kernel forbids it."""
    name = f"cam{os.getpid() % 100000}"
    if not shutil.which("nft") or not shutil.which("ip"):
        pytest.skip("nft and ip (Debian: nftables, iproute2) are not installed")
    try:
        run("ip", "netns", "add", name)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no network namespaces here: {error.stderr}")
    try:
        run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
        run("ip", "addr", "add", f"{HERE}/30", "dev", name)
        run("ip", "link", "set", name, "up")
        for words in ("link set lo up", f"addr add {THERE}/30 dev eth0", "link set eth0 up",
                      "route add default dev eth0"):  # fmt: skip
            run("ip", "-n", name, *words.split())
        yield Cable(name)
    finally:
        subprocess.run(["nft", "delete", "table", "netdev", name], check=False, capture_output=True)
        # at once: with its namespace the kernel removes it later, and the next cable bears its name
        subprocess.run(["ip", "link", "del", name], check=False, capture_output=True)
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def addresses(*asked: str) -> list[str]:
    """Return the addresses that ``ip`` shows."""
    shown = json.loads(run(*asked) or "[]")
    return [each["local"] for item in shown for each in item.get("addr_info", []) if each]


def run(*words: str, text: str = "") -> str:
    """Run a program that must succeed; return what it printed."""
    done = subprocess.run(
        words, check=True, capture_output=True, text=True, input=text, timeout=120
    )
    return done.stdout
