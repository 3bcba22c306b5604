"""The clock of tests that bound what this program does: it stands only where others hold it up."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from peers.awaited import OwnTime

STOPPED = """
import os, signal
from peers.awaited import OwnTime
with OwnTime() as own:
    os.kill(os.getpid(), signal.SIGSTOP)
    print(own.now)
"""


def test_time_for_which_this_program_gives_no_thread_a_turn_counts() -> None:
    with OwnTime() as own:
        before, begun = own.now, time.process_time()
        re.match(r"(a+)+$", "a" * 22 + "b")  # holds the interpreter's lock
        passed, used = own.now - before, time.process_time() - begun
    assert used > 2 * (OwnTime.STEP + OwnTime.LATE)
    assert passed > 0.9 * used


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be stopped")
def test_time_for_which_a_process_is_stopped_does_not_count() -> None:
    ours = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", STOPPED], stdout=subprocess.PIPE, env=ours
    ) as stopped:
        assert os.WIFSTOPPED(os.waitpid(stopped.pid, os.WUNTRACED)[1])
        time.sleep(0.5)
        stopped.send_signal(signal.SIGCONT)
        said, _ = stopped.communicate()
    assert float(said) < 0.4
