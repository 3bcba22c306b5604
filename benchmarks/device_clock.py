"""The offset of a device's clock, by ONVIF: error, U and how often U holds the truth.

    python benchmarks/device_clock.py [--runs 20]

The device of the tests runs in a process of its own on loopback, with a clock that is wrong by a
known amount. Bar: within 10 ms, the truth inside U.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from peers.onvif_device import Faults, OnvifDevice  # noqa: E402 -- as above

from acceptance.live.address import Address  # noqa: E402 -- as above
from acceptance.live.onvif import clock  # noqa: E402 -- as above
from acceptance.live.onvif.client import OnvifClient  # noqa: E402 -- as above


def run(skew: float) -> tuple[float, float]:
    """Return error and half-width in s of one measurement."""
    with OnvifDevice(Faults(clock_skew=skew)) as device:
        client = OnvifClient(Address(device.host, device.port), timeout=2.0)
        found = clock.measured(client)
        client.close()
    return found.offset - skew, found.half_width


def main() -> None:
    """Measure again and again, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    skews = np.random.default_rng(1).uniform(-5, 5, parser.parse_args().runs)
    errors, widths = np.array([run(float(skew)) for skew in skews]).T
    inside = int(np.count_nonzero(np.abs(errors) <= widths))
    print(f"runs {len(skews)}, truth inside U in {inside}")
    print(f"worst error {1000 * np.abs(errors).max():.1f} ms")
    print(
        f"half-width: median {1000 * np.median(widths):.1f} ms, largest {1000 * widths.max():.1f}"
    )


if __name__ == "__main__":
    main()
