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
    dark = np.argwhere(modules == DARK).tolist()
    squares = "".join(f"M{column} {row}h1v1h-1z" for row, column in dark)
    box = f'viewBox="0 0 {width} {height}" shape-rendering="crispEdges"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}><path d="{squares}"/></svg>'
