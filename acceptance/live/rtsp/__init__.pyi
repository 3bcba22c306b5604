# What is public here, listed once; `__init__.py` loads each name when it is used.

from .capturing import Captured as Captured
from .capturing import capture as capture
