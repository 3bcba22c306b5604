"""The QR code of an item on a sheet.

What it is about, so that a photo of the page and the thing belong together.
OpenCV encodes it (ISO/IEC 18004); ``qr`` draws one fixed small kind only, for the clock, and a name
is longer.
"""

from __future__ import annotations

import cv2

DARK = 0


def text(requirement: str, subject: str) -> str:
    """Return what the code of an item says.

    ``pack#id`` of the requirement, a blank, the subject's id.
    """
    return f"{requirement} {subject}"


def svg(content: str) -> str:
    """Return the QR code of a text as SVG, one unit a module, with its quiet zone."""
    modules = cv2.QRCodeEncoder.create().encode(content)
    height, width = modules.shape
    runs = "".join(
        f"M{column} {row}h1v1h-1z"
        for row in range(height)
        for column in range(width)
        if modules[row, column] == DARK
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" shape-rendering="crispEdges">'
        f'<path d="{runs}"/></svg>'
    )
