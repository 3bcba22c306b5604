"""The verb ``probe``: what it prints, writes and exits with."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from in_process import program
from peers.onvif_device import Faults, OnvifDevice

from acceptance.live.onvif import facts

SECRET = "s3cret-7"  # noqa: S105 -- of a device of ours


def run(*arguments: object, folder: Path, **environment: str) -> CompletedProcess[str]:
    """Run the program; the clock's rounds are the longest part."""
    command = [sys.executable, "-m", "acceptance", "probe", *map(str, arguments)]
    return subprocess.run(
        [*command, "-o", str(folder)], capture_output=True, text=True, check=False, timeout=60,
        stdin=subprocess.DEVNULL, env={**os.environ, "COLUMNS": "150", **environment},
    )  # fmt: skip


def here(*arguments: object, folder: Path, password: str = SECRET) -> CompletedProcess[str]:
    """Run it in this process."""
    words = ("probe", *map(str, arguments), "-o", str(folder))
    return program(*words, folder=folder, ACCEPTANCE_PASSWORD=password)


def test_two_devices_are_probed_at_once_and_told_apart(tmp_path: Path) -> None:
    with OnvifDevice() as good, OnvifDevice(Faults(broken={"*": "html"})) as bad:
        hosts = [f"{device.host}:{device.port}" for device in (good, bad)]
        json_file = tmp_path / "probe.json"
        begun = time.monotonic()
        done = run(
            *hosts, "--user", "admin", "--json", json_file, "--clock-uncertainty", "0.01",
            folder=tmp_path / "probes", ACCEPTANCE_PASSWORD=SECRET,
        )  # fmt: skip
        assert time.monotonic() - begun < 30
    assert done.returncode == 3, done.stdout + done.stderr
    assert "SO-2000" in done.stdout
    assert re.search(r"^sub \(Media1\) +rtsp://127\.0\.0\.1:554/sub$", done.stdout, re.MULTILINE)
    assert "U = 0." in done.stdout
    assert "answers with a web page" in done.stderr
    assert "Traceback" not in done.stderr
    found = json.loads(json_file.read_text("utf-8"))["devices"]
    assert found[0]["model"] == "SO-2000"
    assert found[0]["encoders"][0]["address"] == "rtsp://127.0.0.1:554/main"
    assert found[0]["clock_expanded"] >= 0.01 + 0.01  # what is stated, and what is least
    assert "web page" in found[1]["error"]
    record = Path(found[0]["record"])
    assert facts.read(record).serial_number == good.serial
    assert Path(found[0]["listing"]).read_text("utf-8").startswith("channel,start,end,file\n")
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or SECRET not in path.read_text("utf-8")


def test_nobody_there_is_exit_2_and_an_earlier_record_stays(tmp_path: Path) -> None:
    first = here("127.0.0.1:9", folder=tmp_path)
    again = here("127.0.0.1:9", folder=tmp_path)
    assert (first.returncode, again.returncode) == (2, 2)
    assert "cannot be reached" in first.stderr
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["127.0.0.1-9-2.probe.jsonl", "127.0.0.1-9.probe.jsonl"]


@pytest.mark.parametrize("host", ["http://cam", "cam:0", ""])
def test_what_is_no_address_is_exit_64(host: str, tmp_path: Path) -> None:
    done = here(host, folder=tmp_path)
    assert (done.returncode, list(tmp_path.iterdir())) == (64, [])


def test_a_user_without_a_password_is_exit_64(tmp_path: Path) -> None:
    done = here("127.0.0.1:9", "--user", "admin", folder=tmp_path, password="")
    assert done.returncode == 64
    assert "Set ACCEPTANCE_PASSWORD" in done.stderr


def test_ctrl_c_ends_at_once_and_keeps_the_record(tmp_path: Path) -> None:
    with OnvifDevice(Faults(broken={"GetServices": "slow"})) as device:
        command = [
            sys.executable, "-m", "acceptance", "probe", f"{device.host}:{device.port}",
            "--timeout", "30", "-o", str(tmp_path),
        ]  # fmt: skip
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running:
            while "GetServices" not in device.calls:
                time.sleep(0.05)
            running.send_signal(signal.SIGINT)
            begun = time.monotonic()
            _, said = running.communicate(timeout=30)
        assert time.monotonic() - begun < 15  # of 30
    assert running.returncode == 130, said
    (record,) = tmp_path.iterdir()
    assert facts.read(record).zone == "CST-8"
