"""Many plans: a process for each clip, each measurement once, sessions as ``run`` makes them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
