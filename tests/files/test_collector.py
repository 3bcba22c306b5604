"""The collector of garbage is left out where it only costs time."""

from __future__ import annotations

import subprocess
import sys

LEFT = """
import sys
from acceptance.files.collector import end_without_collector
{call}
class Left:
    def __del__(self):
        sys.stdout.write("found")
own = Left()
own.cycle = own
del own
"""


def test_a_process_ends_without_a_search_for_what_is_left_in_cycles() -> None:
    searched, not_searched = (
        subprocess.check_output([sys.executable, "-c", LEFT.format(call=call)], text=True)
        for call in ("", "end_without_collector()")
    )
    assert (searched, not_searched) == ("found", "")
