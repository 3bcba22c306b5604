# What is public here, listed once; `__init__.py` loads each name when it is used.

from .camera import Camera as Camera
from .camera import Sensor as Sensor
from .films import (
    Truth as Truth,
)
from .films import (
    film_chart as film_chart,
)
from .films import (
    film_clock as film_clock,
)
from .films import (
    film_screens as film_screens,
)
from .films import (
    film_two_levels as film_two_levels,
)
