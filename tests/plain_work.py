"""The child of a batch with plain pages, which measures nothing that this run has measured.

Tests of what becomes of a batch let it run in place of ``acceptance.batch.work``.
"""

from __future__ import annotations

from measured_once import measured_once
from plain_pages import plain

from acceptance.batch import work

if __name__ == "__main__":
    with plain(), measured_once():
        work.main()
