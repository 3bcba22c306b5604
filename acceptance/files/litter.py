"""Files that desktops and office programs leave in every folder they show."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

# Of Windows, macOS (the last for discs of other systems) and, of their documents, office programs.
NAMES = re.compile(
    r"thumbs\.db|desktop\.ini|\.ds_store|\._.*"
    r"|~\$.*\.(?:(?:doc|xls|ppt)[a-z]?|od[tsp]|rtf|wps|et|dps)",
    re.IGNORECASE,
)


def is_litter(path: str) -> bool:
    """Whether a file of this name, behind forward slashes or not, is such a one."""
    return bool(NAMES.fullmatch(PurePosixPath(path).name))
