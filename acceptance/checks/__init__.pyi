# What is public here, listed once; `__init__.py` loads each name when it is used.

from .judging import bottom_line as bottom_line
from .judging import judge as judge
