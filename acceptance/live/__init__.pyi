# What is public here, listed once; `__init__.py` loads each name when it is used.

from .rtsp import Captured as Captured
from .rtsp import capture as capture
