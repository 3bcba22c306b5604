"""Files that desktops and office programs leave in every folder they show."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

# Of Windows, macOS (the last for discs of other systems) and, of their documents, office programs:
# no ending of a report's own files (.pdf, .html, .xml, .json, .csv) is one of these.
NAMES = re.compile(
    r"thumbs\.db|desktop\.ini|\.ds_store|\._.*"
    r"|(?:~\$|\.~).*\.(?:(?:doc|dot|xls|xlt|xla|ppt|pot|pps|vsd)[a-z]?|mpp|pub|o[dt][tspg]|rtf"
    r"|wp[st]|ett?|dp[st])",
    re.IGNORECASE,
)
LOCK = re.compile(r"\.~lock\..+#")  # of LibreOffice: who has the document open, in one line
MOST_OF_LOCK = 1000  # bytes


def is_litter(path: str, size: int = 0) -> bool:
    """Whether a file of this name, behind forward slashes or not, and of this size is such one."""
    name = PurePosixPath(path).name
    return bool(NAMES.fullmatch(name) or (LOCK.fullmatch(name) and size <= MOST_OF_LOCK))
