"""A plan in, a session out; what comes in, where it is put together, what it rests on."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
