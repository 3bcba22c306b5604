"""Make the archives of session folders beside this file, with version 0.4.0 (commit 55285a6).

Run it with no other version.

    git worktree add /tmp/v040 55285a6
    cd /tmp/v040 && PYTHONPATH=/tmp/v040 python .../make.py FOLDER

The films are those of the demo, more strongly compressed, and of the site example; an archive
stores what is alike in a folder once, so that the repository stays small. The keys are of 0.4.0's
demo chain, but valid for a century: the folders must verify for as long as the toolkit lives.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from acceptance import __version__, certificates, demo, issue, plan, session

EXAMPLES = Path.cwd() / "examples"
CENTURY = timedelta(days=36500)
DEVICES = "编号,类型,名称,型号\n" + "".join(
    f"cam-{n:02},枪机,枪机 {n} 号,IPC-1\n" for n in range(1, 16)
)
SEEN = (
    '{ source = "Q/X 1", level = "seen", confirmed_by = "李", confirmed_on = "2026-11-01", '
    'copy = "3" }'
)
OVERLAY = f"""
id = "institute"
extends = "db50_216_2006"
[[confirmations]]
requirement = "5.2/grey-scale"
level = "seen"
by = "张三"
on = "2026-11-20"
copy = "本院图书馆 12 号纸质本"
[[samplings]]
id = "cameras"
clause = "6.2"
text = "抽检二成，至少 3 台。"
text_en = "A fifth, at least 3."
figure = {SEEN}
share = 0.2
at_least = 3
retest_factor = 2
[[requirements]]
id = "6.2/fixed-firmly"
clause = "6.2"
how = "inspected"
text = "安装牢固。"
text_en = "Firmly fixed."
assignment = {SEEN}
figure = {SEEN}
subjects = ["fixed"]
sampling = "cameras"
"""
SITE = 'packs = ["overlay.toml"]\nscope = "site"\noperator = "周明"\ndevice_list = "devices.csv"\n'
SUBJECT = (
    '[[subjects]]\nid = "site"\nkind = "site"\nfacts = { system = "digital", picture = "colour" }\n'
)
SHOT = """[[shots]]
id = "chart"
subject = "cam-01"
clip = "chart.mp4"
chart = "acceptance"
chart_copy = "as_drawn"
"""
DRAW = '[[draws]]\nsampling = "institute#cameras"\nseed = "2026-216"\n'
PANEL = """
packs = ["db50_216_2006"]
operator = "张三"
score_files = ["panel.csv"]
[[subjects]]
id = "site"
kind = "site"
facts = { system = "digital", picture = "colour", place = "important" }
[[subjects]]
id = "gate-1"
kind = "fixed"
parent = "site"
[[subjects]]
id = "recorder-1"
kind = "recorder"
parent = "site"
"""


def answers(*devices: str, failing: str = "") -> str:
    """Write an answer for each device."""
    return "".join(
        f'[[answers]]\nsubject = "{device}"\nrequirement = "institute#6.2/fixed-firmly"\n'
        f'by = "陈静"\nwhen = "2026-11-25"\n'
        f"yes = {str(device != failing).lower()}\n"
        for device in devices
    )


def run(path: Path, out: Path, chain: certificates.DemoChain) -> session.Session:
    """Run a plan and sign its report."""
    issue_signed = functools.partial(
        issue.issue, signer=certificates.load_signer(chain.signer, chain.password)
    )
    done, _ = session.run(plan.read(path), path.parent, out, issue=issue_signed)
    return done


def devices(place: Path, out: Path, chain: certificates.DemoChain) -> None:
    """Make the demo's two devices, their films small."""
    demo.GOOD = replace(demo.GOOD, noise=0.006, crf=26)
    demo.SOFT = replace(demo.SOFT, noise=0.006, crf=26)
    for name in demo.PLANTED:
        run(demo.film(name, place / name), out / f"demo-{name}", chain)


def site(place: Path, out: Path, chain: certificates.DemoChain) -> None:
    """Make the example of a site."""
    shutil.copytree(EXAMPLES / "site", place, ignore=shutil.ignore_patterns("footage", "out"))
    subprocess.run([sys.executable, "film.py"], cwd=place, check=True)
    run(place / "plan.toml", out / "site", chain)


def panel(place: Path, out: Path, chain: certificates.DemoChain) -> None:
    """Make a session that rests on a panel's scores alone."""
    place.mkdir()
    for name in ("panel.csv", "panel.key.toml"):
        shutil.copy(EXAMPLES / name, place)
    (place / "plan.toml").write_text(PANEL, "utf-8")
    run(place / "plan.toml", out / "panel", chain)


def overlay(place: Path, out: Path, chain: certificates.DemoChain) -> None:
    """Make a sample by an overlay in which a device fails, and the re-test of twice as many."""
    place.mkdir()
    (place / "overlay.toml").write_text(OVERLAY, "utf-8")
    (place / "devices.csv").write_text(DEVICES, "utf-8")
    shutil.copy(place.parent / "site" / "footage" / "cam-01" / "chart.mp4", place)
    with contextlib.chdir(place):  # a pack's path counts from there
        drawn_twice(Path("plan.toml"), out, chain)


def drawn_twice(path: Path, out: Path, chain: certificates.DemoChain) -> None:
    """Run the plan of the overlay with a device that fails, then with its re-test."""
    text = SITE + SUBJECT + SHOT + DRAW
    path.write_text(text, "utf-8")
    printed = acceptance("sample", path)
    first = [name for name in ("cam-08", "cam-10", "cam-01") if name in printed]
    path.write_text(text + answers(*first, failing="cam-10"), "utf-8")
    before = run(path, out / "overlay", chain)
    again = Path("again.toml")
    acceptance(
        "sample", path, "--retest", out / "overlay" / before.id, "--seed", "2026-230", "-o", again
    )
    listed = next(
        line for line in again.read_text("utf-8").splitlines() if line.startswith("# fixed: ")
    )
    enlarged = [name.strip() for name in listed.rpartition(": ")[2].split(",")]
    path.write_text(text + again.read_text("utf-8") + answers(*enlarged), "utf-8")
    run(path, out / "overlay", chain)


def acceptance(*arguments: object) -> str:
    """Run the command."""
    line = [sys.executable, "-m", "acceptance", *map(str, arguments)]
    return subprocess.run(line, env=os.environ, check=True, capture_output=True, text=True).stdout


def pack(folder: Path, archive: Path) -> None:
    """Pack a folder of sessions.

    Files of the same name are put side by side, so that xz sees what they share.
    """
    files = sorted(
        (path for path in folder.rglob("*") if path.is_file()), key=lambda path: (path.name, path)
    )
    with tarfile.open(archive, "w:xz", preset=9) as tar:
        for path in files:
            tar.add(path, path.relative_to(folder))


def main(out: Path) -> None:
    """Make all of them."""
    if __version__ != "0.4.0":
        sys.exit("these are the sessions of version 0.4.0: run this from a checkout of it")
    certificates.DEMO_LIFE = CENTURY
    with TemporaryDirectory() as folder:
        place = Path(folder)
        chain = certificates.make_demo_chain(place / "keys")
        for part in (devices, site, panel, overlay):
            part(place / part.__name__, place / "out", chain)
        for sessions in (place / "out").iterdir():
            pack(sessions, out / f"{sessions.name}.tar.xz")
        shutil.copy(chain.root, out / "root.pem")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
