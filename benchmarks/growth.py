"""What grows with a site: N against 4 N rows, each in a process of its own.

``python benchmarks/growth.py`` prints processor time and its ratio, the start of the program taken
off: the median of the runs. ``sheet`` is for a pack that asks one thing of 5 % of the devices.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from setting import machine, table

DEVICES = "编号,类型,名称,上级,厂家,型号,序列号,地址,图像\nS1,site,工程,,,,,,彩色\n"
PACK = """
id = "own"
number = "1"
title = "x"
title_en = "x"
edition = "1"
[[clauses]]
number = "1"
title = "x"
title_en = "x"
[[samplings]]
id = "few"
clause = "1"
text = "5 %"
text_en = "5 %"
share = 0.05
figure = { source = "x", clause = "1", level = "seen" }
[[requirements]]
id = "1/clean"
clause = "1"
text = "镜头清洁。"
text_en = "The lens is clean."
how = "inspected"
subjects = ["fixed"]
sampling = "few"
assignment = { source = "x", clause = "1", level = "seen" }
"""
PLAN = """
packs = ["own.toml"]
operator = "x"
device_list = "devices.csv"
[[draws]]
sampling = "own#few"
seed = "2026-216"
"""
CASES = {
    "devices FILE.csv": (["devices", "devices.csv"], 25_000),
    "devices PLAN.toml": (["devices", "plan.toml"], 25_000),
    "sample": (["sample", "plan.toml"], 25_000),
    "sheet": (["sheet", "plan.toml", "-o", "sheet.pdf"], 2_500),
}


def site(folder: Path, count: int) -> None:
    """Write a plan, its pack and a list of ``count`` cameras."""
    rows = (
        f"C{number:06d},fixed,走廊 {number},S1,甲,M{number % 3},SN{number},10.0.0.1,\n"
        for number in range(count)
    )
    (folder / "devices.csv").write_text(DEVICES + "".join(rows), "utf-8")
    (folder / "own.toml").write_text(PACK, "utf-8")
    (folder / "plan.toml").write_text(PLAN, "utf-8")


def seconds(folder: Path, arguments: list[str]) -> float:
    """Run the program in a folder; return its processor time in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "acceptance", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603 -- our own
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def row(name: str, runs: int, share: float = 1.0) -> list[str]:
    """Measure a case with N and 4 N devices; ``share`` makes N smaller."""
    arguments, full = CASES[name]
    count, times = max(20, round(full * share)), []
    for number in (1, count, 4 * count):
        with tempfile.TemporaryDirectory() as folder:
            site(Path(folder), number)
            times.append(statistics.median(seconds(Path(folder), arguments) for _ in range(runs)))
    start, few, many = times
    ratio = (many - start) / max(few - start, 0.01)
    return [name, f"{4 * count:,}", f"{start:.1f}", f"{few:.1f}", f"{many:.1f}", f"{ratio:.1f}"]


def main(runs: int = 3, share: float = 1.0) -> str:
    """Return the table of all cases."""
    heading = ["verb", "4 N", "1 device, s", "N, s", "4 N, s", "ratio"]
    return table(heading, [row(name, runs, share) for name in CASES]) + f"\n{machine()}\n"


if __name__ == "__main__":
    print(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
