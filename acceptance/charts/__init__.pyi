# What is public here, listed once; `__init__.py` loads each name when it is used.

from .definition import load as load
from .definition import names as names
from .drawing import draw as draw
from .drawing import to_raster as to_raster
from .finding import find as find
from .located import Located as Located
from .nouns import Chart as Chart
from .nouns import Region as Region
