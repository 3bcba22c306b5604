"""Files that desktops, office programs and network drives leave in every folder they show."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

# Of Windows, macOS (._ on other discs), KDE, FreeFileSync and, of their documents, office
# programs: no ending of a report's own files (.pdf, .html, .xml, .json, .csv) is one of these.
NAMES = re.compile(
    r"(?:eh)?thumbs(?:_vista)?\.db|desktop\.ini|\.ds_store|\.localized|icon\r|\._.*|\.directory"
    r"|\.?sync\.ffs_db"
    r"|(?:~\$|\.~).*\.(?:(?:doc|dot|xls|xlt|xla|ppt|pot|pps|vsd)[a-z]?|mpp|pub|o[dt][tspg]|rtf"
    r"|wp[st]|ett?|dp[st])",
    re.IGNORECASE | re.ASCII,
)
# In one line who has a document open (LibreOffice), or where a file came from (Windows, where a
# copy keeps the stream as a file).
LINES = re.compile(r"\.~lock\..+#|.+:Zone\.Identifier", re.IGNORECASE | re.ASCII)
MOST_OF_LINES = 1000  # bytes
# What network drives (Synology, QNAP) put beside each file, in folders of their own: small pictures
# and what they know of it. The case is as they write it; QNAP keeps the ending of the picture.
DRIVES = re.compile(
    r"(?:.*/)?(?:@eaDir/(?:[^/]+/)?(?:SYNOINDEX_MEDIA_INFO|[^/]+@Syno(?:EAStream|Resource)"
    r"|SYNO(?:PHOTO|VIDEO|FILE)_[A-Z0-9_]+(?:\.(?:jpe?g|png|fail))?)"
    r"|\.@__thumb/[^/]+\.(?i:jpe?g|png))",
    re.ASCII,
)


def is_litter(path: str, size: int = 0) -> bool:
    """Whether a file of this name, behind forward slashes or not, and of this size is such one."""
    if "\n" in path:  # none of them writes one
        return False
    name = PurePosixPath(path).name
    left = NAMES.fullmatch(name) or DRIVES.fullmatch(path)
    return bool(left or (LINES.fullmatch(name) and size <= MOST_OF_LINES))
