"""Workers compile what they collect together: each its share of the files, before it collects.

pytest rewrites the assertions of a file when it first collects it, which takes each worker of a new
clone as long as all else of collecting. Who comes to a file of another's share finds it compiled,
or compiles it as ever.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from _pytest.assertion import rewrite

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


def compile_share(config: pytest.Config) -> None:
    """Compile this worker's share of the files in the folders that it is to collect."""
    worker = getattr(config, "workerinput", None)
    if worker and not sys.dont_write_bytecode:
        number = int(worker["workerid"].removeprefix("gw"))
        for file in [*_files(config)][number :: worker["workercount"]]:
            _compile(file, config)


def _files(config: pytest.Config) -> Iterator[Path]:
    for folder in map(Path, config.args):
        yield from sorted(folder.rglob("test_*.py"))


def _compile(file: Path, config: pytest.Config) -> None:
    """Keep what pytest makes of a file where pytest looks for it; what is there it looks at itself.

    It has no public way to do so.
    """
    compiled = rewrite.get_cache_dir(file) / (file.stem + rewrite.PYC_TAIL)
    if not compiled.exists() and rewrite.try_makedirs(compiled.parent):
        digest, code = rewrite._rewrite_test(file, config)
        rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, digest, compiled)
