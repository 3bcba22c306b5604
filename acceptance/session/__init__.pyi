# What is public here, listed once; `__init__.py` loads each name when it is used.

from .store import load as load
from .store import load_packs as load_packs
