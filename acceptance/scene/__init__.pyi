# What is public here, listed once; `__init__.py` loads each name when it is used.

from .build import Scene as Scene
from .build import look as look
