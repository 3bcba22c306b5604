"""The QR code of an item on a sheet, by which a photo of page and thing shows what it is about.

OpenCV encodes it (ISO/IEC 18004); ``charts.clock_qr`` draws one small version only, for the clock,
and a name is longer.
"""

from __future__ import annotations

import cv2
import numpy as np

DARK = 0


def text(requirement: str, subject: str) -> str:
    """Return what the code of an item holds: ``pack#id``, a blank, the subject's id."""
    return f"{requirement} {subject}"


def svg(content: str) -> str:
    """Return the QR code of a text as SVG, one unit a module, with its quiet zone."""
    modules = cv2.QRCodeEncoder.create().encode(content)
    height, width = modules.shape
    # A line for each run of dark modules: a tenth of the points that squares would have.
    edges = np.diff((modules == DARK).astype(np.int8), axis=1, prepend=0, append=0)
    starts, ends = np.argwhere(edges == 1).tolist(), np.argwhere(edges == -1).tolist()
    pairs = zip(starts, ends, strict=True)
    runs = "".join(f"M{start} {row}.5h{end - start}" for (row, start), (_, end) in pairs)
    box = f'viewBox="0 0 {width} {height}" shape-rendering="crispEdges"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}><path stroke="#000" d="{runs}"/></svg>'
