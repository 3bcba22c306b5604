"""Cameras and recorders on a network: found, asked, and captured as they send.

``live`` knows no chart and no limit: it writes files that lie beside a clip (packets, arrival
times, what was asked and answered) and hands frames on; the layers above look at them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
