# What is public here, listed once; `__init__.py` loads each name when it is used.

from .render import html as html
from .render import volumes as volumes
